/* What annotations and assertions say of a lock counts, until the body does something else with it. */
static vm_fault_t fill_released(struct vm_fault *vmf)
	__releases(vmf->ptl)
{
	bool none = pte_none(ptep_get(vmf->pte));

	pte_unmap_unlock(vmf->pte, vmf->ptl);
	if (!none)
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

static vm_fault_t fill_held(struct vm_fault *vmf, pte_t *ptep, spinlock_t *ptl) __must_hold(ptl)
{
	bool none = huge_pte_none(huge_ptep_get(ptep));

	spin_unlock(ptl);
	if (!none)
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

static vm_fault_t fill_asserted(struct vm_fault *vmf)
{
	bool none;

	lockdep_assert_held(vmf->ptl);
	none = pte_none(ptep_get(vmf->pte));
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	if (!none)
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

static vm_fault_t fill_asserted_pointer(struct hstate *h, struct vm_fault *vmf, pte_t *ptep, spinlock_t *ptl)
{
	bool none;

	assert_spin_locked(huge_pte_lockptr(h, vmf->vma->vm_mm, ptep));
	none = huge_pte_none(huge_ptep_get(ptep));
	spin_unlock(ptl);
	if (!none)
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

/* ---- locks that are taken where nobody can see it ---- */

static bool is_none_held(struct vm_fault *vmf, spinlock_t *ptl)
	__must_hold(ptl)
{
	return pte_none(ptep_get(vmf->pte));
}

static bool is_none_asserted(struct vm_fault *vmf)
{
	lockdep_assert_held(vmf->ptl);
	return pte_none(ptep_get(vmf->pte));
}

static bool is_none_asserted_pointer(struct vm_fault *vmf)
{
	assert_spin_locked(pte_lockptr(vmf->vma->vm_mm, vmf->pmd));
	return pte_none(ptep_get(vmf->pte));
}

static bool is_none_released(struct vm_fault *vmf)
	__releases(&vmf->vma->vm_mm->page_table_lock)
{
	bool none = pte_none(ptep_get(vmf->pte));

	unlock_tables(vmf);
	return none;
}

static bool is_none(struct vm_fault *vmf)
{
	return pte_none(ptep_get(vmf->pte));
}

vm_fault_t held_fault(struct vm_fault *vmf)
{
	bool none;

	lock_tables(vmf);
	none = is_none_held(vmf, vmf->ptl);
	unlock_tables(vmf);
	return none ? handle_userfault(vmf, VM_UFFD_MISSING) : 0;
}

vm_fault_t asserted_fault(struct vm_fault *vmf)
{
	bool none;

	lock_tables(vmf);
	none = is_none_asserted(vmf);
	unlock_tables(vmf);
	return none ? handle_userfault(vmf, VM_UFFD_MISSING) : 0;
}

vm_fault_t asserted_pointer_fault(struct vm_fault *vmf)
{
	bool none;

	lock_tables(vmf);
	none = is_none_asserted_pointer(vmf);
	unlock_tables(vmf);
	return none ? handle_userfault(vmf, VM_UFFD_MISSING) : 0;
}

vm_fault_t released_fault(struct vm_fault *vmf)
{
	lock_tables(vmf);
	return is_none_released(vmf) ? handle_userfault(vmf, VM_UFFD_MISSING) : 0;
}

vm_fault_t plain_fault(struct vm_fault *vmf)
{
	bool none;

	lock_tables(vmf);
	none = is_none(vmf);
	unlock_tables(vmf);
	return none ? handle_userfault(vmf, VM_UFFD_MISSING) : 0;
	//            ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: plain_fault() raises MISSING on a pte that is_none() read
}

/* A lock below another one: giving the inner one back leaves the one that was held on entry. */
static vm_fault_t fill_below(struct vm_fault *vmf, spinlock_t *src_ptl)
	__releases(src_ptl)
{
	spinlock_t *ptl;
	pte_t *ptep = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &ptl);
	bool none;

	pte_unmap_unlock(ptep, ptl);
	none = pte_none(ptep_get(vmf->pte));
	spin_unlock(src_ptl);
	if (!none)
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

/* What was read before the assertion was read under the same lock, which the event's function gives back. */
static vm_fault_t raise_unlocked(struct vm_fault *vmf)
{
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

static vm_fault_t fill_read_first(struct vm_fault *vmf)
{
	pte_t entry = ptep_get(vmf->pte);

	lockdep_assert_held(vmf->ptl);
	if (!pte_none(entry))
		return 0;
	return raise_unlocked(vmf);
}

/* A lock that is back after it was given back is there for the caller, too. */
static void yield_lock(struct vm_fault *vmf)
{
	spin_unlock(vmf->ptl);
	lock_tables(vmf);
	lockdep_assert_held(vmf->ptl);
}

static vm_fault_t fill_yielding(struct vm_fault *vmf)
{
	bool none;

	vmf->pte = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	yield_lock(vmf);
	none = pte_none(ptep_get(vmf->pte));
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	if (!none)
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

/* ---- the body counts ---- */

static vm_fault_t fill_after_release(struct vm_fault *vmf, spinlock_t *ptl)
	__must_hold(ptl)
{
	spin_unlock(ptl);
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_after_release() raises MISSING
}

static vm_fault_t fill_after_assertion(struct vm_fault *vmf)
{
	lockdep_assert_held(vmf->ptl);
	spin_unlock(vmf->ptl);
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_after_assertion() raises MISSING
}

static vm_fault_t fill_twice_released(struct vm_fault *vmf, spinlock_t *ptl)
	__releases(ptl)
{
	spin_unlock(ptl);
	spin_unlock(ptl);
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_twice_released() raises MISSING
}

static vm_fault_t fill_own(struct vm_fault *vmf)
{
	pte_t *ptep = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);

	lockdep_assert_held(vmf->ptl);
	assert_spin_locked(pte_lockptr(vmf->vma->vm_mm, vmf->pmd));
	pte_unmap_unlock(ptep, vmf->ptl);
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_own() raises MISSING
}

/* It leaves the lock as it was, and gives its caller none. */
static void count_entry(struct vm_fault *vmf, spinlock_t *ptl)
	__must_hold(ptl)
{
	if (pte_present(ptep_get(vmf->pte)))
		vmf->flags |= FAULT_FLAG_TRIED;
}

static vm_fault_t fill_counted(struct vm_fault *vmf, spinlock_t *ptl)
{
	vmf->pte = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	count_entry(vmf, ptl);
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_counted() raises MISSING
}

/* Its caller sees that the lock is given back. */
static void let_go(struct vm_fault *vmf)
	__releases(vmf->ptl)
{
	pte_unmap_unlock(vmf->pte, vmf->ptl);
}

static vm_fault_t fill_let_go(struct vm_fault *vmf)
{
	vmf->pte = pte_offset_map_lock(vmf->vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	let_go(vmf);
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_let_go() raises MISSING
}

/* ... and so does one that was itself called with it. */
static vm_fault_t fill_passed_on(struct vm_fault *vmf)
	__releases(vmf->ptl)
{
	let_go(vmf);
	if (!pte_none(ptep_get(vmf->pte)))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: fill_passed_on() raises MISSING
}
