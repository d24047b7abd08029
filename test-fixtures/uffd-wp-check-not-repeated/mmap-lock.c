/* UFFDIO_WRITEPROTECT needs mmap_lock for reading: only a writer keeps it out from the first scan to the last. */
static bool has_protected(pte_t *table)
{
	int i;

	for (i = 0; i < PTRS_PER_PTE; i++)
		if (pte_uffd_wp(ptep_get(table + i)))
			return true;
	return false;
}

int fold_as_writer(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	spinlock_t *ptl, *pml;
	pte_t *table;
	bool busy;
	pmd_t old;

	mmap_write_lock(mm);
	if (!vma_is_anonymous(vma)) {
		mmap_write_unlock(mm);
		return -EINVAL;
	}
	table = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!table) {
		mmap_write_unlock(mm);
		return -EAGAIN;
	}
	busy = has_protected(table);
	pte_unmap_unlock(table, ptl);
	if (busy) {
		mmap_write_unlock(mm);
		return -EBUSY;
	}
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	spin_unlock(pml);
	mmap_write_unlock(mm);
	return fold_pages(vma, addr, old);
}

int fold_as_reader(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	spinlock_t *ptl, *pml;
	pte_t *table;
	bool busy;
	pmd_t old;

	mmap_read_lock(mm);
	if (!vma_is_anonymous(vma)) {
		mmap_read_unlock(mm);
		return -EINVAL;
	}
	table = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!table) {
		mmap_read_unlock(mm);
		return -EAGAIN;
	}
	busy = has_protected(table);
	pte_unmap_unlock(table, ptl);
	if (busy) {
		mmap_read_unlock(mm);
		return -EBUSY;
	}
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: fold_as_reader()
	spin_unlock(pml);
	mmap_read_unlock(mm);
	return fold_pages(vma, addr, old);
}

/* A writer, but not from the start: it had to let go of the lock to get it the other way. */
int fold_as_late_writer(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	spinlock_t *ptl, *pml;
	pte_t *table;
	bool busy;
	pmd_t old;

	mmap_read_lock(mm);
	table = pte_offset_map_lock(mm, pmd, addr, &ptl);
	busy = !table || has_protected(table);
	if (table)
		pte_unmap_unlock(table, ptl);
	mmap_read_unlock(mm);
	if (busy)
		return -EBUSY;

	mmap_write_lock(mm);
	vma = find_vma(mm, addr);
	if (!vma || !vma_is_anonymous(vma)) {
		mmap_write_unlock(mm);
		return -EINVAL;
	}
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: fold_as_late_writer()
	spin_unlock(pml);
	mmap_write_unlock(mm);
	return fold_pages(vma, addr, old);
}
