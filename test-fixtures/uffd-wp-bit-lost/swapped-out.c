/* Anonymous memory: what is emptied may lose its bit, what gets another value may not. */
static void swap_out(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct folio *folio)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old, entry;
	spinlock_t *ptl;

	if (!vma_is_anonymous(vma))
		return;
	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_clear_flush(vma, addr, slot);
	//    ^^^^^^^^^^^^^^^^ information[uffd-wp-bit-lost]: swap_out() replaces an entry
	if (folio_test_dirty(folio)) {
		entry = swp_entry_to_pte(folio->swap);
		if (pte_soft_dirty(old))
			entry = pte_swp_mksoft_dirty(entry);
		set_pte_at(mm, addr, slot, entry);
	}
	pte_unmap_unlock(slot, ptl);
}

static void swap_out_carrying(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct folio *folio)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old, entry;
	spinlock_t *ptl;

	if (!vma_is_anonymous(vma))
		return;
	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_clear_flush(vma, addr, slot);
	if (folio_test_dirty(folio)) {
		entry = swp_entry_to_pte(folio->swap);
		if (pte_soft_dirty(old))
			entry = pte_swp_mksoft_dirty(entry);
		if (pte_uffd_wp(old))
			entry = pte_swp_mkuffd_wp(entry);
		set_pte_at(mm, addr, slot, entry);
	}
	pte_unmap_unlock(slot, ptl);
}

/* The helper leaves markers for files and nothing for anonymous memory, so that the bit is in neither place. */
static bool unmap_one(struct folio *folio, struct vm_area_struct *vma, unsigned long addr)
{
	DEFINE_FOLIO_VMA_WALK(walk, folio, vma, addr, 0);
	pte_t old, entry;

	while (page_vma_mapped_walk(&walk)) {
		old = ptep_clear_flush(vma, addr, walk.pte);
		//    ^^^^^^^^^^^^^^^^ information[uffd-wp-bit-lost]: unmap_one() replaces an entry
		leave_marker(vma, addr, walk.pte, old);
		if (folio_test_anon(folio)) {
			entry = swp_entry_to_pte(folio->swap);
			if (folio_test_swapbacked(folio))
				entry = pte_swp_mkexclusive(entry);
			set_pte_at(vma->vm_mm, addr, walk.pte, entry);
// ^^^^^^^^^^ warning[uffd-wp-bit-lost]: unmap_one() replaces a marker
		}
	}
	return true;
}

static bool unmap_one_carrying(struct folio *folio, struct vm_area_struct *vma, unsigned long addr)
{
	DEFINE_FOLIO_VMA_WALK(walk, folio, vma, addr, 0);
	pte_t old, entry;

	while (page_vma_mapped_walk(&walk)) {
		old = ptep_clear_flush(vma, addr, walk.pte);
		leave_marker(vma, addr, walk.pte, old);
		if (folio_test_anon(folio)) {
			entry = swp_entry_to_pte(folio->swap);
			if (folio_test_swapbacked(folio))
				entry = pte_swp_mkexclusive(entry);
			if (pte_uffd_wp(old))
				entry = pte_swp_mkuffd_wp(entry);
			set_pte_at(vma->vm_mm, addr, walk.pte, entry);
		}
	}
	return true;
}

static void leave_marker(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, pte_t old)
{
	if (vma_is_anonymous(vma) || !userfaultfd_wp(vma))
		return;
	if ((pte_present(old) && pte_uffd_wp(old)) || pte_swp_uffd_wp_any(old))
		set_pte_at(vma->vm_mm, addr, slot, make_pte_marker(PTE_MARKER_UFFD_WP));
}

/* A registration that cannot have the bit excuses both. */
static void swap_out_unregistered(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct folio *folio)
{
	spinlock_t *ptl;
	pte_t *slot;

	if (userfaultfd_wp(vma))
		return;
	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return;
	ptep_clear_flush(vma, addr, slot);
	set_pte_at(vma->vm_mm, addr, slot, swp_entry_to_pte(folio->swap));
	pte_unmap_unlock(slot, ptl);
}

/* The caller knows that the memory is anonymous; who puts the new value in is a helper. */
static pte_t take_out(struct vm_area_struct *vma, unsigned long addr, pte_t *slot)
{
	return ptep_clear_flush(vma, addr, slot);
	//     ^^^^^^^^^^^^^^^^ information[uffd-wp-bit-lost]: take_out() replaces an entry
}

static void put_in(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, struct page *page)
{
	set_pte_at(vma->vm_mm, addr, slot, mk_pte(page, vma->vm_page_prot));
}

int exchange(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct page *page, bool keep)
{
	spinlock_t *ptl;
	pte_t *slot;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	take_out(vma, addr, slot);
	if (keep)
		put_in(vma, addr, slot, page);
	pte_unmap_unlock(slot, ptl);
	return 0;
}
