/* A shared page is copied for a reader: a writer would have been stopped by the protection, a reader is not. */
static vm_fault_t unshare_tile(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, spinlock_t *ptl,
		bool unshare, struct folio *copy)
{
	pte_t seen = huge_ptep_get(mm, addr, ptep);
	pte_t old;

	if (!unshare && huge_pte_uffd_wp(seen))
		return 0;
	old = huge_ptep_clear_flush(vma, addr, ptep);
	//    ^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: unshare_tile()
	forget_tile(vma, pte_page(old));
	set_huge_pte_at(mm, addr, ptep, make_huge_pte(vma, &copy->page, !unshare), huge_page_size(hstate_vma(vma)));
	return 0;
}

static vm_fault_t unshare_tile_carrying(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, spinlock_t *ptl,
		bool unshare, struct folio *copy)
{
	pte_t seen = huge_ptep_get(mm, addr, ptep);
	pte_t entry = make_huge_pte(vma, &copy->page, !unshare);
	pte_t old;

	if (!unshare && huge_pte_uffd_wp(seen))
		return 0;
	old = huge_ptep_clear_flush(vma, addr, ptep);
	forget_tile(vma, pte_page(old));
	if (huge_pte_uffd_wp(seen))
		entry = huge_pte_mkuffd_wp(entry);
	set_huge_pte_at(mm, addr, ptep, entry, huge_page_size(hstate_vma(vma)));
	return 0;
}

/* For writers only: a protected entry does not get this far. */
static vm_fault_t copy_tile_for_writer(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, spinlock_t *ptl,
		struct folio *copy)
{
	pte_t seen = huge_ptep_get(mm, addr, ptep);

	if (huge_pte_uffd_wp(seen))
		return 0;
	huge_ptep_clear_flush(vma, addr, ptep);
	set_huge_pte_at(mm, addr, ptep, make_huge_pte(vma, &copy->page, 1), huge_page_size(hstate_vma(vma)));
	return 0;
}

vm_fault_t tile_shared_fault(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, unsigned int flags,
		struct folio *copy, int how)
{
	const bool unshare = flags & FAULT_FLAG_UNSHARE;
	spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), mm, ptep);
	vm_fault_t ret;

	if (how == 1)
		ret = unshare_tile_carrying(mm, vma, addr, ptep, ptl, unshare, copy);
	else if (how == 2)
		ret = copy_tile_for_writer(mm, vma, addr, ptep, ptl, copy);
	else
		ret = unshare_tile(mm, vma, addr, ptep, ptl, unshare, copy);
	spin_unlock(ptl);
	return ret;
}
