/** Page-table entries: how to get at one, how to read it, how to compare it. */
import { rowsOf, read, shape } from './build';
import type { Primitive } from './types';

const row = rowsOf('page-table');
const lockless = 'the value, at once: nothing keeps the entry from changing unless its lock is held';

/** Calls that yield a pointer to an entry without taking its lock. */
const maps: readonly Primitive[] = [
  row('pte_offset_map', shape(2, { op: 'map', level: 'pte', nullable: true }), 'Maps the page table below a pmd and returns the pte of an address; takes no lock.', 'include/linux/pgtable.h:pte_offset_map', {
    contract: { stale: 'everything read through it' },
    pitfall: 'Since 6.5 the result may be NULL. A value read through it is only a hint until it is compared under the lock.',
    rules: ['lockless-pte-to-userfault', 'pte-map-result-unchecked'],
  }),
  row('__pte_offset_map', shape(3, { op: 'map', level: 'pte', nullable: true }), 'The body of pte_offset_map; also returns the pmd value it went through.', 'mm/pgtable-generic.c:__pte_offset_map', {
    since: [6, 5], pitfall: 'The result may be NULL.', rules: ['pte-map-result-unchecked'],
  }),
  row('pte_offset_kernel', shape(2, { op: 'map', level: 'pte', nullable: false }), 'The pte of an address in a page table that is always mapped.', 'include/linux/pgtable.h:pte_offset_kernel', {
    pitfall: 'For kernel tables, or for a table that nobody else can reach.',
  }),
  row('pte_alloc_map', shape(3, { op: 'map', level: 'pte', nullable: true }), 'Allocates the page table if needed and maps it; takes no lock.', 'include/linux/mm.h:pte_alloc_map', {
    contract: { sleeps: true }, pitfall: 'The result may be NULL.', rules: ['pte-map-result-unchecked'],
  }),
  row('huge_pte_offset', shape(3, { op: 'map', level: 'huge', nullable: true }), 'Finds the hugetlb entry of an address; takes no lock.', 'mm/hugetlb.c:huge_pte_offset', {
    contract: { needs: 'for a shared mapping the hugetlb vma lock or i_mmap_rwsem, so that the table cannot be unshared below us; for a private one mmap_lock', stale: 'everything read through it' },
    pitfall: 'Without these locks the page table may be freed while it is read. Since 6.3 ordinary code calls hugetlb_walk, which asserts them.',
    rules: ['hugetlb-pte-walk-unlocked', 'lockless-pte-to-userfault'],
  }),
  row('hugetlb_walk', shape(3, { op: 'map', level: 'huge', nullable: true }), 'As huge_pte_offset; with lockdep it warns when a shared table could be unshared.', 'include/linux/hugetlb.h:hugetlb_walk', {
    since: [6, 3], renamedFrom: 'huge_pte_offset',
    contract: { needs: 'for a shared mapping the hugetlb vma lock or i_mmap_rwsem', stale: 'everything read through it until the page-table lock is taken' },
    pitfall: 'The vma lock keeps the table, not the entry: read the entry again under its page-table lock.', rules: ['hugetlb-pte-walk-unlocked'],
  }),
  row('huge_pte_alloc', [
    shape(3, { op: 'map', level: 'huge', nullable: true }, { until: [5, 12] }),
    shape(4, { op: 'map', level: 'huge', nullable: true }, { since: [5, 13] }),
  ], 'Finds or allocates the hugetlb entry of an address; may share a table with another process.', 'mm/hugetlb.c:huge_pte_alloc', {
    contract: { needs: 'the hugetlb vma lock', sleeps: true }, pitfall: 'NULL means out of memory. Takes no page-table lock.', rules: ['hugetlb-pte-walk-unlocked'],
  }),
  row('pte_alloc_huge', shape(3, { op: 'map', level: 'huge', nullable: true }), 'As huge_pte_alloc for architectures that keep hugetlb entries in page tables.', 'include/linux/hugetlb.h:pte_alloc_huge', { since: [6, 5], contract: { sleeps: true }, pitfall: 'NULL means out of memory.' }),
  row('pte_offset_huge', shape(2, { op: 'map', level: 'huge', nullable: false }), 'The hugetlb entry of an address in a page table.', 'include/linux/hugetlb.h:pte_offset_huge', { since: [6, 5], contract: { stale: 'everything read through it' } }),
  row('pmd_offset', shape(2, { op: 'map', level: 'pmd', nullable: false }), 'The pmd entry of an address.', 'include/linux/pgtable.h:pmd_offset', { contract: { stale: 'everything read through it' } }),
  row('pud_offset', shape(2, { op: 'map', level: 'pud', nullable: false }), 'The pud entry of an address.', 'include/linux/pgtable.h:pud_offset', { contract: { stale: 'everything read through it' } }),
  row('pmd_alloc', shape(3, { op: 'map', level: 'pmd', nullable: true }), 'The pmd entry of an address; allocates the table if there is none.', 'include/linux/mm.h:pmd_alloc', { contract: { sleeps: true }, pitfall: 'NULL means out of memory.' }),
  row('pud_alloc', shape(3, { op: 'map', level: 'pud', nullable: true }), 'The pud entry of an address; allocates the table if there is none.', 'include/linux/mm.h:pud_alloc', { contract: { sleeps: true }, pitfall: 'NULL means out of memory.' }),
  row('pmd_off', shape(2, { op: 'map', level: 'pmd', nullable: false }), 'The pmd entry of an address, without looking at the levels above.', 'include/linux/pgtable.h:pmd_off'),
];

