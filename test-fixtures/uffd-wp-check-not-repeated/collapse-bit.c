/* Two scans of one table, and between them nobody holds a lock: what the first one saw has to be looked for again. */
static int scan_table(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	pte_t *table, *slot;
	spinlock_t *ptl;
	int err = 0;

	table = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!table)
		return -EAGAIN;
	for (slot = table; slot < table + PTRS_PER_PTE; slot++) {
		pte_t val = ptep_get(slot);

		if (!pte_present(val)) {
			err = -EAGAIN;
			goto out;
		}
		if (pte_uffd_wp(val)) {
			err = -EBUSY;
			goto out;
		}
	}
out:
	pte_unmap_unlock(table, ptl);
	return err;
}

/* Takes whatever is mapped. */
static int take_pages(struct vm_area_struct *vma, unsigned long addr, pte_t *table, struct list_head *pages)
{
	pte_t *slot;

	for (slot = table; slot < table + PTRS_PER_PTE; slot++, addr += PAGE_SIZE) {
		pte_t val = ptep_get(slot);
		struct page *page;

		if (!pte_present(val))
			return -EAGAIN;
		page = vm_normal_page(vma, addr, val);
		if (!page || !trylock_page(page))
			return -EBUSY;
		list_add_tail(&page->lru, pages);
	}
	return 0;
}

static int collapse_blindly(struct mm_struct *mm, unsigned long addr, pmd_t *pmd, struct page *huge)
{
	struct vm_area_struct *vma;
	LIST_HEAD(pages);
	spinlock_t *pml, *ptl;
	pmd_t old, new;
	pte_t *table;
	int err = -EINVAL;

	mmap_write_lock(mm);
	vma = find_vma(mm, addr);
	if (!vma || !vma_is_anonymous(vma))
		goto out;
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: collapse_blindly()
	spin_unlock(pml);

	table = pte_offset_map_lock(mm, &old, addr, &ptl);
	if (table) {
		err = take_pages(vma, addr, table, &pages);
		pte_unmap_unlock(table, ptl);
	} else {
		err = -EAGAIN;
	}
	if (err) {
		put_back(&pages);
		spin_lock(pml);
		pmd_populate(mm, pmd, pmd_pgtable(old));
		spin_unlock(pml);
		goto out;
	}
	copy_pages(huge, &pages);
	new = maybe_pmd_mkwrite(pmd_mkdirty(mk_huge_pmd(huge, vma->vm_page_prot)), vma);
	spin_lock(pml);
	set_pmd_at(mm, addr, pmd, new);
	spin_unlock(pml);
out:
	mmap_write_unlock(mm);
	return err;
}

int scan_and_collapse_blindly(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	struct page *huge;
	int err;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	err = scan_table(mm, vma, addr, pmd);
	if (err)
		return err;
	mmap_read_unlock(mm);
	huge = alloc_huge(mm);
	if (!huge)
		return -ENOMEM;
	return collapse_blindly(mm, addr, pmd, huge);
}

/* Leaves protected pages alone. */
static int take_unprotected_pages(struct vm_area_struct *vma, unsigned long addr, pte_t *table, struct list_head *pages)
{
	pte_t *slot;

	for (slot = table; slot < table + PTRS_PER_PTE; slot++, addr += PAGE_SIZE) {
		pte_t val = ptep_get(slot);
		struct page *page;

		if (!pte_present(val))
			return -EAGAIN;
		if (pte_uffd_wp(val))
			return -EBUSY;
		page = vm_normal_page(vma, addr, val);
		if (!page || !trylock_page(page))
			return -EBUSY;
		list_add_tail(&page->lru, pages);
	}
	return 0;
}

/* The second scan may fail, and then the table goes back to where it was. */
static int collapse_carefully(struct mm_struct *mm, unsigned long addr, pmd_t *pmd, struct page *huge)
{
	struct vm_area_struct *vma;
	LIST_HEAD(pages);
	spinlock_t *pml, *ptl;
	pmd_t old, new;
	pte_t *table;
	int err = -EINVAL;

	mmap_write_lock(mm);
	vma = find_vma(mm, addr);
	if (!vma || !vma_is_anonymous(vma))
		goto out;
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	spin_unlock(pml);

	table = pte_offset_map_lock(mm, &old, addr, &ptl);
	if (table) {
		err = take_unprotected_pages(vma, addr, table, &pages);
		pte_unmap_unlock(table, ptl);
	} else {
		err = -EAGAIN;
	}
	if (unlikely(err)) {
		put_back(&pages);
		spin_lock(pml);
		pmd_populate(mm, pmd, pmd_pgtable(old));
		spin_unlock(pml);
		goto out;
	}
	copy_pages(huge, &pages);
	new = maybe_pmd_mkwrite(pmd_mkdirty(mk_huge_pmd(huge, vma->vm_page_prot)), vma);
	spin_lock(pml);
	set_pmd_at(mm, addr, pmd, new);
	spin_unlock(pml);
out:
	mmap_write_unlock(mm);
	return err;
}

int scan_and_collapse_carefully(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	struct page *huge;
	int err;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	err = scan_table(mm, vma, addr, pmd);
	if (err)
		return err;
	mmap_read_unlock(mm);
	huge = alloc_huge(mm);
	if (!huge)
		return -ENOMEM;
	return collapse_carefully(mm, addr, pmd, huge);
}

/* Looks again, but nobody listens. */
static void collapse_anyway(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, struct page *huge)
{
	LIST_HEAD(pages);
	spinlock_t *pml, *ptl;
	pmd_t old, new;
	pte_t *table;

	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: collapse_anyway()
	spin_unlock(pml);
	table = pte_offset_map_lock(mm, &old, addr, &ptl);
	if (table) {
		take_unprotected_pages(vma, addr, table, &pages);
		pte_unmap_unlock(table, ptl);
	}
	copy_pages(huge, &pages);
	new = maybe_pmd_mkwrite(pmd_mkdirty(mk_huge_pmd(huge, vma->vm_page_prot)), vma);
	spin_lock(pml);
	set_pmd_at(mm, addr, pmd, new);
	spin_unlock(pml);
}

int scan_and_collapse_anyway(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd, struct page *huge)
{
	int err;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	err = scan_table(mm, vma, addr, pmd);
	if (!err)
		collapse_anyway(mm, vma, addr, pmd, huge);
	return err;
}
