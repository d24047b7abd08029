/**
 * Calls that get page-table pointers or values and yet change nothing that an analysis follows: flushes, notifiers, accounting, allocation of
 * tables, assertions. They are listed so that nobody follows them or gives up at them.
 */
import { type Notes, inert, rowsOf } from './build';
import type { Backport, Primitive } from './types';

const row = rowsOf('page-table');
type Line = readonly [name: string, meaning: string, source: string, notes?: Notes];

const x86Tlb = (name: string): string => `arch/x86/include/asm/tlbflush.h:${name}`;
const generic = (name: string): string => `include/asm-generic/tlb.h:${name}`;
const notifier = (name: string): string => `include/linux/mmu_notifier.h:${name}`;
const pgtable = (name: string): string => `include/linux/pgtable.h:${name}`;
const check = (name: string): string => `include/linux/page_table_check.h:${name}`;
const mm = (name: string): string => `include/linux/mm.h:${name}`;
const rmap = (name: string): string => `include/linux/rmap.h:${name}`;
const unsharing: Backport = { into: [[6, 1], [6, 12]], why: 'with the fix of TLB flushes after page tables were unshared' };

const flushes: readonly Line[] = [
  ['flush_tlb_page', 'Drops one address from the TLBs of all CPUs that use the mm.', x86Tlb('flush_tlb_page')],
  ['flush_tlb_range', 'Drops an address range from the TLBs of all CPUs that use the mm.', x86Tlb('flush_tlb_range'), { pitfall: 'Until it returns, other CPUs may still use the old entries.' }],
  ['flush_tlb_mm', 'Drops a whole mm from the TLBs.', x86Tlb('flush_tlb_mm')],
  ['flush_pmd_tlb_range', 'Drops a range mapped by huge pmds from the TLBs.', pgtable('flush_pmd_tlb_range')],
  ['flush_pud_tlb_range', 'Drops a range mapped by huge puds from the TLBs.', pgtable('flush_pud_tlb_range')],
  ['flush_hugetlb_tlb_range', 'Drops a range of hugetlb mappings from the TLBs.', 'include/linux/hugetlb.h:flush_hugetlb_tlb_range'],
  ['flush_tlb_fix_spurious_fault', 'Drops an address from this CPU\'s TLB after a fault that found nothing to do.', pgtable('flush_tlb_fix_spurious_fault')],
  ['flush_tlb_batched_pending', 'Waits for TLB flushes that reclaim put off.', 'mm/rmap.c:flush_tlb_batched_pending'],
  ['flush_cache_page', 'Flushes the CPU cache of a page on architectures whose cache is indexed by virtual address.', 'include/asm-generic/cacheflush.h:flush_cache_page'],
  ['flush_cache_range', 'Flushes the CPU cache of a range on architectures whose cache is indexed by virtual address.', 'include/asm-generic/cacheflush.h:flush_cache_range'],
  ['flush_dcache_page', 'Keeps the data cache of a page coherent with its user mappings.', 'include/asm-generic/cacheflush.h:flush_dcache_page'],
  ['update_mmu_cache', 'Tells the architecture that a pte was set, so that it may preload its TLB.', 'arch/x86/include/asm/pgtable.h:update_mmu_cache'],
  ['update_mmu_cache_range', 'As update_mmu_cache for several ptes.', 'arch/x86/include/asm/pgtable.h:update_mmu_cache_range', { since: [6, 6] }],
  ['update_mmu_cache_pmd', 'As update_mmu_cache for a huge pmd.', 'arch/x86/include/asm/pgtable.h:update_mmu_cache_pmd'],
  ['update_mmu_tlb', 'Tells the architecture that another CPU resolved the fault first.', pgtable('update_mmu_tlb')],
  ['update_mmu_tlb_range', 'As update_mmu_tlb for several ptes.', pgtable('update_mmu_tlb_range'), { since: [6, 11] }],
  ['tlb_remove_tlb_entry', 'Notes an address whose TLB entry has to go at the end of the batch.', generic('tlb_remove_tlb_entry')],
  ['tlb_remove_tlb_entries', 'Notes several addresses whose TLB entries have to go.', generic('tlb_remove_tlb_entries'), { since: [6, 9] }],
  ['tlb_remove_huge_tlb_entry', 'Notes a hugetlb mapping whose TLB entry has to go.', generic('tlb_remove_huge_tlb_entry')],
  ['tlb_remove_pmd_tlb_entry', 'Notes a huge pmd whose TLB entry has to go.', generic('tlb_remove_pmd_tlb_entry')],
  ['tlb_flush_pte_range', 'Notes a range whose TLB entries have to go.', generic('tlb_flush_pte_range')],
  ['tlb_flush_pmd_range', 'Notes a range of huge pmds whose TLB entries have to go.', generic('tlb_flush_pmd_range')],
  ['tlb_flush_pud_range', 'Notes a range of huge puds whose TLB entries have to go.', generic('tlb_flush_pud_range')],
  ['tlb_change_page_size', 'Tells the batch the page size of what follows.', generic('tlb_change_page_size')],
  ['tlb_gather_mmu', 'Starts a batch of TLB flushes.', 'mm/mmu_gather.c:tlb_gather_mmu'],
  ['tlb_gather_mmu_vma', 'Starts a batch of TLB flushes for one vma.', 'mm/mmu_gather.c:tlb_gather_mmu_vma', { since: [6, 19], backported: unsharing }],
  ['tlb_finish_mmu', 'Ends a batch: flushes the TLBs and frees the pages.', 'mm/mmu_gather.c:tlb_finish_mmu'],
  ['mmu_notifier_range_init', 'Fills in the range for the notifiers of secondary MMUs.', notifier('mmu_notifier_range_init')],
  ['mmu_notifier_invalidate_range_start', 'Tells secondary MMUs that the range is about to change.', notifier('mmu_notifier_invalidate_range_start'), {
    contract: { sleeps: true }, pitfall: 'May sleep: it cannot be called with a page-table lock held.',
  }],
  ['mmu_notifier_invalidate_range_end', 'Tells secondary MMUs that the change of the range is over.', notifier('mmu_notifier_invalidate_range_end')],
];

