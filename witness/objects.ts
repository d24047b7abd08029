/** Which object of a scenario a pointer of the kernel stands for. A scenario has one of each, named as the library threads name them. */

/** Pointers that are the same object wherever they are met: the type, and the scenario's name. */
const canonical: ReadonlyMap<string, string> = new Map([
  ['struct mm_struct *', 'mm'], ['struct vm_area_struct *', 'vma'], ['struct address_space *', 'mapping'], ['struct anon_vma *', 'anon_vma'], ['pmd_t *', 'pmd'],
]);

/** The name of the scenario's only object that pointers of this type lead to; undefined where a pointer is a variable of its own. */
export function canonicalOf(type: string | undefined): string | undefined {
  return type === undefined ? undefined : canonical.get(type);
}

/** Types of fields that lead from one object to another, or that the machine keeps in a local struct. */
const fieldTypes: ReadonlyMap<string, string> = new Map([
  ['vma', 'struct vm_area_struct *'], ['vm_mm', 'struct mm_struct *'], ['mm', 'struct mm_struct *'], ['f_mapping', 'struct address_space *'],
  ['i_mapping', 'struct address_space *'], ['mapping', 'struct address_space *'], ['anon_vma', 'struct anon_vma *'],
  ['pte', 'pte_t *'], ['pmd', 'pmd_t *'], ['ptl', 'spinlock_t *'], ['orig_pte', 'pte_t'], ['orig_pmd', 'pmd_t'], ['page', 'struct page *'], ['cow_page', 'struct page *'],
  ['folio', 'struct folio *'], ['flags', 'unsigned int'], ['vm_flags', 'unsigned long'],
]);

export function fieldType(field: string): string | undefined {
  return fieldTypes.get(field);
}

/** Fields of local structs (`struct vm_fault`, `struct page_vma_mapped_walk`) that the machine keeps. */
export const keptFields: ReadonlySet<string> = new Set(['pte', 'ptl', 'orig_pte', 'orig_pmd', 'page', 'cow_page', 'folio', 'flags']);

/** Structs whose fields a thread keeps in a local of its own. */
export function isLocalStruct(type: string): boolean {
  return /^struct (?:vm_fault|page_vma_mapped_walk|folio_walk|xa_state)$/.test(type);
}

export function isPointer(type: string): boolean {
  return type.endsWith('*');
}

export function pointee(type: string): string {
  return type.replace(/\s*\*$/, '');
}

/** Values of entries. */
export function isEntryType(type: string | undefined): boolean {
  return type === 'pte_t' || type === 'pmd_t' || type === 'swp_entry_t' || type === 'softleaf_t';
}

/** Pointers to folios and pages: known when a thread runs. */
export function isFolioType(type: string | undefined): boolean {
  return type === 'struct folio *' || type === 'struct page *';
}

/** Small integers of any type. */
export function isIntType(type: string | undefined): boolean {
  return type !== undefined && !isPointer(type) && !isEntryType(type) && !/^(?:struct|union) /.test(type);
}
