/* The lock is dropped to wait for somebody; what was found before it says nothing about the entry after it. */
static vm_fault_t after_notification_blindly(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry;

	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return VM_FAULT_NOPAGE;
	entry = maybe_mkwrite(pte_mkdirty(vmf->orig_pte), vma);
	if (ptep_set_access_flags(vma, vmf->address, vmf->pte, entry, 1))
	//  ^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: after_notification_blindly()
		update_mmu_cache(vma, vmf->address, vmf->pte);
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	return 0;
}

/* The same entry as before: nobody has protected it meanwhile. */
static vm_fault_t after_notification(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry;

	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return VM_FAULT_NOPAGE;
	if (!pte_same(ptep_get(vmf->pte), vmf->orig_pte)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return VM_FAULT_NOPAGE;
	}
	entry = maybe_mkwrite(pte_mkdirty(vmf->orig_pte), vma);
	if (ptep_set_access_flags(vma, vmf->address, vmf->pte, entry, 1))
		update_mmu_cache(vma, vmf->address, vmf->pte);
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	return 0;
}

static vm_fault_t after_notification_the_wrong_way_round(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry;

	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte)
		return VM_FAULT_NOPAGE;
	if (pte_same(ptep_get(vmf->pte), vmf->orig_pte)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return VM_FAULT_NOPAGE;
	}
	entry = maybe_mkwrite(pte_mkdirty(vmf->orig_pte), vma);
	if (ptep_set_access_flags(vma, vmf->address, vmf->pte, entry, 1))
	//  ^^^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]
		update_mmu_cache(vma, vmf->address, vmf->pte);
	pte_unmap_unlock(vmf->pte, vmf->ptl);
	return 0;
}

/* Called with vmf->ptl held, which is dropped. */
static vm_fault_t notify_and_write(struct vm_fault *vmf, int how)
	__releases(vmf->ptl)
{
	vm_fault_t ret;

	pte_unmap_unlock(vmf->pte, vmf->ptl);
	ret = vmf->vma->vm_ops->page_mkwrite(vmf);
	if (ret & (VM_FAULT_ERROR | VM_FAULT_NOPAGE))
		return ret;
	if (how == 1)
		return after_notification(vmf);
	if (how == 2)
		return after_notification_the_wrong_way_round(vmf);
	return after_notification_blindly(vmf);
}

vm_fault_t write_fault(struct vm_fault *vmf, int how)
{
	struct vm_area_struct *vma = vmf->vma;

	vmf->orig_pte = ptep_get_lockless(vmf->pte);
	vmf->ptl = pte_lockptr(vma->vm_mm, vmf->pmd);
	spin_lock(vmf->ptl);
	if (!pte_same(ptep_get(vmf->pte), vmf->orig_pte)) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return 0;
	}
	if (userfaultfd_pte_wp(vma, ptep_get(vmf->pte))) {
		pte_unmap_unlock(vmf->pte, vmf->ptl);
		return handle_userfault(vmf, VM_UFFD_WP);
	}
	return notify_and_write(vmf, how);
}

/* In one function: a page is allocated between the test and the replacement. */
static int copy_page_blindly(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *copy;
	spinlock_t *ptl;
	pte_t *slot;
	pte_t seen;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	seen = ptep_get(slot);
	if (!pte_present(seen) || pte_uffd_wp(seen)) {
		pte_unmap_unlock(slot, ptl);
		return -EBUSY;
	}
	pte_unmap_unlock(slot, ptl);

	copy = copy_of(pte_page(seen));
	if (!copy)
		return -ENOMEM;
	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (slot) {
		set_pte_at(mm, addr, slot, maybe_mkwrite(pte_mkdirty(mk_pte(copy, vma->vm_page_prot)), vma));
//^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: copy_page_blindly()
		pte_unmap_unlock(slot, ptl);
	}
	return 0;
}

static int copy_page(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	int err = -EAGAIN;
	struct page *copy;
	spinlock_t *ptl;
	pte_t *slot;
	pte_t seen;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	seen = ptep_get(slot);
	if (!pte_present(seen) || pte_uffd_wp(seen)) {
		pte_unmap_unlock(slot, ptl);
		return -EBUSY;
	}
	pte_unmap_unlock(slot, ptl);

	copy = copy_of(pte_page(seen));
	if (!copy)
		return -ENOMEM;
	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (likely(slot && pte_same(ptep_get(slot), seen))) {
		ptep_clear_flush(vma, addr, slot);
		set_pte_at(mm, addr, slot, maybe_mkwrite(pte_mkdirty(mk_pte(copy, vma->vm_page_prot)), vma));
		err = 0;
	}
	if (slot)
		pte_unmap_unlock(slot, ptl);
	return err;
}

/* Compared, but with another look at the entry without its lock. */
static int copy_page_after_a_glance(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *copy;
	spinlock_t *ptl;
	pte_t *slot;
	pte_t seen, old;

	if (!vma_is_anonymous(vma))
		return -EINVAL;
	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	seen = ptep_get(slot);
	spin_unlock(ptl);
	if (!pte_present(seen) || pte_uffd_wp(seen))
		return -EBUSY;

	copy = copy_of(pte_page(seen));
	if (!copy || !pte_same(ptep_get_lockless(slot), seen))
		return -EAGAIN;
	spin_lock(ptl);
	old = ptep_clear_flush(vma, addr, slot);
	//    ^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: copy_page_after_a_glance()
	if (pte_dirty(old))
		set_page_dirty(pte_page(old));
	set_pte_at(mm, addr, slot, maybe_mkwrite(pte_mkdirty(mk_pte(copy, vma->vm_page_prot)), vma));
	pte_unmap_unlock(slot, ptl);
	return 0;
}
