/* Several entries are emptied at once: each of them gets a marker, not the first alone. */
static void mark_first(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, int nr, pte_t old)
{
	for (;;) {
		pte_install_uffd_wp_if_needed(vma, addr, slot, old);
		break;
	}
}

static void mark_all(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, int nr, pte_t old)
{
	for (;;) {
		pte_install_uffd_wp_if_needed(vma, addr, slot, old);
		if (--nr == 0)
			break;
		slot++;
		addr += PAGE_SIZE;
	}
}

static void mark_all_counting_down(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, int nr, pte_t old)
{
	while (nr--) {
		pte_install_uffd_wp_if_needed(vma, addr, slot, old);
		slot++;
		addr += PAGE_SIZE;
	}
}

static void mark_all_by_index(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, int nr, pte_t old)
{
	int i;

	for (i = 0; i < nr; i++)
		pte_install_uffd_wp_if_needed(vma, addr + i * PAGE_SIZE, slot + i, old);
}

static void mark_all_up_to(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, int nr, pte_t old)
{
	pte_t *end = slot + nr;

	do {
		pte_install_uffd_wp_if_needed(vma, addr, slot, old);
		addr += PAGE_SIZE;
	} while (++slot < end);
}

static void pte_install_uffd_wp_if_needed(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, pte_t old)
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

/* One entry needs one marker. */
static void zap_some(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, int nr, int how)
{
	pte_t old;

	if (how == 2) {
		old = get_and_clear_full_ptes(vma->vm_mm, addr, slot, nr, 0);
		mark_all(vma, addr, slot, nr, old);
	} else if (how == 3) {
		old = get_and_clear_full_ptes(vma->vm_mm, addr, slot, nr, 0);
		mark_all_counting_down(vma, addr, slot, nr, old);
	} else if (how == 4) {
		old = get_and_clear_full_ptes(vma->vm_mm, addr, slot, nr, 0);
		mark_all_by_index(vma, addr, slot, nr, old);
	} else if (how == 5) {
		old = get_and_clear_full_ptes(vma->vm_mm, addr, slot, nr, 0);
		mark_all_up_to(vma, addr, slot, nr, old);
	} else {
		old = get_and_clear_full_ptes(vma->vm_mm, addr, slot, 1, 0);
		mark_first(vma, addr, slot, 1, old);
	}
}

static void zap_some_badly(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, int nr)
{
	pte_t old = get_and_clear_full_ptes(vma->vm_mm, addr, slot, nr, 0);
	//          ^^^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: zap_some_badly() empties several entries and leaves a uffd-wp marker in the first only

	mark_first(vma, addr, slot, nr, old);
}

void zap_range(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, int nr, int how)
{
	spinlock_t *ptl;
	pte_t *slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);

	if (!slot)
		return;
	if (how == 1)
		zap_some_badly(vma, addr, slot, nr);
	else
		zap_some(vma, addr, slot, nr, how);
	pte_unmap_unlock(slot, ptl);
}

/* The same without helpers. */
void zap_bare(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, int nr)
{
	spinlock_t *ptl;
	pte_t *slot, old;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = get_and_clear_full_ptes(vma->vm_mm, addr, slot, nr, 0);
	//    ^^^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: zap_bare() empties several entries and leaves a uffd-wp marker in the first only
	if (pte_uffd_wp(old))
		set_pte_at(vma->vm_mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
	pte_unmap_unlock(slot, ptl);
}

void zap_single(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, int nr)
{
	spinlock_t *ptl;
	pte_t *slot, old;

	if (nr > 1)
		return;
	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = get_and_clear_full_ptes(vma->vm_mm, addr, slot, nr, 0);
	if (pte_uffd_wp(old))
		set_pte_at(vma->vm_mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
	pte_unmap_unlock(slot, ptl);
}

void zap_in_turn(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, int nr)
{
	spinlock_t *ptl;
	pte_t *slot, *first, old;

	first = slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = get_and_clear_full_ptes(vma->vm_mm, addr, slot, nr, 0);
	if (pte_uffd_wp(old)) {
		for (; nr > 0; nr--, slot++, addr += PAGE_SIZE)
			set_pte_at(vma->vm_mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
	}
	pte_unmap_unlock(first, ptl);
}