const tables: readonly Line[] = [
  ['tlb_remove_table_sync_one', 'Waits until no CPU walks page tables with interrupts off.', generic('tlb_remove_table_sync_one'), { since: [6, 1] }],
  ['pmdp_get_lockless_sync', 'Waits for lockless readers of a pmd that read it in halves.', pgtable('pmdp_get_lockless_sync'), { since: [6, 6] }],
  ['pte_unmap', 'Unmaps a page table; since 6.5 it also ends the RCU read section that pte_offset_map began.', pgtable('pte_unmap'), { pitfall: 'The pte pointer must not be used after it; it drops no page-table lock.' }],
  ['pte_alloc', 'Makes sure that there is a page table below the pmd; not 0 when out of memory.', mm('pte_alloc'), { contract: { sleeps: true } }],
  ['__pte_alloc', 'Allocates a page table and hangs it below the pmd, unless somebody else was faster.', 'mm/memory.c:__pte_alloc', { contract: { sleeps: true } }],
  ['__pmd_alloc', 'Allocates a pmd table and hangs it below the pud.', 'mm/memory.c:__pmd_alloc', { contract: { sleeps: true } }],
  ['__pud_alloc', 'Allocates a pud table and hangs it below the p4d.', 'mm/memory.c:__pud_alloc', { contract: { sleeps: true } }],
  ['pmd_install', 'Hangs a prepared page table below the pmd if the pmd is still empty; takes the pmd lock for that.', 'mm/memory.c:pmd_install', { since: [5, 16] }],
  ['p4d_alloc', 'The p4d entry of an address; allocates the table if there is none.', mm('p4d_alloc'), { contract: { sleeps: true } }],
  ['p4d_offset', 'The p4d entry of an address.', 'arch/x86/include/asm/pgtable.h:p4d_offset'],
  ['pgd_offset', 'The top-level entry of an address.', pgtable('pgd_offset')],
  ['pte_alloc_one', 'Allocates a page table that nobody uses yet.', 'arch/x86/mm/pgtable.c:pte_alloc_one', { contract: { sleeps: true } }],
  ['pte_free', 'Frees a page table that nobody uses.', 'include/asm-generic/pgalloc.h:pte_free', { pitfall: 'For a table that lockless readers may still walk, use pte_free_defer.' }],
  ['pte_free_defer', 'Frees a page table after a grace period, when nobody can be walking it.', 'mm/pgtable-generic.c:pte_free_defer', { since: [6, 6] }],
  ['mm_inc_nr_ptes', 'Counts a page table of the mm.', mm('mm_inc_nr_ptes')],
  ['mm_dec_nr_ptes', 'No longer counts a page table of the mm.', mm('mm_dec_nr_ptes')],
  ['pgtable_trans_huge_deposit', 'Puts a spare page table aside for a later split of the huge pmd.', 'mm/pgtable-generic.c:pgtable_trans_huge_deposit', { contract: { needs: 'the pmd lock' } }],
  ['pgtable_trans_huge_withdraw', 'Takes the spare page table of a huge pmd back.', 'mm/pgtable-generic.c:pgtable_trans_huge_withdraw', { contract: { needs: 'the pmd lock' } }],
  ['huge_pmd_unshare', 'Gives up a hugetlb page table shared with other processes; true when it was shared.', 'mm/hugetlb.c:huge_pmd_unshare', {
    contract: { needs: 'the page-table lock, and the hugetlb vma lock and i_mmap_rwsem for writing', stale: 'the entry pointer: the table is gone when it returns true' },
    rules: ['hugetlb-pte-walk-unlocked'],
  }],
  ['huge_pmd_unshare_flush', 'Flushes the TLBs after hugetlb page tables were given up.', 'mm/hugetlb.c:huge_pmd_unshare_flush', { since: [6, 19], backported: unsharing }],
  ['adjust_range_if_pmd_sharing_possible', 'Widens a range to whole shared hugetlb tables.', 'mm/hugetlb.c:adjust_range_if_pmd_sharing_possible'],
  ['arch_enter_lazy_mmu_mode', 'Lets the architecture collect page-table writes.', pgtable('arch_enter_lazy_mmu_mode')],
  ['arch_leave_lazy_mmu_mode', 'Makes the architecture carry out the collected page-table writes.', pgtable('arch_leave_lazy_mmu_mode')],
  ['arch_flush_lazy_mmu_mode', 'Makes the architecture carry out the collected page-table writes and go on collecting.', pgtable('arch_flush_lazy_mmu_mode')],
  ['lazy_mmu_mode_enable', 'Lets the architecture collect page-table writes; may be nested.', pgtable('lazy_mmu_mode_enable'), { since: [7, 0], renamedFrom: 'arch_enter_lazy_mmu_mode' }],
  ['lazy_mmu_mode_disable', 'Makes the architecture carry out the collected page-table writes.', pgtable('lazy_mmu_mode_disable'), { since: [7, 0], renamedFrom: 'arch_leave_lazy_mmu_mode' }],
  ['lazy_mmu_mode_pause', 'Stops the collecting of page-table writes for a while, at any depth.', pgtable('lazy_mmu_mode_pause'), { since: [7, 0] }],
  ['lazy_mmu_mode_resume', 'Ends what lazy_mmu_mode_pause began.', pgtable('lazy_mmu_mode_resume'), { since: [7, 0] }],
  ['arch_check_zapped_pte', 'Lets the architecture look at a value that was zapped.', 'arch/x86/mm/pgtable.c:arch_check_zapped_pte', { since: [6, 6] }],
  ['arch_check_zapped_pmd', 'Lets the architecture look at a huge pmd that was zapped.', 'arch/x86/mm/pgtable.c:arch_check_zapped_pmd', { since: [6, 6] }],
  ['arch_check_zapped_pud', 'Lets the architecture look at a huge pud that was zapped.', pgtable('arch_check_zapped_pud'), { since: [6, 12] }],
  ['arch_do_swap_page_nr', 'As arch_do_swap_page for several pages.', pgtable('arch_do_swap_page_nr'), { since: [6, 12] }],
  ['arch_do_swap_page', 'Lets the architecture restore tags of a page read from swap.', pgtable('arch_do_swap_page'), { until: [6, 11], renamedTo: 'arch_do_swap_page_nr' }],
  ['arch_unmap_one', 'Lets the architecture save tags of a page that goes to swap.', pgtable('arch_unmap_one')],
  ['page_table_check_pte_clear', 'Debugging: accounts for a cleared pte.', check('page_table_check_pte_clear'), { since: [5, 17] }],
  ['page_table_check_pmd_clear', 'Debugging: accounts for a cleared pmd.', check('page_table_check_pmd_clear'), { since: [5, 17] }],
  ['page_table_check_pte_clear_range', 'Debugging: accounts for a page table taken out of the tree.', check('page_table_check_pte_clear_range'), { since: [5, 17] }],
];

