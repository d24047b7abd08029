static vm_fault_t hasty_fault(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct hstate *h = hstate_vma(vma);
	pte_t entry = huge_ptep_get(mm, vmf->address, vmf->pte);

	if (!huge_pte_none_mostly(entry))
		return 0;
	if (!userfaultfd_missing(vma))
		return VM_FAULT_SIGBUS;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
