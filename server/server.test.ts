import { CancellationTokenSource, type Diagnostic, type FullDocumentDiagnosticReport } from 'vscode-languageserver/node';
import { afterEach, describe, expect, test } from 'vitest';
import { PULL, PUSH, fakeEngine, startClient, type ClientOptions, type TestClient } from './testing';

const A = 'file:///src/linux/mm/a.c';
const B = 'file:///src/linux/mm/b.c';
const RACY = 'int x;\n  RACE();\n';
const CAUSE = 'CAUSE();\n';

let client: TestClient;
const start = async (options?: ClientOptions): Promise<TestClient> => (client = await startClient(options));
afterEach(() => client.stop());

const some = (diagnostics: Diagnostic[]): boolean => diagnostics.length > 0;
const none = (diagnostics: Diagnostic[]): boolean => diagnostics.length === 0;
const full = (report: unknown): FullDocumentDiagnosticReport => {
  expect(report).toMatchObject({ kind: 'full' });
  return report as FullDocumentDiagnosticReport;
};

describe('pushing', () => {
  test('a diagnostic carries rule, page, severity, first line and the steps', async () => {
    await start();
    client.engine.disk.set('/src/linux/mm/b.c', CAUSE);
    client.open(A, RACY);
    const { diagnostics, version } = await client.push(A, some);
    expect(version).toBe(1);
    expect(diagnostics).toEqual([{
      range: { start: { line: 1, character: 2 }, end: { line: 1, character: 6 } },
      severity: 1 + 1,
      code: 'fake-race',
      codeDescription: { href: 'https://github.com/kernel-mm-review/kernel-mm-review/blob/main/docs/rules/fake-race.md' },
      source: 'mm-review',
      message: 'race from here to there',
      relatedInformation: [{ location: { uri: B, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 5 } } }, message: 'read without the lock' }],
    }]);
    expect(client.capabilities.diagnosticProvider).toBeUndefined();
  });

  test('follows edits of unsaved text, comes and goes', async () => {
    await start();
    client.open(A, RACY + CAUSE);
    await client.push(A, some);
    client.editLine(A, 1, '  SAFE();');
    await client.push(A, none, 1);
    client.editLine(A, 1, '        RACE();');
    const { diagnostics, version } = await client.push(A, some, 2);
    expect(version).toBe(3);
    expect(diagnostics[0]?.range.start).toEqual({ line: 1, character: 8 });
  });

  test('an edit in one file changes what is shown for another, before it is saved', async () => {
    await start();
    client.engine.disk.set('/src/linux/mm/b.c', 'nothing');
    client.open(A, RACY);
    client.open(B, 'nothing\n');
    await client.until(() => client.engine.checked.includes('mm/a.c') && client.engine.checked.includes('mm/b.c'));
    client.editLine(B, 0, 'CAUSE();');
    const { diagnostics } = await client.push(A, some);
    expect(diagnostics[0]?.relatedInformation?.[0]?.location.uri).toBe(B);
    client.close(B);
    await client.push(A, none, client.pushed.length);
  });

  test('the same result is not sent twice', async () => {
    await start();
    client.open(A, RACY + CAUSE);
    await client.push(A, some);
    const before = client.engine.checked.length;
    client.editLine(A, 0, 'int y;');
    await client.until(() => client.engine.checked.length > before);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(client.pushed).toHaveLength(1);
  });

  test('a newer edit abandons the check under way', async () => {
    await start();
    client.engine.slowness = 30;
    client.open(A, RACY + CAUSE);
    await new Promise((resolve) => setTimeout(resolve, 12));
    client.editLine(A, 1, '        RACE();');
    const { version, diagnostics } = await client.push(A, some);
    expect(version).toBe(2);
    expect(diagnostics[0]?.range.start.character).toBe(8);
    expect(client.engine.abandoned).toBe(1);
    expect(client.pushed).toHaveLength(1);
  });

  test('closing takes the diagnostics away', async () => {
    await start();
    client.open(A, RACY + CAUSE);
    await client.push(A, some);
    client.close(A);
    await client.push(A, none, 1);
  });

  test('files in no kernel tree and texts without a file stand alone', async () => {
    await start();
    client.engine.disk.set('/src/linux/mm/b.c', CAUSE);
    client.open(B, CAUSE);
    client.open('file:///home/me/lone.c', RACY);
    client.open('untitled:Untitled-1', RACY + CAUSE);
    const { diagnostics } = await client.push('untitled:Untitled-1', some);
    expect(diagnostics[0]?.relatedInformation?.[0]?.location.uri).toBe('untitled:Untitled-1');
    expect((await client.push('file:///home/me/lone.c', () => true)).diagnostics).toEqual([]);
  });

  test('a client without related information gets the steps in the message', async () => {
    await start({ capabilities: {} });
    client.open(A, RACY + CAUSE);
    const { diagnostics } = await client.push(A, some);
    expect(diagnostics[0]?.message).toBe('race from here to there\n  mm/a.c:3: read without the lock');
    expect(diagnostics[0]).not.toHaveProperty('relatedInformation');
    expect(diagnostics[0]).not.toHaveProperty('codeDescription');
  });
});

