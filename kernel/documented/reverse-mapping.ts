/** Reverse mapping and migration: what unmaps a page everywhere, and what maps its successor. */
import type { Documented } from '../types';
import { counts, functionsOf } from './build';

const lost = ['uffd-wp-bit-lost'];
const carry = ['uffd-wp-not-carried-over', ...lost];
const walkLocks = 'the anon_vma lock or i_mmap_rwsem for reading (taken by the walk)';

const unmaps = functionsOf('rmap', 'mm/rmap.c', 'reverse mapping', [
  ['try_to_unmap', 2, 'Unmaps a folio from all processes, for reclaim: anonymous pages become swap entries.', { contract: { needs: 'the folio lock', takes: 'the anon_vma lock or i_mmap_rwsem, for the time of the call', sleeps: true }, rules: lost }],
  ['try_to_unmap_one', 4, 'Unmaps a folio from one vma: swap entries for anonymous pages, uffd-wp markers or nothing for pages of a file.', {
    contract: { needs: `the folio lock, and ${walkLocks}`, takes: 'the page-table lock, for the time of the call' },
    pitfall: 'mmap_lock is not held: the vma may become registered meanwhile.', rules: carry,
  }],
  ['try_to_migrate', 2, 'Replaces all mappings of a folio by migration entries.', { contract: { needs: 'the folio lock', takes: 'the anon_vma lock or i_mmap_rwsem, for the time of the call', sleeps: true }, rules: carry }],
  ['try_to_migrate_one', 4, 'Replaces the mappings of a folio in one vma by migration entries.', {
    contract: { needs: `the folio lock, and ${walkLocks}`, takes: 'the page-table lock, for the time of the call' },
    pitfall: 'The uffd-wp bit goes into the migration entry (pte_swp_mkuffd_wp). A fault sees the entry empty for a moment.', rules: [...carry, 'lockless-pte-to-userfault'],
  }],
  ['folio_referenced', 4, 'Counts and clears the accessed bits of all mappings of a folio.', { contract: { sleeps: true } }],
  ['folio_referenced_one', 4, 'Counts and clears the accessed bits of a folio in one vma.', { contract: { takes: 'the page-table lock, for the time of the call' } }],
  ['folio_mkclean', 1, 'Takes write permission and the dirty bit from all shared mappings of a folio of a file, before it is written back.', { contract: { needs: 'the folio lock', sleeps: true } }],
  ['page_vma_mkclean_one', 1, 'Does folio_mkclean for the entries of one walk.', { pitfall: 'Each entry is empty for a moment; the uffd-wp bit stays.' }],
  ['rmap_walk', 2, 'Calls a function for each vma that may map the folio.', { contract: { takes: 'the anon_vma lock or i_mmap_rwsem for reading, for the time of the call', sleeps: true } }],
  ['rmap_walk_locked', 2, 'As rmap_walk, with the lock held by the caller.', { contract: { needs: 'the anon_vma lock or i_mmap_rwsem' } }],
  ['rmap_walk_anon', 3, 'rmap_walk for anonymous folios.', { contract: { takes: 'the anon_vma lock for reading, unless told that it is held', sleeps: true } }],
  ['rmap_walk_file', 3, 'rmap_walk for folios of a file.', { contract: { needs: 'the folio lock', takes: 'i_mmap_rwsem for reading, unless told that it is held', sleeps: true } }],
  ['make_device_exclusive_range', 5, 'Replaces the entries of anonymous pages in a range by device-exclusive ones.', { contract: { needs: 'mmap_lock', sleeps: true } }],
  ['set_tlb_ubc_flush_pending', counts(2, 3), 'Notes that the TLB flush for an emptied entry is put off until try_to_unmap_flush.', { contract: { needs: 'the page-table lock' } }],
  ['should_defer_flush', 2, 'True when try_to_unmap may put the TLB flush off.'],
  ['try_to_unmap_flush', 0, 'Does the TLB flushes that were put off.', { pitfall: 'Before it other CPUs may still use the page through the old entries.' }],
  ['try_to_unmap_flush_dirty', 0, 'Does the TLB flushes that were put off if one of the entries was writable and dirty.'],
  ['folio_lock_anon_vma_read', 2, 'Finds the anon_vma of a folio and takes its lock; NULL, and nothing taken, when the folio is not mapped.', { contract: { takes: 'the anon_vma lock for reading, when the result is not NULL', sleeps: true } }],
  ['folio_get_anon_vma', 1, 'Takes a reference to the anon_vma of a folio; NULL when it is not mapped.'],
  ['mm_find_pmd', 2, 'The pmd of an address, or NULL; takes no lock.', { contract: { stale: 'everything read through it' } }],
]);

