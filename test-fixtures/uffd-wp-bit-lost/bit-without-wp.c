/* The names of the bit since 7.3, where it also stands for protection against any access. */
int begin_move(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot, old, entry;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	old = ptep_clear_flush(vma, addr, slot);
	entry = softleaf_to_pte(make_readable_migration_entry(pte_pfn(old)));
	if (pte_uffd(old))
		entry = pte_swp_mkuffd(entry);
	set_pte_at(vma->vm_mm, addr, slot, entry);
	pte_unmap_unlock(slot, ptl);
	return 0;
}

int begin_move_bare(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot, old;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	old = ptep_clear_flush(vma, addr, slot);
	//    ^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: begin_move_bare()
	set_pte_at(vma->vm_mm, addr, slot, softleaf_to_pte(make_readable_migration_entry(pte_pfn(old))));
	pte_unmap_unlock(slot, ptl);
	return 0;
}

/* Nothing in this vma has the bit. */
int drop_unprotected(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot;

	if (userfaultfd_protected(vma))
		return -EBUSY;
	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	ptep_clear_flush(vma, addr, slot);
	pte_unmap_unlock(slot, ptl);
	return 0;
}

/* The helper leaves as many markers as it is told to, in a kernel that has them. */
static bool leave_markers(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, pte_t old, unsigned long nr)
{
	if (!uffd_supports_wp_marker())
		return false;
	if (vma_is_anonymous(vma) || !userfaultfd_wp(vma))
		return false;
	if (!(pte_present(old) && pte_uffd(old)) && !pte_swp_uffd_any(old))
		return false;
	for (;;) {
		set_pte_at(vma->vm_mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
		if (--nr == 0)
			break;
		slot++;
		addr += PAGE_SIZE;
	}
	return true;
}

int drop_marked(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot, entry;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	entry = ptep_get(slot);
	if (pte_present(entry)) {
		entry = ptep_get_and_clear(vma->vm_mm, addr, slot);
		if (userfaultfd_pte_wp(vma, entry))
			leave_markers(vma, addr, slot, entry, 1);
	}
	pte_unmap_unlock(slot, ptl);
	return 0;
}