const accessed: readonly Line[] = [
  ['ptep_test_and_clear_young', 'Clears the accessed bit and tells whether it was set; the rest of the entry stays.', pgtable('ptep_test_and_clear_young')],
  ['pmdp_test_and_clear_young', 'As ptep_test_and_clear_young for a huge pmd.', pgtable('pmdp_test_and_clear_young')],
  ['ptep_clear_flush_young', 'As ptep_test_and_clear_young, and flushes the TLB where needed.', 'mm/pgtable-generic.c:ptep_clear_flush_young'],
  ['ptep_clear_young_notify', 'As ptep_test_and_clear_young, and asks secondary MMUs too.', notifier('ptep_clear_young_notify')],
  ['ptep_clear_flush_young_notify', 'As ptep_clear_flush_young, and asks secondary MMUs too.', notifier('ptep_clear_flush_young_notify')],
  ['pmdp_clear_flush_young', 'As ptep_clear_flush_young for a huge pmd.', 'mm/pgtable-generic.c:pmdp_clear_flush_young'],
  ['clear_flush_young_ptes', 'As ptep_clear_flush_young for several ptes.', pgtable('clear_flush_young_ptes'), { since: [7, 0] }],
  ['test_and_clear_young_ptes', 'As ptep_test_and_clear_young for several ptes.', pgtable('test_and_clear_young_ptes'), { since: [7, 1] }],
  ['pmdp_clear_flush_young_notify', 'As ptep_clear_flush_young_notify for a huge pmd.', notifier('pmdp_clear_flush_young_notify')],
  ['clear_young_dirty_ptes', 'Clears the accessed or dirty bits of several ptes; the rest stays.', pgtable('clear_young_dirty_ptes'), { since: [6, 10] }],
  ['mkold_ptes', 'Clears the accessed bit of several ptes.', pgtable('mkold_ptes'), { since: [6, 10], until: [6, 10] }],
  ['ptep_set_wrprotect', 'Takes write permission away from a pte in place; the uffd-wp bit stays.', pgtable('ptep_set_wrprotect'), { contract: { needs: 'the page-table lock' } }],
  ['wrprotect_ptes', 'Takes write permission away from several ptes in place.', pgtable('wrprotect_ptes'), { since: [6, 9], contract: { needs: 'the page-table lock' } }],
  ['huge_ptep_set_wrprotect', 'Takes write permission away from a hugetlb entry in place.', 'include/asm-generic/hugetlb.h:huge_ptep_set_wrprotect', { contract: { needs: 'the page-table lock' } }],
  ['pudp_set_wrprotect', 'Takes write permission away from a huge pud in place.', pgtable('pudp_set_wrprotect'), { contract: { needs: 'the pud lock' } }],
  ['pmdp_set_wrprotect', 'Takes write permission away from a huge pmd in place.', pgtable('pmdp_set_wrprotect'), { contract: { needs: 'the pmd lock' } }],
];

