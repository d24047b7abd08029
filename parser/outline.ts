/** Walks the file-level tokens: finds the function definitions and takes out the macro calls that stand between them. */
import { ATTRIBUTE, ATTRIBUTE_CALL, CONTROL, HEAD_MACRO, lockFact, LOCK_FACT, STATEMENT, STORAGE, TAG, TYPE, TYPEOF } from './dialect';
import { maskBody } from './body';
import { type Edits } from './edits';
import type { Annotation } from './ir';
import { bitsOf, detached, spelling } from './names';
import { maskWords } from './specifiers';
import {
  CLOSE_BRACE, CLOSE_PAREN, COMMA, EQUALS, OPEN_BRACE, OPEN_BRACKET, OPEN_PAREN, SEMICOLON, STAR, type Tokens, WORD,
} from './tokens';
import type { FunctionOutline } from './types';

/** Finds all function definitions and masks their heads and bodies. */
export function outline(text: string, tokens: Tokens, edits: Edits): FunctionOutline[] {
  const functions: FunctionOutline[] = [];
  const { kind, match, count } = tokens;
  let first = 0; // First token of the declaration that is being read.
  let value = false; // Behind its `=`.
  for (let at = 0; at < count; at++) {
    const here = kind[at] as number;
    if (here === SEMICOLON) {
      takeOutMacro(tokens, edits, first, at);
      begin(at + 1);
    } else if (here === CLOSE_BRACE) {
      begin(at + 1);
    } else if (here === EQUALS) {
      value = true;
    } else if (here === OPEN_PAREN || here === OPEN_BRACKET) {
      const close = match[at] as number;
      if (close < 0) continue;
      at = close;
      if (standsAlone(text, tokens, first, at)) {
        edits.put(tokens.start[first] as number, tokens.end[at] as number);
        begin(at + 1);
      }
    } else if (here === OPEN_BRACE) {
      const close = match[at] as number;
      if (close < 0) continue; // The brace of `extern "C" {`.
      if (!value && !opensTag(tokens, first, at)) {
        const found = readDefinition(text, tokens, edits, first, at, close);
        if (found !== undefined) functions.push(found);
        begin(close + 1);
      } else if (startsAfresh(text, tokens, close + 1, value)) {
        begin(close + 1);
      }
      at = close;
    }
  }
  return functions;

  function begin(at: number): void {
    first = at;
    value = false;
  }
}

/** `MODULE_LICENSE("GPL");`, `static DEFINE_MUTEX(x);`: nothing that a parser needs, and nothing it can read. */
function takeOutMacro(tokens: Tokens, edits: Edits, first: number, semicolon: number): void {
  let at = first;
  while (at < semicolon && tokens.kind[at] === WORD && bitsOf(tokens.id[at] as number) & STORAGE) at++;
  if (tokens.kind[at] !== WORD || tokens.kind[at + 1] !== OPEN_PAREN || tokens.match[at + 1] !== semicolon - 1) return;
  edits.put(tokens.start[first] as number, tokens.end[semicolon] as number);
}

/** A macro call without semicolon (`EXPORT_SYMBOL(x)`), with the next declaration in the next line or another such macro beside it. */
function standsAlone(text: string, tokens: Tokens, first: number, close: number): boolean {
  const { kind, id } = tokens;
  if (kind[first] !== WORD || kind[first + 1] !== OPEN_PAREN || tokens.match[first + 1] !== close) return false;
  if (bitsOf(id[first] as number) & (HEAD_MACRO | ATTRIBUTE_CALL | TYPEOF)) return false;
  const next = close + 1;
  if (next >= tokens.count || kind[next] !== WORD || bitsOf(id[next] as number) & (ATTRIBUTE | ATTRIBUTE_CALL)) return false;
  if (text.slice(tokens.end[close], tokens.start[next]).includes('\n')) return true;
  return kind[next + 1] === OPEN_PAREN && isCapital(spelling(id[first] as number)) && isCapital(spelling(id[next] as number));
}

function isCapital(word: string): boolean {
  return /^[A-Z_][A-Z0-9_]*$/.test(word);
}

/** Does the token begin its line in column 0? */
function startsLine(text: string, tokens: Tokens, at: number): boolean {
  const start = tokens.start[at] as number;
  return start > 0 && text.charCodeAt(start - 1) === 10;
}

/** After the brace of a type or an initialiser: does a new declaration begin although no semicolon was seen? */
function startsAfresh(text: string, tokens: Tokens, at: number, value: boolean): boolean {
  if (at >= tokens.count || tokens.kind[at] !== WORD || !startsLine(text, tokens, at)) return false;
  return value || (bitsOf(tokens.id[at] as number) & (STORAGE | TYPE | TAG)) !== 0;
}

