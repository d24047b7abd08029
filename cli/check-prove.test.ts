import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonReport } from './format/json';
import { loadEngine } from './engine';
import { makeTree, removeTree, runIn, type Ran } from './testing/trees';

const scenarios = path.resolve(import.meta.dirname, '../scenarios');
const trees: string[] = [];
afterEach(() => trees.splice(0).forEach(removeTree));

/** A fault that reports a page missing on the strength of a reading without the lock; a store that nobody looks at is in between. */
const hasty = `
static vm_fault_t hasty_fault(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	pte_t entry = huge_ptep_get(mm, vmf->address, vmf->pte);

	if (!huge_pte_none_mostly(entry))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
`;

/** The same for a table, which a scenario does not have: the verdict is that there is none. */
const unknown = `
static vm_fault_t two_faults(struct vm_fault *vmf, pte_t *from, pte_t *to)
{
	pte_t entry = ptep_get_lockless(vmf->pte);

	if (!pte_none(entry))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
`;

async function run(...args: string[]): Promise<Ran> {
  const root = makeTree({ 'mm/userfaultfd.c': '', 'mm/a.c': hasty + unknown, 'include/linux/mm.h': '' });
  trees.push(root);
  return runIn(root, ['check', ...args, 'mm/a.c'], { scenarios, loadEngine });
}

describe('check --prove', () => {
  it('adds a line to each finding and counts them, and changes nothing else', async () => {
    const [plain, proven] = [await run(), await run('--prove')];
    expect(proven.status).toBe(plain.status);
    const verdicts = proven.stdout.split('\n').filter((line) => /note: (?:Confirmed|Unresolved|Not reached)/.test(line));
    expect(verdicts).toEqual([
      expect.stringMatching(/^mm\/a\.c:8:9: note: Confirmed: \d+ steps, 1 preemption beside migration\. Private hugetlb mapping /) as string,
      'mm/a.c:17:9: note: Unresolved: two_faults() works on entries of two page tables, and a scenario has one.',
    ]);
    expect(proven.stdout.split('\n').filter((line) => !verdicts.includes(line)).join('\n')).toBe(plain.stdout);
    expect(proven.stderr).toMatch(/^2 warnings in 1 file: 1 confirmed, 1 unresolved \(/);
    expect((await run('--prove')).stdout).toBe(proven.stdout);
  });

  it('as JSON has the schedule, with the lines of the tree', async () => {
    const report = JSON.parse((await run('--prove', '--format', 'json')).stdout) as JsonReport;
    const [first, second] = report.findings;
    expect(first?.verdict).toMatchObject({ kind: 'confirmed', threads: [{ name: 'P0' }, { name: 'P1', title: 'page migration' }] });
    expect(first?.verdict?.schedule).toContainEqual({ step: expect.any(Number) as number, thread: 'P0', function: 'hasty_fault', text: expect.stringContaining('huge_ptep_get(') as string, file: 'mm/a.c', line: 4 });
    expect(first?.verdict?.schedule.some(({ thread, file }) => thread === 'P1' && file === null)).toBe(true);
    expect(second?.verdict).toMatchObject({ kind: 'unresolved', schedule: [] });
    expect(JSON.stringify(JSON.parse((await run('--format', 'json')).stdout))).not.toContain('verdict');
  });

  it('refuses a value', async () => {
    expect(await run('--prove=all')).toMatchObject({ status: 2, stderr: expect.stringContaining("'--prove' takes no value") as string });
  });
});
