/** Are findings of a text that was rewritten those of the text that it was made from? */
import type { Finding, Location } from '../../analyzer/findings/finding';

export interface Difference {
  readonly kind: 'missing' | 'extra';
  readonly finding: Finding;
}

/**
 * Findings are the same when rule and severity are, and when they point at a common piece of the old text. `oldText` and `newText` give the
 * texts of the file that was rewritten; findings in other files are compared by their places.
 */
export function compare(before: readonly Finding[], after: readonly Finding[], file: string, oldText: string, newText: string, origin: Int32Array): Difference[] {
  const [oldLines, newLines] = [lineStarts(oldText), lineStarts(newText)];
  const places = after.map((finding) => {
    const at = new Set<number>();
    if (finding.location.file === file) for (let i = offset(newLines, finding.location.line, finding.location.column); i < offset(newLines, finding.location.endLine, finding.location.endColumn); i++) if (origin[i]! >= 0) at.add(origin[i]!);
    return at;
  });
  const isSame = (old: Finding, at: number): boolean => {
    const other = after[at]!;
    if (old.rule !== other.rule || old.severity !== other.severity || old.location.file !== other.location.file) return false;
    if (old.location.file !== file) return samePlace(old.location, other.location);
    const [start, end] = [offset(oldLines, old.location.line, old.location.column), offset(oldLines, old.location.endLine, old.location.endColumn)];
    for (const place of places[at]!) if (start <= place && place < end) return true;
    return false;
  };
  return [
    ...before.filter((old) => !after.some((_, at) => isSame(old, at))).map((finding) => ({ kind: 'missing' as const, finding })),
    ...after.filter((_, at) => !before.some((old) => isSame(old, at))).map((finding) => ({ kind: 'extra' as const, finding })),
  ];
}

function samePlace(a: Location, b: Location): boolean {
  return a.line === b.line && a.column === b.column;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function offset(starts: readonly number[], line: number, column: number): number {
  return (starts[line - 1] ?? 0) + column - 1;
}
