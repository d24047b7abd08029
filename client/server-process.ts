/** The language server and the connection to it. */
import * as vscode from 'vscode';
import { LanguageClient, TransportKind, type LanguageClientOptions, type Middleware, type ServerOptions } from 'vscode-languageclient/node';
import { OPEN_RACE } from './races';
import { SELECTOR, kernelRoot } from './kernel-files';
import { SHOW_PLACES } from './places';

export interface Channels {
  readonly output: vscode.OutputChannel;
  readonly trace: vscode.OutputChannel;
}

/** A client that has not been started yet. Its id is the section of the settings, where `trace.server` is looked up. */
export function createClient(context: vscode.ExtensionContext, { output, trace }: Channels): LanguageClient {
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
    initializationOptions: { statusNotification: true, commands: [OPEN_RACE, SHOW_PLACES] },
  };
  return new LanguageClient('mmReview', 'Kernel MM Review', server, options);
}

const ours = (uri: vscode.Uri): boolean => uri.scheme === 'file' && kernelRoot(uri.fsPath) !== undefined;

/** Keeps C files of other projects away from the server. */
const middleware: Middleware = {
  didOpen: (document, next) => (ours(document.uri) ? next(document) : Promise.resolve()),
  didChange: (event, next) => (ours(event.document.uri) ? next(event) : Promise.resolve()),
  didClose: (document, next) => (ours(document.uri) ? next(document) : Promise.resolve()),
  provideHover: (document, position, token, next) => (ours(document.uri) ? next(document, position, token) : undefined),
  provideCodeActions: (document, range, context, token, next) => (ours(document.uri) ? next(document, range, context, token) : undefined),
  provideCodeLenses: (document, token, next) => (ours(document.uri) ? next(document, token) : undefined),
  provideDocumentLinks: (document, token, next) => (ours(document.uri) ? next(document, token) : undefined),
  prepareCallHierarchy: (document, position, token, next) => (ours(document.uri) ? next(document, position, token) : undefined),
  provideInlayHints: (document, viewPort, token, next) => (ours(document.uri) ? next(document, viewPort, token) : undefined),
  provideDocumentSemanticTokens: (document, token, next) => (ours(document.uri) ? next(document, token) : undefined),
  provideDocumentRangeSemanticTokens: (document, range, token, next) => (ours(document.uri) ? next(document, range, token) : undefined),
  async provideDiagnostics(document, previousResultId, token, next) {
    if (!ours(document instanceof vscode.Uri ? document : document.uri)) return undefined;
    const report = await next(document, previousResultId, token);
    // The library turns a cancelled request (the user types on) into an empty report, which would make every squiggle blink. Told that
    // it was cancelled, it keeps what is shown and asks again.
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    return report;
  },
};
