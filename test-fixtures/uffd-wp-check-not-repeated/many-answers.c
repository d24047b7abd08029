/* A scan with many ways to fail, each with a number of its own: the caller hears of all of them, and of its success, which comes last. */
int look_at_table(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	int writable = 0, referenced = 0, err = 0;
	pte_t *table, *slot;
	spinlock_t *ptl;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	table = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!table)
		return -EAGAIN;
	for (slot = table; slot < table + PTRS_PER_PTE; slot++) {
		pte_t val = ptep_get(slot);

		if (pte_none(val)) {
			err = -ENOENT;
			goto out;
		}
		if (pte_uffd_wp(val)) {
			err = -EBUSY;
			goto out;
		}
		if (pte_write(val))
			writable = 1;
		if (pte_young(val))
			referenced++;
	}
	if (!writable || referenced < FEW)
		err = -EPERM;
out:
	pte_unmap_unlock(table, ptl);
	if (err)
		return err;
	mmap_read_unlock(mm);
	return collapse_table(mm, addr, pmd);
}

static int take_pages(struct vm_area_struct *vma, pte_t *table, struct control *how)
{
	int holes = 0, shared = 0, referenced = 0;
	int result = RESULT_FAIL;
	struct page *page;
	pte_t *slot;

	for (slot = table; slot < table + PTRS_PER_PTE; slot++) {
		pte_t val = ptep_get(slot);

		if (pte_none(val)) {
			holes++;
			if (!userfaultfd_armed(vma) && (!how->strict || holes <= how->max_holes))
				continue;
			result = RESULT_HOLES;
			goto out;
		}
		if (!pte_present(val)) {
			result = RESULT_NOT_PRESENT;
			goto out;
		}
		WARN_ON_ONCE(pte_uffd_wp(val));
		page = vm_normal_page(vma, address_of(slot), val);
		if (!page) {
			result = RESULT_NO_PAGE;
			goto out;
		}
		if (is_shared(page)) {
			shared++;
			if (how->strict && shared > how->max_shared) {
				result = RESULT_SHARED;
				goto out;
			}
		}
		if (is_droppable(page)) {
			result = RESULT_DROPPED;
			goto out;
		}
		if (is_huge(page)) {
			result = RESULT_HUGE;
			goto out;
		}
		if (is_device_page(page)) {
			result = RESULT_DEVICE;
			goto out;
		}
		if (page_owner_of(page) != how->owner) {
			result = RESULT_FOREIGN;
			goto out;
		}
		if (!trylock_page(page)) {
			result = RESULT_LOCKED;
			goto out;
		}
		if (is_pinned(page)) {
			unlock_page(page);
			result = RESULT_PINNED;
			goto out;
		}
		if (!isolate_page(page)) {
			unlock_page(page);
			result = RESULT_NOT_ISOLATED;
			goto out;
		}
		if (how->strict && (pte_young(val) || page_is_young(page)))
			referenced++;
	}
	if (how->strict && !referenced) {
		result = RESULT_NOT_REFERENCED;
	} else {
		result = RESULT_SUCCEED;
		return result;
	}
out:
	release_pages_of(table, slot);
	return result;
}

int collapse_table(struct mm_struct *mm, unsigned long addr, pmd_t *pmd)
{
	struct vm_area_struct *vma;
	struct control how = default_control(mm);
	spinlock_t *pml, *ptl;
	int result = RESULT_FAIL;
	pte_t *table;
	pmd_t old;

	mmap_write_lock(mm);
	vma = find_vma(mm, addr);
	if (!vma || !vma_is_anonymous(vma)) {
		mmap_write_unlock(mm);
		return -EINVAL;
	}
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: collapse_table() collapses a page table; its uffd-wp bit check
	spin_unlock(pml);
	table = pte_offset_map_lock(mm, &old, addr, &ptl);
	if (table) {
		result = take_pages(vma, table, &how);
		pte_unmap_unlock(table, ptl);
	}
	spin_lock(pml);
	if (result == RESULT_SUCCEED)
		set_pmd_at(mm, addr, pmd, huge_copy(vma, &old));
	else
		pmd_populate(mm, pmd, pmd_pgtable(old));
	spin_unlock(pml);
	mmap_write_unlock(mm);
	return result == RESULT_SUCCEED ? 0 : -EBUSY;
}
