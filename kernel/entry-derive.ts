/** Values computed from other values: nothing is read or written. Building one from a page or a frame number cannot carry the uffd-wp bit. */
import { type Notes, type Renaming, besideBit, derive, dropsBit, renamed, rowsOf, shape, withBit, withoutBit } from './build';
import type { Primitive, Shape } from './types';

const row = rowsOf('page-table');
const x86 = (name: string): string => `arch/x86/include/asm/pgtable.h:${name}`;
const linux = (name: string): string => `include/linux/pgtable.h:${name}`;
const hugetlb = (name: string): string => `include/asm-generic/hugetlb.h:${name}`;
const mm = (name: string): string => `include/linux/mm.h:${name}`;
const swapops = (name: string): string => `include/linux/swapops.h:${name}`;
const leafops = (name: string): string => `include/linux/leafops.h:${name}`;
const carry = ['uffd-wp-bit-lost', 'uffd-wp-not-carried-over'];
const fresh = 'The result never has the uffd-wp bit: set it again if the old value had it.';

/** The bit is no longer that of write protection alone: 7.3 also has protection against any access (VM_UFFD_RWP), and renamed what is about the bit. */
const since73 = (entry: Primitive, newer: Renaming): readonly Primitive[] => renamed(entry, [7, 2], [7, 3], newer);

