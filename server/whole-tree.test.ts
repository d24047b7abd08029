import { setTimeout as wait } from 'node:timers/promises';
import { CancellationTokenSource, type ClientCapabilities, type PreviousResultId, type WorkspaceDiagnosticReport, type WorkspaceDocumentDiagnosticReport } from 'vscode-languageserver/node';
import { afterEach, describe, expect, test } from 'vitest';
import { CHECK_WORKSPACE } from './check-whole-tree';
import { PULL, PUSH, fakeEngine, startClient, type ClientOptions, type FakeEngine, type TestClient } from './testing';

const A = 'file:///src/linux/mm/a.c';
const B = 'file:///src/linux/mm/b.c';
const C = 'file:///src/linux/mm/c.c';

let client: TestClient | undefined;
afterEach(async () => {
  if (client === undefined) return;
  // Checks that are still to come do not.
  client.settings = { enable: false };
  await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: { mmReview: { enable: false } } });
  await wait(20);
  client.stop();
});

function tree(): FakeEngine {
  const engine = fakeEngine();
  engine.disk.set('/src/linux/mm/a.c', 'CAUSE\nRACE');
  engine.disk.set('/src/linux/mm/b.c', 'RACE\n\nRACE');
  engine.disk.set('/src/linux/mm/c.c', 'nothing');
  return engine;
}

async function start(options: ClientOptions & { capabilities: ClientCapabilities }): Promise<{ client: TestClient; engine: FakeEngine }> {
  const engine = options.engine ?? tree();
  client = await startClient({ ...options, engine });
  client.open(A, 'CAUSE\nRACE');
  return { client, engine };
}

const check = (of: TestClient, source = new CancellationTokenSource()): Promise<unknown> =>
  of.connection.sendRequest('workspace/executeCommand', { command: CHECK_WORKSPACE }, source.token);

/** A client that polls as VS Code's does: what it has, by file. */
class Poller {
  readonly shown = new Map<string, number>();
  readonly answers: number[] = [];
  readonly #previous = new Map<string, string>();

  constructor(private readonly of: TestClient, private readonly partial: boolean) {}

  async poll(source = new CancellationTokenSource()): Promise<void> {
    const previousResultIds: PreviousResultId[] = [...this.#previous].map(([uri, value]) => ({ uri, value }));
    const partialResultToken = this.partial ? `partial-${Math.random()}` : undefined;
    const listening = this.of.connection.onNotification('$/progress', ({ token, value }: { token: string; value: WorkspaceDiagnosticReport }) => {
      if (token === partialResultToken) this.#take(value.items);
    });
    const report = await this.of.connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', { identifier: 'mm-review', previousResultIds, ...(partialResultToken && { partialResultToken }) }, source.token);
    listening.dispose();
    this.#take(report.items);
    this.answers.push(report.items.length);
  }

  #take(items: readonly WorkspaceDocumentDiagnosticReport[]): void {
    for (const item of items) {
      if (item.kind === 'full') this.shown.set(item.uri, item.items.length);
      if (item.resultId !== undefined) this.#previous.set(item.uri, item.resultId);
    }
  }
}

describe('a client that is pushed to', () => {
  test('sees closed files once the tree has been checked, and never an open one twice', async () => {
    const { client } = await start({ capabilities: PUSH });
    await client.push(A, (items) => items.length === 1);
    await wait(50);
    expect(client.pushed.some(({ uri }) => uri !== A)).toBe(false);
    expect(await check(client)).toEqual({ files: 3, warnings: 3, informations: 0 });
    await client.push(B, (items) => items.length === 2);
    expect(client.pushed.filter(({ uri }) => uri === A)).toHaveLength(1);
    expect(client.pushed.some(({ uri }) => uri === C)).toBe(false);
  });

  test('is told by the document itself while a file is open, and by the tree again afterwards', async () => {
    const { client } = await start({ capabilities: PUSH });
    await check(client);
    await client.push(B, (items) => items.length === 2);
    const before = client.pushed.length;
    client.open(B, 'RACE');
    await client.push(B, (items) => items.length === 1, before);
    expect(client.pushed.slice(before).filter(({ uri }) => uri === B)).toHaveLength(1);
    client.close(B);
    await client.push(B, (items) => items.length === 2, before + 1);
  });

  test('is told when a closed file changes on disk, and when an open one clears it', async () => {
    const { client, engine } = await start({ capabilities: PUSH });
    await check(client);
    await client.push(B, (items) => items.length === 2);
    engine.disk.set('/src/linux/mm/b.c', 'RACE');
    void client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: B, type: 2 }] });
    await client.push(B, (items) => items.length === 1);
    client.editLine(A, 0, 'no reason');
    await client.push(B, (items) => items.length === 0);
  });

  test('sees nothing of rules that are off, and nothing at all when all is', async () => {
    const { client } = await start({ capabilities: { ...PUSH, workspace: { configuration: true } } });
    await check(client);
    await client.push(B, (items) => items.length === 2);
    const set = (settings: unknown): void => {
      client.settings = settings;
      void client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    };
    let before = client.pushed.length;
    set({ rules: { 'fake-race': 'off' } });
    await client.push(B, (items) => items.length === 0, before);
    expect(await check(client)).toEqual({ files: 3, warnings: 0, informations: 0 });
    before = client.pushed.length;
    set({});
    await client.push(B, (items) => items.length === 2, before);
    before = client.pushed.length;
    set({ enable: false });
    await client.push(B, (items) => items.length === 0, before);
    expect(await check(client)).toBeNull();
  });

  test('sees everything without asking when the settings say so', async () => {
    const { client } = await start({ capabilities: PUSH, initializationOptions: { settings: { checkWholeTree: 'always' } } });
    await client.push(B, (items) => items.length === 2);
  });
});

