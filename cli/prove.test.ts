import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadEngine } from './engine';
import { makeTree, removeTree, runIn, type Ran } from './testing/trees';

const scenarios = path.resolve(import.meta.dirname, '../scenarios');
const trees: string[] = [];
afterEach(() => trees.splice(0).forEach(removeTree));

/** A hugetlb fault that reports a page missing on the strength of an unlocked reading; `checked` looks again under the lock. */
const fault = (name: string, checked: boolean): string => `
static vm_fault_t ${name}(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct hstate *h = hstate_vma(vma);
	spinlock_t *ptl;
	bool same;
	pte_t entry = huge_ptep_get(mm, vmf->address, vmf->pte);

	if (!huge_pte_none_mostly(entry))
		return 0;
	if (!userfaultfd_missing(vma))
		return VM_FAULT_SIGBUS;
${checked ? `	ptl = huge_pte_lock(h, mm, vmf->pte);
	same = pte_same(huge_ptep_get(mm, vmf->address, vmf->pte), entry);
	spin_unlock(ptl);
	if (!same)
		return 0;
` : ''}	return handle_userfault(vmf, VM_UFFD_MISSING);
}
`;

async function run(...args: string[]): Promise<Ran> {
  const root = makeTree({ 'mm/userfaultfd.c': '', 'mm/a.c': fault('hasty_fault', false) + fault('careful_fault', true), 'include/linux/mm.h': '' });
  trees.push(root);
  return runIn(root, ['prove', ...args], { scenarios, loadEngine });
}

describe('prove', () => {
  it('confirms a finding with a schedule on the lines of the file', async () => {
    const { status, stdout } = await run('mm/a.c');
    expect(status).toBe(1);
    expect(stdout).toContain('hasty_fault() raises MISSING');
    expect(stdout).toMatch(/^Confirmed: \d+ steps, 1 preemption beside migration\./m);
    expect(stdout).toMatch(/^ +\d+ {2}mm\/a\.c:7 +entry = huge_ptep_get\(/m);
    for (const line of stdout.split('\n').filter((l) => !/^mm\/|^ +\d+ {2}mm\/|^ {2}[+-]/.test(l))) expect(line.length, line).toBeLessThanOrEqual(75);
  });

  it('proves the fix, and shows its lines and where it stops the schedule', async () => {
    const { stdout } = await run('mm/a.c:hasty_fault');
    expect(stdout).toContain('\nFix: Recheck the entry under the page-table lock before the event.\n  mm/a.c:');
    expect(stdout).toMatch(/^ {2}\+\tif \(!stable\)$/m);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/ Proven for this slice: no violation in \d+ states after the fix, in \d+ worlds and \d+ programs\. The place is still reached\. With the fix, huge_pte_lock\(\) of hasty_fault\(\) waits for page_table_lock, held by P1\. /);
    expect(stdout).toMatch(/^ *<-- waits for page_table_lock/m);
    expect((await run('--no-fix', 'mm/a.c:hasty_fault')).stdout).not.toContain('Fix:');
  });

  it('does not confirm the place that looks again, and says what was tried', async () => {
    const { status, stdout } = await run('--site', 'mm/a.c:careful_fault');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^mm\/a\.c:\d+: handle_userfault\(\) in careful_fault\(\) \[lockless-pte-to-userfault\]\nNot reached/m);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/Tried alone, beside migration, .*The place was reached in/);
  });

  it('prints the scenario, which says the same when it is simulated', async () => {
    const { stdout } = await run('--litmus', 'mm/a.c:hasty_fault');
    expect(stdout).toMatch(/^C hasty-fault-lockless-pte-to-userfault\n/);
    expect(stdout).toContain('/* mm/a.c:7 */');
    const root = trees.at(-1)!;
    const file = path.join(root, 'slice.litmus');
    fs.writeFileSync(file, stdout);
    const simulated = await runIn(root, ['simulate', file, '--adversary', 'migration', '--beside'], { scenarios });
    expect(simulated.stdout).toMatch(/^Observation .* Sometimes/m);
  });

  it('as JSON has the verdict, the schedule, the lines and all attempts', async () => {
    const { stdout } = await run('--format', 'json', 'mm/a.c');
    const [proof] = JSON.parse(stdout) as [Record<string, unknown>];
    expect(proof).toMatchObject({ rule: 'lockless-pte-to-userfault', file: 'mm/a.c', function: 'hasty_fault', verdict: 'confirmed', reason: null, witness: { property: 'unjustified-event', adversaries: ['migration'] } });
    expect((proof.witness as { lines: { line: number }[] }).lines.map(({ line }) => line)).toContain(7);
    expect((proof.attempts as unknown[]).length).toBeGreaterThan(1);
    expect(proof.fix).toMatchObject({ verdict: 'proven', safety: 'safe', reason: null, replay: { parting: 'waits', outcome: 'left' } });
    const { edits, attempts, scenario } = proof.fix as { edits: { file: string }[]; attempts: { verdict: string }[]; scenario: string };
    expect(edits.every(({ file }) => file === 'mm/a.c')).toBe(true);
    expect(new Set(attempts.map(({ verdict }) => verdict))).toEqual(new Set(['Never']));
    expect(scenario).toContain('pte_same(');
  });

  it('says when there is nothing to prove, and refuses what it does not understand', async () => {
    expect(await run('mm/a.c:careful_fault')).toMatchObject({ status: 2, stderr: expect.stringContaining('--site') as string });
    expect(await run()).toMatchObject({ status: 2, stderr: expect.stringContaining('prove takes FILE') as string });
    expect(await run('--sites', 'mm/a.c')).toMatchObject({ status: 2, stderr: expect.stringContaining("did you mean '--site'?") as string });
    expect(await run('--all', '--site', 'mm/a.c')).toMatchObject({ status: 2 });
    expect(await run('mm/none.c')).toMatchObject({ status: 2, stderr: expect.stringContaining('mm/none.c') as string });
  });
});
