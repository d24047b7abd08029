/** The functions and threads of a litmus file and their labels, with their places. */
import { blockEnd, wordAt, type Span, type Word } from './text';

export interface FunctionText extends Span {
  readonly name: Word;
  /** `P0`, or `P` of a library thread. */
  readonly isThread: boolean;
  /** From its brace to the end. */
  readonly body: Span;
  /** The text up to the brace, on one line. */
  readonly head: string;
  /** The comment right above it, as prose. */
  readonly comment: string | undefined;
}

export interface LabelText {
  readonly name: Word;
  /** The function that it stands in. */
  readonly function: string;
}

/** Reads the C part of a file. `code` is the text without comments, literals and directives. */
export function readBody(text: string, code: string, body: Span): { readonly functions: readonly FunctionText[]; readonly labels: readonly LabelText[] } {
  const functions: FunctionText[] = [];
  let from = body.start;
  for (let open = code.indexOf('{', from); open >= 0 && open < body.end; open = code.indexOf('{', from)) {
    const end = Math.min(blockEnd(code, open), body.end);
    const found = headOf(text, code, from, open);
    if (found) functions.push({ ...found, end, body: { start: open, end } });
    from = Math.max(end, open + 1);
  }
  return { functions, labels: functions.flatMap((each) => labelsOf(text, code, each)) };
}

/** The head of a function in front of the brace at `open`; undefined for an `enum` and the like. */
function headOf(text: string, code: string, from: number, open: number): Omit<FunctionText, 'end' | 'body'> | undefined {
  const before = code.slice(from, open);
  const match = /(?:^|[;}])\s*((?:[\w*]+\s+|\*)*?)(\w+)\s*\([^(){};]*\)\s*$/.exec(before);
  if (!match) return undefined;
  const name = wordAt(text, from + before.lastIndexOf(match[2]!, before.lastIndexOf('(')), match[2]!.length);
  const start = from + match.index + (/^[;}]?\s*/.exec(match[0])?.[0].length ?? 0);
  return { name, start, isThread: /^P\d*$/.test(name.text), head: code.slice(start, open).replace(/\s+/g, ' ').trim(), comment: commentAbove(text.slice(from, start)) };
}

/** The prose of the comment that ends right above. */
function commentAbove(before: string): string | undefined {
  const match = /\/\*((?:(?!\*\/)[^])*)\*\/[ \t]*\r?\n?$/.exec(before.replace(/(?:^[ \t]*#[^\n]*\n)+(?![^])/m, ''));
  const words = match?.[1]!.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trim()).join(' ').trim();
  // A line of dashes is a heading for a group of functions.
  return words === undefined || words === '' || /^-+ .* -+$/.test(words) ? undefined : words;
}

function labelsOf(text: string, code: string, { name, body }: FunctionText): LabelText[] {
  return [...code.slice(body.start, body.end).matchAll(/(^|[;{}])([ \t]*)([A-Za-z_]\w*)[ \t]*:(?!:)/gm)].flatMap((match) => {
    if (match[3] === 'default') return [];
    return [{ name: wordAt(text, body.start + match.index + match[1]!.length + match[2]!.length, match[3]!.length), function: name.text }];
  });
}
