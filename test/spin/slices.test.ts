/**
 * SPIN and the explorer agree on slices of the kernel's own code: those of known bugs, where a schedule confirms them, and the same places without the bug
 * in the same company. Needs the trees of `npm run kernels`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireSpin } from '../../bench/spin/pan';
import { loadBackend } from '../../parser/backend';
import type { Selection } from '../../simulator/examine';
import { programOf, readScenario } from '../../simulator/litmus/scenario';
import type { Program } from '../../simulator/machine/program';
import { assemble, sliceCall, type WitnessRule } from '../../witness';
import { proveFinding } from '../../witness/prove-finding';
import { finish, libraryThreads } from '../../witness/testing';
import { withTemporary } from '../trees/support';
import { cases } from '../trees/witness-cases';
import { compare } from './compare';
import type { NamedProgram } from './programs';

/** Larger programs are left out: SPIN needs minutes for them. */
const mostStates = 60_000;
/** One in so many places is compared without its bug as well. */
const everyCounterpart = 3;

const backend = await loadBackend();
const programs = await slices();
let compared = 0;

beforeAll(requireSpin);
afterAll(() => console.log(`SPIN: ${compared} programs of the kernel's own code compared`));

test('there are slices of every rule', () => {
  expect(new Set(programs.map(({ rule }) => rule)).size).toBe(5);
  expect(programs.length).toBeGreaterThanOrEqual(40);
});

test.concurrent.each(programs)('$name', async ({ program }) => {
  const { ours, spin } = await compare(program);
  expect(spin).toEqual(ours);
  compared++;
});

interface SliceProgram extends NamedProgram {
  readonly rule: WitnessRule;
}

/** What confirms each bug, and the same without it for some. */
function slices(): Promise<SliceProgram[]> {
  return withTemporary(async (directory) => {
    const found: SliceProgram[] = [];
    let index = 0;
    for (const { id, rule, finding, source, counterpart } of cases(backend, directory)) {
      // The runner wants to hear of us now and then.
      await new Promise((resolve) => setImmediate(resolve));
      const proven = finding && finish(proveFinding(source, finding, { backend, adversaries: libraryThreads }));
      if (proven?.proof.verdict !== 'confirmed') continue;
      const { selection, program, exploration } = proven.proof.examination;
      if (exploration.states > mostStates) continue;
      const company = [selection.variant, ...selection.adversaries.map(({ name }) => name)].join(' ');
      found.push({ name: `${id}, ${company}`, rule, program });
      const other = index++ % everyCounterpart === 0 ? counterpart() : undefined;
      const without = other && programAt(sliceCall(other.source, rule, other.site), rule, selection);
      if (without) found.push({ name: `${id} without the bug, ${company}`, rule, program: without });
    }
    return found;
  });
}

function programAt(made: ReturnType<typeof sliceCall>, rule: WitnessRule, selection: Selection): Program | undefined {
  if ('reason' in made) return undefined;
  const { scenario } = readScenario(assemble(made, rule).text);
  return scenario && programOf(scenario, backend, selection).program;
}
