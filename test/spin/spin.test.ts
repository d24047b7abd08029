/**
 * SPIN and the explorer agree: the same number of states and of moves, the same properties violated, each after the same fewest steps. The model that
 * SPIN checks comes from the same program, so this holds the search, the reading of scenarios not.
 */
import { describe, expect, test } from 'vitest';
import { runPan } from '../../bench/spin/pan';
import { loadBackend } from '../../parser/backend';
import { explore } from '../../simulator/explorer/explore';
import { toPromela } from '../../simulator/present/promela';
import { handMade, mutants, randomPrograms, shipped, type NamedProgram } from './programs';

const seed = Number(process.env.MM_REVIEW_SEED ?? 1);
const mutantCount = Number(process.env.MM_REVIEW_MUTANTS ?? 200);
const scenarios = shipped(await loadBackend());

describe('programs made by hand', () => agreeOn(handMade()));
describe('random programs', () => agreeOn(randomPrograms(40)));
describe('shipped scenarios', () => agreeOn(scenarios));
describe(`scenarios without one step, seed ${seed} (MM_REVIEW_SEED)`, () => agreeOn(mutants(scenarios, mutantCount, seed)));

function agreeOn(programs: readonly NamedProgram[]): void {
  test.concurrent.each(programs)('$name', async ({ name, program }) => {
    const ours = explore(program, { reduce: false });
    const spin = await runPan(toPromela(program, { name }), { search: 'breadth', optimize: '-O0' });
    // SPIN counts the initial state as a move, and each state in which the question of `exists` has an answer that is a violation.
    const asked = program.exists !== undefined && ours.violated.some(({ property }) => property === 'exists' || property === 'null-pointer');
    expect({ states: spin.states, moves: asked ? undefined : spin.transitions - 1, positive: spin.errors, violated: Object.fromEntries(spin.violated) }).toEqual({
      states: ours.states,
      moves: asked ? undefined : ours.transitions,
      positive: ours.positive,
      violated: Object.fromEntries(ours.violated.map(({ property, steps }) => [property, steps])),
    });
  });
}
