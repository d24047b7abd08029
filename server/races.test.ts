import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { CancellationTokenSource, type CodeAction, type CodeLens, type Diagnostic } from 'vscode-languageserver/node';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadBackend } from '../parser/backend';
import type { ParserBackend } from '../parser/types';
import type { ExportAnswer, RaceAnswer, ScenarioEntry, SchedulesAnswer } from '../simulator/present/race-view';
import { loadScenarios } from '../workspace/scenarios';
import { parseExportRequest, parseRaceRequest } from './race-request';
import { PUSH, fakeEngine, startClient, type ClientOptions, type FakeEngine, type TestClient } from './testing';

const folder = path.resolve(import.meta.dirname, '../scenarios');
const NAME = 'hugetlb-missing-unstable-pte';
const A = 'file:///src/linux/mm/a.c';
const RACY = 'static int\nf(int x)\n{\n  RACE();\n}\nCAUSE();\n';
const COMMANDS = { commands: ['mmReview.openRace'] };
const ALL = {
  textDocument: { publishDiagnostics: { ...PUSH.textDocument?.publishDiagnostics, dataSupport: true }, codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } } },
  workspace: { codeLens: { refreshSupport: true } },
};

let backend: ParserBackend;
let client: TestClient;
beforeAll(async () => {
  backend = await loadBackend();
});
afterEach(() => client.stop());

function engine(): FakeEngine {
  const fake = fakeEngine();
  fake.backend = backend;
  fake.shipped = loadScenarios(folder);
  fake.scenario = NAME;
  return fake;
}
const start = async (options: ClientOptions = {}): Promise<TestClient> => (client = await startClient({ engine: engine(), ...options }));
const race = (params: unknown, source = new CancellationTokenSource()): Promise<RaceAnswer> => client.connection.sendRequest('mmReview/race', params, source.token);

describe('requests', () => {
  test('what is no request for a race is refused', async () => {
    for (const value of [undefined, null, 3, {}, { scenario: 3 }, { scenario: 'a', uri: 'b' }, { scenario: 'a', variant: 1 }, { scenario: 'a', adversaries: 'b' }, { uri: 'a', adversaries: [1] }]) {
      expect(parseRaceRequest(value), JSON.stringify(value)).toBeUndefined();
    }
    expect(parseRaceRequest({ scenario: 'a', variant: 'fixed', adversaries: ['b'] })).toEqual({ scenario: 'a', variant: 'fixed', adversaries: ['b'] });
    await start();
    await expect(race({ scenario: 3 })).rejects.toThrow('mmReview/race takes');
  });

  test('the scenarios are listed with their variants', async () => {
    await start();
    const list = await client.connection.sendRequest<ScenarioEntry[]>('mmReview/scenarios', {});
    const entry = list.find(({ name }) => name === NAME);
    expect(entry).toMatchObject({ title: expect.stringContaining('unstable hugetlb pte') as string, rule: 'lockless-pte-to-userfault' });
    expect(entry?.variants.map(({ name }) => name)).toEqual(expect.arrayContaining(['buggy', 'fixed']));
  });

  test('a scenario is explored: the buggy variant unless another is asked for', async () => {
    await start();
    const { view, problems } = await race({ scenario: NAME });
    expect(problems).toEqual([]);
    expect(view).toMatchObject({ name: NAME, variant: 'buggy', verdict: { word: 'Sometimes' }, source: pathToFileURL(path.join(folder, `${NAME}.litmus`)).href });
    expect(view?.states).toHaveLength((view?.steps.length ?? 0) + 1);
    expect(view?.fix?.verdict).toMatch(/^Never, /);
    const fixed = await race({ scenario: NAME, variant: 'fixed' });
    expect(fixed.view).toMatchObject({ variant: 'fixed', verdict: { word: 'Never' }, diagram: null, steps: [] });
  });

  test('a file is read from the editor, from disk, or not at all', async () => {
    await start();
    const file = pathToFileURL(path.join(folder, `${NAME}.litmus`)).href;
    expect((await race({ uri: file })).view?.source).toBe(file);
    client.open('untitled:mine.litmus', 'C mine\n\n{\n\tspinlock_t lock;\n}\n\nP0(spinlock_t *lock)\n{\n\tspin_lock(lock);\n}\n');
    expect((await race({ uri: 'untitled:mine.litmus' })).view?.verdict).toMatchObject({ word: 'Sometimes' });
    expect(await race({ uri: 'file:///nowhere/x.litmus' })).toEqual({ view: null, problems: [{ line: 1, column: 1, message: expect.stringContaining('/nowhere/x.litmus: ') as string }] });
    expect((await race({ uri: 'file:///etc/passwd' })).problems[0]?.message).toBe('file:///etc/passwd is no .litmus file');
  });

  test('problems of a file are the answer, with their places', async () => {
    await start();
    client.open('untitled:bad.litmus', 'C bad\n\n{\n}\n\nP0(void)\n{\n\tnonsense_lock(x);\n}\n');
    const { view, problems } = await race({ uri: 'untitled:bad.litmus' });
    expect(view).toBeNull();
    expect(problems[0]).toMatchObject({ line: 8 });
  });

  test('unknown names get a sentence', async () => {
    await start();
    expect((await race({ scenario: 'hugetlb-missing-unstable-pt' })).problems[0]?.message).toMatch(/^there is no scenario .*hugetlb-missing-unstable-pte/);
    expect((await race({ scenario: NAME, variant: 'fxed' })).problems[0]?.message).toMatch(/unknown variant fxed/);
    expect((await race({ scenario: NAME, adversaries: ['nobody'] })).problems[0]?.message).toMatch(/there is no library thread nobody/);
  });

  test('a cancelled request ends as such, and the server lives on', async () => {
    await start();
    const source = new CancellationTokenSource();
    // Enough states for several looks at what else there is to do.
    const asked = race({ scenario: NAME, variant: 'fixed', adversaries: ['migration', 'uffdio-writeprotect'] }, source);
    source.cancel();
    await expect(asked).rejects.toThrow();
    expect((await race({ scenario: NAME })).view).not.toBeNull();
  });
});

