/** Faults and page-table walks on behalf of the kernel: get_user_pages, hmm, walk_page_range, swapoff, pagemap. */
import type { Documented } from '../types';
import { counts, functionsOf } from './build';

const fake = ['fake-write-fault'];
const after = ['use-after-userfault'];

const gup = functionsOf('fault', 'mm/gup.c', 'pages for the kernel', [
  ['get_user_pages', counts(5, 4), 'References to the pages of a range, faulting them in.', { contract: { needs: 'mmap_lock', sleeps: true }, pitfall: 'Its faults may not wait for userfaultfd: they fail. get_user_pages_unlocked may.', rules: fake }],
  ['get_user_pages_unlocked', 4, 'As get_user_pages for callers without mmap_lock: faults may wait and be tried again.', { contract: { sleeps: true }, pitfall: 'Not with mmap_lock held.' }],
  ['get_user_pages_remote', counts(7, 6), 'As get_user_pages for another process.', { contract: { needs: 'mmap_lock', releases: 'mmap_lock, when it was allowed to and *locked is 0 afterwards', sleeps: true, stale: 'the vmas, when mmap_lock was dropped on the way' }, rules: after }],
  ['get_user_pages_fast', 4, 'As get_user_pages_unlocked, after a try without any lock.', { contract: { sleeps: true } }],
  ['pin_user_pages', counts(5, 4), 'As get_user_pages, for DMA or other direct access: released by unpin_user_page.', { contract: { needs: 'mmap_lock', sleeps: true }, rules: fake }],
  ['pin_user_pages_fast', 4, 'As get_user_pages_fast, for DMA or other direct access: released by unpin_user_page.', { contract: { sleeps: true } }],
  ['__get_user_pages', counts(7, 6), 'The loop below all get_user_pages: looks each page up and faults in what is missing.', { contract: { needs: 'mmap_lock', releases: 'mmap_lock, when it was allowed to and a fault waited', sleeps: true, stale: 'the vmas, when mmap_lock was dropped' }, rules: after }],
  ['__get_user_pages_locked', counts(7, 6), 'Calls __get_user_pages and tries again after a fault that dropped mmap_lock.', { contract: { sleeps: true, stale: 'the vmas, when mmap_lock was dropped on the way' }, rules: after }],
  ['faultin_page', 5, 'Faults one page in for get_user_pages.', {
    contract: { needs: 'mmap_lock', releases: 'mmap_lock, when *locked is 0 afterwards', sleeps: true, stale: 'the vma, when mmap_lock was dropped' },
    pitfall: 'Where mmap_lock may not be dropped it does not set FAULT_FLAG_ALLOW_RETRY: a userfault is an error then.', rules: [...fake, ...after],
  }],
  ['faultin_page_range', 5, 'Faults a range in, for madvise(MADV_POPULATE_READ) and MADV_POPULATE_WRITE.', { since: [6, 9], renamedFrom: 'faultin_vma_page_range', contract: { needs: 'mmap_lock', releases: 'mmap_lock, when *locked is 0 afterwards', sleeps: true, stale: 'the vma' }, rules: after }],
  ['faultin_vma_page_range', 5, 'Faults a range of one vma in, for madvise(MADV_POPULATE_READ) and MADV_POPULATE_WRITE.', { until: [6, 8], renamedTo: 'faultin_page_range', contract: { needs: 'mmap_lock', releases: 'mmap_lock, when *locked is 0 afterwards', sleeps: true, stale: 'the vma' }, rules: after }],
  ['populate_vma_page_range', 4, 'Faults a range of a vma in, for mlock and MAP_POPULATE.', { contract: { needs: 'mmap_lock', releases: 'mmap_lock, when *locked is 0 afterwards', sleeps: true }, rules: after }],
  ['follow_page_mask', 4, 'Looks the page of an address up in the page tables; NULL when it has to be faulted in.', { contract: { needs: 'mmap_lock', sleeps: true } }],
  ['follow_page_pte', 5, 'Looks up the page that a pte maps and takes a reference.', { contract: { needs: 'mmap_lock', takes: 'the page-table lock, for the time of the call' } }],
  ['no_page_table', counts(2, 3), 'What get_user_pages gives where no page is: NULL, or an error for a core dump of a hole.'],
  ['can_follow_write_pte', 4, 'True when get_user_pages may write through an entry that is read-only (FOLL_FORCE): not one with the uffd-wp bit.', { contract: { needs: 'the page-table lock' } }],
  ['gup_must_unshare', counts(2, 3), 'True when an anonymous page may be shared and has to be unshared by a fault (FAULT_FLAG_UNSHARE) before it is pinned.', { file: 'mm/internal.h', since: [5, 19] }],
  ['gup_fast_pte_range', 7, 'The lockless walk of get_user_pages_fast through one page table.', { since: [6, 10], renamedFrom: 'gup_pte_range', contract: { needs: 'interrupts off', stale: 'each entry, which it reads again after taking the reference' } }],
  ['gup_pte_range', 7, 'The lockless walk of get_user_pages_fast through one page table.', { until: [6, 9], renamedTo: 'gup_fast_pte_range', contract: { needs: 'interrupts off', stale: 'each entry, which it reads again after taking the reference' } }],
  ['fault_in_readable', 2, 'Faults in a user range for reading by touching it; the number of bytes that failed.', { contract: { sleeps: true }, pitfall: 'Not with mmap_lock held. The pages may be gone again at once.' }],
  ['fault_in_writeable', 2, 'Faults in a user range for writing by writing to it; the number of bytes that failed.', { contract: { sleeps: true }, pitfall: 'Not with mmap_lock held.' }],
  ['fault_in_safe_writeable', 2, 'As fault_in_writeable, through fixup_user_fault, without changing what is there.', { contract: { takes: 'mmap_lock for reading, for the time of the call', sleeps: true }, rules: fake }],
  ['get_dump_page', 1, 'A page for a core dump, or NULL for a hole.', { contract: { sleeps: true } }],
  ['unpin_user_page', 1, 'Releases a page that pin_user_pages pinned.'],
  ['can_follow_write_pmd', 4, 'As can_follow_write_pte for a huge pmd.', { contract: { needs: 'the pmd lock' } }],
  ['follow_hugetlb_page', 9, 'get_user_pages for a hugetlb vma.', { file: 'mm/hugetlb.c', until: [6, 5], contract: { needs: 'mmap_lock', releases: 'mmap_lock, when it was allowed to and a fault waited', sleeps: true }, rules: ['hugetlb-pte-walk-unlocked', ...after] }],
]);

