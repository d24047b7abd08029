/**
 * SPIN and the explorer agree: the same number of states and of moves, the same properties violated, each after the same fewest steps. The model that
 * SPIN checks comes from the same program, so this holds the search, the reading of scenarios not.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireSpin } from '../../bench/spin/pan';
import { loadBackend } from '../../parser/backend';
import { checkedModels, compare } from './compare';
import { handMade, mutants, randomPrograms, shipped, type NamedProgram } from './programs';

const seed = Number(process.env.MM_REVIEW_SEED ?? 1);
const mutantCount = Number(process.env.MM_REVIEW_MUTANTS ?? 200);
const scenarios = shipped(await loadBackend());
let programs = 0;

// Without SPIN nothing is skipped: everything fails, and says what to install.
beforeAll(requireSpin);
afterAll(() => console.log(`SPIN: ${programs} programs compared, ${checkedModels()} different models, ${scenarios.length} of them shipped scenarios, seed ${seed}`));

describe('programs made by hand', () => agreeOn(handMade()));
describe('random programs', () => agreeOn(randomPrograms(40)));
describe('shipped scenarios', () => agreeOn(scenarios));
describe('scenarios without one step (MM_REVIEW_SEED chooses which)', () => agreeOn(mutants(scenarios, mutantCount, seed)));

function agreeOn(all: readonly NamedProgram[]): void {
  test.concurrent.each(all)('$name', async ({ program }) => {
    const { ours, spin } = await compare(program);
    expect(spin).toEqual(ours);
    programs++;
  });
}
