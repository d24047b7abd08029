/** What the page tables point to and what they belong to: page cache, folios, vmas, the mm and its locks. */
import type { Documented } from '../types';
import { counts, functionsOf } from './build';

const holes = ['hole-filled-under-uffd'];
const after = ['use-after-userfault'];
const noEvent = ['userfault-with-lock-held'];
const fault = 'mmap_lock for reading (in 6.12 the vma lock will do)';

const shmem = functionsOf('page-cache', 'mm/shmem.c', 'shmem', [
  ['shmem_get_folio_gfp', 8, 'Finds or makes the folio at an index of a shmem file; in a fault it raises missing and minor userfaults.', {
    contract: { takes: 'the folio lock, when it gives a folio', releases: 'mmap_lock, or in 6.12 the vma lock, when a userfault was raised', sleeps: true, stale: 'vma and entry, when a userfault was raised' },
    pitfall: 'Whether the index is empty is what counts for a missing event here, not what the entry holds.', rules: [...holes, ...after],
  }],
  ['shmem_get_folio', counts(4, 5), 'As shmem_get_folio_gfp outside of a fault: raises no userfault.', { contract: { takes: 'the folio lock, when it gives a folio', sleeps: true }, rules: holes }],
  ['shmem_add_to_page_cache', counts(6, 5), 'Puts a folio at an index of a shmem file; fails when there is something else.', { contract: { needs: 'the folio lock', takes: 'the xarray lock, for the time of the call', sleeps: true }, rules: holes }],
  ['shmem_fault', 1, 'Fault on a page of shmem: the fault handler of its vmas.', { contract: { needs: fault, takes: 'the folio lock, with VM_FAULT_LOCKED', releases: 'mmap_lock, or in 6.12 the vma lock, when it returns VM_FAULT_RETRY', sleeps: true }, rules: after }],
  ['shmem_swapin_folio', 7, 'Reads a folio of a shmem file from swap and puts it back in the page cache.', { contract: { takes: 'the folio lock, when it succeeds', sleeps: true } }],
  ['shmem_truncate_range', 3, 'Takes the pages of a range out of a shmem file: truncation and hole punching.', { contract: { sleeps: true }, rules: holes }],
  ['shmem_undo_range', 4, 'The body of shmem_truncate_range.', { contract: { sleeps: true } }],
  ['shmem_fallocate', 4, 'fallocate on a shmem file: fills or punches holes.', { contract: { sleeps: true }, rules: holes }],
  ['vma_is_shmem', 1, 'True when the vma maps shmem; also shared anonymous memory.', { pitfall: 'vma_is_anonymous is false for it, also when the mapping is private.' }],
  ['shmem_mapping', 1, 'True when the page cache belongs to a shmem file.', { file: 'include/linux/shmem_fs.h' }],
  ['vma_is_anon_shmem', 1, 'True when the vma maps shared anonymous memory, which shmem keeps.', { since: [6, 2] }],
]);

