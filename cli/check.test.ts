import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { kernelFiles, makeTree, removeTree, runIn, warningLines } from './testing/trees';

const trees: string[] = [];
afterEach(() => trees.splice(0).forEach(removeTree));
function tree(files: Readonly<Record<string, string | Buffer>>): string {
  const root = makeTree(files);
  trees.push(root);
  return root;
}
const kernel = (files: Readonly<Record<string, string | Buffer>> = {}): string => tree({ ...kernelFiles, ...files });

describe('formats', () => {
  const files = { 'mm/bad.c': 'int bad(void)\n{\n\tBUG_HERE;\n}\n', 'mm/odd.c': 'HINT_HERE\n' };

  it('prints like gcc, with paths from the current directory', async () => {
    const root = kernel(files);
    expect(await runIn(root, ['check', 'mm/bad.c'])).toEqual({ status: 1, stdout: warningLines('mm/bad.c', 3, 2), stderr: '1 warning in 1 file (0.5 s)\n' });
    expect((await runIn(path.join(root, 'mm'), ['check', 'bad.c'])).stdout).toBe(warningLines('bad.c', 3, 2));
    expect((await runIn(path.join(root, 'include'), ['check', path.join(root, 'mm')])).stdout).toContain(warningLines('../mm/bad.c', 3, 2));
  });

  it('calls information info, and does not fail for it', async () => {
    const ran = await runIn(kernel(files), ['check', 'mm/odd.c']);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(/^mm\/odd\.c:1:1: info: entry read/);
    expect(ran.stderr).toBe('no warnings, 1 info in 1 file (0.5 s)\n');
  });

  it('prints the JSON contract', async () => {
    const root = kernel(files);
    const ran = await runIn(path.join(root, 'mm'), ['check', '--format', 'json', 'bad.c']);
    expect(ran.status).toBe(1);
    expect(JSON.parse(ran.stdout)).toEqual({
      tool: { name: 'mm-review', version: '1.2.3' },
      root,
      findings: [{
        rule: 'lockless-pte-to-userfault', severity: 'warning', file: 'mm/bad.c', line: 3, column: 2, endLine: 3, endColumn: 10, function: 'fault',
        message: 'entry read without the lock reaches a MISSING event\nsecond line',
        steps: [
          { kind: 'lockless-read', file: 'mm/bad.c', line: 3, column: 2, function: 'fault', message: 'read without the lock' },
          { kind: 'event', file: 'mm/bad.c', line: 4, column: 2, function: 'fault', message: 'event raised\u001b[31m' },
        ],
        scenario: null, assumptions: ['helper() returns'], fingerprint: 'c0ffee',
      }],
      stats: {},
    });
  });

  it('prints SARIF, and says in it when something could not be checked', async () => {
    const root = kernel(files);
    const ran = await runIn(path.join(root, 'mm'), ['check', '--format', 'sarif', '--stats', '.']);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/^ {2}with more paths than followed +1 \(0\.50 %\)$/m);
    expect(ran.stderr).toMatch(/^peak memory +100 MB$/m);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      version: '2.1.0',
      runs: [{
        tool: { driver: { name: 'mm-review', version: '1.2.3', rules: [{ id: 'lockless-pte-to-userfault' }, { id: 'fake-write-fault' }] } },
        invocations: [{ executionSuccessful: true }],
        results: [{ level: 'warning', ruleIndex: 0, locations: [{ physicalLocation: { artifactLocation: { uri: 'mm/bad.c' } } }] }, { level: 'note' }],
      }],
    });
    const incomplete = await runIn(root, ['check', '--format', 'sarif', 'mm/none.c']);
    expect(incomplete.status).toBe(2);
    expect(JSON.parse(incomplete.stdout)).toMatchObject({ runs: [{ invocations: [{ executionSuccessful: false }], results: [] }] });
  });

  it('annotates a run of GitHub Actions, with paths from the top of the checkout', async () => {
    const root = kernel(files);
    const start = 'line=3,col=2,endLine=3,endColumn=10,title=lockless-pte-to-userfault::entry read without';
    expect((await runIn(root, ['check', '--format', 'github', 'mm/bad.c'])).stdout).toContain(`::warning file=mm/bad.c,${start}`);
    const inside = await runIn(path.join(root, 'mm'), ['check', '--format', 'github', 'bad.c'], { env: { GITHUB_WORKSPACE: path.dirname(root) } });
    expect(inside).toMatchObject({ status: 1, stdout: expect.stringContaining(`::warning file=${path.basename(root)}/mm/bad.c,${start}`) as string });
    expect((await runIn(root, ['check', '--format', 'github', 'mm/clean.c'])).stdout).toBe('');
  });

  it('runs only the rules that were asked for', async () => {
    const root = kernel(files);
    expect((await runIn(root, ['check', '--rules', 'fake-write-fault', 'mm/bad.c'])).status).toBe(0);
    const ran = await runIn(root, ['check', '--rules', 'fake-write-falt', 'mm/bad.c']);
    expect(ran).toEqual({ status: 2, stdout: '', stderr: "mm-review: unknown rule 'fake-write-falt' (did you mean 'fake-write-fault'?)\nTry 'mm-review help check'.\n" });
  });

  it('gives figures', async () => {
    const root = kernel(files);
    const ran = await runIn(root, ['check', '--stats', 'mm/bad.c']);
    expect(ran.stdout).toBe(warningLines('mm/bad.c', 3, 2));
    expect(ran.stderr).toMatch(/^ {2}with parse errors +1 \(0\.50 %\)$/m);
    expect(ran.stderr).toMatch(/^peak memory +100 MB$/m);
    expect(ran.stderr).toContain('incomplete: mm/a.c:odd\n');
    const report = JSON.parse((await runIn(root, ['check', '--stats', '--format=json', 'mm/bad.c'])).stdout) as { stats: unknown };
    expect(report.stats).toMatchObject({ files: 1, functions: 200, functionsWithErrors: 1, percentWithErrors: 0.5, nestedFunctions: 0, backend: 'native', peakMemoryBytes: 104857600 });
  });
});

