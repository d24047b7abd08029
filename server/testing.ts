/** For tests: an engine without a parser, and a client that talks JSON-RPC to the real server over streams. */
import { PassThrough } from 'node:stream';
import {
  CancellationTokenSource, ProposedFeatures, StreamMessageReader, StreamMessageWriter, createConnection, createProtocolConnection,
  type ClientCapabilities, type Diagnostic, type DocumentDiagnosticReport, type ProtocolConnection, type PublishDiagnosticsParams,
} from 'vscode-languageserver/node';
import type { Engine } from './engine';
import type { ParserBackend } from '../parser/types';
import type { ScenarioLibrary } from '../workspace/scenarios';
import { startServer } from './server';
import type { Status } from './status';
import { builtinModel } from '../kernel/model';
import { versionOfMakefile } from '../kernel/version';
import { readModelFile } from '../kernel/model-file';
import type { Analysis, TreeReader } from '../analyzer/analysis';
import { createAnalysis } from '../analyzer/create';
import type { Finding, Location } from '../analyzer/findings/finding';

export interface FakeEngine extends Engine {
  backend: ParserBackend;
  shipped: ScenarioLibrary;
  /** Scenario of every finding. */
  scenario: string | null;
  /** Text on disk by absolute path. Directories named `linux` are kernel trees. */
  readonly disk: Map<string, string>;
  /** Paths whose check ran to its end, in order. */
  readonly checked: string[];
  /** Number of checks that were given up. */
  abandoned: number;
  /** Makes every check last this long, in steps of a millisecond. */
  slowness: number;
}

/**
 * A line with `RACE` is a finding of rule `fake-race`; its one step points at the first line with `CAUSE` in any file of the tree, and
 * there is no finding without such a line. A name that the tree's model file describes is a cause as well. A file with `THROW` makes the check throw.
 */
export function fakeEngine(): FakeEngine {
  const engine: FakeEngine = {
    description: 'fake parser',
    backend: { name: 'native', withTree: () => { throw new Error('the fake parses nothing'); } },
    shipped: { scenarios: [], adversaries: [] },
    scenario: null,
    scenarios: () => engine.shipped,
    disk: new Map(),
    checked: [],
    abandoned: 0,
    slowness: 0,
    createAnalysis: (reader) => fakeAnalysis(reader, engine),
    findRoot: (file) => /^.*\/linux(?=\/)/.exec(file)?.[0],
    createReader: (root) => ({
      indexFiles: () => [...engine.disk.keys()].filter((file) => file.startsWith(`${root}/`)).map((file) => file.slice(root.length + 1)),
      read: (path) => engine.disk.get(`${root}/${path}`),
      add: () => undefined,
      forget: () => undefined,
    }),
    loadModelFile(root) {
      const text = engine.disk.get(`${root}/.mm-review.json`);
      return text === undefined ? { entries: [], problems: [] } : readModelFile(text);
    },
    rulePage: (rule) => (rule === 'fake-race' ? '/product/docs/rules/fake-race.md' : undefined),
    openOutlines: () => undefined,
    kernelVersion(root) {
      const makefile = engine.disk.get(`${root}/Makefile`);
      return makefile === undefined ? undefined : versionOfMakefile(makefile);
    },
    describe: (name, model) => model.primitives.get(name)?.source === '.mm-review.json' ? model.primitives.get(name)?.meaning : (name === 'pte_same' ? '**pte\\_same** compares two entries.' : undefined),
  };
  return engine;
}

