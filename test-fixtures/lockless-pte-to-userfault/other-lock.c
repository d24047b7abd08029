/* A variable that is called ptl, and is the lock of something else. */
static bool stable_under_list_lock(struct mm_struct *mm, unsigned long addr, pte_t *slot, pte_t seen)
{
	spinlock_t *ptl = &list_lock;
	bool same;

	spin_lock(ptl);
	same = pte_same(huge_ptep_get(mm, addr, slot), seen);
	spin_unlock(ptl);
	return same;
}

static vm_fault_t fill_under_list_lock(struct vm_fault *vmf, struct mm_struct *mm, pte_t *slot)
{
	pte_t seen = huge_ptep_get(mm, vmf->address, slot);

	if (!huge_pte_none(seen))
		return 0;
	if (userfaultfd_missing(vmf->vma)) {
		if (!stable_under_list_lock(mm, vmf->address, slot, seen))
			return 0;
		return handle_userfault(vmf, VM_UFFD_MISSING);
		//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_under_list_lock()
	}
	return VM_FAULT_OOM;
}

/* This one is the lock of all page tables of an address space. */
static bool stable_under_page_table_lock(struct mm_struct *mm, unsigned long addr, pte_t *slot, pte_t seen)
{
	spinlock_t *ptl = &mm->page_table_lock;
	bool same;

	spin_lock(ptl);
	same = pte_same(huge_ptep_get(mm, addr, slot), seen);
	spin_unlock(ptl);
	return same;
}

static vm_fault_t fill_under_page_table_lock(struct vm_fault *vmf, struct mm_struct *mm, pte_t *slot)
{
	pte_t seen = huge_ptep_get(mm, vmf->address, slot);

	if (!huge_pte_none(seen))
		return 0;
	if (userfaultfd_missing(vmf->vma)) {
		if (!stable_under_page_table_lock(mm, vmf->address, slot, seen))
			return 0;
		return handle_userfault(vmf, VM_UFFD_MISSING);
	}
	return VM_FAULT_OOM;
}
