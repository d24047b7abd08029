/* The same event is reached for an entry that looked empty and, another way, for one that did not. */
static vm_fault_t fill(struct vm_fault *vmf)
{
	if (userfaultfd_missing(vmf->vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
		//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill() raises MISSING on a pte that either_fault() read
	return 0;
}

static vm_fault_t fill_marked(struct vm_fault *vmf)
{
	return fill(vmf);
}

vm_fault_t either_fault(struct vm_fault *vmf)
{
	vmf->orig_pte = ptep_get_lockless(vmf->pte);
	if (pte_none(vmf->orig_pte))
		return fill(vmf);
	return fill_marked(vmf);
}
