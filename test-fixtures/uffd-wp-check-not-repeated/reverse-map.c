/* The vmas of a file, found without mmap_lock: any of them may be registered for write protection at any moment. */
void free_tables_of_file_blindly(struct address_space *mapping, pgoff_t index)
{
	struct vm_area_struct *vma;

	i_mmap_lock_read(mapping);
	vma_interval_tree_foreach(vma, &mapping->i_mmap, index, index) {
		struct mm_struct *mm = vma->vm_mm;
		unsigned long addr = address_of(vma, index);
		spinlock_t *pml;
		pmd_t *pmd = pmd_off(mm, addr);
		pmd_t old;

		/* There may be markers in the table. */
		if (userfaultfd_wp(vma))
			continue;
		pml = pmd_lock(mm, pmd);
		old = pmdp_collapse_flush(vma, addr, pmd);
		//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: free_tables_of_file_blindly()
		spin_unlock(pml);
		pte_free_defer(mm, pmd_pgtable(old));
	}
	i_mmap_unlock_read(mapping);
}

/* Whoever puts a marker into the table holds its lock. */
void free_tables_of_file(struct address_space *mapping, pgoff_t index)
{
	struct vm_area_struct *vma;

	i_mmap_lock_read(mapping);
	vma_interval_tree_foreach(vma, &mapping->i_mmap, index, index) {
		struct mm_struct *mm = vma->vm_mm;
		unsigned long addr = address_of(vma, index);
		pmd_t *pmd = pmd_off(mm, addr);
		spinlock_t *pml, *ptl;
		bool skipped = false;
		pmd_t old;

		if (userfaultfd_wp(vma))
			continue;
		pml = pmd_lock(mm, pmd);
		ptl = pte_lockptr(mm, pmd);
		if (ptl != pml)
			spin_lock_nested(ptl, SINGLE_DEPTH_NESTING);
		if (unlikely(vma->anon_vma || userfaultfd_wp(vma)))
			skipped = true;
		else
			old = pmdp_collapse_flush(vma, addr, pmd);
		if (ptl != pml)
			spin_unlock(ptl);
		spin_unlock(pml);
		if (!skipped)
			pte_free_defer(mm, pmd_pgtable(old));
	}
	i_mmap_unlock_read(mapping);
}

/* Who registers a vma holds mmap_lock for writing, and so do we: asked once is enough. */
void free_idle_tables_of_file(struct address_space *mapping, pgoff_t index)
{
	struct vm_area_struct *vma;

	i_mmap_lock_write(mapping);
	vma_interval_tree_foreach(vma, &mapping->i_mmap, index, index) {
		struct mm_struct *mm = vma->vm_mm;
		unsigned long addr = address_of(vma, index);
		pmd_t *pmd = pmd_off(mm, addr);
		spinlock_t *pml;
		pmd_t old;

		if (!mmap_write_trylock(mm))
			continue;
		if (!userfaultfd_wp(vma)) {
			pml = pmd_lock(mm, pmd);
			old = pmdp_collapse_flush(vma, addr, pmd);
			spin_unlock(pml);
			pte_free_defer(mm, pmd_pgtable(old));
		}
		mmap_write_unlock(mm);
	}
	i_mmap_unlock_write(mapping);
}

/* Asked before the lock was taken: it came too late. */
void free_idle_tables_of_file_too_late(struct address_space *mapping, pgoff_t index)
{
	struct vm_area_struct *vma;

	i_mmap_lock_write(mapping);
	vma_interval_tree_foreach(vma, &mapping->i_mmap, index, index) {
		struct mm_struct *mm = vma->vm_mm;
		unsigned long addr = address_of(vma, index);
		pmd_t *pmd = pmd_off(mm, addr);
		spinlock_t *pml;
		pmd_t old;

		if (userfaultfd_wp(vma))
			continue;
		if (mmap_write_trylock(mm)) {
			pml = pmd_lock(mm, pmd);
			old = pmdp_collapse_flush(vma, addr, pmd);
			//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: free_idle_tables_of_file_too_late()
			spin_unlock(pml);
			mmap_write_unlock(mm);
			pte_free_defer(mm, pmd_pgtable(old));
		}
	}
	i_mmap_unlock_write(mapping);
}
