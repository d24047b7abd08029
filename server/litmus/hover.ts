/** Hover in litmus files. */
import { MarkupKind, type ClientCapabilities, type Hover, type Position } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  describeField, describeFinal, describeFunction, describeKey, describeLabel, describeLibraryThread, describeMacro, describeName, describeObject, describeProperty, describeVariant,
} from './describe';
import { litmusFile, type LitmusFile } from './document';
import { rangeOf } from './places';
import { symbolAt, type LitmusSymbol } from './symbol-at';
import type { Engine } from '../engine';
import { withoutMarkup } from '../hover';

export function litmusHover(document: TextDocument, position: Position, engine: Engine, capabilities: ClientCapabilities): Hover | null {
  const file = litmusFile(document);
  const symbol = symbolAt(file, document.offsetAt(position));
  const value = symbol && describeSymbol(file, symbol, engine);
  if (symbol === undefined || value === undefined) return null;
  const formats = capabilities.textDocument?.hover?.contentFormat;
  const contents = formats === undefined || formats.includes(MarkupKind.Markdown)
    ? { kind: MarkupKind.Markdown, value }
    : { kind: MarkupKind.PlainText, value: withoutMarkup(value.replace(/^```c?\n?/gm, '')) };
  return { contents, range: rangeOf(document, symbol.word) };
}

function describeSymbol(file: LitmusFile, symbol: LitmusSymbol, engine: Engine): string | undefined {
  const { text: name } = symbol.word;
  switch (symbol.kind) {
    case 'key': return describeKey(name);
    case 'variant': return describeVariant(file, name);
    case 'library-thread': {
      const thread = engine.scenarios().adversaries.find((each) => each.name === name);
      return thread && describeLibraryThread(thread);
    }
    case 'property': return describeProperty(name);
    case 'macro': return describeMacro(file, name);
    case 'label': return describeLabel(file, name, symbol.function);
    case 'function': return describeFunction(file, name);
    case 'object': return describeObject(file, name);
    case 'anchor': return describeFunction(file, symbol.function) ?? describeName(symbol.function, engine);
    case 'field': return describeField(name);
    case 'final': return describeFinal(symbol.thread, symbol.variable);
    case 'name': return describeName(symbol.name, engine);
  }
}
