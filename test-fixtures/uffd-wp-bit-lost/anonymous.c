/* An empty entry of anonymous memory is no page at all: when the page goes for good, so may its protection. */
static int forget_range(pmd_t *pmd, unsigned long addr, unsigned long end, struct mm_walk *walk)
{
	struct vm_area_struct *vma = walk->vma;
	pte_t *first, *slot;
	spinlock_t *ptl;

	first = slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!first)
		return 0;
	for (; addr != end; slot++, addr += PAGE_SIZE) {
		if (!pte_present(ptep_get(slot)))
			pte_clear_not_present_full(vma->vm_mm, addr, slot, 0);
		else
			ptep_clear_flush(vma, addr, slot);
	}
	pte_unmap_unlock(first, ptl);
	return 0;
}

static const struct mm_walk_ops forget_ops = {
	.pmd_entry = forget_range,
};

/* Anonymous memory only. */
int forget(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (!vma_is_anonymous(vma))
		return -EINVAL;
	walk_page_range(vma->vm_mm, start, end, &forget_ops, NULL);
	return 0;
}

/* The same walker, and a caller that takes any memory. */
static int forget_any_range(pmd_t *pmd, unsigned long addr, unsigned long end, struct mm_walk *walk)
{
	struct vm_area_struct *vma = walk->vma;
	pte_t *first, *slot;
	spinlock_t *ptl;

	first = slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!first)
		return 0;
	for (; addr != end; slot++, addr += PAGE_SIZE)
		ptep_clear_flush(vma, addr, slot);
//^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: forget_any_range()
	pte_unmap_unlock(first, ptl);
	return 0;
}

static const struct mm_walk_ops forget_any_ops = {
	.pmd_entry = forget_any_range,
};

int forget_any(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (userfaultfd_missing(vma))
		return -EINVAL;
	walk_page_range(vma->vm_mm, start, end, &forget_any_ops, NULL);
	return 0;
}

/* All who call it have looked. */
static void release_one(struct vm_area_struct *vma, unsigned long addr, pte_t *slot)
{
	pte_t old = ptep_get_and_clear(vma->vm_mm, addr, slot);

	release_page(vma, pte_page(old));
}

int release(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	release_one(vma, addr, slot);
	pte_unmap_unlock(slot, ptl);
	return 0;
}

/* One of those who call it has not. */
static void discard_one(struct vm_area_struct *vma, unsigned long addr, pte_t *slot)
{
	pte_t old = ptep_get_and_clear(vma->vm_mm, addr, slot);
	//          ^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: discard_one()

	release_page(vma, pte_page(old));
}

int discard(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	discard_one(vma, addr, slot);
	pte_unmap_unlock(slot, ptl);
	return 0;
}

int discard_of_any(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *slot;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	discard_one(vma, addr, slot);
	pte_unmap_unlock(slot, ptl);
	return 0;
}
