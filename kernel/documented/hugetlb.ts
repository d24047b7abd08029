/** hugetlb: faults, protection, sharing of page tables. */
import type { Documented } from '../types';
import { counts, functionsOf } from './build';

const file = 'mm/hugetlb.c';
const header = 'include/linux/hugetlb.h';
const r1 = ['lockless-pte-to-userfault'];
const walk = ['hugetlb-pte-walk-unlocked'];
const lost = ['uffd-wp-bit-lost'];
const faultLocks = 'the hugetlb fault mutex, the hugetlb vma lock for reading, and mmap_lock (in 6.12 the vma lock will do)';

const faults = functionsOf('fault', file, 'page fault', [
  ['hugetlb_fault', 4, 'Resolves a page fault in a hugetlb vma.', {
    contract: { needs: 'mmap_lock for reading (in 6.12 the vma lock will do)', takes: 'the hugetlb fault mutex and the hugetlb vma lock, for the time of the call', sleeps: true },
    pitfall: 'It reads the entry without its lock first; whatever it decides from that value needs the comparison under the page-table lock.', rules: [...r1, 'stale-pte-stored', ...walk],
  }],
  ['hugetlb_no_page', counts(8, 2), 'Fault on an empty hugetlb entry: raises a missing or minor userfault, or maps a huge page.', {
    contract: { needs: faultLocks, releases: 'the hugetlb fault mutex and the hugetlb vma lock', sleeps: true, stale: 'vma and entry' },
    pitfall: 'The old value it is given was read without the page-table lock: hugetlb_pte_stable has to confirm it before an event.', rules: [...r1, 'use-after-userfault', 'userfault-with-lock-held'],
  }],
  ['hugetlb_pte_stable', counts(4, 5), 'True when the hugetlb entry still holds the value given: takes the page-table lock, reads it again and compares.', {
    contract: { takes: 'the page-table lock, for the time of the call', stale: 'the answer, as soon as it returns' },
    pitfall: 'False means that the fault has to be tried again, not that it failed.', rules: r1,
  }],
  ['hugetlb_handle_userfault', counts(7, 3), 'Raises a userfault of hugetlb: drops the locks of the fault first.', {
    contract: { needs: 'the hugetlb fault mutex and the hugetlb vma lock', releases: 'the hugetlb fault mutex and the hugetlb vma lock; mmap_lock, or in 6.12 the vma lock, when it returns VM_FAULT_RETRY', sleeps: true, stale: 'vma, page table, page: everything of this fault' },
    pitfall: 'The caller returns at once: taking the locks again would touch a vma that may be gone.', rules: [...r1, 'use-after-userfault', 'userfault-with-lock-held'],
  }],
  ['hugetlb_wp', counts(7, 1), 'Write or unshare fault on a read-only hugetlb entry: makes it writable or maps a copy.', {
    contract: { needs: 'the page-table lock, the hugetlb fault mutex and the hugetlb vma lock', sleeps: true, stale: 'everything read under the page-table lock: it is dropped and taken again on the way' },
    pitfall: 'An unshare fault may come for a uffd-wp entry: the new value has to keep the bit (missing up to 6.3).', rules: [...lost, 'uffd-wp-check-not-repeated', 'fake-write-fault'],
  }],
  ['set_huge_ptep_writable', 3, 'Makes a hugetlb entry writable and dirty.', { contract: { needs: 'the page-table lock' }, pitfall: 'Not for an entry with the uffd-wp bit.' }],
  ['unmap_ref_private', 4, 'Takes a huge page away from the other mappings so that its owner can write: part of hugetlb_wp when no huge page is left.', { contract: { sleeps: true } }],
]);

