/** Findings on small C of our own, made into scenarios and explored; and the same code without the bug. */
import { beforeAll, expect, test } from 'vitest';
import { loadBackend } from '../parser/backend';
import type { ParserBackend } from '../parser/types';
import { readScenario } from '../simulator/litmus/scenario';
import { originAt } from '../simulator/litmus/origin';
import { assemble, sliceCall, sliceOf, type CallSite, type Slice, type WitnessRule } from './index';
import { findingsOf, prove, treeOf, type Proof } from './testing';

let backend: ParserBackend;
beforeAll(async () => {
  backend = await loadBackend();
});

/** The slice of the only finding of a rule. */
function slice(text: string, rule: WitnessRule): Slice {
  const tree = treeOf(backend, { 'mm/a.c': text });
  const [finding, ...rest] = findingsOf(tree, 'mm/a.c', rule);
  expect(rest, 'one finding').toEqual([]);
  const made = sliceOf(tree.source, finding!);
  if ('reason' in made) throw new Error(made.reason);
  return made;
}

function sliceWithout(text: string, rule: WitnessRule, site: Omit<CallSite, 'file'>): Slice {
  const tree = treeOf(backend, { 'mm/a.c': text });
  expect(findingsOf(tree, 'mm/a.c', rule), 'no finding').toEqual([]);
  const made = sliceCall(tree.source, rule, { file: 'mm/a.c', ...site });
  if ('reason' in made) throw new Error(made.reason);
  return made;
}

function verdict(made: Slice, rule: WitnessRule, sets: readonly (readonly string[])[]): Proof {
  return prove(assemble(made, rule), backend, sets);
}

const entry = `
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags, struct pt_regs *regs)
{
	struct vm_fault vmf = { .vma = vma, .address = address, .flags = flags };

	return tile_fault(vma->vm_mm, vma, &vmf);
}
`;

const fault = (recheck: string): string => `static bool tile_stable(struct hstate *h, struct mm_struct *mm, unsigned long addr, pte_t *slot, pte_t old)
{
	spinlock_t *ptl = huge_pte_lock(h, mm, slot);
	bool same = pte_same(huge_ptep_get(mm, addr, slot), old);

	spin_unlock(ptl);
	return same;
}

static vm_fault_t tile_fault(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct hstate *h = hstate_vma(vma);
	pte_t entry;

	count_vm_event(PGFAULT);
	vmf->pte = huge_pte_offset(mm, vmf->address, huge_page_size(h));
	if (!vmf->pte)
		return VM_FAULT_OOM;
	entry = huge_ptep_get(mm, vmf->address, vmf->pte);
	if (!huge_pte_none(entry)) {
		look_at(entry);
		return 0;
	}
	if (is_poisoned(vma))
		return VM_FAULT_SIGBUS;
${recheck}	if (userfaultfd_missing(vma))
		return handle_userfault(vmf, VM_UFFD_MISSING);
	return VM_FAULT_OOM;
}
${entry}`;
const recheck = `	if (!tile_stable(h, mm, vmf->address, vmf->pte, entry))
		return 0;
`;
const faultSets = [['migration'], ['uffdio-writeprotect'], ['madv-dontneed', 'uffdio-copy']];

test('a slice reads like the code that it was made of', () => {
  const made = sliceWithout(fault(recheck), 'lockless-pte-to-userfault', { function: 'tile_fault', call: 'handle_userfault' });
  expect(made.functions).toBe(`static bool tile_stable(pte_t *slot, pte_t old)
{
	spinlock_t *ptl;
	bool same;

	ptl = huge_pte_lock(h, mm, slot); /* mm/a.c:3 */
	same = pte_same(huge_ptep_get(mm, addr, slot), old); /* mm/a.c:4 */
	spin_unlock(ptl); /* mm/a.c:6 */
	return same; /* mm/a.c:7 */
}

static void tile_fault(struct vm_fault *vmf)
{
	pte_t entry;

	vmf->pte = pte; /* mm/a.c:16 */
	if (!vmf->pte) /* mm/a.c:17 */
		path_ends();
	entry = huge_ptep_get(mm, vmf->address, vmf->pte); /* mm/a.c:19 */
	if (!huge_pte_none(entry)) /* mm/a.c:20 */
		path_ends();
	if (!tile_stable(vmf->pte, entry) || !userfaultfd_missing(vma)) /* mm/a.c:26 */
		path_ends();
site:
	handle_userfault(vmf, VM_UFFD_MISSING); /* mm/a.c:29 */
	path_ends();
}`);
  expect(made.assumptions).toEqual(['mm/a.c:24: is_poisoned(vma): taken to be false']);
});

