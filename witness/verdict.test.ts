import { expect, test } from 'vitest';
import { toEnd } from '../analyzer/fixes/testing';
import { loadBackend } from '../parser/backend';
import { proveFinding } from './prove-finding';
import { findingsOf, libraryThreads, treeOf } from './testing';
import { verdictOf } from './verdict';

const backend = await loadBackend();

/** Fakes a write fault to break sharing, and forgets what came of it. */
const unsharing = `
static int unshare_page(struct vm_area_struct *vma, unsigned long address)
{
	vm_fault_t ret;

	ret = handle_mm_fault(vma, address, FAULT_FLAG_WRITE | FAULT_FLAG_REMOTE, NULL);
	return ret & VM_FAULT_OOM ? -ENOMEM : 0;
}
`;

test('what stands for a function that is called has the line of the call', () => {
  const tree = treeOf(backend, { 'mm/a.c': unsharing });
  const [finding] = findingsOf(tree, 'mm/a.c', 'fake-write-fault');
  const { proof } = toEnd(proveFinding(tree.analysis.tree, finding!, { backend, adversaries: libraryThreads }));
  const { kind, words, steps, threads } = verdictOf(proof);
  expect(kind).toBe('confirmed');
  expect(words).toMatch(/^Confirmed: \d+ steps, no race needed: one order suffices\. Anonymous memory, write-protected\.$/);
  expect(threads).toEqual([{ name: 'P0', title: 'unshare_page()' }]);
  expect(steps.at(-1)).toEqual({ n: steps.length, thread: 'P0', function: 'unshare_page', text: 'handle_mm_fault(): handle_userfault(&vmf, VM_UFFD_WP)', place: { file: 'mm/a.c', line: 6 } });
  // Nobody calls the thread itself.
  expect(steps.find(({ text }) => text.startsWith('mmap_read_lock'))).toMatchObject({ function: 'P0', place: undefined });
});

test('without a schedule there is a sentence, and nothing else', () => {
  expect(verdictOf({ verdict: 'not reached', attempts: [], untried: 0 })).toEqual({ kind: 'not reached', words: 'Not reached: no schedule violates what the rule is about. That does not silence it.', steps: [], threads: [] });
  expect(verdictOf({ verdict: 'unresolved', reason: 'it is too large', attempts: [] })).toEqual({ kind: 'unresolved', words: 'Unresolved: it is too large.', steps: [], threads: [] });
});
