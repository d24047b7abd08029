/** Page-table locks: who takes them, who gives them back, who only says where they are. */
import { rowsOf, shape } from './build';
import type { Primitive } from './types';

const row = rowsOf('lock');

/** Calls that take a page-table lock. */
const takers: readonly Primitive[] = [
  row('pte_offset_map_lock', shape(4, { op: 'acquire', level: 'pte', lock: { from: 'out', index: 3 }, nullable: true }),
    'Maps the page table below a pmd entry, takes its lock and returns the pte for the address.', 'include/linux/mm.h:pte_offset_map_lock', {
      contract: { takes: 'the page-table lock, stored through the last argument', stale: 'any pte value that was read before the lock was taken' },
      pitfall: 'Since 6.5 it returns NULL, with no lock held, when the table is gone or the pmd became huge; the caller has to test for that.',
      rules: ['lockless-pte-to-userfault', 'pte-map-result-unchecked', 'stale-pte-stored'],
    }),
  row('__pte_offset_map_lock', shape(4, { op: 'acquire', level: 'pte', lock: { from: 'out', index: 3 }, nullable: true }),
    'The body of pte_offset_map_lock: maps, locks, and starts over if the pmd changed meanwhile.', 'mm/pgtable-generic.c:__pte_offset_map_lock', {
      since: [6, 5], until: [6, 19],
      contract: { takes: 'the page-table lock, stored through the last argument' },
      pitfall: 'A NULL result means that no lock is held.', rules: ['pte-map-result-unchecked'],
    }),
  row('pte_alloc_map_lock', shape(4, { op: 'acquire', level: 'pte', lock: { from: 'out', index: 3 }, nullable: true }),
    'As pte_offset_map_lock, but allocates the page table first if there is none.', 'include/linux/mm.h:pte_alloc_map_lock', {
      contract: { takes: 'the page-table lock, stored through the last argument', sleeps: true },
      pitfall: 'NULL means out of memory, and since 6.5 also that the table vanished: no lock is held then.', rules: ['pte-map-result-unchecked'],
    }),
  row('get_locked_pte', shape(3, { op: 'acquire', level: 'pte', lock: { from: 'out', index: 2 }, nullable: true }),
    'Walks from the mm down to the pte of an address, allocating tables on the way, and locks it.', 'include/linux/mm.h:get_locked_pte', {
      contract: { takes: 'the page-table lock, stored through the last argument', sleeps: true },
      pitfall: 'NULL when a table cannot be allocated, since 6.5 also when no page table belongs there; no lock is held then.', rules: ['pte-map-result-unchecked'],
    }),
  row('__get_locked_pte', shape(3, { op: 'acquire', level: 'pte', lock: { from: 'out', index: 2 }, nullable: true }),
    'The body of get_locked_pte.', 'mm/memory.c:__get_locked_pte', {
      until: [6, 19],
      contract: { takes: 'the page-table lock, stored through the last argument', sleeps: true },
      pitfall: 'NULL means that no lock is held.', rules: ['pte-map-result-unchecked'],
    }),
  row('pmd_lock', shape(2, { op: 'acquire', level: 'pmd', lock: { from: 'result' }, nullable: false, slot: 1 }),
    'Takes the lock that guards a pmd entry and returns it.', 'include/linux/mm.h:pmd_lock', {
      contract: { takes: 'the pmd lock', stale: 'any pmd value that was read before' },
      pitfall: 'It says nothing about what the pmd holds: read it again under the lock.',
    }),
  row('pud_lock', shape(2, { op: 'acquire', level: 'pud', lock: { from: 'result' }, nullable: false, slot: 1 }),
    'Takes the lock that guards a pud entry and returns it.', 'include/linux/mm.h:pud_lock', {
      contract: { takes: 'the pud lock', stale: 'any pud value that was read before' },
    }),
  row('huge_pte_lock', shape(3, { op: 'acquire', level: 'huge', lock: { from: 'result' }, nullable: false, slot: 2 }),
    'Takes the lock that guards a hugetlb entry and returns it.', 'include/linux/hugetlb.h:huge_pte_lock', {
      contract: { takes: 'the page-table lock of the hugetlb entry', stale: 'any value of the entry that was read before' },
      pitfall: 'The page table itself may go away by pmd unsharing: the hugetlb vma lock (or i_mmap_rwsem) keeps it, not this lock.',
      rules: ['lockless-pte-to-userfault', 'hugetlb-pte-walk-unlocked'],
    }),
  row('pmd_trans_huge_lock', shape(2, { op: 'acquire', level: 'pmd', lock: { from: 'result' }, nullable: true, slot: 0 }),
    'Takes the pmd lock if the pmd maps a huge page or holds a migration entry, otherwise returns NULL.', 'include/linux/huge_mm.h:pmd_trans_huge_lock', {
      contract: { takes: 'the pmd lock, when the result is not NULL' },
      pitfall: 'With a NULL result nothing is held; the pmd may be a table, empty, or anything else.', rules: ['pte-map-result-unchecked'],
    }),
  row('pud_trans_huge_lock', shape(2, { op: 'acquire', level: 'pud', lock: { from: 'result' }, nullable: true, slot: 0 }),
    'Takes the pud lock if the pud maps a huge page, otherwise returns NULL.', 'include/linux/huge_mm.h:pud_trans_huge_lock', {
      contract: { takes: 'the pud lock, when the result is not NULL' }, pitfall: 'With a NULL result nothing is held.',
    }),
  row('__pmd_trans_huge_lock', shape(2, { op: 'acquire', level: 'pmd', lock: { from: 'result' }, nullable: true, slot: 0 }),
    'The body of pmd_trans_huge_lock: locks, looks again, unlocks and returns NULL if the pmd is not huge.', 'mm/huge_memory.c:__pmd_trans_huge_lock', {
      contract: { takes: 'the pmd lock, when the result is not NULL' },
    }),
  row('__pud_trans_huge_lock', shape(2, { op: 'acquire', level: 'pud', lock: { from: 'result' }, nullable: true, slot: 0 }),
    'The body of pud_trans_huge_lock.', 'mm/huge_memory.c:__pud_trans_huge_lock', { contract: { takes: 'the pud lock, when the result is not NULL' } }),
  row('double_pt_lock', shape(2, { op: 'double-lock', args: [0, 1] }),
    'Takes two page-table locks in address order; the same lock given twice is taken once.', 'mm/userfaultfd.c:double_pt_lock', {
      since: [6, 8], contract: { takes: 'both page-table locks', stale: 'both entries as read before' },
      pitfall: 'Both entries have to be compared with their earlier values under the two locks.', rules: ['uffd-move-unstable-pte'],
    }),
];

