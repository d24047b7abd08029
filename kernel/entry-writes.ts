/** Changes of an entry in its page table. */
import { clear, clearMany, rowsOf, shape, store } from './build';
import type { Contract, Primitive } from './types';

const row = rowsOf('page-table');
const locked: Contract = { needs: 'the page-table lock' };
const lost = ['uffd-wp-bit-lost', 'uffd-wp-check-not-repeated', 'stale-pte-stored'];
const pgtable = (name: string): string => `include/linux/pgtable.h:${name}`;
const hugetlb = (name: string): string => `include/asm-generic/hugetlb.h:${name}`;
const bit = 'The uffd-wp bit goes with it: put a marker in place, or carry the bit into the new value.';

/** Calls that empty an entry. */
const clears: readonly Primitive[] = [
  row('ptep_get_and_clear', clear('pte', 3, 2, true), 'Empties a pte and returns what it held.', pgtable('ptep_get_and_clear'), { contract: locked, pitfall: bit, rules: lost }),
  row('ptep_get_and_clear_full', clear('pte', 4, 2, true), 'As ptep_get_and_clear, with a hint that the whole address space goes away.', pgtable('ptep_get_and_clear_full'), { contract: locked, pitfall: bit, rules: lost }),
  row('get_and_clear_full_ptes', clearMany('pte', 5, 2, 3, true), 'Empties several consecutive ptes that map one folio.', pgtable('get_and_clear_full_ptes'), { since: [6, 9], contract: locked, pitfall: bit, rules: lost }),
  row('clear_full_ptes', clearMany('pte', 5, 2, 3, false), 'As get_and_clear_full_ptes, without the old value.', pgtable('clear_full_ptes'), { since: [6, 9], contract: locked, pitfall: bit, rules: lost }),
  row('get_and_clear_ptes', clearMany('pte', 4, 2, 3, true), 'As get_and_clear_full_ptes, where the address space stays.', pgtable('get_and_clear_ptes'), { since: [6, 17], contract: locked, pitfall: bit, rules: lost }),
  row('clear_ptes', clearMany('pte', 4, 2, 3, false), 'As clear_full_ptes, where the address space stays.', pgtable('clear_ptes'), { since: [6, 17], contract: locked, pitfall: bit, rules: lost }),
  row('ptep_clear_flush', clear('pte', 3, 2, true), 'Empties a pte, flushes the TLB for it and returns what it held.', 'mm/pgtable-generic.c:ptep_clear_flush', { contract: locked, pitfall: bit, rules: lost }),
  row('ptep_clear_flush_notify', clear('pte', 3, 2, true), 'As ptep_clear_flush, and tells secondary MMUs.', 'include/linux/mmu_notifier.h:ptep_clear_flush_notify', { contract: locked, pitfall: bit, rules: lost }),
  row('ptep_clear', clear('pte', 3, 2, false), 'Empties a pte.', pgtable('ptep_clear'), { since: [5, 17], contract: locked, pitfall: bit, rules: lost }),
  row('pte_clear', clear('pte', 3, 2, false), 'Empties a pte.', 'arch/x86/include/asm/pgtable.h:pte_clear', { contract: locked, pitfall: bit, rules: lost }),
  row('pte_clear_not_present_full', clear('pte', 4, 2, false), 'Empties a pte that is not present (swap entry, marker).', pgtable('pte_clear_not_present_full'), { until: [7, 2], contract: locked, pitfall: bit, rules: lost }),
  row('clear_not_present_full_ptes', clearMany('pte', 5, 2, 3, false), 'Empties several ptes that are not present.', pgtable('clear_not_present_full_ptes'), { since: [6, 10], until: [7, 2], renamedTo: 'clear_nonpresent_ptes', contract: locked, pitfall: bit, rules: lost }),
  row('clear_nonpresent_ptes', clearMany('pte', 4, 2, 3, false), 'Empties several ptes that are not present.', pgtable('clear_nonpresent_ptes'), { since: [7, 3], renamedFrom: 'clear_not_present_full_ptes', contract: locked, pitfall: bit, rules: lost }),
  row('huge_ptep_get_and_clear', [clear('huge', 3, 2, true, { until: [6, 13] }), clear('huge', 4, 2, true, { since: [6, 14], backported: { into: [[6, 12]], why: 'architectures need the size of the huge page' } })], 'Empties a hugetlb entry and returns what it held.', hugetlb('huge_ptep_get_and_clear'), {
    contract: locked, pitfall: bit, rules: lost,
  }),
  row('huge_ptep_clear_flush', clear('huge', 3, 2, true), 'Empties a hugetlb entry, flushes the TLB and returns what it held.', hugetlb('huge_ptep_clear_flush'), { contract: locked, pitfall: bit, rules: lost }),
  row('huge_pte_clear', clear('huge', 4, 2, false), 'Empties a hugetlb entry.', hugetlb('huge_pte_clear'), { contract: locked, pitfall: bit, rules: lost }),
  row('pmdp_huge_get_and_clear', clear('pmd', 3, 2, true), 'Empties a huge pmd and returns what it held.', pgtable('pmdp_huge_get_and_clear'), { contract: { needs: 'the pmd lock' }, rules: lost }),
  row('pmdp_huge_get_and_clear_full', clear('pmd', 4, 2, true), 'As pmdp_huge_get_and_clear, with a hint that the whole address space goes away.', pgtable('pmdp_huge_get_and_clear_full'), { contract: { needs: 'the pmd lock' }, rules: lost }),
  row('pmdp_huge_clear_flush', clear('pmd', 3, 2, true), 'Empties a huge pmd, flushes the TLB and returns what it held.', 'mm/pgtable-generic.c:pmdp_huge_clear_flush', { contract: { needs: 'the pmd lock' }, rules: lost }),
  row('pmdp_collapse_flush', shape(3, { op: 'clear', level: 'pmd', slot: 2, returnsOld: true, table: true }), 'Takes a whole page table out of the tree: empties the pmd, flushes the TLB and returns the old pmd.', 'mm/pgtable-generic.c:pmdp_collapse_flush', {
    contract: { needs: 'the pmd lock', stale: 'every pte of that table as checked before' },
    pitfall: 'Checks of the ptes made before it have to be repeated after it: somebody may have write-protected one in between.', rules: lost,
  }),
  row('pmd_clear', clear('pmd', 1, 0, false), 'Empties a pmd.', 'arch/x86/include/asm/pgtable.h:pmd_clear', { contract: { needs: 'the pmd lock' } }),
  row('pudp_huge_get_and_clear', clear('pud', 3, 2, true), 'Empties a huge pud and returns what it held.', pgtable('pudp_huge_get_and_clear'), { contract: { needs: 'the pud lock' } }),
  row('pudp_huge_get_and_clear_full', clear('pud', 4, 2, true), 'As pudp_huge_get_and_clear, with a hint that the whole address space goes away.', pgtable('pudp_huge_get_and_clear_full'), { contract: { needs: 'the pud lock' } }),
  row('pudp_huge_clear_flush', clear('pud', 3, 2, true), 'Empties a huge pud, flushes the TLB and returns what it held.', 'mm/pgtable-generic.c:pudp_huge_clear_flush', { contract: { needs: 'the pud lock' } }),
  row('pud_clear', clear('pud', 1, 0, false), 'Empties a pud.', 'arch/x86/include/asm/pgtable.h:pud_clear', { contract: { needs: 'the pud lock' } }),
];

