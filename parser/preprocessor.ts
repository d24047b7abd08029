/** Preprocessor lines: where they end, which branch of a conditional is settled, function-like macros. */
import { settledMacros } from './dialect';
import { detached } from './names';

/** A function-like macro. */
export interface Macro {
  readonly params: readonly string[];
  readonly body: string;
}

interface Conditional {
  /** The conditional began between two declarations at file level: its branches may be definitions of their own. */
  readonly separate: boolean;
  /** The branch that is compiled has been seen: all others are dropped. */
  settled: boolean;
}

/** The conditionals that are open. */
export class ConditionalStack {
  private readonly stack: Conditional[] = [];

  get top(): Conditional | undefined {
    return this.stack[this.stack.length - 1];
  }

  push(separate: boolean, settled: boolean): void {
    this.stack.push({ separate, settled });
  }

  pop(): void {
    this.stack.pop();
  }
}

/** The word behind the `#` at `start`, or '' for none. */
export function directiveName(text: string, start: number): string {
  let at = start + 1;
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++;
  const from = at;
  for (;;) {
    const code = text.charCodeAt(at);
    if (!(code >= 97 && code <= 122)) break;
    at++;
  }
  return text.slice(from, at);
}

/** End of the preprocessor line at `start` (the line end is not part of it): continuation lines and comments that span lines included. */
export function directiveEnd(text: string, start: number): number {
  let at = start;
  const length = text.length;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code === 10) return at;
    if (code === 92) {
      at += text.charCodeAt(at + 1) === 13 ? 3 : 2;
    } else if (code === 47 && text.charCodeAt(at + 1) === 42) {
      const end = text.indexOf('*/', at + 2);
      at = end < 0 ? length : end + 2;
    } else if (code === 34) {
      at = stringEnd(text, at);
    } else {
      at++;
    }
  }
  return length;
}

/** The next `#else`, `#elif...` or `#endif` of the same conditional behind `from`; name '' at the end of the text. */
export function nextBranch(text: string, from: number): { readonly name: string; readonly start: number; readonly end: number } {
  const length = text.length;
  let at = from;
  let nested = 0;
  let fresh = false;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code === 10) {
      fresh = true;
      at++;
    } else if (code === 32 || code === 9 || code === 13) {
      at++;
    } else if (code === 47 && text.charCodeAt(at + 1) === 42) {
      const end = text.indexOf('*/', at + 2);
      at = end < 0 ? length : end + 2;
    } else if (code === 47 && text.charCodeAt(at + 1) === 47) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? length : end;
    } else if (code === 35 && fresh) {
      const end = directiveEnd(text, at);
      const name = directiveName(text, at);
      if (name === 'if' || name === 'ifdef' || name === 'ifndef') nested++;
      else if (name === 'endif' && nested > 0) nested--;
      else if (nested === 0 && (name === 'endif' || name === 'else' || name.startsWith('elif'))) return { name, start: at, end };
      at = end;
    } else {
      fresh = false;
      at = code === 34 ? stringEnd(text, at) : at + 1;
    }
  }
  return { name: '', start: length, end: length };
}

/** Is a condition known whatever the configuration? 0: never true, 1: always true, undefined: either. */
export function settle(directive: string): 0 | 1 | undefined {
  const line = directive.replace(/\/\*[^]*?(?:\*\/|$)|\/\/.*|\\\r?\n/g, ' ').replace(/\s+/g, ' ').trim();
  const constant = /^#\s*(?:el)?if\s*\(?\s*(!?)\s*([01])\b(.*)$/.exec(line);
  if (constant !== null) {
    const value = (constant[2] === '1') !== (constant[1] === '!');
    const rest = (constant[3] ?? '').trim();
    if (rest === '' || rest === ')') return value ? 1 : 0;
    if (!value && /^\)?\s*&&/.test(rest) && !rest.includes('||')) return 0;
    return undefined;
  }
  const test = /^#\s*(?:el)?if(def|ndef|)\s*(!?)\s*(?:defined)?\s*\(?\s*(\w+)\s*\)?\s*$/.exec(line);
  const settled = test === null ? undefined : settledMacros.get(test[3] as string);
  if (test === null || settled === undefined) return undefined;
  return (settled === 1) !== (test[1] === 'ndef' || test[2] === '!') ? 1 : 0;
}

/** Adds the macro that `#define` in `text[start, end)` defines, when it takes arguments and is the first of its name. */
export function readMacro(text: string, start: number, end: number, macros: Map<string, Macro>): void {
  let at = start + 1;
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++;
  at += 'define'.length;
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++;
  const nameStart = at;
  while (at < end && isWordCode(text.charCodeAt(at))) at++;
  if (at === nameStart || text.charCodeAt(at) !== 40) return;
  const close = text.indexOf(')', at);
  if (close < 0 || close >= end) return;
  const name = detached(text.slice(nameStart, at));
  if (macros.has(name)) return;
  const params = plain(text.slice(at + 1, close)).split(',').map((param) => detached(param.trim())).filter((param) => param !== '');
  macros.set(name, { params, body: detached(plain(text.slice(close + 1, end)).trim()) });
}

/** Replacement text without comments and continuation marks. */
function plain(text: string): string {
  if (!text.includes('\n') && !text.includes('/')) return text;
  return text.replace(/("(?:[^"\\\n]|\\[^])*")|\/\*[^]*?(?:\*\/|$)|\\\r?\n/g, (_, literal: string | undefined) => literal ?? ' ');
}

function isWordCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57) || code > 127;
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 34) return at + 1;
    if (code === 10) return at;
    at += code === 92 ? 2 : 1;
  }
  return text.length;
}
