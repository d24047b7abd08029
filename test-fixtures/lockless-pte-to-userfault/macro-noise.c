/* What kernel code looks like: annotations, iteration macros, conditional compilation, statement expressions. */
SYSCALL_DEFINE2(tile_touch, unsigned long, start, size_t, len)
{
	return touch_tiles(start, len);
}

static noinline __always_inline_if_possible vm_fault_t __must_check noisy_fault(struct mm_struct *mm,
		struct vm_area_struct *vma __maybe_unused, struct vm_fault *vmf)
	__acquires(nothing) __releases(nothing)
{
	pte_t *ptep __maybe_unused = huge_pte_offset(mm, vmf->address, PMD_SIZE);
	struct tile *t;
	pte_t entry;

#ifdef CONFIG_TILES
	list_for_each_entry(t, &tiles, list) {
		if (t->mm == mm)
			break;
	}
#else
	t = NULL;
#endif
	do {
		entry = READ_ONCE(*ptep);
	} for_each_tile(t, mm);

	if (likely(!({ pte_t copy = entry; pte_none(copy); })))
		return 0;
#ifdef CONFIG_TILES_CHECKED
	if (tile_is_checked(t)) {
		spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), mm, ptep);
		bool gone = WARN_ON_ONCE(!pte_none(*ptep));

		spin_unlock(ptl);
		if (gone)
			return 0;
		return handle_userfault(vmf, VM_UFFD_MISSING);
	} else
#endif
	if (userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
		//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]
	return 0;
}
EXPORT_SYMBOL_GPL(noisy_fault)
