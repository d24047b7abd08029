/** userfaultfd proper: registration tests, events, markers. */
import { rowsOf, shape } from './build';
import type { Contract, Primitive } from './types';

const row = rowsOf('userfaultfd');
/** Registration takes mmap_lock for writing and, in 6.12, write-locks the vma (mm/userfaultfd.c:userfaultfd_set_ctx). */
const vmaLock: Contract = { needs: 'mmap_lock or the vma lock, for an answer that lasts' };
const header = (name: string): string => `include/linux/userfaultfd_k.h:${name}`;

const flags: readonly Primitive[] = [
  row('userfaultfd_missing', shape(1, { op: 'vma-flag', flag: 'missing', arg: 0 }), 'True when the vma is registered for faults on missing pages.', header('userfaultfd_missing'), {
    contract: vmaLock,
    pitfall: 'On a shared mapping every vma of the file has to be asked, under i_mmap_rwsem.', rules: ['hole-filled-under-uffd', 'lockless-pte-to-userfault'],
  }),
  row('userfaultfd_minor', shape(1, { op: 'vma-flag', flag: 'minor', arg: 0 }), 'True when the vma is registered for minor faults: page in the cache, entry empty.', header('userfaultfd_minor'), { since: [5, 13], contract: vmaLock, rules: ['lockless-pte-to-userfault'] }),
  row('userfaultfd_wp', shape(1, { op: 'vma-flag', flag: 'wp', arg: 0 }), 'True when the vma is registered for write protection.', header('userfaultfd_wp'), {
    contract: vmaLock, pitfall: 'Without these locks, as in reverse mapping or in khugepaged on a file, the answer may be old at once.', rules: ['uffd-wp-check-not-repeated', 'uffd-wp-bit-lost'] }),
  row('userfaultfd_rwp', shape(1, { op: 'vma-flag', flag: 'other', arg: 0 }), 'True when the vma is registered for protection against any access, reads included.', header('userfaultfd_rwp'), { since: [7, 3], contract: vmaLock, rules: ['uffd-wp-check-not-repeated', 'uffd-wp-bit-lost'] }),
  row('userfaultfd_protected', shape(1, { op: 'vma-flag', flag: 'wp', arg: 0 }), 'True when the vma is registered for write protection or for protection against any access: its entries may have the bit of userfaultfd.', header('userfaultfd_protected'), {
    since: [7, 3], contract: vmaLock, rules: ['uffd-wp-check-not-repeated', 'uffd-wp-bit-lost'],
  }),
  row('userfaultfd_rwp_async', shape(1, { op: 'vma-flag', flag: 'other', arg: 0 }), 'True when protection against any access is resolved by the kernel itself, without an event.', header('userfaultfd_rwp_async'), { contract: vmaLock, since: [7, 3] }),
  row('userfaultfd_armed', shape(1, { op: 'vma-flag', flag: 'armed', arg: 0 }), 'True when the vma is registered with userfaultfd in any mode.', header('userfaultfd_armed'), { contract: vmaLock, rules: ['uffd-wp-check-not-repeated'] }),
  row('userfaultfd_wp_async', shape(1, { op: 'vma-flag', flag: 'wp-async', arg: 0 }), 'True when write protection is resolved by the kernel itself, without an event.', header('userfaultfd_wp_async'), { contract: vmaLock, since: [6, 7] }),
  row('userfaultfd_wp_use_markers', shape(1, { op: 'vma-flag', flag: 'other', arg: 0 }), 'True when write protection of this vma also covers empty entries, by markers.', header('userfaultfd_wp_use_markers'), { contract: vmaLock, since: [6, 4] }),
  row('vma_has_uffd_without_event_remap', shape(1, { op: 'vma-flag', flag: 'drops-on-remap', arg: 0 }), 'True when the vma is registered and the monitor is not told about mremap, so that the protection is dropped with the move.', header('vma_has_uffd_without_event_remap'), { since: [6, 13], backported: { into: [[6, 1], [6, 12]], why: 'with the fix of mremap' } }),
  row('vma_is_anonymous', shape(1, { op: 'vma-flag', flag: 'anonymous', arg: 0 }), 'True when the vma maps no file; shmem and hugetlb count as files.', 'include/linux/mm.h:vma_is_anonymous', {
    pitfall: 'A private mapping of a file is not anonymous, although it holds anonymous pages.', rules: ['uffd-wp-bit-lost'],
  }),
  row('userfaultfd_wp_unpopulated', shape(1, { op: 'vma-flag', flag: 'other', arg: 0 }), 'True when write protection of anonymous memory covers pages that are not there yet.', header('userfaultfd_wp_unpopulated'), { since: [6, 4] }),
  row('uffd_disable_huge_pmd_share', shape(1, { op: 'vma-flag', flag: 'other', arg: 0 }), 'True when hugetlb page tables of this vma must not be shared (write protection or minor mode, since 7.3 also VM_UFFD_RWP).', header('uffd_disable_huge_pmd_share'), { since: [5, 13] }),
  row('uffd_disable_fault_around', shape(1, { op: 'vma-flag', flag: 'other', arg: 0 }), 'True when a fault must not map the neighbours as well (write protection or minor mode, since 7.3 also VM_UFFD_RWP).', header('uffd_disable_fault_around'), { since: [5, 19] }),
];

