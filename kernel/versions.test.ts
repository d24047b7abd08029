/** Versions whose trees the other tests do not have: calls as read in their mm/ or in the patches that changed them, and names that they no longer or not yet have. */
import { describe, expect, it } from 'vitest';
import { anyArity } from './build';
import { builtinModel } from './model';
import type { Version } from './types';

interface Tree {
  readonly version: Version;
  /** Name and number of arguments of calls in mm/. */
  readonly calls: readonly string[];
  /** Names of the model that this version does not have. */
  readonly without: readonly string[];
}

const trees: readonly Tree[] = [
  {
    version: [5, 10],
    calls: [
      'huge_pte_alloc/3', 'huge_pte_offset/3', 'huge_ptep_get/1', 'huge_pte_none/1', 'set_huge_pte_at/4', 'set_huge_swap_pte_at/5', 'huge_ptep_get_and_clear/3',
      'huge_ptep_clear_flush/3', 'huge_pte_lock/3', 'make_huge_pte/3', 'arch_make_huge_pte/4', 'pte_offset_map_lock/4', 'pmdp_collapse_flush/3', 'pte_mkwrite/1',
      'pte_clear/3', 'gup_get_pte/1', 'pmd_read_atomic/1', 'make_migration_entry/2', 'is_write_migration_entry/1', 'migration_entry_to_page/1', 'i_mmap_lock_read/1',
      'mmap_write_trylock/1', 'handle_userfault/2', 'userfaultfd_missing/1', 'is_swap_pte/1', 'move_pte/4', 'set_pte_at_notify/4', 'print_bad_pte/4', 'handle_mm_fault/4',
      'page_vma_mapped_walk/1', 'ptep_modify_prot_start/3', 'xas_next/1', 'xas_store/2', 'arch_enter_lazy_mmu_mode/0', 'is_hugetlb_entry_migration/1',
    ],
    without: [
      'make_pte_marker', 'pte_install_uffd_wp_if_needed', 'userfaultfd_minor', 'huge_pte_uffd_wp', 'hugetlb_vma_lock_read', 'huge_pte_none_mostly', 'ptep_clear', 'folio_lock',
      'ptep_get_lockless', 'pmdp_get_lockless', 'lock_vma_under_rcu', 'make_readable_migration_entry', 'hugetlb_walk',
    ],
  },
  {
    version: [5, 15],
    calls: ['pte_swp_uffd_wp/1', 'is_swap_pte/1', 'pte_uffd_wp/1', 'userfaultfd_armed/1', 'mmap_write_trylock/1', 'i_mmap_lock_write/1', 'mk_huge_pmd/2', 'huge_pte_alloc/4', 'pfn_swap_entry_to_page/1', 'ptep_get_lockless/1'],
    without: ['make_migration_entry', 'pte_swp_uffd_wp_any', 'make_pte_marker', 'ptep_clear', 'folio_lock', 'is_readable_exclusive_migration_entry', 'gup_get_pte'],
  },
  {
    version: [5, 19],
    calls: [
      'zap_install_uffd_wp_if_needed/5', 'pte_install_uffd_wp_if_needed/4', 'pte_marker_entry_uffd_wp/1', 'pte_clear_not_present_full/4', 'ptep_get_and_clear_full/4',
      'pfn_swap_entry_to_page/1', 'pte_to_swp_entry/1', 'is_device_exclusive_entry/1', 'non_swap_entry/1', 'huge_pte_alloc/4', 'pmd_none_or_trans_huge_or_clear_bad/1', 'pmd_devmap/1',
    ],
    without: ['hugetlb_vma_lock_read', 'set_ptes', 'softleaf_from_pte', 'pte_offset_map_nolock', 'copy_pte_marker', 'hugetlb_walk', 'vma_has_uffd_without_event_remap'],
  },
  {
    version: [6, 6],
    calls: ['set_huge_pte_at/5', 'pte_mkwrite/2', 'huge_ptep_get/1', 'hugetlb_walk/3', 'pte_offset_map_nolock/4', 'set_ptes/5', 'lock_vma_under_rcu/2', 'zap_install_uffd_wp_if_needed/5', 'copy_pte_marker/2', 'pmdp_get_lockless_sync/0', 'xas_load/1', 'i_mmap_lock_read/1'],
    without: ['get_and_clear_full_ptes', 'pmd_trans_unstable', 'pmd_read_atomic', 'userfaultfd_wp_async', 'double_pt_lock', 'pte_range_none'],
  },
  {
    version: [6, 18],
    calls: [
      'huge_ptep_get/3', 'huge_ptep_get_and_clear/4', 'set_huge_pte_at/5', 'zap_install_uffd_wp_if_needed/6', 'get_and_clear_ptes/4', 'clear_ptes/4', 'modify_prot_start_ptes/4',
      'modify_prot_commit_ptes/6', 'folio_mk_pte/2', 'pte_offset_map_rw_nolock/5', 'is_swap_pte/1', 'pte_none_mostly/1', 'is_guard_swp_entry/1', 'is_pte_marker_entry/1', 'is_poisoned_swp_entry/1',
      'is_writable_migration_entry/1', 'pfn_swap_entry_folio/1', 'is_swap_pmd/1', 'pte_clear/3', 'set_pte_at/4', 'userfaultfd_wp_use_markers/1', 'arch_enter_lazy_mmu_mode/0', 'vma_start_read/2',
    ],
    without: ['softleaf_is_migration', 'pte_is_uffd_marker', 'pmd_devmap', 'pte_offset_map_nolock', 'mk_huge_pte', 'lazy_mmu_mode_enable', 'set_pte_at_notify'],
  },
  {
    version: [7, 1],
    calls: [
      'softleaf_from_pte/1', 'softleaf_is_uffd_wp_marker/1', 'softleaf_is_migration/1', 'softleaf_to_marker/1', 'softleaf_entry_wait_on_locked/2', 'pte_is_uffd_marker/1',
      'pte_is_uffd_wp_marker/1', 'pte_is_marker/1', 'swp_entry_to_pte/1', 'make_pte_marker/1', 'copy_pte_marker/2', 'get_and_clear_full_ptes/5', 'get_and_clear_ptes/4', 'clear_ptes/4',
      'clear_not_present_full_ptes/5', 'modify_prot_start_ptes/4', 'pte_offset_map_lock/4', 'pte_offset_map_ro_nolock/4', 'pte_offset_map_rw_nolock/5', 'huge_pmd_unshare/4', 'huge_pte_alloc/4',
      'huge_ptep_get/3', 'huge_ptep_get_and_clear/4', 'huge_pte_clear/4', 'set_huge_pte_at/5', 'make_huge_pte/3', 'arch_make_huge_pte/3', 'move_pte/3', 'lazy_mmu_mode_enable/0',
      'pmd_is_migration_entry/1', 'pmd_is_huge/1', 'vma_start_read_locked/1', 'lock_vma_under_rcu/2', 'folio_walk_start/4', 'print_bad_pte/4', 'swap_pte_batch/3', 'folio_pte_batch/4', 'pte_mkwrite/2',
      'vma_has_uffd_without_event_remap/1', 'userfaultfd_wp_use_markers/1', 'handle_userfault/2', 'zap_install_uffd_wp_if_needed/6', 'pmdp_invalidate_ad/3', 'pte_none_or_zero/1',
    ],
    without: [
      'pte_none_mostly', 'huge_pte_none_mostly', 'is_swap_pte', 'is_swap_pmd', 'non_swap_entry', 'is_migration_entry', 'pte_marker_uffd_wp', 'is_pte_marker', 'pmd_to_swp_entry', 'is_hugetlb_entry_migration',
      '__pte_offset_map_lock', '__get_locked_pte', 'migration_entry_wait_on_locked', 'pte_devmap', 'mk_pmd', 'mmap_write_trylock',
    ],
  },
  {
    version: [7, 2],
    calls: ['pte_uffd_wp/1', 'pte_swp_uffd_wp_any/1', 'pte_mkuffd_wp/1', 'pte_install_uffd_wp_if_needed/4', 'zap_install_uffd_wp_if_needed/6', 'uffd_supports_wp_marker/0', 'pgtable_supports_uffd_wp/0', 'softleaf_is_guard_marker/1'],
    without: ['pte_uffd', 'pte_mkuffd', 'userfaultfd_rwp', 'userfaultfd_protected', 'cond_install_uffd_wp_ptes', 'pgtable_supports_uffd'],
  },
  {
    version: [7, 3],
    calls: [
      'pte_uffd/1', 'pmd_uffd/1', 'huge_pte_uffd/1', 'pte_swp_uffd/1', 'pmd_swp_uffd/1', 'pte_swp_uffd_any/1', 'pte_mkuffd/1', 'huge_pte_mkuffd/1', 'pmd_mkuffd/1', 'pte_swp_mkuffd/1', 'pmd_swp_mkuffd/1',
      'pte_clear_uffd/1', 'huge_pte_clear_uffd/1', 'pmd_clear_uffd/1', 'pte_swp_clear_uffd/1', 'pmd_swp_clear_uffd/1', 'userfaultfd_rwp/1', 'userfaultfd_protected/1', 'userfaultfd_pte_rwp/2', 'userfaultfd_huge_pmd_rwp/2',
      'userfaultfd_pte_wp/2', 'userfaultfd_wp/1', 'clear_nonpresent_ptes/4', 'cond_install_uffd_wp_ptes/5', 'zap_install_uffd_wp_if_needed/6', 'uffd_supports_wp_marker/0', 'pgtable_supports_uffd/0', 'pte_is_uffd_wp_marker/1',
    ],
    without: ['clear_not_present_full_ptes', 'pte_clear_not_present_full', 'pte_uffd_wp', 'pmd_uffd_wp', 'pte_mkuffd_wp', 'pte_swp_uffd_wp', 'pte_swp_uffd_wp_any', 'pte_install_uffd_wp_if_needed', 'pgtable_supports_uffd_wp'],
  },
];

describe.each(trees)('kernel $version', ({ version, calls, without }) => {
  it('has these calls, with these numbers of arguments', () => {
    expect(calls.filter((call) => !hasCall(call, version))).toEqual([]);
  });

  it('does not have these names', () => {
    expect(without.filter((name) => covers(known(name), version))).toEqual([]);
  });
});

function hasCall(call: string, version: Version): boolean {
  const [name = '', arity] = call.split('/');
  const entry = known(name);
  return covers(entry, version) && entry.shapes.some((shape) => (shape.arity === Number(arity) || shape.arity === anyArity) && covers(shape, version));
}

function known(name: string) {
  const entry = builtinModel.primitives.get(name);
  if (entry === undefined) throw new Error(`${name} has no entry`);
  return entry;
}

function covers({ since, until }: { readonly since?: Version; readonly until?: Version }, version: Version): boolean {
  return (since === undefined || order(since) <= order(version)) && (until === undefined || order(version) <= order(until));
}

function order([major, minor]: Version): number {
  return major * 1000 + minor;
}
