/* Called with the lock of the entry held; it is dropped to wait for a page, and taken again. */
static vm_fault_t tile_write_blindly(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, spinlock_t *ptl)
{
	pte_t seen = huge_ptep_get(mm, addr, ptep);

	if (huge_pte_uffd_wp(seen))
		return 0;
	spin_unlock(ptl);
	wait_for_reserve(vma, addr);
	spin_lock(ptl);
	if (huge_ptep_set_access_flags(vma, addr, ptep, huge_pte_mkwrite(huge_pte_mkdirty(seen)), 1))
	//  ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: tile_write_blindly()
		update_mmu_cache(vma, addr, ptep);
	return 0;
}

static vm_fault_t tile_write(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, spinlock_t *ptl)
{
	pte_t seen = huge_ptep_get(mm, addr, ptep);

	if (huge_pte_uffd_wp(seen))
		return 0;
	spin_unlock(ptl);
	wait_for_reserve(vma, addr);
	spin_lock(ptl);
	if (!pte_same(huge_ptep_get(mm, addr, ptep), seen))
		return 0;
	if (huge_ptep_set_access_flags(vma, addr, ptep, huge_pte_mkwrite(huge_pte_mkdirty(seen)), 1))
		update_mmu_cache(vma, addr, ptep);
	return 0;
}

/* The bit alone is enough, if it is looked for in a fresh value. */
static vm_fault_t tile_write_tests_again(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, spinlock_t *ptl)
{
	pte_t now = huge_ptep_get(mm, addr, ptep);

	if (huge_pte_uffd_wp(now))
		return 0;
	spin_unlock(ptl);
	wait_for_reserve(vma, addr);
	spin_lock(ptl);
	now = huge_ptep_get(mm, addr, ptep);
	if (huge_pte_uffd_wp(now))
		return 0;
	if (huge_ptep_set_access_flags(vma, addr, ptep, huge_pte_mkwrite(huge_pte_mkdirty(now)), 1))
		update_mmu_cache(vma, addr, ptep);
	return 0;
}

/* Tests again, but the value from before. */
static vm_fault_t tile_write_tests_the_old(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, spinlock_t *ptl)
{
	pte_t seen = huge_ptep_get(mm, addr, ptep);

	if (huge_pte_uffd_wp(seen))
		return 0;
	spin_unlock(ptl);
	wait_for_reserve(vma, addr);
	spin_lock(ptl);
	if (huge_pte_uffd_wp(seen))
		return 0;
	if (huge_ptep_set_access_flags(vma, addr, ptep, huge_pte_mkwrite(huge_pte_mkdirty(seen)), 1))
	//  ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: tile_write_tests_the_old()
		update_mmu_cache(vma, addr, ptep);
	return 0;
}

vm_fault_t tile_fault(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, int how)
{
	struct hstate *h = hstate_vma(vma);
	pte_t *ptep = hugetlb_walk(vma, addr, huge_page_size(h));
	spinlock_t *ptl;
	vm_fault_t ret;

	if (!ptep)
		return VM_FAULT_OOM;
	ptl = huge_pte_lock(h, mm, ptep);
	if (how == 1)
		ret = tile_write(mm, vma, addr, ptep, ptl);
	else if (how == 2)
		ret = tile_write_tests_again(mm, vma, addr, ptep, ptl);
	else if (how == 3)
		ret = tile_write_tests_the_old(mm, vma, addr, ptep, ptl);
	else
		ret = tile_write_blindly(mm, vma, addr, ptep, ptl);
	spin_unlock(ptl);
	return ret;
}
