/** The page-fault path of mm/memory.c: who handles which kind of fault, and what it holds. */
import type { Documented } from '../types';
import { counts, functionsOf } from './build';

const file = 'mm/memory.c';
const r1 = ['lockless-pte-to-userfault'];
const stale = ['stale-pte-stored'];
const protect = ['uffd-wp-check-not-repeated'];
const lost = ['uffd-wp-bit-lost'];
const carry = ['uffd-wp-not-carried-over', ...lost];
const fault = 'mmap_lock or the vma lock for reading';
const retry = 'mmap_lock or the vma lock, when it returns VM_FAULT_RETRY';

const entrances = functionsOf('fault', file, 'page fault', [
  ['__handle_mm_fault', 3, 'Walks down to the entry of the faulting address, allocating tables, and handles huge mappings on the way.', { contract: { needs: fault, releases: retry, sleeps: true, stale: 'every entry of the vma' }, rules: ['use-after-userfault'] }],
  ['handle_pte_fault', 1, 'Reads the entry without its lock into vmf->orig_pte and hands the fault on by what it finds.', {
    contract: { needs: fault, releases: retry, sleeps: true, stale: 'vmf->orig_pte, at once: it has to be compared under the page-table lock' },
    pitfall: 'For an empty entry vmf->pte is NULL from then on: whoever fills it maps and locks the entry, and looks again.', rules: [...r1, ...stale],
  }],
  ['do_pte_missing', 1, 'Fault on an empty entry or a uffd-wp marker: anonymous memory or a file.', { since: [6, 4], contract: { needs: fault, releases: retry, sleeps: true } }],
  ['do_anonymous_page', 1, 'Fault on an empty entry of anonymous memory: raises a missing userfault, or maps a new page.', {
    contract: { needs: fault, takes: 'the page-table lock, for the time of the call', releases: retry, sleeps: true },
    pitfall: 'It looks at the entry under the page-table lock, drops the lock, and only then raises the event.', rules: [...r1, 'use-after-userfault'],
  }],
  ['do_fault', 1, 'Fault on an empty entry of a file mapping.', { contract: { needs: fault, releases: retry, sleeps: true }, rules: ['use-after-userfault'] }],
  ['do_read_fault', 1, 'Read fault on a file mapping; maps the neighbours as well where that is allowed.', { contract: { needs: fault, releases: retry, sleeps: true } }],
  ['do_cow_fault', 1, 'Write fault on a private file mapping: maps a copy.', { contract: { needs: fault, releases: retry, sleeps: true } }],
  ['do_shared_fault', 1, 'Write fault on a shared file mapping.', { contract: { needs: fault, releases: retry, sleeps: true } }],
  ['do_fault_around', 1, 'Maps pages of the cache around the faulting address; not with write protection or minor mode of userfaultfd.', { contract: { needs: fault } }],
  ['__do_fault', 1, 'Asks the file for the page of the fault.', { contract: { needs: fault, takes: 'the lock of the page that it returns', releases: retry, sleeps: true }, pitfall: 'The shmem handler may raise a userfault in it.', rules: ['use-after-userfault'] }],
  ['do_swap_page', 1, 'Fault on an entry that is neither empty nor present: swap, migration, device or marker.', {
    contract: { needs: fault, takes: 'the page-table lock, for the time of the call', releases: 'mmap_lock or the vma lock, when it returns VM_FAULT_RETRY and was allowed to wait', sleeps: true, stale: 'vmf->orig_pte until it is compared' },
    pitfall: 'The new value has to take the uffd-wp bit over from the swap entry. Equal swap entries do not prove that nothing happened in between.', rules: [...stale, ...carry],
  }],
  ['do_numa_page', 1, 'Fault on an entry that NUMA balancing has hidden: migrates the page or maps it again.', { contract: { needs: fault, takes: 'the page-table lock, for the time of the call', sleeps: true, stale: 'vmf->orig_pte until it is compared' }, rules: stale }],
]);

