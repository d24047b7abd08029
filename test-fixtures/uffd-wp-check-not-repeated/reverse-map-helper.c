/* As reverse-map.c, where a helper takes the table out: who found the vma without its mmap_lock has to ask it again. */
static void free_table(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	pmd_t old;

	mmap_assert_write_locked(mm);
	old = pmdp_collapse_flush(vma, addr, pmd);
	//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: free_table()
	mm_dec_nr_ptes(mm);
	pte_free(mm, pmd_pgtable(old));
}

void free_tables_asked_before(struct address_space *mapping, pgoff_t index)
{
	struct vm_area_struct *vma;

	i_mmap_lock_write(mapping);
	vma_interval_tree_foreach(vma, &mapping->i_mmap, index, index) {
		struct mm_struct *mm = vma->vm_mm;
		unsigned long addr = address_of(vma, index);

		if (userfaultfd_wp(vma))
			continue;
		if (mmap_write_trylock(mm)) {
			free_table(mm, vma, addr, pmd_off(mm, addr));
			mmap_write_unlock(mm);
		}
	}
	i_mmap_unlock_write(mapping);
}

static void free_table_asked(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	pmd_t old;

	mmap_assert_write_locked(mm);
	old = pmdp_collapse_flush(vma, addr, pmd);
	mm_dec_nr_ptes(mm);
	pte_free(mm, pmd_pgtable(old));
}

void free_tables_asked_then(struct address_space *mapping, pgoff_t index)
{
	struct vm_area_struct *vma;

	i_mmap_lock_write(mapping);
	vma_interval_tree_foreach(vma, &mapping->i_mmap, index, index) {
		struct mm_struct *mm = vma->vm_mm;
		unsigned long addr = address_of(vma, index);

		if (mmap_write_trylock(mm)) {
			if (!userfaultfd_wp(vma))
				free_table_asked(mm, vma, addr, pmd_off(mm, addr));
			mmap_write_unlock(mm);
		}
	}
	i_mmap_unlock_write(mapping);
}
