/** Questions about the value of an entry. */
import { type Notes, type Renaming, renamed, rowsOf, shape, test } from './build';
import type { Primitive, Shape } from './types';

const row = rowsOf('page-table');
const r1 = ['lockless-pte-to-userfault'];
const wpRules = ['uffd-wp-check-not-repeated', 'uffd-wp-bit-lost'];
const x86 = (name: string): string => `arch/x86/include/asm/pgtable.h:${name}`;
const pgtable = (name: string): string => `include/linux/pgtable.h:${name}`;
const leafops = (name: string): string => `include/linux/leafops.h:${name}`;
const swapops = (name: string): string => `include/linux/swapops.h:${name}`;

/** A test of the uffd-wp bit in present entries, or in those that are not. */
const bitOf = (form: 'present' | 'non-present', arity = 1, arg = arity - 1): Shape => shape(arity, { op: 'test', test: 'uffd-wp', arg, form });
/** True for an empty entry, and for one that holds a marker or the zero page. */
const noneOrMarker = shape(1, { op: 'test', test: 'none', arg: 0, orMarker: true });

/** Tests that are true for an entry with nothing in it. */
const none: readonly Primitive[] = [
  row('pte_none', test('none'), 'True when the entry is empty.', x86('pte_none'), {
    pitfall: 'An entry that is being changed is empty for a moment: on a value read without the page-table lock this proves nothing.', rules: r1,
  }),
  row('pte_none_mostly', noneOrMarker, 'True when the entry is empty or holds only a marker.', swapops('pte_none_mostly'), {
    since: [5, 19], until: [6, 18], pitfall: 'A marker may carry the uffd-wp bit: whoever fills the entry has to carry it over.', rules: [...r1, 'uffd-wp-not-carried-over'],
  }),
  row('huge_pte_none', test('none'), 'True when the hugetlb entry is empty.', 'include/asm-generic/hugetlb.h:huge_pte_none', {
    pitfall: 'hugetlb entries are empty for a moment while their protection changes; look again under huge_pte_lock.', rules: r1,
  }),
  row('huge_pte_none_mostly', noneOrMarker, 'True when the hugetlb entry is empty or holds only a marker.', 'include/asm-generic/hugetlb.h:huge_pte_none_mostly', {
    since: [5, 19], until: [6, 18], pitfall: 'On a value read without huge_pte_lock it proves nothing.', rules: r1,
  }),
  row('pmd_none', test('none'), 'True when the pmd entry is empty.', x86('pmd_none'), { pitfall: 'Look again under the pmd lock before filling it.', rules: r1 }),
  row('pud_none', test('none'), 'True when the pud entry is empty.', x86('pud_none')),
  row('pte_none_or_zero', noneOrMarker, 'True when the entry is empty or maps the shared zero page.', 'mm/khugepaged.c:pte_none_or_zero', { since: [6, 19], backported: { into: [[6, 12]], why: 'with a fix of khugepaged' } }),
  row('pte_range_none', shape(2, { op: 'test-slot', test: 'none', level: 'pte', slot: 0 }), 'True when a number of consecutive entries are all empty.', 'mm/memory.c:pte_range_none', {
    since: [6, 8], contract: { needs: 'the page-table lock, for an answer that lasts' },
    pitfall: 'Reads with ptep_get_lockless; the answer is stable only because the caller holds the lock.', rules: r1,
  }),
];

/** The bit is no longer that of write protection alone: 7.3 also has protection against any access (VM_UFFD_RWP), and renamed what is about the bit. */
const since73 = (entry: Primitive, newer: Renaming): readonly Primitive[] => renamed(entry, [7, 2], [7, 3], newer);

