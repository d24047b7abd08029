import { describe, expect, it } from 'vitest';
import { randomProgram } from '../testing-random';
import { explore } from './explore';
import { exploreNaively } from '../testing-naive';
import { replay } from './replay';

const PROGRAMS = Number(process.env['MM_REVIEW_RANDOM_PROGRAMS'] ?? 400);
const seeds = Array.from({ length: PROGRAMS }, (_, index) => index + 1);

describe('explore, on random programs', () => {
  it('agrees with a naive explorer in everything, without reductions', () => {
    for (const seed of seeds) {
      const program = randomProgram(seed);
      const { verdict, limit, ...found } = explore(program, { reduce: false });
      expect({ seed, ...found }).toEqual({ seed, ...exploreNaively(program) });
      expect([verdict, limit]).toEqual([found.violated.length > 0 ? 'Sometimes' : 'Never', undefined]);
    }
  });

  it('gives witnesses that replay to the violation they name', () => {
    for (const seed of seeds) {
      const program = randomProgram(seed);
      const { witness } = explore(program);
      if (witness === undefined) continue;
      const { trace, problem } = replay(program, witness.schedule);
      expect({ seed, problem, violated: trace.states.at(-1)!.violated }).toEqual({ seed, problem: undefined, violated: witness.property });
    }
  });
});