/** Calls that write a value. */
const stores: readonly Primitive[] = [
  row('set_pte_at', store('pte', 4, 2, 3), 'Writes a pte.', 'include/linux/pgtable.h:set_pte_at', { contract: locked, pitfall: 'Overwrites whatever is there, including the uffd-wp bit and changes made since the value was read.', rules: lost }),
  row('set_pte_at_notify', store('pte', 4, 2, 3), 'As set_pte_at, and tells secondary MMUs the new value.', 'include/linux/mmu_notifier.h:set_pte_at_notify', { until: [6, 9], contract: locked, rules: lost }),
  row('set_ptes', store('pte', 5, 2, 3), 'Writes several consecutive ptes that map consecutive pages.', 'include/linux/pgtable.h:set_ptes', { since: [6, 6], contract: locked, pitfall: 'All of them get the bits of the one value given.', rules: lost }),
  row('set_pte', store('pte', 2, 0, 1), 'Writes a pte.', 'arch/x86/include/asm/pgtable.h:set_pte', { contract: locked }),
  row('set_huge_pte_at', [store('huge', 4, 2, 3, { until: [6, 5] }), store('huge', 5, 2, 3, { since: [6, 6] })], 'Writes a hugetlb entry.', hugetlb('set_huge_pte_at'), { contract: locked, rules: lost }),
  row('set_huge_swap_pte_at', store('huge', 5, 2, 3), 'Writes a hugetlb entry that is not present (migration entry, poison).', 'include/linux/hugetlb.h:set_huge_swap_pte_at', { until: [5, 19], renamedTo: 'set_huge_pte_at', contract: locked, rules: lost }),
  row('set_pmd_at', store('pmd', 4, 2, 3), 'Writes a huge pmd.', 'arch/x86/include/asm/pgtable.h:set_pmd_at', { contract: { needs: 'the pmd lock' }, rules: lost }),
  row('set_pud_at', store('pud', 4, 2, 3), 'Writes a huge pud.', 'arch/x86/include/asm/pgtable.h:set_pud_at', { contract: { needs: 'the pud lock' } }),
  row('set_pmd', store('pmd', 2, 0, 1), 'Writes a pmd.', 'arch/x86/include/asm/pgtable.h:set_pmd', { contract: { needs: 'the pmd lock' } }),
  row('pmd_populate', store('pmd', 3, 1, 2), 'Hangs a page table below a pmd.', 'arch/x86/include/asm/pgalloc.h:pmd_populate', { contract: { needs: 'the pmd lock' } }),
  row('pud_populate', store('pud', 3, 1, 2), 'Hangs a pmd table below a pud.', 'arch/x86/include/asm/pgalloc.h:pud_populate', { contract: { needs: 'the pud lock' } }),
  row('pmdp_establish', store('pmd', 4, 2, 3), 'Writes a huge pmd and returns what it held, without a moment in which it is empty.', 'arch/x86/include/asm/pgtable.h:pmdp_establish', { contract: { needs: 'the pmd lock' } }),
  row('ptep_set_access_flags', store('pte', 5, 2, 3), 'Changes accessed, dirty and write bits of a present pte; true when something changed.', 'mm/pgtable-generic.c:ptep_set_access_flags', { contract: locked, rules: lost }),
  row('huge_ptep_set_access_flags', store('huge', 5, 2, 3), 'Changes accessed, dirty and write bits of a present hugetlb entry.', hugetlb('huge_ptep_set_access_flags'), { contract: locked, rules: lost }),
  row('pmdp_set_access_flags', store('pmd', 5, 2, 3), 'Changes accessed, dirty and write bits of a huge pmd.', 'mm/pgtable-generic.c:pmdp_set_access_flags', { contract: { needs: 'the pmd lock' } }),
  row('pudp_set_access_flags', store('pud', 5, 2, 3), 'Changes accessed, dirty and write bits of a huge pud.', pgtable('pudp_set_access_flags'), { contract: { needs: 'the pud lock' } }),
];