/** Tests of the uffd-wp bit and of markers. */
const uffd: readonly Primitive[] = [
  ...since73(row('pte_uffd_wp', bitOf('present'), 'True when a present pte is write-protected by userfaultfd.', x86('pte_uffd_wp'), {
    pitfall: 'For present entries only: a swap entry keeps the bit elsewhere (pte_swp_uffd_wp), an empty one in a marker.', rules: wpRules,
  }), { name: 'pte_uffd', source: x86('pte_uffd'), meaning: 'True when a present pte has the bit of userfaultfd: it is protected against writes, or against any access.', pitfall: 'For present entries only: a swap entry keeps the bit elsewhere (pte_swp_uffd), an empty one in a marker.' }),
  ...since73(row('huge_pte_uffd_wp', bitOf('present'), 'True when a present hugetlb entry is write-protected by userfaultfd.', 'include/asm-generic/hugetlb.h:huge_pte_uffd_wp', { since: [5, 19], rules: wpRules }), { name: 'huge_pte_uffd', source: 'include/asm-generic/hugetlb.h:huge_pte_uffd', meaning: 'True when a present hugetlb entry has the bit of userfaultfd.' }),
  ...since73(row('pmd_uffd_wp', bitOf('present'), 'True when a huge pmd is write-protected by userfaultfd.', x86('pmd_uffd_wp'), { rules: wpRules }), { name: 'pmd_uffd', source: x86('pmd_uffd'), meaning: 'True when a huge pmd has the bit of userfaultfd.' }),
  ...since73(row('pte_swp_uffd_wp', bitOf('non-present'), 'True when a swap entry carries the uffd-wp bit.', x86('pte_swp_uffd_wp'), { pitfall: 'For non-present entries only.', rules: wpRules }), { name: 'pte_swp_uffd', source: x86('pte_swp_uffd'), meaning: 'True when a swap entry carries the bit of userfaultfd.' }),
  ...since73(row('pmd_swp_uffd_wp', bitOf('non-present'), 'True when a non-present huge pmd carries the uffd-wp bit.', x86('pmd_swp_uffd_wp'), { rules: wpRules }), { name: 'pmd_swp_uffd', source: x86('pmd_swp_uffd'), meaning: 'True when a non-present huge pmd carries the bit of userfaultfd.' }),
  ...since73(row('pte_swp_uffd_wp_any', bitOf('non-present'), 'True when a swap entry or a marker carries the uffd-wp bit.', 'include/linux/userfaultfd_k.h:pte_swp_uffd_wp_any', { since: [5, 19], rules: wpRules }), { name: 'pte_swp_uffd_any', source: 'include/linux/userfaultfd_k.h:pte_swp_uffd_any', meaning: 'True when a swap entry carries the bit of userfaultfd, or a marker that of write protection.' }),
  row('pte_marker_uffd_wp', bitOf('non-present'), 'True when the entry is a marker that carries uffd-wp.', 'include/linux/userfaultfd_k.h:pte_marker_uffd_wp', {
    since: [5, 19], until: [6, 18], renamedTo: 'pte_is_uffd_wp_marker', rules: wpRules,
  }),
  row('pte_is_uffd_wp_marker', bitOf('non-present'), 'True when the entry is a marker that carries uffd-wp.', leafops('pte_is_uffd_wp_marker'), {
    since: [6, 19], renamedFrom: 'pte_marker_uffd_wp', rules: wpRules,
  }),
  row('pte_marker_entry_uffd_wp', bitOf('non-present'), 'True when the swap-style entry is a marker that carries uffd-wp.', 'include/linux/userfaultfd_k.h:pte_marker_entry_uffd_wp', {
    since: [5, 19], until: [6, 18], renamedTo: 'softleaf_is_uffd_wp_marker', rules: wpRules,
  }),
  row('softleaf_is_uffd_wp_marker', bitOf('non-present'), 'True when the leaf entry is a marker that carries uffd-wp.', leafops('softleaf_is_uffd_wp_marker'), {
    since: [6, 19], renamedFrom: 'pte_marker_entry_uffd_wp', rules: wpRules,
  }),
  row('userfaultfd_pte_wp', bitOf('present', 2), 'True when the vma is registered for write protection and the pte has the bit.', 'include/linux/userfaultfd_k.h:userfaultfd_pte_wp', {
    pitfall: 'As good as the value it is given: read it under the page-table lock.', rules: wpRules,
  }),
  row('userfaultfd_huge_pmd_wp', bitOf('present', 2), 'True when the vma is registered for write protection and the huge pmd has the bit.', 'include/linux/userfaultfd_k.h:userfaultfd_huge_pmd_wp', { rules: wpRules }),
  row('userfaultfd_pte_rwp', bitOf('present', 2), 'True when the vma is registered for protection against any access and the pte has the bit.', 'include/linux/userfaultfd_k.h:userfaultfd_pte_rwp', {
    since: [7, 3], pitfall: 'As good as the value it is given: read it under the page-table lock.', rules: wpRules,
  }),
  row('userfaultfd_huge_pmd_rwp', bitOf('present', 2), 'True when the vma is registered for protection against any access and the huge pmd has the bit.', 'include/linux/userfaultfd_k.h:userfaultfd_huge_pmd_rwp', { since: [7, 3], rules: wpRules }),
  row('is_pte_marker', test('marker'), 'True when the entry is a marker: nothing is mapped, but a note is left (uffd-wp, poison, guard).', swapops('is_pte_marker'), {
    since: [5, 19], until: [6, 18], renamedTo: 'pte_is_marker', pitfall: 'There are several kinds of marker; look which bits are set.',
  }),
  row('pte_is_marker', test('marker'), 'True when the entry is a marker: nothing is mapped, but a note is left (uffd-wp, poison, guard).', leafops('pte_is_marker'), { since: [6, 19], renamedFrom: 'is_pte_marker' }),
  row('is_pte_marker_entry', test('marker'), 'True when the swap-style entry is a marker.', swapops('is_pte_marker_entry'), { since: [5, 19], until: [6, 18], renamedTo: 'softleaf_is_marker' }),
  row('softleaf_is_marker', test('marker'), 'True when the leaf entry is a marker.', leafops('softleaf_is_marker'), { since: [6, 19], renamedFrom: 'is_pte_marker_entry' }),
  row('pte_is_uffd_marker', test('marker'), 'True when the entry is a marker of userfaultfd: uffd-wp, or poison set by UFFDIO_POISON.', leafops('pte_is_uffd_marker'), {
    since: [6, 19], pitfall: 'Together with pte_none it replaces pte_none_mostly; guard markers are not covered.', rules: r1,
  }),
  row('is_swapin_error_entry', test('other'), 'True for an entry that says that reading from swap failed.', swapops('is_swapin_error_entry'), { since: [5, 19], until: [6, 5], renamedTo: 'is_poisoned_swp_entry' }),
  row('is_poisoned_swp_entry', test('other-marker'), 'True for an entry whose marker says that the content is lost (failed swap read, UFFDIO_POISON).', swapops('is_poisoned_swp_entry'), { since: [6, 6], until: [6, 18], renamedTo: 'softleaf_is_poison_marker', renamedFrom: 'is_swapin_error_entry' }),
  row('softleaf_is_poison_marker', test('other-marker'), 'True for an entry whose marker says that the content is lost.', leafops('softleaf_is_poison_marker'), { since: [6, 19], renamedFrom: 'is_poisoned_swp_entry' }),
  row('is_guard_swp_entry', test('other-marker'), 'True for an entry that holds the marker of a guard region.', swapops('is_guard_swp_entry'), { since: [6, 13], until: [6, 18], renamedTo: 'softleaf_is_guard_marker' }),
  row('softleaf_is_guard_marker', test('other-marker'), 'True for an entry that holds the marker of a guard region.', leafops('softleaf_is_guard_marker'), { since: [6, 19], renamedFrom: 'is_guard_swp_entry' }),
];