/** Reads through a pointer. */
const reads: readonly Primitive[] = [
  row('ptep_get', read('pte'), 'Reads a pte once.', 'include/linux/pgtable.h:ptep_get', {
    contract: { stale: lockless },
    pitfall: 'Without the page-table lock the value is a snapshot; a transient none during ptep_modify_prot_start looks like a hole.',
    rules: ['lockless-pte-to-userfault', 'uffd-wp-check-not-repeated', 'stale-pte-stored'],
  }),
  row('ptep_get_lockless', read('pte'), 'Reads a pte without tearing when its lock is not held.', 'include/linux/pgtable.h:ptep_get_lockless', {
    since: [5, 11], renamedFrom: 'gup_get_pte',
    contract: { stale: lockless },
    pitfall: 'Whole, but not stable: compare under the page-table lock before acting on it.', rules: ['lockless-pte-to-userfault', 'stale-pte-stored'],
  }),
  row('gup_get_pte', read('pte'), 'Older name of ptep_get_lockless.', 'mm/gup.c:gup_get_pte', { until: [5, 10], renamedTo: 'ptep_get_lockless', contract: { stale: lockless } }),
  row('huge_ptep_get', [
    shape(1, { op: 'read', level: 'huge', slot: 0 }, { until: [6, 10] }),
    shape(3, { op: 'read', level: 'huge', slot: 2 }, { since: [6, 11] }),
  ], 'Reads a hugetlb entry.', 'include/asm-generic/hugetlb.h:huge_ptep_get', {
    contract: { needs: 'for a shared mapping the hugetlb vma lock or i_mmap_rwsem, unless the page-table lock is held', stale: lockless },
    pitfall: 'Without the page-table lock it may be empty for a moment although a page is mapped.',
    rules: ['lockless-pte-to-userfault', 'hugetlb-pte-walk-unlocked'],
  }),
  row('pmdp_get', read('pmd'), 'Reads a pmd once.', 'include/linux/pgtable.h:pmdp_get', { since: [6, 6], contract: { stale: lockless } }),
  row('pmdp_get_lockless', read('pmd'), 'Reads a pmd without tearing when its lock is not held.', 'include/linux/pgtable.h:pmdp_get_lockless', {
    since: [6, 2], renamedFrom: 'pmd_read_atomic', contract: { stale: lockless }, pitfall: 'Whole, but not stable: khugepaged or a split may change it at once.',
  }),
  row('pmd_read_atomic', read('pmd'), 'Predecessor of pmdp_get_lockless; on 32-bit x86 with PAE the two halves need not belong together.', 'include/linux/pgtable.h:pmd_read_atomic', { until: [6, 1], renamedTo: 'pmdp_get_lockless', contract: { stale: lockless } }),
  row('pudp_get', read('pud'), 'Reads a pud once.', 'include/linux/pgtable.h:pudp_get', { since: [6, 8], contract: { stale: lockless } }),
];

/** Comparisons of two values. */
const compares: readonly Primitive[] = [
  row('pte_same', shape(2, { op: 'compare', args: [0, 1] }), 'True when two pte values are equal.', 'include/linux/pgtable.h:pte_same', {
    pitfall: 'Proves that the entry is unchanged only if one value was read under the page-table lock that is still held.',
    rules: ['lockless-pte-to-userfault', 'uffd-wp-check-not-repeated', 'stale-pte-stored'],
  }),
  row('pmd_same', shape(2, { op: 'compare', args: [0, 1] }), 'True when two pmd values are equal.', 'include/linux/pgtable.h:pmd_same', {
    pitfall: 'Needs a value freshly read under the pmd lock (or the lock of the table below it).', rules: ['stale-pte-stored'],
  }),
  row('pud_same', shape(2, { op: 'compare', args: [0, 1] }), 'True when two pud values are equal.', 'include/linux/pgtable.h:pud_same', { pitfall: 'Needs a value freshly read under the pud lock.' }),
  row('pte_same_as_swp', shape(2, { op: 'compare', args: [0, 1] }), 'As pte_same for swap entries; the flag bits kept in the entry are ignored.', 'mm/swapfile.c:pte_same_as_swp', {
    pitfall: 'Ignores the uffd-wp bit of the swap entry.',
  }),
];

/** Pointers, reads and comparisons. */
export const pageTable: readonly Primitive[] = [...maps, ...reads, ...compares];
