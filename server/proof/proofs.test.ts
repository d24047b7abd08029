import { CancellationTokenSource, CodeActionTriggerKind, type ClientCapabilities, type CodeAction, type Diagnostic } from 'vscode-languageserver/node';
import { afterEach, expect, test, vi } from 'vitest';
import type { ProofAnswer, RaceAnswer } from '../../simulator/present/race-view';
import { hastyFault, libraryThreads } from '../../witness/testing';
import { PULL, PUSH, startClient, type TestClient } from '../testing';
import { realEngine } from '../testing-engine';

const FILE = 'file:///src/linux/mm/hasty.c';
const HASTY = `int before;\n\n${hastyFault}`;
/** The event's line. */
const EVENT = 11;
const CONFIRMED = /; confirmed by an interleaving of \d+ steps with page migration$/;
const WITH_DATA: ClientCapabilities = { ...PUSH, textDocument: { ...PUSH.textDocument, publishDiagnostics: { ...PUSH.textDocument!.publishDiagnostics, dataSupport: true }, codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix'] } } } } };

/** A proof takes a second or two on a machine that has time. */
const PATIENCE_MS = 60_000;
vi.setConfig({ testTimeout: 2 * PATIENCE_MS });

let client: TestClient;
afterEach(() => client.stop());

async function start(options: { readonly capabilities?: ClientCapabilities; readonly proof?: string; readonly commands?: readonly string[]; readonly text?: string } = {}): Promise<void> {
  const { capabilities = WITH_DATA, proof = 'background', commands = [], text = HASTY } = options;
  const engine = await realEngine({ 'mm/hasty.c': HASTY });
  engine.shipped = { scenarios: [], adversaries: libraryThreads };
  client = await startClient({ engine, capabilities, initializationOptions: { settings: { proof }, commands } });
  client.open(FILE, text);
}

const isConfirmed = ([diagnostic]: readonly Diagnostic[]): boolean => CONFIRMED.test(diagnostic?.message ?? '');
async function eventually<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`it did not come; logged ${client.logged.join('\n')}`);
}

/** The first push of these diagnostics from the `since`th push on. */
const pushed = (wanted: (diagnostics: readonly Diagnostic[]) => boolean, since = 0): Promise<{ readonly diagnostics: readonly Diagnostic[] }> =>
  eventually(() => client.pushed.slice(since).find(({ uri, diagnostics }) => uri === FILE && wanted(diagnostics)));

const actions = (diagnostics: readonly Diagnostic[]): Promise<CodeAction[]> =>
  client.connection.sendRequest('textDocument/codeAction', { textDocument: { uri: FILE }, range: diagnostics[0]!.range, context: { diagnostics, triggerKind: CodeActionTriggerKind.Invoked } });
const targetOf = (diagnostics: readonly Diagnostic[]): { readonly uri: string; readonly fingerprint: string } => ({ uri: FILE, fingerprint: (diagnostics[0]!.data as { fingerprint: string }).fingerprint });
const prove = (target: unknown): Promise<ProofAnswer> => client.connection.sendRequest('mmReview/prove', target);


test('a finding is proven in the background: the same diagnostic says so, with the steps on the lines of the file', async () => {
  await start();
  const { diagnostics: [before] } = await pushed((found) => found.length > 0);
  const { diagnostics } = await pushed(isConfirmed);
  const [after] = diagnostics;
  expect(diagnostics).toHaveLength(1);
  expect(after).toMatchObject({ range: before!.range, code: before!.code, severity: before!.severity });
  expect(after!.message.startsWith(`${before!.message}; `)).toBe(true);
  const path = before!.relatedInformation!.length;
  expect(after!.relatedInformation!.slice(0, path)).toEqual(before!.relatedInformation);
  const [head, ...steps] = after!.relatedInformation!.slice(path);
  expect(head!.message).toMatch(/^confirmed by an interleaving of 9 steps with page migration\. hasty_fault\(\) reads pte while the page migration has it cleared/);
  expect(steps.map(({ location, message }) => [location.range.start.line, message])).toEqual([
    [5, 'step 8 of 9, hasty_fault(): entry = huge_ptep_get(mm, vmf->address, vmf->pte) → none'],
    [EVENT, 'step 9 of 9, hasty_fault(): handle_userfault(vmf, VM_UFFD_MISSING) <== MISSING event, but the page exists!'],
  ]);
  expect(after!.data).toMatchObject({ verdict: { kind: 'confirmed', path, scenario: true } });
});

test('an edit elsewhere moves the verdict along, and one in the code drops it until it is proven anew', async () => {
  await start();
  await pushed(isConfirmed);
  let since = client.pushed.length;
  client.editLine(FILE, 0, 'int before;\nint another;');
  const { diagnostics: [moved] } = await pushed(() => true, since);
  // At once, and never without it.
  expect(moved!.message).toMatch(CONFIRMED);
  expect(moved!.relatedInformation!.at(-1)!.location.range.start.line).toBe(EVENT + 1);
  since = client.pushed.length;
  client.editLine(FILE, 7, '\tint unrelated;');
  const { diagnostics: [dropped] } = await pushed(() => true, since);
  expect(dropped!.message).not.toMatch(CONFIRMED);
  await pushed(isConfirmed, since);
});

