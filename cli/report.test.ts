import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonReport } from './format/json';
import { loadEngine } from './engine';
import { makeTree, removeTree, runIn, type Ran } from './testing/trees';

const scenarios = path.resolve(import.meta.dirname, '../scenarios');
const trees: string[] = [];
afterEach(() => trees.splice(0).forEach(removeTree));

const fault = (name: string): string => `
static vm_fault_t ${name}(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct hstate *h = hstate_vma(vma);
	pte_t entry = huge_ptep_get(mm, vmf->address, vmf->pte);

	if (!huge_pte_none_mostly(entry))
		return 0;
	return handle_userfault(vmf, VM_UFFD_MISSING);
}
`;

function tree(): string {
  const root = makeTree({ 'mm/userfaultfd.c': '', 'mm/a.c': fault('hasty_fault') + fault('other_fault'), 'include/linux/mm.h': '' });
  trees.push(root);
  return root;
}
const report = (root: string, ...args: string[]): Promise<Ran> => runIn(root, ['report', ...args], { scenarios, loadEngine, env: process.env });

function git(root: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' } }).trim();
}

describe('report', () => {
  it('is plain text for a commit message: the finding, the race, and what the fix blocks', async () => {
    const { status, stdout, stderr } = await report(tree(), 'mm/a.c:hasty_fault');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^hasty_fault\(\) raises MISSING/);
    expect(stdout).toMatch(/ P0: hasty_fault\(\) +P1: page migration\n/);
    expect(stdout.indexOf('<==')).toBeGreaterThan(0);
    expect(stdout.indexOf('<-- waits for page_table_lock')).toBeGreaterThan(stdout.indexOf('<=='));
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/ Found in hasty_fault\(\) at mm\/a\.c:9 by mm-review \[lockless-pte-to-userfault\]\. Confirmed: .* weak memory is not explored\. $/);
    expect(stdout).not.toMatch(/\t|^---|^#|[^\n]{76}| $/m);
  });

  it('takes a line or a fingerprint, and wants one finding only', async () => {
    const root = tree();
    const { findings } = JSON.parse((await runIn(root, ['check', '--format', 'json', 'mm/a.c'], { scenarios, loadEngine })).stdout) as JsonReport;
    expect(findings).toHaveLength(2);
    const byName = await report(root, 'mm/a.c:other_fault');
    expect(await report(root, `mm/a.c:${findings[1]!.line}`)).toEqual(byName);
    expect(await report(root, findings[1]!.fingerprint)).toEqual(byName);
    expect(await report(root, 'mm/a.c:1')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(findings[0]!.fingerprint) as string });
    expect(await report(root, 'mm/a.c')).toMatchObject({ status: 2, stderr: expect.stringContaining('FILE:LINE') as string });
    expect(await report(root)).toMatchObject({ status: 2, stderr: expect.stringContaining('takes one finding') as string });
    expect(await report(root, 'mm/none.c:f')).toMatchObject({ status: 2, stderr: expect.stringContaining('mm/none.c') as string });
  });

  it('asks git only when it is told to, and names who last changed the lines', async () => {
    const root = tree();
    git(root, 'init', '-q');
    git(root, 'add', '-A');
    git(root, 'commit', '-qm', 'mm: add "faults"');
    const file = path.join(root, 'mm/a.c');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('entry = huge_ptep_get', 'entry  = huge_ptep_get'));
    git(root, 'commit', '-qam', 'mm: white space');
    // Whatever the repository says, nothing of it is run.
    const ran = path.join(root, 'ran');
    git(root, 'config', 'core.fsmonitor', `touch ${ran}`);
    git(root, 'config', 'diff.c.textconv', `touch ${ran}; cat`);
    fs.writeFileSync(path.join(root, '.gitattributes'), '*.c diff=c\n');
    const first = git(root, 'rev-list', '--max-parents=0', 'HEAD');
    const { status, stdout, stderr } = await report(root, '--blame', 'mm/a.c:hasty_fault');
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`\\n\\nFixes: ${first.slice(0, 12)} \\("mm: add "faults""\\)\\n$`));
    expect(stderr).toContain('make sure that the race came with it');
    expect(fs.existsSync(ran)).toBe(false);
    expect((await report(root, 'mm/a.c:hasty_fault')).stdout).not.toContain('Fixes:');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('VM_UFFD_MISSING);', 'VM_UFFD_MISSING); /* now */'));
    expect((await report(root, '--blame', 'mm/a.c:hasty_fault')).stderr).toBe('mm-review: no candidate for Fixes: mm/a.c:9 is not committed yet\n');
  });

  it('says so where there is no repository, or no commit of the line', async () => {
    const root = tree();
    expect(await report(root, '--blame', 'mm/a.c:hasty_fault')).toMatchObject({ status: 0, stderr: 'mm-review: no candidate for Fixes: there is no git repository\n' });
    git(root, 'init', '-q');
    expect((await report(root, '--blame', 'mm/a.c:hasty_fault')).stderr).toMatch(/^mm-review: no candidate for Fixes: /);
    git(root, 'commit', '-qm', 'empty', '--allow-empty');
    git(root, 'add', 'mm/a.c');
    expect((await report(root, '--blame', 'mm/a.c:hasty_fault')).stderr).toBe('mm-review: no candidate for Fixes: mm/a.c:9 is not committed yet\n');
  });
});