describe('terminals', () => {
  const files = { 'mm/bad.c': 'BUG_HERE\n' };

  it('has colours on a terminal only, and never with NO_COLOR', async () => {
    const root = kernel(files);
    expect((await runIn(root, ['check', 'mm'], { stdoutIsTTY: true })).stdout).toContain('\u001b[1;35mwarning:\u001b[0m');
    expect((await runIn(root, ['check', 'mm'], { stdoutIsTTY: true, env: { NO_COLOR: '1' } })).stdout).toBe(warningLines('mm/bad.c', 1, 1));
    expect((await runIn(root, ['check', 'mm'])).stdout).toBe(warningLines('mm/bad.c', 1, 1));
  });

  it('has a progress line when it takes longer than a second, and takes it away', async () => {
    const root = kernel(files);
    let time = 0;
    const slow = await runIn(root, ['check', 'mm'], { stderrIsTTY: true, now: () => (time += 300) });
    expect(slow.stderr.replaceAll('\r\u001b[K', '|')).toMatch(/^(\|(reading|checking) [^|\n]*\(\d+ s\))+\|1 warning in 2 files/);
    expect((await runIn(root, ['check', 'mm'], { now: () => (time += 300) })).stderr).not.toContain('\r');
    expect((await runIn(root, ['check', 'mm'], { stderrIsTTY: true })).stderr).not.toContain('\r');
  });
});

