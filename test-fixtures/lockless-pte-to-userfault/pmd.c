/* A huge page at the pmd level: the lock is pmd_lock(), the recheck pmd_none(). */
static vm_fault_t huge_fill(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	vm_fault_t ret = 0;

	vmf->ptl = pmd_lock(vma->vm_mm, vmf->pmd);
	if (unlikely(!pmd_none(*vmf->pmd))) {
		goto unlock;
	} else {
		ret = check_stable_address_space(vma->vm_mm);
		if (ret)
			goto unlock;
		if (userfaultfd_missing(vma)) {
			spin_unlock(vmf->ptl);
			ret = handle_userfault(vmf, VM_UFFD_MISSING);
			return ret;
		}
	}
unlock:
	spin_unlock(vmf->ptl);
	return ret;
}

static vm_fault_t huge_fill_unchecked(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;

	vmf->ptl = pmd_lock(vma->vm_mm, vmf->pmd);
	if (userfaultfd_missing(vma)) {
		spin_unlock(vmf->ptl);
		return handle_userfault(vmf, VM_UFFD_MISSING);
		//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: huge_fill_unchecked() raises MISSING on a pmd that huge_fault() read
	}
	spin_unlock(vmf->ptl);
	return 0;
}

vm_fault_t huge_fault(struct vm_area_struct *vma, pmd_t *pmd, unsigned long address, unsigned int flags)
{
	struct vm_fault vmf = {
		.vma = vma,
		.pmd = pmd,
		.address = address,
		.flags = flags,
	};

	if (pmd_none(*vmf.pmd))
		return flags & FAULT_FLAG_WRITE ? huge_fill(&vmf) : huge_fill_unchecked(&vmf);
	/* A pmd that has the bit cannot be a gap in somebody's update. */
	vmf.orig_pmd = pmdp_get_lockless(vmf.pmd);
	if (userfaultfd_huge_pmd_wp(vma, vmf.orig_pmd))
		return handle_userfault(&vmf, VM_UFFD_WP);
	return 0;
}
