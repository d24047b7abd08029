/** What walks a range and changes its entries: zap, fork, mprotect, mremap, madvise, huge pmds. */
import type { Documented } from '../types';
import { counts, functionsOf } from './build';

const file = 'mm/memory.c';
const lost = ['uffd-wp-bit-lost'];
const carry = ['uffd-wp-not-carried-over'];
const protect = ['uffd-wp-check-not-repeated'];
const markers = 'Entries of a file mapping leave a uffd-wp marker behind, unless ZAP_FLAG_DROP_MARKER is set.';

const zaps = functionsOf('page-table', file, 'empties entries', [
  ['zap_pte_range', 6, 'Empties the entries of one page table.', { contract: { needs: 'mmap_lock, or i_mmap_rwsem', takes: 'the page-table lock, for the time of the call', sleeps: true }, pitfall: markers, rules: lost }],
  ['zap_pmd_range', 6, 'Empties what hangs below a pmd table: huge pmds and page tables.', { contract: { needs: 'mmap_lock, or i_mmap_rwsem', sleeps: true } }],
  ['zap_present_ptes', 10, 'Empties the next entries that map one folio; returns how many.', { since: [6, 9], contract: { needs: 'the page-table lock' }, rules: lost }],
  ['zap_present_folio_ptes', 12, 'Empties entries that map pages of one folio, and leaves uffd-wp markers.', { since: [6, 9], contract: { needs: 'the page-table lock' }, rules: lost }],
  ['zap_page_range_single', 4, 'Empties a range of one vma, as madvise(MADV_DONTNEED) does; the vma stays.', { contract: { needs: 'mmap_lock, or i_mmap_rwsem', sleeps: true }, pitfall: markers, rules: lost }],
  ['zap_page_range', 3, 'Empties a range that may span vmas.', { until: [6, 2], contract: { needs: 'mmap_lock', sleeps: true }, rules: lost }],
  ['zap_vma_ptes', 3, 'Empties a range of a mapping without struct pages.', { contract: { needs: 'mmap_lock, or i_mmap_rwsem', sleeps: true } }],
  ['unmap_page_range', 5, 'Empties a range of one vma within a TLB batch.', { contract: { needs: 'mmap_lock, or i_mmap_rwsem', sleeps: true }, rules: lost }],
  ['unmap_single_vma', counts(5, 6), 'Empties the part of a vma that lies in a range.', { contract: { needs: 'mmap_lock, or i_mmap_rwsem', sleeps: true } }],
  ['unmap_vmas', counts(5, 7), 'Part of munmap and exit: empties the entries of several vmas, markers included.', { contract: { needs: 'mmap_lock', sleeps: true } }],
  ['unmap_mapping_range', 4, 'Empties all mappings of a range of a file, for truncation and hole punching.', { contract: { takes: 'i_mmap_rwsem for reading, for the time of the call', sleeps: true }, rules: lost }],
  ['unmap_mapping_pages', 4, 'As unmap_mapping_range, counted in pages; keeps uffd-wp markers.', { contract: { takes: 'i_mmap_rwsem for reading, for the time of the call', sleeps: true }, rules: lost }],
  ['unmap_mapping_folio', 1, 'Empties all mappings of a folio that is being truncated; drops its uffd-wp markers.', { contract: { needs: 'the folio lock', takes: 'i_mmap_rwsem for reading, for the time of the call', sleeps: true }, rules: lost }],
  ['zap_drop_file_uffd_wp', 1, 'True when the zap removes uffd-wp markers (ZAP_FLAG_DROP_MARKER).', { since: [5, 19], rules: lost }],
  ['should_zap_cows', 1, 'True when the zap takes copies made by writes to a private mapping as well.'],
  ['zap_vma_pages', 1, 'Empties a whole vma; the vma stays.', { file: 'include/linux/mm.h', since: [6, 3], contract: { needs: 'mmap_lock', sleeps: true }, pitfall: markers, rules: lost }],
  ['free_pgtables', counts(5, 6), 'Part of munmap: frees the page tables of unmapped vmas and takes these out of reverse mapping.', { contract: { needs: 'mmap_lock for writing', sleeps: true } }],
  ['follow_pte', 4, 'Finds and locks the present entry of an address; not 0, and nothing locked, when there is none.', { until: [6, 11], contract: { needs: 'mmap_lock', takes: 'the page-table lock, when it returns 0' } }],
  ['apply_to_page_range', 5, 'Calls a function for the entries of a range, allocating page tables where needed.', { contract: { sleeps: true } }],
  ['vma_pgtable_walk_begin', 1, 'Keeps the page tables of a hugetlb vma from being unshared during a walk; nothing for other vmas.', { since: [6, 10], contract: { takes: 'the hugetlb vma lock for reading', sleeps: true }, rules: ['hugetlb-pte-walk-unlocked'] }],
  ['vma_pgtable_walk_end', 1, 'Ends what vma_pgtable_walk_begin began.', { since: [6, 10], contract: { releases: 'the hugetlb vma lock' } }],
]);

