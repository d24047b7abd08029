/* The snapshot is taken without the lock, found empty, and believed. */
static vm_fault_t tile_fault(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	pte_t entry = huge_ptep_get(mm, vmf->address, ptep);
	//            ^^^^^^^^^^^^^^ step 1: lockless-read

	if (!huge_pte_none(entry))
		return 0;
	if (userfaultfd_missing(vma)) {
		return handle_userfault(vmf, VM_UFFD_MISSING);
		//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: tile_fault() raises MISSING
	}
	return VM_FAULT_OOM;
}

/* The lock is taken, but only to look at something else. */
static vm_fault_t tile_fault_lock_for_nothing(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	pte_t entry = huge_ptep_get(mm, vmf->address, ptep);
	spinlock_t *ptl;

	if (!huge_pte_none_mostly(entry))
		return 0;
	ptl = huge_pte_lock(hstate_vma(vma), mm, ptep);
	vmf->flags |= FAULT_FLAG_TRIED;
	spin_unlock(ptl);
	if (userfaultfd_minor(vma))
		return handle_userfault(vmf, VM_UFFD_MINOR);
		//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: raises MINOR
	return 0;
}

/* The comparison is with another lockless reading: both may have seen the same gap. */
static vm_fault_t tile_fault_compares_unlocked(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	pte_t entry = huge_ptep_get(mm, vmf->address, ptep);

	if (!huge_pte_none(entry))
		return 0;
	if (!pte_same(entry, huge_ptep_get(mm, vmf->address, ptep)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]
}

/* The recheck has the wrong polarity: the event is raised when the entry has changed. */
static vm_fault_t tile_fault_inverted(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	pte_t entry = huge_ptep_get(mm, vmf->address, ptep);
	spinlock_t *ptl;
	bool same;

	if (!huge_pte_none(entry))
		return 0;
	ptl = huge_pte_lock(hstate_vma(vma), mm, ptep);
	same = pte_same(huge_ptep_get(mm, vmf->address, ptep), entry);
	spin_unlock(ptl);
	if (same)
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]
}

/* The recheck is before the snapshot: it says nothing about it. */
static vm_fault_t tile_fault_rechecks_too_early(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), mm, ptep);
	pte_t entry;

	if (!huge_pte_none(huge_ptep_get(mm, vmf->address, ptep))) {
		spin_unlock(ptl);
		return 0;
	}
	spin_unlock(ptl);
	wait_for_something(vma);
	entry = huge_ptep_get(mm, vmf->address, ptep);
	if (!huge_pte_none(entry))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]
}

/* A write-protect event from a snapshot is a smaller evil: userspace only retries. */
static vm_fault_t tile_fault_wp(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t *ptep = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	pte_t entry = huge_ptep_get(mm, vmf->address, ptep);

	if (userfaultfd_wp(vma) && huge_pte_uffd_wp(entry))
		return handle_userfault(vmf, VM_UFFD_WP);
		//     ^^^^^^^^^^^^^^^^ information[lockless-pte-to-userfault]: raises WP
	return 0;
}