test('a lockless reading that leads to an event is confirmed, and the recheck makes it impossible', () => {
  const wrong = verdict(slice(fault(''), 'lockless-pte-to-userfault'), 'lockless-pte-to-userfault', faultSets);
  expect(wrong).toMatchObject({ verdict: 'confirmed', by: 'private migration', problems: [] });
  const right = verdict(sliceWithout(fault(recheck), 'lockless-pte-to-userfault', { function: 'tile_fault', call: 'handle_userfault' }), 'lockless-pte-to-userfault', faultSets);
  expect(right).toMatchObject({ verdict: 'not reached', problems: [] });
});

test('each line of the user\'s code says where it is from', () => {
  const { text } = assemble(slice(fault(''), 'lockless-pte-to-userfault'), 'lockless-pte-to-userfault');
  expect(readScenario(text).problems).toEqual([]);
  expect(originAt(text, text.indexOf('handle_userfault(vmf'))).toEqual({ file: 'mm/a.c', line: fault('').split('\n').findIndex((l) => l.includes('handle_userfault')) + 1 });
  expect(text).toContain(' * Variant: shared FILE SHARED : shared hugetlb mapping, page in the page cache');
});

const sharing = (flags: string): string => `static int break_sharing(struct vm_area_struct *vma, unsigned long addr)
{
	vm_fault_t ret = 0;

	do {
		if (!is_shared(vma, addr))
			break;
		ret = handle_mm_fault(vma, addr, ${flags} | FAULT_FLAG_REMOTE, NULL);
	} while (!(ret & (VM_FAULT_SIGBUS | VM_FAULT_SIGSEGV | VM_FAULT_OOM)));
	return (ret & VM_FAULT_OOM) ? -ENOMEM : 0;
}

void break_all(struct mm_struct *mm, struct vm_area_struct *vma)
{
	mmap_read_lock(mm);
	break_sharing(vma, 0);
	mmap_read_unlock(mm);
}
`;

test('a fake write fault ends in SIGBUS, one that asks for a copy does not', () => {
  const sets = [[], ['uffdio-writeprotect']];
  const made = slice(sharing('FAULT_FLAG_WRITE'), 'fake-write-fault');
  expect(assemble(made, 'fake-write-fault').text).toContain('\tmmap_read_lock(mm);\n\tbreak_sharing();\n');
  expect(verdict(made, 'fake-write-fault', sets)).toMatchObject({ verdict: 'confirmed', by: 'anonymous uffdio-writeprotect' });
  const right = sliceWithout(sharing('FAULT_FLAG_UNSHARE'), 'fake-write-fault', { function: 'break_sharing', call: 'handle_mm_fault' });
  expect(verdict(right, 'fake-write-fault', sets)).toMatchObject({ verdict: 'not reached', problems: [] });
});

const unmap = (present: string): string => `void unmap_tiles(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, unsigned long end, struct zap_details *details)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *table, *slot, val;
	spinlock_t *ptl;

	table = slot = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!table)
		return;
	do {
		val = ptep_get(slot);
		if (!pte_present(val) || is_kept(val))
			continue;
		val = ptep_get_and_clear(mm, addr, slot);
${present}	} while (slot++, addr += PAGE_SIZE, addr != end);
	pte_unmap_unlock(table, ptl);
	/* userfaultfd */
}
`;

