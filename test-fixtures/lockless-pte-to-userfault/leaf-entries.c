/* Since 6.19: no test for "mostly none", but one for none and one for a marker; what is not present is a leaf entry. */
static bool bin_is_stable(struct hstate *h, struct mm_struct *mm, unsigned long addr, pte_t *ptep, pte_t seen)
{
	spinlock_t *ptl;
	bool same;

	ptl = huge_pte_lock(h, mm, ptep);
	same = pte_same(huge_ptep_get(mm, addr, ptep), seen);
	spin_unlock(ptl);
	return same;
}

static vm_fault_t bin_event(struct vm_fault *vmf, struct address_space *mapping, unsigned long reason)
{
	hugetlb_vma_unlock_read(vmf->vma);
	mutex_unlock(&bin_mutexes[hugetlb_fault_mutex_hash(mapping, vmf->pgoff)]);
	return handle_userfault(vmf, reason);
}

static vm_fault_t bin_fill(struct address_space *mapping, struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct mm_struct *mm = vma->vm_mm;
	struct hstate *h = hstate_vma(vma);
	struct folio *folio = filemap_lock_folio(mapping, vmf->pgoff);
	pte_t pte;

	if (IS_ERR(folio)) {
		if (userfaultfd_missing(vma)) {
			if (!bin_is_stable(h, mm, vmf->address, vmf->pte, vmf->orig_pte))
				goto out;
			return bin_event(vmf, mapping, VM_UFFD_MISSING);
		}
		goto out;
	}
	if (userfaultfd_minor(vma)) {
		folio_unlock(folio);
		folio_put(folio);
		if (!bin_is_stable(h, mm, vmf->address, vmf->pte, vmf->orig_pte))
			goto out;
		return bin_event(vmf, mapping, VM_UFFD_MINOR);
	}
	vmf->ptl = huge_pte_lock(h, mm, vmf->pte);
	if (pte_same(huge_ptep_get(mm, vmf->address, vmf->pte), vmf->orig_pte)) {
		pte = make_huge_pte(vma, folio, vma->vm_flags & VM_SHARED);
		if (pte_is_uffd_wp_marker(vmf->orig_pte))
			pte = huge_pte_mkuffd_wp(pte);
		set_huge_pte_at(mm, vmf->address, vmf->pte, pte, huge_page_size(h));
	}
	spin_unlock(vmf->ptl);
	folio_unlock(folio);
out:
	hugetlb_vma_unlock_read(vma);
	mutex_unlock(&bin_mutexes[hugetlb_fault_mutex_hash(mapping, vmf->pgoff)]);
	return 0;
}

/* The same without the second look. */
static vm_fault_t bin_fill_unchecked(struct address_space *mapping, struct vm_fault *vmf)
{
	struct folio *folio = filemap_lock_folio(mapping, vmf->pgoff);

	if (IS_ERR(folio)) {
		if (userfaultfd_missing(vmf->vma))
			return bin_event(vmf, mapping, VM_UFFD_MISSING);
			//     ^^^^^^^^^ warning[lockless-pte-to-userfault]: bin_fill_unchecked() raises MISSING on an entry that bin_fault() read
		return VM_FAULT_OOM;
	}
	folio_unlock(folio);
	folio_put(folio);
	return 0;
}

vm_fault_t bin_fault(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address, unsigned int flags, bool careful)
{
	struct hstate *h = hstate_vma(vma);
	struct address_space *mapping = vma->vm_file->f_mapping;
	struct vm_fault vmf = {
		.vma = vma,
		.address = address & huge_page_mask(h),
		.flags = flags,
		.pgoff = linear_page_index(vma, address),
	};

	mutex_lock(&bin_mutexes[hugetlb_fault_mutex_hash(mapping, vmf.pgoff)]);
	hugetlb_vma_lock_read(vma);
	vmf.pte = huge_pte_alloc(mm, vma, vmf.address, huge_page_size(h));
	vmf.orig_pte = huge_ptep_get(mm, vmf.address, vmf.pte);
	if (huge_pte_none(vmf.orig_pte))
		return careful ? bin_fill(mapping, &vmf) : bin_fill_unchecked(mapping, &vmf);
	if (pte_is_marker(vmf.orig_pte)) {
		const pte_marker marker = softleaf_to_marker(softleaf_from_pte(vmf.orig_pte));

		if (!(marker & PTE_MARKER_POISONED))
			return bin_fill(mapping, &vmf);
	}
	hugetlb_vma_unlock_read(vma);
	mutex_unlock(&bin_mutexes[hugetlb_fault_mutex_hash(mapping, vmf.pgoff)]);
	return 0;
}

/* Two tests that only together say that the entry may be filled. */
vm_fault_t rack_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t pte = ptep_get_lockless(vmf->pte);

	if (!pte_none(pte) && !pte_is_uffd_marker(pte))
		return 0;
	if (userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
		//     ^^^^^^^^^^^^^^^^ warning[lockless-pte-to-userfault]: rack_fault() raises MISSING
	return 0;
}

vm_fault_t rack_fault_locked(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t pte = ptep_get_lockless(vmf->pte);

	if (!(pte_none(pte) || pte_is_uffd_marker(pte)))
		return 0;
	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return 0;
	pte = ptep_get(vmf->pte);
	if (!pte_none(pte) && !pte_is_uffd_marker(pte)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return 0;
	}
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	if (userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return 0;
}

/* A migration entry is waited for; this drops the lock, and says nothing about an event. */
static void rack_wait(struct vm_fault *vmf, pte_t pte)
{
	const softleaf_t entry = softleaf_from_pte(pte);

	if (softleaf_is_migration(entry))
		softleaf_entry_wait_on_locked(entry, vmf->ptl);
	else
		spin_unlock(vmf->ptl);
}

vm_fault_t rack_protect_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t pte;

	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return 0;
	pte = ptep_get(vmf->pte);
	pte_unmap(vmf->pte);
	if (!pte_present(pte) && !pte_none(pte)) {
		rack_wait(vmf, pte);
		return 0;
	}
	if (userfaultfd_pte_wp(vma, pte)) {
		spin_unlock(vmf->ptl);
		return handle_userfault(vmf, VM_UFFD_WP);
	}
	spin_unlock(vmf->ptl);
	return 0;
}
