/** Walkers that find the entries of a page and lock them on the way. */
import { rowsOf, shape } from './build';
import type { Primitive } from './types';

const row = rowsOf('rmap');

export const rmap: readonly Primitive[] = [
  row('page_vma_mapped_walk', shape(1, { op: 'walk-step', arg: 0 }),
    'Finds the next entry in this vma that maps the page or folio.', 'mm/page_vma_mapped.c:page_vma_mapped_walk', {
      contract: { takes: 'the lock of the entry it found, kept in the ptl field', releases: 'the lock it held, when it returns false', stale: 'what the previous step found, if it moved to another table' },
      pitfall: 'Leaving the loop early needs page_vma_mapped_walk_done, or the lock stays held. After a false result nothing is held.',
    }),
  row('page_vma_mapped_walk_done', shape(1, { op: 'walk-done', arg: 0 }),
    'Ends a walk early: unmaps the table and drops the lock.', 'include/linux/rmap.h:page_vma_mapped_walk_done', {
      contract: { releases: 'the lock in the ptl field, if any', stale: 'the entry that the walk had found' },
    }),
  row('page_vma_mapped_walk_restart', shape(1, { op: 'walk-done', arg: 0 }),
    'Drops the lock and makes the next step start at the address again.', 'include/linux/rmap.h:page_vma_mapped_walk_restart', {
      since: [6, 11], contract: { releases: 'the lock in the ptl field', stale: 'the entry that the walk had found' },
    }),
  row('folio_walk_start', shape(4, { op: 'acquire', level: 'pte', lock: { from: 'field', index: 0, field: 'ptl' }, nullable: true }),
    'Looks up the folio mapped at an address and keeps the entry locked.', 'mm/pagewalk.c:folio_walk_start', {
      since: [6, 12], contract: { needs: 'mmap_lock, at least for reading', takes: 'the lock of the entry (pte, pmd or pud), kept in fw->ptl', stale: 'nothing until folio_walk_end' },
      pitfall: 'NULL means that nothing is held and that folio_walk_end must not be called.',
    }),
  row('folio_walk_end', shape(2, { op: 'release', lock: { from: 'field', index: 0, field: 'ptl' } }),
    'Ends what folio_walk_start began.', 'include/linux/pagewalk.h:folio_walk_end', {
      since: [6, 12], contract: { releases: 'the lock in fw->ptl', stale: 'the entry and, without a reference, the folio' },
    }),
];

/** Iteration macros over the vmas that map a file or an anon_vma. Such a vma is found without its mmap_lock. */
export const mappingWalks: ReadonlyMap<string, 'file' | 'anonymous'> = new Map([
  ['vma_interval_tree_foreach', 'file'],
  ['anon_vma_interval_tree_foreach', 'anonymous'],
  // Their names since 7.3.
  ['mapping_rmap_tree_foreach', 'file'],
  ['anon_rmap_tree_foreach', 'anonymous'],
]);

/** Macros that declare a walk over the entries of a page, a variable of type `struct page_vma_mapped_walk` named by the first argument (include/linux/rmap.h). */
export const walkDeclarations: ReadonlySet<string> = new Set(['DEFINE_FOLIO_VMA_WALK', 'DEFINE_PAGE_VMA_WALK']);
