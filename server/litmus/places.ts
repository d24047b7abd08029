/** Places of problems: an editor wants the whole word underlined. */
import type { Range } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Span } from './text';
import type { Problem } from '../../simulator/litmus/problem';

/** How far behind its offset a problem's word is looked for. */
const FAR = 2000;

/** What to underline: the word that a problem is about, or the piece of text that it names, on one line. */
export function spanOf(text: string, { offset, end, word }: Problem): Span {
  const start = Math.min(Math.max(0, offset), text.length);
  if (word !== undefined && word !== '') {
    const found = new RegExp(`(?<![\\w-])${word.replace(/[^\w\s]/g, '\\$&')}(?![\\w-])`).exec(text.slice(start, start + FAR));
    if (found) return { start: start + found.index, end: start + found.index + word.length };
  }
  const rest = /^[^\n]*/.exec(text.slice(start))![0].trimEnd();
  if (end !== undefined && end > start) return { start, end: Math.max(start + 1, Math.min(end, start + rest.length)) };
  // A header line as a whole, an identifier, or whatever stands there.
  const token = /^(?:[A-Z][a-z]+:[^\n]*[^\s]|#[ \t]*\w+(?:[ \t]+\w+)?|\w+|\S)/.exec(rest.replace(/[ \t]*\*\)$/, ''));
  if (token) return { start, end: start + token[0].length };
  // Where something is missing: behind what stands before it.
  const before = text.slice(0, start).trimEnd().length;
  return { start: Math.max(0, before - 1), end: before };
}

export function rangeOf(document: TextDocument, { start, end }: Span): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}
