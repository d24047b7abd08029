/** Calls whose result is a number in a known range. */
import { anyArity, rowsOf, shape } from './build';
import type { Primitive } from './types';

const row = rowsOf('page-cache');
const atLeastOne = shape(1, { op: 'range', min: 1 });
const atLeastZero = shape(1, { op: 'range', min: 0 });

export const ranges: readonly Primitive[] = [
  row('folio_nr_pages', atLeastOne, 'Number of pages in the folio, at least 1.', 'include/linux/mm.h:folio_nr_pages', { since: [5, 16] }),
  row('compound_nr', atLeastOne, 'Number of pages in the compound page, at least 1.', 'include/linux/mm.h:compound_nr'),
  row('thp_nr_pages', atLeastOne, 'Number of pages in the transparent huge page, at least 1.', 'include/linux/mm.h:thp_nr_pages'),
  row('pages_per_huge_page', atLeastOne, 'Number of pages in a huge page of the hstate, at least 1.', 'include/linux/hugetlb.h:pages_per_huge_page'),
  row('folio_order', atLeastZero, 'Order of the folio; 0 for a single page.', 'include/linux/mm.h:folio_order', { since: [5, 16] }),
  row('compound_order', atLeastZero, 'Order of the compound page; 0 for a single page.', 'include/linux/mm.h:compound_order'),
  row('huge_page_order', atLeastZero, 'Order of a huge page of the hstate.', 'include/linux/hugetlb.h:huge_page_order'),
  row('thp_order', atLeastZero, 'Order of the transparent huge page; 0 for a single page.', 'include/linux/mm.h:thp_order'),
  row('vma_pages', atLeastOne, 'Number of pages in the vma.', 'include/linux/mm.h:vma_pages'),
  row('folio_pte_batch', shape(anyArity, { op: 'range', min: 1 }), 'How many of the next ptes map the next pages of the same folio, the first included.', 'mm/internal.h:folio_pte_batch', {
    since: [6, 9], pitfall: 'Accessed and write bits may differ inside a batch, dirty and soft-dirty bits if the caller lets them; the uffd-wp bit may not.',
  }),
  row('folio_pte_batch_flags', shape(anyArity, { op: 'range', min: 1 }), 'As folio_pte_batch, with a say in which bits have to be alike.', 'mm/internal.h:folio_pte_batch_flags', {
    since: [6, 17], pitfall: 'Accessed bits may differ inside a batch, others unless the flags forbid it; the uffd-wp bit may not.',
  }),
  row('swap_pte_batch', shape(3, { op: 'range', min: 1 }), 'How many of the next ptes hold the next swap entries, the first included.', 'mm/internal.h:swap_pte_batch', { since: [6, 10] }),
  row('pte_batch_hint', shape(2, { op: 'range', min: 1 }), 'How many ptes the architecture knows to map consecutive pages of one folio with the same bits; 1 when it knows nothing.', 'include/linux/pgtable.h:pte_batch_hint', { since: [6, 9] }),
];
