/* A second scan that asks something else than the first: the bit where the entry does not keep it, the registration that does not matter. */
int scan_first(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, int how)
{
	pte_t *table, *slot;
	spinlock_t *ptl;
	int err = 0;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	table = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!table)
		return -EAGAIN;
	for (slot = table; slot < table + PTRS_PER_PTE; slot++) {
		pte_t val = ptep_get(slot);

		if (pte_none(val)) {
			if (!userfaultfd_armed(vma))
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
	switch (how) {
	case 0: return fold_by_swap_bit(mm, addr, pmd);
	case 1: return fold_read_again(mm, addr, pmd);
	case 2: return fold_wp_for_holes(mm, addr, pmd);
	case 3: return fold_missing_for_holes(mm, addr, pmd);
	default: return fold_small(mm, addr, pmd);
	}
}

/* A present entry does not keep its bit where swap entries do. */
static bool none_has_swap_bit(pte_t *table)
{
	pte_t *slot;

	for (slot = table; slot < table + PTRS_PER_PTE; slot++) {
		pte_t val = ptep_get(slot);

		if (!pte_present(val) || pte_swp_uffd_wp(val))
			return false;
	}
	return true;
}

int fold_by_swap_bit(struct mm_struct *mm, unsigned long addr, pmd_t *pmd)
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
	//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: fold_by_swap_bit()
	spin_unlock(pml);
	table = pte_offset_map_lock(mm, &old, addr, &ptl);
	ok = table && none_has_swap_bit(table);
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

/* The entry is read a second time for the question; under the lock that is the same entry. */
static bool none_has_bit(pte_t *table)
{
	pte_t *slot;

	for (slot = table; slot < table + PTRS_PER_PTE; slot++) {
		pte_t val = ptep_get(slot);

		if (!pte_present(val))
			return false;
		if (pte_uffd_wp(ptep_get(slot)))
			return false;
	}
	return true;
}

int fold_read_again(struct mm_struct *mm, unsigned long addr, pmd_t *pmd)
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
	ok = table && none_has_bit(table);
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

/* Who waits for a missing fault need not have asked for write protection. */
static bool may_fill(struct vm_area_struct *vma, pte_t *table)
{
	pte_t *slot;

	for (slot = table; slot < table + PTRS_PER_PTE; slot++) {
		pte_t val = ptep_get(slot);

		if (pte_none(val)) {
			if (userfaultfd_wp(vma))
				return false;
			continue;
		}
		if (!pte_present(val) || pte_uffd_wp(val))
			return false;
	}
	return true;
}

int fold_wp_for_holes(struct mm_struct *mm, unsigned long addr, pmd_t *pmd)
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
	//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: fold_wp_for_holes()
	spin_unlock(pml);
	table = pte_offset_map_lock(mm, &old, addr, &ptl);
	ok = table && may_fill(vma, table);
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

static bool may_fill_unmissed(struct vm_area_struct *vma, pte_t *table)
{
	pte_t *slot;

	for (slot = table; slot < table + PTRS_PER_PTE; slot++) {
		pte_t val = ptep_get(slot);

		if (pte_none(val)) {
			if (userfaultfd_missing(vma))
				return false;
			continue;
		}
		if (!pte_present(val) || pte_uffd_wp(val))
			return false;
	}
	return true;
}

int fold_missing_for_holes(struct mm_struct *mm, unsigned long addr, pmd_t *pmd)
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
	ok = table && may_fill_unmissed(vma, table);
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

/* Whoever has no vma has nobody to ask. */
static int most_holes(struct vm_area_struct *vma, int limit)
{
	if (vma && userfaultfd_armed(vma))
		return 0;
	return limit;
}

static bool may_fold_small(struct vm_area_struct *vma, pte_t *table)
{
	int limit = most_holes(vma, MAX_HOLES);
	int holes = 0;
	pte_t *slot;

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

/* The table comes back, and what was seen in it while nobody could reach it is still so. */
int fold_small(struct mm_struct *mm, unsigned long addr, pmd_t *pmd)
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
	ok = table && may_fold_small(vma, table);
	if (table)
		spin_unlock(ptl);
	spin_lock(pml);
	if (!ok) {
		pmd_populate(mm, pmd, pmd_pgtable(old));
	} else {
		spin_lock_nested(ptl, SINGLE_DEPTH_NESTING);
		pmd_populate(mm, pmd, pmd_pgtable(old));
		set_ptes(mm, addr, table, large_copy(vma, table), 4);
		spin_unlock(ptl);
	}
	spin_unlock(pml);
	mmap_write_unlock(mm);
	return ok ? 0 : -EBUSY;
}