test('a bit that goes with the entry is confirmed by a write, a marker keeps it', () => {
  const sets = [[], ['uffdio-writeprotect']];
  expect(verdict(slice(unmap(''), 'uffd-wp-bit-lost'), 'uffd-wp-bit-lost', sets)).toMatchObject({ verdict: 'confirmed', by: 'shared-armed' });
  const right = sliceWithout(unmap('\t\tpte_install_uffd_wp_if_needed(vma, addr, slot, val);\n'), 'uffd-wp-bit-lost', { function: 'unmap_tiles', call: 'ptep_get_and_clear' });
  expect(verdict(right, 'uffd-wp-bit-lost', sets)).toMatchObject({ verdict: 'not reached', problems: [] });
});

/** The page of an entry begins to move: what is left there keeps the bit, or not. */
const depart = (carry: string): string => `static bool depart_one(struct folio *tray, struct vm_area_struct *vma, unsigned long addr, void *arg)
{
	struct mm_struct *mm = vma->vm_mm;
	DEFINE_FOLIO_VMA_WALK(pvmw, tray, vma, addr, 0);
	struct page *tile;
	unsigned long pfn;
	softleaf_t entry;
	pte_t val, away;

	while (page_vma_mapped_walk(&pvmw)) {
		val = ptep_get(pvmw.pte);
		pfn = pte_pfn(val);
		tile = folio_page(tray, pfn - folio_pfn(tray));
		val = ptep_clear_flush(vma, addr, pvmw.pte);
		if (pte_write(val))
			entry = make_writable_migration_entry(page_to_pfn(tile));
		else
			entry = make_readable_migration_entry(page_to_pfn(tile));
		away = swp_entry_to_pte(entry);
${carry}		set_pte_at(mm, addr, pvmw.pte, away);
	}
	return true;
}
`;

test('the bit is not lost when a page begins to move', () => {
  const sets = [[], ['migration']];
  expect(verdict(slice(depart(''), 'uffd-wp-bit-lost'), 'uffd-wp-bit-lost', sets)).toMatchObject({ verdict: 'confirmed', by: 'shared-armed migration', problems: [] });
  const right = sliceWithout(depart('\t\tif (pte_uffd_wp(val))\n\t\t\taway = pte_swp_mkuffd_wp(away);\n'), 'uffd-wp-bit-lost', { function: 'depart_one', call: 'ptep_clear_flush' });
  expect(verdict(right, 'uffd-wp-bit-lost', sets)).toMatchObject({ verdict: 'not reached', problems: [] });
});

/** A page in swap comes back for a caller that looks for its swap entry. */
const bringBack = (carry: string): string => `static int bring_back(struct vm_area_struct *vma, pmd_t *pmd, unsigned long addr, swp_entry_t entry, struct folio *tray)
{
	spinlock_t *ptl;
	pte_t *slot, old, val;

	slot = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!slot || !pte_same_as_swp(ptep_get(slot), swp_entry_to_pte(entry)))
		goto out;
	old = ptep_get(slot);
	val = pte_mkold(mk_pte(folio_page(tray, 0), vma->vm_page_prot));
${carry}	set_pte_at(vma->vm_mm, addr, slot, val);
out:
	if (slot)
		pte_unmap_unlock(slot, ptl);
	return 0;
}
`;

test('the bit is not lost when a page comes back from swap, and only such a page does', () => {
  expect(verdict(slice(bringBack(''), 'uffd-wp-bit-lost'), 'uffd-wp-bit-lost', [[]])).toMatchObject({ verdict: 'confirmed', by: 'shared-swap', problems: [] });
  const right = sliceWithout(bringBack('\tif (pte_swp_uffd_wp(old))\n\t\tval = pte_mkuffd_wp(val);\n'), 'uffd-wp-bit-lost', { function: 'bring_back', call: 'set_pte_at' });
  expect(verdict(right, 'uffd-wp-bit-lost', [[]])).toMatchObject({ verdict: 'not reached', problems: [] });
});

