import { expect, test } from 'vitest';
import type { Fix, TextEdit } from '../analyzer/fixes/fix';
import { toEnd } from '../analyzer/fixes/testing';
import { loadBackend } from '../parser/backend';
import { partingWords } from '../simulator/present/fix';
import { proveFinding, type Proven } from './prove-finding';
import { proveFix, proveFixed, sliceFixed, type FixProof } from './prove-fix';
import { findingsOf, hastyFault, libraryThreads, treeOf, type MemoryTree } from './testing';

const backend = await loadBackend();
const options = { backend, adversaries: libraryThreads };

/** Empties a protected entry of a hugetlb page and fills it again, under one lock, without the bit. */
const forgetful = `
static vm_fault_t forgetful_copy(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address, pte_t *ptep, struct page *new_page)
{
	struct hstate *h = hstate_vma(vma);
	spinlock_t *ptl = huge_pte_lock(h, mm, ptep);
	pte_t old = huge_ptep_get(mm, address, ptep);
	pte_t entry;

	if (!pte_present(old)) {
		spin_unlock(ptl);
		return 0;
	}
	huge_ptep_clear_flush(vma, address, ptep);
	entry = make_huge_pte(vma, new_page, 0);
	set_huge_pte_at(mm, address, ptep, entry);
	spin_unlock(ptl);
	return 0;
}
`;

interface Case {
  readonly tree: MemoryTree;
  readonly finding: ReturnType<typeof findingsOf>[number];
  readonly proven: Proven;
}

function confirm(text: string, rule: string): Case {
  const tree = treeOf(backend, { 'mm/a.c': text });
  const [finding] = findingsOf(tree, 'mm/a.c', rule);
  const proven = toEnd(proveFinding(tree.analysis.tree, finding!, options));
  expect(proven.proof.verdict).toBe('confirmed');
  return { tree, finding: finding!, proven };
}

/** A fix that replaces a piece of the text. */
function replacing(text: string, old: string, by: string): Fix {
  const start = text.indexOf(old);
  expect(start).toBeGreaterThan(0);
  const line = text.slice(0, start).split('\n').length;
  const edit: TextEdit = { location: { file: 'mm/a.c', line, column: 1, endLine: line, endColumn: 1 }, start, end: start + old.length, text: by };
  return { title: 'Try this', safety: 'suggested', why: 'It is a test.', edits: [edit] };
}

function proofOf({ tree, finding, proven }: Case, fix: Fix): FixProof | { readonly reason: string } {
  const fixed = sliceFixed(tree.analysis, finding, fix);
  if ('reason' in fixed || proven.proof.verdict !== 'confirmed') return fixed as { readonly reason: string };
  return toEnd(proveFixed(fix, fixed, proven.proof, options));
}

test('the fix of a confirmed finding is proven, and stops the schedule where it looks again', () => {
  const { tree, finding, proven } = confirm(hastyFault, 'lockless-pte-to-userfault');
  const proof = toEnd(proveFix(tree.analysis, finding, proven, options));
  expect(proof).toMatchObject({ verdict: 'proven', fix: { safety: 'safe' }, comparison: { outcome: 'left' } });
  if (proof?.verdict !== 'proven' || proven.proof.verdict !== 'confirmed') throw new Error('not proven');
  // What confirmed the finding comes first, and nothing fails; some library thread still leads to the event.
  expect(proof.attempts[0]).toMatchObject({ world: proven.proof.examination.selection.variant, adversaries: ['migration'] });
  expect(proof.attempts.every(({ verdict }) => verdict === 'Never')).toBe(true);
  expect(proof.attempts.some(({ reached }) => reached)).toBe(true);
  expect(proof.fixed.assembled.text).toContain('pte_same(');
  expect(partingWords(proof.comparison)).toBe('With the fix, huge_pte_lock() of hasty_fault() waits for page_table_lock, held by P1.');
});

test('the texts are what they were, and the finding is still there', () => {
  const { tree, finding, proven } = confirm(hastyFault, 'lockless-pte-to-userfault');
  const steps = proveFix(tree.analysis, finding, proven, options);
  let last = steps.next();
  for (; last.done !== true; last = steps.next()) if (tree.analysis.tree.text('mm/a.c') === hastyFault) expect(tree.analysis.tree.definitions('hasty_fault')).toHaveLength(1);
  expect(tree.analysis.tree.text('mm/a.c')).toBe(hastyFault);
  expect(findingsOf(tree, 'mm/a.c', 'lockless-pte-to-userfault')).toEqual([finding]);
  expect(toEnd(proveFix(tree.analysis, finding, proven, options))).toEqual(last.value);
});

test('a fix that replaces the flagged call is proven as well', () => {
  const found = confirm(forgetful, 'uffd-wp-bit-lost');
  expect(toEnd(proveFix(found.tree.analysis, found.finding, found.proven, options))).toMatchObject({ verdict: 'proven', fix: { title: 'Carry the uffd-wp bit over into the new value' } });
});

test('an edit above the function moves the place', () => {
  const helper = `
static bool may_look(struct vm_area_struct *vma)
{
	return false;
}
`;
  const found = confirm(helper + hastyFault, 'lockless-pte-to-userfault');
  const fixed = sliceFixed(found.tree.analysis, found.finding, replacing(helper + hastyFault, 'false', 'userfaultfd_armed(vma)'));
  expect('assembled' in fixed && fixed.assembled.text).toContain('/* mm/a.c:15 */');
});

test('what looks like a fix and is none is not proven, with the reason', () => {
  const found = confirm(hastyFault, 'lockless-pte-to-userfault');
  const event = '\treturn handle_userfault(vmf, VM_UFFD_MISSING);';
  const again = replacing(hastyFault, event, `\tif (!huge_pte_none_mostly(huge_ptep_get(mm, vmf->address, vmf->pte)))\n\t\treturn 0;\n${event}`);
  expect(proofOf(found, again)).toMatchObject({ verdict: 'not proven', reason: 'a schedule of the fixed code still fails: private beside migration' });
  expect(proofOf(found, replacing(hastyFault, event, '\treturn 0;'))).toEqual({ reason: 'the fix takes the flagged place away' });
  // Nothing can go wrong where nobody comes any more; that is no proof.
  expect(proofOf(found, replacing(hastyFault, event, `\tif (huge_pte_none_mostly(entry))\n\t\treturn 0;\n${event}`))).toMatchObject({ verdict: 'not proven', reason: 'no schedule of the slice comes to the place of the finding' });
});

test('there is no fix to prove without one, and none where nothing was confirmed', () => {
  const { tree, finding, proven } = confirm(hastyFault, 'lockless-pte-to-userfault');
  expect(toEnd(proveFix({ ...tree.analysis, *fixes() { yield; return undefined; } }, finding, proven, options))).toEqual({ verdict: 'no fix' });
  expect(toEnd(proveFix(tree.analysis, finding, { proof: { verdict: 'unresolved', reason: 'it is not known', attempts: [] } }, options))).toBeUndefined();
});
