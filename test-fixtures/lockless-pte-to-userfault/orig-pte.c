/* The snapshot travels in the fault structure. */
static bool fault_is_stale(struct vm_fault *vmf)
{
	if (vmf->flags & FAULT_FLAG_ORIG_PTE_VALID)
		return !pte_same(ptep_get(vmf->pte), vmf->orig_pte);
	return !pte_none(ptep_get(vmf->pte));
}

static vm_fault_t fill_good(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;

	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return 0;
	if (fault_is_stale(vmf))
		goto unlock;
	if (userfaultfd_missing(vma)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return handle_userfault(vmf, VM_UFFD_MISSING);
	}
unlock:
	if (vmf->pte)
		pte_unmap_unlock(vmf->pte, vmf->ptl);
	return 0;
}

/* Nobody holds the lock while fault_is_stale() looks. */
static vm_fault_t fill_unlocked(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;

	vmf->pte = pte_offset_map(vmf->pmd, vmf->address);
	if (!vmf->pte)
		return 0;
	if (fault_is_stale(vmf))
		goto unmap;
	if (userfaultfd_missing(vma)) {
		pte_unmap(vmf->pte);
		return handle_userfault(vmf, VM_UFFD_MISSING);
		//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_unlocked() raises MISSING
	}
unmap:
	pte_unmap(vmf->pte);
	return 0;
}

static vm_fault_t fill(struct vm_fault *vmf, int how)
{
	return how ? fill_good(vmf) : fill_unlocked(vmf);
}

vm_fault_t entry_fault(struct vm_fault *vmf, int how)
{
	if (unlikely(pmd_none(*vmf->pmd))) {
		vmf->pte = NULL;
		vmf->flags &= ~FAULT_FLAG_ORIG_PTE_VALID;
	} else {
		vmf->pte = pte_offset_map(vmf->pmd, vmf->address);
		vmf->orig_pte = ptep_get_lockless(vmf->pte);
		vmf->flags |= FAULT_FLAG_ORIG_PTE_VALID;
		if (pte_none(vmf->orig_pte)) {
			pte_unmap(vmf->pte);
			vmf->pte = NULL;
		}
	}
	if (!vmf->pte)
		return fill(vmf, how);
	return 0;
}

/* The entry is looked at with the caller's lock, which this function releases. */
static vm_fault_t protect_fault(struct vm_fault *vmf)
{
	if (userfaultfd_pte_wp(vmf->vma, ptep_get(vmf->pte))) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return handle_userfault(vmf, VM_UFFD_WP);
	}
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	return 0;
}

vm_fault_t write_fault(struct vm_fault *vmf)
{
	pte_t entry = vmf->orig_pte;

	spin_lock(vmf->ptl);
	if (unlikely(!pte_same(ptep_get(vmf->pte), entry))) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return 0;
	}
	return protect_fault(vmf);
}
