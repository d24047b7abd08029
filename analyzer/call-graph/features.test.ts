import { expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { mayHave, nameIn } from './features';
import { createTree } from './tree';

const backend = await loadBackend('native');
const kernel = 'vm_fault_t handle_mm_fault(struct vm_area_struct *vma)\n{\n\treturn 0;\n}\n';
const treeOf = (text: string) => createTree(backend, { indexFiles: () => ['mm/a.c'], read: () => text });

it('a kernel has what it mentions; of code alone nobody knows', () => {
  expect(mayHave(treeOf(`${kernel}int markers = PTE_MARKER_UFFD_WP;\n`), 'PTE_MARKER_UFFD_WP')).toBe(true);
  expect(mayHave(treeOf(kernel), 'PTE_MARKER_UFFD_WP')).toBe(false);
  expect(mayHave(treeOf('int alone;\n'), 'PTE_MARKER_UFFD_WP')).toBe(true);
});

it('a part of another word is no mention', () => {
  expect(mayHave(treeOf(`${kernel}int pte_mkuffd_wp;\n`), 'pte_mkuffd')).toBe(false);
});

it('a primitive has the name that this kernel has for it', () => {
  expect(nameIn(treeOf(`${kernel}int a = pte_mkuffd_wp(b);\n`), 'pte_mkuffd_wp')).toBe('pte_mkuffd_wp');
  expect(nameIn(treeOf(`${kernel}int a = pte_mkuffd(b);\n`), 'pte_mkuffd_wp')).toBe('pte_mkuffd');
  expect(nameIn(treeOf(kernel), 'pte_mkuffd_wp')).toBe('pte_mkuffd_wp');
  expect(nameIn(treeOf(kernel), 'pte_none')).toBe('pte_none');
});