describe('pulling', () => {
  test('nothing is pushed; an unchanged report is short', async () => {
    await start({ capabilities: PULL });
    expect(client.capabilities.diagnosticProvider).toMatchObject({ interFileDependencies: true, workspaceDiagnostics: false });
    client.open(A, RACY + CAUSE);
    const first = full(await client.pull(A));
    expect(first.items).toHaveLength(1);
    client.editLine(A, 0, 'int y;');
    expect(await client.pull(A, first.resultId)).toEqual({ kind: 'unchanged', resultId: first.resultId });
    client.editLine(A, 1, 'SAFE();');
    expect(full(await client.pull(A, first.resultId)).items).toEqual([]);
    expect(client.pushed).toEqual([]);
    expect(client.refreshes).toBe(0);
  });

  test('a cancelled request is answered at once and its check abandoned', async () => {
    await start({ capabilities: PULL });
    client.engine.slowness = 200;
    client.open(A, RACY + CAUSE);
    const cancel = new CancellationTokenSource();
    const begin = Date.now();
    const answer = client.pull(A, undefined, cancel).then(() => 'answered', (error: { code: number }) => error.code);
    setTimeout(() => cancel.cancel(), 20);
    expect(await answer).toBe(-32800);
    expect(Date.now() - begin).toBeLessThan(150);
    client.engine.slowness = 0;
    expect(full(await client.pull(A)).items).toHaveLength(1);
    expect(client.engine.checked).toEqual(['mm/a.c']);
    expect(client.engine.abandoned).toBe(1);
  });

  test('a request that a newer edit overtakes gets the newer result', async () => {
    await start({ capabilities: PULL });
    client.engine.slowness = 20;
    client.open(A, RACY + CAUSE);
    const answer = client.pull(A);
    await new Promise((resolve) => setTimeout(resolve, 8));
    client.editLine(A, 1, '        RACE();');
    expect(full(await answer).items[0]?.range.start.character).toBe(8);
  });

  test('the client is asked to pull again when an edit elsewhere changed what it was told, and only then', async () => {
    await start({ capabilities: PULL });
    client.open(A, RACY);
    client.open(B, 'nothing\n');
    const told = full(await client.pull(A));
    await client.pull(B);
    client.editLine(B, 0, 'something');
    await client.pull(B);
    await client.until(() => client.engine.checked.length >= 4);
    expect(client.refreshes).toBe(0);
    client.editLine(B, 0, 'CAUSE();');
    await client.pull(B);
    await client.until(() => client.refreshes === 1);
    expect(full(await client.pull(A, told.resultId)).items).toHaveLength(1);
  });

  test('a document that was never opened has nothing', async () => {
    await start({ capabilities: PULL });
    expect(full(await client.pull(A)).items).toEqual([]);
  });
});

