import os from 'node:os';
import { defineConfig } from 'vitest/config';

/** The simulator against SPIN. Apart from the unit tests because it needs spin and gcc, and compiles a checker for every program. */
export default defineConfig({
  test: {
    include: ['test/spin/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    maxConcurrency: os.availableParallelism(),
  },
});
