import { setTimeout as sleep } from 'node:timers/promises';
import type { CodeAction, Diagnostic, Range } from 'vscode-languageserver/node';
import { afterEach, expect, test } from 'vitest';
import { LOST, MODERN, libraryTexts, scenarioTexts, startLitmus } from './testing';
import { PULL, type ClientOptions, type TestClient } from '../testing';

const URI = 'file:///home/x/lost.litmus';
const PULLS = { textDocument: { ...MODERN.textDocument, ...PULL.textDocument } };

let client: TestClient;
afterEach(() => client.stop());
const start = async (options?: ClientOptions): Promise<TestClient> => (client = await startLitmus(options));

const textIn = (text: string, { start: from, end }: Range): string => {
  const lines = text.split('\n');
  expect(end.line).toBe(from.line);
  return lines[from.line]!.slice(from.character, end.character);
};
/** Opens a text and gives what was said of which words of it. */
async function said(text: string): Promise<[string, string][]> {
  client.open(URI, text);
  const { diagnostics } = await client.push(URI, () => true);
  return diagnostics.map((each) => [textIn(text, each.range), each.message]);
}
const fixes = (diagnostic: Diagnostic): Promise<CodeAction[]> =>
  client.connection.sendRequest('textDocument/codeAction', { textDocument: { uri: URI }, range: diagnostic.range, context: { diagnostics: [diagnostic] } });

test('the scenarios and library threads that ship have no problems', async () => {
  await start({ capabilities: PULLS });
  for (const [index, text] of [...scenarioTexts, ...libraryTexts].entries()) {
    const uri = `untitled:Untitled-${index}`;
    client.open(uri, text, 'mm-litmus');
    expect(await client.pull(uri)).toMatchObject({ kind: 'full', items: [] });
    client.close(uri);
  }
}, 60_000);

const CASES: readonly (readonly [string, string, string, string, string | undefined])[] = [
  ['Expect: fixed Never', 'Expect: fixd Never', 'fixd', "unknown variant fixd (did you mean 'fixed'?)", 'fixed'],
  ['Expect: fixed Never', 'Expect: fixed with migratio Never', 'migratio', "there is no library thread migratio (did you mean 'migration'?)", 'migration'],
  ['Expect: fixed Never', 'Expect: fixed Nevr', 'Expect: fixed Nevr', 'Expect: variant [with adversary] Sometimes [steps], or Never [uncovered]', undefined],
  ['Cover: done', 'Cover: doen', 'doen', "there is no label doen (did you mean 'done'?)", 'done'],
  ['Cover: done', 'Through: don', 'don', "there is no label don (did you mean 'done'?)", 'done'],
  ['Title: a', 'Titel: a', 'Titel', "unknown header line Titel (did you mean 'Title'?)", 'Title'],
  ['FIX_LOCK : with', 'FIX_LOK : with', 'FIX_LOK', "no #ifdef asks for FIX_LOK (did you mean 'FIX_LOCK'?)", 'FIX_LOCK'],
  ['spinlock_t ptl;', 'spinlok_t ptl;', 'spinlok_t', "spinlok_t is no type of shared objects (did you mean 'spinlock_t'?)", 'spinlock_t'],
  ['__guarded_by(ptl)', '__guarded_by(plt)', 'plt', "unknown lock plt (did you mean 'ptl'?)", 'ptl'],
  ['set_pte_at(mm', 'set_pte_att(mm', 'set_pte_att', "set_pte_att() is neither a kernel primitive nor a function of this file (did you mean 'set_pte_at'?)", 'set_pte_at'],
  ['pte_mkwrite(v)', 'pte_mkwrite(w)', 'w', "w is not declared", undefined],
  ['P1(pte_t *pte)', 'P1(pte_t *ptee)', 'ptee', "P1 names ptee, which the init block does not declare (did you mean 'pte'?)", 'pte'],
  ['0:v = PTE', '0:w = PTE', '0:w', "0:w is not known here (did you mean '0:v'?)", '0:v'],
  ['#endif\n\tv', '\n\tv', '#ifdef FIX_LOCK', 'this #ifdef has no #endif', undefined],
];

