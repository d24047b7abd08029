/* A fault that only unshares does not write: userspace has nothing to lift. */
static vm_fault_t protected(struct vm_fault *vmf)
{
	const bool unshare = vmf->flags & FAULT_FLAG_UNSHARE;

	if (likely(!unshare) && userfaultfd_huge_pmd_wp(vmf->vma, vmf->orig_pmd))
		return handle_userfault(vmf, VM_UFFD_WP);
	return 0;
}

static vm_fault_t protected_without_test(struct vm_fault *vmf)
{
	if (userfaultfd_huge_pmd_wp(vmf->vma, vmf->orig_pmd))
		return handle_userfault(vmf, VM_UFFD_WP);
		//     ^^^^^^^^^^^^^^^^ warning[fake-write-fault]: protected_without_test() raises WP for a fault that may only unshare
	return 0;
}

static vm_fault_t protected_for_writers(struct vm_fault *vmf)
{
	if (userfaultfd_huge_pmd_wp(vmf->vma, vmf->orig_pmd) && (vmf->flags & FAULT_FLAG_WRITE))
		return handle_userfault(vmf, VM_UFFD_WP);
	return 0;
}

vm_fault_t entry(struct vm_area_struct *vma, pmd_t *pmd, unsigned int flags, int how)
{
	struct vm_fault vmf = {
		.vma = vma,
		.pmd = pmd,
		.flags = flags,
	};

	vmf.orig_pmd = pmdp_get_lockless(vmf.pmd);
	if (flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)) {
		if (how == 1)
			return protected(&vmf);
		if (how == 2)
			return protected_for_writers(&vmf);
		return protected_without_test(&vmf);
	}
	return 0;
}
