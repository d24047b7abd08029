/* Up to 6.4: entries are read by dereferencing, mapping and locking a table cannot fail, and a helper says when the pmd is no table. */
static vm_fault_t tray_fill(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	vm_fault_t ret = 0;
	pte_t entry;

	if (pte_alloc(vma->vm_mm, vmf->pmd))
		return VM_FAULT_OOM;
	if (unlikely(pmd_trans_unstable(vmf->pmd)))
		return 0;
	entry = pte_mkspecial(pfn_pte(my_zero_pfn(vmf->address), vma->vm_page_prot));
	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!pte_none(*vmf->pte)) {
		update_mmu_tlb(vma, vmf->address, vmf->pte);
		goto unlock;
	}
	ret = check_stable_address_space(vma->vm_mm);
	if (ret)
		goto unlock;
	if (userfaultfd_missing(vma)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return handle_userfault(vmf, VM_UFFD_MISSING);
	}
	set_pte_at(vma->vm_mm, vmf->address, vmf->pte, entry);
unlock:
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	return ret;
}

/* The table is looked at before its lock is taken; what is tested under the lock is the value from before. */
static vm_fault_t tray_fill_early(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry;

	vmf->pte = pte_offset_map(vmf->pmd, vmf->address);
	entry = *vmf->pte;
	barrier();
	vmf->ptl = pte_lockptr(vma->vm_mm, vmf->pmd);
	spin_lock(vmf->ptl);
	if (!pte_none(entry)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return 0;
	}
	if (userfaultfd_missing(vma)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return handle_userfault(vmf, VM_UFFD_MISSING);
		//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: tray_fill_early() raises MISSING
	}
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	return 0;
}

vm_fault_t tray_fault(struct vm_fault *vmf, bool early)
{
	if (unlikely(pmd_none(*vmf->pmd))) {
		vmf->pte = NULL;
	} else {
		if (pmd_devmap_trans_unstable(vmf->pmd))
			return 0;
		vmf->pte = pte_offset_map(vmf->pmd, vmf->address);
		vmf->orig_pte = *vmf->pte;
		barrier();
		if (pte_none(vmf->orig_pte)) {
			pte_unmap(vmf->pte);
			vmf->pte = NULL;
		}
	}
	if (!vmf->pte)
		return early ? tray_fill_early(vmf) : tray_fill(vmf);
	return 0;
}
