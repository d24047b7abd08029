/* No word of write protection by userspace in the whole file: somebody may have a reason why there is none, so this is weaker. */
static int put_breakpoint_page(struct vm_area_struct *vma, unsigned long addr, struct page *old_page, struct page *new_page)
{
	struct page_vma_mapped_walk pvmw = {
		.vma = vma,
		.address = addr,
	};
	pte_t old;

	while (page_vma_mapped_walk(&pvmw)) {
		old = ptep_clear_flush(vma, addr, pvmw.pte);
		//    ^^^^^^^^^^^^^^^^ information[uffd-wp-bit-lost]: put_breakpoint_page()
		flush_cache_page(vma, addr, pte_pfn(old));
		set_pte_at(vma->vm_mm, addr, pvmw.pte, mk_pte(new_page, vma->vm_page_prot));
	}
	return 0;
}

static void forget_one(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (slot) {
		pte_clear(vma->vm_mm, addr, slot);
//^^^^^^^^^ information[uffd-wp-bit-lost]: forget_one()
		pte_unmap_unlock(slot, ptl);
	}
}

/* What is put back is not lost. */
static void age_one(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl)
{
	spin_lock(ptl);
	set_pte_at(vma->vm_mm, addr, slot, pte_mkold(ptep_get_and_clear(vma->vm_mm, addr, slot)));
	spin_unlock(ptl);
}
