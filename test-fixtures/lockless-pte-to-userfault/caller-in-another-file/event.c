/* No entry is read here: whether the event is right depends on who calls. */
static vm_fault_t raise_event(struct vm_area_struct *vma, unsigned long address, unsigned int flags, unsigned long reason)
{
	struct vm_fault vmf = {
		.vma = vma,
		.address = address,
		.flags = flags,
	};

	return handle_userfault(&vmf, reason);
}

vm_fault_t drawer_is_empty(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address, pte_t *ptep, unsigned int flags)
{
	if (userfaultfd_missing(vma))
		return raise_event(vma, address, flags, VM_UFFD_MISSING);
		//     ^^^^^^^^^^^ warning[lockless-pte-to-userfault]: drawer_is_empty() raises MISSING on an entry that drawer_fault() read
	return VM_FAULT_OOM;
}

/* All callers looked under the lock. */
vm_fault_t shelf_is_empty(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address, pte_t *ptep, unsigned int flags)
{
	if (userfaultfd_missing(vma))
		return raise_event(vma, address, flags, VM_UFFD_MISSING);
	return VM_FAULT_OOM;
}
