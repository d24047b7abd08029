/* What the old value has decides over the new one, in several steps. */
static bool restore_part(struct folio *folio, struct vm_area_struct *vma, unsigned long addr, void *arg)
{
	DEFINE_FOLIO_VMA_WALK(walk, folio, vma, addr, PVMW_SYNC | PVMW_MIGRATION);

	while (page_vma_mapped_walk(&walk)) {
		pte_t old = ptep_get(walk.pte);
		pte_t entry = mk_pte(folio_page(folio, 0), READ_ONCE(vma->vm_page_prot));
		swp_entry_t place = pte_to_swp_entry(old);

		if (is_writable_migration_entry(place))
			entry = pte_mkwrite(entry, vma);
		if (folio_is_device_private(folio)) {
			entry = swp_entry_to_pte(make_readable_device_private_entry(folio_pfn(folio)));
			if (pte_swp_uffd_wp(old))
				entry = pte_swp_mkuffd_wp(entry);
		}
		if (folio_test_large(folio))
			count_part(folio);
		set_pte_at(vma->vm_mm, walk.address, walk.pte, entry);
//^^^^^^^^^^ warning[uffd-wp-bit-lost]: restore_part() replaces an entry
	}
	return true;
}

static bool restore_all(struct folio *folio, struct vm_area_struct *vma, unsigned long addr, void *arg)
{
	DEFINE_FOLIO_VMA_WALK(walk, folio, vma, addr, PVMW_SYNC | PVMW_MIGRATION);

	while (page_vma_mapped_walk(&walk)) {
		pte_t old = ptep_get(walk.pte);
		pte_t entry = mk_pte(folio_page(folio, 0), READ_ONCE(vma->vm_page_prot));
		swp_entry_t place = pte_to_swp_entry(old);

		if (is_writable_migration_entry(place))
			entry = pte_mkwrite(entry, vma);
		else if (pte_swp_uffd_wp(old))
			entry = pte_mkuffd_wp(entry);
		if (folio_is_device_private(folio)) {
			entry = swp_entry_to_pte(make_readable_device_private_entry(folio_pfn(folio)));
			if (pte_swp_uffd_wp(old))
				entry = pte_swp_mkuffd_wp(entry);
		}
		if (folio_test_large(folio))
			count_part(folio);
		set_pte_at(vma->vm_mm, walk.address, walk.pte, entry);
	}
	return true;
}

/* The question is asked the wrong way round. */
static void copy_inverted(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct page *new)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old, entry;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get(slot);
	if (pte_present(old)) {
		entry = mk_pte(new, vma->vm_page_prot);
		if (!pte_uffd_wp(old))
			entry = pte_mkuffd_wp(entry);
		else
			entry = pte_mkdirty(entry);
		count_part(new);
		set_pte_at(mm, addr, slot, entry);
//^^^^^^^^^^ warning[uffd-wp-bit-lost]: copy_inverted() replaces an entry
	}
	pte_unmap_unlock(slot, ptl);
}

/* The new value is asked, which never had the bit. */
static void copy_asking_itself(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct page *new)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, entry;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	if (pte_present(ptep_get(slot))) {
		entry = mk_pte(new, vma->vm_page_prot);
		if (pte_uffd_wp(entry))
			entry = pte_mkuffd_wp(entry);
		set_pte_at(mm, addr, slot, entry);
//^^^^^^^^^^ warning[uffd-wp-bit-lost]: copy_asking_itself() replaces an entry
	}
	pte_unmap_unlock(slot, ptl);
}

/* The bit is carried only where something else is true as well. */
static void copy_sometimes(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, struct page *new, bool keep)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *slot, old, entry;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	old = ptep_get(slot);
	if (pte_present(old)) {
		entry = mk_pte(new, vma->vm_page_prot);
		if (pte_uffd_wp(old) && keep)
			entry = pte_mkuffd_wp(entry);
		if (keep)
			count_part(new);
		set_pte_at(mm, addr, slot, entry);
//^^^^^^^^^^ warning[uffd-wp-bit-lost]: copy_sometimes() replaces an entry
	}
	pte_unmap_unlock(slot, ptl);
}

/* A request may set the bit or take it away; where it does neither, the old value decides. */
static void change_protection_of(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl, bool protect, bool resolve)
{
	pte_t old, entry;

	spin_lock(ptl);
	old = ptep_get(slot);
	if (is_swap_pte(old)) {
		swp_entry_t place = pte_to_swp_entry(old);

		entry = old;
		if (is_device_exclusive_entry(place))
			entry = swp_entry_to_pte(make_readable_device_exclusive_entry(swp_offset(place)));
		if (protect)
			entry = pte_swp_mkuffd_wp(entry);
		else if (resolve)
			entry = pte_swp_clear_uffd_wp(entry);
		set_pte_at(vma->vm_mm, addr, slot, entry);
//^^^^^^^^^^ warning[uffd-wp-bit-lost]: change_protection_of() replaces an entry
	}
	spin_unlock(ptl);
}

static void change_protection_carrying(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl, bool protect, bool resolve)
{
	pte_t old, entry;

	spin_lock(ptl);
	old = ptep_get(slot);
	if (is_swap_pte(old)) {
		swp_entry_t place = pte_to_swp_entry(old);

		entry = old;
		if (is_device_exclusive_entry(place)) {
			entry = swp_entry_to_pte(make_readable_device_exclusive_entry(swp_offset(place)));
			if (pte_swp_uffd_wp(old))
				entry = pte_swp_mkuffd_wp(entry);
		}
		if (protect)
			entry = pte_swp_mkuffd_wp(entry);
		else if (resolve)
			entry = pte_swp_clear_uffd_wp(entry);
		set_pte_at(vma->vm_mm, addr, slot, entry);
	}
	spin_unlock(ptl);
}
