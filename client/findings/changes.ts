/** Which lines of a file differ from the last commit, read from a unified diff, and which findings these lines may have to do with. Lines are 0-based. */
import { placesOf, type Finding } from './finding';

/** Lines that differ, both included. Where lines are only missing, these are the lines on either side. */
export interface ChangedLines {
  readonly first: number;
  readonly last: number;
}

/** The whole of a file that the last commit does not have. */
export const ALL_LINES: readonly ChangedLines[] = [{ first: 0, last: Number.MAX_SAFE_INTEGER }];

/** Reads the unified diff of one file; the lines are those of its new side. What is no diff has no changes. */
export function changedLines(diff: string): ChangedLines[] {
  const changes: ChangedLines[] = [];
  let line = 0;
  /** Lines of the hunk that are still to come on either side. */
  let old = 0;
  let fresh = 0;
  for (const text of diff.split('\n')) {
    if (old <= 0 && fresh <= 0) {
      const head = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
      if (head === null) continue;
      old = Number(head[1] ?? 1);
      fresh = Number(head[3] ?? 1);
      // The side of a hunk that has no lines is told by the line before it.
      line = Number(head[2]) - (fresh === 0 ? 0 : 1);
    } else if (text.startsWith('+')) {
      changes.push({ first: line, last: line });
      line++;
      fresh--;
    } else if (text.startsWith('-')) {
      changes.push({ first: Math.max(0, line - 1), last: line });
      old--;
    } else if (!text.startsWith('\\')) {
      line++;
      old--;
      fresh--;
    }
  }
  return joined(changes);
}

/** The changes of a text that is not saved yet: those of the file, moved by what was typed, and the lines that were typed. */
export function withUnsaved(changes: readonly ChangedLines[], saved: string, current: string): ChangedLines[] {
  const before = lines(saved);
  const after = lines(current);
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  if (head === before.length && head === after.length) return [...changes];
  const end = before.length - tail;
  const shift = after.length - before.length;
  // What lies in the typed part becomes its end: the part counts as changed as a whole.
  const moved = (line: number): number => (line < head ? line : line >= end ? line + shift : Math.min(line, after.length - tail));
  const typed = after.length - tail > head ? { first: head, last: after.length - tail - 1 } : { first: Math.max(0, head - 1), last: head };
  return joined([...changes.map(({ first, last }) => ({ first: moved(first), last: moved(last) })), typed]);
}

/**
 * Does a change touch a finding: a line of its path, or one that lies between two of its steps? A recheck that was taken out leaves a gap there and no
 * line. Steps that lead backwards in a file are calls of functions that stand above, and what lies between those is not on the path.
 */
export function isTouched(finding: Finding, changesOf: (uri: string) => readonly ChangedLines[]): boolean {
  const places = placesOf(finding);
  return places.some((place, index) => {
    const next = places[index + 1];
    const last = next !== undefined && next.uri === place.uri && next.line > place.line ? next.line : place.endLine;
    return changesOf(place.uri).some((change) => change.first <= last && change.last >= place.line);
  });
}

/** In order, without overlaps. */
function joined(changes: readonly ChangedLines[]): ChangedLines[] {
  const result: ChangedLines[] = [];
  for (const change of [...changes].sort((a, b) => a.first - b.first)) {
    const before = result.at(-1);
    if (before !== undefined && change.first <= before.last + 1) result[result.length - 1] = { first: before.first, last: Math.max(before.last, change.last) };
    else result.push(change);
  }
  return result;
}

function lines(text: string): string[] {
  return text.split(/\r?\n/);
}