/** Does this `{` open the body of a struct, union or enum: `struct name {`, with attributes anywhere in between? */
function opensTag(tokens: Tokens, first: number, brace: number): boolean {
  for (let at = brace - 1; at >= first; at--) {
    if (tokens.kind[at] === CLOSE_PAREN) {
      const open = tokens.match[at] as number;
      if (open <= first || tokens.kind[open - 1] !== WORD) return false;
      // `enum NAME_OF(kind) {`
      if (open - 2 >= first && tokens.kind[open - 2] === WORD && bitsOf(tokens.id[open - 2] as number) & TAG) return true;
      if ((bitsOf(tokens.id[open - 1] as number) & ATTRIBUTE_CALL) === 0) return false;
      at = open - 1;
    } else if (tokens.kind[at] !== WORD) {
      return false;
    } else if (bitsOf(tokens.id[at] as number) & TAG) {
      return true;
    }
  }
  return false;
}

interface Head {
  readonly name: number;
  /** The parameter list's parentheses. */
  readonly open: number;
  readonly close: number;
  /** `static int NAME_OF(kind)(int a)`: the macro that makes the name out of its argument. */
  readonly pasted?: number;
}

function readDefinition(text: string, tokens: Tokens, edits: Edits, first: number, brace: number, last: number): FunctionOutline | undefined {
  const head = findHead(tokens, first, brace);
  if (head === undefined) return undefined;
  const bits = bitsOf(tokens.id[head.name] as number);
  const alone = head.name === first || isOnlyStorage(tokens, first, head.name);
  const macro = alone && (bits & HEAD_MACRO || (isCapital(spelling(tokens.id[head.name] as number)) && tokens.kind[head.open + 1] === WORD));
  const name = macro ? head.open + 1 : head.name;
  // `TYPE_OF(struct box) { ... };` defines a type.
  if (macro && bitsOf(tokens.id[name] as number) & (TAG | TYPE | STORAGE)) return undefined;
  const annotations: Annotation[] = [];
  if (macro) {
    rewriteMacroHead(tokens, edits, head, (bits & HEAD_MACRO) !== 0);
    maskWords(text, tokens, edits, head.open + 1, head.close);
  } else {
    maskHead(text, tokens, edits, first, head, brace, annotations);
  }
  const calls = maskBody(text, tokens, edits, brace, last);
  return {
    name: spelling(tokens.id[name] as number),
    span: { start: tokens.start[first] as number, end: tokens.end[last] as number },
    nameSpan: { start: tokens.start[name] as number, end: tokens.end[name] as number },
    bodyStart: tokens.start[brace] as number,
    isStatic: hasStatic(tokens, first, head.name),
    calls,
    annotations,
  };
}

/** Finds the declared name: the first word before a parenthesis that something type-like precedes and that is no annotation. */
function findHead(tokens: Tokens, first: number, brace: number): Head | undefined {
  let typed = false;
  let fallback: Head | undefined;
  for (let at = first; at < brace; at++) {
    const kind = tokens.kind[at] as number;
    if (kind === OPEN_PAREN) {
      const close = tokens.match[at] as number;
      if (close < 0 || close > brace) return fallback;
      const before = at > first && tokens.kind[at - 1] === WORD ? bitsOf(tokens.id[at - 1] as number) : 0;
      const nameable = at > first && tokens.kind[at - 1] === WORD
        && (before & (TYPE | TAG | STORAGE | STATEMENT | CONTROL | ATTRIBUTE | ATTRIBUTE_CALL | TYPEOF)) === 0;
      if (nameable) {
        const head = { name: at - 1, open: at, close };
        if (typed && tokens.kind[close + 1] === OPEN_PAREN && tokens.kind[close - 1] === WORD) {
          return { name: close - 1, open: close + 1, close: tokens.match[close + 1] as number, pasted: at - 1 };
        }
        if (typed) return head;
        fallback = head;
      } else if (before & TYPEOF) {
        typed = true;
      } else if ((before & ATTRIBUTE_CALL) === 0) {
        const inner = innerHead(tokens, at, close);
        if (inner !== undefined) return inner;
      }
      at = close;
    } else if (kind === WORD) {
      const bits = bitsOf(tokens.id[at] as number);
      if ((bits & (STORAGE | ATTRIBUTE | ATTRIBUTE_CALL)) === 0 && tokens.kind[at + 1] !== OPEN_PAREN) typed = true;
      else if (bits & (TYPE | TAG)) typed = true;
    }
  }
  return fallback;
}

