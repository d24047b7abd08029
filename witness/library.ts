/** Functions that slices may call, in the dialect of scenarios and in our own words: what matters of kernel functions that are no primitives. */

/** A library function: its text, and what the scenario must declare for it. */
export interface LibraryFunction {
  readonly name: string;
  readonly text: string;
  readonly objects: readonly string[];
  /** Other library functions that it calls. */
  readonly calls: readonly string[];
  /** Arguments of the kernel's call that its own function takes; none for those that need none. */
  readonly takes: readonly number[];
  /** Type of the result. */
  readonly returns: string;
}

/** Finds the page in the page cache and locks it. Nobody truncates the file between the two in the worlds of a slice. */
const lookup = (name: string, kind: 'struct folio *' | 'struct page *'): LibraryFunction => ({
  name, objects: ['i_pages'], calls: [], takes: [], returns: kind,
  text: `/* The page cache, index 0: the folio there, locked. */
static ${kind}${name}(void)
{
	${kind}found = filemap_get_entry(&i_pages[0]);

	if (!found || xa_is_value(found))
		return NULL;
	folio_lock(found);
	return found;
}`,
});

const functions: readonly LibraryFunction[] = [
  lookup('filemap_lock_folio', 'struct folio *'), lookup('filemap_lock_hugetlb_folio', 'struct folio *'), lookup('find_lock_page', 'struct page *'),
  // mm/memory.c: handle_mm_fault(), handle_pte_fault(), do_wp_page(), wp_page_copy(), wp_page_reuse().
  { name: 'handle_mm_fault', objects: ['pte', 'pmd', 'vma', 'new_folio'], calls: [], takes: [2], returns: 'vm_fault_t', text: `/*
 * What a fault does to a page that is mapped and read-only. An entry that is empty, or
 * in swap, is left as it is, and so is one that changes meanwhile.
 */
static vm_fault_t handle_mm_fault(unsigned int flags)
{
	struct vm_fault vmf = { .flags = flags, .pte = pte };
	spinlock_t *ptl;
	pte_t orig_pte = ptep_get_lockless(pte);

	if (!pte_present(orig_pte))
		return 0;
	ptl = pte_lockptr(mm, pmd);
	spin_lock(ptl);
	if (!pte_same(ptep_get(pte), orig_pte) || pte_write(orig_pte)) {
		spin_unlock(ptl);
		return 0;
	}
	if (flags & FAULT_FLAG_UNSHARE) {
		/* A copy that is still read-only; the uffd-wp bit stays. */
		set_pte_at(mm, 0, pte, pte_uffd_wp(orig_pte) ? pte_mkuffd_wp(mk_pte(new_folio, 0)) : mk_pte(new_folio, 0));
		spin_unlock(ptl);
		return 0;
	}
	if (!(flags & FAULT_FLAG_WRITE)) {
		spin_unlock(ptl);
		return 0;
	}
	if (pte_uffd_wp(orig_pte)) {
		spin_unlock(ptl);
		return handle_userfault(&vmf, VM_UFFD_WP);
	}
	set_pte_at(mm, 0, pte, pte_mkwrite(orig_pte, vma));
	spin_unlock(ptl);
	return 0;
}` },
  // mm/filemap.c, lib/err.c: a lookup that fails gives an error pointer, which scenarios write as NULL.
  { name: 'IS_ERR', objects: [], calls: [], takes: [0], returns: 'bool', text: `static bool IS_ERR(struct folio *folio)
{
	return !folio;
}` },
  { name: 'IS_ERR_OR_NULL', objects: [], calls: [], takes: [0], returns: 'bool', text: `static bool IS_ERR_OR_NULL(struct folio *folio)
{
	return !folio;
}` },
];

export const library: ReadonlyMap<string, LibraryFunction> = new Map(functions.map((f) => [f.name, f]));
export const libraryNames: ReadonlySet<string> = new Set(library.keys());
