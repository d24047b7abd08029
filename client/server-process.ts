/** The language server and the connection to it. */
import * as vscode from 'vscode';
import type * as Library from './language-client';
import type { LanguageClientOptions, Middleware, ProvideCodeActionsSignature, ServerOptions } from 'vscode-languageclient/node';
import { createCheckProgress, type Shown } from './check-progress';
import { OPEN_RACE } from './races';
import { LITMUS, SELECTOR, kernelRoot } from './kernel-files';
import { EXPLAIN_RULE } from './rules';
import { createSharedRequests } from './shared-requests';
import { SHOW_PLACES } from './places';
import { PROVE_FINDING } from './proofs';

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
    middleware: {
      ...middleware,
      executeCommand: (command, args, next) => check.run(command, () => next(command, args)),
      handleWorkDoneProgress(token, value, next) {
        if (!check.handle(token, value) || value.kind === 'end') next(token, value);
      },
    },
    initializationOptions: { statusNotification: true, commands: [OPEN_RACE, EXPLAIN_RULE, SHOW_PLACES, PROVE_FINDING] },
  };
  const client = new LanguageClient('mmReview', 'Kernel MM Review', server, options);
  const check = createCheckProgress<number | string>(showProgress, (token) => void client.sendNotification('window/workDoneProgress/cancel', { token }));
  return client;
}

function showProgress(title: string, onCancel: () => void): Shown {
  let report: Shown['report'] = () => undefined;
  let close: Shown['close'] = () => undefined;
  const closed = new Promise<void>((resolve) => { close = resolve; });
  void vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (progress, token) => {
    token.onCancellationRequested(onCancel);
    report = (value) => progress.report(value);
    return closed;
  });
  return { report: (value) => report(value), close };
}

/** Litmus files that the server is told of: not those of a commit, for example. */
const isLitmus = ({ languageId, uri }: vscode.TextDocument): boolean => languageId === LITMUS && (uri.scheme === 'file' || uri.scheme === 'untitled');

const inTree = (uri: vscode.Uri): boolean => uri.scheme === 'file' && kernelRoot(uri.fsPath) !== undefined;
const ours = (document: vscode.TextDocument): boolean => isLitmus(document) || inTree(document.uri);

type CodeActions = Awaited<ReturnType<ProvideCodeActionsSignature>>;
const shareActions = createSharedRequests<CodeActions>();

/** Keeps C files of other projects away from the server. */
const middleware: Middleware = {
  didOpen: (document, next) => (ours(document) ? next(document) : Promise.resolve()),
  didChange: (event, next) => (ours(event.document) ? next(event) : Promise.resolve()),
  didClose: (document, next) => (ours(document) ? next(document) : Promise.resolve()),
  provideHover: (document, position, token, next) => (ours(document) ? next(document, position, token) : undefined),
  provideCodeActions(document, range, context, token, next) {
    if (!ours(document)) return undefined;
    const { uri, version } = document;
    // What triggers them makes no difference to the server.
    const asked = JSON.stringify([uri.toString(), version, range, context.only?.value, context.diagnostics.map(({ code, range: place, message }) => [code, place, message])]);
    return shareActions(asked, token, () => {
      const source = new vscode.CancellationTokenSource();
      return { answer: Promise.resolve(next(document, range, context, source.token)), cancel: () => source.cancel() };
    });
  },
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
