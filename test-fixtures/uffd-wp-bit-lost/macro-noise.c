/* What kernel code looks like: annotations, conditional arms, iteration macros. */
static __always_inline void __maybe_unused unmap_noisily(struct mmu_gather *tlb __maybe_unused, struct vm_area_struct *vma,
		unsigned long addr, pte_t *slot, zap_flags_t zap_flags)
	__must_hold(nothing)
{
	struct hstate *h __maybe_unused = hstate_vma(vma);
	unsigned long sz = huge_page_size(h);
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl = huge_pte_lock(h, mm, slot);
	pte_t val = READ_ONCE(*slot);

	if (unlikely(!pte_present(val))) {
#ifdef CONFIG_PTE_MARKER_UFFD_WP
		if (pte_swp_uffd_wp_any(val) && likely(!(zap_flags & ZAP_FLAG_DROP_MARKER)))
			set_huge_pte_at(mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP), sz);
		else
#endif
			huge_pte_clear(mm, addr, slot, sz);
		goto unlock;
	}
	val = huge_ptep_get_and_clear(mm, addr, slot, sz);
#ifdef CONFIG_PTE_MARKER_UFFD_WP
	if (huge_pte_uffd_wp(val) && !(zap_flags & ZAP_FLAG_DROP_MARKER))
		set_huge_pte_at(mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP), sz);
#endif
unlock:
	spin_unlock(ptl);
}

static noinline void unmap_noisily_and_lose(struct list_head *tiles, struct vm_area_struct *vma, unsigned long addr, pte_t *slot)
{
	struct hstate *h = hstate_vma(vma);
	struct mm_struct *mm = vma->vm_mm;
	struct tile *t;

	list_for_each_entry(t, tiles, list) {
		spinlock_t *ptl = huge_pte_lock(h, mm, slot);

#ifdef CONFIG_TILES_CHECKED
		if (tile_is_checked(t))
			check_tile(t);
		else
#endif
			huge_pte_clear(mm, addr, slot, huge_page_size(h));
// ^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: unmap_noisily_and_lose()
		spin_unlock(ptl);
		addr += huge_page_size(h);
	}
}
