/* An entry of a file mapping is emptied. Its page comes back from the file, its write protection does not. */
static void zap_one(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get_and_clear_full(mm, addr, slot, tlb->fullmm);
	//    ^^^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: zap_one()
	if (pte_dirty(old))
		set_page_dirty(pte_page(old));
	tlb_remove_tlb_entry(tlb, slot, addr);
	pte_unmap_unlock(slot, ptl);
}

/* A marker stays behind. */
static void zap_one_with_marker(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get_and_clear_full(mm, addr, slot, tlb->fullmm);
	if (pte_dirty(old))
		set_page_dirty(pte_page(old));
	tlb_remove_tlb_entry(tlb, slot, addr);
	pte_install_uffd_wp_if_needed(vma, addr, slot, old);
	pte_unmap_unlock(slot, ptl);
}

/* The same by hand, where it is needed. */
static void zap_one_with_own_marker(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get_and_clear(mm, addr, slot);
	if (unlikely(pte_uffd_wp(old)))
		set_pte_at(mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
	pte_unmap_unlock(slot, ptl);
}

/* Read and emptied under one lock: both values are the same. */
static void zap_one_known(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct zap_details *details)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get(slot);
	if (pte_present(old)) {
		ptep_get_and_clear_full(mm, addr, slot, tlb->fullmm);
		if (userfaultfd_pte_wp(vma, old))
			zap_install_uffd_wp_if_needed(vma, addr, slot, 1, details, old);
	}
	pte_unmap_unlock(slot, ptl);
}

/* Not protected: there is nothing to lose. */
static int zap_one_unprotected(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	old = ptep_get(slot);
	if (!pte_present(old) || pte_uffd_wp(old)) {
		pte_unmap_unlock(slot, ptl);
		return -EBUSY;
	}
	ptep_clear_flush(vma, addr, slot);
	pte_unmap_unlock(slot, ptl);
	return 0;
}

/* The test is there, and the wrong way round. */
static int zap_one_protected(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	old = ptep_get(slot);
	if (pte_present(old) && pte_uffd_wp(old))
		ptep_clear_flush(vma, addr, slot);
//^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: zap_one_protected()
	pte_unmap_unlock(slot, ptl);
	return 0;
}

/* Registered or not cannot change: our caller holds mmap_lock. */
static void zap_one_unregistered(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl;
	pte_t *slot;

	if (userfaultfd_wp(vma))
		return;
	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	pte_clear(mm, addr, slot);
	pte_unmap_unlock(slot, ptl);
}
