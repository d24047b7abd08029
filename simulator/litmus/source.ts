/** The parts of a litmus file: `C name`, a comment with header lines, the init block, C text, and `exists (...)`. */
import { unknownWord, type Problem } from './problem';

/** A piece of the file with its place. */
export interface Piece {
  readonly text: string;
  readonly offset: number;
}

export interface Parts {
  readonly name: string;
  readonly header: Piece;
  /** What stands between the braces. */
  readonly init: Piece;
  /** The C text, as long as the file: everything else is blank, so that offsets are those of the file. */
  readonly body: string;
  readonly exists: Piece | undefined;
}

/** One `Key: value` line of the header. */
export interface HeaderLine {
  readonly key: string;
  readonly value: string;
  readonly offset: number;
}

export const headerKeys = ['Result', 'Title', 'Rule', 'Fixes', 'Commit', 'Source', 'Variant', 'Expect', 'Cover', 'Anchor', 'Thread', 'Adversary', 'Define', 'Needs', 'Unchecked', 'Checked', 'Through'] as const;
export type HeaderKey = (typeof headerKeys)[number];

/** Splits a file. Undefined (with a problem) when it has no name or no init block. */
export function splitFile(text: string, problems: Problem[]): Parts | undefined {
  const head = /^\s*C[ \t]+([\w+.-]+)[ \t]*(?=\r?\n|$)/.exec(text);
  if (!head) {
    problems.push({ offset: 0, message: 'a litmus file begins with "C name"' });
    return undefined;
  }
  let at = head[0].length;
  let header: Piece = { text: '', offset: at };
  const comment = /^\s*(\(\*|\/\*)/.exec(text.slice(at));
  if (comment) {
    const start = at + comment[0].length;
    const close = comment[1] === '(*' ? '*)' : '*/';
    const end = text.indexOf(close, start);
    if (end < 0) {
      problems.push({ offset: start - 2, message: `this comment has no ${close}` });
      return undefined;
    }
    header = { text: text.slice(start, end), offset: start };
    at = end + 2;
  }
  const open = /^\s*\{/.exec(text.slice(at));
  if (!open) {
    problems.push({ offset: at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0), message: 'the init block is missing: { ... } with the shared objects' });
    return undefined;
  }
  const initStart = at + open[0].length;
  const initEnd = closingBrace(text, initStart);
  if (initEnd < 0) {
    problems.push({ offset: initStart - 1, message: 'this init block has no }' });
    return undefined;
  }
  const condition = /^[ \t]*exists\b/m.exec(text.slice(initEnd + 1));
  const existsStart = condition ? initEnd + 1 + condition.index + condition[0].length : undefined;
  const bodyEnd = condition ? initEnd + 1 + condition.index : text.length;
  const blank = (piece: string): string => piece.replace(/[^\r\n]+/g, (text) => ' '.repeat(text.length));
  return {
    name: head[1]!, header, init: { text: text.slice(initStart, initEnd), offset: initStart },
    body: blank(text.slice(0, initEnd + 1)) + text.slice(initEnd + 1, bodyEnd) + blank(text.slice(bodyEnd)),
    exists: existsStart === undefined ? undefined : { text: text.slice(existsStart), offset: existsStart },
  };
}

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    if (text.startsWith('/*', i)) {
      const end = text.indexOf('*/', i + 2);
      i = end < 0 ? text.length : end + 1;
    } else if (text[i] === '{') {
      depth++;
    } else if (text[i] === '}' && --depth === 0) {
      return i;
    }
  }
  return -1;
}

/** The header's `Key: value` lines; everything else in it is prose. */
export function headerLines(header: Piece, problems: Problem[]): HeaderLine[] {
  const lines: HeaderLine[] = [];
  let offset = header.offset;
  for (const line of header.text.split('\n')) {
    const match = /^([\s*]*)([A-Z][a-z]+):[ \t]+(.*?)[ \t\r]*$/.exec(line);
    if (match) {
      const [, indent, key, value] = match;
      const place = offset + indent!.length;
      if ((headerKeys as readonly string[]).includes(key!)) {
        lines.push({ key: key!, value: value!, offset: place });
      } else {
        const unknown = unknownWord(`unknown header line ${key}`, key!, headerKeys);
        if (unknown.instead !== undefined) problems.push({ offset: place, ...unknown });
      }
    }
    offset += line.length + 1;
  }
  return lines;
}

/**
 * Selects the lines of `#ifdef NAME`, `#ifndef NAME`, `#else`, `#endif` for a set of defined names. The result has the length of the input: other lines and
 * the directives are blank.
 */
export function selectLines(text: string, defined: ReadonlySet<string>, problems: Problem[]): string {
  const stack: { active: boolean; taken: boolean; offset: number }[] = [];
  const lines: string[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const directive = /^[ \t]*#[ \t]*(\w+)[ \t]*(\w*)/.exec(line);
    const isActive = stack.every((s) => s.active);
    if (directive) {
      const [, name, argument] = directive;
      const top = stack[stack.length - 1];
      if (name === 'ifdef' || name === 'ifndef') {
        if (argument === '') problems.push({ offset, message: `#${name} wants a name` });
        const active = defined.has(argument!) === (name === 'ifdef');
        stack.push({ active, taken: active, offset });
      } else if (name === 'else' && top) {
        top.active = !top.taken;
        top.taken = true;
      } else if (name === 'endif' && top) {
        stack.pop();
      } else {
        problems.push({ offset, message: name === 'else' || name === 'endif' ? `#${name} without #ifdef` : `#${name} is not known here: #ifdef, #ifndef, #else and #endif are` });
      }
      lines.push(blankLine(line));
    } else {
      lines.push(isActive ? line : blankLine(line));
    }
    offset += line.length + 1;
  }
  for (const open of stack) problems.push({ offset: open.offset, message: 'this #ifdef has no #endif' });
  return lines.join('\n');
}

function blankLine(line: string): string {
  return line.replace(/[^\r]+/g, (text) => ' '.repeat(text.length));
}

/** Names that `#ifdef` and `#ifndef` ask for. */
export function conditionalNames(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^[ \t]*#[ \t]*ifn?def[ \t]+(\w+)/gm)].map((match) => match[1]!));
}
