/* Entries that are not present carry the bit as well, in another place. */
static void zap_swapped(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *first, *slot;
	spinlock_t *ptl;

	first = slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!first)
		return;
	do {
		pte_t val = ptep_get(slot);

		if (!is_swap_pte(val))
			continue;
		if (is_migration_entry(pte_to_swp_entry(val)))
			pte_clear_not_present_full(mm, addr, slot, tlb->fullmm);
// ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: zap_swapped()
	} while (slot++, addr += PAGE_SIZE, addr != end);
	pte_unmap_unlock(first, ptl);
}

static void zap_swapped_with_marker(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *first, *slot;
	spinlock_t *ptl;

	first = slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!first)
		return;
	do {
		pte_t val = ptep_get(slot);

		if (!is_swap_pte(val))
			continue;
		if (is_migration_entry(pte_to_swp_entry(val))) {
			pte_clear_not_present_full(mm, addr, slot, tlb->fullmm);
			if (pte_swp_uffd_wp_any(val))
				set_pte_at(mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
		}
	} while (slot++, addr += PAGE_SIZE, addr != end);
	pte_unmap_unlock(first, ptl);
}

/* Several at once: alike, or they would be no batch. */
static int zap_swapped_batch(struct mmu_gather *tlb, struct vm_area_struct *vma, pte_t *slot, pte_t val, unsigned long addr, int max,
		struct zap_details *details)
{
	int nr = swap_pte_batch(slot, max, val);

	clear_not_present_full_ptes(tlb->mm, addr, slot, nr, tlb->fullmm);
	zap_install_uffd_wp_if_needed(vma, addr, slot, nr, details, val);
	return nr;
}

static int zap_swapped_batch_unmarked(struct mmu_gather *tlb, struct vm_area_struct *vma, pte_t *slot, pte_t val, unsigned long addr, int max)
{
	int nr = swap_pte_batch(slot, max, val);

	if (nr)
		clear_not_present_full_ptes(tlb->mm, addr, slot, nr, tlb->fullmm);
//^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: zap_swapped_batch_unmarked()
	return nr;
}

void zap_batches(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned long end, struct zap_details *details)
{
	pte_t *first, *slot;
	spinlock_t *ptl;
	int nr;

	first = slot = pte_offset_map_lock(tlb->mm, pmd, addr, &ptl);
	if (!first)
		return;
	do {
		pte_t val = ptep_get(slot);
		int max = (end - addr) / PAGE_SIZE;

		nr = 1;
		if (!is_swap_pte(val))
			continue;
		if (non_swap_entry(pte_to_swp_entry(val)))
			nr = zap_swapped_batch(tlb, vma, slot, val, addr, max, details);
		else
			nr = zap_swapped_batch_unmarked(tlb, vma, slot, val, addr, max);
	} while (slot += nr, addr += PAGE_SIZE * nr, addr != end);
	pte_unmap_unlock(first, ptl);
}
