/* Takes the lock, compares, releases, says so. */
static bool slot_is_unchanged(struct hstate *h, struct mm_struct *mm, pte_t *ptep, pte_t seen)
{
	spinlock_t *ptl;
	bool same;

	ptl = huge_pte_lock(h, mm, ptep);
	same = pte_same(huge_ptep_get(ptep), seen);
	spin_unlock(ptl);
	return same;
}

/* The same by its name, but nobody holds the lock. */
static bool slot_looks_unchanged(struct hstate *h, struct mm_struct *mm, pte_t *ptep, pte_t seen)
{
	return pte_same(huge_ptep_get(ptep), seen);
}

/* Takes the lock and compares nothing. */
static bool slot_is_lockable(struct hstate *h, struct mm_struct *mm, pte_t *ptep, pte_t seen)
{
	spinlock_t *ptl = huge_pte_lock(h, mm, ptep);

	spin_unlock(ptl);
	return true;
}

/* An error code instead of a bool. */
static int check_slot(struct hstate *h, struct mm_struct *mm, pte_t *ptep, pte_t seen)
{
	spinlock_t *ptl = huge_pte_lock(h, mm, ptep);

	if (!pte_same(huge_ptep_get(ptep), seen)) {
		spin_unlock(ptl);
		return -EAGAIN;
	}
	spin_unlock(ptl);
	return 0;
}

static vm_fault_t empty_slot(struct hstate *h, struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf,
			     pte_t *ptep, pte_t seen)
{
	if (!slot_is_unchanged(h, mm, ptep, seen))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

static vm_fault_t empty_slot_by_code(struct hstate *h, struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf,
				     pte_t *ptep, pte_t seen)
{
	if (check_slot(h, mm, ptep, seen))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

static vm_fault_t empty_slot_unlocked(struct hstate *h, struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf,
				      pte_t *ptep, pte_t seen)
{
	if (!slot_looks_unchanged(h, mm, ptep, seen))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: empty_slot_unlocked() raises MISSING
}

static vm_fault_t empty_slot_lockable(struct hstate *h, struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf,
				      pte_t *ptep, pte_t seen)
{
	if (!slot_is_lockable(h, mm, ptep, seen))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]
}

/* Compares the entry with a reading that is younger than the one that was believed. */
static vm_fault_t empty_slot_wrong_snapshot(struct hstate *h, struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf,
					    pte_t *ptep, pte_t seen)
{
	if (!slot_is_unchanged(h, mm, ptep, huge_ptep_get(ptep)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]
}

vm_fault_t slot_fault(struct hstate *h, struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf, pte_t *ptep, int how)
{
	pte_t entry = huge_ptep_get(ptep);

	if (!huge_pte_none_mostly(entry))
		return 0;
	switch (how) {
	case 0:
		return empty_slot(h, mm, vma, vmf, ptep, entry);
	case 1:
		return empty_slot_by_code(h, mm, vma, vmf, ptep, entry);
	case 2:
		return empty_slot_unlocked(h, mm, vma, vmf, ptep, entry);
	case 3:
		return empty_slot_lockable(h, mm, vma, vmf, ptep, entry);
	default:
		return empty_slot_wrong_snapshot(h, mm, vma, vmf, ptep, entry);
	}
}