const bits: readonly Primitive[] = [
  ...since73(row('pte_mkuffd_wp', withBit(1), 'The value with the uffd-wp bit set; since 6.3 also without write permission.', x86('pte_mkuffd_wp'), {
    pitfall: 'Up to 6.2 it leaves write permission alone: combine it with pte_wrprotect.', rules: [...carry, 'uffd-wp-without-wrprotect'],
  }), { name: 'pte_mkuffd', source: x86('pte_mkuffd'), meaning: 'The value with the bit of userfaultfd, without write permission.', pitfall: 'For protection against any access (VM_UFFD_RWP) the caller takes the other permissions away.' }),
  ...since73(row('huge_pte_mkuffd_wp', withBit(1), 'As pte_mkuffd_wp for a hugetlb entry.', hugetlb('huge_pte_mkuffd_wp'), { since: [5, 19], pitfall: 'Up to 6.2 it leaves write permission alone: combine it with huge_pte_wrprotect.', rules: [...carry, 'uffd-wp-without-wrprotect'] }), { name: 'huge_pte_mkuffd', source: hugetlb('huge_pte_mkuffd'), meaning: 'As pte_mkuffd for a hugetlb entry.', pitfall: 'For protection against any access (VM_UFFD_RWP) the caller takes the other permissions away.' }),
  ...since73(row('pmd_mkuffd_wp', withBit(1), 'As pte_mkuffd_wp for a huge pmd.', x86('pmd_mkuffd_wp'), { rules: [...carry, 'uffd-wp-without-wrprotect'] }), { name: 'pmd_mkuffd', source: x86('pmd_mkuffd'), meaning: 'As pte_mkuffd for a huge pmd.' }),
  ...since73(row('pte_swp_mkuffd_wp', withBit(1), 'The swap or migration entry with the uffd-wp bit set.', x86('pte_swp_mkuffd_wp'), { pitfall: 'For non-present entries; a present one keeps the bit elsewhere.', rules: carry }), { name: 'pte_swp_mkuffd', source: x86('pte_swp_mkuffd'), meaning: 'The swap or migration entry with the bit of userfaultfd set.' }),
  ...since73(row('pmd_swp_mkuffd_wp', withBit(1), 'The migration pmd with the uffd-wp bit set.', x86('pmd_swp_mkuffd_wp'), { rules: carry }), { name: 'pmd_swp_mkuffd', source: x86('pmd_swp_mkuffd'), meaning: 'The migration pmd with the bit of userfaultfd set.' }),
  ...since73(row('pte_clear_uffd_wp', dropsBit(1), 'The value without the uffd-wp bit; write permission is left alone.', x86('pte_clear_uffd_wp'), { rules: carry }), { name: 'pte_clear_uffd', source: x86('pte_clear_uffd'), meaning: 'The value without the bit of userfaultfd; permissions are left alone.' }),
  ...since73(row('huge_pte_clear_uffd_wp', dropsBit(1), 'The hugetlb value without the uffd-wp bit.', hugetlb('huge_pte_clear_uffd_wp'), { since: [5, 19], rules: carry }), { name: 'huge_pte_clear_uffd', source: hugetlb('huge_pte_clear_uffd'), meaning: 'The hugetlb value without the bit of userfaultfd.' }),
  ...since73(row('pmd_clear_uffd_wp', dropsBit(1), 'The huge pmd value without the uffd-wp bit.', x86('pmd_clear_uffd_wp'), { rules: carry }), { name: 'pmd_clear_uffd', source: x86('pmd_clear_uffd'), meaning: 'The huge pmd value without the bit of userfaultfd.' }),
  ...since73(row('pte_swp_clear_uffd_wp', dropsBit(1), 'The swap or migration entry without the uffd-wp bit.', x86('pte_swp_clear_uffd_wp'), { rules: carry }), { name: 'pte_swp_clear_uffd', source: x86('pte_swp_clear_uffd'), meaning: 'The swap or migration entry without the bit of userfaultfd.' }),
  ...since73(row('pmd_swp_clear_uffd_wp', dropsBit(1), 'The migration pmd without the uffd-wp bit.', x86('pmd_swp_clear_uffd_wp'), { rules: carry }), { name: 'pmd_swp_clear_uffd', source: x86('pmd_swp_clear_uffd'), meaning: 'The migration pmd without the bit of userfaultfd.' }),
  row('pte_swp_clear_flags', withoutBit(1), 'The swap entry without the bits kept beside it: exclusive, soft-dirty, uffd-wp.', swapops('pte_swp_clear_flags'), { since: [5, 19] }),
  row('make_pte_marker', withBit(1), 'A pte that maps nothing and carries only the given marker bits.', swapops('make_pte_marker'), {
    since: [5, 19], pitfall: 'Keeps write protection only when PTE_MARKER_UFFD_WP is among the bits given.', rules: carry,
  }),
  row('make_pte_marker_entry', withBit(1), 'As make_pte_marker, as a swap-style entry.', swapops('make_pte_marker_entry'), { since: [5, 19] }),
  row('copy_pte_marker', derive(2), 'The marker bits that a child keeps: uffd-wp only if its vma is registered, poison always.', 'include/linux/mm_inline.h:copy_pte_marker', { since: [6, 6], rules: ['uffd-wp-not-carried-over'] }),
];

