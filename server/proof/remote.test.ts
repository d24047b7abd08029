import { CancellationTokenSource } from 'vscode-languageserver/node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DEFAULT_LIMITS } from '../../analyzer/analysis';
import type { Finding } from '../../analyzer/findings/finding';
import { libraryThreads } from '../../witness/testing';
import { createRoots, type Tree } from '../roots';
import { realEngine } from '../testing-engine';
import { createProvers, type Asked, type Provers } from './remote';

vi.setConfig({ testTimeout: 60_000 });
const FILE = 'mm/a.c';
const racy = (name: string): string => `static vm_fault_t ${name}(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t entry = huge_ptep_get(mm, vmf->address, vmf->pte);

	if (!huge_pte_none_mostly(entry))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
`;
const TEXT = ['first', 'second', 'third'].map(racy).join('\n');

let provers: Provers;
let tree: Tree;
let findings: readonly Finding[];
let order: string[];
const logged: string[] = [];

beforeEach(async () => {
  const engine = await realEngine({ [FILE]: TEXT });
  engine.shipped = { scenarios: [], adversaries: libraryThreads };
  const log = { info: (line: string) => void logged.push(line), warn: (line: string) => void logged.push(line), failure: (doing: string) => void logged.push(doing) };
  tree = createRoots({ engine, log: log.info, onTree: () => undefined, caches: () => false }).place(`file:///src/linux/${FILE}`).tree;
  provers = createProvers({ engine, log, caches: () => false, textsOf: () => ({ texts: new Map([[FILE, TEXT]]), entries: [], limits: DEFAULT_LIMITS }) });
  findings = tree.analysis.check([FILE]);
  order = [];
  expect(findings.map((finding) => finding.function)).toEqual(['first', 'second', 'third']);
});
afterEach(() => provers.dispose());

function ask(at: number, how: Partial<Asked> = {}): Promise<boolean> {
  const finding = findings[at]!;
  return provers.prove({
    tree, finding, withFix: false, isUrgent: false, token: new CancellationTokenSource().token,
    onVerdict: ({ proof }) => void order.push(`${finding.function} ${proof.kind}`), onFix: () => void order.push(`${finding.function} fix`), ...how,
  });
}

test('findings are proven one after the other; what somebody waits for goes first, and what had begun is begun anew', async () => {
  const background = [ask(0), ask(1)];
  const urgent = ask(2, { isUrgent: true });
  expect(await urgent).toBe(true);
  expect(order).toEqual(['third confirmed']);
  expect(await Promise.all(background)).toEqual([true, true]);
  expect([...order].sort()).toEqual(['first confirmed', 'second confirmed', 'third confirmed']);
});

test('what is cancelled tells nothing, and what comes behind it is done', async () => {
  const source = new CancellationTokenSource();
  const cancelled = ask(0, { token: source.token });
  const waiting = new CancellationTokenSource();
  const never = ask(1, { token: waiting.token });
  const last = ask(2);
  source.cancel();
  waiting.cancel();
  expect(await Promise.all([cancelled, never, last])).toEqual([false, false, true]);
  expect(order).toEqual(['third confirmed']);
});

test('with its fix, which comes behind the verdict; the second time both are known', async () => {
  expect(await ask(0, { withFix: true })).toBe(true);
  expect(order).toEqual(['first confirmed', 'first fix']);
  const states: (number | null | undefined)[] = [];
  expect(await ask(0, { withFix: true, onVerdict: (_, fix) => void states.push(fix?.states) })).toBe(true);
  expect(states).toEqual([expect.any(Number)]);
});

test('a finding that is not in the text any more is not decided', async () => {
  const finding = { ...findings[0]!, location: { ...findings[0]!.location, line: 1 } };
  const reasons: unknown[] = [];
  expect(await ask(0, { finding, onVerdict: ({ proof }) => void reasons.push(proof) })).toBe(true);
  expect(reasons).toEqual([{ kind: 'unresolved', reason: 'the flagged place is not in the text any more' }]);
});

test('everything that is asked is given up when it is switched off', async () => {
  const asked = [ask(0), ask(1)];
  provers.dispose();
  expect(await Promise.all(asked)).toEqual([false, false]);
  expect(order).toEqual([]);
  expect(await ask(2)).toBe(true);
});
