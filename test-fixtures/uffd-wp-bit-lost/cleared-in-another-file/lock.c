/* Takes the locks, and knows whether anything has to stay behind. */
void drawer_drop(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return;
	drawer_empty(vma, addr, slot);
	pte_unmap_unlock(slot, ptl);
}

void shelf_drop(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot;
	pte_t old;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = shelf_empty(vma, addr, slot);
	pte_install_uffd_wp_if_needed(vma, addr, slot, old);
	pte_unmap_unlock(slot, ptl);
}

void crate_remember(struct vm_area_struct *vma, unsigned long addr, pte_t *slot)
{
	set_pte_at(vma->vm_mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
}

void crate_drop(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return;
	crate_empty(vma, addr, slot);
	pte_unmap_unlock(slot, ptl);
}
