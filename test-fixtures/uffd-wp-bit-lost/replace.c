/* A value that is built from a page knows nothing of the one it replaces. */
static void replace_page_of(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct page *new)
{
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl;
	pte_t *slot;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	if (pte_present(ptep_get(slot))) {
		flush_cache_page(vma, addr, pte_pfn(ptep_get(slot)));
		set_pte_at(mm, addr, slot, pte_mkdirty(mk_pte(new, vma->vm_page_prot)));
//^^^^^^^^^^ warning[uffd-wp-bit-lost]: replace_page_of()
	}
	pte_unmap_unlock(slot, ptl);
}

static void replace_page_carrying(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct page *new)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old, entry;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get(slot);
	if (pte_present(old)) {
		entry = pte_mkdirty(mk_pte(new, vma->vm_page_prot));
		if (pte_uffd_wp(old))
			entry = pte_mkuffd_wp(entry);
		set_pte_at(mm, addr, slot, entry);
	}
	pte_unmap_unlock(slot, ptl);
}

/* Nothing was there, not even a marker, and nobody else can put one in. */
static int fill_hole(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct page *new)
{
	struct mm_struct *mm = vma->vm_mm;
	int err = -EEXIST;
	spinlock_t *ptl;
	pte_t *slot;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	if (pte_none(ptep_get(slot))) {
		set_pte_at(mm, addr, slot, mk_pte(new, vma->vm_page_prot));
		err = 0;
	}
	pte_unmap_unlock(slot, ptl);
	return err;
}

/* "Mostly" none: it may be a marker. */
static int fill_what_looks_like_a_hole(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct page *new)
{
	struct mm_struct *mm = vma->vm_mm;
	int err = -EEXIST;
	spinlock_t *ptl;
	pte_t *slot;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	if (pte_none_mostly(ptep_get(slot))) {
		set_pte_at(mm, addr, slot, mk_pte(new, vma->vm_page_prot));
//^^^^^^^^^^ warning[uffd-wp-bit-lost]: fill_what_looks_like_a_hole()
		err = 0;
	}
	pte_unmap_unlock(slot, ptl);
	return err;
}

/* Whoever fills the entry says whether it is to be protected: the old marker does not count. */
static int fill_as_asked(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct page *new, bool wp_copy)
{
	pte_t entry = mk_pte(new, vma->vm_page_prot);
	struct mm_struct *mm = vma->vm_mm;
	int err = -EEXIST;
	spinlock_t *ptl;
	pte_t *slot;

	if (wp_copy)
		entry = pte_mkuffd_wp(entry);
	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	if (pte_none_mostly(ptep_get(slot))) {
		set_pte_at(mm, addr, slot, entry);
		err = 0;
	}
	pte_unmap_unlock(slot, ptl);
	return err;
}

/* The fault handler of a huge page: what it saw was empty or a marker, and is still the same. */
static vm_fault_t tile_into_hole(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, pte_t seen, struct folio *tile)
{
	struct hstate *h = hstate_vma(vma);
	spinlock_t *ptl = huge_pte_lock(h, mm, ptep);
	pte_t entry = make_huge_pte(vma, &tile->page, vma->vm_flags & VM_WRITE);

	if (pte_same(huge_ptep_get(mm, addr, ptep), seen))
		set_huge_pte_at(mm, addr, ptep, entry, huge_page_size(h));
//^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: tile_into_hole()
	spin_unlock(ptl);
	return 0;
}

static vm_fault_t tile_into_marker(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, pte_t seen, struct folio *tile)
{
	struct hstate *h = hstate_vma(vma);
	spinlock_t *ptl = huge_pte_lock(h, mm, ptep);
	pte_t entry = make_huge_pte(vma, &tile->page, vma->vm_flags & VM_WRITE);

	if (unlikely(pte_marker_uffd_wp(seen)))
		entry = huge_pte_mkuffd_wp(huge_pte_wrprotect(entry));
	if (pte_same(huge_ptep_get(mm, addr, ptep), seen))
		set_huge_pte_at(mm, addr, ptep, entry, huge_page_size(h));
	spin_unlock(ptl);
	return 0;
}

vm_fault_t tile_missing(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, struct folio *tile, bool carefully)
{
	pte_t *ptep = hugetlb_walk(vma, addr, huge_page_size(hstate_vma(vma)));
	pte_t seen;

	if (!ptep)
		return VM_FAULT_OOM;
	seen = huge_ptep_get(mm, addr, ptep);
	if (!huge_pte_none_mostly(seen))
		return 0;
	if (carefully)
		return tile_into_marker(mm, vma, addr, ptep, seen, tile);
	return tile_into_hole(mm, vma, addr, ptep, seen, tile);
}
