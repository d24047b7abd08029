/* Several events, a ladder of labels, locks that are taken on some paths only. */
vm_fault_t ladder_fault(struct vm_fault *vmf, int nr_pages)
{
	struct vm_area_struct *vma = vmf->vma;
	struct folio *folio = NULL;
	vm_fault_t ret = 0;
	long pages;

	vmf->orig_pte = ptep_get_lockless(vmf->pte);
	if (!pte_none(vmf->orig_pte))
		return 0;
	if (!(vmf->flags & FAULT_FLAG_WRITE)) {
		vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
		if (!vmf->pte)
			goto out;
		if (!pte_same(ptep_get(vmf->pte), vmf->orig_pte))
			goto unlock;
		if (userfaultfd_missing(vma)) {
			pte_unmap_unlock(vmf->pte, vmf->ptl);
			return handle_userfault(vmf, VM_UFFD_MISSING);
		}
		goto unlock;
	}
	folio = take_folio(vma);
	if (!folio)
		goto oom;
	pages = folio_nr_pages(folio);
	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		goto release;
	if (pages == 1 && !pte_none(ptep_get(vmf->pte)))
		goto release;
	else if (pages > 1 && !pte_range_none(vmf->pte, pages))
		goto release;
	ret = check_stable_address_space(vma->vm_mm);
	if (ret)
		goto release;
	if (userfaultfd_missing(vma)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		drop_folio(folio);
		return handle_userfault(vmf, VM_UFFD_MISSING);
	}
	goto unlock;
oom:
	if (nr_pages > 1)
		return VM_FAULT_OOM;
	if (userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
		//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]
	return VM_FAULT_OOM;
release:
	drop_folio(folio);
unlock:
	if (vmf->pte)
		pte_unmap_unlock(vmf->pte, vmf->ptl);
out:
	return ret;
}

/* A retry reads a new snapshot: the recheck of the first round says nothing about the second. */
vm_fault_t retry_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	bool checked = false;
	pte_t entry;

retry:
	entry = ptep_get_lockless(vmf->pte);
	if (!pte_none(entry))
		return 0;
	if (!checked) {
		spinlock_t *ptl = pte_lockptr(vma->vm_mm, vmf->pmd);

		spin_lock(ptl);
		if (!pte_same(ptep_get(vmf->pte), entry)) {
			spin_unlock(ptl);
			return 0;
		}
		spin_unlock(ptl);
		checked = true;
		cond_resched();
		goto retry;
	}
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]
}
