/* An architecture's own way to empty a hugetlb entry, which has userfaultfd_wp() in its file: its callers leave the marker. */
static pte_t empty_all_parts(struct mm_struct *mm, unsigned long addr, pte_t *ptep, int parts)
{
	pte_t whole = ptep_get(ptep);

	while (parts--) {
		ptep_get_and_clear(mm, addr, ptep);
		ptep++;
	}
	return whole;
}

pte_t huge_ptep_get_and_clear(struct mm_struct *mm, unsigned long addr, pte_t *ptep)
{
	return empty_all_parts(mm, addr, ptep, parts_of(ptep));
}

/* The kernel's own table: there is no mm. */
void unmap_boot_page(unsigned long addr, pmd_t *pmd)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(NULL, pmd, addr, &ptl);

	pte_clear(NULL, addr, pte);
	pte_unmap_unlock(pte, ptl);
}
