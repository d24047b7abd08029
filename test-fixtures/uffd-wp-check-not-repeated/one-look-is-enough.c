/* Looks like two phases, and is right: nothing rests on the first one, or it cannot change. */

/* Our caller holds mmap_lock for as long as it has the vma: its registration stays as it is. */
static int drop_table(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *pml;
	pmd_t old;

	mmap_assert_locked(mm);
	if (userfaultfd_wp(vma))
		return -EBUSY;
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	spin_unlock(pml);
	pte_free_defer(mm, pmd_pgtable(old));
	return 0;
}

static int write_one(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	pte_t *slot, val;
	spinlock_t *ptl;

	if (userfaultfd_wp(vma))
		return -EBUSY;
	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	val = ptep_get(slot);
	if (pte_present(val))
		ptep_set_access_flags(vma, addr, slot, pte_mkyoung(pte_mkdirty(val)), 1);
	pte_unmap_unlock(slot, ptl);
	return 0;
}

/* A report: the second phase changes nothing. */
static int report_range(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned long end, struct report *r)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *first, *slot;
	spinlock_t *ptl;

	first = slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!first)
		return -EAGAIN;
	for (; addr != end; slot++, addr += PAGE_SIZE) {
		if (pte_uffd_wp(ptep_get(slot))) {
			r->protected_from = addr;
			break;
		}
	}
	pte_unmap_unlock(first, ptl);
	if (addr == end)
		return 0;
	cond_resched();

	first = slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!first)
		return -EAGAIN;
	for (; addr != end; slot++, addr += PAGE_SIZE)
		if (pte_present(ptep_get(slot)))
			r->present++;
	pte_unmap_unlock(first, ptl);
	return 0;
}

/* Lets others have the lock now and then. Each entry is judged by what was taken out of it. */
static unsigned long drop_range(struct mmu_gather *tlb, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = tlb->mm;
	pte_t *first, *slot;
	spinlock_t *ptl;
	int batch;

again:
	batch = 0;
	first = slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!first)
		return addr;
	do {
		pte_t old = ptep_get(slot);

		if (!pte_present(old))
			continue;
		if (++batch > 32)
			break;
		old = ptep_get_and_clear_full(mm, addr, slot, tlb->fullmm);
		tlb_remove_tlb_entry(tlb, slot, addr);
		if (userfaultfd_pte_wp(vma, old))
			pte_install_uffd_wp_if_needed(vma, addr, slot, old);
	} while (slot++, addr += PAGE_SIZE, addr != end);
	pte_unmap_unlock(first, ptl);
	if (addr != end) {
		cond_resched();
		goto again;
	}
	return addr;
}
