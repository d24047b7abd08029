import { describe, expect, it } from 'vitest';
import { exploreNaively } from '../testing-naive';
import { randomProgram } from '../testing-random';
import { explore } from './explore';
import { replay } from './replay';
import type { Exploration } from './result';

/** More are tried by setting the variable. */
const PROGRAMS = Number(process.env['MM_REVIEW_RANDOM_PROGRAMS'] ?? 80);
/** The naive explorer is slow. */
const NAIVE_STATES = 500;
const seeds = Array.from({ length: PROGRAMS }, (_, index) => index + 1);

/** What reductions must leave as it is. */
function essence({ verdict, limit, covered, witness, violated, preemptions }: Exploration): Partial<Exploration> {
  return { verdict, limit, covered, witness, violated, preemptions };
}

describe('explore, on random programs', () => {
  it('agrees with a naive explorer in everything, without reductions', () => {
    for (const seed of seeds) {
      const program = randomProgram(seed);
      const { verdict, limit, ...found } = explore(program, { reduce: false });
      if (found.states > NAIVE_STATES) continue;
      expect({ seed, ...found }).toEqual({ seed, ...exploreNaively(program) });
      expect([verdict, limit]).toEqual([found.violated.length > 0 ? 'Sometimes' : 'Never', undefined]);
    }
  });

  it('finds the same with reductions, in fewer states', () => {
    let reduced = 0;
    for (const seed of seeds) {
      const program = randomProgram(seed);
      const plain = explore(program, { reduce: false });
      const found = explore(program, { reduce: true });
      expect({ seed, ...essence(found) }).toEqual({ seed, ...essence(plain) });
      expect(found.states).toBeLessThanOrEqual(plain.states);
      if (found.states < 0.6 * plain.states) reduced++;
    }
    expect(reduced).toBeGreaterThan(PROGRAMS / 20);
  });

  it('shows, when cancelled, a shortest violating schedule of what it found', () => {
    let shown = 0;
    for (const seed of seeds) {
      const program = randomProgram(seed);
      for (const reduce of [false, true]) {
        let reports = 0;
        const found = explore(program, { reduce, every: 1, onProgress: () => ++reports >= 60 });
        if (found.limit === undefined || found.witness === undefined) continue;
        shown++;
        expect(found.witness.schedule.length).toBe(Math.min(...found.violated.map(({ steps }) => steps)));
        const { trace, problem } = replay(program, found.witness.schedule);
        expect({ seed, problem, violated: trace.states.at(-1)!.violated }).toEqual({ seed, problem: undefined, violated: found.witness.property });
      }
    }
    expect(shown).toBeGreaterThan(PROGRAMS / 30);
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
