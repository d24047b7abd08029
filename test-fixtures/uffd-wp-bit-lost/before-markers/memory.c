/*
 * A kernel without markers (before 5.19): only private anonymous memory can be protected, and of an entry that is emptied nothing is kept. What is
 * put in the place of another entry still has to carry the bit.
 */
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags, struct pt_regs *regs)
{
	return walk_and_fault(vma, address, flags);
}

int drop_one(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	ptep_clear_flush(vma, addr, slot);
	pte_unmap_unlock(slot, ptl);
	return 0;
}

int drop_one_huge(struct vm_area_struct *vma, struct hstate *h, unsigned long addr, pte_t *slot)
{
	spinlock_t *ptl;

	ptl = huge_pte_lock(h, vma->vm_mm, slot);
	huge_ptep_get_and_clear(vma->vm_mm, addr, slot);
	spin_unlock(ptl);
	return 0;
}

int put_back_from_swap(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct page *page, pte_t expected)
{
	spinlock_t *ptl;
	pte_t *slot, old;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	old = *slot;
	if (is_swap_pte(old) && pte_same(old, expected))
		set_pte_at(vma->vm_mm, addr, slot, pte_mkold(mk_pte(page, vma->vm_page_prot)));
//^^^^^^^^ warning[uffd-wp-bit-lost]: put_back_from_swap()
	pte_unmap_unlock(slot, ptl);
	return 0;
}

int put_back_protected(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct page *page, pte_t expected)
{
	spinlock_t *ptl;
	pte_t *slot, old, new;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	old = *slot;
	if (is_swap_pte(old) && pte_same(old, expected)) {
		new = pte_mkold(mk_pte(page, vma->vm_page_prot));
		if (pte_swp_uffd_wp(old))
			new = pte_mkuffd_wp(new);
		set_pte_at(vma->vm_mm, addr, slot, new);
	}
	pte_unmap_unlock(slot, ptl);
	return 0;
}
