import { expect, test } from 'vitest';
import { loadNativeBackend } from '../../parser/backend';
import { explore } from '../explorer/explore';
import { programOf, readScenario } from '../litmus/scenario';

const backend = loadNativeBackend()!;

/** Explores a scenario of these objects and threads. */
function found(init: string, body: string) {
  const { scenario, problems } = readScenario(`C test\n\n{\n${init}\n}\n\n${body}\n`);
  expect(problems).toEqual([]);
  const { program, problems: more } = programOf(scenario!, backend, { variant: 'buggy' });
  expect(more).toEqual([]);
  const { verdict, witness, covered } = explore(program!);
  return { verdict, property: witness?.property, labels: program!.labels.filter((_, i) => covered[i]) };
}

const objects = `
  struct mm_struct mm;
  struct vm_area_struct vma = { .vm_flags = VM_ANON | VM_WRITE };
  struct folio folio = { .flags = PG_uptodate };
  spinlock_t page_table_lock;
  spinlock_t pmd_table_lock;
  pte_t pte[2] __guarded_by(page_table_lock) = { PTE_PRESENT | PTE_WRITE | PTE_UFFD_WP | page(folio), PTE_NONE };
  pmd_t pmd __guarded_by(pmd_table_lock) __maps(pte) = PMD_TABLE;`;

test('a page table is found through a pmd that was taken out of the tree', () => {
  const taken = (look: string) => found(objects, `
P0(struct mm_struct *mm, pmd_t *pmd)
{
  spinlock_t *pmd_ptl, *ptl;
  pte_t *ptep;
  pmd_t _pmd;

  pmd_ptl = pmd_lock(mm, pmd);
  _pmd = pmdp_collapse_flush(vma, 0, pmd);
  spin_unlock(pmd_ptl);
  ptep = pte_offset_map_lock(mm, ${look}, 1, &ptl);
  if (!ptep) {
not_found:
    return;
  }
  ghost_assert(ptep == &pte[1]);
  pte_unmap_unlock(ptep, ptl);
found:
  spin_lock(pmd_ptl);
  pmd_populate(mm, pmd, pmd_pgtable(_pmd));
  spin_unlock(pmd_ptl);
  ghost_assert(*pmd == PMD_TABLE);
}`);
  expect(taken('&_pmd')).toMatchObject({ verdict: 'Never', labels: ['found'] });
  expect(taken('pmd')).toMatchObject({ verdict: 'Never', labels: ['not_found'] });
});

test('a page table that is taken away while its lock is waited for is not used', () => {
  const { verdict, labels } = found(objects, `
P0(struct mm_struct *mm, pmd_t *pmd)
{
  spinlock_t *ptl;
  pte_t *ptep = pte_offset_map_lock(mm, pmd, 0, &ptl);

  if (!ptep) {
gone:
    return;
  }
  ghost_assert(*pmd == PMD_TABLE);
  pte_unmap_unlock(ptep, ptl);
there:
  return;
}

P1(struct mm_struct *mm, pmd_t *pmd)
{
  spinlock_t *pmd_ptl = pmd_lock(mm, pmd);
  spinlock_t *ptl = pte_lockptr(mm, pmd);

  spin_lock(ptl);
  pmdp_collapse_flush(vma, 0, pmd);
  spin_unlock(ptl);
  spin_unlock(pmd_ptl);
}`);
  expect({ verdict, labels: [...labels].sort() }).toEqual({ verdict: 'Never', labels: ['gone', 'there'] });
});

test('the first mapping of a vma can be written where the vma is shared and nobody waits for writes', () => {
  const prot = (flags: string, value: string) => found(objects.replace('VM_ANON | VM_WRITE', flags), `
P0(struct vm_area_struct *vma)
{
  ghost_assert(vma->vm_page_prot == ${value});
}`).verdict;
  expect(prot('VM_SHARED | VM_WRITE', 'PTE_WRITE')).toBe('Never');
  expect(prot('VM_SHARED | VM_WRITE | VM_UFFD_WP', '0')).toBe('Never');
  expect(prot('VM_ANON | VM_WRITE', '0')).toBe('Never');
  expect(prot('VM_ANON | VM_WRITE', 'PTE_WRITE')).toBe('Sometimes');
});

test.each(['ptep_set_wrprotect(mm, 0, pte)', 'wrprotect_ptes(mm, 0, pte, 1)', 'huge_ptep_set_wrprotect(mm, 0, pte)'])('%s takes nothing but write permission away', (call) => {
  expect(found(objects, `
P0(struct mm_struct *mm, pte_t *pte)
{
  spinlock_t *ptl = pte_lockptr(mm, pmd);
  pte_t entry;

  spin_lock(ptl);
  ${call};
  entry = ptep_get(pte);
  spin_unlock(ptl);
  ghost_assert(pte_present(entry) && pte_uffd_wp(entry) && !pte_write(entry));
}`)).toMatchObject({ verdict: 'Never' });
});

