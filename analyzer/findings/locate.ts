/** Offsets to lines and columns. */
import type { Span } from '../../parser/ir';
import type { FunctionRef, Tree } from '../call-graph/tree';
import type { Location } from './finding';

const tables = new WeakMap<object, { text: string; starts: readonly number[] }>();

/** Location of a span inside a function, as the file is now. */
export function locate(tree: Tree, ref: FunctionRef, span: Span): Location {
  const outline = tree.outline(ref.file);
  const text = tree.text(ref.file) ?? '';
  let table = outline && tables.get(outline);
  if (!table) {
    table = { text, starts: lineStarts(text) };
    if (outline) tables.set(outline, table);
  }
  const from = position(table.starts, ref.start + span.start);
  const to = position(table.starts, ref.start + span.end);
  return { file: ref.file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

function position(starts: readonly number[], offset: number): { line: number; column: number } {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - starts[low]! + 1 };
}
