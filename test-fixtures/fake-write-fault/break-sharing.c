/* Nobody wants to write: the fault is only there to break sharing. Its SIGBUS ends the loop, and counts as done. */
static int break_sharing(struct vm_area_struct *vma, unsigned long addr)
{
	vm_fault_t ret = 0;

	do {
		if (!is_shared(vma, addr))
			break;
		ret = handle_mm_fault(vma, addr, FAULT_FLAG_WRITE | FAULT_FLAG_REMOTE, NULL);
		//    ^^^^^^^^^^^^^^^ warning[fake-write-fault]: break_sharing() fakes a write fault, and drops the SIGBUS that it may get
	} while (!(ret & (VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_OOM)));
	return (ret & VM_FAULT_OOM) ? -ENOMEM : 0;
}

/* The same without a write. */
static int break_sharing_by_unshare(struct vm_area_struct *vma, unsigned long addr)
{
	vm_fault_t ret = 0;

	do {
		if (!is_shared(vma, addr))
			break;
		ret = handle_mm_fault(vma, addr, FAULT_FLAG_UNSHARE | FAULT_FLAG_REMOTE, NULL);
	} while (!(ret & (VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_OOM)));
	return (ret & VM_FAULT_OOM) ? -ENOMEM : 0;
}

/* The failure is handed on: weaker, but still a write that nobody asked for. */
static int break_sharing_or_fail(struct vm_area_struct *vma, unsigned long addr)
{
	vm_fault_t ret = handle_mm_fault(vma, addr, FAULT_FLAG_WRITE, NULL);
	//               ^^^^^^^^^^^^^^^ information[fake-write-fault]: break_sharing_or_fail() fakes a write fault that cannot wait

	if (ret & VM_FAULT_ERROR)
		return -EFAULT;
	return 0;
}

/* SIGBUS is no reason to stop: tried again and again. */
static int break_all_sharing(struct vm_area_struct *vma, unsigned long addr)
{
	vm_fault_t ret;

again:
	ret = handle_mm_fault(vma, addr, FAULT_FLAG_WRITE | FAULT_FLAG_REMOTE, NULL);
	//    ^^^^^^^^^^^^^^^ warning[fake-write-fault]: break_all_sharing() fakes a write fault
	if (ret & VM_FAULT_OOM)
		return -ENOMEM;
	goto again;
}
