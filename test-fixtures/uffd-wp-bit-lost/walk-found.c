/* A walk over the entries that map a page has found one: what is written there replaces something. */
static bool restore_bare(struct folio *folio, struct vm_area_struct *vma, unsigned long addr, void *arg)
{
	DEFINE_FOLIO_VMA_WALK(walk, folio, vma, addr, PVMW_SYNC | PVMW_MIGRATION);

	while (page_vma_mapped_walk(&walk)) {
		pte_t old = ptep_get(walk.pte);
		pte_t entry = mk_pte(folio_page(folio, 0), READ_ONCE(vma->vm_page_prot));

		if (pte_swp_soft_dirty(old))
			entry = pte_mksoft_dirty(entry);
		set_pte_at(vma->vm_mm, walk.address, walk.pte, entry);
//^^^^^^^^^^ warning[uffd-wp-bit-lost]: restore_bare()
	}
	return true;
}

static bool restore(struct folio *folio, struct vm_area_struct *vma, unsigned long addr, void *arg)
{
	DEFINE_FOLIO_VMA_WALK(walk, folio, vma, addr, PVMW_SYNC | PVMW_MIGRATION);

	while (page_vma_mapped_walk(&walk)) {
		pte_t old = ptep_get(walk.pte);
		pte_t entry = mk_pte(folio_page(folio, 0), READ_ONCE(vma->vm_page_prot));

		if (pte_swp_soft_dirty(old))
			entry = pte_mksoft_dirty(entry);
		if (pte_swp_uffd_wp(old))
			entry = pte_mkuffd_wp(entry);
		set_pte_at(vma->vm_mm, walk.address, walk.pte, entry);
	}
	return true;
}

/* A place in swap has no room for the bit: it lies beside it. */
int swap_out(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct folio *folio)
{
	spinlock_t *ptl;
	pte_t *slot, old;
	swp_entry_t place = folio->swap;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	old = ptep_clear_flush(vma, addr, slot);
	//    ^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: swap_out()
	if (pte_dirty(old))
		folio_mark_dirty(folio);
	set_pte_at(vma->vm_mm, addr, slot, swp_entry_to_pte(place));
	pte_unmap_unlock(slot, ptl);
	return 0;
}

/* The marker that was left is overwritten. */
int mark_and_replace(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct folio *folio)
{
	spinlock_t *ptl;
	pte_t *slot, old;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	old = ptep_clear_flush(vma, addr, slot);
	pte_install_uffd_wp_if_needed(vma, addr, slot, old);
	if (folio)
		set_pte_at(vma->vm_mm, addr, slot, mk_pte(folio_page(folio, 0), vma->vm_page_prot));
//^^^^^^^^^^ warning[uffd-wp-bit-lost]: mark_and_replace() replaces a marker
	pte_unmap_unlock(slot, ptl);
	return 0;
}