/** Fresh values from a page, folio or frame number. */
const built: readonly Primitive[] = [
  ...named([
    ['mk_pte', 2, 'A new value that maps a page with the given protection.', x86('mk_pte')],
    ['folio_mk_pte', 2, 'A new value that maps the first page of a folio.', mm('folio_mk_pte'), { since: [6, 16] }],
    ['pfn_pte', 2, 'A new value that maps a page frame.', x86('pfn_pte')],
    ['pfn_t_pte', 2, 'A new value that maps a page frame (pfn_t).', 'include/linux/pfn_t.h:pfn_t_pte', { until: [6, 16] }],
    ['mk_pmd', 2, 'A new huge pmd value.', x86('mk_pmd'), { until: [6, 15] }],
    ['pfn_pmd', 2, 'A new huge pmd value that maps page frames.', x86('pfn_pmd')],
    ['mk_huge_pmd', 2, 'A new huge pmd value that maps a transparent huge page.', 'include/linux/huge_mm.h:mk_huge_pmd', { until: [6, 15] }],
    ['folio_mk_pmd', 2, 'A new huge pmd value that maps a folio.', mm('folio_mk_pmd'), { since: [6, 16] }],
    ['mk_huge_pte', 2, 'A new hugetlb value that maps a huge page.', hugetlb('mk_huge_pte'), { until: [6, 15] }],
    ['make_huge_pte', 3, 'A new hugetlb value for a vma, writable if asked and allowed.', 'mm/hugetlb.c:make_huge_pte'],
    ['pfn_pud', 2, 'A new huge pud value that maps page frames.', x86('pfn_pud')],
    ['swp_entry', 2, 'A swap-style entry from its type and offset.', swapops('swp_entry')],
  ], (arity) => withoutBit(arity), fresh),
  ...named([
    ['pte_to_swp_entry', 1, 'The swap-style entry in a pte; the bits kept beside it are gone.', swapops('pte_to_swp_entry')],
    ['pmd_to_swp_entry', 1, 'The swap-style entry in a pmd; the bits kept beside it are gone.', swapops('pmd_to_swp_entry'), { until: [6, 18], renamedTo: 'softleaf_from_pmd' }],
    ['softleaf_from_pte', 1, 'The leaf entry in a pte; the bits kept beside it are gone.', swapops('softleaf_from_pte'), { since: [6, 19], backported: { into: [[6, 12]], why: 'a second name of pte_to_swp_entry, for fixes of the reverse mapping' }, renamedFrom: 'pte_to_swp_entry' }],
    ['softleaf_from_pmd', 1, 'The leaf entry in a pmd; the bits kept beside it are gone.', leafops('softleaf_from_pmd'), { since: [6, 19], renamedFrom: 'pmd_to_swp_entry' }],
  ], (arity) => withoutBit(arity), 'Turned back into a pte it has lost the uffd-wp bit: carry it over with pte_swp_mkuffd_wp.'),
  ...named([
    ['make_readable_migration_entry', 1, 'A migration entry for a page that was mapped read-only.', swapops('make_readable_migration_entry'), { since: [5, 14], renamedFrom: 'make_migration_entry' }],
    ['make_readable_exclusive_migration_entry', 1, 'A migration entry for an exclusive page that was mapped read-only.', swapops('make_readable_exclusive_migration_entry'), { since: [5, 19] }],
    ['make_writable_migration_entry', 1, 'A migration entry for a page that was mapped writable.', swapops('make_writable_migration_entry'), { since: [5, 14] }],
    ['make_readable_device_private_entry', 1, 'An entry for a page in device memory, read-only.', swapops('make_readable_device_private_entry'), { since: [5, 14] }],
    ['make_writable_device_private_entry', 1, 'An entry for a page in device memory, writable.', swapops('make_writable_device_private_entry'), { since: [5, 14] }],
    ['make_readable_device_exclusive_entry', 1, 'An entry for a read-only page that a device uses alone for now.', swapops('make_readable_device_exclusive_entry'), { since: [5, 14], until: [6, 14], renamedTo: 'make_device_exclusive_entry' }],
    ['make_writable_device_exclusive_entry', 1, 'An entry for a writable page that a device uses alone for now.', swapops('make_writable_device_exclusive_entry'), { since: [5, 14], until: [6, 14], renamedTo: 'make_device_exclusive_entry' }],
    ['make_device_exclusive_entry', 1, 'An entry for a page that a device uses alone for now.', swapops('make_device_exclusive_entry'), { since: [6, 15] }],
    ['make_migration_entry', 2, 'A migration entry for a page, writable or read-only by the second argument.', swapops('make_migration_entry'), { until: [5, 13], renamedTo: 'make_readable_migration_entry' }],
    ['make_device_private_entry', 2, 'An entry for a page in device memory, writable or read-only by the second argument.', swapops('make_device_private_entry'), { until: [5, 13], renamedTo: 'make_readable_device_private_entry' }],
  ], (arity) => withoutBit(arity)),
  ...named([
    ['make_hwpoison_entry', 1, 'An entry for memory with a hardware error.', swapops('make_hwpoison_entry')],
  ], (arity) => dropsBit(arity)),
  row('make_swapin_error_entry', [shape(1, dropsBit(1).effect, { until: [6, 1] }), shape(0, dropsBit(0, []).effect, { since: [6, 2] })], 'An entry that says that reading from swap failed.', swapops('make_swapin_error_entry'), { since: [5, 19], until: [6, 5], renamedTo: 'make_poisoned_swp_entry' }),
  row('make_poisoned_swp_entry', dropsBit(0, []), 'An entry that says that the content is lost.', swapops('make_poisoned_swp_entry'), { since: [6, 6], renamedFrom: 'make_swapin_error_entry' }),
  row('make_guard_swp_entry', dropsBit(0, []), 'An entry that marks a guard region.', swapops('make_guard_swp_entry'), { since: [6, 13] }),
];

