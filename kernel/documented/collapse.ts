/** Those that replace pages in the background: khugepaged and KSM. */
import type { Documented } from '../types';
import { counts, functionsOf } from './build';

const protect = ['uffd-wp-check-not-repeated'];
const holes = ['hole-filled-under-uffd'];
const fake = ['fake-write-fault'];
const lost = ['uffd-wp-bit-lost'];

const anonymous = functionsOf('page-table', 'mm/khugepaged.c', 'collapse of anonymous memory', [
  ['hpage_collapse_scan_pmd', 5, 'First look at a page table: when its pages can become one huge page, it calls collapse_huge_page.', {
    contract: { needs: 'mmap_lock for reading', takes: 'the page-table lock, for the time of the look', releases: 'mmap_lock, when it went on to collapse', sleeps: true, stale: 'all that it saw, when the page-table lock is dropped' },
    pitfall: 'It looks for uffd-wp bits, but they may be set afterwards: __collapse_huge_page_isolate has to look again.', rules: protect,
  }],
  ['collapse_huge_page', 5, 'Replaces the pages below a pmd by one huge page: allocates it without any lock, then looks at everything again.', {
    contract: { needs: 'mmap_lock for reading', releases: 'mmap_lock', sleeps: true, stale: 'vma, page table, entries: mmap_lock is dropped at once' },
    pitfall: 'The first look does not count. Before the second one it takes mmap_lock for writing and the anon_vma lock, and empties the pmd: no ioctl and no fault can change an entry from then on.', rules: protect,
  }],
  ['__collapse_huge_page_isolate', 5, 'Second look at the entries, with the page table taken out of the tree: gives up on uffd-wp bits, and locks and isolates the pages.', {
    contract: { needs: 'mmap_lock for writing, the anon_vma lock for writing, and the page-table lock', takes: 'the locks of the pages' }, rules: protect,
  }],
  ['__collapse_huge_page_copy', counts(6, 8), 'Copies the pages to the huge page and empties their entries.', { contract: { needs: 'mmap_lock for writing, the anon_vma lock, and the locks of the pages', takes: 'the page-table lock, for each page', releases: 'the locks of the pages' }, rules: protect }],
  ['__collapse_huge_page_copy_succeeded', 5, 'Gives the old pages back after all were copied.', { since: [6, 4] }],
  ['__collapse_huge_page_copy_failed', 5, 'Puts the page table back after a page could not be copied.', { since: [6, 4], contract: { takes: 'the pmd lock, for the time of the call' } }],
  ['__collapse_huge_page_swapin', 5, 'Reads in what is swapped out below a pmd, through do_swap_page.', {
    contract: { needs: 'mmap_lock for reading', releases: 'mmap_lock, when it fails', sleeps: true, stale: 'the vma, when it fails' }, rules: ['use-after-userfault'],
  }],
  ['hugepage_vma_revalidate', 5, 'Looks the vma up again after mmap_lock was dropped, and checks that it is still fit for a huge page.', {
    contract: { needs: 'mmap_lock', stale: 'the vma of before' },
    pitfall: 'It says nothing of the entries: their uffd-wp bits have to be looked at again under the page-table lock.', rules: protect,
  }],
  ['find_pmd_or_thp_or_none', 3, 'Finds the pmd of an address and says what it holds: a page table, a huge page, nothing.', { contract: { needs: 'mmap_lock', stale: 'the answer, without the pmd lock' } }],
  ['check_pmd_still_valid', 3, 'True (SCAN_SUCCEED) when the address is still mapped by the same pmd and it holds a page table.', { contract: { needs: 'mmap_lock' } }],
  ['release_pte_pages', 3, 'Gives isolated pages back: unlocks them and puts them on their lists.'],
]);

