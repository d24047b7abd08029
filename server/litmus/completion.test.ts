import { afterEach, describe, expect, test } from 'vitest';
import type { ClientCapabilities, CompletionItem } from 'vscode-languageserver/node';
import { LOST, MODERN, at, startLitmus } from './testing';
import type { TestClient } from '../testing';

const URI = 'file:///home/x/lost.litmus';

let client: TestClient;
afterEach(() => client.stop());

/** What is offered at `|` when `before` is replaced by what stands there. */
async function items(before: string, typed: string, { trigger, capabilities }: { readonly trigger?: string; readonly capabilities?: ClientCapabilities } = {}): Promise<CompletionItem[]> {
  client = await startLitmus(capabilities && { capabilities });
  expect(LOST).toContain(before);
  const text = LOST.replace(before, () => typed.replace('|', ''));
  client.open(URI, text);
  const context = trigger === undefined ? { triggerKind: 1 } : { triggerKind: 2, triggerCharacter: trigger };
  return client.connection.sendRequest<CompletionItem[]>('textDocument/completion', { textDocument: { uri: URI }, position: at(text, typed), context });
}
const labels = async (...args: Parameters<typeof items>): Promise<string[]> => (await items(...args)).map(({ label }) => label);

describe('in the header', () => {
  test('keys at the beginning of a line', async () => {
    const found = await items(' * Cover: done', ' * Co|');
    expect(found.map(({ label }) => label)).toEqual(expect.arrayContaining(['Cover', 'Commit', 'Expect', 'Needs']));
    expect(found.find(({ label }) => label === 'Cover')).toMatchObject({ textEdit: { newText: 'Cover: ' }, documentation: { kind: 'markdown', value: expect.stringContaining('must be reached') as string } });
  });

  test.each<[string, readonly string[]]>([
    [' * Expect: |', ['buggy', 'fixed']],
    [' * Expect: fixed |', ['with', 'Sometimes', 'Never']],
    [' * Expect: fixed Never |', ['uncovered']],
    [' * Expect: fixed Sometimes |', []],
    [' * Expect: fixed with migration |', ['Sometimes', 'Never']],
    [' * Cover: |', ['done', 'buggy', 'fixed']],
    [' * Cover: fixed |', ['with', 'done']],
    [' * Unchecked: |', ['buggy', 'fixed']],
    [' * Through: |', ['done']],
    [' * Variant: other |', ['FIX_LOCK']],
    [' * Variant: other : |', []],
    [' * Define: |', ['FIX_LOCK']],
    [' * Adversary: |', ['P0', 'P1']],
    [' * Result: |', ['Sometimes', 'Never']],
    [' * Title: |', []],
    [' * some prose |', []],
  ])('%s', async (line, expected) => {
    expect(await labels(' * Cover: done', line, { trigger: ' ' })).toEqual(expected);
  });

  test('names with hyphens are replaced as a whole', async () => {
    const found = await items(' * Cover: done', ' * Expect: fixed with madv-dontneed,uffdio-c|');
    expect(found.find(({ label }) => label === 'uffdio-copy')).toMatchObject({ textEdit: { newText: 'uffdio-copy', range: { start: { character: 36 }, end: { character: 44 } } } });
  });

  test('library threads, properties and rules', async () => {
    expect(await labels(' * Cover: done', ' * Expect: fixed with |')).toEqual(expect.arrayContaining(['migration', 'uffdio-copy']));
    client.stop();
    const more = await labels(' * Cover: done', ' * Expect: fixed with migration,|', { trigger: ',' });
    expect(more).toContain('uffdio-copy');
    expect(more).not.toContain('migration');
    client.stop();
    expect(await labels(' * Cover: done', ' * Unchecked: fixed deadlock |')).toEqual(expect.arrayContaining(['sleep-in-atomic']));
    client.stop();
    expect(await labels(' * Cover: done', ' * Rule: |')).toContain('lockless-pte-to-userfault');
  });
});

