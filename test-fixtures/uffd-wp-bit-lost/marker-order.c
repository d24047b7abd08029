/* The marker takes the place of the emptied entry, under the lock under which it was emptied, and is made from what was taken out. */
static void marker_first(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get(slot);
	pte_install_uffd_wp_if_needed(vma, addr, slot, old);
	old = ptep_get_and_clear(mm, addr, slot);
	//    ^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: marker_first()
	forget_page(vma, old);
	pte_unmap_unlock(slot, ptl);
}

static void marker_without_lock(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get_and_clear(mm, addr, slot);
	//    ^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: marker_without_lock()
	spin_unlock(ptl);
	forget_page(vma, old);
	pte_install_uffd_wp_if_needed(vma, addr, slot, old);
	pte_unmap(slot);
}

static void marker_in_time(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get_and_clear(mm, addr, slot);
	forget_page(vma, old);
	pte_install_uffd_wp_if_needed(vma, addr, slot, old);
	pte_unmap_unlock(slot, ptl);
}

/* Asks the emptied entry what it held. */
static void marker_from_nothing(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get_and_clear(mm, addr, slot);
	//    ^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: marker_from_nothing()
	forget_page(vma, old);
	pte_install_uffd_wp_if_needed(vma, addr, slot, ptep_get(slot));
	pte_unmap_unlock(slot, ptl);
}

/* The value was read before the lock was taken; the entry may have been protected since. */
static void marker_from_memory(struct vm_area_struct *vma, pmd_t *pmd, pte_t *slot, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t seen = ptep_get_lockless(slot);
	spinlock_t *ptl = pte_lockptr(mm, pmd);
	pte_t old;

	spin_lock(ptl);
	old = ptep_get_and_clear(mm, addr, slot);
	//    ^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: marker_from_memory()
	forget_page(vma, old);
	pte_install_uffd_wp_if_needed(vma, addr, slot, seen);
	spin_unlock(ptl);
}

/* It has not been: nothing changed. */
static void marker_from_good_memory(struct vm_area_struct *vma, pmd_t *pmd, pte_t *slot, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t seen = ptep_get_lockless(slot);
	spinlock_t *ptl = pte_lockptr(mm, pmd);

	spin_lock(ptl);
	if (pte_same(ptep_get(slot), seen)) {
		ptep_get_and_clear(mm, addr, slot);
		pte_install_uffd_wp_if_needed(vma, addr, slot, seen);
	}
	spin_unlock(ptl);
}

/* On one way out of the loop body there is none. */
static void marker_for_most(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *first, *slot;
	spinlock_t *ptl;

	first = slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!first)
		return;
	for (; addr != end; slot++, addr += PAGE_SIZE) {
		pte_t old = ptep_get(slot);
		struct page *page;

		if (!pte_present(old))
			continue;
		page = vm_normal_page(vma, addr, old);
		old = ptep_get_and_clear_full(mm, addr, slot, tlb->fullmm);
		//    ^^^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: marker_for_most()
		tlb_remove_tlb_entry(tlb, slot, addr);
		if (unlikely(!page))
			continue;
		pte_install_uffd_wp_if_needed(vma, addr, slot, old);
		if (pte_dirty(old))
			set_page_dirty(page);
	}
	pte_unmap_unlock(first, ptl);
}

static void marker_for_all(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *first, *slot;
	spinlock_t *ptl;

	first = slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!first)
		return;
	for (; addr != end; slot++, addr += PAGE_SIZE) {
		pte_t old = ptep_get(slot);
		struct page *page;

		if (!pte_present(old))
			continue;
		page = vm_normal_page(vma, addr, old);
		old = ptep_get_and_clear_full(mm, addr, slot, tlb->fullmm);
		tlb_remove_tlb_entry(tlb, slot, addr);
		pte_install_uffd_wp_if_needed(vma, addr, slot, old);
		if (unlikely(!page))
			continue;
		if (pte_dirty(old))
			set_page_dirty(page);
	}
	pte_unmap_unlock(first, ptl);
}
