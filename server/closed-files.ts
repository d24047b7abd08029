/**
 * What is shown of files that are not open: the results of a check of the whole tree. Told by answers to `workspace/diagnostic` to a client
 * that asks for them, pushed to all others. An open document is told by its own diagnostics and never here.
 */
import type { CancellationToken, Diagnostic, PreviousResultId, WorkspaceDocumentDiagnosticReport } from 'vscode-languageserver/node';
import { DocumentDiagnosticReportKind } from 'vscode-languageserver/node';
import type { Place, Tree } from './roots';
import type { FileFindings } from './tree-check/messages';
import type { Finding } from '../analyzer/findings/finding';

export interface ClosedFiles {
  /** A check has found this in a file, so far. */
  found(tree: Tree, file: FileFindings): void;
  /** A check is done: files that are not named have nothing. */
  checked(tree: Tree, files: readonly FileFindings[]): void;
  /** Nothing is shown of closed files any more. */
  withdraw(tree: Tree): void;
  /** How diagnostics are made of findings has changed. */
  redraw(): void;
  opened(uri: string, place: Place): void;
  /** `shown` says whether the client was told of diagnostics while the document was open. */
  closed(uri: string, place: Place, shown: boolean): void;
  /** Diagnostics of a closed file, and the number of this result. */
  of(uri: string): { readonly resultId: string; readonly items: readonly Diagnostic[] } | undefined;
  /** What a check of the whole tree has found in a file that is not open; undefined when none has looked at it. */
  findingsIn(uri: string): readonly Finding[] | undefined;
  /**
   * Reports what the client does not know yet, and waits when there is nothing: clients ask again every few seconds, and what changes between checks
   * is nothing. While a check runs the reports go through `partial`. Empty when cancelled.
   */
  pull(previous: readonly PreviousResultId[], token: CancellationToken, partial?: (reports: WorkspaceDocumentDiagnosticReport[]) => void): Promise<WorkspaceDocumentDiagnosticReport[]>;
}

export interface ClosedFilesOptions {
  /** Where a file belongs among the open trees. */
  readonly known: (uri: string) => Place | undefined;
  readonly isOpen: (place: Place) => boolean;
  readonly diagnosticsOf: (tree: Tree, file: FileFindings) => Diagnostic[];
  readonly push: (uri: string, diagnostics: Diagnostic[]) => void;
  readonly isChecking: () => boolean;
  /** True when open documents are pulled: then they are no replacement for what was pushed. */
  readonly pulls: boolean;
  /** A number that no other result has. */
  readonly nextResult: () => number;
}

/**
 * A client that pulls asks for a document once more when it is closed, and takes nothing else for it until it has the answer. What is reported
 * for a file waits this long.
 */
const CLOSED_MS = 500;

interface Entry {
  readonly tree: Tree;
  uri: string;
  file: FileFindings;
  diagnostics: Diagnostic[];
  text: string;
  id: number;
  /** Not reported before. */
  heldUntil: number;
  /** The client was pushed something that is still shown. */
  pushed: boolean;
}