/** A fault brings a page back from swap: it goes by what its caller has read of the entry. */
const swapIn = (carry: string): string => `vm_fault_t do_swap_page(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	softleaf_t entry = softleaf_from_pte(vmf->orig_pte);
	struct folio *tray;
	pte_t val;

	if (!softleaf_is_swap(entry))
		return 0;
	tray = swap_cache_get_folio(entry);
	if (!tray)
		tray = swapin_readahead(entry, GFP_HIGHUSER_MOVABLE, vmf);
	if (IS_ERR_OR_NULL(tray))
		return VM_FAULT_OOM;
	folio_lock(tray);
	vmf->pte = pte_offset_map_lock(vma->vm_mm, vmf->pmd, vmf->address, &vmf->ptl);
	if (!vmf->pte || !pte_same(ptep_get(vmf->pte), vmf->orig_pte))
		goto out;
	val = mk_pte(folio_file_page(tray, swp_offset(entry)), vma->vm_page_prot);
${carry}	vmf->orig_pte = pte_advance_pfn(val, 0);
	set_ptes(vma->vm_mm, vmf->address, vmf->pte, val, 1);
out:
	if (vmf->pte)
		pte_unmap_unlock(vmf->pte, vmf->ptl);
	folio_unlock(tray);
	return 0;
}
`;

test('the bit is not lost when a fault brings a page back from swap', () => {
  expect(verdict(slice(swapIn(''), 'uffd-wp-bit-lost'), 'uffd-wp-bit-lost', [[]])).toMatchObject({ verdict: 'confirmed', by: 'shared-swap', problems: [] });
  const right = sliceWithout(swapIn('\tif (pte_swp_uffd_wp(vmf->orig_pte))\n\t\tval = pte_mkuffd_wp(val);\n'), 'uffd-wp-bit-lost', { function: 'do_swap_page', call: 'set_ptes' });
  expect(verdict(right, 'uffd-wp-bit-lost', [[]])).toMatchObject({ verdict: 'not reached', problems: [] });
});

const fold = (asks: string): string => `static int fold(struct address_space *mapping, pgoff_t start, struct folio *new_tray)
{
	XA_STATE(xas, &mapping->i_pages, start);
	pgoff_t index, end = start + HPAGE_PMD_NR;
	int holes = 0, still = 0, err = 0;

	xas_lock_irq(&xas);
	for (index = start; index < end; index++) {
		xas_set(&xas, index);
		if (!xas_load(&xas))
			holes++;
	}
	xas_unlock_irq(&xas);
	if (holes) {
		struct vm_area_struct *vma;

		i_mmap_lock_read(mapping);
		xas_lock_irq(&xas);
		xas_set(&xas, start);
		for (index = start; index < end; index++) {
			if (!xas_next(&xas)) {
				xas_store(&xas, XA_RETRY_ENTRY);
				still++;
			}
		}
		if (still != holes) {
			err = -EAGAIN;
			goto asked;
		}
${asks}asked:
		i_mmap_unlock_read(mapping);
		if (err) {
			xas_set(&xas, start);
			for (index = start; index < end; index++) {
				if (xas_next(&xas) == XA_RETRY_ENTRY)
					xas_store(&xas, NULL);
			}
			xas_unlock_irq(&xas);
			return err;
		}
	} else {
		xas_lock_irq(&xas);
	}
	folio_mark_uptodate(new_tray);
	xas_set(&xas, start);
	xas_store(&xas, new_tray);
	xas_unlock_irq(&xas);
	return 0;
}
`;

test('a hole that is filled unasked is confirmed by a monitor that saw it', () => {
  expect(verdict(slice(fold(''), 'hole-filled-under-uffd'), 'hole-filled-under-uffd', [[]])).toMatchObject({ verdict: 'confirmed', by: 'hole' });
  const asks = `		vma_interval_tree_foreach(vma, &mapping->i_mmap, start, end) {
			if (userfaultfd_missing(vma)) {
				err = -EBUSY;
				goto asked;
			}
		}
`;
  const right = sliceWithout(fold(asks), 'hole-filled-under-uffd', { function: 'fold', call: 'xas_store', nth: 2 });
  expect(verdict(right, 'hole-filled-under-uffd', [[]])).toMatchObject({ verdict: 'not reached', problems: [] });
});

