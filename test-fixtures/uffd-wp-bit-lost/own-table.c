/* Each caller has a table of callbacks of its own, all by the same name: only the first has looked what memory it is. */
static int drop_range(pmd_t *pmd, unsigned long addr, unsigned long end, struct mm_walk *walk)
{
	struct vm_area_struct *vma = walk->vma;
	pte_t *first, *slot;
	spinlock_t *ptl;

	first = slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!first)
		return 0;
	for (; addr != end; slot++, addr += PAGE_SIZE)
		ptep_clear_flush(vma, addr, slot);
	pte_unmap_unlock(first, ptl);
	return 0;
}

static int drop_any_range(pmd_t *pmd, unsigned long addr, unsigned long end, struct mm_walk *walk)
{
	struct vm_area_struct *vma = walk->vma;
	pte_t *first, *slot;
	spinlock_t *ptl;

	first = slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!first)
		return 0;
	for (; addr != end; slot++, addr += PAGE_SIZE)
		ptep_clear_flush(vma, addr, slot);
//^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: drop_any_range()
	pte_unmap_unlock(first, ptl);
	return 0;
}

int drop(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_walk_ops ops = {
		.pmd_entry = drop_range,
	};

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	ops.walk_lock = PGWALK_RDLOCK;
	walk_page_range_vma(vma, start, end, &ops, NULL);
	return 0;
}

int drop_any(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_walk_ops ops = {
		.pmd_entry = drop_any_range,
	};

	if (userfaultfd_missing(vma))
		return -EINVAL;
	walk_page_range_vma(vma, start, end, &ops, NULL);
	return 0;
}
