/**
 * Choices in diagrams. Slices of real code are full of branches that the machine cannot tell: each is a step, `choose()`, which says nothing that the step after
 * it does not say better. Such steps have no row of their own.
 */
import type { Trace } from '../explorer/result';
import type { Program, Step } from '../machine/program';
import { assigned } from './c-text';
import type { FoldRow, Row } from './diagram';

/** A choice that only decides which way its thread goes: `choose()` and not `x = choose()`. */
export function isBareChoice(step: Step | undefined): boolean {
  return step?.kind === 'choose' && assigned(step.text) === undefined;
}

/** Gives choices to the row of what their thread does next, unless another thread moves in between. `fold` finds the words for a row anew. */
export function joinChoices(program: Program, trace: Trace, rows: readonly Row[], fold: (row: FoldRow) => FoldRow): Row[] {
  const joined: Row[] = [];
  /** Index in `joined` of choices that have no such row yet; after them are headings at most. */
  let waiting: number | undefined;
  for (const row of rows) {
    const choices = waiting === undefined ? undefined : joined[waiting];
    const goesOn = choices?.kind === 'fold' && row.kind !== 'remark' && row.thread === choices.thread;
    if (goesOn && row.kind === 'function') {
      joined.push(row);
      continue;
    }
    let drawn = row;
    if (goesOn && (row.kind === 'step' || row.kind === 'fold')) {
      const { first } = choices;
      const headings = joined.splice(waiting ?? joined.length).slice(1);
      joined.push(...headings.map((heading) => (heading.kind === 'function' ? { ...heading, n: first } : heading)));
      drawn = row.kind === 'fold' ? fold({ ...row, first }) : { ...row, first };
    }
    waiting = drawn.kind === 'fold' && onlyChoices(program, trace, drawn) ? joined.length : undefined;
    joined.push(drawn);
  }
  return joined;
}

function onlyChoices(program: Program, trace: Trace, { thread, first, last }: FoldRow): boolean {
  return trace.steps.slice(first - 1, last).every(({ step }) => isBareChoice(program.threads[thread]?.steps[step]));
}