test('a fix is preferred once it is proven, and nobody waits for that', async () => {
  await start();
  const { diagnostics } = await pushed((found) => found.length > 0);
  const [fix] = await actions(diagnostics);
  expect(fix!.isPreferred).toBeUndefined();
  await pushed(isConfirmed);
  const proven = await eventually(async () => (await actions(diagnostics)).find(({ isPreferred }) => isPreferred === true));
  expect(proven.title).toMatch(new RegExp(`^${fix!.title} \\(no violation in \\d+ states after the fix\\)$`));
});

test('on demand nothing is proven before somebody asks; then every client that pulls is told to look again', async () => {
  await start({ proof: 'onDemand', capabilities: { ...PULL, textDocument: { ...PULL.textDocument, ...WITH_DATA.textDocument, diagnostic: {} } } });
  const report = async (): Promise<Diagnostic[]> => {
    const pulled = await client.pull(FILE);
    return pulled.kind === 'full' ? pulled.items : [];
  };
  const before = await report();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await report()).toEqual(before);
  const refreshes = client.refreshes;
  expect(await prove(targetOf(before))).toMatchObject({ verdict: 'confirmed', words: 'confirmed by an interleaving of 9 steps with page migration', litmus: expect.stringContaining('/* mm/hasty.c:12 */') as string });
  await eventually(() => (client.refreshes > refreshes ? true : undefined));
  expect(isConfirmed(await report())).toBe(true);
});

test('the quick fix proves, and then opens what was explored', async () => {
  await start({ proof: 'onDemand', commands: ['mmReview.openRace', 'mmReview.proveFinding'] });
  const { diagnostics } = await pushed((found) => found.length > 0);
  const target = targetOf(diagnostics);
  expect((await actions(diagnostics)).map(({ title, command }) => ({ title, command }))).toContainEqual({ title: 'Prove this finding', command: { title: 'Prove this finding', command: 'mmReview.proveFinding', arguments: [target] } });
  await prove(target);
  expect((await actions(diagnostics)).map(({ title, command }) => ({ title, arguments: command?.arguments }))).toContainEqual({ title: 'Open the proof: 9 steps on this code', arguments: [{ finding: target }] });
});

test('the slice is a race like any other: as it was proven unless something else is asked for', async () => {
  await start({ proof: 'onDemand' });
  const { diagnostics } = await pushed((found) => found.length > 0);
  const finding = targetOf(diagnostics);
  const race = (params: object): Promise<RaceAnswer> => client.connection.sendRequest('mmReview/race', { finding, ...params });
  const { view } = await race({});
  expect(view).toMatchObject({ verdict: { word: 'Sometimes' }, variant: 'private', adversary: [], ownAdversary: 'as in the proof: page migration', source: null });
  expect(view!.steps.filter(({ origin }) => origin !== null).map(({ origin }) => origin)).toEqual([{ file: 'mm/hasty.c', line: 6 }, { file: 'mm/hasty.c', line: EVENT + 1 }]);
  expect(view!.adversaries.map(({ name }) => name)).toContain('uffdio-copy');
  expect((await race({ adversaries: [] })).view).toMatchObject({ verdict: { word: 'Never' } });
  expect((await race({ adversaries: ['migration'] })).view).toMatchObject({ verdict: { word: 'Sometimes' }, adversary: ['migration'] });
  expect(await race({ finding: { uri: FILE, fingerprint: 'none' } })).toMatchObject({ view: null, problems: [{ message: 'there is no such finding any more' }] });
});

test('a client that only knows commands is told in a message', async () => {
  await start({ proof: 'onDemand' });
  const { diagnostics } = await pushed((found) => found.length > 0);
  const shown: unknown[] = [];
  client.connection.onNotification('window/showMessage', (params: unknown) => void shown.push(params));
  await client.connection.sendRequest('workspace/executeCommand', { command: 'mmReview.proveFinding', arguments: [targetOf(diagnostics)] });
  expect(shown).toEqual([{ type: 3, message: 'Confirmed by an interleaving of 9 steps with page migration.' }]);
  await expect(client.connection.sendRequest('workspace/executeCommand', { command: 'mmReview.proveFinding', arguments: [{}] })).rejects.toThrow('takes {uri, fingerprint}');
});

test('a proof can be cancelled, and asked for again', async () => {
  await start({ proof: 'onDemand' });
  const { diagnostics } = await pushed((found) => found.length > 0);
  const source = new CancellationTokenSource();
  const asked = client.connection.sendRequest('mmReview/prove', targetOf(diagnostics), source.token);
  setTimeout(() => source.cancel(), 5);
  await expect(asked).rejects.toThrow();
  expect(await prove(targetOf(diagnostics))).toMatchObject({ verdict: 'confirmed' });
});

test('switched off, nothing is proven, offered or shown, also when it was shown before', async () => {
  await start();
  await pushed(isConfirmed);
  const since = client.pushed.length;
  void client.connection.sendNotification('workspace/didChangeConfiguration', { settings: { mmReview: { proof: 'off' } } });
  const { diagnostics } = await pushed((found) => !isConfirmed(found), since);
  expect((await actions(diagnostics)).filter(({ title }) => /prove|proof/i.test(title))).toEqual([]);
  expect(await prove(targetOf(diagnostics))).toMatchObject({ verdict: null, words: 'proofs are switched off in the settings' });
});
