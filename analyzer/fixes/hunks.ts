/** A fix as lines of its files, for people to read. */
import type { TextEdit } from './fix';

/** Lines that others take the place of, as in a patch without context. */
export interface Hunk {
  readonly file: string;
  /** The first line of `removed` in the text as it is; where nothing is removed, the line that `added` comes before. From 1. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** The edits of a fix, which are in the order of their files, as whole lines. `text` gives a file as the edits were made for. */
export function hunksOf(edits: readonly TextEdit[], text: (file: string) => string | undefined): Hunk[] {
  const hunks: Hunk[] = [];
  for (const file of new Set(edits.map((edit) => edit.location.file))) {
    const old = text(file) ?? '';
    let group: TextEdit[] = [];
    const close = (): void => {
      if (group.length > 0) hunks.push(hunk(file, old, group));
      group = [];
    };
    for (const edit of edits.filter((e) => e.location.file === file)) {
      const last = group.at(-1);
      if (last && lineStart(old, edit.start) > endOfLine(old, last)) close();
      group.push(edit);
    }
    close();
  }
  return hunks;
}

function hunk(file: string, text: string, edits: readonly TextEdit[]): Hunk {
  const [first, last] = [edits[0]!, edits.at(-1)!];
  const start = lineStart(text, first.start);
  const end = endOfLine(text, last);
  let changed = '';
  let from = start;
  for (const edit of edits) {
    changed += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  const lines = (part: string): string[] => (part === '' ? [] : part.replace(/\n$/, '').split('\n'));
  const [removed, added] = [lines(text.slice(start, end)), lines(changed + text.slice(from, end))];
  let line = text.slice(0, start).split('\n').length;
  while (removed.length > 0 && added.length > 0 && removed[0] === added[0]) {
    removed.shift();
    added.shift();
    line++;
  }
  while (removed.length > 0 && added.length > 0 && removed.at(-1) === added.at(-1)) {
    removed.pop();
    added.pop();
  }
  return { file, line, removed, added };
}

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** Behind the line break of the last line that an edit touches. */
function endOfLine(text: string, { start, end }: TextEdit): number {
  // What ends with a whole line, or stands before one, does not touch the next.
  if (end === lineStart(text, end) && end > start) return end;
  const newline = text.indexOf('\n', end);
  return newline < 0 ? text.length : newline + 1;
}