/** Changes in two steps. */
const pairs: readonly Primitive[] = [
  row('ptep_modify_prot_start', shape(3, { op: 'modify-start', level: 'pte', slot: 2 }), 'Empties a pte for a moment so that its protection can be changed; ptep_modify_prot_commit puts it back.', pgtable('ptep_modify_prot_start'), {
    contract: locked, pitfall: 'Between start and commit a lockless reader sees an empty entry where a page is mapped.', rules: ['lockless-pte-to-userfault'],
  }),
  row('ptep_modify_prot_commit', shape(5, { op: 'modify-commit', level: 'pte', slot: 2, old: 3, value: 4 }), 'Puts the changed value back that ptep_modify_prot_start took out.', pgtable('ptep_modify_prot_commit'), { contract: locked }),
  row('huge_ptep_modify_prot_start', shape(3, { op: 'modify-start', level: 'huge', slot: 2 }), 'As ptep_modify_prot_start for a hugetlb entry.', 'include/linux/hugetlb.h:huge_ptep_modify_prot_start', {
    contract: locked, pitfall: 'Between start and commit a lockless reader sees an empty entry where a page is mapped.', rules: ['lockless-pte-to-userfault'],
  }),
  row('huge_ptep_modify_prot_commit', shape(5, { op: 'modify-commit', level: 'huge', slot: 2, old: 3, value: 4 }), 'As ptep_modify_prot_commit for a hugetlb entry.', 'include/linux/hugetlb.h:huge_ptep_modify_prot_commit', { contract: locked }),
  row('modify_prot_start_ptes', shape(4, { op: 'modify-start', level: 'pte', slot: 2 }), 'As ptep_modify_prot_start for several consecutive ptes.', pgtable('modify_prot_start_ptes'), {
    since: [6, 17], contract: locked, pitfall: 'Between start and commit a lockless reader sees empty entries where pages are mapped.', rules: ['lockless-pte-to-userfault'],
  }),
  row('modify_prot_commit_ptes', shape(6, { op: 'modify-commit', level: 'pte', slot: 2, old: 3, value: 4 }), 'As ptep_modify_prot_commit for several consecutive ptes.', pgtable('modify_prot_commit_ptes'), { since: [6, 17], contract: locked }),
  row('pmdp_invalidate', shape(3, { op: 'modify-start', level: 'pmd', slot: 2 }), 'Makes a huge pmd not present without emptying it, flushes the TLB and returns what it held.', 'mm/pgtable-generic.c:pmdp_invalidate', { contract: { needs: 'the pmd lock' } }),
  row('pmdp_invalidate_ad', shape(3, { op: 'modify-start', level: 'pmd', slot: 2 }), 'As pmdp_invalidate, where only the accessed and dirty bits must not be lost.', 'mm/pgtable-generic.c:pmdp_invalidate_ad', { since: [5, 19], contract: { needs: 'the pmd lock' } }),
  row('pudp_invalidate', shape(3, { op: 'modify-start', level: 'pud', slot: 2 }), 'Makes a huge pud not present without emptying it, flushes the TLB and returns what it held.', 'arch/x86/include/asm/pgtable.h:pudp_invalidate', { since: [6, 12], contract: { needs: 'the pud lock' } }),
];

/** Everything that changes an entry. */
export const entryWrites: readonly Primitive[] = [...clears, ...stores, ...pairs];
