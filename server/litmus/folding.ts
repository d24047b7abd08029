/** Folding of litmus files: header, init block, functions, comments, and the arms of `#ifdef`. */
import { FoldingRangeKind, type FoldingRange } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { litmusFile } from './document';
import type { Span } from './text';

/** Whole lines. The line of a closing brace or directive stays visible. */
export function foldingRanges(document: TextDocument): FoldingRange[] {
  const { outline, text } = litmusFile(document);
  const line = (offset: number): number => document.positionAt(offset).line;
  const fold = (startLine: number, endLine: number, kind?: FoldingRangeKind): FoldingRange[] => (endLine > startLine ? [{ startLine, endLine, ...(kind && { kind }) }] : []);
  const braces = ({ start, end }: Span): FoldingRange[] => fold(line(start), text[end - 1] === '}' ? line(end - 1) - 1 : line(end));
  const comments = [...text.slice(outline.header?.end ?? 0).matchAll(/^[ \t]*\/\*(?:(?!\*\/)[^])*\*\//gm)].map(({ 0: comment, index }) => {
    const start = (outline.header?.end ?? 0) + index;
    return { start, end: start + comment.length };
  });
  return [
    ...(outline.header ? fold(line(outline.header.start), line(outline.header.end), FoldingRangeKind.Comment) : []),
    ...(outline.init ? braces(outline.init) : []),
    ...outline.functions.flatMap(braces),
    ...comments.flatMap(({ start, end }) => fold(line(start), line(end), FoldingRangeKind.Comment)),
    ...outline.conditionals.flatMap(({ arms }) => arms.flatMap(({ start, end }) => fold(line(start) - 1, line(end) - 1))),
  ].sort((a, b) => a.startLine - b.startLine || b.endLine - a.endLine);
}