/** The page or frame behind a value. */
const pages = named([
  ['pte_page', 1, 'The page a present pte maps.', x86('pte_page')],
  ['pte_pfn', 1, 'The page frame a present pte maps.', x86('pte_pfn')],
  ['pmd_page', 1, 'The page a pmd maps, or the page of the table it points to.', x86('pmd_page')],
  ['pmd_pfn', 1, 'The first page frame a huge pmd maps.', x86('pmd_pfn')],
  ['pmd_folio', 1, 'The folio a huge pmd maps.', linux('pmd_folio'), { since: [6, 10] }],
  ['pud_pfn', 1, 'The first page frame a huge pud maps.', x86('pud_pfn')],
  ['pfn_swap_entry_to_page', 1, 'The page behind a migration, device or poison entry.', swapops('pfn_swap_entry_to_page'), { since: [5, 14], renamedFrom: 'migration_entry_to_page' }],
  ['migration_entry_to_page', 1, 'The page behind a migration entry.', swapops('migration_entry_to_page'), { until: [5, 13], renamedTo: 'pfn_swap_entry_to_page' }],
  ['device_private_entry_to_page', 1, 'The page behind an entry for device memory.', swapops('device_private_entry_to_page'), { until: [5, 13], renamedTo: 'pfn_swap_entry_to_page' }],
  ['swp_offset', 1, 'The offset in a swap-style entry: a place in a swap file, a page frame or marker bits.', swapops('swp_offset')],
  ['swp_type', 1, 'The type of a swap-style entry: a swap file, or what else it stands for.', swapops('swp_type')],
  ['swp_offset_pfn', 1, 'The page frame in a migration, device or poison entry.', swapops('swp_offset_pfn'), { since: [6, 1], renamedTo: 'softleaf_to_pfn' }],
  ['softleaf_to_pfn', 1, 'The page frame in a migration, device or poison entry.', swapops('softleaf_to_pfn'), { since: [6, 19], backported: { into: [[6, 12]], why: 'a second name of swp_offset_pfn, for fixes of the reverse mapping' }, renamedFrom: 'swp_offset_pfn' }],
  ['pfn_swap_entry_folio', 1, 'The folio behind a migration, device or poison entry.', swapops('pfn_swap_entry_folio'), { since: [6, 9] }],
  ['softleaf_to_page', 1, 'The page behind a migration, device or poison entry.', leafops('softleaf_to_page'), { since: [6, 19] }],
  ['pmd_to_softleaf_folio', 1, 'The folio behind a migration or device-private pmd.', leafops('pmd_to_softleaf_folio'), { since: [7, 1] }],
  ['softleaf_to_folio', 1, 'The folio behind a migration, device or poison entry.', leafops('softleaf_to_folio'), { since: [6, 19] }],
], (arity) => withoutBit(arity));

