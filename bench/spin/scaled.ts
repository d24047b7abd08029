/**
 * The scenario of hugetlb faults on unstable entries, made larger: one thread write-protects all pages, one after the other, and several threads touch
 * all of them. With its fix, so that nothing ends an exploration early.
 */

/** Text of the scenario, with the variants `buggy` and `fixed`. */
export function scaledScenario(pages: number, faulters: number): string {
  const all = Array.from({ length: pages }, (_, page) => page);
  return `C hugetlb-${pages}-pages-${faulters}-faulters

(*
 * Title: ${pages} pages, ${faulters} faulting threads
 * Define: HUGETLB
 * Result: Sometimes
 * Expect: buggy Sometimes
 * Expect: fixed Never
 *)

{
	struct mm_struct mm;
	struct vm_area_struct vma = { .vm_flags = VM_UFFD_MISSING | VM_UFFD_WP | VM_HUGETLB };
	struct address_space mapping;
${all.map((page) => `	struct mutex hugetlb_fault_mutex${page};
	spinlock_t ptl${page};
	pte_t pte${page} __guarded_by(ptl${page}) = PTE_PRESENT | PTE_WRITE;`).join('\n')}
}

${all.map(faultPath).join('\n')}
P0(struct mm_struct *mm)
{
	spinlock_t *ptl;
	pte_t old;

	mmap_read_lock(mm);
	i_mmap_lock_write(mapping);
${all.map((page) => `	ptl = huge_pte_lock(h, mm, pte${page});
	old = huge_ptep_modify_prot_start(vma, 0, pte${page});
	huge_ptep_modify_prot_commit(vma, 0, pte${page}, old, huge_pte_mkuffd_wp(huge_pte_wrprotect(old)));
	spin_unlock(ptl);`).join('\n')}
	i_mmap_unlock_write(mapping);
	mmap_read_unlock(mm);
}
${Array.from({ length: faulters }, (_, faulter) => `
P${faulter + 1}(struct mm_struct *mm)
{
${all.map((page) => `	while (!user_read(pte${page}))
		hugetlb_fault${page}();`).join('\n')}
}`).join('\n')}
`;
}

function faultPath(page: number): string {
  return `static vm_fault_t hugetlb_fault${page}(void)
{
	struct vm_fault vmf = { .flags = FAULT_FLAG_DEFAULT | FAULT_FLAG_WRITE, .pte = pte${page} };
	pte_t entry;

	mmap_read_lock(mm);
	mutex_lock(hugetlb_fault_mutex${page});
	entry = huge_ptep_get(mm, 0, pte${page});
	if (huge_pte_none_mostly(entry)) {
#ifdef FIX_RECHECK
		spinlock_t *ptl = huge_pte_lock(h, mm, pte${page});
		bool same = pte_same(huge_ptep_get(mm, 0, pte${page}), entry);

		spin_unlock(ptl);
		if (!same) {
			mutex_unlock(hugetlb_fault_mutex${page});
			mmap_read_unlock(mm);
			return 0;
		}
#endif
		mutex_unlock(hugetlb_fault_mutex${page});
		return handle_userfault(&vmf, VM_UFFD_MISSING);
	}
	mutex_unlock(hugetlb_fault_mutex${page});
	mmap_read_unlock(mm);
	return 0;
}
`;
}
