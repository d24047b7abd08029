/** What SPIN and the explorer say of a program, in the same words. */
import { runPan } from '../../bench/spin/pan';
import { explore } from '../../simulator/explorer/explore';
import type { Program, PropertyId } from '../../simulator/machine/program';
import { toPromela } from '../../simulator/present/promela';

export interface Findings {
  readonly states: number;
  /** Undefined where SPIN counts its question about a final state as a move. */
  readonly moves: number | undefined;
  readonly positive: number;
  readonly verdict: string;
  /** The steps of the shortest schedule that violates each property. */
  readonly violated: Readonly<Partial<Record<PropertyId, number>>>;
}

export interface Comparison {
  readonly ours: Findings;
  readonly spin: Findings;
}

const done = new Map<string, Promise<Findings>>();

/** How many models SPIN has been run on. */
export function checkedModels(): number {
  return done.size;
}

/** The explorer always runs; SPIN once for each model, however many programs lead to it. */
export async function compare(program: Program): Promise<Comparison> {
  const full = explore(program, { reduce: false, maxPreemptionStates: 0 });
  const reduced = explore(program, { maxPreemptionStates: 0 });
  const lengths = (violated: typeof full.violated): Findings['violated'] => Object.fromEntries(violated.map(({ property, steps }) => [property, steps]));
  if (JSON.stringify([reduced.verdict, lengths(reduced.violated)]) !== JSON.stringify([full.verdict, lengths(full.violated)])) throw new Error('the explorer finds other violations with its reductions than without');
  const model = toPromela(program);
  if (!done.has(model)) done.set(model, findingsOfSpin(model));
  const spin = await done.get(model)!;
  const asked = ['exists', 'null-pointer', 'deadlock'].some((property) => property in spin.violated) && model.includes('proctype Final()');
  return {
    ours: { states: full.states, moves: asked ? undefined : full.transitions, positive: full.positive, verdict: full.verdict, violated: lengths(full.violated) },
    spin: { ...spin, moves: asked ? undefined : spin.moves },
  };
}

async function findingsOfSpin(model: string): Promise<Findings> {
  const spin = await runPan(model, { search: 'breadth', optimize: '-O0' });
  // SPIN counts the initial state as a move.
  return { states: spin.states, moves: spin.transitions - 1, positive: spin.errors, verdict: spin.violated.size > 0 ? 'Sometimes' : 'Never', violated: Object.fromEntries(spin.violated) };
}
