/** Known bugs put back into real kernels: most findings are confirmed by a schedule of the kernel's own code, and the code without the bug never is. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Finding } from '../../analyzer/findings/finding';
import { loadBackend } from '../../parser/backend';
import { projectDir } from '../../scripts/kernel-trees.mjs';
import { assemble, sliceCall, sliceOf, type Slice, type Source, type WitnessRule } from '../../witness';
import { prove, treeOf, type MemoryTree, type Proof } from '../../witness/testing';
import { tree, versions, withTemporary } from './support';

interface Mutant {
  readonly id: string;
  readonly rule: string;
  readonly file: string;
  readonly expect: { readonly file: string; readonly function: string; readonly start: number; readonly end: number } | null;
}

interface Question {
  readonly id: string;
  readonly rule: WitnessRule;
  readonly sets: readonly (readonly string[])[];
  /** Findings that are confirmed, of those that the analyzer has. Raise it when the slices get better; never lower it silently. */
  readonly confirmedAtLeast: number;
}

const questions: readonly Question[] = [
  { id: 'R1', rule: 'lockless-pte-to-userfault', sets: [['migration'], ['uffdio-writeprotect']], confirmedAtLeast: 9 },
  { id: 'R2', rule: 'uffd-wp-check-not-repeated', sets: [['uffdio-writeprotect']], confirmedAtLeast: 6 },
  { id: 'R3', rule: 'uffd-wp-bit-lost', sets: [[]], confirmedAtLeast: 10 },
  { id: 'R4', rule: 'hole-filled-under-uffd', sets: [[]], confirmedAtLeast: 2 },
  { id: 'R5', rule: 'fake-write-fault', sets: [[], ['uffdio-writeprotect']], confirmedAtLeast: 4 },
];
const headers = ['include/linux/mm_inline.h', 'include/linux/hugetlb.h', 'include/linux/mm.h', 'include/linux/swapops.h', 'include/linux/userfaultfd_k.h', 'include/linux/rmap.h'];
const backend = await loadBackend();

for (const question of questions) {
  test(`${question.id}: findings are confirmed, correct code is not`, async () => {
    await withTemporary(async (directory) => {
      let [confirmed, all] = [0, 0];
      const wrong: string[] = [];
      for (const version of versions) {
        const memory = loadTree(tree(version));
        for (const mutant of mutantsOf(question.id, version, directory)) {
          if (mutant.expect === null) continue;
          // The runner wants to hear of us now and then.
          await new Promise((resolve) => setImmediate(resolve));
          const text = fs.readFileSync(path.join(directory, version, mutant.id, mutant.file), 'utf8');
          setText(memory, mutant.file, text);
          const finding = findingOf(memory, question.rule, mutant.expect);
          const proof = finding && proofOf(sliceOf(memory.source, finding), question);
          setText(memory, mutant.file, undefined);
          all++;
          if (proof?.verdict === 'confirmed') confirmed++;
          if (finding && proofOf(counterpart(memory.source, finding, question.rule), question)?.verdict === 'confirmed') wrong.push(mutant.id);
        }
      }
      expect(wrong, 'correct code that was confirmed to be wrong').toEqual([]);
      expect(confirmed, `of ${all}`).toBeGreaterThanOrEqual(question.confirmedAtLeast);
    });
  });
}

function proofOf(made: Slice | { readonly reason: string }, question: Question): Proof | undefined {
  return 'reason' in made ? undefined : prove(assemble(made, question.rule), backend, question.sets);
}

function loadTree(root: string): MemoryTree {
  const inFolder = (folder: string, wanted: RegExp): string[] => fs.readdirSync(path.join(root, folder)).filter((name) => wanted.test(name)).map((name) => `${folder}/${name}`);
  const files = [...inFolder('mm', /\.[ch]$/), ...inFolder('arch/s390/mm', /^gmap\.c$/), 'fs/userfaultfd.c', ...headers];
  return treeOf(backend, Object.fromEntries(files.filter((file) => fs.existsSync(path.join(root, file))).map((file) => [file, fs.readFileSync(path.join(root, file), 'utf8')])));
}

function setText({ analysis, source }: MemoryTree, file: string, text: string | undefined): void {
  analysis.setText(file, text);
  source.setText(file, text);
}

function mutantsOf(rule: string, version: string, directory: string): Mutant[] {
  const manifest = JSON.parse(fs.readFileSync(path.join(projectDir, 'test/mutants/mutants.json'), 'utf8')) as { id: string; rule: string; tree: string }[];
  const ids = manifest.filter((mutant) => mutant.rule === rule && mutant.tree === version).map((mutant) => mutant.id);
  if (ids.length === 0) return [];
  const report = path.join(directory, `${version}.json`);
  const run = spawnSync(process.execPath, [path.join(projectDir, 'test/mutants/mutate.mjs'), tree(version as '6.1'), path.join(directory, version), '--only', ids.join(','), '--json', report, '--quiet'], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`mutate.mjs failed: ${run.stderr}`);
  return JSON.parse(fs.readFileSync(report, 'utf8')) as Mutant[];
}

/** The finding where the bug is expected to show, or another one in that function. */
function findingOf({ analysis }: MemoryTree, rule: string, place: NonNullable<Mutant['expect']>): Finding | undefined {
  const inFunction = analysis.check([place.file], { rules: [rule] }).filter((finding) => finding.function === place.function);
  return inFunction.find((finding) => finding.location.line >= place.start && finding.location.line <= place.end) ?? inFunction[0];
}

/** The same place in the text without the bug: mutants keep the lines. */
function counterpart(source: Source, finding: Finding, rule: WitnessRule): Slice | { readonly reason: string } {
  const ref = source.definitions(finding.function, finding.location.file)[0];
  const text = source.text(finding.location.file);
  if (!ref || text === undefined) return { reason: 'the function is not there' };
  const calls = source.lower(ref).nodes.flatMap((node) => (node.kind === 'call' && node.callee !== undefined ? [{ name: node.callee, start: node.span.start }] : []));
  const lineOf = (start: number): number => text.slice(0, ref.start + start).split('\n').length;
  const here = calls.filter((call) => lineOf(call.start) === finding.location.line).at(-1);
  if (!here) return { reason: 'no call on the line' };
  const same = calls.filter((call) => call.name === here.name).sort((a, b) => a.start - b.start);
  return sliceCall(source, rule, { file: finding.location.file, function: finding.function, call: here.name, nth: same.indexOf(here), from: finding.steps.map((step) => step.function) });
}
