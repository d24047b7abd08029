/** Semantic tokens: calls that read an entry, told apart by whether its page-table lock is held there. Off unless asked for. */
import { LSPErrorCodes, ResponseError, SemanticTokensBuilder, SemanticTokensRefreshRequest, type CancellationToken, type SemanticTokens } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { FunctionFacts } from '../analyzer/spots/facts';
import type { Span } from '../parser/ir';
import { createFactsToDraw } from './facts-to-draw';
import type { Feature } from './feature';
import { refreshing } from './refreshing';

/** Modifiers as package.json describes them; a token has one of them. */
export const LEGEND = { tokenTypes: ['function'], tokenModifiers: ['lockless', 'locked'] };

export const semanticTokens: Feature = (context) => {
  const { connection, documents, capabilities, delivery } = context;
  const canRefresh = capabilities.workspace?.semanticTokens?.refreshSupport === true;
  const factsToDraw = createFactsToDraw(context, canRefresh);
  const refresh = refreshing(context, {
    isOn: (settings) => settings.semanticTokens,
    request: canRefresh ? SemanticTokensRefreshRequest.type : undefined,
    textOf: (document, facts) => tokensOf(document, facts).data.join(),
  });

  async function answer(uri: string, part: ((document: TextDocument) => Span) | undefined, token: CancellationToken): Promise<SemanticTokens> {
    const document = documents.get(uri);
    if (document === undefined || !delivery.settings().semanticTokens || !delivery.settings().enable) return { data: [] };
    const { version } = document;
    const span = part?.(document);
    const found = await factsToDraw(document, span, token);
    if (documents.get(uri)?.version !== version) throw new ResponseError(LSPErrorCodes.ContentModified, 'the text has changed');
    if (found === undefined) return { data: [] };
    refresh.drawn(uri, span, found.facts, found.isWhole);
    return tokensOf(document, found.facts);
  }

  connection.languages.semanticTokens.on(({ textDocument }, token) => answer(textDocument.uri, undefined, token));
  connection.languages.semanticTokens.onRange(({ textDocument, range }, token) =>
    answer(textDocument.uri, (document) => ({ start: document.offsetAt(range.start), end: document.offsetAt(range.end) }), token));
  return { semanticTokensProvider: { legend: LEGEND, full: true, range: true } };
};

/** Names of the called functions, in the order of the text. */
export function tokensOf(document: TextDocument, functions: readonly FunctionFacts[]): SemanticTokens {
  const text = document.getText();
  const tokens = new Map<number, { readonly length: number; readonly locked: boolean }>();
  for (const { start, reads } of functions) {
    for (const { span, callee, locked } of reads) {
      const at = new RegExp(`\\b${callee}\\b`).exec(text.slice(start + span.start, start + span.end))?.index;
      if (at !== undefined) tokens.set(start + span.start + at, { length: callee.length, locked });
    }
  }
  const builder = new SemanticTokensBuilder();
  for (const [offset, { length, locked }] of [...tokens].sort(([a], [b]) => a - b)) {
    const { line, character } = document.positionAt(offset);
    builder.push(line, character, length, 0, locked ? 2 : 1);
  }
  return builder.build();
}
