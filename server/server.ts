/** The language server: what it can do, and which module answers what. */
import {
  DidChangeConfigurationNotification, DocumentDiagnosticReportKind, LSPErrorCodes, ResponseError, TextDocumentSyncKind, TextDocuments,
  type ClientCapabilities, type Connection, type InitializeResult,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { callHierarchy } from './call-hierarchy';
import { pullsClosedFiles } from './check-whole-tree';
import { codeActions } from './code-actions';
import { codeLenses } from './code-lenses';
import { createDelivery, type Delivery } from './delivery';
import { documentLinks } from './document-links';
import type { Engine, LoadEngine } from './engine';
import { executeCommands } from './execute-command';
import { announcedCommands, type Feature } from './feature';
import { hovers } from './hover';
import { inlayHints } from './inlay-hints';
import { createLitmusDiagnostics, type LitmusDiagnostics } from './litmus/diagnostics';
import { isLitmus } from './litmus/document';
import { litmusFeature } from './litmus/feature';
import { createLog, describeError, showFailure, type Log } from './log';
import { createProofs, type Proofs } from './proof/proofs';
import { proveRequests, sliceOf } from './proof/requests';
import { serveRaces } from './races';
import { semanticTokens } from './semantic-tokens';
import { DEFAULTS, SECTION, isRecord, parseSettings, type Settings } from './settings';
import { createStatusReporter, statusNotification, wantsStatus } from './status';

export interface ServerOptions {
  readonly loadEngine: LoadEngine;
  readonly version: string;
}

/** What it can do besides diagnostics. */
const features: readonly Feature[] = [hovers, pullsClosedFiles, executeCommands, codeActions, codeLenses, inlayHints, semanticTokens, callHierarchy, documentLinks, proveRequests, litmusFeature];

/** Serves on this connection until the client ends it. */
export function startServer(connection: Connection, { loadEngine, version }: ServerOptions): void {
  const log = createLog(connection.console);
  const documents = new TextDocuments(TextDocument);
  let capabilities: ClientCapabilities = {};
  let engine: Engine | undefined;
  let delivery: Delivery | undefined;
  let litmus: LitmusDiagnostics | undefined;
  let proofs: Proofs | undefined;

  connection.onInitialize(async ({ capabilities: offered, initializationOptions, workspaceFolders, rootUri }): Promise<InitializeResult> => {
    capabilities = offered;
    try {
      engine = await loadEngine();
    } catch (error) {
      log.failure('Loading the analyzer', error);
      showFailure(connection, `Kernel MM Review cannot start: ${describeError(error).split('\n', 1)[0]}`);
      connection.onHover(() => null);
      return { capabilities: {}, serverInfo: { name: 'mm-review', version } };
    }
    log.info(`mm-review ${version}, ${engine.description}, node ${process.version}, ${process.platform}-${process.arch}`);
    const status = wantsStatus(initializationOptions)
      ? createStatusReporter((news) => void connection.sendNotification(statusNotification, news))
      : undefined;
    delivery = createDelivery({ connection, documents, engine, log, capabilities, ...(status && { status }) });
    if (isRecord(initializationOptions)) delivery.setSettings(parseSettings(initializationOptions.settings));
    litmus = createLitmusDiagnostics({ connection, documents, engine, log, capabilities, delivery });
    proofs = createProofs({ delivery, documents, engine, log });
    // Clients that know no folders have a root, and some have the old way only.
    const folders = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri === null ? [] : [rootUri]);
    const context = { connection, documents, engine, log, capabilities, commands: announcedCommands(initializationOptions), delivery, litmus, proofs, folders };
    const offers = features.map((feature) => feature(context));
    return {
      serverInfo: { name: 'mm-review', version },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        ...(delivery.pulls && { diagnosticProvider: { identifier: 'mm-review', interFileDependencies: true, workspaceDiagnostics: false } }),
        ...offers.reduce((all, offer) => ({ ...all, ...offer }), {}),
      },
    };
  });

  connection.onInitialized(() => {
    if (capabilities.workspace?.configuration !== true) {
      delivery?.start();
      return;
    }
    if (capabilities.workspace.didChangeConfiguration?.dynamicRegistration === true) {
      connection.client.register(DidChangeConfigurationNotification.type, { section: SECTION }).then(undefined, (error: unknown) => log.failure('Watching the settings', error));
    }
    void readSettings(connection, log).then((settings) => {
      delivery?.setSettings(settings);
      delivery?.start();
    });
  });

  connection.onDidChangeConfiguration(({ settings }: { settings: unknown }) => {
    if (capabilities.workspace?.configuration === true) void readSettings(connection, log).then((read) => delivery?.setSettings(read));
    else if (isRecord(settings)) delivery?.setSettings(parseSettings(settings[SECTION]));
  });

  connection.onDidChangeWatchedFiles(({ changes }) => delivery?.filesChanged(changes.map((change) => change.uri)));

  connection.languages.diagnostics.on(async ({ textDocument, previousResultId }, token) => {
    const document = documents.get(textDocument.uri);
    const report = await (document !== undefined && isLitmus(document) ? litmus : delivery)?.pull(textDocument.uri, previousResultId, token);
    if (report !== undefined) return report;
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    return { kind: DocumentDiagnosticReportKind.Full, items: [] };
  });

  serveRaces({ connection, documents, engine: () => engine, log, sliceOf: (finding, token) => sliceOf(proofs, finding, token) });
  documents.listen(connection);
  connection.listen();
}

async function readSettings(connection: Connection, log: Log): Promise<Settings> {
  try {
    const value: unknown = await connection.workspace.getConfiguration(SECTION);
    return parseSettings(value);
  } catch (error) {
    log.failure('Reading the settings', error);
    return DEFAULTS;
  }
}
