/* Somebody wants to write: that is no fake, whether it may wait or not. */
static int fault_in(struct vm_area_struct *vma, unsigned long addr, unsigned int *gup_flags, int *locked)
{
	unsigned int flags = 0;
	vm_fault_t ret;

	if (*gup_flags & FOLL_WRITE)
		flags |= FAULT_FLAG_WRITE;
	if (locked)
		flags |= FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE;
	ret = handle_mm_fault(vma, addr, flags, NULL);
	if (ret & VM_FAULT_ERROR)
		return -EFAULT;
	return 0;
}

static int device_fault(struct vm_area_struct *vma, unsigned long addr, bool is_write)
{
	vm_fault_t ret = handle_mm_fault(vma, addr, is_write ? FAULT_FLAG_WRITE : 0, NULL);

	return ret & VM_FAULT_ERROR ? -EFAULT : 0;
}

/* A task faulted: the fault is as real as its registers. */
static void architecture_fault(struct vm_area_struct *vma, unsigned long addr, struct pt_regs *regs)
{
	vm_fault_t ret = handle_mm_fault(vma, addr, FAULT_FLAG_WRITE, regs);

	if (ret & VM_FAULT_SIGBUS)
		send_bus_error(regs);
}

/* FAULT_FLAG_DEFAULT lets the fault wait. */
static int patient(struct vm_area_struct *vma, unsigned long addr)
{
	handle_mm_fault(vma, addr, FAULT_FLAG_DEFAULT | FAULT_FLAG_WRITE, NULL);
	return 0;
}

/* Unsharing by writing, beside writing that was asked for. */
static int fault_in_or_unshare(struct vm_area_struct *vma, unsigned long addr, unsigned int *gup_flags, bool unshare)
{
	unsigned int flags = 0;
	vm_fault_t ret;

	if (*gup_flags & FOLL_WRITE)
		flags |= FAULT_FLAG_WRITE;
	if (unshare)
		flags |= FAULT_FLAG_WRITE;
	ret = handle_mm_fault(vma, addr, flags, NULL);
	//    ^^^^^^^^^^^^^^^ information[fake-write-fault]
	if (ret & VM_FAULT_ERROR)
		return -EFAULT;
	return 0;
}