test('a lock is taken through a pointer found at run time, and what nobody writes stays no step', () => {
  const result = found(objects, `
P0(struct mm_struct *mm, pte_t *pte)
{
  struct folio *found = vm_normal_folio(vma, 0, ptep_get(pte));
  bool both;

  if (!folio_trylock(found)) {
locked:
    return;
  }
  both = folio_test_uptodate(found) && !folio_test_ksm(found);
  ghost_assert(both);
  folio_unlock(found);
}

P1(struct folio *folio)
{
  folio_lock(folio);
  folio_unlock(folio);
}`);
  expect(result).toMatchObject({ verdict: 'Never', labels: ['locked'] });
});

test('a page that somebody is about to fill is no hole that userspace saw', () => {
  const filled = (slot: string) => found(`
  struct vm_area_struct vma = { .vm_flags = VM_SHARED | VM_UFFD_MISSING };
  struct folio folio = { .flags = PG_swapbacked };
  spinlock_t xa_lock;
  struct xarray i_pages[1] __guarded_by(xa_lock) = { ${slot} };`, `
P0(struct xarray *i_pages)
{
  XA_STATE(xas, i_pages, 0);

  xas_lock_irq(&xas);
  xas_store(&xas, folio);
  xas_unlock_irq(&xas);
  folio_mark_uptodate(folio);
}

P1(struct xarray *i_pages)
{
  user_lookup(vma, &i_pages[0]);
}`);
  expect(filled('&folio')).toMatchObject({ verdict: 'Never' });
  expect(filled('0')).toMatchObject({ verdict: 'Sometimes', property: 'observed-hole-filled' });
});

test('a walk for changing the table says through which value of the pmd it went', () => {
  const body = (check: string): string => `
P0(struct mm_struct *mm, pmd_t *pmd)
{
  spinlock_t *ptl;
  pmd_t pmdval;
  pte_t *ptep = pte_offset_map_rw_nolock(mm, pmd, 1, &pmdval, &ptl);

  if (!ptep)
    return;
  spin_lock(ptl);
  if (!${check}) {
changed:
    spin_unlock(ptl);
    return;
  }
  ghost_assert(ptep == &pte[1]);
same:
  spin_unlock(ptl);
}`;
  const other = `

P1(struct mm_struct *mm, pmd_t *pmd)
{
  spinlock_t *pmd_ptl = pmd_lock(mm, pmd);

  pmdp_collapse_flush(vma, 0, pmd);
  spin_unlock(pmd_ptl);
}`;
  expect(found(objects, body('pmd_same(pmdval, pmdp_get_lockless(pmd))'))).toMatchObject({ verdict: 'Never', labels: ['same'] });
  expect(found(objects, body('pmd_same(pmdval, pmdp_get_lockless(pmd))') + other)).toMatchObject({ verdict: 'Never', labels: ['same', 'changed'] });
});

test('a swap entry is recognised whatever bits lie beside it', () => {
  const asked = (compare: string) => found(objects.replace('PTE_NONE }', 'PTE_SWAP | PTE_UFFD_WP }'), `
P0(struct mm_struct *mm, pmd_t *pmd)
{
  spinlock_t *ptl;
  pte_t *ptep = pte_offset_map_lock(mm, pmd, 1, &ptl);

  if (${compare}(ptep_get(ptep), swp_entry_to_pte(swp_entry(0, 0)))) {
same:
    ;
  }
  pte_unmap_unlock(ptep, ptl);
}`).labels;
  expect(asked('pte_same_as_swp')).toEqual(['same']);
  expect(asked('pte_same')).toEqual([]);
});

test('a migration entry leads back to the page that it was made of', () => {
  expect(found(objects, `
P0(struct folio *folio, pte_t *pte)
{
  softleaf_t entry = make_readable_migration_entry(page_to_pfn(folio));
  pte_t value = pte_advance_pfn(mk_pte(folio, 0), 0);

  ghost_assert(softleaf_to_folio(entry) == folio);
  ghost_assert(softleaf_to_pfn(entry) == folio_pfn(folio));
  ghost_assert(pte_page(value) == folio);
  ghost_assert(softleaf_is_swap(swp_entry(0, 0)) && !softleaf_is_swap(entry));
  ptep_get_lockless(pte);
}`)).toMatchObject({ verdict: 'Never' });
});
