/** A failing schedule and its replay on the fixed program, line by line: what is the same step stands in the same line, until they part. */
import type { Trace } from '../explorer/result';
import type { Program } from '../machine/program';
import { formatValue } from '../machine/values';
import { buildDiagram, type Diagram, type Mark, type Row } from './diagram';
import { diagramView, threadViews, type Places } from './diagram-view';
import { closing, partingWords, type FixComparison } from './fix';
import type { LineView, SideBySideView } from './race-view';
import { relevantSteps } from './slice';

export interface SideBySideInput {
  /** What fails, how, and where its steps stand. */
  readonly program: Program;
  readonly trace: Trace;
  readonly places: Places;
  readonly comparison: FixComparison;
  readonly fixedPlaces: Places;
  /** Of the two variants. */
  readonly names: readonly [string, string];
}

export function sideBySideView({ program, trace, places, comparison, fixedPlaces, names }: SideBySideInput): SideBySideView {
  const { parting } = comparison;
  const [left, right] = diagrams(program, trace, comparison);
  const lines = align(left, right, comparison);
  return {
    words: partingWords(comparison),
    left: { title: `${names[0]}: it fails`, threads: threadViews(program), diagram: diagramView(program, left, places) },
    right: { title: `${names[1]}: ${parting.kind === 'none' ? 'it fails as well' : 'the same schedule'}`, threads: threadViews(comparison.program), diagram: diagramView(comparison.program, right, fixedPlaces) },
    lines,
    part: parting.kind === 'none' ? null : partingLine(lines, right, comparison),
  };
}

/** What is shown of a step on one side is shown on the other, so that the rows correspond. */
function diagrams(program: Program, trace: Trace, comparison: FixComparison): readonly [Diagram, Diagram] {
  const { program: fixed, trace: replayed, pairs, parting, extras } = comparison;
  const ours = [...relevantSteps(program, trace)];
  const theirs = [...relevantSteps(fixed, replayed)];
  for (const [n, original] of pairs) {
    const shown = ours[original - 1] === true || theirs[n - 1] === true || (parting.kind !== 'none' && n === parting.n);
    ours[original - 1] = shown;
    theirs[n - 1] = shown;
  }
  for (const n of extras) theirs[n - 1] = true;
  const marks = new Map<number, Mark>();
  if (parting.kind === 'branch') marks.set(parting.n, { tone: 'good', words: 'goes another way' });
  if (parting.kind === 'harmless') marks.set(parting.n, { tone: 'good', words: 'no harm done' });
  const insert = parting.kind === 'waits' || parting.kind === 'absent' ? {
    n: comparison.common + 1, thread: parting.thread, step: parting.step,
    mark: { tone: 'good' as const, words: parting.kind === 'waits' ? `waits for ${parting.for}` : 'not done' },
  } : undefined;
  return [
    buildDiagram(program, trace, { format: formatValue, relevant: ours }),
    buildDiagram(fixed, replayed, { format: formatValue, relevant: theirs, marks, insert, closing: closing(comparison, comparison.outcome) }),
  ];
}

/** Goes down both sides: rows of the same steps make a line, rows of one side alone a line of their own. Once they have parted, each goes on by itself. */
function align(left: Diagram, right: Diagram, comparison: FixComparison): LineView[] {
  const lines: LineView[] = [];
  let at = 0;
  let next = 0;
  const leftRow = (to: number): void => {
    for (; at < to; at++) lines.push({ left: at, right: null });
  };
  const rightRow = (to: number): void => {
    for (; next < to; next++) lines.push({ left: null, right: next });
  };
  right.rows.forEach((row, index) => {
    const partner = index < next ? -1 : left.rows.findIndex((other, number) => number >= at && correspond(other, row, comparison.pairs));
    if (partner < 0) return;
    leftRow(partner);
    rightRow(index);
    lines.push({ left: at++, right: next++ });
  });
  // Nothing corresponds any more: what is left of both begins in the same line, the last sentences apart.
  for (; at < left.rows.length || next < right.rows.length; at++, next++) lines.push({ left: at < left.rows.length ? at : null, right: next < right.rows.length ? next : null });
  return lines;
}

function correspond(left: Row, right: Row, pairs: FixComparison['pairs']): boolean {
  const [first, last] = range(left);
  if (left.kind === 'function' || right.kind === 'function') {
    return left.kind === 'function' && right.kind === 'function' && left.name === right.name && left.depth === right.depth && left.thread === right.thread && pairs.get(right.n) === left.n;
  }
  const [from, to] = range(right);
  for (let n = from; n <= to; n++) {
    const original = pairs.get(n);
    if (original !== undefined && original >= first && original <= last) return true;
  }
  return false;
}

/** Numbers of the steps of a row; of none, a range that is empty. */
function range(row: Row): readonly [number, number] {
  if (row.kind === 'step') return [row.first, row.n];
  return row.kind === 'fold' ? [row.first, row.last] : [1, 0];
}

/** A step that leads elsewhere, or does no harm, is still done on both sides; one that has to wait is not. */
function partingLine(lines: readonly LineView[], right: Diagram, { parting, common }: FixComparison): number | null {
  const lineOf = (found: (row: Row) => boolean): number => lines.findIndex(({ right: row }) => row !== null && right.rows[row] !== undefined && found(right.rows[row]));
  if (parting.kind === 'none') return null;
  if (parting.kind === 'waits' || parting.kind === 'absent') {
    const line = lineOf((row) => row.kind === 'pending');
    return line < 0 ? null : line;
  }
  const line = lineOf((row) => row.kind === 'step' && row.n === common + 1);
  return line < 0 ? null : parting.kind === 'branch' ? line + 1 : line;
}
