import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{kernel,parser,analyzer,simulator,witness,workspace,server,client,cli}/**/*.test.ts', 'test/*.test.ts'],
    testTimeout: 30_000,
  },
});