const events: readonly Primitive[] = [
  row('handle_userfault', shape(2, { op: 'event', reason: 1 }), 'Tells the monitor about the fault and sleeps until it is resolved; without FAULT_FLAG_ALLOW_RETRY, or with UFFD_FEATURE_SIGBUS, it returns VM_FAULT_SIGBUS.', 'fs/userfaultfd.c:handle_userfault', {
    contract: { needs: 'mmap_lock or the vma lock for reading', releases: 'mmap_lock or the vma lock, when it returns VM_FAULT_RETRY (not with FAULT_FLAG_RETRY_NOWAIT)', sleeps: true, stale: 'vma, page table, page: everything of this fault' },
    pitfall: 'Before it: look at the entry under the page-table lock, then drop every lock but mmap_lock or the vma lock. After VM_FAULT_RETRY: touch nothing of the vma.',
    rules: ['lockless-pte-to-userfault', 'use-after-userfault', 'userfault-with-lock-held', 'fake-write-fault'],
  }),
];

const markers: readonly Primitive[] = [
  row('pte_install_uffd_wp_if_needed', shape(4, { op: 'mark', slot: 2, old: 3 }), 'Leaves a uffd-wp marker in an emptied entry of a file mapping if the old value had the bit.', 'include/linux/mm_inline.h:pte_install_uffd_wp_if_needed', {
    since: [5, 19], until: [7, 2], renamedTo: 'cond_install_uffd_wp_ptes', contract: { needs: 'the page-table lock under which the entry was emptied' },
    pitfall: 'Needs the value that was really taken out, after the entry is empty and before the lock is dropped.', rules: ['uffd-wp-bit-lost'],
  }),
  row('cond_install_uffd_wp_ptes', shape(5, { op: 'mark', slot: 2, old: 3 }), 'Leaves uffd-wp markers in a number of emptied entries of a file mapping if the old value had the bit.', 'mm/memory.c:cond_install_uffd_wp_ptes', {
    since: [7, 3], renamedFrom: 'pte_install_uffd_wp_if_needed', contract: { needs: 'the page-table lock under which the entries were emptied' },
    pitfall: 'Needs the value that was really taken out, after the entries are empty and before the lock is dropped.', rules: ['uffd-wp-bit-lost'],
  }),
  row('zap_install_uffd_wp_if_needed', [
    shape(5, { op: 'mark', slot: 2, old: 4 }, { until: [6, 8] }),
    shape(6, { op: 'mark', slot: 2, old: 5 }, { since: [6, 9] }),
  ], 'As pte_install_uffd_wp_if_needed, unless the zap was asked to drop markers.', 'mm/memory.c:zap_install_uffd_wp_if_needed', {
    since: [5, 19], contract: { needs: 'the page-table lock under which the entry was emptied' }, rules: ['uffd-wp-bit-lost'],
  }),
];

/** What the kernel was built for. Without it there is no bit to lose: an analysis looks at kernels that have it. */
const builtFor: readonly Primitive[] = [
  row('pgtable_supports_uffd_wp', shape(0, { op: 'range', min: 1, max: 1 }), 'True when entries have a bit for write protection by userfaultfd on this machine.', 'include/asm-generic/pgtable_uffd.h:pgtable_supports_uffd_wp', {
    since: [6, 19], until: [7, 2], renamedTo: 'pgtable_supports_uffd',
  }),
  row('pgtable_supports_uffd', shape(0, { op: 'range', min: 1, max: 1 }), 'True when entries have a bit for userfaultfd on this machine.', 'include/asm-generic/pgtable_uffd.h:pgtable_supports_uffd', {
    since: [7, 3], renamedFrom: 'pgtable_supports_uffd_wp',
  }),
  row('uffd_supports_wp_marker', shape(0, { op: 'range', min: 1, max: 1 }), 'True when write protection of file mappings is there: entries have the bit, and markers keep it.', 'include/asm-generic/pgtable_uffd.h:uffd_supports_wp_marker', { since: [6, 19] }),
];

/** Everything of userfaultfd. */
export const userfaultfd: readonly Primitive[] = [...flags, ...events, ...markers, ...builtFor];
