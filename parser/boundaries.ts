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
    // The head begins with the first of its words that stands in column 0: what is before that belongs to the broken text.
    let first = -1;
    for (let word = at; word >= 0 && (tokens.kind[word] === WORD || tokens.kind[word] === STAR); word--) {
      if (tokens.kind[word] === WORD && bitsOf(tokens.id[word] as number) & STATEMENT) break;
      const start = tokens.start[word] as number;
      if (tokens.kind[word] === WORD && (start === 0 || text.charCodeAt(start - 1) === 10)) first = word;
    }
    return first >= 0 && (first < at || (bits & HEAD_MACRO) !== 0) ? first : -1;
  }
  return -1;
}