const writes = functionsOf('fault', file, 'write fault', [
  ['do_wp_page', 1, 'Write or unshare fault on a read-only entry: raises a write-protect userfault, makes the entry writable, or maps a copy.', {
    contract: { needs: `the page-table lock, and ${fault}`, releases: 'the page-table lock', sleeps: true, stale: 'everything read under the page-table lock' },
    pitfall: 'The uffd-wp bit matters for writes only: an unshare fault must not raise an event, and must keep the bit.', rules: [...protect, ...lost, 'fake-write-fault'],
  }],
  ['wp_page_copy', 1, 'Maps a private copy of the page of a write or unshare fault.', {
    contract: { needs: fault, takes: 'the page-table lock, for the time of the call', sleeps: true, stale: 'what the caller decided under the page-table lock' },
    pitfall: 'The entry is compared with vmf->orig_pte under the lock before it is replaced; an unshare has to keep its uffd-wp bit.', rules: [...protect, ...stale, ...lost],
  }],
  ['wp_page_shared', counts(1, 2), 'Write fault on a shared file mapping: asks the file system, then makes the entry writable.', { contract: { needs: `the page-table lock, and ${fault}`, releases: 'the page-table lock', sleeps: true }, rules: protect }],
  ['wp_page_reuse', counts(1, 2), 'Makes the entry of a write fault writable, without a copy.', { contract: { needs: 'the page-table lock', releases: 'the page-table lock' }, pitfall: 'Not for an entry with the uffd-wp bit.', rules: protect }],
  ['wp_pfn_shared', 1, 'Write fault on a shared mapping without struct pages.', { contract: { needs: `the page-table lock, and ${fault}`, releases: 'the page-table lock', sleeps: true } }],
  ['wp_can_reuse_anon_folio', 2, 'True when nobody else uses the anonymous folio, so that it need not be copied.', { since: [6, 7], contract: { needs: 'the page-table lock' } }],
  ['finish_mkwrite_fault', counts(1, 2), 'After the file system agreed: takes the page-table lock, compares the entry with vmf->orig_pte, and makes it writable.', {
    contract: { takes: 'the page-table lock, for the time of the call', stale: 'what was decided before the file system was asked' }, rules: [...protect, ...stale],
  }],
  ['do_page_mkwrite', counts(1, 2), 'Tells the file system that a page is about to become writable.', { contract: { needs: fault, takes: 'the lock of the page, when it succeeds', sleeps: true } }],
]);

const fills = functionsOf('fault', file, 'maps a page', [
  ['finish_fault', 1, 'Maps the page that a fault of a file mapping has found.', {
    contract: { takes: 'the page-table lock, for the time of the call', sleeps: true },
    pitfall: 'The entry may have been filled or marked meanwhile: it compares with vmf->orig_pte, not just with empty.', rules: [...stale, ...carry],
  }],
  ['set_pte_range', 5, 'Writes the entries for pages of one folio; with the uffd-wp bit when vmf->orig_pte is a marker that has it.', { since: [6, 6], renamedFrom: 'do_set_pte', contract: { needs: 'the page-table lock' }, rules: carry }],
  ['do_set_pte', 3, 'Writes the entry for a page; with the uffd-wp bit when vmf->orig_pte is a marker that has it.', { until: [6, 5], renamedTo: 'set_pte_range', contract: { needs: 'the page-table lock' }, rules: carry }],
  ['do_set_pmd', 2, 'Maps a huge page of a file by a pmd, if the pmd is empty.', { contract: { takes: 'the pmd lock, for the time of the call' } }],
  ['vmf_pte_changed', 1, 'True when the entry no longer is what the fault found: compares with vmf->orig_pte if FAULT_FLAG_ORIG_PTE_VALID says that it holds something, otherwise asks whether the entry is empty.', {
    contract: { needs: 'the page-table lock' }, rules: [...stale, ...r1],
  }],
  ['vmf_orig_pte_uffd_wp', 1, 'True when vmf->orig_pte is a uffd-wp marker and the vma is registered for write protection.', { since: [6, 4], rules: carry }],
  ['pte_unmap_same', 1, 'Unmaps the entry and says whether vmf->orig_pte was read whole: it compares under the lock where an entry takes two reads, else it is always true.', { pitfall: 'On 64-bit it proves nothing: the comparison before the store is needed all the same.', rules: stale }],
  ['vmf_anon_prepare', 1, 'Makes sure that the vma has an anon_vma; VM_FAULT_RETRY when that is not possible under the vma lock.', { file: 'mm/internal.h', since: [6, 7], contract: { needs: fault, releases: 'the vma lock, when it returns VM_FAULT_RETRY', sleeps: true } }],
  ['__wp_page_copy_user', 3, 'Copies the page of a write fault.', { contract: { sleeps: true } }],
  ['__vmf_anon_prepare', 1, 'As vmf_anon_prepare; keeps the vma lock when it returns VM_FAULT_RETRY.', { since: [6, 12], contract: { needs: fault, sleeps: true }, pitfall: 'The caller has to drop the vma lock after VM_FAULT_RETRY.' }],
  ['vm_insert_page', 3, 'Maps a page of a driver in an empty entry of its vma.', { contract: { needs: 'mmap_lock', takes: 'the page-table lock, for the time of the call', sleeps: true } }],
  ['vmf_insert_pfn', 3, 'Maps a page frame in an empty entry, from the fault handler of a driver.', { contract: { needs: fault, takes: 'the page-table lock, for the time of the call', sleeps: true } }],
]);

