import os from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{kernel,parser,analyzer,simulator,witness,workspace,server,client,cli}/**/*.test.ts', 'test/*.test.ts'],
    testTimeout: 30_000,
    // Loading the modules anew for each of the files took half of the time; no test changes what a module keeps.
    pool: 'threads',
    isolate: false,
    maxWorkers: os.availableParallelism(),
    minWorkers: 1,
  },
});
