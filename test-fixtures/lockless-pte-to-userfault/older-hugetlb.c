/*
 * As hugetlb was up to 6.0: the fault handler looks without the lock, its helper gets the pointer and no value, and the locks of the
 * file are given up for the event and taken again after it.
 */
static vm_fault_t crate_event(struct vm_area_struct *vma, struct address_space *mapping, u32 hash, unsigned long haddr,
			      unsigned int flags, unsigned long reason)
{
	vm_fault_t ret;
	struct vm_fault vmf = {
		.vma = vma,
		.address = haddr,
		.flags = flags,
	};

	mutex_unlock(&crate_mutexes[hash]);
	i_mmap_unlock_read(mapping);
	ret = handle_userfault(&vmf, reason);
	i_mmap_lock_read(mapping);
	mutex_lock(&crate_mutexes[hash]);
	return ret;
}

static vm_fault_t crate_fill(struct mm_struct *mm, struct vm_area_struct *vma, struct address_space *mapping, pgoff_t idx,
			     unsigned long haddr, pte_t *ptep, unsigned int flags, u32 hash)
{
	struct hstate *h = hstate_vma(vma);
	vm_fault_t ret = VM_FAULT_SIGBUS;
	struct page *page;
	spinlock_t *ptl;

	page = find_lock_page(mapping, idx);
	if (!page) {
		if (userfaultfd_missing(vma)) {
			ret = crate_event(vma, mapping, hash, haddr, flags, VM_UFFD_MISSING);
			//    ^^^^^^^^^^^ warning[lockless-pte-to-userfault]: crate_fill() raises MISSING on an entry that crate_fault() read
			goto out;
		}
		page = crate_page(vma, haddr);
		if (IS_ERR(page)) {
			/* Here the second look is taken, but for another purpose. */
			ptl = huge_pte_lock(h, mm, ptep);
			ret = huge_pte_none(huge_ptep_get(ptep)) ? VM_FAULT_OOM : 0;
			spin_unlock(ptl);
			goto out;
		}
	} else if (userfaultfd_minor(vma)) {
		unlock_page(page);
		put_page(page);
		ret = crate_event(vma, mapping, hash, haddr, flags, VM_UFFD_MINOR);
		//    ^^^^^^^^^^^ warning[lockless-pte-to-userfault]: crate_fill() raises MINOR
		goto out;
	}

	ptl = huge_pte_lock(h, mm, ptep);
	ret = 0;
	if (huge_pte_none(huge_ptep_get(ptep)))
		set_huge_pte_at(mm, haddr, ptep, make_huge_pte(vma, page, 1));
	spin_unlock(ptl);
	unlock_page(page);
out:
	return ret;
}

static bool crate_is_empty(struct hstate *h, struct mm_struct *mm, pte_t *ptep)
{
	spinlock_t *ptl = huge_pte_lock(h, mm, ptep);
	bool empty = huge_pte_none(huge_ptep_get(ptep));

	spin_unlock(ptl);
	return empty;
}

/* The pointer is enough for a second look under the lock. */
static vm_fault_t crate_fill_checked(struct mm_struct *mm, struct vm_area_struct *vma, struct address_space *mapping, pgoff_t idx,
				     unsigned long haddr, pte_t *ptep, unsigned int flags, u32 hash)
{
	struct hstate *h = hstate_vma(vma);
	struct page *page;

	page = find_lock_page(mapping, idx);
	if (!page) {
		if (!userfaultfd_missing(vma))
			return VM_FAULT_OOM;
		if (!crate_is_empty(h, mm, ptep))
			return 0;
		return crate_event(vma, mapping, hash, haddr, flags, VM_UFFD_MISSING);
	}
	if (userfaultfd_minor(vma)) {
		unlock_page(page);
		put_page(page);
		if (!crate_is_empty(h, mm, ptep))
			return 0;
		return crate_event(vma, mapping, hash, haddr, flags, VM_UFFD_MINOR);
	}
	unlock_page(page);
	return 0;
}

vm_fault_t crate_fault(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address, unsigned int flags, bool careful)
{
	struct hstate *h = hstate_vma(vma);
	unsigned long haddr = address & huge_page_mask(h);
	struct address_space *mapping;
	pte_t *ptep, entry;
	vm_fault_t ret;
	pgoff_t idx;
	u32 hash;

	/* A first look without any lock at all: only for what a second fault can do better. */
	ptep = huge_pte_offset(mm, haddr, huge_page_size(h));
	if (ptep) {
		entry = huge_ptep_get(ptep);
		if (unlikely(is_hugetlb_entry_migration(entry))) {
			migration_entry_wait_huge(vma, mm, ptep);
			return 0;
		}
	}

	mapping = vma->vm_file->f_mapping;
	i_mmap_lock_read(mapping);
	ptep = huge_pte_alloc(mm, haddr, huge_page_size(h));
	if (!ptep) {
		i_mmap_unlock_read(mapping);
		return VM_FAULT_OOM;
	}
	idx = vma_hugecache_offset(h, vma, haddr);
	hash = hugetlb_fault_mutex_hash(mapping, idx);
	mutex_lock(&crate_mutexes[hash]);

	entry = huge_ptep_get(ptep);
	if (huge_pte_none(entry)) {
		if (careful)
			ret = crate_fill_checked(mm, vma, mapping, idx, haddr, ptep, flags, hash);
		else
			ret = crate_fill(mm, vma, mapping, idx, haddr, ptep, flags, hash);
		goto out_mutex;
	}
	ret = 0;
out_mutex:
	mutex_unlock(&crate_mutexes[hash]);
	i_mmap_unlock_read(mapping);
	return ret;
}
