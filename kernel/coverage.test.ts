/** The families of names that a hover must know in full, as the headers of 6.12 list them, and how much there is in all. */
import { describe as suite, expect, it } from 'vitest';
import { allConstants } from './constants/index';
import { allDocumented } from './documented/index';
import { describe } from './hover';
import { allPrimitives } from './model';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const prefixed = (prefix: string, text: string): readonly string[] => words(text).map((word) => `${prefix}${word}`);

const families: Readonly<Record<string, readonly string[]>> = {
  'ioctls of include/uapi/linux/userfaultfd.h': prefixed('UFFDIO_', 'API REGISTER UNREGISTER WAKE COPY ZEROPAGE MOVE WRITEPROTECT CONTINUE POISON'),
  'modes of ioctls': prefixed('UFFDIO_', `REGISTER_MODE_MISSING REGISTER_MODE_WP REGISTER_MODE_MINOR COPY_MODE_DONTWAKE COPY_MODE_WP ZEROPAGE_MODE_DONTWAKE WRITEPROTECT_MODE_WP
    WRITEPROTECT_MODE_DONTWAKE CONTINUE_MODE_DONTWAKE CONTINUE_MODE_WP POISON_MODE_DONTWAKE MOVE_MODE_DONTWAKE MOVE_MODE_ALLOW_SRC_HOLES`),
  features: prefixed('UFFD_FEATURE_', `PAGEFAULT_FLAG_WP EVENT_FORK EVENT_REMAP EVENT_REMOVE MISSING_HUGETLBFS MISSING_SHMEM EVENT_UNMAP SIGBUS THREAD_ID MINOR_HUGETLBFS MINOR_SHMEM
    EXACT_ADDRESS WP_HUGETLBFS_SHMEM WP_UNPOPULATED POISON WP_ASYNC MOVE`),
  events: prefixed('UFFD_EVENT_', 'PAGEFAULT FORK REMAP REMOVE UNMAP'),
  'flags of events': prefixed('UFFD_PAGEFAULT_FLAG_', 'WRITE WP MINOR'),
  'the rest of the API': words('UFFD_API UFFD_API_FEATURES UFFD_API_IOCTLS UFFD_API_RANGE_IOCTLS UFFD_API_RANGE_IOCTLS_BASIC UFFD_API_REGISTER_MODES UFFD_USER_MODE_ONLY USERFAULTFD_IOC USERFAULTFD_IOC_NEW'),
  'flags of registrations': words('VM_UFFD_MISSING VM_UFFD_WP VM_UFFD_MINOR __VM_UFFD_FLAGS'),
  'enum fault_flag': prefixed('FAULT_FLAG_', 'WRITE MKWRITE ALLOW_RETRY RETRY_NOWAIT KILLABLE TRIED USER REMOTE INSTRUCTION INTERRUPTIBLE UNSHARE ORIG_PTE_VALID VMA_LOCK DEFAULT'),
  'enum vm_fault_reason': prefixed('VM_FAULT_', 'OOM SIGBUS MAJOR WRITE HWPOISON HWPOISON_LARGE SIGSEGV NOPAGE LOCKED RETRY FALLBACK DONE_COW NEEDDSYNC COMPLETED HINDEX_MASK ERROR'),
  'flags of zaps and of change_protection': words('ZAP_FLAG_DROP_MARKER ZAP_FLAG_UNMAP MM_CP_TRY_CHANGE_WRITABLE MM_CP_PROT_NUMA MM_CP_UFFD_WP MM_CP_UFFD_WP_RESOLVE MM_CP_UFFD_WP_ALL'),
  markers: words('SWP_PTE_MARKER PTE_MARKER_UFFD_WP PTE_MARKER_POISONED PTE_MARKER_GUARD PTE_MARKER_MASK make_pte_marker make_pte_marker_entry is_pte_marker is_pte_marker_entry pte_marker_get pte_marker_uffd_wp pte_marker_entry_uffd_wp copy_pte_marker pte_install_uffd_wp_if_needed zap_install_uffd_wp_if_needed'),
  'the uffd-wp bit': words(`pte_uffd_wp pte_mkuffd_wp pte_clear_uffd_wp pte_swp_uffd_wp pte_swp_mkuffd_wp pte_swp_clear_uffd_wp pmd_uffd_wp pmd_mkuffd_wp pmd_clear_uffd_wp pmd_swp_uffd_wp pmd_swp_mkuffd_wp
    pmd_swp_clear_uffd_wp huge_pte_uffd_wp huge_pte_mkuffd_wp huge_pte_clear_uffd_wp pte_swp_uffd_wp_any`),
  'include/linux/userfaultfd_k.h': words(`handle_userfault uffd_flags_mode_is uffd_flags_set_mode mfill_atomic_install_pte mfill_atomic_copy mfill_atomic_zeropage mfill_atomic_continue mfill_atomic_poison
    mwriteprotect_range uffd_wp_range double_pt_lock double_pt_unlock move_pages move_pages_huge_pmd is_mergeable_vm_userfaultfd_ctx uffd_disable_huge_pmd_share uffd_disable_fault_around userfaultfd_missing
    userfaultfd_wp userfaultfd_minor userfaultfd_pte_wp userfaultfd_huge_pmd_wp userfaultfd_armed vma_can_userfault vma_has_uffd_without_event_remap dup_userfaultfd dup_userfaultfd_complete
    dup_userfaultfd_fail mremap_userfaultfd_prep mremap_userfaultfd_complete userfaultfd_remove userfaultfd_unmap_prep userfaultfd_unmap_complete userfaultfd_wp_unpopulated userfaultfd_wp_async
    userfaultfd_reset_ctx userfaultfd_clear_vma userfaultfd_register_range userfaultfd_release_new userfaultfd_release_all userfaultfd_wp_use_markers`),
  'locks of the mm': words(`mmap_read_lock mmap_read_lock_killable mmap_read_trylock mmap_read_unlock mmap_write_lock mmap_write_lock_killable mmap_write_lock_nested mmap_write_unlock mmap_write_downgrade
    lock_vma_under_rcu vma_start_read vma_end_read vma_start_write hugetlb_vma_lock_read hugetlb_vma_unlock_read hugetlb_vma_lock_write hugetlb_vma_unlock_write hugetlb_vma_trylock_write hugetlb_vma_assert_locked
    i_mmap_lock_read i_mmap_unlock_read i_mmap_lock_write i_mmap_unlock_write anon_vma_lock_read anon_vma_unlock_read anon_vma_lock_write anon_vma_unlock_write folio_lock folio_trylock folio_unlock
    folio_lock_killable folio_lock_or_retry`),
  'what the rules look at': words(`handle_pte_fault do_anonymous_page do_wp_page wp_page_copy wp_page_shared finish_mkwrite_fault do_swap_page finish_fault set_pte_range hugetlb_fault hugetlb_no_page hugetlb_wp
    hugetlb_pte_stable hugetlb_handle_userfault vmf_pte_changed vmf_orig_pte_uffd_wp pte_unmap_same hpage_collapse_scan_pmd collapse_huge_page __collapse_huge_page_isolate retract_page_tables collapse_file
    shmem_get_folio_gfp break_ksm replace_page __replace_page try_to_unmap_one try_to_migrate_one remove_migration_pte migrate_vma_collect_pmd unuse_pte __split_huge_pmd_locked change_pte_range
    copy_hugetlb_page_range move_pages_pte move_present_pte move_swap_pte fixup_user_fault handle_mm_fault faultin_page faultin_page_range hmm_vma_fault fault_in_safe_writeable page_vma_mapped_walk`),
};

suite('hovers', () => {
  it.each(Object.entries(families))('know all of %s', (_, names) => {
    expect(names.filter((name) => describe(name) === undefined)).toEqual([]);
  });

  it('are many', () => {
    expect(allPrimitives.length).toBeGreaterThanOrEqual(580);
    expect(allDocumented.length).toBeGreaterThanOrEqual(480);
    expect(allConstants.length).toBeGreaterThanOrEqual(190);
  });
});