describe('the model file', () => {
  const MODEL = 'file:///src/linux/.mm-review.json';
  const DISK = '/src/linux/.mm-review.json';
  const entry = '{ "primitives": [\n{ "function": "ours(ptep)", "effect": "inert", "meaning": "Ours." }\n] }';
  const wrong = entry.replace('inert', 'inet');
  const watched = (): Promise<void> => client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: MODEL, type: 2 }] });

  test('is read with the tree, and followed on disk', async () => {
    await start();
    client.engine.disk.set(DISK, wrong);
    client.open(A, 'ours();\nRACE();\n');
    const { diagnostics } = await client.push(MODEL, some);
    expect(diagnostics).toEqual([{
      range: { start: { line: 1, character: 38 }, end: { line: 1, character: 44 } }, severity: 2, source: 'mm-review', message: "unknown effect 'inet' (did you mean 'inert'?)",
    }]);
    await client.push(A, none);
    client.engine.disk.set(DISK, entry);
    await watched();
    await client.push(MODEL, none);
    await client.push(A, some);
    const before = client.pushed.length;
    client.engine.disk.delete(DISK);
    await watched();
    await client.push(A, none, before);
    expect(client.pushed.filter((params) => params.uri === MODEL)).toHaveLength(2);
  });

  test('is followed while it is edited, and by the hover', async () => {
    await start({ capabilities: { ...PUSH, textDocument: { ...PUSH.textDocument, hover: { contentFormat: ['markdown'] } } } });
    client.open(A, 'ours();\nRACE();\n');
    await client.push(A, none);
    const hover = (): Promise<unknown> => client.connection.sendRequest('textDocument/hover', { textDocument: { uri: A }, position: { line: 0, character: 1 } });
    expect(await hover()).toBeNull();
    client.open(MODEL, entry);
    await client.push(A, some);
    expect(await hover()).toMatchObject({ contents: { value: 'Ours.' } });
    let before = client.pushed.length;
    client.editLine(MODEL, 1, '{ "function": 1 }');
    await client.push(MODEL, some);
    await client.push(A, none, before);
    // What is on disk does not count while the file is open.
    client.engine.disk.set(DISK, entry);
    await watched();
    before = client.pushed.length;
    client.close(MODEL);
    await client.push(MODEL, none);
    await client.push(A, some, before);
    expect(client.engine.checked).not.toContain('.mm-review.json');
  });

  test('is shown before any C file is open, to clients that pull as well', async () => {
    await start({ capabilities: PULL });
    client.open(MODEL, wrong);
    await client.push(MODEL, some);
    expect(full(await client.pull(MODEL)).items).toEqual([]);
  });

  test('means nothing elsewhere, and says nothing when the product is off', async () => {
    await start({ capabilities: { ...PUSH, workspace: { configuration: true } } });
    client.engine.disk.set(DISK, wrong);
    client.open('file:///src/linux/mm/.mm-review.json', wrong);
    client.open('file:///home/me/.mm-review.json', wrong);
    client.open(A, RACY + CAUSE);
    await client.push(A, some);
    expect(new Set(client.pushed.map((params) => params.uri))).toEqual(new Set([A, MODEL]));
    client.settings = { enable: false };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await client.push(MODEL, none);
    const before = client.pushed.length;
    client.settings = { enable: true };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await client.push(MODEL, some, before);
    expect(client.engine.checked).toEqual(['mm/a.c']);
  });
});