export function createClosedFiles({ known, isOpen, diagnosticsOf, push, isChecking, pulls, nextResult }: ClosedFilesOptions): ClosedFiles {
  const entries = new Map<Tree, Map<string, Entry>>();
  /** Whether this client asks for closed files: no capability says so. */
  let asks = false;
  const waiting = new Set<() => void>();

  function entryAt(tree: Tree, path: string): Entry {
    let ofTree = entries.get(tree);
    if (ofTree === undefined) entries.set(tree, (ofTree = new Map()));
    let entry = ofTree.get(path);
    if (entry === undefined) {
      entry = { tree, uri: tree.uriOf(path), file: { file: path, findings: [], lineLengths: [] }, diagnostics: [], text: '[]', id: nextResult(), heldUntil: 0, pushed: false };
      ofTree.set(path, entry);
    }
    return entry;
  }

  function* all(): Generator<Entry, void> {
    for (const ofTree of entries.values()) yield* ofTree.values();
  }

  function at(uri: string): Entry | undefined {
    const place = known(uri);
    return place && entries.get(place.tree)?.get(place.path);
  }

  /** Makes the diagnostics anew; true when they are others than before. */
  function draw(entry: Entry): boolean {
    const diagnostics = diagnosticsOf(entry.tree, entry.file);
    const text = JSON.stringify(diagnostics);
    if (text === entry.text) return false;
    Object.assign(entry, { diagnostics, text, id: nextResult() });
    return true;
  }

  function take(tree: Tree, file: FileFindings): void {
    const entry = entryAt(tree, file.file);
    entry.file = file;
    if (draw(entry)) pushIfClosed(entry);
  }

  function pushIfClosed(entry: Entry): void {
    const items = isOpen({ tree: entry.tree, path: entry.file.file }) || asks ? [] : entry.diagnostics;
    if (items.length === 0 && !entry.pushed) return;
    entry.pushed = items.length > 0;
    push(entry.uri, items);
  }

  function tellWaiting(): void {
    for (const wake of [...waiting]) wake();
  }

  function news(told: ReadonlyMap<string, string>): [string, WorkspaceDocumentDiagnosticReport][] {
    const now = performance.now();
    return [...all()].flatMap((entry): [string, WorkspaceDocumentDiagnosticReport][] => {
      const key = keyOf(entry.tree, entry.file.file);
      const before = told.get(key);
      if (entry.heldUntil > now || before === String(entry.id) || isOpen({ tree: entry.tree, path: entry.file.file })) return [];
      // Nothing was ever shown, or is to be shown.
      if (before === undefined && entry.diagnostics.length === 0 && entry.heldUntil === 0) return [];
      return [[key, { kind: DocumentDiagnosticReportKind.Full, uri: entry.uri, version: null, resultId: String(entry.id), items: entry.diagnostics }]];
    });
  }

  return {
    found(tree, file) {
      take(tree, file);
      tellWaiting();
    },
    checked(tree, files) {
      const named = new Set(files.map(({ file }) => file));
      for (const file of files) take(tree, file);
      for (const [path] of entries.get(tree) ?? []) if (!named.has(path)) take(tree, { file: path, findings: [], lineLengths: [] });
      tellWaiting();
    },
    withdraw(tree) {
      this.checked(tree, []);
    },
    redraw() {
      for (const entry of all()) if (draw(entry)) pushIfClosed(entry);
      tellWaiting();
    },
    opened(uri, { tree, path }) {
      const entry = entries.get(tree)?.get(path);
      if (entry === undefined) return;
      if (pulls) pushIfClosed(entry);
      entry.pushed = false;
      entry.uri = uri;
    },
    closed(uri, { tree, path }, shown) {
      const known = entries.get(tree)?.get(path);
      if (known === undefined && !shown) return;
      const entry = known ?? entryAt(tree, path);
      entry.uri = uri;
      entry.id = nextResult();
      entry.heldUntil = performance.now() + CLOSED_MS;
      setTimeout(tellWaiting, CLOSED_MS + 1).unref();
      if (!asks && entry.diagnostics.length > 0) pushIfClosed(entry);
    },
    of(uri) {
      const entry = at(uri);
      return entry && { resultId: String(entry.id), items: entry.diagnostics };
    },
    findingsIn: (uri) => at(uri)?.file.findings,
    async pull(previous, token, partial) {
      if (!asks) {
        asks = true;
        for (const entry of all()) pushIfClosed(entry);
      }
      const told = new Map(previous.map(({ uri, value }) => {
        const place = known(uri);
        return [place ? keyOf(place.tree, place.path) : uri, value] as const;
      }));
      for (let reported = false; !token.isCancellationRequested; await nextNews(token)) {
        const reports = news(told);
        if (reports.length > 0 && !(partial && isChecking())) return reports.map(([, report]) => report);
        if (reports.length > 0) partial?.(reports.map(([, report]) => report));
        reported ||= reports.length > 0;
        for (const [key, { resultId }] of reports) told.set(key, resultId ?? '');
        if (reported && !isChecking()) return [];
      }
      return [];
    },
  };

  function nextNews(token: CancellationToken): Promise<void> {
    return new Promise((resolve) => {
      const cancelled = token.onCancellationRequested(() => wake());
      const wake = (): void => {
        waiting.delete(wake);
        cancelled.dispose();
        resolve();
      };
      waiting.add(wake);
    });
  }
}

/** Names a file whatever the client's way of writing its URI is. */
function keyOf(tree: Tree, path: string): string {
  return `${tree.root ?? ''}\0${path}`;
}
