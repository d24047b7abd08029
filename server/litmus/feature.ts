/**
 * Completion, folding, outline and definitions of litmus files. No other server has them for this language; for C others do it better, so that clients
 * are told that it is for litmus files only, where that can be said.
 */
import {
  BulkRegistration, CompletionRequest, DefinitionRequest, DocumentSymbolRequest, FoldingRangeRequest,
  type CompletionOptions, type DocumentSelector, type HandlerResult, type ServerCapabilities, type TextDocumentIdentifier,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { completionTriggers, completions, resolveCompletion } from './completion';
import { definitions } from './definition';
import { LITMUS, isLitmus } from './document';
import { foldingRanges } from './folding';
import { documentSymbols, flatSymbols } from './symbols';
import type { Feature, FeatureContext } from '../feature';

const SELECTOR: DocumentSelector = [{ language: LITMUS }, { pattern: '**/*.litmus' }];
const COMPLETION: CompletionOptions = { triggerCharacters: completionTriggers, resolveProvider: true };

export const litmusFeature: Feature = (context) => {
  const { connection, documents, engine, capabilities, log } = context;
  const nested = capabilities.textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport === true;
  /** Answers for litmus files; a failure is logged, and answered with nothing. */
  const answer = <P extends { readonly textDocument: TextDocumentIdentifier }, R>(doing: string, work: (document: TextDocument, params: P) => R) => (params: P): HandlerResult<R | null, void> => {
    const document = documents.get(params.textDocument.uri);
    if (document === undefined || !isLitmus(document)) return null;
    try {
      return work(document, params);
    } catch (error) {
      log.failure(`${doing} in ${document.uri}`, error);
      return null;
    }
  };
  connection.onCompletion(answer('Completion', (document, params) => completions(document, params, engine, capabilities)));
  connection.onCompletionResolve((item) => resolveCompletion(item, engine, capabilities));
  connection.onFoldingRanges(answer('Folding', foldingRanges));
  connection.onDocumentSymbol(answer('The outline', (document) => (nested ? documentSymbols(document) : flatSymbols(document))));
  connection.onDefinition(answer('Definitions', (document, { position }) => definitions(document, position, context)));
  return register(context);
};

interface Row {
  /** The capability of the client that says whether it can be registered. */
  readonly able: 'completion' | 'foldingRange' | 'documentSymbol' | 'definition';
  readonly add: (bulk: BulkRegistration) => void;
  readonly offer: Partial<ServerCapabilities>;
}

/** What can be registered for litmus files alone is; the rest is offered for all documents, and answered with nothing in C. */
function register({ connection, delivery, log, capabilities: { textDocument } }: FeatureContext): Partial<ServerCapabilities> {
  const rows: readonly Row[] = [
    { able: 'completion', add: (bulk) => bulk.add(CompletionRequest.type, { documentSelector: SELECTOR, ...COMPLETION }), offer: { completionProvider: COMPLETION } },
    { able: 'foldingRange', add: (bulk) => bulk.add(FoldingRangeRequest.type, { documentSelector: SELECTOR }), offer: { foldingRangeProvider: true } },
    { able: 'documentSymbol', add: (bulk) => bulk.add(DocumentSymbolRequest.type, { documentSelector: SELECTOR }), offer: { documentSymbolProvider: true } },
    { able: 'definition', add: (bulk) => bulk.add(DefinitionRequest.type, { documentSelector: SELECTOR }), offer: { definitionProvider: true } },
  ];
  const isDynamic = ({ able }: Row): boolean => textDocument?.[able]?.dynamicRegistration === true;
  // Only once the client has been told what the server can do may it be asked for more.
  void delivery.ready.then(() => {
    const bulk = BulkRegistration.create();
    const dynamic = rows.filter(isDynamic);
    for (const { add } of dynamic) add(bulk);
    if (dynamic.length > 0) connection.client.register(bulk).then(undefined, (error: unknown) => log.failure('Registering what litmus files have', error));
  });
  return rows.filter((row) => !isDynamic(row)).reduce<Partial<ServerCapabilities>>((all, { offer }) => ({ ...all, ...offer }), {});
}