function fakeAnalysis(reader: TreeReader, engine: FakeEngine): Analysis {
  const texts = new Map<string, string>();
  let model = builtinModel;
  const read = (path: string): string => texts.get(path) ?? reader.read(path) ?? '';
  const files = (): string[] => [...new Set([...reader.indexFiles(), ...texts.keys()])];

  function* checkInSteps(paths: readonly string[]): Generator<undefined, Finding[]> {
    let finished = false;
    try {
      for (let spent = 0; spent < engine.slowness; spent++) {
        const until = performance.now() + 1;
        while (performance.now() < until);
        yield;
      }
      if (paths.some((path) => read(path).includes('THROW'))) throw new Error('fake failure');
      const words = [...model.primitives.values()].filter((entry) => entry.source === '.mm-review.json').map((entry) => entry.name);
      const cause = files().flatMap((path) => ['CAUSE', ...words].flatMap((word) => find(read(path), path, word)))[0];
      const findings = cause === undefined ? [] : paths.flatMap((path) => find(read(path), path, 'RACE').map((location) => ({ ...fakeFinding(location, cause), scenario: engine.scenario })));
      finished = true;
      engine.checked.push(...paths);
      return findings;
    } finally {
      if (!finished) engine.abandoned++;
    }
  }

  const none = createAnalysis({ backend: engine.backend, reader: { indexFiles: () => [], read: () => undefined } });
  return {
    setText: (path, text) => void (text === undefined ? texts.delete(path) : texts.set(path, text)),
    invalidate: () => undefined,
    setModel: (next) => void (model = next),
    setLimits: () => undefined,
    check: () => [],
    // eslint-disable-next-line require-yield -- it knows of none
    *fixes() { return undefined; },
    withFix: (_fix, ask) => ask(none.tree),
    summarize: () => [],
    *index() {
      const all = files();
      for (const [at] of all.entries()) yield { done: at + 1, total: all.length };
    },
    navigation: none.navigation,
    tree: none.tree,
    // eslint-disable-next-line require-yield -- the fake knows nothing
    *factsOf() { return undefined; },
    // eslint-disable-next-line require-yield -- the fake knows nothing
    *factsIn() { return []; },
    // eslint-disable-next-line require-yield -- nothing takes time
    *factsSoFar() { return { known: [], missing: [] }; },
    // eslint-disable-next-line require-yield -- the fake knows nothing
    *entryFactsOf() { return undefined; },
    // eslint-disable-next-line require-yield -- there is nothing to find out
    *lookAhead() { return undefined; },
    checkInSteps,
    // eslint-disable-next-line require-yield -- there is nothing to do in pieces
    *parseStats() { return { files: 0, bytes: 0, functions: 0, functionsWithErrors: 0, incomplete: [], notFollowed: [], nestedFunctions: 0, backend: 'fake' }; },
  };
}

function find(text: string, file: string, word: string): Location[] {
  return text.split('\n').flatMap((content, index) => {
    const at = content.indexOf(word);
    return at < 0 ? [] : [{ file, line: index + 1, column: at + 1, endLine: index + 1, endColumn: at + 1 + word.length }];
  });
}

function fakeFinding(location: Location, cause: Location): Finding {
  return {
    rule: 'fake-race', severity: 'warning', message: 'race from here to there\nand more words', location, function: 'f',
    steps: [{ kind: 'lockless-read', location: cause, function: 'g', message: 'read without the lock' }],
    scenario: null, assumptions: [], fingerprint: 'f00',
  };
}

export const PUSH: ClientCapabilities = { textDocument: { publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true } } };
export const PULL: ClientCapabilities = {
  textDocument: { ...PUSH.textDocument, diagnostic: {} },
  workspace: { diagnostics: { refreshSupport: true } },
};