/** Calls that give a page-table lock back. */
const givers: readonly Primitive[] = [
  row('pte_unmap_unlock', shape(2, { op: 'release', lock: { from: 'arg', index: 1 } }),
    'Drops the page-table lock and unmaps the page table.', 'include/linux/mm.h:pte_unmap_unlock', {
      contract: { needs: 'the page-table lock', releases: 'the page-table lock', stale: 'every value read from the table' },
      pitfall: 'From here on anybody may change the entry: what was decided under the lock has to be decided again.',
      rules: ['lockless-pte-to-userfault', 'uffd-wp-check-not-repeated', 'stale-pte-stored'],
    }),
  row('migration_entry_wait_on_locked', [
    shape(3, { op: 'release', lock: { from: 'arg', index: 2 } }, { until: [6, 4] }),
    shape(2, { op: 'release', lock: { from: 'arg', index: 1 } }, { since: [6, 5] }),
  ], 'Drops the page-table lock and sleeps until the page behind a migration entry is no longer locked.', 'mm/filemap.c:migration_entry_wait_on_locked', {
    since: [5, 16], until: [6, 19], renamedTo: 'softleaf_entry_wait_on_locked',
    contract: { needs: 'the page-table lock', releases: 'the page-table lock', sleeps: true, stale: 'every value read from the table' },
  }),
  row('softleaf_entry_wait_on_locked', shape(2, { op: 'release', lock: { from: 'arg', index: 1 } }),
    'Drops the page-table lock and sleeps until the page behind a migration or device entry is no longer locked.', 'mm/filemap.c:softleaf_entry_wait_on_locked', {
      since: [7, 0], renamedFrom: 'migration_entry_wait_on_locked',
      contract: { needs: 'the page-table lock', releases: 'the page-table lock', sleeps: true, stale: 'every value read from the table' },
    }),
  row('double_pt_unlock', shape(2, { op: 'double-unlock', args: [0, 1] }),
    'Drops the two locks that double_pt_lock took.', 'mm/userfaultfd.c:double_pt_unlock', {
      since: [6, 8], contract: { needs: 'both page-table locks', releases: 'both page-table locks', stale: 'both entries' },
    }),
];