describe('a client that pulls', () => {
  for (const partial of [false, true]) {
    test(`waits for news without being sent any${partial ? ', and gets them as they come' : ''}`, async () => {
      const { client } = await start({ capabilities: PULL });
      await client.pull(A);
      const poller = new Poller(client, partial);
      const first = poller.poll();
      await wait(100);
      expect(poller.answers).toEqual([]);
      await check(client);
      await first;
      while (poller.shown.get(B) !== 2) await poller.poll();
      expect([...poller.shown.keys()]).toEqual([B]);
      // Nothing changes: nothing is said.
      const answered = poller.answers.length;
      const second = poller.poll();
      await wait(200);
      expect(poller.answers).toHaveLength(answered);
      client.editLine(A, 0, 'no reason');
      await second;
      while (poller.shown.get(B) !== 0) await poller.poll();
      expect(client.pushed).toEqual([]);
    });
  }

  test('hears nothing of open documents, and of closed ones once more', async () => {
    const { client } = await start({ capabilities: PULL });
    await client.pull(A);
    const poller = new Poller(client, false);
    const first = poller.poll();
    client.close(A);
    // Its diagnostics would stay where they are: no tree was checked that could say otherwise.
    await first;
    expect([...poller.shown]).toEqual([[A, 0]]);
    client.open(A, 'CAUSE\nRACE');
    await client.pull(A);
    const second = poller.poll();
    await check(client);
    await second;
    while (poller.shown.get(B) !== 2) await poller.poll();
    expect(poller.shown.get(A)).toBe(0);
    client.close(A);
    while (poller.shown.get(A) !== 1) await poller.poll();
  });

  test('can take its question back', async () => {
    const { client } = await start({ capabilities: PULL });
    const source = new CancellationTokenSource();
    const asked = new Poller(client, false).poll(source);
    setTimeout(() => source.cancel(), 20);
    await expect(asked).rejects.toThrow('cancelled');
  });

  test('but does not ask for closed files is pushed those, until they are opened', async () => {
    const { client } = await start({ capabilities: PULL });
    await check(client);
    await client.push(B, (items) => items.length === 2);
    client.open(B, 'RACE');
    await client.push(B, (items) => items.length === 0);
    client.close(B);
    await client.until(() => client.pushed.at(-1)?.diagnostics.length === 2);
    expect(client.pushed.some(({ uri }) => uri === A)).toBe(false);
    // It does ask after all.
    const poller = new Poller(client, false);
    while (poller.shown.get(B) !== 2) await poller.poll();
    await client.until(() => client.pushed.at(-1)?.uri === B && client.pushed.at(-1)?.diagnostics.length === 0);
  });
});