const replace = (recheck: string): string => `static vm_fault_t replace(struct vm_area_struct *vma, struct vm_fault *vmf, pmd_t *pmd)
{
	struct mm_struct *mm = vma->vm_mm;
	spinlock_t *ptl;
	pte_t *slot, old;

	slot = pte_offset_map_lock(mm, pmd, vmf->address, &ptl);
	if (!slot)
		return 0;
	old = ptep_get(slot);
	if (!pte_present(old) || pte_uffd_wp(old)) {
		pte_unmap_unlock(slot, ptl);
		return 0;
	}
	pte_unmap_unlock(slot, ptl);
	make_ready(vma);
	slot = pte_offset_map_lock(mm, pmd, vmf->address, &ptl);
	if (!slot)
		return 0;
${recheck}	set_pte_at(mm, vmf->address, slot, pte_mkwrite(old, vma));
	pte_unmap_unlock(slot, ptl);
	return 0;
}

void replace_all(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	mmap_read_lock(mm);
	replace(vma, vmf, vmf->pmd);
	mmap_read_unlock(mm);
}
`;

test('a check that is not repeated is confirmed by a protection in between', () => {
  const sets = [['uffdio-writeprotect']];
  const made = slice(replace(''), 'uffd-wp-check-not-repeated');
  expect(verdict(made, 'uffd-wp-check-not-repeated', sets)).toMatchObject({ verdict: 'confirmed', problems: [] });
  const checks = '\tif (!pte_same(ptep_get(slot), old)) {\n\t\tpte_unmap_unlock(slot, ptl);\n\t\treturn 0;\n\t}\n';
  const right = sliceWithout(replace(checks), 'uffd-wp-check-not-repeated', { function: 'replace', call: 'set_pte_at' });
  expect(verdict(right, 'uffd-wp-check-not-repeated', sets)).toMatchObject({ verdict: 'not reached', problems: [] });
});

/** Takes the page table of a file away, unless userspace wants to hear of writes to it. */
const retract = (again: string): string => `static void retract_tile(struct address_space *mapping, struct mm_struct *mm, struct vm_area_struct *vma, pmd_t *pmd)
{
	spinlock_t *pml, *ptl;

	i_mmap_lock_read(mapping);
	if (userfaultfd_wp(vma))
		goto out;
	pml = pmd_lock(mm, pmd);
	ptl = pte_lockptr(mm, pmd);
	spin_lock(ptl);
	${again}
		pmdp_collapse_flush(vma, 0, pmd);
	spin_unlock(ptl);
	spin_unlock(pml);
out:
	i_mmap_unlock_read(mapping);
}
`;

test('userspace may register and protect what nothing is mapped of, while the table is taken away', () => {
  const sets = [['uffdio-writeprotect']];
  const site = { function: 'retract_tile', call: 'pmdp_collapse_flush', file: 'mm/a.c' };
  const made = (again: string): Slice => {
    const found = sliceCall(treeOf(backend, { 'mm/a.c': retract(again) }).source, 'uffd-wp-check-not-repeated', site);
    if ('reason' in found) throw new Error(found.reason);
    return found;
  };
  expect(verdict(made(''), 'uffd-wp-check-not-repeated', sets)).toMatchObject({ verdict: 'confirmed', by: 'shared-unregistered uffdio-writeprotect', problems: [] });
  expect(verdict(made('if (!userfaultfd_wp(vma))'), 'uffd-wp-check-not-repeated', sets)).toMatchObject({ verdict: 'not reached', problems: [] });
});

test('what cannot be sliced has a reason', () => {
  const tree = treeOf(backend, { 'mm/a.c': fault('') });
  expect(sliceCall(tree.source, 'lockless-pte-to-userfault', { file: 'mm/a.c', function: 'tile_fault', call: 'nothing' })).toEqual({ reason: 'tile_fault() does not call nothing()' });
  expect(sliceCall(tree.source, 'lockless-pte-to-userfault', { file: 'mm/a.c', function: 'gone', call: 'nothing' })).toEqual({ reason: 'there is no gone() in mm/a.c' });
  const [finding] = findingsOf(tree, 'mm/a.c', 'lockless-pte-to-userfault');
  expect(sliceOf(tree.source, { ...finding!, rule: 'unused-allow' })).toEqual({ reason: 'findings of unused-allow have no scenario' });
  tree.source.setText('mm/a.c', 'int x;\n');
  expect(sliceOf(tree.source, finding!)).toEqual({ reason: 'the flagged place is not in the text any more' });
});
