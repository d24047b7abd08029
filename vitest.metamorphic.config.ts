import { defineConfig } from 'vitest/config';

/** Variants of kernel code must have the findings of the code itself. Apart from the unit tests because it needs the trees and takes a minute. */
export default defineConfig({
  test: {
    include: ['test/metamorphic/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    pool: 'forks',
    poolOptions: { forks: { singleFork: true } },
  },
});