const filemap = functionsOf('page-cache', 'mm/filemap.c', 'page cache', [
  ['filemap_get_entry', 2, 'What the page cache holds at an index: a folio with a reference, a swap or shadow entry, or NULL for a hole.', {
    since: [6, 4], contract: { stale: 'the answer, at once: no lock is held' }, pitfall: 'It waits while an index holds XA_RETRY_ENTRY: so a collapse keeps others from seeing a hole.', rules: holes,
  }],
  ['__filemap_get_folio', 4, 'Finds, and with FGP_CREAT makes, the folio at an index.', { contract: { takes: 'the folio lock, with FGP_LOCK', sleeps: true }, pitfall: 'Nothing found is NULL in 6.1 and an error pointer in 6.12.' }],
  ['filemap_get_folio', 2, 'Finds the folio at an index, with a reference.', { file: 'include/linux/pagemap.h', contract: { stale: 'that it belongs to the file: it is not locked' }, pitfall: 'Nothing found is NULL in 6.1 and an error pointer in 6.12.' }],
  ['filemap_lock_folio', 2, 'Finds the folio at an index and locks it.', { file: 'include/linux/pagemap.h', contract: { takes: 'the folio lock, when it finds one', sleeps: true }, pitfall: 'Nothing found is NULL in 6.1 and an error pointer in 6.12.' }],
  ['filemap_add_folio', 4, 'Puts a new folio in the page cache of a file and on the list for reclaim.', { contract: { takes: 'the folio lock, when it succeeds', sleeps: true }, rules: holes }],
  ['__filemap_add_folio', 5, 'The body of filemap_add_folio.', { contract: { needs: 'the folio lock', takes: 'the xarray lock, for the time of the call', sleeps: true }, rules: holes }],
  ['filemap_remove_folio', 1, 'Takes a folio out of the page cache.', { contract: { needs: 'the folio lock', takes: 'the xarray lock, for the time of the call' } }],
  ['filemap_fault', 1, 'Fault on a page of a file: finds it or reads it in.', { contract: { needs: fault, takes: 'the folio lock, with VM_FAULT_LOCKED', releases: 'mmap_lock, or in 6.12 the vma lock, when it returns VM_FAULT_RETRY', sleeps: true }, rules: after }],
  ['filemap_map_pages', 3, 'Maps the pages around a read fault that are in the cache.', { contract: { needs: fault, takes: 'the page-table lock, for the time of the call' } }],
  ['folio_lock_or_retry', counts(3, 2), 'Takes the folio lock in a fault, or drops the lock of the fault and waits.', { file: 'include/linux/pagemap.h', contract: { takes: 'the folio lock, when it succeeds', releases: 'mmap_lock, or in 6.12 the vma lock, when it does not', sleeps: true, stale: 'the vma, when it does not' }, pitfall: 'Success is true in 6.1 and 0 in 6.12; with FAULT_FLAG_RETRY_NOWAIT mmap_lock stays held.', rules: after }],
  ['__folio_lock_or_retry', counts(3, 2), 'The body of folio_lock_or_retry.', { contract: { takes: 'the folio lock, when it succeeds', releases: 'mmap_lock, or in 6.12 the vma lock, when it does not', sleeps: true, stale: 'the vma, when it does not' }, rules: after }],
  ['lock_folio_maybe_drop_mmap', 3, 'Takes the folio lock in a file fault; drops the lock of the fault before it waits if it may.', { contract: { takes: 'the folio lock, when it succeeds', releases: 'mmap_lock, or in 6.12 the vma lock, when it had to wait and was allowed to', sleeps: true, stale: 'the vma, when the lock was dropped' }, rules: after }],
  ['filemap_invalidate_lock', 1, 'Keeps pages from being added to the page cache of a file while a part of it is taken out.', { file: 'include/linux/fs.h', contract: { takes: 'invalidate_lock of the file for writing', sleeps: true } }],
  ['filemap_invalidate_unlock', 1, 'Drops what filemap_invalidate_lock took.', { file: 'include/linux/fs.h', contract: { releases: 'invalidate_lock of the file' } }],
  ['filemap_invalidate_lock_shared', 1, 'Keeps a part of the page cache from being taken out while pages are added.', { file: 'include/linux/fs.h', contract: { takes: 'invalidate_lock of the file for reading', sleeps: true } }],
  ['filemap_invalidate_unlock_shared', 1, 'Drops what filemap_invalidate_lock_shared took.', { file: 'include/linux/fs.h', contract: { releases: 'invalidate_lock of the file' } }],
  ['truncate_inode_pages_range', 3, 'Takes the pages of a range out of the page cache.', { file: 'mm/truncate.c', contract: { sleeps: true } }],
  ['__folio_lock', 1, 'The body of folio_lock, called when the lock is taken.', { since: [5, 16], contract: { takes: 'the folio lock', sleeps: true }, rules: noEvent }],
  ['__folio_lock_killable', 1, 'The body of folio_lock_killable; not 0, and nothing taken, when a fatal signal came first.', { since: [5, 16], contract: { takes: 'the folio lock, when it returns 0', sleeps: true }, rules: noEvent }],
  ['folio_wait_locked_killable', 1, 'Sleeps until the folio is not locked or a fatal signal comes.', { file: 'include/linux/pagemap.h', since: [5, 16], contract: { sleeps: true } }],
  ['find_lock_page', 2, 'Finds the page at an index and locks it; NULL when there is none.', { file: 'include/linux/pagemap.h', contract: { takes: 'the lock of the page, when it finds one', sleeps: true } }],
]);