const files = functionsOf('page-cache', 'mm/khugepaged.c', 'collapse of a file', [
  ['hpage_collapse_scan_file', 5, 'First look at a range of the page cache, by RCU.', { contract: { sleeps: true, stale: 'all that it saw: pages come and go' }, rules: holes }],
  ['collapse_file', 5, 'Replaces the pages of a file range by one huge page; holes of shmem are filled with zeroes.', {
    contract: { takes: 'the xarray lock, the locks of the pages', sleeps: true },
    pitfall: 'Before it fills a hole it has to know that no vma is registered for missing faults, and that nobody sees the hole after that look. Up to 6.3 it does not ask.', rules: holes,
  }],
  ['retract_page_tables', counts(6, 2), 'Takes the page tables away that map a file range which has become a huge page.', {
    contract: { takes: 'i_mmap_rwsem and, for each mapping, the locks of the page table; in 6.1 also mmap_lock for writing, by trylock', sleeps: true },
    pitfall: 'Not from a vma with userfaultfd write protection: the entries hold its bits and markers. 6.12 asks a second time under the locks.', rules: protect,
  }],
  ['collapse_pte_mapped_thp', 3, 'Maps a huge page of a file by a pmd where its parts are mapped by entries.', {
    contract: { needs: 'mmap_lock (6.1: for writing)', sleeps: true }, pitfall: 'Not in a vma with userfaultfd write protection.', rules: protect,
  }],
  ['set_huge_pmd', 4, 'Maps a huge page of a file by its empty pmd.', { contract: { needs: 'mmap_lock (6.1: for writing) and the lock of the page', takes: 'the pmd lock, for the time of the call' } }],
  ['collapse_and_free_pmd', 4, 'Takes a page table out of the tree and frees it.', { until: [6, 5], contract: { needs: 'mmap_lock for writing, and i_mmap_rwsem or the anon_vma lock for writing' }, rules: protect }],
]);

const control = functionsOf('page-table', 'mm/khugepaged.c', 'khugepaged', [
  ['hpage_collapse_test_exit', 1, 'True when the process is going away.'],
  ['khugepaged_scan_mm_slot', 3, 'Lets khugepaged look at a part of one process.', { contract: { takes: 'mmap_lock for reading, for the time of the call', sleeps: true } }],
  ['madvise_collapse', 4, 'madvise(MADV_COLLAPSE): collapses a range at once.', { since: [6, 1], contract: { needs: 'mmap_lock for reading', sleeps: true, stale: 'the vma, whenever mmap_lock was dropped on the way' }, rules: ['use-after-userfault'] }],
]);

const ksm = functionsOf('fault', 'mm/ksm.c', 'KSM', [
  ['break_ksm', counts(2, 3), 'Gives a process its own copy of a merged page by raising a fault for it.', {
    contract: { needs: 'mmap_lock', sleeps: true },
    pitfall: 'It must not pretend a write: with a uffd-wp entry that fault fails with VM_FAULT_SIGBUS. Since 6.2 it asks for FAULT_FLAG_UNSHARE.', rules: fake,
  }],
  ['break_cow', 1, 'break_ksm for an item of KSM: takes mmap_lock and looks the vma up.', { contract: { takes: 'mmap_lock for reading, for the time of the call', sleeps: true }, rules: fake }],
  ['unmerge_ksm_pages', counts(3, 4), 'Breaks all merged pages of a range: part of madvise(MADV_UNMERGEABLE) and of switching KSM off.', { contract: { needs: 'mmap_lock', sleeps: true }, rules: fake }],
  ['write_protect_page', 3, 'Write-protects the entry of a page that is to be merged, and gives its new value.', { contract: { needs: 'the lock of the page', takes: 'the page-table lock, for the time of the call', stale: 'the value that it gives: replace_page compares with it' }, rules: ['stale-pte-stored'] }],
  ['replace_page', 4, 'Maps the merged page in place of the old one, if the entry is still what write_protect_page left.', {
    contract: { takes: 'the page-table lock, for the time of the call' }, pitfall: 'The uffd-wp bit of the old entry is not carried over.', rules: [...lost, 'stale-pte-stored'],
  }],
  ['try_to_merge_one_page', 3, 'Merges a page of a vma with another one of the same content.', { contract: { sleeps: true } }],
  ['cmp_and_merge_page', 2, 'Looks for a page with the same content and merges with it.', { contract: { sleeps: true } }],
  ['ksm_might_need_to_copy', 3, 'Part of a swap fault: gives a copy of the page if the vma cannot use this one.', { contract: { sleeps: true } }],
  ['ksm_madvise', 5, 'madvise(MADV_MERGEABLE) and MADV_UNMERGEABLE.', { contract: { needs: 'mmap_lock for writing', sleeps: true }, rules: fake }],
]);

/** khugepaged and KSM. */
export const collapseFunctions: readonly Documented[] = [...anonymous, ...files, ...control, ...ksm];
