/* A page that is mapped and one that is swapped out keep the bit in different places: a helper for both has to look at both. */
static void keep_protection(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, pte_t old)
{
	bool arm = false;

	if (vma_is_anonymous(vma) || !userfaultfd_wp(vma))
		return;
	if (pte_present(old) && pte_uffd_wp(old))
		arm = true;
	if (pte_swp_uffd_wp_any(old))
		arm = true;
	if (arm)
		set_pte_at(vma->vm_mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
}

static void keep_half_of_the_protection(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, pte_t old)
{
	bool arm = false;

	if (vma_is_anonymous(vma) || !userfaultfd_wp(vma))
		return;
	if (pte_swp_uffd_wp_any(old))
		arm = true;
	if (arm)
		set_pte_at(vma->vm_mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
//^^^^^^^^^^ warning[uffd-wp-bit-lost]: keep_half_of_the_protection()
}

/* Not its job: the name and the test say that it is for entries that are swapped out, and so is its caller. */
static void keep_swapped_protection(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, pte_t old)
{
	if (!is_swap_pte(old))
		return;
	if (pte_swp_uffd_wp_any(old))
		set_pte_at(vma->vm_mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
}

void empty_range(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned long end, int how)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *first, *slot;
	spinlock_t *ptl;

	first = slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!first)
		return;
	for (; addr != end; slot++, addr += PAGE_SIZE) {
		pte_t old = ptep_get(slot);

		if (pte_none(old))
			continue;
		if (how == 1) {
			old = ptep_get_and_clear(mm, addr, slot);
			keep_protection(vma, addr, slot, old);
		} else if (how == 2) {
			old = ptep_get_and_clear(mm, addr, slot);
			keep_half_of_the_protection(vma, addr, slot, old);
		} else if (is_swap_pte(old)) {
			pte_clear_not_present_full(mm, addr, slot, 0);
			keep_swapped_protection(vma, addr, slot, old);
		}
	}
	pte_unmap_unlock(first, ptl);
}
