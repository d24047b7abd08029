/** What the tests on real trees share: the trees, the command line as a process, known bugs put back into a tree. */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { JsonReport } from '../../cli/format/json';
import { overlay, projectDir, treeDir, trees, type TreeVersion } from '../../scripts/kernel-trees.mjs';

export const versions = Object.keys(trees) as TreeVersion[];

/** The unpacked tree. Throws when it is missing: these tests fail without the trees, they are never skipped. */
export function tree(version: TreeVersion): string {
  const directory = treeDir(version);
  if (!fs.existsSync(path.join(directory, 'mm/hugetlb.c'))) throw new Error(`${directory} is missing. Run: npm run kernels`);
  return directory;
}

/** What the product is mostly about: mm/ and the one file of fs/ that raises the events. */
export function core(root: string): string[] {
  return [path.join(root, 'mm'), path.join(root, 'fs/userfaultfd.c')];
}

export interface CliRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const cli = path.join(projectDir, 'dist/cli.js');

/**
 * Runs the built command line. A run that takes longer than `timeout` ends with status null. Not synchronous: a blocked test process
 * cannot answer its runner, which then gives up on it.
 */
export function runCli(args: readonly string[], { cwd, env = {}, timeout = 120_000 }: { cwd?: string; env?: Record<string, string>; timeout?: number } = {}): Promise<CliRun> {
  if (!fs.existsSync(cli)) throw new Error(`${cli} is missing. Run: npm run build`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { cwd, env: { ...process.env, ...env }, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
    child.stdout.on('data', (chunk: Buffer) => output.stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout: Buffer.concat(output.stdout).toString(), stderr: Buffer.concat(output.stderr).toString() }));
  });
}

/** `check --format json`, which must end well. */
export async function checkJson(root: string, paths: readonly string[], options: { env?: Record<string, string>; stats?: boolean } = {}): Promise<JsonReport> {
  const run = await runCli(['check', '--root', root, '--format', 'json', ...(options.stats ? ['--stats'] : []), ...paths], { env: options.env });
  if (run.status !== 0 && run.status !== 1) throw new Error(`check ended with ${run.status}: ${run.stderr.slice(0, 1000)}`);
  return JSON.parse(run.stdout) as JsonReport;
}

/** Traces of a defect of ours in what a program says. The analyzer survives an exception in one function and logs it: that counts. */
export function defects(output: string): string[] {
  return output.split('\n').filter((line) => /internal error|analysis failed|exception|\b(?:Type|Range|Reference|Syntax)?Error\b(?! and| or)|^\s+at .+:\d+:\d+|out of memory/.test(line));
}

/** A bug put back into a tree by test/mutants: a copy of the tree with one changed file. */
export interface Mutant {
  readonly id: string;
  readonly version: TreeVersion;
  /** The changed file, and the one that the bug shows in. */
  readonly file: string;
  readonly shownIn: string;
  readonly isControl: boolean;
  readonly root: string;
}

/** All bugs and controls of a rule (`R1`), laid out below `directory`. */
export function mutantsOf(rule: string, version: TreeVersion, directory: string): Mutant[] {
  return mutatedTexts(rule, version, directory).map(({ id, file, shownIn, isControl, text }) => {
    const root = path.join(directory, `tree-${id}`);
    overlay(tree(version), root, { [file]: fs.readFileSync(text, 'utf8') });
    return { id, version, file, shownIn, isControl, root };
  });
}

/** The same without a tree around them: `text` is where the changed file is. */
export function mutatedTexts(rule: string, version: TreeVersion, directory: string): (Omit<Mutant, 'root'> & { readonly text: string })[] {
  const report = path.join(directory, `${version}.json`);
  const manifest = JSON.parse(fs.readFileSync(path.join(projectDir, 'test/mutants/mutants.json'), 'utf8')) as { id: string; rule: string; tree: string }[];
  const ids = manifest.filter((mutant) => mutant.rule === rule && mutant.tree === version).map((mutant) => mutant.id);
  const files = path.join(directory, `files-${version}`);
  const run = spawnSync(process.execPath, [path.join(projectDir, 'test/mutants/mutate.mjs'), tree(version), files, '--only', ids.join(','), '--json', report, '--quiet'], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`mutate.mjs failed: ${run.stderr}`);
  const written = JSON.parse(fs.readFileSync(report, 'utf8')) as { id: string; file: string; expect: { file: string } | null }[];
  return written.map(({ id, file, expect }) => ({ id, version, file, shownIn: expect?.file ?? file, isControl: expect === null, text: path.join(files, id, file) }));
}

/** Runs `use` with a temporary directory that is gone afterwards. */
export async function withTemporary<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'mm-review-trees-'));
  try {
    return await use(directory);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
