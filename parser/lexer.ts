/**
 * The one pass over the characters of a file: words, literals and brackets into tokens, comments skipped, preprocessor lines taken out.
 * Of conditional branches that are no separate definitions only the first one that can be compiled yields tokens.
 */
import { ConditionalStack, directiveEnd, directiveName, nextBranch, readMacro, settle, type Macro } from './preprocessor';
import { hashSeed, hashStep, intern } from './names';
import { CHARACTER, CLOSE_BRACE, CLOSE_BRACKET, CLOSE_PAREN, NUMBER, OPEN_BRACE, OPEN_BRACKET, OPEN_PAREN, STRING, type Tokens, WORD } from './tokens';
import type { Edits } from './edits';
import { betweenDeclarations, headOfDefinition } from './boundaries';

/** Character classes below 128; everything above is part of a word. */
const SPACE = 0, LETTER = 1, DIGIT = 2, OTHER = 3, LINE = 4, QUOTE = 5, TICK = 6, SLASH = 7, HASH = 8, OPEN = 9, CLOSE = 10;
const classOf = new Uint8Array(128).fill(OTHER);
for (const code of [0, 9, 11, 12, 13, 32, 92]) classOf[code] = SPACE;
for (let code = 48; code <= 57; code++) classOf[code] = DIGIT;
for (let code = 65; code <= 90; code++) classOf[code] = classOf[code + 32] = LETTER;
for (const [character, kind] of [['_', LETTER], ['$', LETTER], ['\n', LINE], ['"', QUOTE], ["'", TICK], ['/', SLASH], ['#', HASH]] as const) {
  classOf[character.charCodeAt(0)] = kind;
}
for (const code of [OPEN_PAREN, OPEN_BRACKET, OPEN_BRACE]) classOf[code] = OPEN;
for (const code of [CLOSE_PAREN, CLOSE_BRACKET, CLOSE_BRACE]) classOf[code] = CLOSE;

/** Fills `tokens` from `text`, puts what the preprocessor takes away into `edits`, and collects function-like macros. */
export function lex(text: string, tokens: Tokens, edits: Edits, macros: Map<string, Macro>): void {
  const length = text.length;
  const conditionals = new ConditionalStack();
  const brackets = new Brackets(tokens);
  tokens.count = 0;
  let at = 0;
  let lineStart = 0;
  let fresh = true; // No token yet in this line.
  let column0 = false; // The line's first token stands in column 0.

  while (at < length) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (classOf[code] as number) : code === 0xfeff || code === 0xa0 ? SPACE : LETTER;
    if (kind === SPACE) {
      at++;
      continue;
    }
    if (kind === LINE) {
      at++;
      lineStart = at;
      fresh = true;
      continue;
    }
    if (kind === SLASH) {
      const next = text.charCodeAt(at + 1);
      if (next === 42) {
        const end = text.indexOf('*/', at + 2);
        at = end < 0 ? length : end + 2;
        continue;
      }
      if (next === 47) {
        at = lineEnd(text, at);
        continue;
      }
    }
    if (kind === HASH && fresh) {
      const end = directiveEnd(text, at);
      at = directive(at, end);
      continue;
    }
    if (fresh) {
      column0 = at === lineStart;
    }
    const start = at;
    if (kind === LETTER) {
      let hash = hashSeed;
      let letter = code;
      do {
        hash = hashStep(hash, letter);
        at++;
        letter = at < length ? text.charCodeAt(at) : 0;
      } while (letter >= 128 ? letter !== 0xa0 && letter !== 0xfeff : classOf[letter] === LETTER || classOf[letter] === DIGIT);
      tokens.push(WORD, start, at, intern(text, start, at, hash));
    } else if (kind === DIGIT) {
      at = numberEnd(text, at);
      tokens.push(NUMBER, start, at, 0);
    } else if (kind === QUOTE || kind === TICK) {
      at = literalEnd(text, at, code);
      tokens.push(kind === QUOTE ? STRING : CHARACTER, start, at, 0);
    } else {
      at++;
      if (kind === OPEN) {
        if (code === OPEN_BRACE && fresh && column0 && brackets.depth > 0) {
          const head = headOfDefinition(tokens, text);
          if (head >= 0) brackets.abandon(head);
        }
        brackets.open(tokens.push(code, start, at, column0 || brackets.depth === 0 ? 1 : 0), code);
      } else if (kind === CLOSE) {
        brackets.close(tokens.push(code, start, at, 0), code, fresh && column0 && column0Follows(text, at));
      } else {
        tokens.push(code < 128 ? code : 127, start, at, 0);
      }
    }
    fresh = false;
  }
  brackets.abandon(tokens.count);

  /** Handles a preprocessor line and returns where lexing goes on. */
  function directive(start: number, end: number): number {
    const name = directiveName(text, start);
    edits.put(start, end);
    if (name === 'define') {
      readMacro(text, start, end, macros);
    } else if (name === 'if' || name === 'ifdef' || name === 'ifndef') {
      const settled = settle(text.slice(start, end));
      conditionals.push(brackets.depth === 0 && betweenDeclarations(tokens), settled === 1);
      if (settled === 0) return skip(end);
    } else if (name === 'else' || name.startsWith('elif')) {
      // A branch was kept so far. At file level the other one usually defines the same functions again, and both are wanted.
      if (conditionals.top !== undefined) {
        const separate = conditionals.top.separate && !conditionals.top.settled && brackets.depth === 0 && betweenDeclarations(tokens);
        if (!separate) {
          conditionals.top.settled = true;
          return skip(end);
        }
        if (name !== 'else' && settle(text.slice(start, end)) === 0) return skip(end);
      }
    } else if (name === 'endif') {
      conditionals.pop();
    }
    return end;
  }

  /** Blanks a dropped branch: from behind its directive to the next branch that is kept, or behind the #endif. */
  function skip(from: number): number {
    for (;;) {
      const next = nextBranch(text, from);
      edits.put(from, next.start);
      edits.put(next.start, next.end);
      from = next.end;
      if (next.name === 'endif' || next.name === '') {
        conditionals.pop();
        return from;
      }
      if (conditionals.top?.settled) continue;
      const settled = next.name === 'else' ? 1 : settle(text.slice(next.start, next.end));
      if (settled === 0) continue;
      if (settled === 1 && conditionals.top !== undefined) conditionals.top.settled = true;
      return from;
    }
  }
}

