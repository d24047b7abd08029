/** The functions that come with the product are C that the machine can run, and do what they say. */
import { beforeAll, expect, test } from 'vitest';
import { loadBackend } from '../parser/backend';
import type { ParserBackend } from '../parser/types';
import { explore } from '../simulator/explorer/explore';
import { programOf, readScenario } from '../simulator/litmus/scenario';
import { library, writeFault } from './library';

let backend: ParserBackend;
beforeAll(async () => {
  backend = await loadBackend();
});

const objects = (pte: string): string => `{
	struct mm_struct mm;
	struct vm_area_struct vma = { .vm_flags = VM_UFFD_WP | VM_WRITE | VM_SHARED };
	struct folio folio = { .flags = PG_uptodate };
	struct folio new_folio = { .flags = PG_uptodate };
	spinlock_t page_table_lock;
	spinlock_t pmd_table_lock;
	spinlock_t xa_lock;
	struct xarray i_pages[1] __guarded_by(xa_lock) = { &folio };
	pte_t pte __guarded_by(page_table_lock) = ${pte};
	pmd_t pmd __guarded_by(pmd_table_lock) __maps(pte) = PMD_TABLE;
}`;

/** Which properties a thread with this body violates, and the labels that it reaches. */
function run(functions: string, body: string, pte = 'PTE_PRESENT | PTE_UFFD_WP | page(folio)'): { violated: readonly string[]; reached: readonly string[] } {
  const { scenario, problems } = readScenario(`C test\n\n(*\n * Title: test\n *)\n\n${objects(pte)}\n\n${functions}\n\nP0(pte_t *pte)\n{\n${body}\n}\n`);
  expect(problems).toEqual([]);
  const { program, problems: wrong } = programOf(scenario!, backend, { variant: 'buggy' });
  expect(wrong).toEqual([]);
  const { violated, covered } = explore(program!);
  return { violated: violated.map((v) => v.property), reached: program!.labels.filter((_, i) => covered[i]) };
}

const text = (name: string): string => library.get(name)!.text;

test.each(['filemap_lock_folio', 'filemap_lock_hugetlb_folio', 'find_lock_page'])('%s() finds the folio and locks it', (name) => {
  expect(run(text(name), `\tstruct folio *found = ${name}();\n\n\tif (found) {\nthere:\n\t\tfolio_unlock(found);\n\t}`)).toEqual({ violated: [], reached: ['there'] });
});

test('IS_ERR() and its kin say that a pointer leads nowhere', () => {
  for (const name of ['IS_ERR', 'IS_ERR_OR_NULL']) {
    expect(run(text(name), `\tfolio_lock(folio);\n\tif (${name}(NULL)) {\nyes:\n\t\t;\n\t}\n\tif (${name}(folio)) {\nno:\n\t\t;\n\t}\n\tfolio_unlock(folio);`).reached).toEqual(['yes']);
  }
  expect(run(`${text('ERR_PTR')}\n\n${text('page_folio')}\n\n${text('compound_head')}`, '\tfolio_lock(page_folio(compound_head(folio)));\n\tif (!ERR_PTR()) {\nnothing:\n\t\t;\n\t}\n\tfolio_unlock(folio);').reached).toEqual(['nothing']);
});

test('a walk finds the entry once, with its lock held', () => {
  const walk = '\tstruct page_vma_mapped_walk pvmw = { 0 };\n\n\twhile (page_vma_mapped_walk(&pvmw)) {\nfound:\n\t\tptep_get(pvmw.pte);\n\t}';
  expect(run(text('page_vma_mapped_walk'), walk)).toEqual({ violated: [], reached: ['found'] });
  expect(run(text('page_vma_mapped_walk'), walk, 'PTE_SWAP')).toEqual({ violated: [], reached: [] });
  const early = '\tstruct page_vma_mapped_walk pvmw = { 0 };\n\n\tif (page_vma_mapped_walk(&pvmw))\n\t\tpage_vma_mapped_walk_done(&pvmw);';
  expect(run(`${text('page_vma_mapped_walk')}\n\n${text('page_vma_mapped_walk_done')}`, early)).toEqual({ violated: [], reached: [] });
});

test('an entry of several indexes is written to the first', () => {
  expect(run(text('xas_set_order'), '\tXA_STATE(xas, i_pages, 0);\n\n\txas_lock_irq(&xas);\n\txas_set_order(&xas, 0);\n\txas_store(&xas, new_folio);\n\txas_unlock_irq(&xas);\n\tif (filemap_get_entry(&i_pages[0]) == new_folio) {\nthere:\n\t\t;\n\t}').reached).toEqual(['there']);
});

test.each([
  ['PTE_SWAP | PTE_UFFD_WP', ['swapped', 'present', 'protected']], ['PTE_SWAP', ['swapped', 'present']], ['PTE_MARKER | PTE_UFFD_WP', ['swapped']], ['PTE_MIGRATION', ['swapped']], ['PTE_NONE', []],
])('a page in swap comes back with the bit of its entry: %s', (pte, reached) => {
  const ask = '\tif (pte_present(ptep_get(pte))) {\npresent:\n\t\tif (pte_write(ptep_get(pte))) {\nwritable:\n\t\t\t;\n\t\t}\n\t\tif (pte_uffd_wp(ptep_get(pte))) {\nprotected:\n\t\t\t;\n\t\t}\n\t}';
  const body = `\tstruct vm_fault vmf = { .flags = FAULT_FLAG_ALLOW_RETRY, .pte = pte };\n\n\tvmf.orig_pte = ptep_get(pte);\n\tif (is_swap_pte(vmf.orig_pte)) {\nswapped:\n\t\tdo_swap_page(&vmf);\n${ask}\n\t}`;
  expect(run(text('do_swap_page'), body, pte)).toEqual({ violated: [], reached });
});

test('a fault of the kernel\'s own on a protected page is SIGBUS if it fakes a write', () => {
  const call = (flags: string): string => `\tmmap_read_lock(mm);\n\thandle_mm_fault(${flags});\n\tmmap_read_unlock(mm);`;
  expect(run(text('handle_mm_fault'), call('FAULT_FLAG_WRITE')).violated).toEqual(['kernel-fault-sigbus']);
  expect(run(text('handle_mm_fault'), call('FAULT_FLAG_UNSHARE')).violated).toEqual([]);
  expect(run(text('handle_mm_fault'), call('FAULT_FLAG_WRITE'), 'PTE_PRESENT | page(folio)').violated).toEqual([]);
});

test.each([['PTE_PRESENT | PTE_UFFD_WP | page(folio)', []], ['PTE_MARKER | PTE_UFFD_WP', []], ['PTE_SWAP | PTE_UFFD_WP', []], ['PTE_NONE', ['armed-page-written']], ['PTE_PRESENT | page(folio)', ['armed-page-written']]])('a write to %s is noticed where the entry has the bit', (pte, violated) => {
  const body = '\tghost_arm(pte);\n\twhile (!user_write(pte)) {\n\t\tmmap_read_lock(mm);\n\t\tif (write_fault() & VM_FAULT_RETRY)\n\t\t\treturn;\n\t\tmmap_read_unlock(mm);\n\t}';
  expect(run(writeFault(false, false), body, pte).violated).toEqual(violated);
  expect(run(writeFault(true, false), body, pte).violated).toEqual(violated);
});
