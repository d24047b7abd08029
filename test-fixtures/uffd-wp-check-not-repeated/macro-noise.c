/* What kernel code looks like: annotations, conditional compilation, iteration macros, locks that end with their scope. */
static noinline __must_check_if_possible int refresh_noisily(struct list_head *tiles __maybe_unused, struct vm_area_struct *vma,
		pte_t *slot, unsigned long addr, spinlock_t *ptl)
	__acquires(nothing) __releases(nothing)
{
	struct tile *t;
	pte_t seen;

	scoped_guard(spinlock, ptl) {
		seen = READ_ONCE(*slot);
#ifdef CONFIG_TILES_CHECKED
		if (unlikely(({ pte_t copy = seen; pte_uffd_wp(copy); })))
			return -EBUSY;
#else
		if (unlikely(pte_uffd_wp(seen)))
			return -EBUSY;
#endif
	}
	list_for_each_entry(t, tiles, list)
		wait_for_tile(t);
	guard(spinlock)(ptl);
	if (ptep_set_access_flags(vma, addr, slot, pte_mkwrite(pte_mkdirty(seen), vma), 1))
	//  ^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: refresh_noisily()
		update_mmu_cache(vma, addr, slot);
	return 0;
}

static noinline int refresh_noisily_and_well(struct list_head *tiles, struct vm_area_struct *vma, pte_t *slot, unsigned long addr, spinlock_t *ptl)
{
	struct tile *t;
	pte_t seen;

	scoped_guard(spinlock, ptl) {
		seen = READ_ONCE(*slot);
		if (unlikely(pte_uffd_wp(seen)))
			return -EBUSY;
	}
	list_for_each_entry(t, tiles, list)
		wait_for_tile(t);
	guard(spinlock)(ptl);
	if (WARN_ON_ONCE(!pte_same(*slot, seen)))
		return -EAGAIN;
	if (ptep_set_access_flags(vma, addr, slot, pte_mkwrite(pte_mkdirty(seen), vma), 1))
		update_mmu_cache(vma, addr, slot);
	return 0;
}
