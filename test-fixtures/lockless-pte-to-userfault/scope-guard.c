/* Locks that the end of a scope releases, on every way out of it. */
static vm_fault_t guarded_fault(struct hstate *h, struct mm_struct *mm, struct vm_fault *vmf, pte_t *ptep)
{
	pte_t entry = huge_ptep_get(ptep);
	bool same = false;

	if (!huge_pte_none(entry))
		return 0;
	scoped_guard(spinlock, huge_pte_lockptr(h, mm, ptep)) {
		same = pte_same(huge_ptep_get(ptep), entry);
	}
	if (!same)
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

static bool slot_is_same(struct hstate *h, struct mm_struct *mm, pte_t *ptep, pte_t entry)
{
	guard(spinlock)(huge_pte_lockptr(h, mm, ptep));
	return pte_same(huge_ptep_get(ptep), entry);
}

static vm_fault_t guarded_helper_fault(struct hstate *h, struct mm_struct *mm, struct vm_fault *vmf, pte_t *ptep)
{
	pte_t entry = huge_ptep_get(ptep);

	if (!huge_pte_none(entry) || !slot_is_same(h, mm, ptep, entry))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}

/* A mutex is no page-table lock. */
static vm_fault_t wrongly_guarded_fault(struct tile *t, struct vm_fault *vmf, pte_t *ptep)
{
	pte_t entry = huge_ptep_get(ptep);

	if (!huge_pte_none(entry))
		return 0;
	scoped_guard(mutex, &t->mutex) {
		if (!pte_same(huge_ptep_get(ptep), entry))
			return 0;
	}
	return handle_userfault(vmf, VM_UFFD_MISSING);
	//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]
}
