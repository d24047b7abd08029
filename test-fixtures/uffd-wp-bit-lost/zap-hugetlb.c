/* Huge pages of a file: the same two forms of the bit, and callers who want all of it gone. */
void unmap_tiles(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct hstate *h = hstate_vma(vma);
	unsigned long sz = huge_page_size(h);
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr;
	spinlock_t *ptl;
	pte_t *slot, val;

	for (addr = start; addr < end; addr += sz) {
		slot = hugetlb_walk(vma, addr, sz);
		if (!slot)
			continue;
		ptl = huge_pte_lock(h, mm, slot);
		val = huge_ptep_get(mm, addr, slot);
		if (huge_pte_none(val)) {
			spin_unlock(ptl);
			continue;
		}
		if (!pte_present(val)) {
			huge_pte_clear(mm, addr, slot, sz);
// ^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: unmap_tiles()
			spin_unlock(ptl);
			continue;
		}
		val = huge_ptep_get_and_clear(mm, addr, slot, sz);
		//    ^^^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: unmap_tiles()
		tlb_remove_huge_tlb_entry(h, tlb, slot, addr);
		spin_unlock(ptl);
	}
}

void unmap_tiles_with_markers(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start, unsigned long end, zap_flags_t zap_flags)
{
	struct hstate *h = hstate_vma(vma);
	unsigned long sz = huge_page_size(h);
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr;
	spinlock_t *ptl;
	pte_t *slot, val;

	for (addr = start; addr < end; addr += sz) {
		slot = hugetlb_walk(vma, addr, sz);
		if (!slot)
			continue;
		ptl = huge_pte_lock(h, mm, slot);
		val = huge_ptep_get(mm, addr, slot);
		if (huge_pte_none(val)) {
			spin_unlock(ptl);
			continue;
		}
		if (unlikely(!pte_present(val))) {
			if (pte_swp_uffd_wp_any(val) && !(zap_flags & ZAP_FLAG_DROP_MARKER))
				set_huge_pte_at(mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP), sz);
			else
				huge_pte_clear(mm, addr, slot, sz);
			spin_unlock(ptl);
			continue;
		}
		val = huge_ptep_get_and_clear(mm, addr, slot, sz);
		tlb_remove_huge_tlb_entry(h, tlb, slot, addr);
		if (huge_pte_uffd_wp(val) && !(zap_flags & ZAP_FLAG_DROP_MARKER))
			set_huge_pte_at(mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP), sz);
		spin_unlock(ptl);
	}
}

/* Keeps the markers of those who want them gone, and the other way round. */
static void unmap_tile_misread(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, zap_flags_t zap_flags)
{
	unsigned long sz = huge_page_size(hstate_vma(vma));
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), mm, slot);
	pte_t val;

	val = huge_ptep_get_and_clear(mm, addr, slot, sz);
	//    ^^^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: unmap_tile_misread()
	if (huge_pte_uffd_wp(val) && (zap_flags & ZAP_FLAG_DROP_MARKER))
		set_huge_pte_at(mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP), sz);
	spin_unlock(ptl);
}

/* 6.1 spells it with one argument less. */
static void unmap_tile_of_old(struct vm_area_struct *vma, unsigned long addr, pte_t *slot)
{
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), mm, slot);
	pte_t val = huge_ptep_get_and_clear(mm, addr, slot);

	if (huge_pte_uffd_wp(val))
		set_huge_pte_at(mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
	spin_unlock(ptl);
}
