import { describe, expect, it } from 'vitest';
import { offer } from './testing';

const zap = (body: string, params = ''): string => `/* userfaultfd_wp() */
static void zap_page(struct mm_struct *mm, struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr${params})
{
	spinlock_t *ptl;
	pte_t *slot, old;

	slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!slot)
		return;
	${body}
	pte_unmap_unlock(slot, ptl);
}
int userfaultfd_known;
`;
const title = 'Leave a uffd-wp marker in the emptied entry';

describe('an emptied entry', () => {
  it('gets a marker from what was in it, before anything else', () => {
    expect(offer(zap('old = ptep_clear_flush(vma, addr, slot);\n	forget(old);'))).toEqual([{ title, safety: 'suggested', added: ['	pte_install_uffd_wp_if_needed(vma, addr, slot, old);'], removed: [] }]);
  });

  it('gets it where a zap that may drop markers says so', () => {
    const install = (nr: string): string => `static void zap_install_uffd_wp_if_needed(struct vm_area_struct *vma, unsigned long addr, pte_t *pte, ${nr}struct zap_details *details, pte_t pteval)\n{\n	if (details && (details->zap_flags & ZAP_FLAG_DROP_MARKER))\n		return;\n	pte_install_uffd_wp_if_needed(vma, addr, pte, pteval);\n}\n`;
    const code = zap('old = ptep_get_and_clear_full(mm, addr, slot, 0);', ', struct zap_details *details');
    expect(offer(install('') + code)[0]?.added).toEqual(['	zap_install_uffd_wp_if_needed(vma, addr, slot, details, old);']);
    expect(offer(install('int nr, ') + code)[0]?.added).toEqual(['	zap_install_uffd_wp_if_needed(vma, addr, slot, 1, details, old);']);
    // Which of two forms this kernel has cannot be seen.
    expect(offer(code)).toEqual([undefined]);
  });

  it('gets none that would be one for many entries, or the second', () => {
    expect(offer(zap('old = ptep_get(slot);\n	clear_full_ptes(mm, addr, slot, 4, 0);'))).toEqual([undefined]);
    expect(offer(zap('old = ptep_get_and_clear(mm, addr, slot);\n	if (pte_dirty(old))\n		pte_install_uffd_wp_if_needed(vma, addr, slot, old);'))).toEqual([undefined]);
  });

  it('gets the one that is left too late', () => {
    const late = zap('old = ptep_get_and_clear(mm, addr, slot);\n	spin_unlock(ptl);\n	pte_install_uffd_wp_if_needed(vma, addr, slot, old);\n	spin_lock(ptl);');
    expect(offer(late)[0]).toMatchObject({ title: 'Leave the marker before the page-table lock is dropped', safety: 'safe' });
  });

  it('of hugetlb gets it when the zap does not drop markers', () => {
    const code = `/* userfaultfd_wp() */
static void unmap_tile(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address, pte_t *ptep, spinlock_t *ptl, zap_flags_t zap_flags)
{
	pte_t pte;

	spin_lock(ptl);
	pte = huge_ptep_get_and_clear(mm, address, ptep);
	spin_unlock(ptl);
}
void put_tile(struct mm_struct *mm, unsigned long address, pte_t *ptep, pte_t userfaultfd_tile)
{
	set_huge_pte_at(mm, address, ptep, userfaultfd_tile);
}
`;
    expect(offer(code)[0]?.added).toEqual([
      '	if (huge_pte_uffd_wp(pte) &&', '	    !(zap_flags & ZAP_FLAG_DROP_MARKER))',
      '		set_huge_pte_at(mm, address, ptep,', '				make_pte_marker(PTE_MARKER_UFFD_WP));',
    ]);
  });
});

describe('a replaced entry', () => {
  const replace = (test: string, idiom: string): string => `static void unshare_tile(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, struct page *page, pte_t pte, spinlock_t *ptl)
{
	spin_lock(ptl);
	if (pte_same(huge_ptep_get(ptep), pte) && ${test}) {
		forget_tile(vma);
		huge_ptep_clear_flush(vma, addr, ptep);
		set_huge_pte_at(mm, addr, ptep,
				make_huge_pte(vma, page, 0));
	}
	spin_unlock(ptl);
}
${idiom}`;
  const older = 'pte_t older_protect(pte_t entry)\n{\n	return huge_pte_mkuffd_wp(huge_pte_wrprotect(entry));\n}\n';
  const newer = 'pte_t newer_protect(pte_t entry)\n{\n	return huge_pte_mkuffd_wp(entry);\n}\n';

  it('keeps the bit in its new value, which gets a name; in the words of the kernel at hand', () => {
    expect(offer(replace('(unshare(vma) || !huge_pte_uffd_wp(pte))', older))[0]).toEqual({
      title: 'Carry the uffd-wp bit over into the new value', safety: 'suggested',
      added: ['		pte_t newpte;', '', '		newpte = make_huge_pte(vma, page, 0);', '		if (huge_pte_uffd_wp(pte))', '			newpte = huge_pte_mkuffd_wp(huge_pte_wrprotect(newpte));', '		set_huge_pte_at(mm, addr, ptep, newpte);'],
      removed: ['		set_huge_pte_at(mm, addr, ptep,', '				make_huge_pte(vma, page, 0));'],
    });
    expect(offer(replace('(unshare(vma) || !huge_pte_uffd_wp(pte))', newer))[0]?.added).toContain('			newpte = huge_pte_mkuffd_wp(newpte);');
  });

  it('is asked for the bit of a marker when it may be one, and left alone when nothing says what it is', () => {
    expect(offer(replace('huge_pte_none_mostly(pte)', newer))[0]?.added).toContain('		if (pte_marker_uffd_wp(pte))');
    expect(offer(replace('tile_is_mine(vma)', newer))).toEqual([undefined]);
  });
});