const changes = functionsOf('page-table', file, 'changes a range', [
  ['hugetlb_change_protection', 5, 'Changes the protection of a hugetlb range; for UFFDIO_WRITEPROTECT also the uffd-wp bits and markers.', {
    contract: { needs: 'mmap_lock, at least for reading', takes: 'the hugetlb vma lock and i_mmap_rwsem for writing, the page-table lock of each entry', sleeps: true },
    pitfall: 'It does not take the hugetlb fault mutex: a fault sees its entries empty for a moment.', rules: [...r1, 'uffd-wp-check-not-repeated'],
  }],
  ['__unmap_hugepage_range', 6, 'Empties the entries of a hugetlb range; leaves uffd-wp markers unless ZAP_FLAG_DROP_MARKER.', {
    contract: { needs: 'i_mmap_rwsem for writing; for a shared mapping also the hugetlb vma lock for writing', takes: 'the page-table lock of each entry' }, rules: lost,
  }],
  ['unmap_hugepage_range', 5, 'As __unmap_hugepage_range, with a TLB batch of its own.', { contract: { needs: 'i_mmap_rwsem for writing; for a shared mapping also the hugetlb vma lock for writing', sleeps: true }, rules: lost }],
  ['copy_hugetlb_page_range', 4, 'Part of fork: copies the entries of a hugetlb vma.', {
    contract: { needs: 'mmap_lock of both processes for writing', sleeps: true, stale: 'what was read of an entry, when a page had to be copied: both page-table locks are dropped for it' },
    pitfall: 'The child keeps uffd-wp bits and markers only if its own vma is registered.', rules: ['uffd-wp-not-carried-over', 'stale-pte-stored'],
  }],
  ['move_hugetlb_page_tables', 5, 'Part of mremap: moves the entries of a hugetlb vma.', {
    contract: { needs: 'mmap_lock for writing', takes: 'the hugetlb vma lock and i_mmap_rwsem for writing, for the time of the call', sleeps: true }, rules: ['uffd-wp-not-carried-over'],
  }],
  ['move_huge_pte', counts(5, 6), 'Moves one hugetlb entry to another address.', { contract: { takes: 'both page-table locks, for the time of the call' }, rules: ['uffd-wp-not-carried-over', ...lost] }],
  ['hugetlb_install_folio', 6, 'Part of fork: maps the copy of a huge page for the child; since 6.4 with the uffd-wp bit where it has to stay.', { since: [6, 3], renamedFrom: 'hugetlb_install_page', contract: { needs: 'both page-table locks' }, rules: ['uffd-wp-not-carried-over'] }],
  ['hugetlb_install_page', 4, 'Part of fork: maps the copy of a huge page for the child.', { until: [6, 2], renamedTo: 'hugetlb_install_folio', contract: { needs: 'both page-table locks' }, pitfall: 'The uffd-wp bit is lost on the way.', rules: ['uffd-wp-not-carried-over'] }],
  ['__unmap_hugepage_range_final', 6, 'As __unmap_hugepage_range for munmap: takes the locks, and frees the lock of the vma.', { until: [6, 5], contract: { takes: 'the hugetlb vma lock and i_mmap_rwsem for writing, for the time of the call', sleeps: true }, rules: lost }],
]);