/** What kind of entry a value is, and its permissions. */
const kinds: readonly Primitive[] = [
  row('pte_present', test('present'), 'True when the entry maps a page; also for a page that NUMA balancing or PROT_NONE hides.', x86('pte_present'), {
    pitfall: 'False for an empty entry, for swap and migration entries and for markers: ask further before filling it.',
  }),
  row('pmd_present', test('present'), 'True when the pmd maps a huge page or points to a table.', x86('pmd_present')),
  row('pud_present', test('present'), 'True when the pud maps a huge page or points to a table.', x86('pud_present')),
  row('is_swap_pte', test('swap'), 'True when the entry is neither empty nor present: a swap, migration or device entry, or a marker.', swapops('is_swap_pte'), {
    until: [6, 18], pitfall: 'Not only swap: find out the kind before using it. Gone in 6.19: ask pte_none and pte_present, or softleaf_is_swap.',
  }),
  row('is_swap_pmd', test('swap'), 'True when the pmd is neither empty nor present (a migration entry).', 'include/linux/huge_mm.h:is_swap_pmd', { until: [6, 18] }),
  row('pte_write', test('write'), 'True when the entry allows writing.', x86('pte_write')),
  row('huge_pte_write', test('write'), 'True when the hugetlb entry allows writing.', 'include/asm-generic/hugetlb.h:huge_pte_write'),
  row('pmd_write', test('write'), 'True when the huge pmd allows writing.', x86('pmd_write')),
  row('pud_write', test('write'), 'True when the huge pud allows writing.', x86('pud_write')),
  row('pmd_none_or_clear_bad', shape(1, { op: 'test-slot', test: 'other', level: 'pmd', slot: 0 }), 'True when there is no page table below the pmd; a corrupt pmd is reported and emptied.', pgtable('pmd_none_or_clear_bad')),
  row('pud_none_or_clear_bad', shape(1, { op: 'test-slot', test: 'other', level: 'pud', slot: 0 }), 'True when there is no table below the pud; a corrupt pud is reported and emptied.', pgtable('pud_none_or_clear_bad')),
  row('pud_trans_unstable', shape(1, { op: 'test-slot', test: 'other', level: 'pud', slot: 0 }), 'True when the pud may not be walked as a table at this moment.', pgtable('pud_trans_unstable')),
  row('pmd_trans_unstable', shape(1, { op: 'test-slot', test: 'other', level: 'pmd', slot: 0 }), 'True when the pmd may not be walked as a page table at this moment.', pgtable('pmd_trans_unstable'), {
    until: [6, 4], pitfall: 'Gone in 6.5: pte_offset_map and its relatives return NULL instead.',
  }),
  row('pmd_devmap_trans_unstable', shape(1, { op: 'test-slot', test: 'other', level: 'pmd', slot: 0 }), 'True when the pmd maps device memory or may not be walked as a page table.', pgtable('pmd_devmap_trans_unstable'), { until: [6, 4] }),
  row('pmd_none_or_trans_huge_or_clear_bad', shape(1, { op: 'test-slot', test: 'other', level: 'pmd', slot: 0 }), 'True when the pmd is empty, huge, being migrated or corrupt; a corrupt one is reported and emptied.', pgtable('pmd_none_or_trans_huge_or_clear_bad'), { until: [6, 4] }),
];

