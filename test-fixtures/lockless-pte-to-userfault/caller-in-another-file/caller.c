vm_fault_t drawer_fault(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address, unsigned int flags)
{
	pte_t *ptep = huge_pte_offset(mm, address, PMD_SIZE);
	pte_t entry = huge_ptep_get(ptep);

	if (huge_pte_none(entry))
		return drawer_is_empty(mm, vma, address, ptep, flags);
	return 0;
}

vm_fault_t shelf_fault(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address, unsigned int flags)
{
	pte_t *ptep = huge_pte_offset(mm, address, PMD_SIZE);
	spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), mm, ptep);
	bool none = huge_pte_none(huge_ptep_get(ptep));

	spin_unlock(ptl);
	if (none)
		return shelf_is_empty(mm, vma, address, ptep, flags);
	return 0;
}
