/** The types of shared objects: which words an object has. */
import { entryBits, folioFlagNames, slotBits, vmFlagNames } from './values';
import type { Word, WordKind } from './program';

export interface Field {
  readonly name: string;
  readonly kind: WordKind;
  readonly bits?: number;
  readonly flags?: Readonly<Record<number, string>>;
  /** What the kernel model calls the lock (`mm-lock` effects). */
  readonly lock?: string;
}

/**
 * Words of each type, in the order of their addresses. An object of a type with one unnamed field is that word. Pointers between objects are not words: where a
 * field is not listed here and names an object type in `links`, it stands for the scenario's only object of that type.
 */
export const objectTypes: ReadonlyMap<string, readonly Field[]> = new Map<string, readonly Field[]>([
  ['spinlock_t', [{ name: '', kind: 'lock' }]],
  ['struct mutex', [{ name: '', kind: 'lock', lock: 'mutex' }]],
  ['struct rw_semaphore', [{ name: '', kind: 'rwlock', lock: 'rw_semaphore' }]],
  ['struct mm_struct', [{ name: 'mmap_lock', kind: 'rwlock', lock: 'mmap_lock' }]],
  ['struct vm_area_struct', [
    { name: 'vm_flags', kind: 'int', bits: 7, flags: vmFlagNames },
    { name: 'vm_lock', kind: 'rwlock', lock: 'vma lock' },
    { name: 'hugetlb_vma_lock', kind: 'rwlock', lock: 'hugetlb vma lock' },
    { name: 'vm_private_data', kind: 'int', bits: 1, flags: { 1: 'HPAGE_RESV_OWNER' } },
  ]],
  ['struct address_space', [{ name: 'i_mmap_rwsem', kind: 'rwlock', lock: 'i_mmap_rwsem' }]],
  ['struct anon_vma', [{ name: 'rwsem', kind: 'rwlock', lock: 'anon_vma lock' }]],
  ['struct folio', [{ name: 'flags', kind: 'int', bits: 5, flags: folioFlagNames }, { name: 'lock', kind: 'lock', lock: 'folio lock' }]],
  ['struct page', [{ name: 'flags', kind: 'int', bits: 5, flags: folioFlagNames }, { name: 'lock', kind: 'lock', lock: 'folio lock' }]],
  ['pte_t', [{ name: '', kind: 'entry', bits: entryBits }]],
  ['pmd_t', [{ name: '', kind: 'entry', bits: entryBits }]],
  ['struct xarray', [{ name: '', kind: 'slot', bits: slotBits }]],
  ['int', [{ name: '', kind: 'int', bits: 16 }]],
  ['bool', [{ name: '', kind: 'int', bits: 1 }]],
  ['unsigned long', [{ name: '', kind: 'int', bits: 16 }]],
]);

/** Fields that lead from one object to another: the scenario's only object of that type. */
export const links: ReadonlyMap<string, string> = new Map([
  ['vm_mm', 'struct mm_struct'], ['mm', 'struct mm_struct'], ['vma', 'struct vm_area_struct'], ['anon_vma', 'struct anon_vma'],
  ['f_mapping', 'struct address_space'], ['mapping', 'struct address_space'], ['i_mapping', 'struct address_space'],
]);

/** How wide and of what kind a local of a type is. Pointers are `pointer`, everything unknown is a small integer. */
export function localShape(type: string): Pick<Word, 'kind' | 'bits'> {
  if (type.endsWith('*')) return { kind: 'pointer', bits: slotBits };
  if (type === 'pte_t' || type === 'pmd_t' || type === 'swp_entry_t' || type === 'softleaf_t') return { kind: 'entry', bits: entryBits };
  if (type === 'bool') return { kind: 'int', bits: 1 };
  return { kind: 'int', bits: 16 };
}