const xarray = functionsOf('page-cache', 'include/linux/xarray.h', 'xarray', [
  ['xas_set', 2, 'Moves the walk to an index.', { rules: holes }],
  ['xas_retry', 2, 'True when the entry is a retry entry and the walk has to start again: a lookup by RCU waits so for a collapse.', { rules: holes }],
  ['xas_pause', 1, 'Lets the walk be interrupted: what comes next is looked up from the top.', { contract: { stale: 'the position in the tree' } }],
  ['xas_create_range', 1, 'Allocates the nodes for a range, so that a store need not; sets the error when there is no memory.', { contract: { needs: 'the lock of the xarray' } }],
  ['xas_nomem', 2, 'Allocates memory after a store failed for want of it; true when the store is worth another try.', { contract: { sleeps: true }, pitfall: 'It is called without the lock: what was found before has to be looked up again.', rules: holes }],
  ['xas_error', 1, 'The error of the walk, or 0.'],
  ['xas_set_err', 2, 'Sets the error of the walk: it does nothing more.'],
  ['xa_is_value', 1, 'True when the entry is a number and not a pointer: a swap or shadow entry in the page cache.'],
]);

const folios = functionsOf('page-cache', 'include/linux/mm.h', 'folio', [
  ['folio_get', 1, 'Takes a reference to a folio.', { since: [5, 16], pitfall: 'Only with a reference, or with a lock that keeps one: otherwise folio_try_get.' }],
  ['folio_put', 1, 'Drops a reference to a folio; the last one frees it.', { since: [5, 16], contract: { stale: 'the folio' } }],
  ['folio_try_get', 1, 'Takes a reference to a folio unless it is being freed; true when taken.', { file: 'include/linux/page_ref.h', since: [5, 16], pitfall: 'Afterwards look whether it is still the folio that was meant.' }],
  ['folio_ref_freeze', 2, 'Makes the reference count 0 if it has the expected value, so that nobody can take a reference; true when it worked.', { file: 'include/linux/page_ref.h', since: [5, 16] }],
  ['folio_ref_count', 1, 'The reference count of a folio.', { file: 'include/linux/page_ref.h', since: [5, 16], contract: { stale: 'the answer, at once' } }],
  ['folio_mapcount', 1, 'How often the folio is mapped.', { since: [5, 16], contract: { stale: 'the answer, unless the page tables are locked' } }],
  ['folio_mapped', 1, 'True when the folio is mapped anywhere.', { since: [5, 16], contract: { stale: 'the answer, unless the folio is locked and unmapped' } }],
  ['folio_test_anon', 1, 'True when the folio is anonymous memory; also when it is merged by KSM.', { file: 'include/linux/page-flags.h', since: [5, 16] }],
  ['folio_test_ksm', 1, 'True when the folio is merged by KSM.', { file: 'include/linux/page-flags.h', since: [5, 16] }],
  ['folio_test_swapcache', 1, 'True when the folio is in the swap cache.', { file: 'include/linux/page-flags.h', since: [5, 16], contract: { stale: 'the answer, unless the folio is locked' }, rules: ['uffd-move-unstable-pte'] }],
  ['folio_test_large', 1, 'True when the folio has more than one page.', { file: 'include/linux/page-flags.h', since: [5, 16] }],
  ['folio_mapping', 1, 'The address space that the folio belongs to, or NULL for anonymous memory outside of the swap cache.', { file: 'mm/util.c', since: [5, 16], contract: { stale: 'the answer, unless the folio is locked' } }],
  ['folio_maybe_dma_pinned', 1, 'True when the folio may be pinned for DMA; may be true by mistake.', { since: [5, 17] }],
  ['folio_wait_locked', 1, 'Sleeps until the folio is not locked.', { file: 'include/linux/pagemap.h', since: [5, 16], contract: { sleeps: true } }],
  ['folio_wait_writeback', 1, 'Sleeps until the folio is not being written back.', { file: 'mm/page-writeback.c', since: [5, 16], contract: { sleeps: true } }],
  ['folio_isolate_lru', 1, 'Takes a folio off the lists of reclaim.', { file: 'mm/vmscan.c', since: [5, 16], contract: { needs: 'a reference to the folio' } }],
  ['page_folio', 1, 'The folio that a page is part of.', { file: 'include/linux/page-flags.h', since: [5, 16], pitfall: 'Without a reference the page may become part of another folio.' }],
  ['PageAnonExclusive', 1, 'True when the anonymous page belongs to one process only and may be written without a copy.', { file: 'include/linux/page-flags.h', since: [5, 19], contract: { stale: 'the answer, unless the page-table lock is held' } }],
  ['get_page', 1, 'Takes a reference to a page (to its folio).'],
  ['put_page', 1, 'Drops a reference to a page (to its folio).', { contract: { stale: 'the page' } }],
  ['lru_add_drain', 0, 'Puts the folios that this CPU has collected on the lists of reclaim.', { file: 'mm/swap.c' }],
]);

