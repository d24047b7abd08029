import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeTree, removeTree, runIn, type Ran } from './testing/trees';

const shipped = path.resolve(import.meta.dirname, '../scenarios');
const trees: string[] = [];
afterEach(() => trees.splice(0).forEach(removeTree));

/** Two threads, one of which looks at an entry that the other one empties for a moment. */
const window = `C window
(*
 * Title: a window
 * Thread: P0 writer
 * Thread: P1 reader
 * Variant: buggy : looks without the lock
 * Variant: fixed FIX_LOCK : looks under the lock
 * Expect: buggy Sometimes
 * Expect: fixed Never
 * Cover: fixed looked
 *)
{
	spinlock_t ptl;
	pte_t pte __guarded_by(ptl) = PTE_PRESENT;
}

P0()
{
	pte_t old;

	spin_lock(ptl);
	old = ptep_modify_prot_start(vma, 0, pte);
	ptep_modify_prot_commit(vma, 0, pte, old, pte_wrprotect(old));
	spin_unlock(ptl);
}

P1()
{
	pte_t seen;

#ifdef FIX_LOCK
	spin_lock(ptl);
#endif
	seen = ptep_get(pte);
#ifdef FIX_LOCK
	spin_unlock(ptl);
#endif
looked:
	return;
}
exists (1:seen = PTE_NONE)
`;

function simulate(files: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran & { readonly cwd: string }> {
  const cwd = makeTree(files);
  trees.push(cwd);
  return runIn(cwd, ['simulate', ...args], { scenarios: shipped }).then((ran) => ({ ...ran, cwd }));
}

describe('simulate', () => {
  it('shows the first variant in full, and compares the others with what the file expects', async () => {
    const { status, stdout, stderr } = await simulate({ 'window.litmus': window }, 'window.litmus');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^a window\n\nTest window Allowed\nStates \d+\nOk\n/);
    expect(stdout).toContain('Condition exists (1:seen = PTE_NONE)\nObservation window Sometimes ');
    expect(stdout).toMatch(/^ P0: writer +P1: reader$/m);
    expect(stdout).toMatch(/^With the fix, /m);
    expect(stdout).toMatch(/^ {2}buggy +Sometimes, 5 steps, 1 preemption +\d+ states {2}as expected$/m);
    expect(stdout).toMatch(/^ {2}fixed +Never +\d+ states {2}as expected$/m);
  });

  it('fails when a variant is not what the file says', async () => {
    const wrong = window.replace('Expect: fixed Never', 'Expect: fixed Sometimes').replace('Expect: buggy Sometimes', 'Expect: buggy Sometimes 9');
    const { status, stdout } = await simulate({ 'window.litmus': wrong }, 'window.litmus');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ {2}buggy .* NOT AS EXPECTED: expected 9 steps, found 5$/m);
    expect(stdout).toMatch(/^ {2}fixed .* NOT AS EXPECTED: expected Sometimes, found Never$/m);
  });

  it('does not take a "Never" for a proof when a label was not reached', async () => {
    const empty = window.replace('looked:\n\treturn;', 'if (*unseen)\nlooked:\n\t\treturn;').replace('spinlock_t ptl;', 'spinlock_t ptl;\n\tint unseen;');
    const { status, stdout, stderr } = await simulate({ 'window.litmus': empty }, 'window.litmus', '--variant', 'fixed');
    expect(stdout).toContain('This proves nothing: looked was not reached.');
    expect(stderr).toContain('fixed: Never, but looked was not reached: that proves nothing');
    expect(status).toBe(1);
  });

  it('knows what ships by name, with library threads', async () => {
    const { status, stdout } = await simulate({}, 'hugetlb-missing-unstable-pte', '--variant', 'vma-lock', '--adversary', 'migration');
    expect(status).toBe(0);
    expect(stdout).toContain('Observation hugetlb-missing-unstable-pte+vma-lock+migration Sometimes');
    expect(stdout).toContain('page migration');
  });

  it('writes JSON that can be replayed, and sees when it is not true', async () => {
    const { stdout, cwd } = await simulate({ 'window.litmus': window }, 'window.litmus', '--variant', 'buggy', '--format', 'json');
    fs.writeFileSync(path.join(cwd, 'race.json'), stdout);
    expect(await runIn(cwd, ['simulate', 'window.litmus', '--replay', 'race.json'], { scenarios: shipped })).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('The schedule does what the file says.') });
    const data = JSON.parse(stdout) as { steps: { label: string }[] };
    data.steps[1]!.label = 'pte_clear(mm, 0, pte)';
    fs.writeFileSync(path.join(cwd, 'race.json'), JSON.stringify(data));
    expect(await runIn(cwd, ['simulate', 'window.litmus', '--replay', 'race.json'], { scenarios: shipped })).toMatchObject({ status: 1, stderr: expect.stringContaining('Step 2 is said to be `pte_clear(mm, 0, pte)`') });
    fs.writeFileSync(path.join(cwd, 'race.json'), '[]');
    expect((await runIn(cwd, ['simulate', 'window.litmus', '--replay', 'race.json'], { scenarios: shipped })).status).toBe(2);
  });

  it.each([['svg', /^<svg /], ['itf', /"#meta"/], ['mermaid', /^sequenceDiagram\n/], ['promela', /d_step/]])('writes %s', async (format, start) => {
    const { status, stdout } = await simulate({ 'window.litmus': window }, 'window.litmus', '--format', format);
    expect(stdout).toMatch(start);
    expect(status).toBe(0);
  });

  it('lists one failing schedule for each way to fail', async () => {
    const { stdout } = await simulate({ 'window.litmus': window }, 'window.litmus', '--variant', 'buggy', '--all-schedules');
    expect(stdout).toContain('Failing schedule 1 of 1, 5 steps:');
  });

  it('names what is wrong in a file by line and column', async () => {
    const { status, stderr } = await simulate({ 'bad.litmus': window.replace('spin_lock(ptl);', 'spin_lock(plt);') }, 'bad.litmus');
    expect(stderr).toMatch(/^bad\.litmus:21:12: error: plt is not declared \(did you mean 'ptl'\?\)$/m);
    expect(status).toBe(2);
  });

  it.each([
    [['nowhere.litmus'], /nowhere\.litmus: no such file/],
    [['hugetlb-missing'], /no scenario 'hugetlb-missing' \(did you mean 'hugetlb-missing-unstable-pte'\?\)/],
    [['hugetlb-missing-unstable-pte', '--variant', 'fxied'], /has no variant 'fxied' \(did you mean 'fixed'\?\)/],
    [['hugetlb-missing-unstable-pte', '--adversary', 'migratoin'], /no adversary 'migratoin' \(did you mean 'migration'\?\)/],
    [['--format', 'dot'], /unknown format 'dot'; the formats are: text, json, itf, svg, mermaid, promela/],
    [['--beside'], /option '--beside' wants an '--adversary'/],
    [['--variant', 'fixed'], /exactly one scenario/],
    [['--varient', 'fixed'], /unknown option '--varient' \(did you mean '--variant'\?\)/],
  ])('refuses %j', async (args, message) => {
    const { status, stderr, stdout } = await simulate({}, ...args);
    expect(stderr).toMatch(message);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});
