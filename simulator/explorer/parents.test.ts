import { describe, expect, it } from 'vitest';
import { Parents } from './parents';

describe('Parents', () => {
  it('gives back from which state each was discovered', () => {
    const parents = new Parents();
    const expected: number[] = [-1];
    for (let state = 0; state < 20_000; state++) {
      const children = state % 1000 === 0 ? 900 : (state * 7) % 3;
      for (let child = 0; child < children; child++) expected.push(state);
      parents.push(children);
    }
    for (let state = 1; state < expected.length; state += 101) expect(parents.of(state)).toBe(expected[state]);
    expect(parents.of(expected.length - 1)).toBe(expected.at(-1));
  });
});