const vmas = functionsOf('lock', 'include/linux/mm.h', 'vma', [
  ['vma_lookup', 2, 'The vma that holds an address, or NULL.', { contract: { needs: 'mmap_lock', stale: 'the vma, when mmap_lock is dropped' }, rules: after }],
  ['find_vma', 2, 'The first vma that ends behind an address, or NULL.', { file: 'mm/mmap.c', contract: { needs: 'mmap_lock', stale: 'the vma, when mmap_lock is dropped' }, pitfall: 'The address may lie before it, in a hole: vma_lookup does not have that trap.', rules: after }],
  ['find_vma_intersection', 3, 'The first vma that overlaps a range, or NULL.', { file: 'mm/mmap.c', contract: { needs: 'mmap_lock', stale: 'the vma, when mmap_lock is dropped' } }],
  ['vma_next', 1, 'The next vma of an iterator, or NULL.', { since: [6, 0], contract: { needs: 'mmap_lock' } }],
  ['vma_prev', 1, 'The previous vma of an iterator, or NULL.', { since: [6, 0], contract: { needs: 'mmap_lock' } }],
  ['split_vma', 4, 'Splits a vma in two.', { file: 'mm/vma.c', contract: { needs: 'mmap_lock for writing', sleeps: true } }],
  ['vma_is_accessible', 1, 'True when the vma allows any access (it is not PROT_NONE).'],
  ['is_cow_mapping', 1, 'True for the flags of a private mapping that may become writable: its pages are copied on write.'],
  ['vma_soft_dirty_enabled', 1, 'True when writes to the vma are tracked by the soft-dirty bit.', { file: 'mm/internal.h' }],
  ['linear_page_index', 2, 'The index in the file of the page at an address of the vma.', { file: 'include/linux/pagemap.h' }],
  ['vma_interval_tree_foreach', 4, 'Loops over the vmas that map a range of a file.', { until: [7, 2], renamedTo: 'mapping_rmap_tree_foreach', contract: { needs: 'i_mmap_rwsem' }, pitfall: 'Their mmap_lock is not held: a registration may come at any time.', rules: [...holes, 'uffd-wp-check-not-repeated'] }],
  ['mapping_rmap_tree_foreach', 4, 'Loops over the vmas that map a range of a file.', { since: [7, 3], renamedFrom: 'vma_interval_tree_foreach', contract: { needs: 'i_mmap_rwsem' }, pitfall: 'Their mmap_lock is not held: a registration may come at any time.', rules: [...holes, 'uffd-wp-check-not-repeated'] }],
  ['anon_vma_interval_tree_foreach', 4, 'Loops over the vmas of an anon_vma that may map a range.', { until: [7, 2], renamedTo: 'anon_rmap_tree_foreach', contract: { needs: 'the anon_vma lock' }, pitfall: 'Their mmap_lock is not held.' }],
  ['anon_rmap_tree_foreach', 4, 'Loops over the vmas of an anon_vma that may map a range.', { since: [7, 3], renamedFrom: 'anon_vma_interval_tree_foreach', contract: { needs: 'the anon_vma lock' }, pitfall: 'Their mmap_lock is not held.' }],
  ['for_each_vma', 2, 'Loops over the vmas of an mm from an iterator on.', { since: [6, 0], contract: { needs: 'mmap_lock' } }],
  ['for_each_vma_range', 3, 'Loops over the vmas of an mm from an iterator up to an address.', { since: [6, 0], contract: { needs: 'mmap_lock' } }],
  ['is_zero_pfn', 1, 'True for the page frame of the shared zero page.', { file: 'include/linux/pgtable.h' }],
  ['vma_mark_detached', 2, 'Marks a vma as taken out of the mm, or as put back: whoever finds it by RCU has to give it up.', { since: [6, 4], contract: { needs: 'mmap_lock for writing; the vma write-locked when it is taken out' } }],
]);