/** Calls that only tell where the lock is. */
const finders: readonly Primitive[] = [
  row('pte_lockptr', shape(2, { op: 'lock-pointer', level: 'pte', lock: { from: 'result' } }),
    'The lock of the page table below a pmd; does not take it.', 'include/linux/mm.h:pte_lockptr', {
      pitfall: 'The pmd may be changed between finding the lock and taking it: compare the pmd again under the lock.',
    }),
  row('ptep_lockptr', shape(2, { op: 'lock-pointer', level: 'pte', lock: { from: 'result' } }),
    'The lock of the page table that contains a pte; does not take it.', 'include/linux/mm.h:ptep_lockptr', {
      since: [6, 11], pitfall: 'Only for tables that are known to be one page and cannot go away.',
    }),
  row('pmd_lockptr', shape(2, { op: 'lock-pointer', level: 'pmd', lock: { from: 'result' } }),
    'The lock that guards a pmd entry; does not take it.', 'include/linux/mm.h:pmd_lockptr'),
  row('pud_lockptr', shape(2, { op: 'lock-pointer', level: 'pud', lock: { from: 'result' } }),
    'The lock that guards a pud entry; does not take it.', 'include/linux/mm.h:pud_lockptr'),
  row('huge_pte_lockptr', shape(3, { op: 'lock-pointer', level: 'huge', lock: { from: 'result' } }),
    'The lock that guards a hugetlb entry; does not take it.', 'include/linux/hugetlb.h:huge_pte_lockptr', {
      pitfall: 'Which lock it is depends on the huge page size and on the version: always ask, never assume the pmd lock.',
    }),
  row('pte_offset_map_nolock', shape(4, { op: 'lock-pointer', level: 'pte', lock: { from: 'out', index: 3 } }),
    'Maps the page table and says which lock guards it, without taking that lock.', 'mm/pgtable-generic.c:pte_offset_map_nolock', {
      since: [6, 5], until: [6, 12], renamedTo: 'pte_offset_map_ro_nolock',
      contract: { stale: 'everything read through it until the lock is taken and the pmd or pte compared' },
      pitfall: 'NULL when there is no page table. After spin_lock(ptl) the table may no longer belong to the pmd.',
      rules: ['pte-map-result-unchecked', 'stale-pte-stored'],
    }),
  row('pte_offset_map_ro_nolock', shape(4, { op: 'lock-pointer', level: 'pte', lock: { from: 'out', index: 3 } }),
    'Maps the page table for reading and says which lock guards it, without taking that lock.', 'mm/pgtable-generic.c:pte_offset_map_ro_nolock', {
      since: [6, 13], renamedFrom: 'pte_offset_map_nolock',
      contract: { stale: 'everything read through it' },
      pitfall: 'NULL when there is no page table. Not for changing entries: use the rw form, which returns the pmd to compare.',
      rules: ['pte-map-result-unchecked', 'stale-pte-stored'],
    }),
  row('pte_offset_map_rw_nolock', shape(5, { op: 'lock-pointer', level: 'pte', lock: { from: 'out', index: 4 } }),
    'Maps the page table for changing it, returns the pmd value it went through and the lock, which it does not take.', 'mm/pgtable-generic.c:pte_offset_map_rw_nolock', {
      since: [6, 13], renamedFrom: 'pte_offset_map_nolock',
      contract: { stale: 'the pmd value and everything read through the pointer' },
      pitfall: 'NULL when there is no page table. Once the lock is taken, pmd_same with the returned pmd value has to hold before an entry is changed.',
      rules: ['pte-map-result-unchecked', 'stale-pte-stored'],
    }),
];

