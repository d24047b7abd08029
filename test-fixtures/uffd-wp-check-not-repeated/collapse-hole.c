/* A hole that is filled with zeroes takes a missing fault away: whether the vma is registered has to be asked by both scans. */
int scan_for_holes(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, int how)
{
	pte_t *table, *slot;
	spinlock_t *ptl;
	int holes = 0;
	int err = 0;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	table = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!table)
		return -EAGAIN;
	for (slot = table; slot < table + PTRS_PER_PTE; slot++) {
		pte_t val = ptep_get(slot);

		if (pte_none(val)) {
			if (!userfaultfd_armed(vma) && ++holes <= MAX_HOLES)
				continue;
			err = -EBUSY;
			break;
		}
		if (pte_uffd_wp(val)) {
			err = -EBUSY;
			break;
		}
	}
	pte_unmap_unlock(table, ptl);
	if (err)
		return err;
	mmap_read_unlock(mm);
	if (how)
		return fill_holes(mm, addr, pmd);
	return fill_holes_of_others(mm, addr, pmd);
}

static bool may_collapse(pte_t *table, int limit)
{
	pte_t *slot;
	int holes = 0;

	for (slot = table; slot < table + PTRS_PER_PTE; slot++) {
		pte_t val = ptep_get(slot);

		if (pte_none(val)) {
			if (++holes > limit)
				return false;
			continue;
		}
		if (!pte_present(val) || pte_uffd_wp(val))
			return false;
	}
	return true;
}

/* A registration between the two scans is not seen. */
int fill_holes(struct mm_struct *mm, unsigned long addr, pmd_t *pmd)
{
	struct vm_area_struct *vma;
	spinlock_t *pml, *ptl;
	pte_t *table;
	pmd_t old;
	bool ok;

	mmap_write_lock(mm);
	vma = find_vma(mm, addr);
	if (!vma || !vma_is_anonymous(vma)) {
		mmap_write_unlock(mm);
		return -EINVAL;
	}
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: fill_holes()
	spin_unlock(pml);
	table = pte_offset_map_lock(mm, &old, addr, &ptl);
	ok = table && may_collapse(table, MAX_HOLES);
	if (table)
		pte_unmap_unlock(table, ptl);
	spin_lock(pml);
	if (ok)
		set_pmd_at(mm, addr, pmd, huge_copy(vma, &old));
	else
		pmd_populate(mm, pmd, pmd_pgtable(old));
	spin_unlock(pml);
	mmap_write_unlock(mm);
	return ok ? 0 : -EBUSY;
}

static bool may_collapse_unarmed(struct vm_area_struct *vma, pte_t *table, int limit)
{
	pte_t *slot;
	int holes = 0;

	for (slot = table; slot < table + PTRS_PER_PTE; slot++) {
		pte_t val = ptep_get(slot);

		if (pte_none(val)) {
			if (userfaultfd_armed(vma) || ++holes > limit)
				return false;
			continue;
		}
		if (!pte_present(val) || pte_uffd_wp(val))
			return false;
	}
	return true;
}

int fill_holes_of_others(struct mm_struct *mm, unsigned long addr, pmd_t *pmd)
{
	struct vm_area_struct *vma;
	spinlock_t *pml, *ptl;
	pte_t *table;
	pmd_t old;
	bool ok;

	mmap_write_lock(mm);
	vma = find_vma(mm, addr);
	if (!vma || !vma_is_anonymous(vma)) {
		mmap_write_unlock(mm);
		return -EINVAL;
	}
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	spin_unlock(pml);
	table = pte_offset_map_lock(mm, &old, addr, &ptl);
	ok = table && may_collapse_unarmed(vma, table, MAX_HOLES);
	if (table)
		pte_unmap_unlock(table, ptl);
	spin_lock(pml);
	if (ok)
		set_pmd_at(mm, addr, pmd, huge_copy(vma, &old));
	else
		pmd_populate(mm, pmd, pmd_pgtable(old));
	spin_unlock(pml);
	mmap_write_unlock(mm);
	return ok ? 0 : -EBUSY;
}