const mm = functionsOf('lock', 'include/linux/mmap_lock.h', 'locks of the mm', [
  ['mmap_write_downgrade', 1, 'Turns mmap_lock held for writing into held for reading, without a gap; ends all vma write locks.', { contract: { needs: 'mmap_lock for writing' }, pitfall: 'Faults run again from here on.' }],
  ['mmap_lock_is_contended', 1, 'True when somebody waits for mmap_lock.', { contract: { needs: 'mmap_lock' } }],
  ['mmput', 1, 'Drops a user of the mm; the last one unmaps everything.', { file: 'kernel/fork.c', contract: { sleeps: true }, pitfall: 'Not with mmap_lock held: the last user takes it.' }],
  ['mm_tlb_flush_pending', 1, 'True when another thread has changed entries and not yet flushed the TLB.', { file: 'include/linux/mm_inline.h', contract: { needs: 'the page-table lock' } }],
  ['check_stable_address_space', 1, 'VM_FAULT_SIGBUS when the OOM reaper has unmapped memory of the process; otherwise 0.', { file: 'include/linux/oom.h', contract: { needs: 'the page-table lock' }, rules: ['stale-pte-stored'] }],
  ['mm_take_all_locks', 1, 'Takes the locks of all files and anon_vmas that the mm maps.', { file: 'include/linux/mm.h', contract: { needs: 'mmap_lock for writing', takes: 'i_mmap_rwsem and the anon_vma lock of each vma, for writing', sleeps: true } }],
  ['mm_drop_all_locks', 1, 'Drops what mm_take_all_locks took.', { file: 'include/linux/mm.h', contract: { releases: 'i_mmap_rwsem and the anon_vma lock of each vma' } }],
  ['down_read_killable', 1, 'Takes a reader-writer semaphore for reading; not 0, and nothing taken, when a fatal signal came first.', { file: 'include/linux/rwsem.h', contract: { takes: 'the semaphore for reading, when it returns 0', sleeps: true }, rules: noEvent }],
  ['down_write_killable', 1, 'Takes a reader-writer semaphore for writing; not 0, and nothing taken, when a fatal signal came first.', { file: 'include/linux/rwsem.h', contract: { takes: 'the semaphore for writing, when it returns 0', sleeps: true }, rules: noEvent }],
  ['downgrade_write', 1, 'Turns a semaphore held for writing into held for reading.', { file: 'include/linux/rwsem.h', contract: { needs: 'the semaphore for writing' } }],
]);

/** Everything that is neither a page table nor a fault. */
export const memoryFunctions: readonly Documented[] = [...shmem, ...filemap, ...xarray, ...folios, ...vmas, ...mm];
