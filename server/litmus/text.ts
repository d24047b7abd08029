/** Pieces of text and their places. */

/** Offsets into the text; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A piece of text and where it stands. */
export interface Word extends Span {
  readonly text: string;
}

/** The piece of a text as a word. */
export function wordAt(text: string, start: number, length: number): Word {
  return { text: text.slice(start, start + length), start, end: start + length };
}

/** The end of the block whose brace opens here: behind its closing brace, or behind the first one at the beginning of a line. */
export function blockEnd(code: string, start: number): number {
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    if (code[at] === '{') depth++;
    if (code[at] === '}' && (--depth <= 0 || code[at - 1] === '\n')) return at + 1;
  }
  return code.trimEnd().length;
}
