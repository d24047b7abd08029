/* A page leaves, and an entry that tells where it went takes its place. */
static bool send_away(struct folio *folio, struct vm_area_struct *vma, unsigned long addr)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, addr, 0);
	pte_t old, new;

	while (page_vma_mapped_walk(&pvmw)) {
		old = ptep_clear_flush(vma, pvmw.address, pvmw.pte);
		new = swp_entry_to_pte(make_readable_migration_entry(pte_pfn(old)));
		if (pte_soft_dirty(old))
			new = pte_swp_mksoft_dirty(new);
		if (pte_uffd_wp(old))
			new = pte_swp_mkuffd_wp(new);
		set_pte_at(vma->vm_mm, pvmw.address, pvmw.pte, new);
	}
	return true;
}

/* Soft-dirty was thought of, write protection was not. */
static bool send_away_bare(struct folio *folio, struct vm_area_struct *vma, unsigned long addr)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, addr, 0);
	pte_t old, new;

	while (page_vma_mapped_walk(&pvmw)) {
		old = ptep_clear_flush(vma, pvmw.address, pvmw.pte);
		//    ^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: send_away_bare()
		new = swp_entry_to_pte(make_readable_migration_entry(pte_pfn(old)));
		if (pte_soft_dirty(old))
			new = pte_swp_mksoft_dirty(new);
		set_pte_at(vma->vm_mm, pvmw.address, pvmw.pte, new);
	}
	return true;
}

/* Writable, so not protected: only what may not be written has the bit. */
static void make_readable(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl)
{
	swp_entry_t entry;
	pte_t val, new;

	spin_lock(ptl);
	val = ptep_get(slot);
	if (is_swap_pte(val)) {
		entry = pte_to_swp_entry(val);
		if (is_writable_migration_entry(entry)) {
			entry = make_readable_migration_entry(swp_offset(entry));
			new = swp_entry_to_pte(entry);
			if (pte_swp_soft_dirty(val))
				new = pte_swp_mksoft_dirty(new);
			set_pte_at(vma->vm_mm, addr, slot, new);
		}
	}
	spin_unlock(ptl);
}

/* Nobody will ever write to broken memory: the entry has nothing to protect. */
static void bury(struct folio *folio, struct page *page, struct vm_area_struct *vma, unsigned long addr)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, addr, 0);
	pte_t tomb;

	while (page_vma_mapped_walk(&pvmw)) {
		tomb = swp_entry_to_pte(make_hwpoison_entry(page));
		ptep_clear_flush(vma, pvmw.address, pvmw.pte);
		set_pte_at(vma->vm_mm, pvmw.address, pvmw.pte, tomb);
	}
}

/* Several ways to empty the entry, and one marker for all of them. */
static bool evict(struct folio *folio, struct vm_area_struct *vma, unsigned long addr, enum ttu_flags flags)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, addr, 0);
	struct mm_struct *mm = vma->vm_mm;
	pte_t old;

	while (page_vma_mapped_walk(&pvmw)) {
		if (folio_test_hugetlb(folio)) {
			old = huge_ptep_clear_flush(vma, pvmw.address, pvmw.pte);
		} else if (flags & TTU_BATCH_FLUSH) {
			old = ptep_get_and_clear(mm, pvmw.address, pvmw.pte);
			remember_to_flush(mm, old, pvmw.address);
		} else {
			old = ptep_clear_flush(vma, pvmw.address, pvmw.pte);
		}
		pte_install_uffd_wp_if_needed(vma, pvmw.address, pvmw.pte, old);
		if (pte_dirty(old))
			folio_mark_dirty(folio);
	}
	return true;
}

/* One of the ways comes after the marker. */
static bool evict_late(struct folio *folio, struct vm_area_struct *vma, unsigned long addr, enum ttu_flags flags)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, addr, 0);
	struct mm_struct *mm = vma->vm_mm;
	pte_t old;

	while (page_vma_mapped_walk(&pvmw)) {
		old = ptep_get(pvmw.pte);
		if (flags & TTU_BATCH_FLUSH)
			old = ptep_get_and_clear(mm, pvmw.address, pvmw.pte);
		if (pte_uffd_wp(old) && (flags & TTU_BATCH_FLUSH))
			set_pte_at(mm, pvmw.address, pvmw.pte, make_pte_marker(PTE_MARKER_UFFD_WP));
		if (!(flags & TTU_BATCH_FLUSH))
			old = ptep_clear_flush(vma, pvmw.address, pvmw.pte);
			//    ^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: evict_late()
		if (pte_dirty(old))
			folio_mark_dirty(folio);
	}
	return true;
}
