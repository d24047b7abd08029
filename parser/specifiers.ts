/**
 * Masks annotations among declaration specifiers, by shape: in C two words stand side by side only in a declaration, which has one type and
 * one name; the rest is annotation.
 */
import {
  ASM, ATTRIBUTE, ATTRIBUTE_CALL, CONTROL, STATEMENT, STORAGE, TAG, TYPE, TYPEOF, UNDERSCORES,
} from './dialect';
import type { Edits } from './edits';
import { bitsOf, spelling } from './names';
import { CLOSE_PAREN, OPEN_BRACE, OPEN_PAREN, STAR, type Tokens, WORD } from './tokens';

/** Masks all runs of words in the tokens `[from, to)` of a function's head. */
export function maskWords(text: string, tokens: Tokens, edits: Edits, from: number, to: number): void {
  for (let at = from; at < to; at++) if (tokens.kind[at] === WORD) at = maskRun(text, tokens, edits, at, to, false);
}

/**
 * Masks one run of adjacent words that begins at `first` and returns the run's last token (at least `first`).
 * A word that is followed by its parameter or argument list ends the run, unless it is an annotation with arguments.
 */
export function maskRun(text: string, tokens: Tokens, edits: Edits, first: number, limit: number, inBody: boolean): number {
  const { kind, match, id } = tokens;
  const firstBits = bitsOf(id[first] as number);
  if (kind[first + 1] !== WORD && (firstBits & (ATTRIBUTE | ATTRIBUTE_CALL | TYPEOF)) === 0) return first;
  /** Words that may be the type, the declared name or an annotation. */
  const plain: number[] = [];
  const pointed = kind[first - 1] === STAR;
  let typed = pointed;
  let called = false; // The last plain word has a parenthesis behind it.
  let at = first;
  while (at < limit && kind[at] === WORD) {
    const bits = bitsOf(id[at] as number);
    const close = kind[at + 1] === OPEN_PAREN ? (match[at + 1] as number) : -1;
    if (bits & (STATEMENT | CONTROL | ASM)) break;
    if (bits & ATTRIBUTE_CALL && close > at) {
      blankTokens(tokens, edits, at, close);
      at = close + 1;
    } else if (bits & ATTRIBUTE) {
      blankTokens(tokens, edits, at, at);
      at++;
    } else if (bits & TYPEOF && close > at) {
      maskTypeof(text, tokens, edits, at, close);
      typed = true;
      at = close + 1;
    } else if (bits & TAG) {
      typed = true;
      at = tagEnd(tokens, edits, at + 1, limit);
      if (kind[at] === OPEN_BRACE) return at - 1;
    } else if (bits & (TYPE | STORAGE)) {
      if (bits & TYPE) typed = true;
      at++;
    } else if (close > at) {
      if (bits & UNDERSCORES && at < limit - 1 && isAnnotationCall(specifierFollows(tokens, close + 1), typed, plain.length, at > first)) {
        blankTokens(tokens, edits, at, close);
        at = close + 1;
        continue;
      }
      plain.push(at);
      called = true;
      at++;
      break;
    } else {
      plain.push(at);
      at++;
    }
  }
  if (at === first) return first;
  const stars = kind[at] === STAR;
  if (called && !typed && plain.length === 1 && inBody) {
    // `static DEFINE_MUTEX(lock);` is no declaration that a parser could read; without the storage class it is a call.
    if ((plain[0] as number) > first) blankTokens(tokens, edits, first, (plain[0] as number) - 1);
  } else {
    for (const index of annotations(tokens, plain, typed, stars, called)) blankTokens(tokens, edits, index, index);
  }
  // The caller has to see the word before an argument list, because it may be a call.
  return called ? at - 2 >= first ? at - 2 : first : at - 1;
}

