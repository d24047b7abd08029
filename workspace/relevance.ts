/** Quick looks at a text that tell whether reading it closely can bring anything. They may say yes too often, never no too often. */

const pageTables = /(?:^|[^a-zA-Z0-9])(?:pte|pmd|ptl|uffd|userfault)/;
const faults = /(?:^|[^a-zA-Z0-9])(?:pte|pmd|pud|ptl|ptep|uffd|userfault|handle_mm_fault|fixup_user_fault|faultin|fault_in|hmm_vma_fault|hugetlb|vm_fault|vmf)/i;

/** Page-table entries, their locks, or userfaultfd: what makes a header part of the index. */
export function mentionsPageTables(text: string): boolean {
  return pageTables.test(text);
}

/** The same or the functions that start a page fault: what makes a file outside of the index worth checking. */
export function mentionsFaults(text: string): boolean {
  return faults.test(text);
}
