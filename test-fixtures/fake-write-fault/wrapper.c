/* Lets the fault wait when the caller can have its lock dropped. */
static int fix_up(struct vm_area_struct *vma, unsigned long addr, unsigned int flags, bool *unlocked)
{
	vm_fault_t ret;

	if (unlocked)
		flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE;
	ret = handle_mm_fault(vma, addr, flags, NULL);
	if (ret & VM_FAULT_ERROR)
		return -EFAULT;
	return 0;
}

int touch(struct vm_area_struct *vma, unsigned long addr)
{
	bool unlocked = false;

	return fix_up(vma, addr, FAULT_FLAG_WRITE, &unlocked);
}

int touch_impatiently(struct vm_area_struct *vma, unsigned long addr)
{
	return fix_up(vma, addr, FAULT_FLAG_WRITE, NULL);
	//     ^^^^^^ information[fake-write-fault]: touch_impatiently() fakes a write fault
}

int look(struct vm_area_struct *vma, unsigned long addr)
{
	return fix_up(vma, addr, 0, NULL);
}

/* Cannot wait for anybody: then it is this function that is at fault. */
static int fix_up_never_waits(struct vm_area_struct *vma, unsigned long addr, unsigned int flags, bool *unlocked)
{
	vm_fault_t ret;

	if (unlocked)
		flags |= FAULT_FLAG_KILLABLE;
	ret = handle_mm_fault(vma, addr, flags, NULL);
	//    ^^^^^^^^^^^^^^^ information[fake-write-fault]: fix_up_never_waits() fakes a write fault
	if (ret & VM_FAULT_ERROR)
		return -EFAULT;
	return 0;
}

int touch_in_vain(struct vm_area_struct *vma, unsigned long addr)
{
	bool unlocked = false;

	return fix_up_never_waits(vma, addr, FAULT_FLAG_WRITE, &unlocked);
}
