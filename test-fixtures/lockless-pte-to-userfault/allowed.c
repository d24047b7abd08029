/* Two events that were looked at and found to be right, and a comment that is left over. */
static vm_fault_t shelf_fault(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	pte_t entry = huge_ptep_get(mm, vmf->address, ptep);

	if (!huge_pte_none(entry))
		return 0;
	if (userfaultfd_missing(vma)) {
		/*
		 * mm-review: allow(lockless-pte-to-userfault): every writer of
		 * a shelf holds shelf_mutex, and so do we.
		 */
		return handle_userfault(vmf, VM_UFFD_MISSING);
	}
	if (userfaultfd_minor(vma))
		return handle_userfault(vmf, VM_UFFD_MINOR); // mm-review: allow(lockless-pte-to-userfault): as above
	/* mm-review: allow(lockless-pte-to-userfault): as above */
	// ^^^^^^^^^^^ information[unused-allow]: no such finding in this line or the next
	return VM_FAULT_OOM;
}

/* Without a reason nothing is silenced. */
static vm_fault_t shelf_fault_unexplained(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	pte_t entry = huge_ptep_get(mm, vmf->address, ptep);

	if (!huge_pte_none(entry))
		return 0;
	if (userfaultfd_missing(vma))
		/* mm-review: allow(lockless-pte-to-userfault) */
		// ^^^^^^^^^^^ information[unused-allow]: gives no reason
		return handle_userfault(vmf, VM_UFFD_MISSING);
		//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: raises MISSING
	return 0;
}
