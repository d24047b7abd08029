/** Definitions in litmus files. */
import type { Location, Position } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { anchorLocation } from './anchors';
import { litmusFile, type LitmusFile } from './document';
import { rangeOf } from './places';
import { symbolAt, type LitmusSymbol } from './symbol-at';
import { wordAt, type Word } from './text';
import type { FeatureContext } from '../feature';

/** Where the word under the cursor is defined. A variant is its line and the `#ifdef`s that it selects. */
export function definitions(document: TextDocument, position: Position, context: FeatureContext): Location[] {
  const file = litmusFile(document);
  const symbol = symbolAt(file, document.offsetAt(position));
  if (symbol === undefined) return [];
  if (symbol.kind === 'anchor') {
    const found = anchorLocation(context, document.uri, symbol.file, symbol.function);
    return found ? [found] : [];
  }
  return places(file, symbol).map((word) => ({ uri: document.uri, range: rangeOf(document, word) }));
}

function places(file: LitmusFile, symbol: LitmusSymbol): Word[] {
  const { outline, variants } = file;
  const { text: name, start } = symbol.word;
  switch (symbol.kind) {
    case 'variant': {
      const defined = variants.find((variant) => variant.name === name)?.defines ?? [];
      return [...variantLines(file, name).filter((word) => word.start !== start), ...outline.conditionals.map((each) => each.name).filter((word) => defined.includes(word.text))];
    }
    case 'macro':
      return symbol.isDirective ? definers(file, name) : outline.conditionals.map((each) => each.name).filter((word) => word.text === name);
    case 'label':
      return outline.labels.filter((label) => label.name.text === name && (symbol.function === undefined || label.function === symbol.function)).map((label) => label.name);
    case 'function':
      return outline.functions.map((each) => each.name).filter((word) => word.text === name);
    case 'object':
      return outline.declarations.map((each) => each.name).filter((word) => word.text === name);
    case 'final': {
      const thread = outline.functions.find((each) => each.name.text === symbol.thread);
      const at = thread && new RegExp(`\\b${symbol.variable}\\b`).exec(outline.code.slice(thread.body.start, thread.body.end))?.index;
      return at === undefined || !thread ? [] : [wordAt(file.text, thread.body.start + at, symbol.variable.length)];
    }
    case 'key': case 'library-thread': case 'property': case 'anchor': case 'field': case 'name':
      return [];
  }
}

function variantLines({ outline }: LitmusFile, name: string): Word[] {
  return outline.lines.filter(({ key }) => key.text === 'Variant').flatMap(({ words }) => words.slice(0, 1)).filter((word) => word.text === name);
}

/** Where a name of `#ifdef` is given to variants, or to all of them. */
function definers({ outline }: LitmusFile, name: string): Word[] {
  return outline.lines.filter(({ key }) => key.text === 'Variant' || key.text === 'Define').flatMap(({ key, words }) => (key.text === 'Variant' ? words.slice(1) : words)).filter((word) => word.text === name);
}