/** The page behind an entry as the vma sees it: the value is the third argument. */
const normalPages = named([
  ['vm_normal_page', 3, 'The page a present pte maps, or NULL for memory that is not reference-counted.', 'mm/memory.c:vm_normal_page'],
  ['vm_normal_folio', 3, 'The folio a present pte maps, or NULL for memory that is not reference-counted.', 'mm/memory.c:vm_normal_folio', { since: [6, 1] }],
  ['vm_normal_page_pmd', 3, 'The page a huge pmd maps, or NULL for memory that is not reference-counted.', 'mm/memory.c:vm_normal_page_pmd'],
  ['vm_normal_folio_pmd', 3, 'The folio a huge pmd maps, or NULL for memory that is not reference-counted.', 'mm/memory.c:vm_normal_folio_pmd', { since: [6, 8] }],
], (arity) => withoutBit(arity, [2]));

/** The same value with other permission or accounting bits. */
const changed: readonly Primitive[] = [
  row('pte_mkwrite', [shape(1, derive(1).effect, { until: [6, 5] }), shape(2, derive(2).effect, { since: [6, 6] })], 'The value with write permission.', x86('pte_mkwrite'), {
    pitfall: 'On a uffd-wp value it undoes the write protection.', rules: ['uffd-wp-without-wrprotect'],
  }),
  row('pmd_mkwrite', [shape(1, derive(1).effect, { until: [6, 5] }), shape(2, derive(2).effect, { since: [6, 6] })], 'The huge pmd value with write permission.', x86('pmd_mkwrite')),
  row('arch_make_huge_pte', [shape(4, derive(4).effect, { until: [5, 13] }), shape(3, derive(3).effect, { since: [5, 14] })], 'The hugetlb value with what the architecture adds for its size.', 'include/linux/hugetlb.h:arch_make_huge_pte'),
  row('move_pte', [shape(4, derive(4).effect, { until: [6, 11] }), shape(3, derive(3).effect, { since: [6, 12] })], 'The value as it has to be at another address; the same on most architectures.', linux('move_pte'), {
    pitfall: 'Carries the uffd-wp bit over; whether the new vma wants it is another question.', rules: ['uffd-wp-not-carried-over'],
  }),
  ...named([
    ['pte_mkwrite_novma', 1, 'The value with write permission, no matter what the vma is.', x86('pte_mkwrite_novma'), { since: [6, 6] }],
    ['pmd_mkwrite_novma', 1, 'The huge pmd value with write permission, no matter what the vma is.', x86('pmd_mkwrite_novma'), { since: [6, 6] }],
    ['pte_wrprotect', 1, 'The value without write permission.', x86('pte_wrprotect')],
    ['pmd_wrprotect', 1, 'The huge pmd value without write permission.', x86('pmd_wrprotect')],
    ['pud_wrprotect', 1, 'The huge pud value without write permission.', x86('pud_wrprotect')],
    ['pte_mkdirty', 1, 'The value with the dirty bit.', x86('pte_mkdirty')],
    ['pte_mkclean', 1, 'The value without the dirty bit.', x86('pte_mkclean')],
    ['pte_mkyoung', 1, 'The value with the accessed bit.', x86('pte_mkyoung')],
    ['pte_sw_mkyoung', 1, 'The value with the accessed bit, where software keeps it.', linux('pte_sw_mkyoung')],
    ['pte_mkold', 1, 'The value without the accessed bit.', x86('pte_mkold')],
    ['pte_mkspecial', 1, 'The value marked as having no normal struct page.', x86('pte_mkspecial')],
    ['pte_mkdevmap', 1, 'The value marked as device memory with struct pages.', x86('pte_mkdevmap'), { until: [6, 16] }],
    ['pte_mkhuge', 1, 'The value marked as mapping a huge page.', x86('pte_mkhuge')],
    ['pte_mksoft_dirty', 1, 'The value with the soft-dirty bit.', x86('pte_mksoft_dirty')],
    ['pte_clear_soft_dirty', 1, 'The value without the soft-dirty bit.', x86('pte_clear_soft_dirty')],
    ['pte_modify', 2, 'The value with another protection; the uffd-wp bit stays.', x86('pte_modify')],
    ['huge_pte_modify', 2, 'The hugetlb value with another protection; the uffd-wp bit stays.', hugetlb('huge_pte_modify')],
    ['pud_modify', 2, 'The huge pud value with another protection.', x86('pud_modify'), { since: [6, 12] }],
    ['pmd_modify', 2, 'The huge pmd value with another protection; the uffd-wp bit stays.', x86('pmd_modify')],
    ['maybe_mkwrite', 2, 'The value with write permission if the vma allows writing.', mm('maybe_mkwrite')],
    ['maybe_pmd_mkwrite', 2, 'The huge pmd value with write permission if the vma allows writing.', 'mm/huge_memory.c:maybe_pmd_mkwrite'],
    ['huge_pte_mkwrite', 1, 'The hugetlb value with write permission.', hugetlb('huge_pte_mkwrite')],
    ['huge_pte_wrprotect', 1, 'The hugetlb value without write permission.', hugetlb('huge_pte_wrprotect')],
    ['huge_pte_mkdirty', 1, 'The hugetlb value with the dirty bit.', hugetlb('huge_pte_mkdirty')],
    ['pmd_mkdirty', 1, 'The huge pmd value with the dirty bit.', x86('pmd_mkdirty')],
    ['pmd_mkclean', 1, 'The huge pmd value without the dirty bit.', x86('pmd_mkclean')],
    ['pmd_mkyoung', 1, 'The huge pmd value with the accessed bit.', x86('pmd_mkyoung')],
    ['pmd_mkold', 1, 'The huge pmd value without the accessed bit.', x86('pmd_mkold')],
    ['pmd_mkhuge', 1, 'The pmd value marked as mapping a huge page.', x86('pmd_mkhuge')],
    ['pmd_mkinvalid', 1, 'The huge pmd value made not present.', x86('pmd_mkinvalid')],
    ['pmd_mksoft_dirty', 1, 'The huge pmd value with the soft-dirty bit.', x86('pmd_mksoft_dirty')],
    ['pmd_clear_soft_dirty', 1, 'The huge pmd value without the soft-dirty bit.', x86('pmd_clear_soft_dirty')],
    ['pmd_swp_clear_soft_dirty', 1, 'The migration pmd without the soft-dirty bit.', linux('pmd_swp_clear_soft_dirty')],
    ['pmd_mkspecial', 1, 'The huge pmd value marked as having no normal struct page.', mm('pmd_mkspecial'), { since: [6, 12] }],
    ['pud_mkspecial', 1, 'The huge pud value marked as having no normal struct page.', mm('pud_mkspecial'), { since: [6, 12] }],
    ['pmd_mkdevmap', 1, 'The huge pmd value marked as device memory with struct pages.', x86('pmd_mkdevmap'), { until: [6, 16] }],
    ['pmd_swp_mksoft_dirty', 1, 'The migration pmd with the soft-dirty bit.', x86('pmd_swp_mksoft_dirty')],
    ['pte_swp_mksoft_dirty', 1, 'The swap entry with the soft-dirty bit.', x86('pte_swp_mksoft_dirty')],
    ['pte_swp_clear_soft_dirty', 1, 'The swap entry without the soft-dirty bit.', x86('pte_swp_clear_soft_dirty')],
    ['pte_swp_mkexclusive', 1, 'The swap entry that remembers an exclusive page.', x86('pte_swp_mkexclusive'), { since: [5, 19] }],
    ['pte_swp_clear_exclusive', 1, 'The swap entry of a page that may be shared.', x86('pte_swp_clear_exclusive'), { since: [5, 19] }],
    ['move_soft_dirty_pte', 1, 'The value marked soft-dirty after a move, present or not.', 'mm/mremap.c:move_soft_dirty_pte'],
    ['move_soft_dirty_pmd', 1, 'The pmd value marked soft-dirty after a move, present or not.', 'mm/huge_memory.c:move_soft_dirty_pmd'],
    ['pte_next_pfn', 1, 'The same value for the next page frame.', linux('pte_next_pfn'), { since: [6, 6] }],
    ['pte_advance_pfn', 2, 'The same value for a page frame further on.', linux('pte_advance_pfn'), { since: [6, 9] }],
    ['pte_move_swp_offset', 2, 'The swap entry for a place further on in the swap file; the bits kept beside it stay.', 'mm/internal.h:pte_move_swp_offset', { since: [6, 11] }],
    ['pte_next_swp_offset', 1, 'The swap entry for the next place in the swap file; the bits kept beside it stay.', 'mm/internal.h:pte_next_swp_offset', { since: [6, 10] }],
    ['make_migration_entry_young', 1, 'The migration entry that remembers an accessed page.', swapops('make_migration_entry_young'), { since: [6, 1] }],
    ['make_migration_entry_dirty', 1, 'The migration entry that remembers a written page.', swapops('make_migration_entry_dirty'), { since: [6, 1] }],
    ['pte_marker_get', 1, 'The marker bits in a swap-style entry.', swapops('pte_marker_get'), { since: [5, 19], until: [6, 18], renamedTo: 'softleaf_to_marker' }],
    ['softleaf_to_marker', 1, 'The marker bits in a leaf entry.', leafops('softleaf_to_marker'), { since: [6, 19], renamedFrom: 'pte_marker_get' }],
    ['pmd_pgtable', 1, 'The page table a pmd points to.', 'include/linux/pgtable.h:pmd_pgtable'],
    ['pte_val', 1, 'The raw number in a pte.', x86('pte_val')],
    ['pmd_val', 1, 'The raw number in a pmd.', x86('pmd_val')],
    ['__pte', 1, 'A pte from its raw number.', x86('__pte')],
    ['__pmd', 1, 'A pmd from its raw number.', x86('__pmd')],
  ], (arity) => derive(arity)),
  ...named([
    ['swp_entry_to_pte', 1, 'The pte for a swap-style entry.', swapops('swp_entry_to_pte')],
    ['swp_entry_to_pmd', 1, 'The pmd for a migration entry.', swapops('swp_entry_to_pmd')],
    ['softleaf_to_pte', 1, 'The pte for a leaf entry.', leafops('softleaf_to_pte'), { since: [6, 19], renamedFrom: 'swp_entry_to_pte' }],
  ], (arity) => besideBit(arity)),
];

