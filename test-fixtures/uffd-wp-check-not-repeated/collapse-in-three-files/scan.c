/* The first scan: it finds out whether the table is worth the work. */
int shelf_scan(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	pte_t *first, *slot;
	spinlock_t *ptl;
	int ret = 0;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	first = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!first)
		return -EAGAIN;
	for (slot = first; slot < first + PTRS_PER_PTE; slot++) {
		if (pte_uffd_wp(ptep_get(slot))) {
			ret = -EBUSY;
			break;
		}
	}
	pte_unmap_unlock(first, ptl);
	if (!ret)
		ret = shelf_collapse(mm, vma, addr, pmd);
	return ret;
}

int crate_scan(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	pte_t *first, *slot;
	spinlock_t *ptl;
	int ret = 0;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	first = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!first)
		return -EAGAIN;
	for (slot = first; slot < first + PTRS_PER_PTE; slot++) {
		if (pte_uffd_wp(ptep_get(slot))) {
			ret = -EBUSY;
			break;
		}
	}
	pte_unmap_unlock(first, ptl);
	if (!ret)
		ret = crate_collapse(mm, vma, addr, pmd);
	return ret;
}