describe('other schedules', () => {
  test('what is no list of moves is refused', () => {
    for (const schedule of [null, 'x', [1], [{ thread: 0 }], [{ thread: 0.5, way: 0 }], Array.from({ length: 6000 }, () => ({ thread: 0, way: 0 }))]) expect(parseRaceRequest({ scenario: 'a', schedule })).toBeUndefined();
    expect(parseRaceRequest({ scenario: 'a', schedule: [{ thread: 0, way: 1 }] })).toBeDefined();
    expect(parseExportRequest({ scenario: 'a', format: 'exe' })).toBeUndefined();
    expect(parseExportRequest({ scenario: 'a', format: 'svg' })).toBeDefined();
  });

  test('another order is taken from a step on, and continued', async () => {
    await start();
    const shortest = (await race({ scenario: NAME })).view!;
    expect(shortest.schedule).toMatchObject({ chosen: false, fails: true });
    const at = shortest.steps.findIndex(({ thread }) => thread === 1);
    // P0 goes on in place of P1: it puts the entry back.
    const prefix = [...shortest.schedule!.moves.slice(0, at), { thread: 0, way: 0 }];
    const other = (await race({ scenario: NAME, schedule: prefix })).view!;
    expect(other.schedule).toMatchObject({ chosen: true });
    expect(other.schedule!.moves.slice(0, prefix.length)).toEqual(prefix);
    expect(other.steps).toHaveLength(other.schedule!.moves.length);
    expect(other.states).toHaveLength(other.steps.length + 1);
    expect(other.preemptions).toBeNull();
    expect(other.verdict.word).toBe('Sometimes');
  });

  test('moves that cannot be made get a sentence', async () => {
    await start();
    expect((await race({ scenario: NAME, schedule: [{ thread: 9, way: 0 }] })).problems[0]?.message).toMatch(/^that order of the threads is not possible any more: move 1: there is no thread 9/);
  });

  test('they are listed: what goes wrong, or why nothing does; each can be shown', async () => {
    await start();
    const list = (params: unknown): Promise<SchedulesAnswer> => client.connection.sendRequest('mmReview/schedules', params);
    const buggy = await list({ scenario: NAME });
    expect(buggy.schedules.some(({ fails, title }) => fails && /^MISSING event, but the page exists, at handle_userfault\(\) of P1$/.test(title))).toBe(true);
    const fixed = await list({ scenario: NAME, variant: 'fixed' });
    expect(fixed.schedules.length).toBeGreaterThan(1);
    expect(fixed.schedules.every(({ fails }) => !fails)).toBe(true);
    expect(fixed.schedules[0]?.title).toMatch(/^Reaches /);
    const { view } = await race({ scenario: NAME, variant: 'fixed', schedule: fixed.schedules[0]?.moves });
    expect(view).toMatchObject({ verdict: { word: 'Never' }, schedule: { chosen: true, fails: false }, sentence: null, fix: null, sideBySide: null });
    expect(view?.steps.length).toBe(fixed.schedules[0]?.moves.length);
  });
});

