/* Markers of other kinds have no uffd-wp bit: guard regions, and what was poisoned. */
static bool is_guarded(pte_t entry)
{
	const softleaf_t leaf = softleaf_from_pte(entry);

	return softleaf_is_guard_marker(leaf);
}

static int lift_guard(pte_t *slot, unsigned long addr, unsigned long next, struct mm_walk *walk)
{
	pte_t entry = ptep_get(slot);

	if (is_guarded(entry)) {
		pte_clear_not_present_full(walk->mm, addr, slot, false);
		update_mmu_cache(walk->vma, addr, slot);
	}
	return 0;
}

static const struct mm_walk_ops lift_ops = {
	.pte_entry = lift_guard,
};

int lift(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (userfaultfd_armed(vma))
		flush_tlb_range(vma, start, end);
	return walk_page_range(vma->vm_mm, start, end, &lift_ops, NULL);
}

int forget_poison(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot, entry;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	entry = ptep_get(slot);
	if (softleaf_is_poison_marker(softleaf_from_pte(entry)))
		pte_clear_not_present_full(vma->vm_mm, addr, slot, 0);
	pte_unmap_unlock(slot, ptl);
	return 0;
}

/* Of any marker that may be said of one that has the bit. */
int forget_markers(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot, entry;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	entry = ptep_get(slot);
	if (softleaf_is_marker(softleaf_from_pte(entry)))
		pte_clear_not_present_full(vma->vm_mm, addr, slot, 0);
//^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: forget_markers()
	pte_unmap_unlock(slot, ptl);
	return 0;
}
