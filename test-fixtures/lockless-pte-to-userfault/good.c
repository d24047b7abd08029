/* The same fault handlers with their recheck: nothing to report. */
static vm_fault_t tile_fault(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	pte_t entry = huge_ptep_get(mm, vmf->address, ptep);
	spinlock_t *ptl;
	bool same;

	if (!huge_pte_none(entry))
		return 0;
	if (userfaultfd_missing(vma)) {
		ptl = huge_pte_lock(hstate_vma(vma), mm, ptep);
		same = pte_same(huge_ptep_get(mm, vmf->address, ptep), entry);
		spin_unlock(ptl);
		if (!same)
			return 0;
		return handle_userfault(vmf, VM_UFFD_MISSING);
	}
	return VM_FAULT_OOM;
}

/* Looking for none again is as good as comparing; so is the other order of arguments, and a test spelled as a comparison with 0. */
static vm_fault_t tile_fault_none_again(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	pte_t entry = huge_ptep_get(mm, vmf->address, ptep);
	spinlock_t *ptl;

	if (huge_pte_none(entry) == 0)
		return 0;
	ptl = huge_pte_lock(hstate_vma(vma), mm, ptep);
	if (unlikely(huge_pte_none(huge_ptep_get(mm, vmf->address, ptep)) == 0)) {
		spin_unlock(ptl);
		return 0;
	}
	if (!userfaultfd_missing(vma)) {
		spin_unlock(ptl);
		return VM_FAULT_OOM;
	}
	spin_unlock(ptl);
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

static vm_fault_t tile_fault_swapped_arguments(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	pte_t entry = huge_ptep_get(mm, vmf->address, ptep);
	vm_fault_t ret = 0;
	spinlock_t *ptl;

	if (!huge_pte_none_mostly(entry))
		return 0;
	ptl = huge_pte_lock(hstate_vma(vma), mm, ptep);
	if (likely(pte_same(entry, huge_ptep_get(mm, vmf->address, ptep)))) {
		spin_unlock(ptl);
		ret = handle_userfault(vmf, VM_UFFD_MINOR);
	} else {
		spin_unlock(ptl);
	}
	return ret;
}

/* No entry was looked at: a page-cache miss is not this rule's business. */
static vm_fault_t cache_fault(struct vm_area_struct *vma, struct vm_fault *vmf, struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, vmf->pgoff);

	if (!folio && userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}

/* The lockless test decides about a table, not about the event. */
static vm_fault_t table_then_event(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	if (pmd_none(*vmf->pmd))
		prepare_table(mm);
	if (userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}

/* The bit is read under the lock; no comparison is needed for that. */
static vm_fault_t tile_fault_wp(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), mm, ptep);

	if (userfaultfd_wp(vma) && huge_pte_uffd_wp(huge_ptep_get(mm, vmf->address, ptep))) {
		spin_unlock(ptl);
		return handle_userfault(vmf, VM_UFFD_WP);
	}
	spin_unlock(ptl);
	return 0;
}
