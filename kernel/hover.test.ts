import { describe as suite, expect, it } from 'vitest';
import { read } from './build';
import { allConstants } from './constants';
import { allDocumented } from './documented/index';
import { describe, type RuleNotes } from './hover';
import { allPrimitives, builtinModel, extendModel } from './model';
import type { Primitive, Version } from './types';

const all = [...allPrimitives, ...allDocumented, ...allConstants];
const notes: RuleNotes = (rule) => (rule === 'lockless-pte-to-userfault' ? { page: 'https://example.org/lockless-pte-to-userfault.md', scenario: 'hugetlb-missing-unstable-pte' } : undefined);

suite('describe', () => {
  it('shows contract, history, rules and source', () => {
    expect(describe('huge_ptep_get', notes)).toBe([
      '**`huge_ptep_get()`** · reads an entry',
      'Reads a hugetlb entry.',
      [
        '**Needs:** for a shared mapping the hugetlb vma lock or `i_mmap_rwsem`, unless the page-table lock is held.',
        '**Stale after:** the value, at once: nothing keeps the entry from changing unless its lock is held.',
        '**Pitfall:** Without the page-table lock it may be empty for a moment although a page is mapped.',
        '**Arguments:** 1 up to 6.10, 3 since 6.11.',
        '**Rule:** [`lockless-pte-to-userfault`](https://example.org/lockless-pte-to-userfault.md)',
        '**Scenario:** `hugetlb-missing-unstable-pte`',
        '**Source:** `include/asm-generic/hugetlb.h:huge_ptep_get`',
      ].join('  \n'),
    ].join('\n\n'));
  });

  it('names rules without a page, and each scenario once', () => {
    const text = describe('huge_ptep_get', () => ({ scenario: 'one' }));
    expect(text).toContain('**Rules:** `lockless-pte-to-userfault`, `hugetlb-pte-walk-unlocked`  \n**Scenario:** `one`  \n');
    expect(describe('huge_ptep_get', () => undefined)).not.toMatch(/Rule|Scenario/);
  });

  it('says in words since when there is what', () => {
    expect(describe('hugetlb_walk')).toContain('**Kernels:** since 6.3; before: `huge_pte_offset`.');
    expect(describe('pmd_read_atomic')).toContain('**Kernels:** up to 6.1; now: `pmdp_get_lockless`.');
    expect(describe('lock_mm_and_find_vma')).toContain('**Kernels:** since 6.5, also in 6.1 stable.');
    expect(describe('huge_ptep_get_and_clear')).toContain('**Arguments:** 3 up to 6.13, 4 since 6.14, also in 6.12 stable.');
  });

  it('says what the version of the reader does not have', () => {
    const lines = (name: string, version?: Version): string => describe(name, notes, builtinModel, version) ?? '';
    expect(lines('hugetlb_walk', [6, 1])).toContain('**Kernels:** since 6.3; before: `huge_pte_offset`. Mainline 6.1 does not have it.');
    expect(lines('hugetlb_walk', [6, 12])).not.toContain('Mainline');
    expect(lines('FAULT_FLAG_VMA_LOCK', [6, 1])).toContain('Mainline 6.1 does not have it.');
    // Stable releases of 6.1 have it.
    expect(lines('lock_mm_and_find_vma', [6, 1])).not.toContain('Mainline');
    expect(lines('lock_mm_and_find_vma', [6, 4])).toContain('Mainline 6.4 does not have it.');
    expect(lines('huge_ptep_get_and_clear', [6, 1])).toContain('also in 6.12 stable. Mainline 6.1 takes 3.');
    expect(lines('huge_ptep_get_and_clear', [6, 14])).toContain('Mainline 6.14 takes 4.');
    expect(lines('huge_ptep_get_and_clear', [6, 12])).not.toContain('Mainline');
  });

  it('shows entries of a tree, as plain text', () => {
    const evil: Primitive = { name: 'ours', area: 'page-table', shapes: [read('pte')], meaning: '# See ![x](http://x/y_z.png)\n\n# <b>`now`** and __so__', source: '.mm-review.json' };
    expect(describe('ours', undefined, extendModel(builtinModel, [evil]))).toBe(
      '**`ours()`** · reads an entry\n\n\\# See !\\[x\\](http://x/y\\_z.png) \\# \\<b\\>\\`now\\`\\*\\* and `__so__`\n\n**Source:** `.mm-review.json`',
    );
    expect(describe('ours')).toBeUndefined();
  });

  it('prefers what a tree says of a function that is only documented', () => {
    const name = allDocumented[0]!.name;
    const own: Primitive = { name, area: 'page-table', shapes: [read('pte')], meaning: 'Ours.', source: '.mm-review.json' };
    expect(describe(name, undefined, extendModel(builtinModel, [own]))).toContain('Ours.');
  });

  it('explains functions that the analyzer reads for itself, and constants', () => {
    expect(describe('hugetlb_pte_stable')).toContain('**`hugetlb_pte_stable()`** · ');
    expect(describe('FAULT_FLAG_UNSHARE')).toContain('since 5.19');
    expect(describe('no_such_function')).toBeUndefined();
  });

  it('has something to say about every name, in lines that can be read', () => {
    for (const { name } of all) {
      const text = describe(name, notes) ?? '';
      expect(text, name).toMatch(/\*\*Source:\*\* /);
      expect(text, name).not.toMatch(/undefined|\.\.(?!\.)|  +(?!\n)|\n{3}/);
      // Every span of code is closed on its line.
      for (const line of text.split('\n')) expect((line.match(/(?<!\\)`/g) ?? []).length % 2, `${name}: ${line}`).toBe(0);
    }
  });
});

suite('words', () => {
  const meaning = (text: string): string => (describe('ours', undefined, extendModel(builtinModel, [{ name: 'ours', area: 'lock', shapes: [read('pte')], meaning: text, source: 'x' }])) ?? '').split('\n')[2]!;

  it('set identifiers as code, and nothing else', () => {
    expect(meaning('Calls pte_same() on vmf->orig_pte and *ptep, see mm_types.h.')).toBe('Calls `pte_same()` on `vmf->orig_pte` and \\*ptep, see `mm_types`.h.');
    expect(meaning('In mm/huge_memory.c; 32-bit, up to 6.1, mmap() and NULL.')).toBe('In mm/huge\\_memory.c; 32-bit, up to 6.1, `mmap()` and NULL.');
  });
});