describe('what cannot be checked', () => {
  it('names it, checks the rest and exits with 2', async () => {
    const root = kernel({ 'mm/bad.c': 'BUG_HERE\n', 'mm/data.c': Buffer.from([0x7f, 0x45, 0, 1]), 'empty/': '', 'doc/readme.txt': 'x' });
    fs.symlinkSync('loop.c', path.join(root, 'mm/loop.c'));
    execFileSync('mkfifo', [path.join(root, 'mm/pipe.c')]);
    const cases: Record<string, string> = {
      'mm/none.c': 'mm/none.c: no such file or directory',
      'mm/data.c': 'mm/data.c: binary file, not checked',
      'mm/loop.c': 'mm/loop.c: too many levels of symbolic links',
      'mm/pipe.c': 'mm/pipe.c: not a regular file',
      'mm/bad.c/x': 'mm/bad.c/x: not a directory',
      '/dev/null': '/dev/null: not a regular file',
      empty: 'empty: no C files in this directory',
      doc: 'doc: no C files in this directory',
    };
    for (const [argument, message] of Object.entries(cases)) {
      const ran = await runIn(root, ['check', argument, 'mm/bad.c']);
      expect(ran, argument).toMatchObject({ status: 2, stdout: warningLines('mm/bad.c', 1, 1) });
      expect(ran.stderr, argument).toContain(`mm-review: error: ${message}\n`);
    }
    const alone = await runIn(root, ['check', 'mm/none.c', '--format', 'json']);
    expect(alone.status).toBe(2);
    expect(JSON.parse(alone.stdout)).toMatchObject({ findings: [] });
  });

  it('tells about files it would only have read along', async () => {
    const ran = await runIn(kernel({ 'mm/data.c': Buffer.from([0]) }), ['check', 'mm/clean.c']);
    expect(ran).toEqual({ status: 0, stdout: '', stderr: 'mm-review: mm/data.c: binary file, not checked; its functions are unknown to this check\nno warnings in 1 file (0.5 s)\n' });
  });

  it('takes empty, large and wrongly encoded files', async () => {
    const latin1 = Buffer.from('/* \xe9\xff */ BUG_HERE\n', 'latin1');
    const root = kernel({ 'mm/empty.c': '', 'mm/latin1.c': latin1, 'mm/large.c': 'int f(void) { return 1; }\n'.repeat(800_000) });
    expect(await runIn(root, ['check', 'mm/empty.c', 'mm/large.c'])).toMatchObject({ status: 0, stdout: '' });
    expect((await runIn(root, ['check', 'mm/latin1.c'])).stdout).toBe(warningLines('mm/latin1.c', 1, 10));
  });

  it('survives an exception of the analyzer', async () => {
    const root = kernel({ 'mm/throw.c': 'THROW_HERE\n' });
    const ran = await runIn(root, ['check', 'mm']);
    expect(ran).toEqual({ status: 2, stdout: '', stderr: 'mm-review: internal error: the fake fell over (please report it; MM_REVIEW_DEBUG=1 shows where)\n' });
    expect((await runIn(root, ['check', 'mm'], { env: { MM_REVIEW_DEBUG: '1' } })).stderr).toContain('    at ');
    const uncounted = await runIn(kernel({ 'mm/uncountable.c': 'BUG_HERE\n' }), ['check', '--stats', 'mm']);
    expect(uncounted).toMatchObject({ status: 2, stdout: warningLines('mm/uncountable.c', 1, 1), stderr: expect.stringContaining('mm-review: internal error: lost count') as string });
    const failing = await runIn(root, ['check', 'mm'], { loadEngine: () => Promise.reject(new Error('no parser')) });
    expect(failing).toMatchObject({ status: 2, stderr: 'mm-review: internal error: no parser (please report it; MM_REVIEW_DEBUG=1 shows where)\n' });
  });
});

