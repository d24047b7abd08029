import { defineConfig } from 'vitest/config';

/** Tests on the real kernel trees of `npm run kernels`. Apart from the unit tests because they take minutes, not seconds. */
export default defineConfig({
  test: {
    include: ['test/trees/**/*.test.ts'],
    setupFiles: ['test/trees/between-tests.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    // One at a time: several of them start programs that use every core, and some have time limits.
    pool: 'forks',
    poolOptions: { forks: { singleFork: true } },
  },
});