/** `int (*name(int a))(int b)` and `void (name)(int a)`. */
function innerHead(tokens: Tokens, open: number, close: number): Head | undefined {
  for (let at = open + 1; at < close; at++) {
    if (tokens.kind[at] !== WORD) continue;
    const next = tokens.kind[at + 1];
    if (next === OPEN_PAREN && tokens.kind[open + 1] === STAR) return { name: at, open: at + 1, close: tokens.match[at + 1] as number };
    if (at === open + 1 && at + 1 === close && tokens.kind[close + 1] === OPEN_PAREN) return { name: at, open: close + 1, close: tokens.match[close + 1] as number };
  }
  return undefined;
}

/** Masks a head's specifiers, parameters, and what stands between the parameters and the body. */
function maskHead(text: string, tokens: Tokens, edits: Edits, first: number, head: Head, brace: number, annotations: Annotation[]): void {
  if (head.pasted === undefined) {
    maskWords(text, tokens, edits, first, head.name + 1);
  } else {
    maskWords(text, tokens, edits, first, head.pasted + 1);
    edits.put(tokens.start[head.pasted] as number, tokens.start[head.name] as number);
    edits.put(tokens.end[head.name] as number, tokens.start[head.open] as number);
  }
  maskWords(text, tokens, edits, head.open + 1, head.close);
  for (let at = first; at < brace; at++) {
    // What a function that returns a pointer to a function has behind its own parameters stays.
    if (at > head.close && tokens.kind[at] === OPEN_PAREN && (tokens.match[at] as number) > at) at = tokens.match[at] as number;
    if (tokens.kind[at] !== WORD || at === head.name) continue;
    const bits = bitsOf(tokens.id[at] as number);
    if (bits & LOCK_FACT && tokens.kind[at + 1] === OPEN_PAREN) readLockFact(text, tokens, at, annotations);
    if (at <= head.close) continue;
    const end = tokens.kind[at + 1] === OPEN_PAREN ? (tokens.match[at + 1] as number) : at;
    if (end < at || end >= brace) continue;
    edits.put(tokens.start[at] as number, tokens.end[end] as number);
    at = end;
  }
}

function readLockFact(text: string, tokens: Tokens, at: number, annotations: Annotation[]): void {
  const kind = lockFact(spelling(tokens.id[at] as number));
  const close = tokens.match[at + 1] as number;
  if (kind === undefined || close < at) return;
  // `__cond_acquires(true, lock)`: the lock is what stands last.
  let start = at + 2;
  for (let inner = start; inner < close; inner++) {
    if (tokens.kind[inner] === OPEN_PAREN && (tokens.match[inner] as number) > inner) inner = tokens.match[inner] as number;
    else if (tokens.kind[inner] === COMMA && kind === 'cond_acquires') start = inner + 1;
  }
  if (start < close) annotations.push({ kind, lock: detached(text.slice(tokens.start[start] as number, tokens.end[close - 1] as number)) });
}

/**
 * `SYSCALL_DEFINE2(name, int, a)` becomes `long  name( int a)` in the same room. A macro that is no list of types and arguments
 * becomes `long  name( )`.
 */
function rewriteMacroHead(tokens: Tokens, edits: Edits, head: Head, typed: boolean): void {
  const { start, end } = tokens;
  const name = head.open + 1;
  const comma = name + 1;
  if (tokens.kind[comma] !== COMMA || !typed) {
    // No comma to turn into a parenthesis: the name moves one to the left.
    const room = (start[name] as number) - 1 - (start[head.name] as number);
    const type = room > 4 ? 'long' : room > 3 ? 'int' : '';
    edits.put(start[head.name] as number, end[head.close] as number, type.padEnd(room) + spelling(tokens.id[name] as number) + '()');
    return;
  }
  edits.put(start[head.name] as number, start[name] as number, 'long');
  edits.put(start[comma] as number, end[comma] as number, '(');
  let odd = true;
  for (let at = comma + 1; at < head.close; at++) {
    if (tokens.kind[at] === OPEN_PAREN && (tokens.match[at] as number) > at) {
      at = tokens.match[at] as number;
    } else if (tokens.kind[at] === COMMA) {
      if (odd) edits.put(start[at] as number, end[at] as number);
      odd = !odd;
    }
  }
}

function isOnlyStorage(tokens: Tokens, first: number, name: number): boolean {
  for (let at = first; at < name; at++) {
    if (tokens.kind[at] !== WORD || (bitsOf(tokens.id[at] as number) & (STORAGE | ATTRIBUTE)) === 0) return false;
  }
  return true;
}

function hasStatic(tokens: Tokens, first: number, name: number): boolean {
  for (let at = first; at < name; at++) if (tokens.kind[at] === WORD && spelling(tokens.id[at] as number) === 'static') return true;
  return false;
}