const hmm = functionsOf('fault', 'mm/hmm.c', 'device memory', [
  ['hmm_range_fault', 1, 'Fills in what the entries of a range map, for a device; faults in what it is told to.', { contract: { needs: 'mmap_lock', sleeps: true, stale: 'the answer, unless mmu_interval_read_retry says that nothing changed' } }],
  ['hmm_vma_fault', 4, 'Raises the faults that hmm_range_fault asks for.', { contract: { needs: 'mmap_lock', sleeps: true }, pitfall: 'Without FAULT_FLAG_ALLOW_RETRY: a userfault is an error, which it returns.', rules: fake }],
  ['hmm_vma_handle_pte', 6, 'Reads one entry for hmm_range_fault.', { contract: { needs: 'mmap_lock', stale: 'what it reads: no page-table lock is held' } }],
]);

const walks = functionsOf('page-table', 'mm/pagewalk.c', 'page-table walk', [
  ['walk_page_range', 5, 'Calls functions for the entries of a range of addresses.', { contract: { needs: 'mmap_lock (since 6.6 as the walk_lock of its operations says)', sleeps: true }, pitfall: 'pmd_entry and hugetlb_entry are called without the page-table lock, pte_entry with it.' }],
  ['walk_page_vma', 3, 'walk_page_range for one vma.', { contract: { needs: 'mmap_lock', sleeps: true } }],
  ['walk_page_range_vma', 5, 'walk_page_range for a part of one vma.', { contract: { needs: 'mmap_lock', sleeps: true } }],
  ['walk_page_mapping', 5, 'walk_page_range for all mappings of a range of a file.', { contract: { needs: 'i_mmap_rwsem', sleeps: true }, pitfall: 'mmap_lock is not held.' }],
  ['mincore_pte_range', 4, 'mincore of one page table: says which pages are there, mapped or in the page cache.', { file: 'mm/mincore.c', contract: { needs: 'mmap_lock', takes: 'the page-table lock, for the time of the call' }, pitfall: 'So a monitor can see that an index of a file is a hole, without a fault.', rules: ['hole-filled-under-uffd'] }],
]);