const fork = functionsOf('page-table', file, 'part of fork', [
  ['copy_page_range', 2, 'Copies the page tables of a vma to the child.', { contract: { needs: 'mmap_lock of both processes for writing', sleeps: true }, rules: carry }],
  ['copy_pte_range', 6, 'Copies the entries of one page table to the child.', { contract: { needs: 'mmap_lock of both processes for writing', takes: 'both page-table locks, for the time of the call', sleeps: true, stale: 'what was read of an entry, when a page had to be copied without the locks' }, rules: carry }],
  ['copy_present_pte', 7, 'Copies an entry that maps a page; both sides become read-only for copy-on-write.', { until: [6, 8], contract: { needs: 'both page-table locks' }, pitfall: 'Drops the uffd-wp bit unless the vma of the child is registered for write protection.', rules: carry }],
  ['copy_present_ptes', 9, 'Copies the next entries that map one folio; both sides become read-only for copy-on-write.', { since: [6, 9], contract: { needs: 'both page-table locks' }, pitfall: 'Drops the uffd-wp bit unless the vma of the child is registered for write protection.', rules: carry }],
  ['copy_present_page', 8, 'Copies a page that may be pinned, so that parent and child do not share it.', { contract: { needs: 'both page-table locks' }, rules: carry }],
  ['copy_nonpresent_pte', 8, 'Copies a swap, migration or device entry or a marker.', { contract: { needs: 'both page-table locks' }, pitfall: 'Drops the uffd-wp bit unless the vma of the child is registered for write protection.', rules: carry }],
  ['vma_needs_copy', 2, 'True when fork has to copy the entries of the vma and cannot leave them to faults; always true with userfaultfd write protection.', { rules: carry }],
]);

const mprotect = functionsOf('page-table', 'mm/mprotect.c', 'changes protection', [
  ['change_protection', counts(6, 5), 'Changes the protection of a range: mprotect, NUMA balancing, UFFDIO_WRITEPROTECT.', { contract: { needs: 'mmap_lock, at least for reading', sleeps: true }, rules: protect }],
  ['change_pte_range', 7, 'Changes the protection of the entries of one page table, and sets or drops uffd-wp bits and markers.', {
    contract: { needs: 'mmap_lock, at least for reading', takes: 'the page-table lock, for the time of the call' },
    pitfall: 'It empties each present entry for a moment (ptep_modify_prot_start): readers without the lock see a hole.', rules: [...protect, ...lost, 'lockless-pte-to-userfault'],
  }],
  ['change_pmd_range', 7, 'Changes the protection of what hangs below a pmd table; splits huge pmds where needed.', { contract: { needs: 'mmap_lock, at least for reading', sleeps: true }, rules: protect }],
  ['mprotect_fixup', counts(6, 7), 'mprotect of one vma: splits or merges it and changes its entries.', { contract: { needs: 'mmap_lock for writing', sleeps: true, stale: 'the vma' } }],
  ['can_change_pte_writable', 3, 'True when the entry may become writable at once, without a fault: not one with the uffd-wp bit.', { contract: { needs: 'the page-table lock' }, rules: lost }],
  ['vma_wants_manual_pte_write_upgrade', 1, 'True when entries of the vma can be made writable after a change of protection although the vma itself maps read-only at first.', { file: 'mm/vma.h', since: [6, 2] }],
  ['vma_set_page_prot', 1, 'Computes the page protection of the vma anew from its flags.', { file: 'mm/mmap.c', contract: { needs: 'mmap_lock for writing' } }],
  ['vma_wants_writenotify', 2, 'True when write permission of a shared mapping has to be given by faults, page by page; with userfaultfd write protection it is.', { file: 'mm/vma.c', contract: { needs: 'mmap_lock' }, rules: ['uffd-wp-without-wrprotect'] }],
  ['uffd_wp_protect_file', 2, 'True when uffd-wp bits are set in a mapping of a file, so that empty entries need markers.', { until: [6, 3] }],
]);

