/* Emptied for a moment only: the value goes back, changed or moved, and the bit with it. */
static void age_one(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t val;

	spin_lock(ptl);
	val = ptep_get_and_clear(mm, addr, slot);
	val = pte_mkold(val);
	set_pte_at(mm, addr, slot, val);
	spin_unlock(ptl);
}

static bool clean_one(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl)
{
	bool dirty = false;
	pte_t val;

	spin_lock(ptl);
	val = ptep_get(slot);
	if (pte_dirty(val) || pte_write(val)) {
		val = ptep_clear_flush(vma, addr, slot);
		val = pte_wrprotect(val);
		val = pte_mkclean(val);
		set_pte_at(vma->vm_mm, addr, slot, val);
		dirty = true;
	}
	spin_unlock(ptl);
	return dirty;
}

static void protect_one(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl, pgprot_t prot)
{
	struct mm_struct *mm = vma->vm_mm;

	spin_lock(ptl);
	set_pte_at(mm, addr, slot, pte_modify(ptep_get_and_clear(mm, addr, slot), prot));
	spin_unlock(ptl);
}

static void protect_pair(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl, pgprot_t prot)
{
	pte_t old, new;

	spin_lock(ptl);
	old = ptep_modify_prot_start(vma, addr, slot);
	new = pte_modify(old, prot);
	ptep_modify_prot_commit(vma, addr, slot, old, new);
	spin_unlock(ptl);
}

static void protect_tile(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *slot, pgprot_t prot)
{
	spinlock_t *ptl = huge_pte_lock(hstate_vma(vma), mm, slot);
	pte_t old, new;

	old = huge_ptep_modify_prot_start(vma, addr, slot);
	new = huge_pte_modify(old, prot);
	new = arch_make_huge_pte(new, PAGE_SHIFT, vma->vm_flags);
	huge_ptep_modify_prot_commit(vma, addr, slot, old, new);
	spin_unlock(ptl);
}

/* Changed its mind: what was taken out goes back as it was. */
static bool take_or_leave(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl)
{
	struct page *page;
	bool taken = true;
	pte_t val;

	spin_lock(ptl);
	val = ptep_clear_flush(vma, addr, slot);
	page = pte_page(val);
	if (page_is_busy(page)) {
		set_pte_at(vma->vm_mm, addr, slot, val);
		taken = false;
	} else {
		pte_install_uffd_wp_if_needed(vma, addr, slot, val);
	}
	spin_unlock(ptl);
	return taken;
}

/* Leaves with the page when the page is free, and forgets the marker. */
static bool take_and_forget(struct vm_area_struct *vma, unsigned long addr, pte_t *slot, spinlock_t *ptl)
{
	struct page *page;
	bool taken = true;
	pte_t val;

	spin_lock(ptl);
	val = ptep_clear_flush(vma, addr, slot);
	//    ^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: take_and_forget()
	page = pte_page(val);
	if (page_is_busy(page)) {
		set_pte_at(vma->vm_mm, addr, slot, val);
		taken = false;
	}
	spin_unlock(ptl);
	return taken;
}

/* The value moves to another address, under both locks. */
static void move_range(struct vm_area_struct *vma, pmd_t *from, unsigned long old_addr, unsigned long old_end,
		struct vm_area_struct *new_vma, pmd_t *to, unsigned long new_addr)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *old_slot, *new_slot, val;
	spinlock_t *old_ptl, *new_ptl;

	old_slot = pte_offset_map_lock(mm, from, old_addr, &old_ptl);
	if (!old_slot)
		return;
	new_slot = pte_offset_map_nolock(mm, to, new_addr, &new_ptl);
	if (!new_slot) {
		pte_unmap_unlock(old_slot, old_ptl);
		return;
	}
	if (new_ptl != old_ptl)
		spin_lock_nested(new_ptl, SINGLE_DEPTH_NESTING);
	for (; old_addr < old_end; old_slot++, old_addr += PAGE_SIZE, new_slot++, new_addr += PAGE_SIZE) {
		if (pte_none(ptep_get(old_slot)))
			continue;
		val = ptep_get_and_clear(mm, old_addr, old_slot);
		val = move_pte(val, old_addr, new_addr);
		val = move_soft_dirty_pte(val);
		set_pte_at(mm, new_addr, new_slot, val);
	}
	if (new_ptl != old_ptl)
		spin_unlock(new_ptl);
	pte_unmap(new_slot - 1);
	pte_unmap_unlock(old_slot - 1, old_ptl);
}

/* The tables of the kernel have nothing to do with userfaultfd. */
static int unmap_kernel_page(pte_t *slot, unsigned long addr, void *data)
{
	pte_t old = ptep_get_and_clear(&init_mm, addr, slot);

	WARN_ON(!pte_none(old) && !pte_present(old));
	return 0;
}
