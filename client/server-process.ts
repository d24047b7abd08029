/** The language server and the connection to it. */
import * as vscode from 'vscode';
import type * as Library from './language-client';
import type { LanguageClientOptions, Middleware, ServerOptions } from 'vscode-languageclient/node';
import { OPEN_RACE } from './races';
import { LITMUS, SELECTOR, kernelRoot } from './kernel-files';
import { EXPLAIN_RULE } from './rules';
import { SHOW_PLACES } from './places';

export interface Channels {
  readonly output: vscode.OutputChannel;
  readonly trace: vscode.OutputChannel;
}

/** A client of that library that has not been started yet. Its id is the section of the settings, where `trace.server` is looked up. */
export function createClient({ LanguageClient, TransportKind }: typeof Library, context: vscode.ExtensionContext, { output, trace }: Channels): Library.LanguageClient {
  const module = context.asAbsolutePath('dist/server.js');
  const server: ServerOptions = {
    run: { module, transport: TransportKind.ipc },
    debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6009'] } },
  };
  const options: LanguageClientOptions = {
    documentSelector: SELECTOR,
    outputChannel: output,
    traceOutputChannel: trace,
    middleware,
    initializationOptions: { statusNotification: true, commands: [OPEN_RACE, EXPLAIN_RULE, SHOW_PLACES] },
  };
  return new LanguageClient('mmReview', 'Kernel MM Review', server, options);
}

/** Litmus files that the server is told of: not those of a commit, for example. */
const isLitmus = ({ languageId, uri }: vscode.TextDocument): boolean => languageId === LITMUS && (uri.scheme === 'file' || uri.scheme === 'untitled');

const inTree = (uri: vscode.Uri): boolean => uri.scheme === 'file' && kernelRoot(uri.fsPath) !== undefined;
const ours = (document: vscode.TextDocument): boolean => isLitmus(document) || inTree(document.uri);

/** Keeps C files of other projects away from the server. */
const middleware: Middleware = {
  didOpen: (document, next) => (ours(document) ? next(document) : Promise.resolve()),
  didChange: (event, next) => (ours(event.document) ? next(event) : Promise.resolve()),
  didClose: (document, next) => (ours(document) ? next(document) : Promise.resolve()),
  provideHover: (document, position, token, next) => (ours(document) ? next(document, position, token) : undefined),
  provideCodeActions: (document, range, context, token, next) => (ours(document) ? next(document, range, context, token) : undefined),
  provideCodeLenses: (document, token, next) => (ours(document) ? next(document, token) : undefined),
  provideCompletionItem: (document, position, context, token, next) => (isLitmus(document) ? next(document, position, context, token) : undefined),
  provideDefinition: (document, position, token, next) => (isLitmus(document) ? next(document, position, token) : undefined),
  provideDocumentSymbols: (document, token, next) => (isLitmus(document) ? next(document, token) : undefined),
  provideFoldingRanges: (document, context, token, next) => (isLitmus(document) ? next(document, context, token) : undefined),
  provideDocumentLinks: (document, token, next) => (ours(document) ? next(document, token) : undefined),
  prepareCallHierarchy: (document, position, token, next) => (ours(document) ? next(document, position, token) : undefined),
  provideInlayHints: (document, viewPort, token, next) => (ours(document) ? next(document, viewPort, token) : undefined),
  provideDocumentSemanticTokens: (document, token, next) => (ours(document) ? next(document, token) : undefined),
  provideDocumentRangeSemanticTokens: (document, range, token, next) => (ours(document) ? next(document, range, token) : undefined),
  async provideDiagnostics(document, previousResultId, token, next) {
    // Files that are not open are asked about by their URI.
    if (document instanceof vscode.Uri ? !inTree(document) && !document.path.endsWith('.litmus') : !ours(document)) return undefined;
    const report = await next(document, previousResultId, token);
    // The library turns a cancelled request (the user types on) into an empty report, which would make every squiggle blink. Told that
    // it was cancelled, it keeps what is shown and asks again.
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    return report;
  },
};
