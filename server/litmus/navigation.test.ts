/** Lenses, folding, outline and definitions. */
import type { CodeLens, DocumentSymbol, FoldingRange, Location, SymbolInformation } from 'vscode-languageserver/node';
import { afterEach, expect, test } from 'vitest';
import { LOST, MODERN, at, litmusEngine, startLitmus } from './testing';
import type { ClientOptions, TestClient } from '../testing';

const URI = 'file:///home/x/lost.litmus';

let client: TestClient;
afterEach(() => client.stop());
async function start(options?: ClientOptions, text = LOST, uri = URI): Promise<void> {
  client = await startLitmus(options);
  client.open(uri, text);
}
const ask = <T>(method: string, params: object = {}): Promise<T> => client.connection.sendRequest<T>(`textDocument/${method}`, { textDocument: { uri: URI }, ...params });
const lines = LOST.split('\n');
const lineOf = (start: string): number => lines.findIndex((line) => line.startsWith(start));

test('lenses explore the file and each of its variants', async () => {
  await start();
  const lenses = await ask<CodeLens[]>('codeLens');
  const command = (variant: string): object => ({ command: 'mmReview.openRace', arguments: [{ uri: URI, variant }] });
  expect(lenses.map(({ range, command: { title } = { title: '' } }) => [range.start.line, title])).toEqual([
    [0, 'Explore'], [0, 'Explore fixed'], [lineOf(' * Variant: buggy'), 'Explore buggy'], [lineOf(' * Variant: fixed'), 'Explore fixed'],
  ]);
  expect(lenses.map((lens) => lens.command)).toMatchObject([command('buggy'), command('fixed'), command('buggy'), command('fixed')]);
  client.stop();
  await start({ initializationOptions: {} });
  expect(await ask<CodeLens[]>('codeLens')).toEqual([]);
});

test('folding: header, init block, functions, arms of #ifdef', async () => {
  await start();
  const ranges = (await ask<FoldingRange[]>('foldingRange')).map(({ startLine, endLine, kind }) => [lines[startLine], lines[endLine + 1], kind]);
  expect(ranges).toContainEqual(['(*', '', 'comment']);
  expect(ranges).toContainEqual(['{', '}', undefined]);
  expect(ranges).toContainEqual(['P0(pte_t *pte)', '}', undefined]);
  expect(ranges).toContainEqual(['#ifdef FIX_LOCK', '#endif', undefined]);
});

test('the outline has variants, objects, functions with their labels, and the question', async () => {
  await start();
  const symbols = await ask<DocumentSymbol[]>('documentSymbol');
  expect(symbols.map(({ name, detail, children }) => [name, detail, children?.map((child) => child.name)])).toEqual([
    ['buggy', 'buggy', undefined], ['fixed', 'with the lock', undefined], ['mm', 'struct mm_struct', undefined], ['ptl', 'spinlock_t', undefined], ['pte', 'pte_t', undefined],
    ['look', '', undefined], ['P0', '', ['done']], ['P1', '', undefined], ['exists', '', undefined],
  ]);
  client.stop();
  await start({ capabilities: { textDocument: {} } });
  const flat = await ask<SymbolInformation[]>('documentSymbol');
  expect(flat.find(({ name }) => name === 'done')).toMatchObject({ containerName: 'P0', location: { uri: URI, range: { start: { line: lineOf('done:') } } } });
});

test.each<[string, readonly string[]]>([
  ['v = |look(pte);', ['static pte_t |look']],
  ['Cover: |done', ['|done:']],
  ['Adversary: |P1', ['|P1(pte_t']],
  ['Expect: |fixed', ['Variant: |fixed', '\t#ifdef |FIX_LOCK\n\tspin_lock', '\t#ifdef |FIX_LOCK\n\tspin_unlock']],
  ['Variant: |fixed', ['\t#ifdef |FIX_LOCK\n\tspin_lock', '\t#ifdef |FIX_LOCK\n\tspin_unlock']],
  ['Expect: |buggy', ['Variant: |buggy']],
  ['#ifdef |FIX_LOCK\n\tspin_unlock', ['Variant: fixed |FIX_LOCK']],
  ['spin_lock(|ptl);\n\tptep', ['spinlock_t |ptl']],
  ['exists (|pte = ', ['pte_t |pte __']],
  ['/\\ |0:v', ['pte_t |v;']],
  ['|set_pte_at(', []],
])('%s is defined at %j', async (mark, targets) => {
  await start();
  const found = await ask<Location[]>('definition', { position: at(LOST, mark) });
  expect(found.map(({ uri, range }) => [uri, range.start])).toEqual(targets.map((target) => [URI, at(LOST, target.replace(/^\t#/, '#'))]));
});

test('an anchor leads into the tree of an open folder, of an open file, or of the scenario itself', async () => {
  const engine = litmusEngine();
  engine.disk.set('/src/linux/mm/a.c', '#include <linux/mm.h>\n\nstatic pte_t look(pte_t *ptep)\n{\n\treturn *ptep;\n}\n');
  const wanted = [{ uri: 'file:///src/linux/mm/a.c', range: { start: { line: 2, character: 13 }, end: { line: 2, character: 17 } } }];
  const anchor = { position: at(LOST, 'mm/a.c |look') };
  await start({ engine });
  expect(await ask('definition', anchor)).toEqual([]);
  // Its own tree.
  client.open('file:///src/linux/x.litmus', LOST);
  expect(await ask('definition', { ...anchor, textDocument: { uri: 'file:///src/linux/x.litmus' } })).toEqual(wanted);
  client.close('file:///src/linux/x.litmus');
  // That of a file that is open, whose text is the editor's.
  client.open('file:///src/linux/mm/a.c', 'static pte_t look(pte_t *ptep)\n{\n}\n');
  expect(await ask('definition', anchor)).toMatchObject([{ range: { start: { line: 0 } } }]);
  client.stop();
  await start({ engine, rootUri: 'file:///src/linux' });
  expect(await ask('definition', anchor)).toEqual(wanted);
  expect(await ask('definition', { position: at(LOST, 'Anchor: |mm/a.c') })).toEqual(wanted);
});

test('who can register for litmus files alone is not offered the rest for C', async () => {
  const dynamic = { dynamicRegistration: true };
  await start({ capabilities: { textDocument: { ...MODERN.textDocument, completion: dynamic, foldingRange: dynamic, documentSymbol: dynamic, definition: dynamic } } });
  for (const name of ['completionProvider', 'foldingRangeProvider', 'documentSymbolProvider', 'definitionProvider']) expect(client.capabilities).not.toHaveProperty(name);
  await client.until(() => client.registered.length === 4);
  expect(client.registered.map(({ method }) => method).sort()).toEqual(['textDocument/completion', 'textDocument/definition', 'textDocument/documentSymbol', 'textDocument/foldingRange']);
  for (const { registerOptions } of client.registered) expect(registerOptions).toMatchObject({ documentSelector: [{ language: 'mm-litmus' }, { pattern: '**/*.litmus' }] });
});
