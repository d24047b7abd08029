import type { Hover, MarkupContent } from 'vscode-languageserver/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOST, MODERN, at, shippedText, startLitmus } from './testing';
import type { TestClient } from '../testing';

const URI = 'file:///home/x/lost.litmus';
const HUGETLB = 'file:///home/x/hugetlb.litmus';
const hugetlb = shippedText('hugetlb-missing-unstable-pte');

let client: TestClient;
beforeEach(async () => {
  client = await startLitmus();
  client.open(URI, LOST);
  client.open(HUGETLB, hugetlb);
});
afterEach(() => client.stop());

async function hover(mark: string, uri = URI): Promise<string | undefined> {
  const answer = await client.connection.sendRequest<Hover | null>('textDocument/hover', { textDocument: { uri }, position: at(uri === URI ? LOST : hugetlb, mark) });
  return (answer?.contents as MarkupContent | undefined)?.value;
}

describe('in the header', () => {
  test.each<[string, string]>([
    ['|Expect: buggy', '**Expect:** `variant [with adversary,...] Sometimes [steps]`, or `Never [uncovered]`\n\n`Expect: buggy Sometimes 11`'],
    ['Expect: |fixed', '**fixed** · variant: with the lock\n\nDefines `FIX_LOCK`.\n\nExpected: **Never**.'],
    ['Expect: buggy |Sometimes', '**Sometimes**\n\nThere is an order of the steps in which a property is violated. The number behind it is the length of the shortest such order.'],
    ['fixed |FIX_LOCK', '**FIX_LOCK** · selects lines\n\nDefined in `fixed`.'],
    ['Cover: |done', '**done** · label in `P0()`\n\nMust be reached in every variant.'],
    ['Adversary: |P1', '```c\nP1(pte_t *pte)\n```\n\nThread. A library thread may replace it.'],
    ['Anchor: mm/a.c |look', '```c\nstatic pte_t look(pte_t *ptep)\n```\n\nLooks at the entry.\n\nStands in `mm/a.c` of the kernel.'],
  ])('%s', async (mark, text) => {
    expect(await hover(mark)).toBe(text);
  });

  test('library threads say what they do and need', async () => {
    const text = await hover('Expect: fixed with |madv-dontneed Never', HUGETLB);
    expect(text).toMatch(/^\*\*madv-dontneed\*\* · library thread: madvise\(MADV\\_DONTNEED\)/);
    expect(text).toMatch(/Needs `mm`, `vma`, `pte` and `page_table_lock`\.$/);
  });

  test('a variant is told with what it comes to beside other threads', async () => {
    expect(await hover('Variant: |vma-lock RESV', HUGETLB)).toBe('**vma-lock** · variant: buggy; private mapping that owns its reservation map\n\nDefines `RESV_OWNER`.\n\nExpected: **Never**; with `migration`: **Sometimes**, 13 steps.');
  });

  test('prose is left alone, but for calls', async () => {
    expect(await hover('whoever holds |no lock', HUGETLB).catch(() => undefined)).toBeUndefined();
    expect(await hover('hugetlb_no_page() drops its |locks', HUGETLB)).toBeUndefined();
    expect(await hover('|hugetlb_fault() reads', HUGETLB)).toBe('```c\nstatic vm_fault_t hugetlb_fault(void)\n```');
    expect(await hover('and calls |handle_userfault() on', HUGETLB)).toMatch(/^\*\*`handle_userfault\(\)`\*\* · raises a userfault/);
  });
});

