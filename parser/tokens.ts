/** The token buffer that the lexer fills and the later stages walk: parallel arrays, reused from one text to the next. */

/** Token kinds; a punctuation character is its own char code. */
export const WORD = 1;
export const NUMBER = 2;
export const STRING = 3;
export const CHARACTER = 4;

export const OPEN_PAREN = 40;
export const CLOSE_PAREN = 41;
export const STAR = 42;
export const COMMA = 44;
export const DOT = 46;
export const COLON = 58;
export const SEMICOLON = 59;
export const EQUALS = 61;
export const OPEN_BRACKET = 91;
export const CLOSE_BRACKET = 93;
export const OPEN_BRACE = 123;
export const CLOSE_BRACE = 125;

export class Tokens {
  count = 0;
  kind = new Uint8Array(1 << 14);
  start = new Int32Array(1 << 14);
  end = new Int32Array(1 << 14);
  /** Words: the number of names.ts. Braces: 1 when the line they stand in begins in column 0. */
  id = new Int32Array(1 << 14);
  /** Brackets: the index of the partner, or -1. */
  match = new Int32Array(1 << 14);

  push(kind: number, start: number, end: number, id: number): number {
    const at = this.count;
    if (at === this.kind.length) this.grow();
    this.kind[at] = kind;
    this.start[at] = start;
    this.end[at] = end;
    this.id[at] = id;
    this.match[at] = -1;
    this.count = at + 1;
    return at;
  }

  private grow(): void {
    const size = this.kind.length * 2;
    const kind = new Uint8Array(size);
    kind.set(this.kind);
    this.kind = kind;
    this.start = wider(this.start, size);
    this.end = wider(this.end, size);
    this.id = wider(this.id, size);
    this.match = wider(this.match, size);
  }
}

function wider(array: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(size);
  copy.set(array);
  return copy;
}