/** Bits and kinds that no rule asks for; they must not count as another test. */
const plain: readonly (readonly [name: string, meaning: string, source: string, notes?: Notes])[] = [
  ['pte_dirty', 'True when the page was written through this entry.', x86('pte_dirty')],
  ['pte_young', 'True when the page was accessed through this entry.', x86('pte_young')],
  ['pte_special', 'True when the entry maps something without a normal struct page, such as the zero page.', x86('pte_special')],
  ['pte_devmap', 'True when the entry maps device memory that has struct pages.', x86('pte_devmap'), { until: [6, 16] }],
  ['pte_protnone', 'True when the entry is hidden for NUMA balancing or PROT_NONE.', x86('pte_protnone')],
  ['pte_soft_dirty', 'True when the soft-dirty bit of a present entry is set.', x86('pte_soft_dirty')],
  ['pte_swp_soft_dirty', 'True when the soft-dirty bit of a swap entry is set.', x86('pte_swp_soft_dirty')],
  ['pte_swp_exclusive', 'True when the swap entry remembers that the anonymous page belonged to one process only.', x86('pte_swp_exclusive'), { since: [5, 19] }],
  ['huge_pte_dirty', 'True when the huge page was written through this entry.', 'include/asm-generic/hugetlb.h:huge_pte_dirty'],
  ['pmd_trans_huge', 'True when the pmd maps a transparent huge page.', x86('pmd_trans_huge')],
  ['pmd_devmap', 'True when the pmd maps device memory that has struct pages.', x86('pmd_devmap'), { until: [6, 16] }],
  ['pmd_leaf', 'True when the pmd maps memory itself and has no table below it.', x86('pmd_leaf')],
  ['pmd_bad', 'True when the pmd is no valid pointer to a table; a huge pmd counts as bad.', x86('pmd_bad')],
  ['pmd_dirty', 'True when the huge page was written through this entry.', x86('pmd_dirty')],
  ['pmd_young', 'True when the huge page was accessed through this entry.', x86('pmd_young')],
  ['pmd_protnone', 'True when the pmd is hidden for NUMA balancing or PROT_NONE.', x86('pmd_protnone')],
  ['pmd_soft_dirty', 'True when the soft-dirty bit of the huge pmd is set.', x86('pmd_soft_dirty')],
  ['pmd_swp_soft_dirty', 'True when the soft-dirty bit of a migration pmd is set.', x86('pmd_swp_soft_dirty')],
  ['pud_trans_huge', 'True when the pud maps a transparent huge page.', x86('pud_trans_huge')],
  ['pud_devmap', 'True when the pud maps device memory that has struct pages.', x86('pud_devmap'), { until: [6, 16] }],
  ['pud_leaf', 'True when the pud maps memory itself and has no table below it.', x86('pud_leaf')],
  ['pud_bad', 'True when the pud is no valid pointer to a table.', x86('pud_bad')],
  ['is_pmd_migration_entry', 'True when the pmd holds a migration entry.', swapops('is_pmd_migration_entry'), { until: [6, 18], renamedTo: 'pmd_is_migration_entry' }],
  ['is_huge_zero_pmd', 'True when the pmd maps the huge zero page.', 'include/linux/huge_mm.h:is_huge_zero_pmd'],
  ['is_hugetlb_entry_migration', 'True when the hugetlb entry is a migration entry.', 'mm/hugetlb.c:is_hugetlb_entry_migration', { until: [6, 18] }],
  ['is_hugetlb_entry_hwpoisoned', 'True when the hugetlb entry stands for poisoned memory.', 'mm/hugetlb.c:is_hugetlb_entry_hwpoisoned', { until: [6, 18] }],
  ['non_swap_entry', 'True when the entry is no real swap entry: migration, device, poison or marker.', swapops('non_swap_entry'), { until: [6, 18] }],
  ['is_migration_entry', 'True when the page behind the entry is being moved.', swapops('is_migration_entry'), { until: [6, 18], renamedTo: 'softleaf_is_migration' }],
  ['is_readable_migration_entry', 'True when the entry was read-only and not exclusive before the page began to move.', swapops('is_readable_migration_entry'), { since: [5, 19], until: [6, 18], renamedTo: 'softleaf_is_migration_read' }],
  ['is_readable_exclusive_migration_entry', 'True when the entry was read-only and exclusive before the page began to move.', swapops('is_readable_exclusive_migration_entry'), { since: [5, 19], until: [6, 18], renamedTo: 'softleaf_is_migration_read_exclusive' }],
  ['is_migration_entry_young', 'True when the page was accessed before it began to move; false where the entry has no room for the bit.', swapops('is_migration_entry_young'), { since: [6, 1], until: [6, 18], renamedTo: 'softleaf_is_migration_young' }],
  ['is_migration_entry_dirty', 'True when the page was written before it began to move; false where the entry has no room for the bit.', swapops('is_migration_entry_dirty'), { since: [6, 1], until: [6, 18], renamedTo: 'softleaf_is_migration_dirty' }],
  ['is_hwpoison_entry', 'True when the entry stands for memory with a hardware error.', swapops('is_hwpoison_entry')],
  ['is_device_private_entry', 'True when the page lives in device memory the CPU cannot read.', swapops('is_device_private_entry'), { until: [6, 18], renamedTo: 'softleaf_is_device_private' }],
  ['is_device_exclusive_entry', 'True when a device has exclusive access to the page for now.', swapops('is_device_exclusive_entry'), { since: [5, 14], until: [6, 18], renamedTo: 'softleaf_is_device_exclusive' }],
  ['is_writable_device_exclusive_entry', 'True when the page was writable before a device got exclusive access.', swapops('is_writable_device_exclusive_entry'), { since: [5, 14], until: [6, 14] }],
  ['is_pfn_swap_entry', 'True when the entry names a page frame: migration, device or poison.', swapops('is_pfn_swap_entry'), { since: [5, 14], until: [6, 18], renamedTo: 'softleaf_has_pfn' }],
  ['softleaf_is_none', 'True when the value was empty or present: there is nothing in the leaf entry.', leafops('softleaf_is_none'), { since: [6, 19] }],
  ['softleaf_is_swap', 'True when the leaf entry is a real swap entry.', leafops('softleaf_is_swap'), { since: [6, 19] }],
  ['softleaf_is_migration', 'True when the page behind the leaf entry is being moved.', leafops('softleaf_is_migration'), { since: [6, 19], renamedFrom: 'is_migration_entry' }],
  ['softleaf_is_migration_read', 'True for a migration entry that was read-only and not exclusive.', leafops('softleaf_is_migration_read'), { since: [6, 19], renamedFrom: 'is_readable_migration_entry' }],
  ['softleaf_is_migration_read_exclusive', 'True for a migration entry that was read-only and exclusive.', leafops('softleaf_is_migration_read_exclusive'), { since: [6, 19], renamedFrom: 'is_readable_exclusive_migration_entry' }],
  ['softleaf_is_migration_young', 'True when the page was accessed before it began to move; false where the entry has no room for the bit.', leafops('softleaf_is_migration_young'), { since: [6, 19], renamedFrom: 'is_migration_entry_young' }],
  ['softleaf_is_migration_dirty', 'True when the page was written before it began to move; false where the entry has no room for the bit.', leafops('softleaf_is_migration_dirty'), { since: [6, 19], renamedFrom: 'is_migration_entry_dirty' }],
  ['softleaf_is_device_private', 'True when the page lives in device memory the CPU cannot read.', leafops('softleaf_is_device_private'), { since: [6, 19], renamedFrom: 'is_device_private_entry' }],
  ['softleaf_is_device_exclusive', 'True when a device has exclusive access to the page for now.', leafops('softleaf_is_device_exclusive'), { since: [6, 19], renamedFrom: 'is_device_exclusive_entry' }],
  ['softleaf_is_hwpoison', 'True when the leaf entry stands for memory with a hardware error.', leafops('softleaf_is_hwpoison'), { since: [6, 19] }],
  ['softleaf_has_pfn', 'True when the leaf entry names a page frame: migration, device or poison.', leafops('softleaf_has_pfn'), { since: [6, 19], renamedFrom: 'is_pfn_swap_entry' }],
  ['pmd_is_migration_entry', 'True when the pmd holds a migration entry.', leafops('pmd_is_migration_entry'), { since: [6, 19], renamedFrom: 'is_pmd_migration_entry' }],
  ['pmd_is_device_private_entry', 'True when the huge page lives in device memory the CPU cannot read.', leafops('pmd_is_device_private_entry'), { since: [6, 19] }],
  ['pmd_is_valid_softleaf', 'True when the pmd holds a migration or device-private entry.', leafops('pmd_is_valid_softleaf'), { since: [6, 19] }],
  ['pmd_is_huge', 'True when the pmd has no table below it: it maps a huge page, or is neither empty nor present.', 'include/linux/huge_mm.h:pmd_is_huge', { since: [6, 19] }],
  ['pte_unused', 'True when a guest says that the page behind the entry is of no use to it (s390).', pgtable('pte_unused')],
  ['pte_huge', 'True when the entry maps a huge page.', x86('pte_huge')],
  ['pmd_huge', 'True when the pmd maps a hugetlb page.', 'include/linux/hugetlb.h:pmd_huge', { until: [6, 9], renamedTo: 'pmd_leaf' }],
  ['pud_huge', 'True when the pud maps a hugetlb page.', 'include/linux/hugetlb.h:pud_huge', { until: [6, 9], renamedTo: 'pud_leaf' }],
  ['pmd_large', 'True when the pmd maps memory itself and has no table below it.', x86('pmd_large'), { until: [6, 9], renamedTo: 'pmd_leaf' }],
  ['pud_large', 'True when the pud maps memory itself and has no table below it.', x86('pud_large'), { until: [6, 9], renamedTo: 'pud_leaf' }],
];

