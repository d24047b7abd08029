/** The command line as a process: what only shows with real pipes and a real exit status. */
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelFiles, makeTree, removeTree, warningLines } from './testing/trees';

const here = import.meta.dirname;
let tree = '';
let program = '';

const fakeEngine: Plugin = {
  name: 'fake-engine',
  setup: (setup) => setup.onResolve({ filter: /^\.\/engine$/ }, () => ({ path: path.join(here, 'testing/fake-engine.ts') })),
};

beforeAll(async () => {
  tree = makeTree({
    ...kernelFiles, 'mm/bad.c': 'BUG_HERE\n', 'mm/many.c': 'BUG_HERE\n'.repeat(2_000), 'examples/e.c': 'pte_t BUG_HERE\n', 'docs/rules/fake-write-fault.md': '# fake-write-fault\n',
    'dist/server.js': `process.stdout.write('server ' + process.argv.slice(2).join(' '))`,
  });
  program = path.join(tree, 'dist/cli.js');
  await build({ entryPoints: [path.join(here, 'main.ts')], outfile: program, bundle: true, platform: 'node', format: 'cjs', target: 'node20', plugins: [fakeEngine], define: { __MM_REVIEW_VERSION__: '"9.9.9"' } });
});
afterAll(() => removeTree(tree));

const runProgram = (...argv: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [program, ...argv], { cwd: tree, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, FORCE_COLOR: '' } });

describe('the process', () => {
  it('exits with 0, 1 and 2', () => {
    expect(runProgram('check', 'mm/clean.c')).toMatchObject({ status: 0, stdout: '' });
    expect(runProgram('check', 'mm/bad.c')).toMatchObject({ status: 1, stdout: warningLines('mm/bad.c', 1, 1) });
    expect(runProgram('check', 'mm/none.c')).toMatchObject({ status: 2, stdout: '', stderr: 'mm-review: error: mm/none.c: no such file or directory\n' });
    expect(runProgram('--version')).toMatchObject({ status: 0, stdout: 'mm-review 9.9.9\n' });
  });

  it('finds the example beside the bundle', () => {
    expect(runProgram('check')).toMatchObject({ status: 1, stdout: warningLines('examples/e.c', 1, 7) });
  });

  it('finds the pages of the rules beside the bundle', () => {
    expect(runProgram('explain', 'fake-write-fault')).toMatchObject({ status: 0, stdout: 'fake-write-fault\n' });
  });

  it('writes all of a large report to a pipe', () => {
    const report = JSON.parse(runProgram('check', '--format=json', 'mm/many.c').stdout) as { findings: unknown[] };
    expect(report.findings).toHaveLength(2_000);
  });

  it('does not mind a reader that leaves early', async () => {
    const child = spawn(process.execPath, [program, 'check', 'mm/many.c'], { cwd: tree });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^2000 warnings in 1 file \(\d+\.\d s\)\n$/);
  });

  it('says when the results cannot be written', () => {
    const full = fs.openSync('/dev/full', 'w');
    const ran = spawnSync(process.execPath, [program, 'check', 'mm/bad.c'], { cwd: tree, encoding: 'utf8', stdio: ['ignore', full, 'pipe'] });
    fs.closeSync(full);
    expect(ran).toMatchObject({ status: 2, stderr: expect.stringContaining('mm-review: cannot write the results (ENOSPC)\n') as string });
  });

  it('says when there is no current directory', () => {
    const ran = spawnSync('sh', ['-c', 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" check .', process.execPath, program], { cwd: tree, encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 2, stdout: '', stderr: 'mm-review: the current directory does not exist any more\n' });
  });

  it('loads the server beside it, on stdio unless told otherwise', () => {
    expect(runProgram('lsp')).toMatchObject({ status: 0, stdout: 'server lsp --stdio' });
    expect(runProgram('lsp', '--stdio', '--clientProcessId=7').stdout).toBe('server lsp --stdio --clientProcessId=7');
    expect(runProgram('lsp', '--pipe=/tmp/x').stdout).toBe('server lsp --pipe=/tmp/x');
  });
});