const pagemap = functionsOf('userfaultfd', 'fs/proc/task_mmu.c', 'pagemap', [
  ['pagemap_scan_pmd_entry', 4, 'PAGEMAP_SCAN of one page table: reports pages, and write-protects them again if asked.', { since: [6, 7], contract: { needs: 'mmap_lock', takes: 'the page-table lock, for the time of the call' } }],
  ['make_uffd_wp_pte', 4, 'Write-protects one entry for PAGEMAP_SCAN: sets the uffd-wp bit, or leaves a marker in an empty entry.', { since: [6, 7], contract: { needs: 'the page-table lock' }, rules: ['uffd-wp-bit-lost'] }],
  ['make_uffd_wp_huge_pte', 4, 'As make_uffd_wp_pte for hugetlb.', { since: [6, 7], contract: { needs: 'the page-table lock' }, rules: ['uffd-wp-bit-lost'] }],
  ['clear_soft_dirty', 3, 'Takes the soft-dirty bit and write permission from an entry, so that the next write is noticed.', { contract: { needs: 'the page-table lock' } }],
]);

const swap = functionsOf('page-table', 'mm/swapfile.c', 'swap', [
  ['unuse_pte', 5, 'Part of swapoff: maps the page that was read in where its swap entry is.', { contract: { needs: 'mmap_lock and the folio lock', takes: 'the page-table lock, for the time of the call' }, pitfall: 'The uffd-wp bit of the swap entry has to go into the new value.', rules: ['uffd-wp-not-carried-over', 'stale-pte-stored'] }],
  ['unuse_pte_range', 5, 'Part of swapoff: reads in and maps what one page table has swapped out.', { contract: { needs: 'mmap_lock', sleeps: true } }],
  ['folio_free_swap', 1, 'Frees the swap space of a folio in the swap cache when nobody needs it.', { contract: { needs: 'the folio lock' } }],
  ['swap_duplicate', 1, 'Counts one more user of a swap entry.'],
  ['swapcache_prepare', counts(1, 2), 'Claims a swap entry for reading it in; fails when somebody else did.'],
  ['get_swap_device', 1, 'Keeps the swap device of an entry from going away; NULL when it is gone.'],
  ['put_swap_device', 1, 'Ends what get_swap_device began.', { file: 'include/linux/swap.h' }],
  ['swap_cache_get_folio', 3, 'The folio of a swap entry in the swap cache, with a reference, or NULL.', { file: 'mm/swap_state.c', pitfall: 'Once it is locked, ask again whether it still belongs to the entry.', rules: ['uffd-move-unstable-pte'] }],
  ['swapin_readahead', 3, 'Reads in a swap entry and some of its neighbours.', { file: 'mm/swap_state.c', contract: { sleeps: true } }],
  ['swp_to_radix_entry', 1, 'The swap entry as a value for the page cache of shmem.', { file: 'include/linux/swapops.h' }],
  ['radix_to_swp_entry', 1, 'The swap entry in a value of the page cache of shmem.', { file: 'include/linux/swapops.h' }],
  ['add_to_swap', 1, 'Gives a folio a place in swap and puts it in the swap cache; true when it worked.', { file: 'mm/swap_state.c', contract: { needs: 'the folio lock', sleeps: true } }],
]);

/** Faults and walks on behalf of the kernel. */
export const gupFunctions: readonly Documented[] = [...gup, ...hmm, ...walks, ...pagemap, ...swap];