/** Of the words of a run that may be type, name or annotation: those that are annotations. */
function annotations(tokens: Tokens, plain: readonly number[], typed: boolean, stars: boolean, called: boolean): number[] {
  if (plain.length < 2 && !(typed && stars)) return [];
  const bits = (index: number): number => bitsOf(tokens.id[index] as number);
  const rest = [...plain];
  if (!stars) {
    // One word is the declared name: the last, unless that is an annotation behind the name (`int x __hidden;`).
    let name = rest.length - 1;
    const enough = rest.length - 1 >= (typed ? 1 : 2);
    if (!called && enough && bits(rest[name] as number) & UNDERSCORES && (bits(rest[name - 1] as number) & UNDERSCORES) === 0) name--;
    rest.splice(name, 1);
  }
  if (!typed && rest.length > 0) {
    let type = rest.findIndex((index) => /(?:_t|\d)$/.test(spelling(tokens.id[index] as number)));
    if (type < 0) type = rest.findLastIndex((index) => (bits(index) & UNDERSCORES) === 0);
    rest.splice(type < 0 ? rest.length - 1 : type, 1);
  }
  return rest;
}

/** Is a word with two underscores and arguments an annotation: between specifiers, or behind the declared name? */
function isAnnotationCall(specifierFollows: boolean, typed: boolean, plain: number, inRun: boolean): boolean {
  return (specifierFollows && inRun) || plain >= (typed ? 1 : 2);
}

/** A word that continues a declaration, and is no annotation that could stand behind a parameter list. */
function specifierFollows(tokens: Tokens, at: number): boolean {
  return tokens.kind[at] === WORD && (bitsOf(tokens.id[at] as number) & (ATTRIBUTE | ATTRIBUTE_CALL | STATEMENT | CONTROL)) === 0;
}

/** Behind the name of a struct, union or enum; annotations between keyword and name are blanked. */
function tagEnd(tokens: Tokens, edits: Edits, from: number, limit: number): number {
  let at = from;
  while (at < limit && tokens.kind[at] === WORD) {
    const bits = bitsOf(tokens.id[at] as number);
    const close = tokens.kind[at + 1] === OPEN_PAREN ? (tokens.match[at + 1] as number) : -1;
    if (bits & ATTRIBUTE_CALL && close > at) {
      blankTokens(tokens, edits, at, close);
      at = close + 1;
    } else if (bits & ATTRIBUTE) {
      blankTokens(tokens, edits, at, at);
      at++;
    } else {
      return at + 1;
    }
  }
  return at;
}

/** `typeof(x)` becomes a type's name of the same length; as a cast `int`, because `(name)(x)` would read as a call. */
function maskTypeof(text: string, tokens: Tokens, edits: Edits, at: number, close: number): void {
  const start = tokens.start[at] as number;
  const end = tokens.end[close] as number;
  let behind = close + 1;
  while (tokens.kind[behind] === STAR) behind++;
  const before = tokens.kind[at - 2] === WORD ? bitsOf(tokens.id[at - 2] as number) : STATEMENT;
  const cast = tokens.kind[at - 1] === OPEN_PAREN && tokens.kind[behind] === CLOSE_PAREN && (before & STATEMENT) !== 0;
  edits.put(start, end, cast ? 'int' : 'typeof'.padEnd(firstLine(text, start, end) - start, '_'));
}

/** Turns a type into one identifier of the same length: `struct page *` becomes `struct_page__`. */
export function joinType(text: string, tokens: Tokens, edits: Edits, first: number, last: number): void {
  const start = tokens.start[first] as number;
  const end = tokens.end[last] as number;
  const line = firstLine(text, start, end);
  let name = text.slice(start, line).replace(/\W/g, '_');
  // A keyword alone has to change, or it would still be one.
  const alone = line <= (tokens.end[first] as number);
  if (alone && bitsOf(tokens.id[first] as number) & (TYPE | TAG | STORAGE)) name = name.slice(0, -1) + '_';
  edits.put(start, end, name);
}

/** Blanks the tokens `[first, last]`, including what stands between them. */
export function blankTokens(tokens: Tokens, edits: Edits, first: number, last: number): void {
  edits.put(tokens.start[first] as number, tokens.end[last] as number);
}

/** End of the part of `text[start, end)` that stands in one line. */
export function firstLine(text: string, start: number, end: number): number {
  const line = text.indexOf('\n', start);
  return line < 0 || line > end ? end : line;
}
