/* A private copy takes the place of a page that was not protected when it was looked at. */
static vm_fault_t tile_copy_blindly(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, spinlock_t *ptl)
{
	pte_t seen = huge_ptep_get(mm, addr, ptep);
	struct hstate *h = hstate_vma(vma);
	struct folio *copy;
	pte_t old;

	if (huge_pte_uffd_wp(seen))
		return 0;
	spin_unlock(ptl);
	copy = copy_tile(vma, addr, pte_page(seen));
	spin_lock(ptl);
	if (!copy)
		return VM_FAULT_OOM;
	ptep = hugetlb_walk(vma, addr, huge_page_size(h));
	if (!ptep)
		return 0;
	old = huge_ptep_clear_flush(vma, addr, ptep);
	//    ^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: tile_copy_blindly()
	forget_tile(vma, pte_page(old));
	set_huge_pte_at(mm, addr, ptep, make_huge_pte(vma, &copy->page, 1), huge_page_size(h));
	return 0;
}

/* hugetlb_walk() may yield another entry than before, or none: it is compared all the same. */
static vm_fault_t tile_copy(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, spinlock_t *ptl)
{
	pte_t seen = huge_ptep_get(mm, addr, ptep);
	struct hstate *h = hstate_vma(vma);
	struct folio *copy;
	pte_t old;

	if (huge_pte_uffd_wp(seen))
		return 0;
	spin_unlock(ptl);
	copy = copy_tile(vma, addr, pte_page(seen));
	spin_lock(ptl);
	if (!copy)
		return VM_FAULT_OOM;
	ptep = hugetlb_walk(vma, addr, huge_page_size(h));
	if (likely(ptep && pte_same(huge_ptep_get(mm, addr, ptep), seen))) {
		old = huge_ptep_clear_flush(vma, addr, ptep);
		forget_tile(vma, pte_page(old));
		set_huge_pte_at(mm, addr, ptep, make_huge_pte(vma, &copy->page, 1), huge_page_size(h));
	}
	return 0;
}

vm_fault_t tile_copy_fault(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, bool blindly)
{
	spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), mm, ptep);
	vm_fault_t ret;

	if (blindly)
		ret = tile_copy_blindly(mm, vma, addr, ptep, ptl);
	else
		ret = tile_copy(mm, vma, addr, ptep, ptl);
	spin_unlock(ptl);
	return ret;
}