const markers = functionsOf('userfaultfd', file, 'fault on a marker', [
  ['handle_pte_marker', 1, 'Fault on a marker: poison fails, uffd-wp is filled like an empty entry.', { contract: { needs: fault, releases: retry, sleeps: true } }],
  ['pte_marker_handle_uffd_wp', 1, 'Fault on a uffd-wp marker: fills the entry and keeps the protection, or drops a marker left over from an ended registration.', { contract: { needs: fault, releases: retry, sleeps: true }, rules: carry }],
  ['pte_marker_clear', 1, 'Empties an entry that holds a left-over marker.', { contract: { takes: 'the page-table lock, for the time of the call' }, pitfall: '6.12 compares with vmf->orig_pte, for another kind of marker may have come in between; 6.1 knows one kind only.', rules: stale }],
]);

const huge = functionsOf('fault', 'mm/huge_memory.c', 'fault on a huge pmd', [
  ['create_huge_pmd', 1, 'Fault on an empty pmd: tries a huge page.', { file, contract: { needs: fault, releases: retry, sleeps: true } }],
  ['wp_huge_pmd', 1, 'Write or unshare fault on a huge pmd: raises a write-protect userfault, copies, or splits the pmd.', { file, contract: { needs: fault, releases: retry, sleeps: true }, pitfall: 'It looks at the bit in vmf->orig_pmd, read without the pmd lock.', rules: ['fake-write-fault'] }],
  ['do_huge_pmd_anonymous_page', 1, 'Fault on an empty pmd of anonymous memory: raises a missing userfault, or maps a huge page.', {
    contract: { needs: fault, takes: 'the pmd lock, for the time of the call', releases: retry, sleeps: true }, rules: [...r1, 'use-after-userfault'],
  }],
  ['__do_huge_pmd_anonymous_page', 3, 'Maps a new huge page, unless a missing userfault has to be raised.', { contract: { needs: fault, takes: 'the pmd lock, for the time of the call', releases: retry, sleeps: true }, rules: r1 }],
  ['do_huge_pmd_wp_page', 1, 'Write or unshare fault on a huge pmd of anonymous memory: makes it writable or splits it.', { contract: { needs: fault, takes: 'the pmd lock, for the time of the call', sleeps: true }, rules: [...stale, ...protect] }],
  ['do_huge_pmd_numa_page', 1, 'Fault on a huge pmd that NUMA balancing has hidden.', { contract: { needs: fault, takes: 'the pmd lock, for the time of the call', sleeps: true }, rules: stale }],
  ['huge_pmd_set_accessed', 1, 'Marks a huge pmd as accessed and, for a write fault, as dirty.', { contract: { takes: 'the pmd lock, for the time of the call', stale: 'vmf->orig_pmd until it is compared' }, rules: stale }],
]);

const helpers = functionsOf('fault', 'include/linux/mm.h', 'helper of faults', [
  ['assert_fault_locked', 1, 'Debugging: warns when neither mmap_lock nor the vma lock of the fault is held.', { since: [6, 6] }],
  ['release_fault_lock', 1, 'Drops the lock that the fault is handled under: the vma lock or mmap_lock.', { since: [6, 6], contract: { releases: 'mmap_lock or the vma lock', stale: 'the vma' }, rules: ['use-after-userfault'] }],
  ['fault_flag_allow_retry_first', 1, 'True when the handler may drop the lock and ask for another try, and this is the first one.'],
  ['vmf_error', 1, 'The fault result for an error number: VM_FAULT_OOM for ENOMEM, in 6.12 VM_FAULT_HWPOISON for EHWPOISON, otherwise VM_FAULT_SIGBUS.'],
  ['maybe_unlock_mmap_for_io', 2, 'Drops the lock of the fault before waiting for I/O if the fault may be tried again; gives the file to hold on to.', {
    file: 'mm/internal.h', contract: { releases: 'mmap_lock or the vma lock, when it returns a file', stale: 'the vma, when it returns a file' }, rules: ['use-after-userfault'],
  }],
]);

/** Everything of the page-fault path. */
export const faultFunctions: readonly Documented[] = [...entrances, ...writes, ...fills, ...markers, ...huge, ...helpers];