const anonVmas = functionsOf('rmap', 'include/linux/rmap.h', 'anon_vma', [
  ['anon_vma_prepare', 1, 'Makes sure that the vma has an anon_vma; not 0 when out of memory.', { contract: { needs: 'mmap_lock', sleeps: true } }],
  ['__anon_vma_prepare', 1, 'The body of anon_vma_prepare.', { file: 'mm/rmap.c', contract: { needs: 'mmap_lock', sleeps: true } }],
  ['anon_vma_clone', 2, 'Gives a vma the anon_vmas of another one.', { file: 'mm/rmap.c', contract: { needs: 'mmap_lock for writing', sleeps: true } }],
  ['anon_vma_fork', 2, 'Part of fork: gives the vma of the child an anon_vma of its own, linked to that of the parent.', { file: 'mm/rmap.c', contract: { needs: 'mmap_lock for writing', sleeps: true } }],
  ['unlink_anon_vmas', 1, 'Takes a vma out of its anon_vmas.', { file: 'mm/rmap.c', contract: { sleeps: true } }],
  ['get_anon_vma', 1, 'Takes a reference to an anon_vma.'],
  ['put_anon_vma', 1, 'Drops a reference to an anon_vma.', { contract: { sleeps: true } }],
]);

const walk = functionsOf('rmap', 'mm/page_vma_mapped.c', 'step of page_vma_mapped_walk', [
  ['map_pte', counts(1, 2), 'Maps the page table and looks at the entry without its lock first; takes the lock when the entry may be the one.', {
    contract: { takes: 'the page-table lock, when it returns true' }, pitfall: 'With PVMW_SYNC it takes the lock before it looks.',
  }],
  ['check_pte', counts(1, 2), 'True when the entry under the lock maps the page of the walk.', { contract: { needs: 'the page-table lock' } }],
]);

const migration = functionsOf('rmap', 'mm/migrate.c', 'migration', [
  ['remove_migration_ptes', 3, 'Replaces all migration entries of the old folio by mappings of the new one.', { contract: { needs: 'the locks of both folios', takes: 'the anon_vma lock or i_mmap_rwsem, for the time of the call', sleeps: true }, rules: carry }],
  ['remove_migration_pte', 4, 'Replaces the migration entries of one vma by mappings of the new folio.', { contract: { takes: 'the page-table lock, for the time of the call' }, pitfall: 'The uffd-wp bit of the migration entry has to go into the new value.', rules: carry }],
  ['try_to_map_unused_to_zeropage', 4, 'Part of splitting a huge page: maps the zero page in place of a part that holds only zeroes.', { since: [6, 12], contract: { needs: 'the page-table lock' }, rules: carry }],
  ['migration_entry_wait', 3, 'Sleeps until the page behind a migration entry has moved.', { contract: { takes: 'the page-table lock, for a moment', sleeps: true, stale: 'everything read from the table' } }],
  ['migration_entry_wait_huge', counts(2, 3), 'As migration_entry_wait for a hugetlb entry.', {
    contract: { needs: 'in 6.12 the hugetlb vma lock', takes: 'the page-table lock, for a moment', releases: 'in 6.12 the hugetlb vma lock', sleeps: true, stale: 'everything read from the table' }, rules: ['hugetlb-pte-walk-unlocked'],
  }],
  ['pmd_migration_entry_wait', 2, 'As migration_entry_wait for a huge pmd.', { contract: { takes: 'the pmd lock, for a moment', sleeps: true, stale: 'the pmd' } }],
  ['migrate_pages', 7, 'Moves a list of folios to other memory.', { contract: { sleeps: true } }],
  ['folio_migrate_mapping', 4, 'Puts the new folio in place of the old one in the page cache.', { contract: { needs: 'the locks of both folios', takes: 'the xarray lock, for the time of the call' } }],
  ['migrate_vma_collect_pmd', 4, 'Collects the pages of one page table that are to move to device memory, and unmaps those it can at once.', { file: 'mm/migrate_device.c', contract: { needs: 'mmap_lock', takes: 'the page-table lock, for the time of the call', sleeps: true }, rules: carry }],
  ['migrate_vma_setup', 1, 'First step of moving a range to device memory: collects and unmaps its pages.', { file: 'mm/migrate_device.c', contract: { needs: 'mmap_lock', sleeps: true } }],
  ['migrate_vma_pages', 1, 'Second step of moving a range to device memory: moves what could be unmapped.', { file: 'mm/migrate_device.c', contract: { needs: 'mmap_lock', sleeps: true } }],
  ['migrate_vma_insert_page', 4, 'Maps a page of device memory in an empty entry.', { file: 'mm/migrate_device.c', contract: { takes: 'the page-table lock, for the time of the call', sleeps: true }, pitfall: 'In a vma that is registered for missing faults it maps nothing: the next access raises the event.' }],
  ['__migration_entry_wait', 3, 'The body of migration_entry_wait.', { until: [6, 4], contract: { takes: 'the page-table lock, for a moment', sleeps: true, stale: 'everything read from the table' } }],
  ['__migration_entry_wait_huge', 2, 'The body of migration_entry_wait_huge.', { until: [6, 2], contract: { takes: 'the page-table lock, for a moment', sleeps: true, stale: 'everything read from the table' } }],
  ['__replace_page', 4, 'Part of placing a breakpoint: maps the changed copy of a page of code.', { file: 'kernel/events/uprobes.c', contract: { needs: 'mmap_lock (6.1: for writing)', takes: 'the lock of the old page and the page-table lock, for the time of the call', sleeps: true }, pitfall: 'The uffd-wp bit of the old entry is not carried over.', rules: lost }],
]);

