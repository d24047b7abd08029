/** Hover: what the kernel model says of the identifier under the cursor. */
import { MarkupKind, type Hover, type HoverParams } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';

export type Describe = (name: string) => string | undefined;

export function hover(document: TextDocument, position: HoverParams['position'], describe: Describe, kind: MarkupKind): Hover | null {
  const word = identifierAt(document.getText(), document.offsetAt(position));
  const value = word === undefined ? undefined : describe(word.text);
  if (word === undefined || value === undefined) return null;
  return {
    contents: { kind, value: kind === MarkupKind.PlainText ? withoutMarkup(value) : value },
    range: { start: document.positionAt(word.start), end: document.positionAt(word.start + word.text.length) },
  };
}

/** For clients that draw Markdown as it is written. */
export function withoutMarkup(markdown: string): string {
  return markdown.replace(/\\([\\`*_{}[\]<>()#+.!|-])|\*\*|`/g, (_, escaped: string | undefined) => escaped ?? '').replace(/ {2}$/gm, '');
}

const WORD = /[A-Za-z0-9_]/;

/** The C identifier that holds or touches this offset. */
export function identifierAt(text: string, offset: number): { readonly text: string; readonly start: number } | undefined {
  let start = offset;
  let end = offset;
  while (start > 0 && WORD.test(text.charAt(start - 1))) start--;
  while (end < text.length && WORD.test(text.charAt(end))) end++;
  if (start === end || /[0-9]/.test(text.charAt(start))) return undefined;
  return { text: text.slice(start, end), start };
}
