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
  // mm/memory.c: do_swap_page(), for whoever raises such a fault on the way to something else, as khugepaged does.
  { name: 'do_swap_page', objects: ['pte', 'pmd', 'mm', 'vma', 'folio', 'page_table_lock'], calls: [], takes: [0], returns: 'vm_fault_t', text: `/*
 * A page in swap comes back: the entry maps it, read-only, with the uffd-wp bit where it
 * has kept it. Any other entry is left as it is, and so is one that changes meanwhile. A
 * fault that fails or drops its locks is not looked at.
 */
static vm_fault_t do_swap_page(struct vm_fault *vmf)
{
	spinlock_t *ptl = pte_lockptr(mm, pmd);
	pte_t entry;

	if (!is_swap_pte(vmf->orig_pte) || non_swap_entry(vmf->orig_pte))
		return 0;
	folio_lock(folio);
	spin_lock(ptl);
	if (pte_same(ptep_get(vmf->pte), vmf->orig_pte)) {
		entry = mk_pte(folio, vma->vm_page_prot);
		if (pte_swp_uffd_wp(vmf->orig_pte))
			entry = pte_mkuffd_wp(entry);
		set_pte_at(mm, 0, vmf->pte, entry);
	}
	spin_unlock(ptl);
	folio_unlock(folio);
	return 0;
}` },
  // mm/page_vma_mapped.c: the walk of one page finds one entry.
  { name: 'page_vma_mapped_walk', objects: ['pte', 'folio', 'page_table_lock'], calls: [], takes: [0], returns: 'bool', text: `/* There is one entry that may map the folio. It is found once. */
static bool page_vma_mapped_walk(struct page_vma_mapped_walk *pvmw)
{
	pte_t entry;

	if (pvmw->pte) {
		spin_unlock(pvmw->ptl);
		return false;
	}
	pvmw->pte = pte;
	pvmw->ptl = page_table_lock;
	spin_lock(page_table_lock);
	entry = ptep_get(pte);
	if (pte_present(entry) && pte_page(entry) == folio)
		return true;
	spin_unlock(page_table_lock);
	return false;
}` },
  { name: 'page_vma_mapped_walk_done', objects: [], calls: [], takes: [0], returns: 'void', text: `static void page_vma_mapped_walk_done(struct page_vma_mapped_walk *pvmw)
{
	if (pvmw->pte)
		spin_unlock(pvmw->ptl);
}` },
  // mm/swap_state.c: a page in swap comes back as the folio that it was. What can fail on the way is not looked at.
  ...['swap_cache_get_folio', 'lookup_swap_cache', 'swapin_readahead', 'swapin_sync'].map((name): LibraryFunction => ({ name, objects: ['folio'], calls: [], takes: [], returns: 'struct folio *', text: `static struct folio *${name}(void)
{
	return folio;
}` })),
  // lib/xarray.c: an entry of several indexes is written to the first here.
  { name: 'xas_set_order', objects: ['i_pages'], calls: [], takes: [0, 1], returns: 'void', text: `static void xas_set_order(struct xa_state *xas, unsigned long index)
{
	xas_set(xas, index);
}` },
  // A folio has one page here, and one that comes from swap is no KSM page of another process (mm/ksm.c: ksm_might_need_to_copy()), so that it is not copied.
  ...['page_folio', 'compound_head', 'folio_page', 'folio_file_page', 'ksm_might_need_to_copy'].map((name): LibraryFunction => ({ name, objects: [], calls: [], takes: [0], returns: 'struct folio *', text: `static struct folio *${name}(struct page *page)
{
	return page;
}` })),
  // mm/filemap.c, lib/err.c: a lookup that fails gives an error pointer, which scenarios write as NULL.
  { name: 'ERR_PTR', objects: [], calls: [], takes: [], returns: 'struct folio *', text: `static struct folio *ERR_PTR(void)
{
	return NULL;
}` },
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

/**
 * What a write of userspace does when the entry does not allow it, as far as write protection goes: an entry without a page gets it back, with the uffd-wp bit where
 * the entry has kept it; a protected one leads to an event; any other becomes writable. mm/memory.c: do_fault(), finish_fault(), do_swap_page(), do_wp_page();
 * mm/hugetlb.c: hugetlb_no_page(), hugetlb_fault(), hugetlb_wp().
 */
export function writeFault(isHuge: boolean, dropsTables: boolean): string {
  const lock = isHuge ? 'ptl = huge_pte_lock(h, mm, pte);' : 'ptl = pte_lockptr(mm, pmd);\n\tspin_lock(ptl);';
  const get = isHuge ? 'huge_ptep_get(mm, 0, pte)' : 'ptep_get(pte)';
  const set = isHuge ? (value: string) => `set_huge_pte_at(mm, 0, pte, ${value}, sz)` : (value: string) => `set_pte_at(mm, 0, pte, ${value})`;
  // mm/memory.c: __pte_alloc(), handle_pte_fault().
  const table = dropsTables ? `ptl = pmd_lock(mm, pmd);
	if (pmd_none(pmdp_get(pmd))) {
		/* A new page table, which is empty. */
		pte_clear(mm, 0, pte);
		pmd_populate(mm, pmd, PMD_TABLE);
	}
	spin_unlock(ptl);
	` : '';
  return `/*
 * A write of userspace that the entry does not allow. An entry without a page gets one,
 * with the uffd-wp bit where the entry has kept it; a protected page leads to an event;
 * any other page becomes writable.
 */
static vm_fault_t write_fault(void)
{
	struct vm_fault vmf = { .flags = FAULT_FLAG_DEFAULT | FAULT_FLAG_USER | FAULT_FLAG_WRITE, .pte = pte };
	spinlock_t *ptl;
	pte_t orig_pte, entry;

	${table}${lock}
	orig_pte = ${get};
	if (is_migration_entry(orig_pte) || pte_write(orig_pte)) {
		spin_unlock(ptl);
		return 0;
	}
	if (!pte_present(orig_pte)) {
		entry = mk_pte(folio, 0);
		if (pte_swp_uffd_wp_any(orig_pte))
			entry = pte_mkuffd_wp(entry);
		else
			entry = pte_mkwrite(entry, vma);
		${set('entry')};
		spin_unlock(ptl);
		return 0;
	}
	if (pte_uffd_wp(orig_pte)) {
		spin_unlock(ptl);
		return handle_userfault(&vmf, VM_UFFD_WP);
	}
	${set('pte_mkwrite(orig_pte, vma)')};
	spin_unlock(ptl);
	return 0;
}`;
}