/** Wrappers around any expression. */
const wrappers = named([
  ['READ_ONCE', 1, 'Reads a variable exactly once; the compiler may not repeat or split the read.', 'include/asm-generic/rwonce.h:READ_ONCE'],
  ['data_race', 1, 'The value of the expression; tells KCSAN that a race here is known.', 'include/linux/compiler.h:data_race'],
  ['likely', 1, 'The condition, expected to be true.', 'include/linux/compiler.h:likely'],
  ['unlikely', 1, 'The condition, expected to be false.', 'include/linux/compiler.h:unlikely'],
  ['WARN_ON', 1, 'The condition; prints a warning when it is true.', 'include/asm-generic/bug.h:WARN_ON'],
  ['WARN_ON_ONCE', 1, 'The condition; prints a warning the first time it is true.', 'include/asm-generic/bug.h:WARN_ON_ONCE'],
  ['VM_WARN_ON_ONCE', 1, 'The condition; prints a warning the first time it is true, in CONFIG_DEBUG_VM kernels.', 'include/linux/mmdebug.h:VM_WARN_ON_ONCE'],
], () => derive(1));

type NamedRow = readonly [name: string, arity: number, meaning: string, source: string, notes?: Notes];

/** Rows that differ only in name, number of arguments and words. */
function named(rows: readonly NamedRow[], shapeOf: (arity: number) => Shape, pitfall?: string): readonly Primitive[] {
  return rows.map(([name, arity, meaning, source, notes]) => row(name, shapeOf(arity), meaning, source, { ...(pitfall === undefined ? {} : { pitfall, rules: carry }), ...notes }));
}

/** Everything that computes a value. */
export const entryDerive: readonly Primitive[] = [...bits, ...built, ...pages, ...normalPages, ...changed, ...wrappers];