const accounting = functionsOf('rmap', 'include/linux/rmap.h', 'mapping count', [
  ['folio_move_anon_rmap', 2, 'Makes an anonymous folio belong to the anon_vma of one vma: it is not shared any more.', { since: [6, 7], renamedFrom: 'page_move_anon_rmap', contract: { needs: 'the folio lock' } }],
  ['page_move_anon_rmap', 2, 'Makes an anonymous page belong to the anon_vma of one vma: it is not shared any more.', { until: [6, 6], renamedTo: 'folio_move_anon_rmap', contract: { needs: 'the lock of the page' } }],
  ['hugetlb_add_new_anon_rmap', 3, 'Counts the first mapping of a new anonymous hugetlb folio.', { since: [6, 8] }],
  ['hugetlb_add_anon_rmap', 4, 'Counts a mapping of an anonymous hugetlb folio.', { since: [6, 8] }],
  ['hugetlb_add_file_rmap', 1, 'Counts a mapping of a hugetlb folio of a file.', { since: [6, 8] }],
  ['hugetlb_remove_rmap', 1, 'No longer counts a mapping of a hugetlb folio.', { since: [6, 8] }],
  ['hugetlb_try_dup_anon_rmap', 2, 'Part of fork: counts one more mapping of an anonymous hugetlb folio; fails when it may be pinned and has to be copied.', { since: [6, 8], contract: { needs: 'the page-table lock' } }],
  ['folio_try_dup_anon_rmap_ptes', 4, 'Part of fork: counts more mappings of pages of an anonymous folio; fails when they may be pinned and have to be copied.', { since: [6, 8], contract: { needs: 'the page-table lock' } }],
  ['folio_try_dup_anon_rmap_pte', 3, 'As folio_try_dup_anon_rmap_ptes for one page.', { since: [6, 8], contract: { needs: 'the page-table lock' } }],
  ['folio_try_dup_anon_rmap_pmd', 3, 'As folio_try_dup_anon_rmap_ptes for a huge pmd.', { since: [6, 8], contract: { needs: 'the pmd lock' } }],
  ['folio_dup_file_rmap_ptes', 3, 'Part of fork: counts more mappings of pages of a file folio.', { since: [6, 8] }],
  ['folio_add_anon_rmap_ptes', 6, 'Counts several ptes that map pages of an anonymous folio.', { since: [6, 8], contract: { needs: 'the page-table lock' } }],
  ['page_try_dup_anon_rmap', 3, 'Part of fork: counts one more mapping of an anonymous page; fails when it may be pinned and has to be copied.', { since: [5, 19], until: [6, 7], renamedTo: 'folio_try_dup_anon_rmap_pte', contract: { needs: 'the page-table lock' } }],
  ['page_add_new_anon_rmap', 3, 'Counts the first mapping of a new anonymous page.', { until: [6, 7] }],
  ['folio_try_share_anon_rmap_pmd', 2, 'Marks an exclusive huge page as possibly shared; fails when it may be pinned.', { since: [6, 8], contract: { needs: 'the pmd lock, with the pmd emptied' } }],
  ['hugetlb_try_share_anon_rmap', 1, 'Marks an exclusive hugetlb page as possibly shared; fails when it may be pinned.', { since: [6, 8], contract: { needs: 'the page-table lock, with the entry emptied' } }],
  ['folio_add_file_rmap_pmd', 3, 'Counts a huge pmd that maps a file folio.', { since: [6, 8] }],
  ['hugepage_add_anon_rmap', 4, 'Counts a mapping of an anonymous hugetlb page.', { until: [6, 7], renamedTo: 'hugetlb_add_anon_rmap' }],
  ['hugepage_add_new_anon_rmap', 3, 'Counts the first mapping of a new anonymous hugetlb page.', { until: [6, 7], renamedTo: 'hugetlb_add_new_anon_rmap' }],
]);

/** Reverse mapping and migration. */
export const reverseMappingFunctions: readonly Documented[] = [...unmaps, ...anonVmas, ...walk, ...migration, ...accounting];