const sharing = functionsOf('lock', file, 'shared page tables', [
  ['want_pmd_share', 2, 'True when a hugetlb page table of this vma may be shared with other processes; never with write protection or minor mode.', { rules: walk }],
  ['huge_pmd_share', 4, 'Looks for a page table of another process that maps the same part of the file and shares it; else allocates one.', { contract: { takes: 'i_mmap_rwsem for reading, for the time of the call', sleeps: true }, rules: walk }],
  ['hugetlb_unshare_pmds', 4, 'Gives up the shared page tables of a range.', {
    contract: { needs: 'mmap_lock for writing', takes: 'the hugetlb vma lock and i_mmap_rwsem for writing unless told that they are held', stale: 'pointers to hugetlb entries of the range' }, rules: walk,
  }],
  ['hugetlb_unshare_all_pmds', 1, 'Gives up all shared page tables of a vma: part of registering it for write protection or minor faults.', {
    contract: { needs: 'mmap_lock for writing', takes: 'the hugetlb vma lock and i_mmap_rwsem for writing, for the time of the call', sleeps: true, stale: 'pointers to hugetlb entries of the vma' }, rules: walk,
  }],
  ['__vma_shareable_lock', 1, 'True when the vma is a shared mapping with a lock structure of its own: that is its hugetlb vma lock.', { since: [6, 1] }],
  ['__vma_private_lock', 1, 'True when the vma is a private mapping that owns its reservation map, whose lock then serves as hugetlb vma lock.', {
    since: [6, 6], backported: { into: [[6, 1]], why: 'with the fix that lets the hugetlb vma lock keep out faults of private mappings' },
  }],
  ['hugetlb_vma_lock_release', 1, 'Frees the lock structure of a hugetlb vma when nobody uses it.', { since: [6, 1] }],
  ['hugetlb_fault_mutex_hash', 2, 'Which mutex of hugetlb_fault_mutex_table serializes faults on this page of the file.', {
    pitfall: 'The mutex keeps other faults on the page out, not UFFDIO_WRITEPROTECT and not page migration: the entry may change under it.', rules: r1,
  }],
  ['hugetlb_zap_begin', 3, 'Takes the locks for unmapping a hugetlb range, and widens the range to shared page tables; nothing for other vmas.', {
    file: header, since: [6, 6], contract: { takes: 'the hugetlb vma lock and i_mmap_rwsem for writing', sleeps: true },
  }],
  ['hugetlb_zap_end', 2, 'Drops the locks that hugetlb_zap_begin took.', { file: header, since: [6, 6], contract: { releases: 'the hugetlb vma lock and i_mmap_rwsem' } }],
  ['__hugetlb_zap_begin', 3, 'The body of hugetlb_zap_begin.', { since: [6, 6], contract: { takes: 'the hugetlb vma lock and i_mmap_rwsem for writing', sleeps: true } }],
  ['__hugetlb_zap_end', 2, 'The body of hugetlb_zap_end; frees the lock of the vma with ZAP_FLAG_UNMAP.', { since: [6, 6], contract: { releases: 'the hugetlb vma lock and i_mmap_rwsem' } }],
  ['hugetlb_folio_mapping_lock_write', 1, 'Takes i_mmap_rwsem of the file of a huge page for writing if it is free; NULL, and nothing taken, otherwise.', { since: [6, 10], renamedFrom: 'hugetlb_page_mapping_lock_write', contract: { needs: 'the folio lock', takes: 'i_mmap_rwsem for writing, when the result is not NULL' } }],
  ['hugetlb_page_mapping_lock_write', 1, 'Takes i_mmap_rwsem of the file of a huge page for writing if it is free; NULL, and nothing taken, otherwise.', { until: [6, 9], renamedTo: 'hugetlb_folio_mapping_lock_write', contract: { needs: 'the lock of the page', takes: 'i_mmap_rwsem for writing, when the result is not NULL' } }],
  ['hugetlb_pmd_shared', 1, 'True when the page table of the hugetlb entry is shared with another process.', { file: header, contract: { stale: 'the answer, unless the hugetlb vma lock or i_mmap_rwsem is held' }, rules: walk }],
  ['hugetlb_vma_lock_alloc', 1, 'Gives a shared hugetlb mapping a lock of its own; without one its page tables are not shared.', { contract: { needs: 'mmap_lock for writing', sleeps: true } }],
  ['hugetlb_vma_lock_free', 1, 'Takes the lock of a shared hugetlb mapping away when the vma goes.'],
]);

const helpers = functionsOf('page-table', header, 'helper', [
  ['is_vm_hugetlb_page', 1, 'True when the vma maps hugetlb pages: its entries are read and changed by the huge_pte functions.', { file: 'include/linux/hugetlb_inline.h' }],
  ['hstate_vma', 1, 'The hstate (huge page size and its pools) of a hugetlb vma.'],
  ['huge_page_size', 1, 'Size of a huge page of the hstate, in bytes.'],
  ['huge_page_mask', 1, 'Mask for the start of a huge page of the hstate.'],
  ['vma_mmu_pagesize', 1, 'Size of the pages that the page table of the vma has entries for; most architectures: the same as vma_kernel_pagesize.', { file }],
  ['vma_kernel_pagesize', 1, 'Size of the pages of the vma: that of the hstate for hugetlb, PAGE_SIZE for most others.', { file }],
  ['alloc_hugetlb_folio', 3, 'Allocates a huge page for a fault, from the reservation if there is one; an error pointer when it fails.', { file, since: [6, 3], renamedFrom: 'alloc_huge_page', contract: { sleeps: true }, pitfall: 'No page-table lock may be held: what was read under it has to be compared afterwards.' }],
  ['alloc_huge_page', 3, 'Allocates a huge page for a fault, from the reservation if there is one; an error pointer when it fails.', { file, until: [6, 2], renamedTo: 'alloc_hugetlb_folio', contract: { sleeps: true }, pitfall: 'No page-table lock may be held: what was read under it has to be compared afterwards.' }],
  ['hugetlb_add_to_page_cache', 3, 'Puts a new huge page in the page cache of its file.', { file, contract: { needs: 'the hugetlb fault mutex of the page', sleeps: true } }],
  ['restore_reserve_on_error', 4, 'Gives a reservation back after an allocated huge page was not used.', { file }],
  ['filemap_lock_hugetlb_folio', 3, 'Finds the huge page at an index of a hugetlb file and locks it; an error pointer when there is none.', { since: [6, 7], contract: { takes: 'the folio lock, when it finds one', sleeps: true } }],
]);

/** Everything of hugetlb that is not a primitive. */
export const hugetlbFunctions: readonly Documented[] = [...faults, ...changes, ...sharing, ...helpers];