/** Spinlocks as such: a page-table lock only when the pointer is known to be one. */
const spinlocks: readonly Primitive[] = [
  row('spin_lock', shape(1, { op: 'spin-lock', arg: 0 }),
    'Takes a spinlock; a page-table lock when the pointer came from pte_lockptr and the like.', 'include/linux/spinlock.h:spin_lock', {
      contract: { takes: 'the lock' }, pitfall: 'A page-table lock found earlier guards nothing that was read before it was taken.',
    }),
  row('spin_lock_nested', shape(2, { op: 'spin-lock', arg: 0, nested: true }),
    'As spin_lock, for a second lock of the same class (page-table lock inside a pmd lock, or the child under the parent).', 'include/linux/spinlock.h:spin_lock_nested', {
      contract: { takes: 'the lock' }, pitfall: 'The two pointers may be one and the same lock: compare them before taking the second.',
    }),
  row('spin_trylock', shape(1, { op: 'spin-lock', arg: 0, trylock: true }), 'Takes a spinlock if it is free; true when taken.', 'include/linux/spinlock.h:spin_trylock', {
    contract: { takes: 'the lock, when the result is true' },
  }),
  row('spin_lock_irq', shape(1, { op: 'spin-lock', arg: 0 }), 'Takes a spinlock and turns interrupts off.', 'include/linux/spinlock.h:spin_lock_irq', { contract: { takes: 'the lock' } }),
  row('spin_lock_irqsave', shape(2, { op: 'spin-lock', arg: 0 }), 'Takes a spinlock, turns interrupts off and saves their state.', 'include/linux/spinlock.h:spin_lock_irqsave', { contract: { takes: 'the lock' } }),
  row('spin_lock_bh', shape(1, { op: 'spin-lock', arg: 0 }), 'Takes a spinlock and turns soft interrupts off.', 'include/linux/spinlock.h:spin_lock_bh', { contract: { takes: 'the lock' } }),
  row('spin_unlock', shape(1, { op: 'spin-unlock', arg: 0 }), 'Drops a spinlock.', 'include/linux/spinlock.h:spin_unlock', {
    contract: { needs: 'the lock', releases: 'the lock', stale: 'everything read under it' },
    rules: ['lockless-pte-to-userfault', 'uffd-wp-check-not-repeated', 'stale-pte-stored'],
  }),
  row('spin_unlock_irq', shape(1, { op: 'spin-unlock', arg: 0 }), 'Drops a spinlock and turns interrupts on.', 'include/linux/spinlock.h:spin_unlock_irq', { contract: { releases: 'the lock' } }),
  row('spin_unlock_irqrestore', shape(2, { op: 'spin-unlock', arg: 0 }), 'Drops a spinlock and restores the interrupt state.', 'include/linux/spinlock.h:spin_unlock_irqrestore', { contract: { releases: 'the lock' } }),
  row('spin_unlock_bh', shape(1, { op: 'spin-unlock', arg: 0 }), 'Drops a spinlock and turns soft interrupts on.', 'include/linux/spinlock.h:spin_unlock_bh', { contract: { releases: 'the lock' } }),
];

/**
 * Assertions that a lock is held. lockdep_assert_not_held() is none of them, and is not followed: that the caller does not hold this lock
 * does not say that it holds no other one.
 */
const assertions: readonly Primitive[] = [
  row('lockdep_assert_held', shape(1, { op: 'assert-held', arg: 0 }), 'Debugging: warns when the lock is not held.', 'include/linux/lockdep.h:lockdep_assert_held', {
    contract: { needs: 'the lock' }, pitfall: 'Checks nothing without CONFIG_LOCKDEP; what it says is a promise of the caller.', rules: ['lockless-pte-to-userfault'],
  }),
  row('lockdep_assert_held_write', shape(1, { op: 'assert-held', arg: 0 }), 'As lockdep_assert_held; of a lock with readers, it must be held for writing.', 'include/linux/lockdep.h:lockdep_assert_held_write', {
    contract: { needs: 'the lock' },
  }),
  row('lockdep_assert_held_read', shape(1, { op: 'assert-held', arg: 0 }), 'As lockdep_assert_held; of a lock with readers, it must be held for reading.', 'include/linux/lockdep.h:lockdep_assert_held_read', {
    contract: { needs: 'the lock' },
  }),
  row('lockdep_assert_held_once', shape(1, { op: 'assert-held', arg: 0 }), 'As lockdep_assert_held, but warns once only.', 'include/linux/lockdep.h:lockdep_assert_held_once', {
    contract: { needs: 'the lock' },
  }),
  row('assert_spin_locked', shape(1, { op: 'assert-held', arg: 0 }), 'Stops an SMP kernel (BUG) when nobody holds the spinlock.', 'include/linux/spinlock.h:assert_spin_locked', {
    contract: { needs: 'the lock' }, pitfall: 'It cannot tell who holds the lock: another CPU will do.', rules: ['lockless-pte-to-userfault'],
  }),
];

/** Everything about page-table locks. */
export const locks: readonly Primitive[] = [...takers, ...givers, ...finders, ...spinlocks, ...assertions];