/** How many open brackets are searched for a partner. */
const unclosed = 64;

/** Pairs brackets, and keeps a missing or surplus one from spreading beyond the function it stands in. */
class Brackets {
  depth = 0;
  private braces = 0;
  private stack = new Int32Array(256);

  constructor(private readonly tokens: Tokens) {}

  open(index: number, code: number): void {
    const { tokens } = this;
    // The brace of `extern "C" {` opens no scope that matters.
    if (code === OPEN_BRACE && this.depth === 0 && index >= 2 && tokens.kind[index - 1] === STRING && tokens.kind[index - 2] === WORD) return;
    if (this.depth === this.stack.length) {
      const wider = new Int32Array(this.stack.length * 2);
      wider.set(this.stack);
      this.stack = wider;
    }
    this.stack[this.depth++] = index;
    if (code === OPEN_BRACE) this.braces++;
  }

  close(index: number, code: number, inColumn0: boolean): void {
    const { tokens, stack } = this;
    const opener = code === CLOSE_PAREN ? OPEN_PAREN : code === CLOSE_BRACKET ? OPEN_BRACKET : OPEN_BRACE;
    let at = this.depth - 1;
    if (code === CLOSE_BRACE) {
      // A parenthesis left open ends with its block.
      if (this.braces === 0) return;
      while (tokens.kind[stack[at] as number] !== OPEN_BRACE) at--;
      if (inColumn0) at = this.columnPartner(at);
      for (let passed = at; passed < this.depth; passed++) if (tokens.kind[stack[passed] as number] === OPEN_BRACE) this.braces--;
    } else {
      // A block left open does not end with a parenthesis. The bound keeps unbalanced text linear.
      for (const last = at - unclosed; at > last && at >= 0; at--) {
        const kind = tokens.kind[stack[at] as number];
        if (kind === opener) break;
        if (kind === OPEN_BRACE) return;
      }
      if (at < 0 || tokens.kind[stack[at] as number] !== opener) return;
    }
    const open = stack[at] as number;
    tokens.match[open] = index;
    tokens.match[index] = open;
    this.depth = at;
  }

  /** In column 0 ends what began in column 0: when the brace of an inner block is missing, the outer block ends all the same. */
  private columnPartner(at: number): number {
    const { tokens, stack } = this;
    if (tokens.id[stack[at] as number] === 1) return at;
    for (let outer = at - 1, last = at - unclosed; outer > last && outer >= 0; outer--) {
      const open = stack[outer] as number;
      if (tokens.kind[open] === OPEN_BRACE && tokens.id[open] === 1) return outer;
    }
    return at;
  }

  /** Gives up what is open: the outermost bracket ends before the token `next`. */
  abandon(next: number): void {
    if (this.depth > 0) this.tokens.match[this.stack[0] as number] = Math.max(next - 1, this.stack[0] as number);
    this.depth = 0;
    this.braces = 0;
  }
}

/** End of a line, with its continuation lines. */
export function lineEnd(text: string, from: number): number {
  for (;;) {
    const end = text.indexOf('\n', from);
    if (end < 0) return text.length;
    let last = end - 1;
    if (text.charCodeAt(last) === 13) last--;
    if (text.charCodeAt(last) !== 92) return end;
    from = end + 1;
  }
}

/** Does the next line that is not empty begin in column 0 (or is there none)? Then a `}` in column 0 is likely to be a definition's. */
function column0Follows(text: string, from: number): boolean {
  let line = text.indexOf('\n', from);
  // Few lines are looked at, so that a text of empty lines stays linear.
  for (let step = 0; step < 8 && line >= 0; step++) {
    const code = text.charCodeAt(line + 1);
    // A label stands in column 0 as well, and is inside a function.
    if (code !== 10 && code !== 13) return code !== 32 && code !== 9 && !/^\w+\s*:/.test(text.slice(line + 1, line + 81));
    line = text.indexOf('\n', line + 1);
  }
  return true;
}

/** End of a string or character literal; one that is not closed ends with its line. */
function literalEnd(text: string, start: number, quote: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === 92) {
      at += text.charCodeAt(at + 1) === 13 ? 3 : 2;
      continue;
    }
    if (code === 10) return at;
    at++;
  }
  return text.length;
}

/** End of a preprocessing number: digits, letters, dots, and signs behind an exponent. */
function numberEnd(text: string, start: number): number {
  let at = start + 1;
  const hex = (text.charCodeAt(at) | 32) === 120;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? classOf[code] : OTHER;
    if (kind === LETTER || kind === DIGIT) {
      at++;
    } else if (code === 46 && text.charCodeAt(at + 1) !== 46) {
      at++;
    } else if ((code === 43 || code === 45) && !hex && (text.charCodeAt(at - 1) | 32) === 101) {
      at++;
    } else {
      break;
    }
  }
  return at;
}
