/* The lock is the caller's; the old value is handed back to those who want it. */
void drawer_empty(struct vm_area_struct *vma, unsigned long addr, pte_t *slot)
{
	pte_t old;

	old = ptep_get_and_clear(vma->vm_mm, addr, slot);
	//    ^^^^^^^^^^^^^^^^^^ warning[uffd-wp-bit-lost]: drawer_empty()
	if (pte_dirty(old))
		set_page_dirty(pte_page(old));
}

pte_t shelf_empty(struct vm_area_struct *vma, unsigned long addr, pte_t *slot)
{
	pte_t old = ptep_get_and_clear(vma->vm_mm, addr, slot);

	if (pte_dirty(old))
		set_page_dirty(pte_page(old));
	return old;
}

void crate_empty(struct vm_area_struct *vma, unsigned long addr, pte_t *slot)
{
	pte_t old = ptep_get_and_clear(vma->vm_mm, addr, slot);

	if (userfaultfd_pte_wp(vma, old))
		crate_remember(vma, addr, slot);
}