const mremap = functionsOf('page-table', 'mm/mremap.c', 'part of mremap', [
  ['move_vma', 9, 'Moves a mapping to another address.', { contract: { needs: 'mmap_lock for writing', sleeps: true, stale: 'the vma' }, rules: carry }],
  ['move_page_tables', counts(6, 7), 'Moves the entries of a range to another address.', { contract: { needs: 'mmap_lock for writing', sleeps: true }, rules: carry }],
  ['move_ptes', 8, 'Moves the entries of one page table; drops uffd-wp bits and markers of a registration that is not told about mremap.', {
    contract: { needs: 'mmap_lock for writing', takes: 'both page-table locks, and i_mmap_rwsem and the anon_vma lock if asked', sleeps: true }, rules: [...carry, ...lost],
  }],
  ['move_normal_pmd', 5, 'Moves a whole page table by its pmd.', { contract: { needs: 'mmap_lock for writing, i_mmap_rwsem and the anon_vma lock', takes: 'both pmd locks, for the time of the call' }, pitfall: 'The entries are not looked at: not for a registration that is not told about mremap, whose bits have to go.', rules: carry }],
  ['move_normal_pud', 5, 'Moves a whole pmd table by its pud.', { contract: { needs: 'mmap_lock for writing, i_mmap_rwsem and the anon_vma lock', takes: 'both pud locks, for the time of the call' }, rules: carry }],
  ['take_rmap_locks', 1, 'Keeps reverse mapping out of a vma.', { contract: { takes: 'i_mmap_rwsem and the anon_vma lock for writing', sleeps: true } }],
  ['drop_rmap_locks', 1, 'Drops what take_rmap_locks took.', { contract: { releases: 'i_mmap_rwsem and the anon_vma lock' } }],
]);

const madvise = functionsOf('page-table', 'mm/madvise.c', 'part of madvise', [
  ['madvise_dontneed_single_vma', 3, 'MADV_DONTNEED for one vma: empties its entries.', { contract: { needs: 'mmap_lock for reading', sleeps: true }, rules: lost }],
  ['madvise_dontneed_free', 5, 'MADV_DONTNEED and MADV_FREE: tells the monitor first, which may drop mmap_lock.', {
    contract: { needs: 'mmap_lock for reading', releases: 'mmap_lock on the way, when userfaultfd_remove sends an event', sleeps: true, stale: 'the vma, which it looks up again' }, rules: ['use-after-userfault'],
  }],
  ['madvise_free_pte_range', 4, 'MADV_FREE of one page table: makes the pages clean, so that reclaim may drop them; empties swap entries.', { contract: { needs: 'mmap_lock for reading', takes: 'the page-table lock, for the time of the call', sleeps: true } }],
  ['madvise_free_single_vma', 3, 'MADV_FREE for one vma, anonymous memory only.', { contract: { needs: 'mmap_lock for reading', sleeps: true } }],
  ['madvise_cold_or_pageout_pte_range', 4, 'MADV_COLD and MADV_PAGEOUT of one page table.', { contract: { needs: 'mmap_lock for reading', takes: 'the page-table lock, for the time of the call', sleeps: true } }],
  ['madvise_remove', 4, 'MADV_REMOVE: punches a hole into the file.', { contract: { needs: 'mmap_lock for reading', releases: 'mmap_lock on the way', sleeps: true, stale: 'the vma' }, rules: ['use-after-userfault'] }],
]);