const accounting: readonly Line[] = [
  ['count_vm_event', 'Counts an event for /proc/vmstat.', 'include/linux/vmstat.h:count_vm_event'],
  ['count_vm_events', 'Counts several events for /proc/vmstat.', 'include/linux/vmstat.h:count_vm_events'],
  ['count_memcg_event_mm', 'Counts an event for the memory cgroup of an mm.', 'include/linux/memcontrol.h:count_memcg_event_mm'],
  ['add_mm_counter', 'Changes a memory counter of the mm.', mm('add_mm_counter')],
  ['inc_mm_counter', 'Raises a memory counter of the mm.', mm('inc_mm_counter')],
  ['dec_mm_counter', 'Lowers a memory counter of the mm.', mm('dec_mm_counter')],
  ['page_add_file_rmap', 'Counts a mapping of a file page.', rmap('page_add_file_rmap'), { until: [6, 7] }],
  ['page_add_anon_rmap', 'Counts a mapping of an anonymous page.', rmap('page_add_anon_rmap'), { until: [6, 7] }],
  ['page_remove_rmap', 'No longer counts a mapping of a page.', rmap('page_remove_rmap'), { until: [6, 7] }],
  ['folio_add_new_anon_rmap', 'Counts the first mapping of a new anonymous folio.', rmap('folio_add_new_anon_rmap'), { since: [6, 3] }],
  ['folio_add_anon_rmap_pte', 'Counts a pte that maps a page of an anonymous folio.', rmap('folio_add_anon_rmap_pte'), { since: [6, 8] }],
  ['folio_add_file_rmap_pte', 'Counts a pte that maps a page of a file folio.', rmap('folio_add_file_rmap_pte'), { since: [6, 8] }],
  ['folio_add_file_rmap_ptes', 'Counts several ptes that map pages of a file folio.', rmap('folio_add_file_rmap_ptes'), { since: [6, 8] }],
  ['folio_remove_rmap_pte', 'No longer counts a pte that mapped a page of the folio.', rmap('folio_remove_rmap_pte'), { since: [6, 8] }],
  ['folio_remove_rmap_ptes', 'No longer counts several ptes that mapped pages of the folio.', rmap('folio_remove_rmap_ptes'), { since: [6, 8] }],
  ['folio_remove_rmap_pmd', 'No longer counts a huge pmd that mapped the folio.', rmap('folio_remove_rmap_pmd'), { since: [6, 8] }],
  ['page_try_share_anon_rmap', 'Marks an exclusive anonymous page as possibly shared; fails when it may be pinned.', rmap('page_try_share_anon_rmap'), { since: [5, 19], until: [6, 7], renamedTo: 'folio_try_share_anon_rmap_pte' }],
  ['folio_try_share_anon_rmap_pte', 'Marks an exclusive anonymous page as possibly shared; fails when it may be pinned.', rmap('folio_try_share_anon_rmap_pte'), { since: [6, 8], renamedFrom: 'page_try_share_anon_rmap' }],
  ['cond_resched', 'Lets others run if it is time; not under a spinlock.', 'include/linux/sched.h:cond_resched'],
  ['print_bad_pte', 'Reports a corrupt pte in the log.', 'mm/memory.c:print_bad_pte'],
  ['print_bad_page_map', 'Reports a corrupt entry of any level in the log.', 'mm/memory.c:print_bad_page_map', { since: [6, 18] }],
  ['mmap_assert_locked', 'Debugging: warns when mmap_lock is not held.', 'include/linux/mmap_lock.h:mmap_assert_locked'],
  ['mmap_assert_write_locked', 'Debugging: warns when mmap_lock is not held for writing.', 'include/linux/mmap_lock.h:mmap_assert_write_locked'],
  ['vma_assert_locked', 'Debugging: warns when neither the vma lock nor mmap_lock is held.', 'include/linux/mm.h:vma_assert_locked', { since: [6, 6] }],
  ['vma_assert_write_locked', 'Debugging: warns when the vma is not locked for writing.', 'include/linux/mm.h:vma_assert_write_locked', { since: [6, 4] }],
  ['i_mmap_assert_locked', 'Debugging: warns when i_mmap_rwsem is not held.', 'include/linux/fs.h:i_mmap_assert_locked'],
  ['i_mmap_assert_write_locked', 'Debugging: warns when i_mmap_rwsem is not held for writing.', 'include/linux/fs.h:i_mmap_assert_write_locked'],
  ['hugetlb_vma_assert_locked', 'Debugging: warns when the hugetlb vma lock is not held.', 'mm/hugetlb.c:hugetlb_vma_assert_locked', { since: [6, 1] }],
  ['vma_end_write_all', 'Ends the write locks of all vmas of the mm; part of dropping mmap_lock.', 'include/linux/mmap_lock.h:vma_end_write_all', { since: [6, 4] }],
  ['vma_start_write_killable', 'As vma_start_write; not 0, and nothing locked, when a fatal signal came first.', 'include/linux/mmap_lock.h:vma_start_write_killable', { since: [6, 19], contract: { needs: 'mmap_lock for writing', sleeps: true } }],
  ['vma_start_write', 'Waits for readers of the vma lock to leave and keeps new ones out until mmap_lock is dropped.', mm('vma_start_write'), {
    since: [6, 4], contract: { needs: 'mmap_lock for writing', sleeps: true }, pitfall: 'There is no vma_end_write: dropping or downgrading mmap_lock ends it.',
  }],
];

/** Calls without an effect to follow. */
export const inertCalls: readonly Primitive[] = [...flushes, ...tables, ...accessed, ...accounting]
  .map(([name, meaning, source, notes]) => row(name, inert(), meaning, source, notes));

/** Families whose members are too many to list: tracepoints, counters, assertions, messages. */
const inertFamilies = /^(?:trace_|count_vm_|count_mthp_|count_memcg_|VM_BUG_ON|BUG_ON$|VM_WARN_ON_FOLIO$|VM_WARN_ON_PAGE$|lockdep_assert_|mmu_notifier_|page_table_check_|pr_)/;

/** True for a name that belongs to one of the inert families and has no entry of its own. */
export function isInertFamily(name: string): boolean {
  return inertFamilies.test(name);
}