describe('the check', () => {
  const progress = { window: { workDoneProgress: true } };

  test('shows how far it is, and ends when the user says so', async () => {
    const engine = tree();
    const { client } = await start({ capabilities: { ...PUSH, ...progress }, engine });
    await client.push(A, (items) => items.length === 1);
    engine.slowness = 250;
    const events: { kind: string; percentage?: number; cancellable?: boolean; title?: string }[] = [];
    let token: unknown;
    client.connection.onRequest('window/workDoneProgress/create', (params: { token: unknown }) => {
      token = params.token;
      return null;
    });
    client.connection.onNotification('$/progress', ({ value }: { value: (typeof events)[number] }) => void events.push(value));
    const checked = check(client);
    await client.until(() => events.some(({ kind }) => kind === 'report'));
    expect(events[0]).toMatchObject({ kind: 'begin', title: 'Checking the whole tree', cancellable: true });
    await client.push(B, (items) => items.length === 2);
    void client.connection.sendNotification('window/workDoneProgress/cancel', { token });
    expect(await checked).toBeNull();
    await client.until(() => events.at(-1)?.kind === 'end');
    expect(events.every(({ percentage = 0 }) => percentage >= 0 && percentage <= 100)).toBe(true);
    // Half of a check is none.
    await client.push(B, (items) => items.length === 0);
    engine.slowness = 0;
    expect(await check(client)).toEqual({ files: 3, warnings: 3, informations: 0 });
  });

  test('is shown from begin to end however short it is', async () => {
    const { client } = await start({ capabilities: { ...PUSH, ...progress } });
    const events: { kind: string; title?: string }[] = [];
    client.connection.onRequest('window/workDoneProgress/create', () => null);
    client.connection.onNotification('$/progress', ({ value }: { value: (typeof events)[number] }) => void events.push(value));
    expect(await check(client)).toEqual({ files: 3, warnings: 3, informations: 0 });
    await client.until(() => events.some(({ kind }) => kind === 'end'));
    expect(events.filter(({ kind }) => kind !== 'report')).toEqual([expect.objectContaining({ kind: 'begin', title: 'Checking the whole tree' }), expect.objectContaining({ kind: 'end' })]);
  });

  test('ends when the request is cancelled', async () => {
    const { client, engine } = await start({ capabilities: PUSH });
    await client.push(A, (items) => items.length === 1);
    engine.slowness = 300;
    const source = new CancellationTokenSource();
    const checked = check(client, source);
    await wait(50);
    source.cancel();
    await checked.then((answer) => expect(answer).toBeNull());
    expect(engine.abandoned).toBeGreaterThan(0);
  });

  test('that fails says so, and the next one does not', async () => {
    const { client, engine } = await start({ capabilities: PUSH });
    engine.disk.set('/src/linux/mm/b.c', 'THROW');
    await expect(check(client)).rejects.toThrow('The tree could not be checked: fake failure');
    engine.disk.set('/src/linux/mm/b.c', 'RACE');
    expect(await check(client)).toEqual({ files: 3, warnings: 2, informations: 0 });
  });

  test('goes on in the server when there is no thread', async () => {
    const engine = { ...tree(), treeCheckThread: '/nowhere/tree-check.js' };
    const { client } = await start({ capabilities: PUSH, engine });
    expect(await check(client)).toEqual({ files: 3, warnings: 3, informations: 0 });
    expect(client.logged.some((line) => line.startsWith('No thread for whole trees'))).toBe(true);
  });

  test('knows the trees of the folders that are open, and says when there is none', async () => {
    const engine = tree();
    client = await startClient({ capabilities: { ...PUSH, workspace: { workspaceFolders: true } }, engine });
    let folders = [{ uri: 'file:///src/other', name: 'other' }];
    client.connection.onRequest('workspace/workspaceFolders', () => folders);
    expect(await check(client)).toEqual({ files: 0, warnings: 0, informations: 0 });
    folders = [{ uri: 'file:///src/linux', name: 'linux' }];
    expect(await check(client)).toEqual({ files: 3, warnings: 3, informations: 0 });
    await expect(client.connection.sendRequest('workspace/executeCommand', { command: 'other' })).rejects.toThrow('There is no command other.');
  });
});

describe('indexing', () => {
  test('can be cancelled, and goes on with the next edit', async () => {
    const engine = tree();
    const create = engine.createAnalysis;
    let slow = true;
    engine.createAnalysis = (reader, log) => ({
      ...create(reader, log),
      *index() {
        for (let done = 1; slow && done <= 1000; done++) {
          const until = performance.now() + 5;
          while (performance.now() < until);
          yield { done, total: 1000 };
        }
      },
    });
    client = await startClient({ capabilities: { ...PULL, window: { workDoneProgress: true } }, engine });
    const created = new Promise<unknown>((resolve) => client!.connection.onRequest('window/workDoneProgress/create', ({ token }: { token: unknown }) => {
      resolve(token);
      return null;
    }));
    client.open(A, 'CAUSE\nRACE');
    const pulled = client.pull(A);
    void client.connection.sendNotification('window/workDoneProgress/cancel', { token: await created });
    expect(await pulled).toMatchObject({ kind: 'full', items: [] });
    slow = false;
    client.editLine(A, 0, 'CAUSE');
    expect(await client.pull(A)).toMatchObject({ kind: 'full', items: [{ code: 'fake-race' }] });
  });
});