const huge = functionsOf('page-table', 'mm/huge_memory.c', 'huge pmd', [
  ['change_huge_pmd', 6, 'Changes the protection of a huge pmd, and sets or drops its uffd-wp bit.', { contract: { needs: 'mmap_lock, at least for reading', takes: 'the pmd lock, for the time of the call' }, rules: protect }],
  ['zap_huge_pmd', 4, 'Empties a huge pmd; 0 when it is none.', { contract: { takes: 'the pmd lock, for the time of the call' } }],
  ['copy_huge_pmd', 7, 'Part of fork: copies a huge pmd to the child.', { contract: { takes: 'both pmd locks, for the time of the call', sleeps: true }, pitfall: 'Drops the uffd-wp bit unless the vma of the child is registered for write protection.', rules: carry }],
  ['move_huge_pmd', 5, 'Part of mremap: moves a huge pmd.', { contract: { needs: 'mmap_lock for writing', takes: 'both pmd locks, for the time of the call' }, rules: carry }],
  ['madvise_free_huge_pmd', 5, 'MADV_FREE of a huge pmd.', { contract: { takes: 'the pmd lock, for the time of the call', sleeps: true } }],
  ['__split_huge_pmd', 5, 'Replaces a huge pmd by a page table that maps the same, or by nothing for a file mapping.', { contract: { takes: 'the pmd lock, for the time of the call', sleeps: true, stale: 'the pmd' }, rules: carry }],
  ['__split_huge_pmd_locked', 4, 'The body of __split_huge_pmd.', { contract: { needs: 'the pmd lock', stale: 'the pmd' }, pitfall: 'The uffd-wp bit of the pmd has to go into each of the new entries.', rules: carry }],
  ['split_huge_pmd_locked', 5, 'As __split_huge_pmd, with the pmd lock held by the caller.', { since: [6, 11], contract: { needs: 'the pmd lock', stale: 'the pmd' }, rules: carry }],
  ['split_huge_pmd', 3, 'Splits the pmd if it is huge.', { file: 'include/linux/huge_mm.h', contract: { takes: 'the pmd lock, for the time of the call', sleeps: true, stale: 'the pmd' } }],
  ['split_huge_pmd_address', 4, 'Splits the huge pmd of an address.', { contract: { takes: 'the pmd lock, for the time of the call', sleeps: true, stale: 'the pmd' } }],
  ['set_pmd_migration_entry', 2, 'Replaces a huge pmd by a migration entry.', { contract: { needs: 'the pmd lock' }, rules: carry }],
  ['remove_migration_pmd', 2, 'Maps the new page where the migration entry of a huge pmd was.', { contract: { needs: 'the pmd lock' }, rules: carry }],
  ['clear_uffd_wp_pmd', 1, 'The huge pmd value without the uffd-wp bit, present or not.', { since: [6, 13], backported: { into: [[6, 1], [6, 12]], why: 'with the fix of mremap' }, rules: carry }],
  ['zap_deposited_table', 2, 'Frees the spare page table of a huge pmd.', { contract: { needs: 'the pmd lock' } }],
  ['zap_huge_pud', 4, 'Empties a huge pud; 0 when it is none.', { contract: { takes: 'the pud lock, for the time of the call' } }],
  ['unmap_huge_pmd_locked', 4, 'Empties the huge pmd of a folio that madvise(MADV_FREE) has given up, if it is clean; true when it is empty afterwards.', { since: [6, 11], contract: { needs: 'the folio lock and the pmd lock' } }],
  ['split_folio', 1, 'Splits a large folio into pages; not 0 when somebody else uses it.', { file: 'include/linux/huge_mm.h', contract: { needs: 'the folio lock and a reference', sleeps: true } }],
  ['unmap_folio', 1, 'Part of splitting a folio: replaces its mappings by migration entries, or empties them for a file.', { contract: { needs: 'the folio lock, and the anon_vma lock or i_mmap_rwsem', sleeps: true }, rules: carry }],
  ['remap_page', counts(2, 3), 'Part of splitting a folio: maps its pages where the migration entries are.', { contract: { needs: 'the locks of the pages', sleeps: true }, rules: carry }],
  ['mm_get_huge_zero_folio', 1, 'The huge zero page, with a reference for the mm; NULL when it cannot be allocated.', { since: [6, 10], renamedFrom: 'mm_get_huge_zero_page', contract: { sleeps: true } }],
  ['mm_get_huge_zero_page', 1, 'The huge zero page, with a reference for the mm; NULL when it cannot be allocated.', { until: [6, 9], renamedTo: 'mm_get_huge_zero_folio', contract: { sleeps: true } }],
  ['is_huge_zero_folio', 1, 'True for the huge zero page.', { file: 'include/linux/huge_mm.h', since: [6, 10], renamedFrom: 'is_huge_zero_page' }],
  ['is_huge_zero_page', 1, 'True for the huge zero page.', { file: 'include/linux/huge_mm.h', until: [6, 9], renamedTo: 'is_huge_zero_folio' }],
]);

/** Everything that walks a range of entries. */
export const rangeFunctions: readonly Documented[] = [...zaps, ...fork, ...mprotect, ...mremap, ...madvise, ...huge];
