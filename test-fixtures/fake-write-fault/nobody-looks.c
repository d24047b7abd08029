/* Has no value to hand a failure on with, and does not look at it either. */
static void break_one(struct vm_area_struct *vma, unsigned long addr, unsigned int how)
{
	if (is_merged(vma, addr))
		handle_mm_fault(vma, addr, how | FAULT_FLAG_REMOTE, NULL);
//^^^^^^^^^^^^^^^ warning[fake-write-fault]: break_one() fakes a write fault, and drops the SIGBUS that it may get
}

void break_all(struct vm_area_struct *vma)
{
	unsigned long addr;

	for (addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE)
		break_one(vma, addr, FAULT_FLAG_WRITE);
}

/* Unsharing does not fail for userfaultfd. */
static void unshare_one(struct vm_area_struct *vma, unsigned long addr, unsigned int how)
{
	handle_mm_fault(vma, addr, how | FAULT_FLAG_REMOTE, NULL);
}

void unshare_all(struct vm_area_struct *vma)
{
	unsigned long addr;

	for (addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE)
		unshare_one(vma, addr, FAULT_FLAG_UNSHARE);
}

/* Looks, and may tell by other means. */
static void touch_one(struct vm_area_struct *vma, unsigned long addr)
{
	vm_fault_t ret = handle_mm_fault(vma, addr, FAULT_FLAG_WRITE, NULL);
	//               ^^^^^^^^^^^^^^^ information[fake-write-fault]: touch_one() fakes a write fault that cannot wait

	if (ret & VM_FAULT_ERROR)
		send_bus_error(addr);
}
