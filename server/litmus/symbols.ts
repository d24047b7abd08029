/** The outline of a litmus file: its variants, objects, functions and threads with their labels, and its question. */
import { SymbolKind, type DocumentSymbol, type SymbolInformation } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { litmusFile } from './document';
import { rangeOf } from './places';
import type { Span, Word } from './text';

export function documentSymbols(document: TextDocument): DocumentSymbol[] {
  const { outline, variants, scenario } = litmusFile(document);
  const symbol = (name: Word, whole: Span, kind: SymbolKind, detail: string, children: DocumentSymbol[] = []): DocumentSymbol =>
    ({ name: name.text, detail, kind, range: rangeOf(document, whole), selectionRange: rangeOf(document, name), ...(children.length > 0 && { children }) });
  const named = outline.lines.filter(({ key, words }) => key.text === 'Variant' && words.length > 0);
  const { exists } = outline;
  return [
    ...named.map((line) => symbol(line.words[0]!, line, SymbolKind.EnumMember, variants.find(({ name }) => name === line.words[0]!.text)?.title ?? '')),
    ...outline.declarations.map((declaration) => symbol(declaration.name, declaration, SymbolKind.Variable, declaration.type)),
    ...outline.functions.map((each) => symbol(each.name, each, SymbolKind.Function, scenario?.threadTitles.get(each.name.text) ?? '',
      outline.labels.filter(({ name }) => name.start >= each.start && name.end <= each.end).map(({ name }) => symbol(name, name, SymbolKind.Key, '')))),
    ...(exists ? [symbol({ text: 'exists', start: exists.start, end: Math.min(exists.end, exists.start + 'exists'.length) }, exists, SymbolKind.Boolean, '')] : []),
  ];
}

/** The same for clients without nesting. */
export function flatSymbols(document: TextDocument): SymbolInformation[] {
  const flatten = ({ name, kind, range, children = [] }: DocumentSymbol, containerName?: string): SymbolInformation[] =>
    [{ name, kind, location: { uri: document.uri, range }, ...(containerName !== undefined && { containerName }) }, ...children.flatMap((child) => flatten(child, name))];
  return documentSymbols(document).flatMap((each) => flatten(each));
}
