/* Between the scans: waits for memory, without any lock of the table. */
int shelf_collapse(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	struct page *huge = wait_for_huge_page(mm);
	spinlock_t *pml, *ptl;
	pte_t *first;
	pmd_t old;
	int ret = -EAGAIN;

	if (!huge)
		return -ENOMEM;
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	//    ^^^^^^^^^^^^^^^^^^^ warning[uffd-wp-check-not-repeated]: shelf_collapse()
	spin_unlock(pml);
	first = pte_offset_map_lock(mm, &old, addr, &ptl);
	if (first) {
		ret = shelf_take(vma, first, huge);
		pte_unmap_unlock(first, ptl);
	}
	spin_lock(pml);
	if (ret)
		pmd_populate(mm, pmd, pmd_pgtable(old));
	else
		set_pmd_at(mm, addr, pmd, mk_huge_pmd(huge, vma->vm_page_prot));
	spin_unlock(pml);
	return ret;
}

int crate_collapse(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	struct page *huge = wait_for_huge_page(mm);
	spinlock_t *pml, *ptl;
	pte_t *first;
	pmd_t old;
	int ret = -EAGAIN;

	if (!huge)
		return -ENOMEM;
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	spin_unlock(pml);
	first = pte_offset_map_lock(mm, &old, addr, &ptl);
	if (first) {
		ret = crate_take(vma, first, huge);
		pte_unmap_unlock(first, ptl);
	}
	spin_lock(pml);
	if (ret)
		pmd_populate(mm, pmd, pmd_pgtable(old));
	else
		set_pmd_at(mm, addr, pmd, mk_huge_pmd(huge, vma->vm_page_prot));
	spin_unlock(pml);
	return ret;
}
