/* Annotations and assertions about other locks say nothing of the page-table lock. */
static vm_fault_t fill_mmap(struct mm_struct *mm, struct vm_fault *vmf)
	__must_hold(&mm->mmap_lock)
{
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_mmap() raises MISSING
}

static vm_fault_t fill_rcu(struct vm_fault *vmf)
	__must_hold(RCU)
{
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_rcu() raises MISSING
}

static vm_fault_t fill_spinlock(struct vm_fault *vmf, spinlock_t *lru_lock)
	__releases(lru_lock)
{
	bool none = pte_none(ptep_get(vmf->pte));

	spin_unlock(lru_lock);
	if (!none)
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_spinlock() raises MISSING
}

static vm_fault_t fill_mutex(struct vm_fault *vmf, struct mutex *ptl)
	__must_hold(ptl)
{
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_mutex() raises MISSING
}

static vm_fault_t fill_asserted(struct mm_struct *mm, struct vm_fault *vmf)
{
	lockdep_assert_held(&mm->mmap_lock);
	lockdep_assert_held_write(&vmf->vma->vm_file->f_mapping->i_mmap_rwsem);
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_asserted() raises MISSING
}

/* That the lock is not held is no promise that it is. */
static vm_fault_t fill_unheld(struct vm_fault *vmf)
{
	lockdep_assert_not_held(vmf->ptl);
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_unheld() raises MISSING
}

/* A lock that is held on return was not on entry. */
static vm_fault_t fill_acquired(struct vm_fault *vmf, spinlock_t *ptl)
	__acquires(ptl)
{
	bool none = pte_none(ptep_get(vmf->pte));

	spin_lock(ptl);
	if (!none)
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_acquired() raises MISSING
}

/* Whether this read is locked is still for the caller to say. */
static bool is_none(struct mm_struct *mm, struct vm_fault *vmf)
	__must_hold(&mm->mmap_lock)
{
	return pte_none(ptep_get(vmf->pte));
}

vm_fault_t lockless_fault(struct mm_struct *mm, struct vm_fault *vmf)
{
	if (!is_none(mm, vmf))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: lockless_fault() raises MISSING on a pte that is_none() read
}

vm_fault_t locked_fault(struct mm_struct *mm, struct vm_fault *vmf)
{
	bool none;

	vmf->pte = pte_offset_map_lock(mm, vmf->pmd, vmf->address, &vmf->ptl);
	none = is_none(mm, vmf);
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	if (!none)
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