describe('in the init block', () => {
  test('types and attributes', async () => {
    expect(await labels('\tspinlock_t ptl;', '\tspinlock_t ptl;\n\tp|')).toEqual(expect.arrayContaining(['pte_t', 'struct mm_struct', 'ghost', '__guarded_by']));
  });

  test('tags behind struct', async () => {
    expect(await labels('\tspinlock_t ptl;', '\tstruct v|')).toContain('vm_area_struct');
  });

  test('only a spinlock guards, only a folio is mapped', async () => {
    expect(await labels('__guarded_by(ptl)', '__guarded_by(|)')).toEqual(['ptl']);
  });

  test('values', async () => {
    expect(await labels('= PTE_PRESENT;', '= PTE_|')).toEqual(expect.arrayContaining(['PTE_PRESENT', 'PTE_MARKER']));
  });
});

describe('in the code', () => {
  test('primitives, calls of the machine, functions, objects and constants', async () => {
    const found = await items('v = look(pte);', 'v = |');
    const labels = found.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['ptep_get', 'user_read', 'look', 'pte', 'ptl', 'PTE_PRESENT', 'choose']));
    // There is nothing to be done with a primitive that has no steps here.
    expect(labels).not.toContain('page_vma_mapped_walk');
    expect(found.find(({ label }) => label === 'user_lookup')).toMatchObject({ insertText: 'user_lookup(${1:vma}, ${2:&i_pages[i]})', insertTextFormat: 2 });
    expect(found.find(({ label }) => label === 'pte')).toMatchObject({ detail: 'pte_t' });
    const resolved = await client.connection.sendRequest<CompletionItem>('completionItem/resolve', found.find(({ label }) => label === 'ptep_get'));
    expect(resolved.documentation).toMatchObject({ kind: 'markdown', value: expect.stringContaining('In a scenario: One step: reads the entry.') as string });
  });

  test('no snippets for clients without', async () => {
    const found = await items('v = look(pte);', 'v = |', { capabilities: { textDocument: { ...MODERN.textDocument, completion: {} } } });
    const call = found.find(({ label }) => label === 'user_read');
    expect(call).not.toHaveProperty('insertText');
    const resolved = await client.connection.sendRequest<CompletionItem>('completionItem/resolve', call);
    expect(resolved.documentation).toMatchObject({ kind: 'plaintext' });
  });

  test('labels behind goto, fields behind an arrow, names behind #ifdef', async () => {
    expect(await labels('v = look(pte);', 'goto |', { trigger: ' ' })).toEqual(['done']);
    client.stop();
    expect(await labels('v = look(pte);', 'vma->|', { trigger: '>' })).toEqual(expect.arrayContaining(['vm_flags', 'vm_mm', 'flags']));
    client.stop();
    expect(await labels('#ifdef FIX_LOCK', '#ifdef |', { trigger: ' ' })).toEqual(['FIX_LOCK']);
    client.stop();
    expect(await labels('#ifdef FIX_LOCK', '#|', { trigger: '#' })).toEqual(['ifdef', 'ifndef', 'else', 'endif']);
  });

  test.each<[string, string]>([['v = a |', ' '], ['if (a >|', '>'], ['f(a,|', ','], ['/* a.|', '.']])('nothing behind %s', async (typed, trigger) => {
    expect(await labels('v = look(pte);', typed, { trigger })).toEqual([]);
  });

  test('what a condition compares', async () => {
    expect(await labels('exists (pte =', 'exists (|')).toEqual(expect.arrayContaining(['pte', 'PTE_PRESENT']));
  });
});

test('C files are answered with nothing', async () => {
  client = await startLitmus();
  client.open('file:///src/linux/mm/a.c', 'int f(void) { return 0; }\n');
  for (const method of ['completion', 'foldingRange', 'documentSymbol', 'definition']) {
    expect(await client.connection.sendRequest(`textDocument/${method}`, { textDocument: { uri: 'file:///src/linux/mm/a.c' }, position: { line: 0, character: 5 } }), method).toBeNull();
  }
});
