/**
 * Brings findings to the client: pushed, or pulled when it can pull, never both (every problem would show twice).
 * Findings of a file may depend on any other file of its tree, so a change in one file may change what is shown for others.
 */
import path from 'node:path';
import {
  DiagnosticRefreshRequest, DocumentDiagnosticReportKind, type CancellationToken, type ClientCapabilities, type Connection, type Diagnostic, type DocumentDiagnosticReport,
  type PreviousResultId, type TextDocuments, type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { createClosedFiles } from './closed-files';
import { createChecker, type Checker, type Question, type When } from './checker';
import { toDiagnostics, type DiagnosticAbilities } from './diagnostics';
import type { Engine } from './engine';
import { isLitmus } from './litmus/document';
import type { Log } from './log';
import { createModelFiles, isModelFile } from './model-files';
import { showWhenLong } from './progress';
import { createBoard, type Board } from './proof/board';
import { createRoots, type Place, type Tree } from './roots';
import { DEFAULTS, type Settings } from './settings';
import type { StatusReporter } from './status';
import { pathToUri, uriToPath } from './uris';
import type { TreeTexts } from './tree-texts';
import { watchTree } from './watch';
import { createWholeTree, type Totals } from './whole-tree';
import { builtinModel, type KernelModel } from '../kernel/model';
import type { Version } from '../kernel/types';
import { modelFileName } from '../kernel/model-problems';
import type { Finding } from '../analyzer/findings/finding';

export interface Delivery {
  /** True when this client pulls. */
  readonly pulls: boolean;
  /** Begins to check: the settings are known. */
  start(): void;
  /** Resolved by `start`. */
  readonly ready: Promise<void>;
  setSettings(settings: Settings): void;
  /** Calls back when there are other settings. */
  onSettings(listener: () => void): void;
  /** Answers a pull; undefined when it was cancelled or the document is not open. */
  pull(uri: string, previousResultId: string | undefined, token: CancellationToken): Promise<DocumentDiagnosticReport | undefined>;
  /**
   * Answers what is not known of closed files yet, and waits when there is nothing. `previous` is what the client knows; while a check runs, reports
   * go through `partial`.
   */
  pullClosed(previous: readonly PreviousResultId[], token: CancellationToken, partial?: (reports: WorkspaceDocumentDiagnosticReport[]) => void): Promise<WorkspaceDocumentDiagnosticReport[]>;
  /** Checks the trees that are open or in these folders (URIs); undefined when cancelled. Rejects when one cannot be checked. */
  checkWholeTrees(folders: readonly string[], token: CancellationToken): Promise<Totals | undefined>;
  /** Whether a whole tree is being checked. */
  isCheckingTree(): boolean;
  /** Files changed on disk. */
  filesChanged(uris: readonly string[]): void;
  /** What was found last in an open document, without the rules that are switched off. */
  findingsIn(uri: string): readonly Finding[];
  /** Calls back when `findingsIn` may answer otherwise than before. */
  onFindings(listener: FindingsListener): void;
  /**
   * Asks the analysis about an open document, with the newest text of every document, between the checks. Questions give way like
   * checks; they are begun anew when a text changes meanwhile. Undefined when cancelled, or when the document is not open (any more).
   */
  ask<T>(uri: string, question: Question<T>, token: CancellationToken, when?: When): Promise<T | undefined>;
  /** Another number whenever anything that an answer about this document may rest on is another: a text, a file on disk, the model. Undefined when it is not open. */
  revision(uri: string): number | undefined;
  /** What is known of the proofs of findings. */
  readonly board: Board;
  /** The board has news: tells the client what looks different now. */
  redraw(): void;
  /** Where a document belongs; undefined when its tree is not open. */
  placeOf(uri: string): Place | undefined;
  /** Findings of a document for its newest text, or of a closed file that a check of the whole tree has looked at; undefined when cancelled, or when nothing is known of it. */
  newestFindings(uri: string, token: CancellationToken): Promise<readonly Finding[] | undefined>;
  /** Calls back when files of a tree changed on disk. */
  onFiles(listener: (tree: Tree, files: readonly string[]) => void): void;
  /** A tree as the client has it. */
  textsOf(tree: Tree): Omit<TreeTexts, 'forgotten'>;
  /** URI of a file of the tree that a document belongs to. */
  uriOf(uri: string, file: string): string;
  /** An open document of the kernel tree that a file belongs to, through which its analysis can be asked; the file itself when it is open. */
  openIn(uri: string): string | undefined;
  /** One open document of each kernel tree, in the order in which the trees were opened. */
  openTrees(): readonly string[];
  /** The settings as they are now. */
  settings(): Settings;
  /** Version of the kernel that a document is of, as the settings or its tree say; undefined when nobody does. */
  versionAt(uri: string): Version | undefined;
  /** What is known about the functions that a document calls. */
  modelAt(uri: string): KernelModel;
}

export type FindingsListener = (uri: string, findings: readonly Finding[]) => void;

export interface DeliveryOptions {
  readonly connection: Connection;
  readonly documents: TextDocuments<TextDocument>;
  readonly engine: Engine;
  readonly log: Log;
  readonly capabilities: ClientCapabilities;
  readonly status?: StatusReporter;
}

/** An open document and what the client was last told of it. */
interface Shown {
  readonly uri: string;
  readonly place: Place;
  findings: readonly Finding[];
  /** Undefined until the client has been told anything. */
  told: { readonly id: number; readonly text: string } | undefined;
}

/** Refreshes that follow each other closely are one. */
const REFRESH_MS = 100;

export function createDelivery({ connection, documents, engine, log, capabilities, status }: DeliveryOptions): Delivery {
  const pulls = capabilities.textDocument?.diagnostic !== undefined;
  const refreshes = pulls && capabilities.workspace?.diagnostics?.refreshSupport === true;
  const can: DiagnosticAbilities = {
    relatedInformation: capabilities.textDocument?.publishDiagnostics?.relatedInformation === true,
    codeDescription: capabilities.textDocument?.publishDiagnostics?.codeDescriptionSupport === true,
    data: capabilities.textDocument?.publishDiagnostics?.dataSupport === true,
  };
  const shown = new Map<string, Shown>();
  const listeners: FindingsListener[] = [];
  const settingsListeners: (() => void)[] = [];
  const fileListeners: ((tree: Tree, files: readonly string[]) => void)[] = [];
  const checkers = new Map<Tree, Checker>();
  const roots = createRoots({ engine, log: log.info, onTree: treeOpened, caches: () => settings.cache });
  const models = createModelFiles({
    engine,
    send: (uri, diagnostics) => void connection.sendDiagnostics({ uri, diagnostics }),
    onModel(tree, model) {
      checkers.get(tree)?.setModel(model);
      wholeTree.changed(tree);
    },
  });
  const board = createBoard();
  let settings = DEFAULTS;
  const verdictOf = (finding: Finding): ReturnType<Board['of']> => (settings.proof === 'off' ? undefined : board.of(finding));
  const textsOf = (tree: Tree): Omit<TreeTexts, 'forgotten'> => ({
    texts: new Map([...shown.values()].filter(({ place }) => place.tree === tree).map(({ uri, place }) => [place.path, documents.get(uri)?.getText() ?? ''])),
    limits: { stepsPerFunction: settings.limits.stepsPerFunction },
    entries: [...models.modelOf(tree).primitives.values()].filter((entry) => builtinModel.primitives.get(entry.name) !== entry),
  });
  const wholeTree = createWholeTree({ connection, engine, log, settings: () => settings, textsOf, closedFiles: () => closedFiles });
  const closedFiles = createClosedFiles({
    pulls,
    known: roots.known,
    isOpen: ({ tree, path }) => documentAt(tree, path) !== undefined,
    diagnosticsOf(tree, { findings, lineLengths }) {
      const lengths = new Map(lineLengths);
      return toDiagnostics(findings, { uriOf: (file) => uriIn(tree, file), lengthOf: (line) => lengths.get(line) ?? 0, verdictOf }, settings, can);
    },
    push: (uri, diagnostics) => void connection.sendDiagnostics({ uri, diagnostics }),
    isChecking: wholeTree.isChecking,
    nextResult: () => ++results,
  });
  let started: (() => void) | undefined;
  const ready = new Promise<void>((resolve) => {
    started = resolve;
  });
  let results = 0;
  let refreshTimer: NodeJS.Timeout | undefined;

  function treeOpened(tree: Tree): void {
    if (tree.root !== undefined) {
      log.info(`Kernel tree ${tree.root}`);
      watchTree(connection, capabilities, tree.root, log);
    }
    checkers.set(tree, createChecker({
      tree,
      log,
      // Who pulls is told of changes in other files only when it can be asked to pull again, and only of what it has seen.
      watches: (path) => settings.enable && (!pulls || (refreshes && documentAt(tree, path)?.told !== undefined)),
      onFindings: (path, findings) => foundIn(tree, path, findings),
      onBusy: (busy, first) => reportStatus(tree, busy, first),
      showIndexing: () => showWhenLong(connection, 'Indexing kernel tree', log),
    }));
    checkers.get(tree)?.setLimits(settings.limits);
    models.open(tree);
    wholeTree.consider([tree]);
  }

  function documentAt(tree: Tree, path: string): Shown | undefined {
    for (const document of shown.values()) {
      if (document.place.tree === tree && document.place.path === path) return document;
    }
    return undefined;
  }

  /** Clients name a file in their own way while they have it open. */
  function uriIn(tree: Tree, file: string): string {
    return documentAt(tree, file)?.uri ?? tree.uriOf(file);
  }

  /** Takes the client's text of a model file over, undefined when it was closed; false when the document is no model file. */
  function takeModelFile(uri: string, text: string | undefined): boolean {
    const file = uriToPath(uri);
    if (file === undefined || path.basename(file) !== modelFileName) return false;
    // Elsewhere in a tree, or in none, it means nothing.
    if (engine.findRoot(file) === path.dirname(file)) models.setText(roots.place(uri).tree, uri, text);
    return true;
  }

  function foundIn(tree: Tree, path: string, findings: readonly Finding[]): void {
    const document = documentAt(tree, path);
    if (document === undefined) return;
    document.findings = findings;
    board.consider(tree, findings);
    tellListeners(document.uri, wanted(document));
    deliver(document);
  }

  function tellListeners(uri: string, findings: readonly Finding[]): void {
    for (const listener of listeners) listener(uri, findings);
  }

  function wanted({ findings }: Shown): readonly Finding[] {
    return settings.enable ? findings.filter(({ rule }) => settings.rules[rule] !== 'off') : [];
  }

  /** Tells the client what has changed since it was last told. */
  function deliver(document: Shown): void {
    const diagnostics = diagnosticsOf(document);
    if (document.told?.text === JSON.stringify(diagnostics)) return;
    if (!pulls) {
      remember(document, diagnostics);
      const version = documents.get(document.uri)?.version;
      void connection.sendDiagnostics({ uri: document.uri, diagnostics, ...(version !== undefined && { version }) });
    } else if (document.told !== undefined) {
      requestRefresh();
    }
  }

  function remember(document: Shown, diagnostics: readonly Diagnostic[]): string {
    const text = JSON.stringify(diagnostics);
    if (document.told?.text !== text) document.told = { id: ++results, text };
    return String(document.told.id);
  }

  function diagnosticsOf({ uri, place: { tree }, findings }: Shown): Diagnostic[] {
    const uriOf = (file: string): string => uriIn(tree, file);
    const lengthOf = (line: number): number =>
      documents.get(uri)?.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } }).trimEnd().length ?? 0;
    return toDiagnostics(findings, { uriOf, lengthOf, verdictOf }, settings, can);
  }

  function requestRefresh(): void {
    if (!refreshes) return;
    clearTimeout(refreshTimer);
    refreshTimer = setTimeout(() => {
      // A request that was under way may have told the client in the meantime.
      const outdated = [...shown.values()].some((document) => document.told !== undefined && document.told.text !== JSON.stringify(diagnosticsOf(document)));
      if (outdated) void refresh();
    }, REFRESH_MS).unref();
  }

  async function refresh(): Promise<void> {
    try {
      await connection.sendRequest(DiagnosticRefreshRequest.type);
    } catch (error) {
      log.failure('Asking the client to pull again', error);
    }
  }

  function reportStatus(tree: Tree, busy: boolean, first: boolean): void {
    if (status === undefined) return;
    let findings = 0;
    for (const document of shown.values()) if (document.place.tree === tree) findings += diagnosticsOf(document).length;
    status.report({ state: !busy ? 'idle' : first ? 'indexing' : 'analysing', root: tree.root ?? null, findings });
  }

  /** A failure in one document's handling must not reach the connection. */
  function guarded<T extends unknown[]>(doing: string, handle: (...args: T) => void): (...args: T) => void {
    return (...args) => {
      try {
        handle(...args);
      } catch (error) {
        log.failure(doing, error);
      }
    };
  }

  // Fires for opening, too.
  documents.onDidChangeContent(({ document }) => void ready.then(guarded(`Taking over ${document.uri}`, () => {
    if (documents.get(document.uri) !== document || isLitmus(document)) return;
    if (takeModelFile(document.uri, document.getText())) return;
    let entry = shown.get(document.uri);
    if (entry === undefined) {
      entry = { uri: document.uri, place: roots.place(document.uri), findings: [], told: undefined };
      shown.set(document.uri, entry);
      closedFiles.opened(document.uri, entry.place);
    }
    wholeTree.changed(entry.place.tree);
    checkers.get(entry.place.tree)?.setText(entry.place.path, document.getText());
  })));

  documents.onDidClose(({ document }) => void ready.then(guarded(`Closing ${document.uri}`, () => {
    if (documents.get(document.uri) !== undefined || isLitmus(document) || takeModelFile(document.uri, undefined)) return;
    const entry = shown.get(document.uri);
    if (entry === undefined) return;
    shown.delete(document.uri);
    tellListeners(document.uri, []);
    checkers.get(entry.place.tree)?.close(entry.place.path);
    if (entry.place.tree.root === undefined) {
      roots.release(document.uri);
      checkers.delete(entry.place.tree);
    }
    wholeTree.changed(entry.place.tree, [entry.place.path]);
    closedFiles.closed(document.uri, entry.place, pulls && entry.told !== undefined && entry.told.text !== '[]');
    const takesOver = (closedFiles.of(document.uri)?.items.length ?? 0) > 0;
    if (!pulls && entry.told !== undefined && !takesOver) void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  })));

  return {
    pulls,
    ready,
    onSettings: (listener) => void settingsListeners.push(listener),
    start() {
      started?.();
    },
    setSettings(next) {
      const enabled = !settings.enable && next.enable;
      const limited = settings.limits.stepsPerFunction !== next.limits.stepsPerFunction;
      settings = next;
      models.show(next.enable);
      // Nothing was looked for while the product was off.
      if (enabled) for (const checker of checkers.values()) checker.wake();
      if (refreshes && shown.size > 0) void refresh();
      for (const document of shown.values()) tellListeners(document.uri, wanted(document));
      if (!pulls) for (const document of shown.values()) deliver(document);
      for (const [tree, checker] of limited ? checkers : []) {
        checker.setLimits(next.limits);
        wholeTree.changed(tree);
      }
      closedFiles.redraw();
      wholeTree.consider([...checkers.keys()]);
      for (const listener of settingsListeners) listener();
    },
    async pull(uri, previousResultId, token) {
      await ready;
      const document = shown.get(uri);
      if (document === undefined) {
        // VS Code asks once more for what it has just closed.
        const closed = closedFiles.of(uri);
        return closed && { kind: DocumentDiagnosticReportKind.Full, resultId: closed.resultId, items: [...closed.items] };
      }
      if (settings.enable) {
        const findings = await checkers.get(document.place.tree)?.findings(document.place.path, token);
        if (findings === undefined) return undefined;
        document.findings = findings;
      }
      const items = diagnosticsOf(document);
      const resultId = remember(document, items);
      if (resultId === previousResultId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
      return { kind: DocumentDiagnosticReportKind.Full, resultId, items };
    },
    pullClosed: closedFiles.pull,
    async checkWholeTrees(folders, token) {
      await ready;
      for (const folder of folders) {
        const directory = uriToPath(folder);
        if (directory !== undefined && engine.findRoot(path.join(directory, 'mm')) !== undefined) roots.place(pathToUri(path.join(directory, 'mm', 'x.c')));
      }
      return wholeTree.check([...checkers.keys()], token);
    },
    isCheckingTree: wholeTree.isChecking,
    filesChanged: guarded('Taking over changed files', (uris: readonly string[]) => {
      const byTree = new Map<Tree, string[]>();
      for (const uri of uris) {
        const place = roots.known(uri);
        if (place === undefined) continue;
        if (isModelFile(place)) {
          models.changed(place.tree);
          continue;
        }
        byTree.set(place.tree, [...(byTree.get(place.tree) ?? []), place.path]);
      }
      for (const [tree, paths] of byTree) {
        checkers.get(tree)?.invalidate(paths);
        for (const listener of fileListeners) listener(tree, paths);
        wholeTree.changed(tree, paths.filter((file) => documentAt(tree, file) === undefined));
      }
    }),
    findingsIn(uri) {
      const document = shown.get(uri);
      return document === undefined ? [] : wanted(document);
    },
    onFindings: (listener) => void listeners.push(listener),
    async ask(uri, question, token, when) {
      await ready;
      const place = shown.get(uri)?.place;
      return place && checkers.get(place.tree)?.ask(place.path, question, token, when);
    },
    revision(uri) {
      const place = shown.get(uri)?.place;
      return place && checkers.get(place.tree)?.revision();
    },
    board,
    redraw() {
      for (const document of shown.values()) deliver(document);
      closedFiles.redraw();
    },
    placeOf: (uri) => shown.get(uri)?.place ?? roots.known(uri),
    async newestFindings(uri, token) {
      await ready;
      const place = shown.get(uri)?.place;
      return place ? checkers.get(place.tree)?.findings(place.path, token) : closedFiles.findingsIn(uri);
    },
    onFiles: (listener) => void fileListeners.push(listener),
    textsOf,
    uriOf(uri, file) {
      const tree = shown.get(uri)?.place.tree;
      return tree === undefined ? uri : uriIn(tree, file);
    },
    openIn(uri) {
      if (shown.has(uri)) return uri;
      const tree = roots.known(uri)?.tree;
      return tree && [...shown.values()].find((document) => document.place.tree === tree)?.uri;
    },
    openTrees() {
      const first = new Map<Tree, string>();
      for (const { place: { tree }, uri } of shown.values()) if (tree.root !== undefined && !first.has(tree)) first.set(tree, uri);
      return [...checkers.keys()].flatMap((tree) => first.get(tree) ?? []);
    },
    settings: () => settings,
    versionAt(uri) {
      const root = shown.get(uri)?.place.tree.root;
      return settings.kernelVersion ?? (root === undefined ? undefined : engine.kernelVersion(root));
    },
    modelAt(uri) {
      const tree = shown.get(uri)?.place.tree;
      return tree === undefined ? builtinModel : models.modelOf(tree);
    },
  };
}
