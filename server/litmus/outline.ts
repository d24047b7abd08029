/**
 * The parts of a litmus file with their places, read so that half-written text has an outline as well: what is missing or broken takes nothing else
 * with it. Whether the file is right is said by the simulator, never by this.
 */
import { readBody, type FunctionText, type LabelText } from './outline-body';
import { readDeclarations, type DeclarationText } from './outline-init';
import { blockEnd, wordAt, type Span, type Word } from './text';
import { headerKeys } from '../../simulator/litmus/source';

/** A line `Key: value` of the header. */
export interface HeaderText extends Span {
  readonly key: Word;
  readonly isKnown: boolean;
  /** Without white space around it. */
  readonly value: Word;
  /** The value's words; commas separate, too. */
  readonly words: readonly Word[];
}

/** `#ifdef NAME ... #else ... #endif`. Each arm begins behind its directive's line. */
export interface Conditional extends Span {
  readonly name: Word;
  readonly arms: readonly (Span & { readonly whenDefined: boolean })[];
}

export interface Outline {
  /** The word behind `C`. */
  readonly name: Word | undefined;
  /** The comment, with its marks. */
  readonly header: Span | undefined;
  readonly lines: readonly HeaderText[];
  /** The init block, with its braces. */
  readonly init: Span | undefined;
  readonly declarations: readonly DeclarationText[];
  readonly functions: readonly FunctionText[];
  readonly labels: readonly LabelText[];
  readonly conditionals: readonly Conditional[];
  /** From the word `exists` to the end. */
  readonly exists: Span | undefined;
  /** The text with blanks in place of header, comments, literals and directives. */
  readonly code: string;
}

/** Reads a text. Total: any text has an outline. */
export function outlineOf(text: string): Outline {
  const head = /^\s*C[ \t]+([\w+.-]+)/.exec(text);
  const name = head ? wordAt(text, head[0].length - head[1]!.length, head[1]!.length) : undefined;
  const header = headerSpan(text, head?.[0].length ?? 0);
  const code = withoutProse(text, header);
  const open = /^\s*\{/.exec(code.slice(header?.end ?? head?.[0].length ?? 0));
  const initStart = open ? (header?.end ?? head?.[0].length ?? 0) + open[0].length - 1 : undefined;
  const init = initStart === undefined ? undefined : { start: initStart, end: blockEnd(code, initStart) };
  const bodyStart = init?.end ?? header?.end ?? head?.[0].length ?? 0;
  const question = /^[ \t]*exists\b/m.exec(code.slice(bodyStart));
  const exists = question ? { start: bodyStart + question.index + question[0].length - 'exists'.length, end: text.trimEnd().length } : undefined;
  const body = { start: bodyStart, end: exists?.start ?? text.length };
  return {
    name, header, lines: header ? readHeader(text, header) : [], init, declarations: init ? readDeclarations(code, init) : [],
    ...readBody(text, code, body), conditionals: readConditionals(text, header), exists, code,
  };
}

/** The comment behind the name; without an end it goes up to the init block. */
function headerSpan(text: string, from: number): Span | undefined {
  const open = /^\s*(\(\*|\/\*)/.exec(text.slice(from));
  if (!open) return undefined;
  const start = from + open[0].length - 2;
  const close = text.indexOf(open[1] === '(*' ? '*)' : '*/', start + 2);
  if (close >= 0) return { start, end: close + 2 };
  const block = /^\{/m.exec(text.slice(start));
  return { start, end: block ? start + block.index : text.length };
}

function readHeader(text: string, header: Span): HeaderText[] {
  const lines: HeaderText[] = [];
  let offset = header.start;
  for (const line of text.slice(header.start, header.end).split('\n')) {
    const match = /^([\s(*/]*)([A-Z][a-z]+)(:)([ \t]*)(.*?)(?:[ \t]*(?:\*\)|\*\/))?[ \t\r]*$/.exec(line);
    if (match) {
      const start = offset + match[1]!.length;
      const key = wordAt(text, start, match[2]!.length);
      const value = wordAt(text, key.end + 1 + match[4]!.length, match[5]!.length);
      const words = [...value.text.matchAll(/[^\s,]+/g)].map((word) => wordAt(text, value.start + word.index, word[0].length));
      lines.push({ key, isKnown: (headerKeys as readonly string[]).includes(key.text), value, words, start, end: value.end });
    }
    offset += line.length + 1;
  }
  return lines;
}

function withoutProse(text: string, header: Span | undefined): string {
  const blank = (piece: string): string => piece.replace(/[^\r\n]/g, ' ');
  const start = header?.start ?? 0;
  const end = header?.end ?? 0;
  const rest = text.slice(end).replace(/\/\*[^]*?(?:\*\/|$)|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|^[ \t]*#[^\n]*/gm, blank);
  return text.slice(0, start) + blank(text.slice(start, end)) + rest;
}

function readConditionals(text: string, header: Span | undefined): Conditional[] {
  const found: Conditional[] = [];
  const open: { readonly name: Word; readonly start: number; readonly arms: { start: number; end: number; whenDefined: boolean }[] }[] = [];
  for (const match of text.matchAll(/^[ \t]*#[ \t]*(ifdef|ifndef|else|endif)\b[ \t]*(\w*)[^\n]*\n?/gm)) {
    const { index } = match;
    if (header !== undefined && index >= header.start && index < header.end) continue;
    const behind = index + match[0].length;
    const top = open[open.length - 1];
    const arm = top?.arms[top.arms.length - 1];
    if (match[1] === 'ifdef' || match[1] === 'ifndef') {
      const at = index + match[0].indexOf(match[2]!, match[0].indexOf(match[1]) + match[1].length);
      open.push({ name: wordAt(text, at, match[2]!.length), start: index, arms: [{ start: behind, end: text.length, whenDefined: match[1] === 'ifdef' }] });
    } else if (arm !== undefined && top !== undefined) {
      arm.end = index;
      if (match[1] === 'else') top.arms.push({ start: behind, end: text.length, whenDefined: !arm.whenDefined });
      else found.push({ ...open.pop()!, end: index + match[0].trimEnd().length });
    }
  }
  return [...found, ...open.map((each) => ({ ...each, end: text.length }))].sort((a, b) => a.start - b.start);
}
