import { describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../analyzer/findings/finding';
import { loadBackend } from '../../parser/backend';
import { libraryThreads, findingsOf, treeOf, type MemoryTree } from '../../witness/testing';
import { toEnd } from '../../analyzer/fixes/testing';
import { proveFinding } from '../../witness/prove-finding';
import type { Tree } from '../roots';
import { createBoard } from './board';
import { keyOfSlice, movedTo, toOutcome } from './outcome';
import { keyOfFix, toVerdict, type Verdict } from './verdict';
import { messageWords, verdictWords } from './words';

vi.setConfig({ testTimeout: 60_000 });
const backend = await loadBackend();
const HELPER = 'static bool is_there(pte_t entry)\n{\n\treturn !huge_pte_none_mostly(entry);\n}\n\n';
const RACY = `static vm_fault_t hasty_fault(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t entry = huge_ptep_get(mm, vmf->address, vmf->pte);

	if (is_there(entry))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
`;
const FILE = 'mm/a.c';

function prove(text: string): { readonly memory: MemoryTree; readonly tree: Tree; readonly finding: Finding; readonly verdict: Verdict } {
  const memory = treeOf(backend, { [FILE]: text });
  const finding = findingsOf(memory, FILE, 'lockless-pte-to-userfault')[0]!;
  const proven = toEnd(proveFinding(memory.analysis.tree, finding, { backend, adversaries: libraryThreads }));
  const slice = { litmus: proven.assembled!.text, bounds: [], parts: proven.scenario!.anchors.map(({ file, function: name }) => ({ file, name })) };
  const verdict = toVerdict(memory.analysis.tree, finding, toOutcome(proven.proof, libraryThreads), slice);
  const tree: Tree = { root: '/linux', analysis: memory.analysis, outlines: undefined, add: () => undefined, forget: () => undefined, uriOf: (file) => file };
  return { memory, tree, finding, verdict };
}

const again = (memory: MemoryTree, text: string): Finding => {
  memory.analysis.setText(FILE, text);
  return findingsOf(memory, FILE, 'lockless-pte-to-userfault')[0]!;
};
const places = ({ proof }: Verdict): unknown => proof.kind === 'confirmed' && proof.lines.map(({ location }) => location?.line);

describe('a verdict', () => {
  const text = HELPER + RACY;

  test('stays with its finding while the code that it is about is the same, and moves with it', () => {
    const { memory, tree, finding, verdict } = prove(text);
    const board = createBoard();
    board.consider(tree, [finding]);
    expect(board.of(finding)).toBeUndefined();
    board.add(tree, finding, verdict);
    board.addFix(finding, { fix: 'a', states: 5 });
    expect(board.of(finding)).toBe(verdict);
    expect(places(verdict)).toEqual([8, 12]);
    const below = again(memory, `int a;\nint b;\n${text}`);
    board.consider(tree, [below]);
    expect(places(board.of(below)!)).toEqual([10, 14]);
    expect(board.of(below)!.litmus).toContain('/* mm/a.c:14 */');
    expect(board.of(below)!.litmus).not.toContain('/* mm/a.c:3 */');
    expect(board.fixOf(below)).toEqual({ fix: 'a', states: 5 });
  });

  test('is dropped when one of its functions is another one, and does not come back by itself', () => {
    const { memory, tree, finding, verdict } = prove(text);
    const board = createBoard();
    board.add(tree, finding, verdict);
    const edited = again(memory, text.replace('return !huge', 'return  !huge'));
    board.consider(tree, [edited]);
    expect(board.of(edited)).toBeUndefined();
    expect(board.fixOf(edited)).toBeUndefined();
    const back = again(memory, text);
    board.consider(tree, [back]);
    expect(board.of(back)).toBeUndefined();
  });

  test('of one slice holds for the same slice elsewhere', () => {
    const { finding, memory, verdict } = prove(text);
    const moved = prove(`int a;\n${text}`);
    expect(verdict.litmus).not.toBe(moved.verdict.litmus);
    expect(keyOfSlice(verdict.litmus!)).toBe(keyOfSlice(moved.verdict.litmus!));
    const proven = toEnd(proveFinding(memory.analysis.tree, finding, { backend, adversaries: libraryThreads }));
    const parts = [{ file: FILE, name: 'is_there' }, { file: FILE, name: 'hasty_fault' }];
    const made = toVerdict(moved.memory.analysis.tree, moved.finding, movedTo(toOutcome(proven.proof, libraryThreads), moved.verdict.litmus!), { litmus: moved.verdict.litmus!, bounds: [], parts });
    expect(made.proof).toEqual(moved.verdict.proof);
    expect(places(made)).toEqual([9, 13]);
  });
});

test('fixes are the same when they do the same', () => {
  const edit = { location: { file: FILE, line: 1, column: 1, endLine: 1, endColumn: 1 }, start: 0, end: 0, text: 'x' };
  expect(keyOfFix({ title: 'a', edits: [edit] })).toBe(keyOfFix({ title: 'a', edits: [{ ...edit, start: 9, end: 9 }] }));
  expect(keyOfFix({ title: 'a', edits: [edit] })).not.toBe(keyOfFix({ title: 'a', edits: [{ ...edit, text: 'y' }] }));
});

test('only what confirms a finding is part of its message', () => {
  const about = { litmus: null, bounds: ['HPAGE_PMD_NR is 2'], madeFrom: [] };
  const confirmed = { kind: 'confirmed', steps: 6, needsNoRace: true, world: 'anon', adversaries: [], sentence: '', lines: [] } as const;
  expect(messageWords({ ...about, proof: confirmed })).toBe('confirmed by an interleaving of 6 steps, no race needed');
  expect(messageWords({ ...about, proof: { ...confirmed, needsNoRace: false, adversaries: [{ name: 'migration', title: 'page migration' }, { name: 'fork', title: 'fork()' }] } })).toBe('confirmed by an interleaving of 6 steps with page migration and fork()');
  const notReached = { kind: 'not reached', tried: ['page migration', 'reclaim'], pairs: 1, untried: 2, states: 120 } as const;
  expect(messageWords({ ...about, proof: notReached })).toBeUndefined();
  expect(verdictWords({ ...about, proof: notReached })).toBe('no interleaving was found that goes wrong, alone or with page migration and reclaim, or with 1 pair of them (120 states; 2 pairs left out; HPAGE_PMD_NR is 2); that does not make it safe');
  expect(verdictWords({ ...about, bounds: [], proof: { ...notReached, tried: [], pairs: 0, untried: 0 } })).toBe('no interleaving was found that goes wrong: no other thread changes what it reads (120 states); that does not make it safe');
  expect(messageWords({ ...about, proof: { kind: 'unresolved', reason: 'more than 100000 states' } })).toBeUndefined();
  expect(verdictWords({ ...about, proof: { kind: 'unresolved', reason: 'more than 100000 states' } })).toBe('not decided: more than 100000 states');
});
