/**
 * What is wrong in open litmus files: pushed, or pulled when the client can pull. Problems are found as soon as the user pauses; whether the `Expect` lines
 * hold is explored when nothing has been typed for a while.
 */
import {
  DiagnosticRefreshRequest, DiagnosticSeverity, DocumentDiagnosticReportKind,
  type CancellationToken, type ClientCapabilities, type Connection, type Diagnostic, type DocumentDiagnosticReport, type TextDocuments,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { checkLitmus, type Complaint } from './check';
import { isLitmus, litmusFile } from './document';
import { checkExpectations } from './expectations';
import { rangeOf } from './places';
import { runInSlices } from '../slices';
import type { Delivery } from '../delivery';
import { SOURCE } from '../diagnostics';
import type { Engine } from '../engine';
import type { Log } from '../log';

export interface LitmusDiagnostics {
  /** Answers a pull; undefined when it was cancelled or the document is not open. */
  pull(uri: string, previousResultId: string | undefined, token: CancellationToken): Promise<DocumentDiagnosticReport | undefined>;
  /** What was found last in an open document; none when that was in an older text. */
  complaints(document: TextDocument): readonly Complaint[];
}

export interface LitmusDiagnosticsOptions {
  readonly connection: Connection;
  readonly documents: TextDocuments<TextDocument>;
  readonly engine: Engine;
  readonly log: Log;
  readonly capabilities: ClientCapabilities;
  readonly delivery: Delivery;
}

/** Problems are looked for when the last edit is this old. */
const QUIET_MS = 150;
/** Expectations are explored when the last edit is this old. */
const LONG_QUIET_MS = 1000;

interface Checked {
  readonly version: number;
  readonly problems: readonly Complaint[];
  /** Expectations that do not hold; undefined until they were explored. */
  disagreements?: readonly Complaint[];
}

interface Shown {
  checked?: Checked;
  told?: { readonly id: number; readonly text: string };
  timer?: NodeJS.Timeout;
}

export function createLitmusDiagnostics({ connection, documents, engine, log, capabilities, delivery }: LitmusDiagnosticsOptions): LitmusDiagnostics {
  const { pulls } = delivery;
  const refreshes = pulls && capabilities.workspace?.diagnostics?.refreshSupport === true;
  const shown = new Map<string, Shown>();
  let results = 0;

  /** The newest text's problems; undefined when it changed meanwhile or nobody wants them any more. */
  async function check(document: TextDocument, cancelled: () => boolean): Promise<Checked | undefined> {
    const entry = shown.get(document.uri);
    const { version } = document;
    if (entry === undefined) return undefined;
    if (entry.checked?.version === version) return entry.checked;
    const abandoned = (): boolean => document.version !== version || shown.get(document.uri) !== entry || cancelled();
    try {
      const problems = await runInSlices(checkLitmus(litmusFile(document), engine.scenarios().adversaries, engine.backend), { abandoned });
      if (problems === undefined) return undefined;
      if (entry.checked?.version !== version) entry.checked = { version, problems };
    } catch (error) {
      // The text counts as checked: it would fail again.
      log.failure(`Checking ${document.uri}`, error);
      entry.checked = { version, problems: [] };
    }
    return entry.checked;
  }

  async function explore(document: TextDocument): Promise<void> {
    const checked = await check(document, () => false);
    if (checked === undefined || checked.problems.length > 0 || checked.disagreements !== undefined) return;
    const abandoned = (): boolean => document.version !== checked.version || documents.get(document.uri) !== document || !delivery.settings().enable;
    const found = await checkExpectations(litmusFile(document), engine.scenarios().adversaries, engine.backend, abandoned);
    if (found === undefined) return;
    checked.disagreements = found;
    if (found.length > 0) tell(document);
  }

  function diagnosticsOf(document: TextDocument): Diagnostic[] {
    const checked = shown.get(document.uri)?.checked;
    if (checked === undefined || !delivery.settings().enable) return [];
    return [
      ...checked.problems.map((complaint) => toDiagnostic(document, complaint, DiagnosticSeverity.Error)),
      ...(checked.disagreements ?? []).map((complaint) => toDiagnostic(document, complaint, DiagnosticSeverity.Warning)),
    ];
  }

  function remember(entry: Shown, diagnostics: readonly Diagnostic[]): string {
    const text = JSON.stringify(diagnostics);
    if (entry.told?.text !== text) entry.told = { id: ++results, text };
    return String(entry.told.id);
  }

  /** Pushes what is known, or has the client pull when that is something else than it was told. */
  function tell(document: TextDocument): void {
    const entry = shown.get(document.uri);
    const diagnostics = diagnosticsOf(document);
    if (entry === undefined || entry.told?.text === JSON.stringify(diagnostics)) return;
    if (!pulls) {
      remember(entry, diagnostics);
      void connection.sendDiagnostics({ uri: document.uri, version: document.version, diagnostics });
    } else if (refreshes && entry.told !== undefined) {
      connection.sendRequest(DiagnosticRefreshRequest.type).then(undefined, (error: unknown) => log.failure('Asking the client to pull again', error));
    }
  }

  /** Works on a document once the user pauses. Who pulls asks for the problems when it wants them. */
  function schedule(document: TextDocument): void {
    const entry = shown.get(document.uri);
    if (entry === undefined) return;
    const { version } = document;
    const later = (ms: number, work: () => Promise<void>): void => {
      clearTimeout(entry.timer);
      entry.timer = setTimeout(() => {
        if (document.version !== version || shown.get(document.uri) !== entry || !delivery.settings().enable) return;
        work().catch((error: unknown) => log.failure(`Checking ${document.uri}`, error));
      }, ms).unref();
    };
    const exploreLater = (): void => later(LONG_QUIET_MS, () => explore(document));
    if (pulls) exploreLater();
    else later(QUIET_MS, async () => {
      if (await check(document, () => false) === undefined) return;
      tell(document);
      exploreLater();
    });
  }

  // Fires for opening, too.
  documents.onDidChangeContent(({ document }) => void delivery.ready.then(() => {
    if (!isLitmus(document) || documents.get(document.uri) !== document) return;
    if (!shown.has(document.uri)) shown.set(document.uri, {});
    schedule(document);
  }));

  documents.onDidClose(({ document }) => void delivery.ready.then(() => {
    const entry = shown.get(document.uri);
    if (entry === undefined || documents.get(document.uri) !== undefined) return;
    clearTimeout(entry.timer);
    shown.delete(document.uri);
    if (!pulls && entry.told !== undefined) void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  }));

  delivery.onSettings(() => {
    for (const uri of shown.keys()) {
      const document = documents.get(uri);
      if (document === undefined) continue;
      tell(document);
      schedule(document);
    }
  });

  return {
    async pull(uri, previousResultId, token) {
      await delivery.ready;
      const document = documents.get(uri);
      const entry = shown.get(uri);
      if (document === undefined || entry === undefined) return undefined;
      // Begun anew when the text changes meanwhile: an empty answer would make what is shown blink.
      while (delivery.settings().enable && await check(document, () => token.isCancellationRequested) === undefined) {
        if (token.isCancellationRequested || shown.get(uri) !== entry) return undefined;
      }
      const items = diagnosticsOf(document);
      const resultId = remember(entry, items);
      if (resultId === previousResultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
      return { kind: DocumentDiagnosticReportKind.Full, resultId, items };
    },
    complaints(document) {
      const checked = shown.get(document.uri)?.checked;
      return checked?.version === document.version ? [...checked.problems, ...(checked.disagreements ?? [])] : [];
    },
  };
}

/** The code of our diagnostics in litmus files. */
export const LITMUS_CODE = 'litmus';

function toDiagnostic(document: TextDocument, complaint: Complaint, severity: DiagnosticSeverity): Diagnostic {
  return { range: rangeOf(document, complaint), severity, code: LITMUS_CODE, source: SOURCE, message: complaint.message };
}
