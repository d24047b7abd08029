import { expect, it } from 'vitest';
import { offer } from './testing';

it('a table that is scanned twice is asked for the bit twice, and the second scan gives the reason of the first', () => {
  const code = `static int take_pages(struct vm_area_struct *vma, pte_t *table, unsigned long addr)
{
	pte_t *slot;
	int result = SCAN_OK;

	for (slot = table; slot < table + HPAGE_PMD_NR; slot++) {
		pte_t val = ptep_get(slot);

		if (!pte_present(val)) {
			result = SCAN_PTE_NON_PRESENT;
			goto out;
		}
		take_page(val);
	}
out:
	return result;
}

static int collapse(struct vm_area_struct *vma, unsigned long addr, pmd_t *pmd)
{
	struct mm_struct *mm = vma->vm_mm;
	int result = SCAN_FAIL;
	spinlock_t *pml, *ptl;
	pte_t *table;
	pmd_t old;

	if (!vma_is_anonymous(vma))
		return result;
	table = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (pte_uffd_wp(ptep_get(table))) {
		result = SCAN_PTE_UFFD_WP;
		goto out_unmap;
	}
	pte_unmap_unlock(table, ptl);
	pml = pmd_lock(mm, pmd);
	old = pmdp_collapse_flush(vma, addr, pmd);
	spin_unlock(pml);
	table = pte_offset_map_lock(mm, &old, addr, &ptl);
	result = take_pages(vma, table, addr);
	pte_unmap_unlock(table, ptl);
	if (result != SCAN_OK) {
		spin_lock(pml);
		pmd_populate(mm, pmd, pmd_pgtable(old));
		spin_unlock(pml);
	}
	return result;
out_unmap:
	pte_unmap_unlock(table, ptl);
	return result;
}
`;
  expect(offer(code)).toEqual([{
    title: 'Check each entry for the uffd-wp bit in take_pages()', safety: 'suggested',
    added: ['		if (pte_uffd_wp(val)) {', '			result = SCAN_PTE_UFFD_WP;', '			goto out;', '		}'], removed: [],
  }]);
});

const relocked = (relock: string): string => `static int make_writable(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr)
{
	pte_t *slot, seen;
	spinlock_t *ptl;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot)
		return -EAGAIN;
	seen = ptep_get(slot);
	if (!pte_present(seen) || pte_uffd_wp(seen)) {
		pte_unmap_unlock(slot, ptl);
		return -EBUSY;
	}
	${relock}
	ptep_set_access_flags(vma, addr, slot, pte_mkwrite(seen, vma), 1);
	pte_unmap_unlock(slot, ptl);
	return 0;
}
`;

it('an entry is compared when the lock is held again, behind the test whether there is a table', () => {
  const [fix] = offer(relocked('pte_unmap_unlock(slot, ptl);\n	wait(vma);\n	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);\n	if (!slot)\n		return -EAGAIN;'));
  expect(fix).toEqual({
    title: 'Compare the entry with what was checked when the lock is held again', safety: 'suggested',
    added: ['	if (!pte_same(ptep_get(slot), seen)) {', '		pte_unmap_unlock(slot, ptl);', '		return -EBUSY;', '	}'], removed: [],
  });
});