describe('in the init block', () => {
  test('objects are shown as they are declared in each variant', async () => {
    expect(await hover('pte_t |pte __guarded_by')).toBe('```c\npte_t pte __guarded_by(ptl) = PTE_PRESENT;\n```\n\nIn threads `pte` is a pointer to it.');
    expect(await hover('spinlock_t |ptl')).toMatch(/Free at the beginning\.$/);
    expect(await hover('pte_t |pte __guarded_by(page_table_lock) = PTE_NONE', HUGETLB)).toBe([
      '```c', '/* absent */', 'pte_t pte __guarded_by(page_table_lock) = PTE_NONE;', '/* minor, minor-fixed */', 'pte_t pte __guarded_by(page_table_lock) = PTE_PRESENT | page(folio);',
      '/* buggy, fixed, vma-lock, vma-lock-fixed, minor-shared, minor-shared-fixed */', 'pte_t pte __guarded_by(page_table_lock) = PTE_PRESENT | PTE_WRITE | page(folio);', '```', '',
      'In threads `pte` is a pointer to it.',
    ].join('\n'));
  });

  test('types, attributes, fields and values', async () => {
    expect(await hover('|spinlock_t ptl')).toBe('**spinlock_t** · in the init block: a lock');
    expect(await hover('struct |mm_struct mm;')).toBe('**struct mm_struct** · in the init block: an object\n\nHas `mmap_lock` (a reader-writer lock).');
    expect(await hover('|__guarded_by(ptl)')).toBe('**\\_\\_guarded\\_by**\n\n`__guarded_by(lock)`: the spinlock of an entry or of a page cache.');
    expect(await hover('= |PTE_PRESENT;')).toMatch(/^\*\*PTE\\_PRESENT\*\*\n\nInitial value of an entry: a page is mapped/);
    expect(await hover('.|vm_private_data = HPAGE', HUGETLB)).toBe('**vm_private_data** · flags of `struct vm_area_struct`\n\nFlags: `HPAGE_RESV_OWNER`.');
    expect(await hover('folio = { .|flags = PG', HUGETLB)).toMatch(/Flags: `PG_uptodate`, `PG_ksm`/);
  });
});

describe('in the code', () => {
  test('primitives say what the kernel model says, and how many steps they take', async () => {
    const text = await hover('|set_pte_at(mm');
    expect(text).toMatch(/^\*\*`set_pte_at\(\)`\*\* · writes an entry/);
    expect(text).toMatch(/In a scenario: One step: writes the entry\.$/);
    expect(await hover('return |ptep_get(ptep)')).toMatch(/In a scenario: One step: reads the entry\.$/);
  });

  test('calls of the machine, functions of the file, names of #ifdef', async () => {
    expect(await hover('!|user_read(pte)', HUGETLB)).toBe('**`user_read(pte)`** · in a scenario\n\nA user thread reads the page: one hardware walk. True when the entry maps it; otherwise a fault begins.');
    expect(await hover('|filemap_get_entry(&i', HUGETLB)).toMatch(/^\*\*`filemap_get_entry\(&i_pages\[i\]\)`\*\* · in a scenario/);
    expect(await hover('v = |look(pte)')).toMatch(/^```c\nstatic pte_t look/);
    expect(await hover('#ifdef |FIX_LOCK')).toBe('**FIX_LOCK** · selects lines\n\nDefined in `fixed`.');
    expect(await hover('goto |retry_stable;', HUGETLB)).toMatch(/^\*\*retry_stable\*\* · label in `hugetlb_no_page\(\)`/);
  });

  test('parameters and locals are no objects, and comments no code', async () => {
    expect(await hover('ptep_get(|ptep)')).toBeUndefined();
    expect(await hover('/* Looks at the |entry. */')).toBeUndefined();
  });

  test('a variable in the condition', async () => {
    expect(await hover('\\ 0:|v = PTE')).toBe('**v** · what this variable of P0 holds when all threads have ended');
  });
});

test('lines may end with a carriage return', async () => {
  const uri = 'file:///home/x/crlf.litmus';
  client.open(uri, LOST.replace(/\n/g, '\r\n'));
  const answer = await client.connection.sendRequest<Hover>('textDocument/hover', { textDocument: { uri }, position: at(LOST, 'Expect: |fixed') });
  expect(answer.contents).toMatchObject({ value: '**fixed** · variant: with the lock\n\nDefines `FIX_LOCK`.\n\nExpected: **Never**.' });
  expect((await client.push(uri, () => true)).diagnostics).toEqual([]);
});

test('a client that knows no Markdown gets plain text', async () => {
  client.stop();
  client = await startLitmus({ capabilities: { textDocument: { ...MODERN.textDocument, hover: { contentFormat: ['plaintext'] } } } });
  client.open(URI, LOST);
  expect(await hover('v = |look(pte)')).toBe('static pte_t look(pte_t *ptep)\n\nLooks at the entry.\n\nStands in mm/a.c of the kernel.');
});