test.each(CASES)('%s → %s: marks %s', async (before, after, word, message, instead) => {
  await start();
  expect(LOST).toContain(before);
  const text = LOST.replace(before, after);
  expect(await said(text)).toContainEqual([word, message]);
  const diagnostic = client.pushed.at(-1)!.diagnostics.find((each) => each.message === message)!;
  expect(diagnostic).toMatchObject({ severity: 1, source: 'mm-review', code: 'litmus' });
  const actions = await fixes(diagnostic);
  if (instead === undefined) expect(actions).toEqual([]);
  else expect(actions).toMatchObject([{ title: `Change to '${instead}'`, kind: 'quickfix', isPreferred: true, edit: { changes: { [URI]: [{ range: diagnostic.range, newText: instead }] } } }]);
});

test('a library thread that does not fit is complained about where it is named', async () => {
  await start();
  expect(await said(LOST.replace('Expect: fixed Never', 'Expect: fixed with migration Never'))).toContainEqual(['migration', expect.stringMatching(/^migration needs vma, which this scenario does not declare/) as string]);
});

test('expectations that do not hold are warnings, once nothing was typed for a while', async () => {
  await start();
  client.open(URI, LOST.replace('buggy Sometimes 5', 'buggy Never').replace('fixed Never', 'fixed Sometimes 9'));
  const { diagnostics } = await client.push(URI, (found) => found.length === 2);
  expect(diagnostics.map(({ severity, message, range }) => [severity, message.replace(/\d+ states/, 'N states'), textIn(LOST.replace('buggy Sometimes 5', 'buggy Never').replace('fixed Never', 'fixed Sometimes 9'), range)])).toEqual([
    [2, 'expected Never, found Sometimes (N states explored)', 'Never'],
    [2, 'expected Sometimes, found Never (N states explored)', 'Sometimes 9'],
  ]);
  expect(await fixes(diagnostics[0]!)).toMatchObject([{ title: 'Expect what was found: Sometimes 5', isPreferred: false }]);
  expect(await fixes(diagnostics[1]!)).toMatchObject([{ title: 'Expect what was found: Never' }]);
  // The first push had nothing to say: reading it found no problem.
  expect(client.pushed[0]?.diagnostics).toEqual([]);
});

test('an edit takes back what was said of the older text, and a closed file has no problems', async () => {
  await start();
  client.open(URI, LOST.replace('buggy Sometimes 5', 'bugy Sometimes 5'));
  await client.push(URI, (found) => found.length === 1);
  client.editLine(URI, LOST.split('\n').findIndex((line) => line.includes('Expect: buggy')), ' * Expect: buggy Sometimes 5');
  await client.push(URI, (found) => found.length === 0, 1);
  client.editLine(URI, 0, 'D lost');
  await client.push(URI, (found) => found.some(({ message }) => message === 'a litmus file begins with "C name"'), 2);
  client.close(URI);
  await client.until(() => client.pushed.at(-1)?.diagnostics.length === 0);
});

test('a client that pulls is pushed nothing, and is asked to pull again when expectations do not hold', async () => {
  await start({ capabilities: { ...PULLS, ...(PULL.workspace && { workspace: PULL.workspace }) } });
  client.open(URI, LOST.replace('buggy Sometimes 5', 'buggy Sometimes 4'));
  const first = await client.pull(URI);
  expect(first).toMatchObject({ kind: 'full', items: [] });
  expect(await client.pull(URI, first.resultId)).toMatchObject({ kind: 'unchanged' });
  await client.until(() => client.refreshes === 1);
  expect(await client.pull(URI, first.resultId)).toMatchObject({ kind: 'full', items: [{ message: expect.stringMatching(/^expected 4 steps, found 5 /) as string }] });
  expect(client.pushed).toEqual([]);
});

test('a pull is answered for the newest text, also when it changes meanwhile', async () => {
  await start({ capabilities: PULLS });
  client.open(URI, scenarioTexts[0]!);
  const asked = client.pull(URI);
  await sleep(5);
  client.editLine(URI, 0, 'D');
  expect(await asked).toMatchObject({ kind: 'full', items: [{ message: 'a litmus file begins with "C name"' }] });
});

test('nothing is said while the product is off', async () => {
  await start({ initializationOptions: { settings: { enable: false } } });
  client.open(URI, 'nonsense');
  await sleep(300);
  expect(client.pushed).toEqual([]);
});

test('litmus files are not analysed as C', async () => {
  await start();
  client.open('file:///src/linux/mm/x.litmus', `${LOST}\n/* RACE CAUSE */\n`);
  await client.push('file:///src/linux/mm/x.litmus', () => true);
  expect(client.engine.checked).toEqual([]);
});