describe('trees', () => {
  it('takes --root, alone and with paths below it', async () => {
    const root = kernel({ 'mm/bad.c': 'BUG_HERE\n', 'drivers/gpu.c': 'pte_t BUG_HERE\n' });
    const elsewhere = tree({ 'x/': '' });
    const relative = path.relative(elsewhere, root);
    expect((await runIn(elsewhere, ['check', '--root', root, 'mm/bad.c'])).stdout).toBe(warningLines(`${relative}/mm/bad.c`, 1, 1));
    expect((await runIn(elsewhere, ['check', '--root', relative])).stderr).toBe('2 warnings in 3 files (0.5 s)\n');
    expect((await runIn(elsewhere, ['check', '--root', 'none'])).stderr).toContain('mm-review: --root none: no such file or directory\n');
    expect((await runIn(root, ['check', '--root', 'mm/bad.c'])).stderr).toContain('mm-review: --root mm/bad.c: not a directory\n');
    expect((await runIn(root, ['check', '--root', 'mm', 'mm/bad.c'])).stderr).toContain('mm-review: mm has no mm/ and include/linux/');
  });

  it('checks a symbolic copy of a tree as the tree it is', async () => {
    const original = kernel({ 'mm/bad.c': 'clean\n', 'fs/userfaultfd.c': 'clean\n' });
    const copy = tree({ 'mm/bad.c': 'BUG_HERE\n' });
    for (const name of ['fs', 'include']) fs.symlinkSync(path.join(original, name), path.join(copy, name));
    for (const name of ['clean.c', 'internal.h']) fs.symlinkSync(path.join(original, 'mm', name), path.join(copy, 'mm', name));
    const ran = await runIn('/', ['check', '--root', copy, '--format', 'json', path.join(copy, 'mm/bad.c')]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ root: copy, findings: [{ file: 'mm/bad.c' }] });
    const throughLink = path.join(tree({ 'x/': '' }), 'link');
    fs.symlinkSync(copy, throughLink);
    const other = await runIn('/', ['check', '--root', copy, '--format', 'json', path.join(throughLink, 'mm/bad.c')]);
    expect(JSON.parse(other.stdout)).toMatchObject({ root: copy, findings: [{ file: 'mm/bad.c' }] });
  });

  it('checks files of two trees and of none in one run', async () => {
    const base = tree({
      ...Object.fromEntries(['old', 'new'].flatMap((name) => Object.entries(kernelFiles).map(([file, text]) => [`${name}/${file}`, text]))),
      'old/mm/bad.c': 'BUG_HERE\n', 'new/mm/bad.c': 'BUG_HERE\n', 'loose/a.c': 'pte_t BUG_HERE\n',
    });
    const report = JSON.parse((await runIn(base, ['check', '--format=json', '.'])).stdout) as { root: string; findings: { file: string; steps: { file: string }[] }[] };
    expect(report.root).toBe(base);
    expect(report.findings.map((finding) => finding.file)).toEqual(['new/mm/bad.c', 'old/mm/bad.c', 'loose/a.c']);
    expect(report.findings[0]?.steps[0]?.file).toBe('new/mm/bad.c');
  });

  it('checks the example without a PATH, wherever it lies', async () => {
    const root = kernel({ 'examples/e.c': 'pte_t BUG_HERE\n' });
    const ran = await runIn(root, ['check', '--format', 'json'], { examples: path.join(root, 'examples') });
    expect(JSON.parse(ran.stdout)).toMatchObject({ root: path.join(root, 'examples'), findings: [{ file: 'e.c' }] });
    expect(ran).toMatchObject({ status: 1, stderr: expect.stringContaining('mm-review check ~/linux/mm') as string });
  });
});

describe('other commands', () => {
  it('helps, on standard output', async () => {
    for (const argv of [['--help'], ['help'], ['help', 'check'], ['check', '--help'], ['help', 'explain'], ['help', 'lsp']]) {
      const ran = await runIn('/', argv);
      expect(ran).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('Usage: mm-review ') as string });
    }
    expect(await runIn('/', ['--version'])).toMatchObject({ status: 0, stdout: 'mm-review 1.2.3\n' });
  });

  it('helps on standard error when it was not asked to', async () => {
    expect(await runIn('/', [])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('Usage: mm-review ') as string });
    expect(await runIn('/', ['chck'])).toMatchObject({ status: 2, stdout: '', stderr: "mm-review: unknown command 'chck' (did you mean 'check'?)\nTry 'mm-review help'.\n" });
  });

  it('starts the server and stays out of its way', async () => {
    const started: string[][] = [];
    const ran = await runIn('/', ['lsp', '--stdio'], { startServer: (args) => void started.push([...args]) });
    expect(ran).toEqual({ status: undefined, stdout: '', stderr: '' });
    expect(started).toEqual([['--stdio']]);
  });
});