/** Entries that stand for a writable mapping: never write-protected by userfaultfd. */
const writable: readonly (readonly [name: string, meaning: string, source: string, notes?: Notes])[] = [
  ['is_writable_migration_entry', 'True when the entry was writable before the page began to move.', swapops('is_writable_migration_entry'), { since: [5, 14], until: [6, 18], renamedFrom: 'is_write_migration_entry', renamedTo: 'softleaf_is_migration_write' }],
  ['is_write_migration_entry', 'True when the entry was writable before the page began to move.', swapops('is_write_migration_entry'), { until: [5, 13], renamedTo: 'is_writable_migration_entry' }],
  ['softleaf_is_migration_write', 'True for a migration entry that was writable.', leafops('softleaf_is_migration_write'), { since: [6, 19], renamedFrom: 'is_writable_migration_entry' }],
  ['is_writable_device_private_entry', 'True when the device-private page may be written.', swapops('is_writable_device_private_entry'), { since: [5, 14], until: [6, 18], renamedFrom: 'is_write_device_private_entry', renamedTo: 'softleaf_is_device_private_write' }],
  ['is_write_device_private_entry', 'True when the device-private page may be written.', swapops('is_write_device_private_entry'), { until: [5, 13], renamedTo: 'is_writable_device_private_entry' }],
  ['softleaf_is_device_private_write', 'True when the device-private page may be written.', leafops('softleaf_is_device_private_write'), { since: [6, 19], renamedFrom: 'is_writable_device_private_entry' }],
];

/** Questions about the value in the first of two arguments; the second says whether it must be writable. */
const permitted: readonly (readonly [name: string, meaning: string, source: string])[] = [
  ['pte_access_permitted', 'True when the entry is present and allows the access.', pgtable('pte_access_permitted')],
  ['pmd_access_permitted', 'True when the pmd is present and allows the access.', pgtable('pmd_access_permitted')],
  ['pud_access_permitted', 'True when the pud is present and allows the access.', pgtable('pud_access_permitted')],
];

/** Tests of an entry's value. */
export const entryTests: readonly Primitive[] = [
  ...none, ...uffd, ...kinds, ...plain.map(([name, meaning, source, notes]) => row(name, test('other'), meaning, source, notes)),
  ...writable.map(([name, meaning, source, notes]) => row(name, test('write'), meaning, source, notes)),
  ...permitted.map(([name, meaning, source]) => row(name, test('other', 2, 0), meaning, source)),
];