export interface TestClient {
  readonly connection: ProtocolConnection;
  readonly engine: FakeEngine;
  /** Everything that was pushed, oldest first. */
  readonly pushed: PublishDiagnosticsParams[];
  readonly statuses: Status[];
  readonly logged: string[];
  readonly registered: { readonly method: string; readonly registerOptions: unknown }[];
  readonly capabilities: Record<string, unknown>;
  refreshes: number;
  lensRefreshes: number;
  /** What the client answers when asked for the section `mmReview`. */
  settings: unknown;
  /** As a C file, unless it is another language. */
  open(uri: string, text: string, languageId?: string): void;
  /** Replaces the whole of a line, as an incremental change. */
  editLine(uri: string, line: number, text: string): void;
  close(uri: string): void;
  pull(uri: string, previousResultId?: string, cancel?: CancellationTokenSource): Promise<DocumentDiagnosticReport>;
  /** Waits for the first push for this document that satisfies `wanted`, from the `since`th on. */
  push(uri: string, wanted: (diagnostics: Diagnostic[]) => boolean, since?: number): Promise<PublishDiagnosticsParams>;
  until(condition: () => boolean): Promise<void>;
  stop(): void;
}

export interface ClientOptions {
  readonly capabilities?: ClientCapabilities;
  readonly initializationOptions?: unknown;
  readonly engine?: FakeEngine;
  readonly settings?: unknown;
  readonly loadEngine?: () => Promise<Engine>;
  readonly rootUri?: string;
}

/** Starts the server and performs the handshake. */
export async function startClient({ capabilities = PUSH, initializationOptions, engine = fakeEngine(), settings, loadEngine, rootUri }: ClientOptions = {}): Promise<TestClient> {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const server = createConnection(ProposedFeatures.all, new StreamMessageReader(toServer), new StreamMessageWriter(toClient));
  startServer(server, { loadEngine: loadEngine ?? (() => Promise.resolve(engine)), version: '0.0.0-test' });
  const connection = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const versions = new Map<string, number>();
  const client: TestClient = {
    connection, engine, pushed: [], statuses: [], logged: [], registered: [], capabilities: {}, refreshes: 0, lensRefreshes: 0, settings,
    open(uri, text, languageId = 'c') {
      versions.set(uri, 1);
      void connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
    },
    editLine(uri, line, text) {
      const version = (versions.get(uri) ?? 0) + 1;
      versions.set(uri, version);
      const range = { start: { line, character: 0 }, end: { line, character: 10_000 } };
      void connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ range, text }] });
    },
    close: (uri) => void connection.sendNotification('textDocument/didClose', { textDocument: { uri } }),
    pull: (uri, previousResultId, cancel) => connection.sendRequest('textDocument/diagnostic', { textDocument: { uri }, previousResultId }, cancel?.token ?? new CancellationTokenSource().token),
    async push(uri, wanted, since = 0) {
      const match = (): PublishDiagnosticsParams | undefined => client.pushed.slice(since).find((params) => params.uri === uri && wanted(params.diagnostics));
      await client.until(() => match() !== undefined);
      return match()!;
    },
    async until(condition) {
      for (const end = Date.now() + 5000; !condition();) {
        if (Date.now() > end) throw new Error(`timed out; pushed ${JSON.stringify(client.pushed)}; logged ${client.logged.join('\n')}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    stop() {
      connection.dispose();
      server.dispose();
    },
  };
  connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => void client.pushed.push(params));
  connection.onNotification('window/logMessage', (params: { message: string }) => void client.logged.push(params.message));
  connection.onNotification('mmReview/status', (status: Status) => void client.statuses.push(status));
  connection.onRequest('workspace/diagnostic/refresh', () => {
    client.refreshes++;
    return null;
  });
  connection.onRequest('workspace/codeLens/refresh', () => {
    client.lensRefreshes++;
    return null;
  });
  connection.onRequest('workspace/configuration', () => [client.settings]);
  connection.onRequest('client/registerCapability', (params: { registrations: TestClient['registered'] }) => {
    client.registered.push(...params.registrations);
    return null;
  });
  connection.onRequest('window/showMessageRequest', () => null);
  connection.listen();
  const result = await connection.sendRequest<{ capabilities: Record<string, unknown> }>('initialize', { processId: null, rootUri: rootUri ?? null, capabilities, initializationOptions });
  Object.assign(client.capabilities, result.capabilities);
  await connection.sendNotification('initialized', {});
  return client;
}
