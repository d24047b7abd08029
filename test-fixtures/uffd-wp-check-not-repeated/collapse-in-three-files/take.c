/* The second scan, under the lock of the table that nobody else can reach any more. */
int shelf_take(struct vm_area_struct *vma, pte_t *first, struct page *huge)
{
	pte_t *slot;

	for (slot = first; slot < first + PTRS_PER_PTE; slot++) {
		pte_t val = *slot;

		if (!pte_present(val) || !copy_one(huge, pte_page(val)))
			return -EBUSY;
	}
	return 0;
}

int crate_take(struct vm_area_struct *vma, pte_t *first, struct page *huge)
{
	pte_t *slot;

	for (slot = first; slot < first + PTRS_PER_PTE; slot++) {
		pte_t val = *slot;

		if (!pte_present(val) || pte_uffd_wp(val) || !copy_one(huge, pte_page(val)))
			return -EBUSY;
	}
	return 0;
}