describe('the rest', () => {
  test('hover', async () => {
    await start({ capabilities: { textDocument: { hover: { contentFormat: ['markdown', 'plaintext'] } } } });
    client.open(A, 'if (pte_same(a, b))\n');
    const hover = (character: number): Promise<unknown> => client.connection.sendRequest('textDocument/hover', { textDocument: { uri: A }, position: { line: 0, character } });
    expect(await hover(6)).toEqual({
      contents: { kind: 'markdown', value: '**pte\\_same** compares two entries.' },
      range: { start: { line: 0, character: 4 }, end: { line: 0, character: 12 } },
    });
    expect(await hover(13)).toBeNull();
    client.stop();
    await start({ capabilities: { textDocument: { hover: { contentFormat: ['plaintext'] } } } });
    client.open(A, 'if (pte_same(a, b))\n');
    expect(await hover(6)).toMatchObject({ contents: { kind: 'plaintext', value: 'pte_same compares two entries.' } });
    expect(await client.connection.sendRequest('textDocument/hover', { textDocument: { uri: B }, position: { line: 0, character: 0 } })).toBeNull();
  });

  test('settings: off, played down, switched off and on', async () => {
    await start({ capabilities: { ...PUSH, workspace: { configuration: true } }, settings: { rules: { 'fake-race': 'information' } } });
    client.open(A, RACY + CAUSE);
    expect((await client.push(A, some)).diagnostics[0]?.severity).toBe(3);
    const change = async (settings: unknown): Promise<void> => {
      client.settings = settings;
      await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    };
    await change({ rules: { 'fake-race': 'off' } });
    await client.push(A, none, 1);
    await change({ rules: { 'fake-race': 'nonsense' } });
    expect((await client.push(A, some, 2)).diagnostics[0]?.severity).toBe(2);
    await change({ enable: false });
    await client.push(A, none, 3);
    client.editLine(A, 1, '     RACE();');
    await change(undefined);
    expect((await client.push(A, (diagnostics) => diagnostics[0]?.range.start.character === 5, 4)).diagnostics).toHaveLength(1);
  });

  test('settings of clients that do not answer questions', async () => {
    await start({ initializationOptions: { settings: { rules: { 'fake-race': 'off' } } } });
    client.open(A, RACY + CAUSE);
    await client.until(() => client.engine.checked.length === 1);
    expect(client.pushed.every((params) => params.diagnostics.length === 0)).toBe(true);
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: { mmReview: {} } });
    await client.push(A, some);
  });

  test('a check that throws is logged, and the next one works', async () => {
    await start();
    client.open(A, 'THROW\n');
    await client.until(() => client.logged.some((line) => line.includes('fake failure')));
    client.editLine(A, 0, 'RACE CAUSE');
    await client.push(A, some);
  });

  test('status goes only to clients that asked', async () => {
    await start();
    client.open(A, RACY + CAUSE);
    await client.push(A, some);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(client.statuses).toEqual([]);
    client.stop();
    await start({ initializationOptions: { statusNotification: true } });
    client.open(A, RACY + CAUSE);
    await client.until(() => client.statuses.length >= 2);
    expect(client.statuses).toEqual([{ state: 'indexing', root: '/src/linux', findings: 0 }, { state: 'idle', root: '/src/linux', findings: 1 }]);
  });

  test('files on disk are watched narrowly, and a change there is seen', async () => {
    await start({ capabilities: { ...PUSH, workspace: { didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true } } } });
    client.engine.disk.set('/src/linux/mm/b.c', 'nothing');
    client.open(A, RACY);
    await client.until(() => client.registered.length === 1 && client.engine.checked.length === 1);
    const { watchers } = client.registered[0]?.registerOptions as { watchers: { globPattern: { baseUri: string; pattern: string } }[] };
    expect(watchers.map((watcher) => watcher.globPattern.pattern)).not.toContain('**/*');
    expect(watchers.map((watcher) => watcher.globPattern.pattern)).toContain('.mm-review.json');
    expect(new Set(watchers.map((watcher) => watcher.globPattern.baseUri.replace(/\/$/, '')))).toEqual(new Set(['file:///src/linux']));
    client.engine.disk.set('/src/linux/mm/b.c', CAUSE);
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: B, type: 2 }] });
    await client.push(A, some);
  });

  test('an engine that cannot be loaded is said once, and the server answers on', async () => {
    await start({ engine: fakeEngine(), loadEngine: () => Promise.reject(new Error('no parser')) });
    expect(client.capabilities).toEqual({ textDocumentSync: 2 });
    expect(client.logged.join()).toContain('no parser');
    expect(await client.connection.sendRequest('textDocument/hover', { textDocument: { uri: A }, position: { line: 0, character: 0 } })).toBeNull();
  });
});
