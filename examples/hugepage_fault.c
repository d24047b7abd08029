// SPDX-License-Identifier: MIT
/*
 * An example for mm-review, in the shape of a hugetlb fault handler.
 *
 * While UFFDIO_WRITEPROTECT or page migration rewrites an entry it is none for a
 * moment, under the page-table lock. A fault that reads the entry without the lock can
 * see that moment. When it then tells userfaultfd that the page is MISSING, the
 * monitor gets an event for a page that is there, and its UFFDIO_COPY fails.
 */
#include <linux/hugetlb.h>
#include <linux/mm.h>
#include <linux/userfaultfd_k.h>

/* The bug: between the read and the event nothing looks at the entry again. */
vm_fault_t demo_fault_unchecked(struct vm_fault *vmf, struct mm_struct *mm,
				pte_t *slot)
{
	struct vm_area_struct *vma = vmf->vma;
	pte_t entry;

	entry = huge_ptep_get(mm, vmf->address, slot);
	if (!huge_pte_none(entry))
		return 0;

	if (userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);

	return VM_FAULT_FALLBACK;
}

/* The same, right: the entry is compared under the lock before the event. */
vm_fault_t demo_fault_rechecked(struct vm_fault *vmf, struct mm_struct *mm,
				pte_t *slot)
{
	struct vm_area_struct *vma = vmf->vma;
	struct hstate *h = hstate_vma(vma);
	spinlock_t *ptl;
	pte_t entry;
	bool unchanged;

	entry = huge_ptep_get(mm, vmf->address, slot);
	if (!huge_pte_none(entry))
		return 0;

	if (userfaultfd_missing(vma)) {
		ptl = huge_pte_lock(h, mm, slot);
		unchanged = pte_same(entry, huge_ptep_get(mm, vmf->address, slot));
		spin_unlock(ptl);
		/* Somebody was at work on the entry: fault again. */
		if (!unchanged)
			return 0;
		return handle_userfault(vmf, VM_UFFD_MISSING);
	}

	return VM_FAULT_FALLBACK;
}