describe('files of other formats', () => {
  const exported = (params: unknown): Promise<ExportAnswer> => client.connection.sendRequest('mmReview/export', params);

  test.each([['svg', /^<svg /], ['mermaid', /^sequenceDiagram\n/], ['json', /"version": 1/], ['litmus', /^C hugetlb-missing/m], ['promela', /d_step/]])('%s', async (format, start_) => {
    await start();
    expect((await exported({ scenario: NAME, format })).text).toMatch(start_);
  });

  test('without a schedule there is no picture', async () => {
    await start();
    expect(await exported({ scenario: NAME, variant: 'fixed', format: 'svg' })).toMatchObject({ text: null, problems: [{ message: expect.stringContaining('choose one first') as string }] });
  });

  test('a schedule that was chosen is the one in the file', async () => {
    await start();
    const { text } = await exported({ scenario: NAME, format: 'json', schedule: [{ thread: 1, way: 0 }] });
    const data = JSON.parse(text ?? '') as { readonly steps: readonly { readonly thread: string }[] };
    expect(data.steps[0]?.thread).toBe('P1');
  });
});

describe('from a finding to its race', () => {
  const action = (diagnostics: readonly Diagnostic[], only?: string[]): Promise<CodeAction[]> =>
    client.connection.sendRequest('textDocument/codeAction', { textDocument: { uri: A }, range: diagnostics[0]?.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, context: { diagnostics, only } });
  const lenses = (): Promise<CodeLens[]> => client.connection.sendRequest('textDocument/codeLens', { textDocument: { uri: A } });

  test('a client that has the command gets a quick fix and a lens above the function', async () => {
    await start({ capabilities: ALL, initializationOptions: COMMANDS });
    expect(client.capabilities).toMatchObject({ codeActionProvider: { codeActionKinds: ['quickfix'] }, codeLensProvider: {} });
    client.open(A, RACY);
    const { diagnostics } = await client.push(A, (found) => found.length > 0);
    const command = { command: 'mmReview.openRace', arguments: [{ scenario: NAME }] };
    expect(await action(diagnostics)).toMatchObject([{ title: expect.stringMatching(/^Open the race: .*unstable hugetlb pte$/) as string, kind: 'quickfix', diagnostics, command }]);
    expect(await action(diagnostics, ['refactor'])).toEqual([]);
    expect(await action([{ ...diagnostics[0]!, source: 'another tool' }])).toEqual([]);
    expect(await lenses()).toMatchObject([{ range: { start: { line: 1, character: 0 } }, command }]);
    await client.until(() => client.lensRefreshes > 0);
  });

  test('lenses are drawn anew when findings come and go', async () => {
    await start({ capabilities: ALL, initializationOptions: COMMANDS });
    client.open(A, RACY);
    await client.until(() => client.lensRefreshes === 1);
    client.editLine(A, 3, '  SAFE();');
    await client.until(() => client.lensRefreshes === 2);
    expect(await lenses()).toEqual([]);
  });

  test('a client without the command gets neither', async () => {
    await start({ capabilities: ALL, initializationOptions: { statusNotification: true, commands: ['other.command'] } });
    client.open(A, RACY);
    const { diagnostics } = await client.push(A, (found) => found.length > 0);
    expect(await action(diagnostics)).toEqual([]);
    expect(await lenses()).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(client.lensRefreshes).toBe(0);
  });
});
