/** Questions about where a file-level declaration begins and ends, asked of the tokens read so far. */
import { ATTRIBUTE_CALL, CONTROL, HEAD_MACRO, STATEMENT } from './dialect';
import { bitsOf } from './names';
import { CLOSE_BRACE, CLOSE_PAREN, OPEN_BRACE, SEMICOLON, STAR, STRING, type Tokens, WORD } from './tokens';

/** Is the last token the end of a declaration, so that a new one begins here? Asked at depth 0 only. */
export function betweenDeclarations(tokens: Tokens): boolean {
  let last = tokens.count - 1;
  // A bound keeps a file of nothing but macro calls linear.
  for (let step = 0; step < 64; step++) {
    if (last < 0) return true;
    const kind = tokens.kind[last];
    if (kind === SEMICOLON || kind === CLOSE_BRACE) return true;
    if (kind === OPEN_BRACE) return tokens.kind[last - 1] === STRING; // extern "C" {
    if (kind !== CLOSE_PAREN) return false;
    // `EXPORT_SYMBOL(x)` without a semicolon is a declaration by itself; a head that still waits for its body is not.
    const open = tokens.match[last] as number;
    if (open < 1 || tokens.kind[open - 1] !== WORD) return false;
    if (bitsOf(tokens.id[open - 1] as number) & HEAD_MACRO) return false;
    last = open - 2;
    if (last >= 0 && tokens.kind[last] === WORD) return false;
    if (last >= 0 && tokens.kind[last] === STAR) return false;
  }
  return true;
}

/**
 * First token of the definition head that ends at the last token and waits for a `{` in column 0, or -1 when this is no such head.
 * Asked inside another body: then that one's closing brace is missing.
 */
export function headOfDefinition(tokens: Tokens, text: string): number {
  let at = tokens.count - 1;
  while (at > 0) {
    while (at > 0 && tokens.kind[at] === WORD) at--;
    if (tokens.kind[at] !== CLOSE_PAREN) return -1;
    const open = tokens.match[at] as number;
    if (open < 1 || tokens.kind[open - 1] !== WORD) return -1;
    const bits = bitsOf(tokens.id[open - 1] as number);
    if (bits & CONTROL) return -1;
    at = open - 1;
    if (bits & ATTRIBUTE_CALL) {
      at--;
      continue;
    }
    let first = at;
    while (first > 0 && (tokens.kind[first - 1] === WORD || tokens.kind[first - 1] === STAR)) first--;
    if (tokens.kind[first] !== WORD || bitsOf(tokens.id[first] as number) & STATEMENT) return -1;
    const start = tokens.start[first] as number;
    const named = first < at || (bits & HEAD_MACRO) !== 0;
    return named && (start === 0 || text.charCodeAt(start - 1) === 10) ? first : -1;
  }
  return -1;
}
