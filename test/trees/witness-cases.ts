/** The places that the witness is held to: known bugs in real kernels, those put back and those that are there, and the same places without them. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Finding } from '../../analyzer/findings/finding';
import type { ParserBackend } from '../../parser/types';
import { projectDir, type TreeVersion } from '../../scripts/kernel-trees.mjs';
import { isWitnessRule, type CallSite, type Source, type WitnessRule } from '../../witness';
import { treeOf, type MemoryTree } from '../../witness/testing';
import { tree, versions } from './support';

/** One bug. The tree has its text while it is looked at. */
export interface Case {
  /** Name of the bug, or of the function for one that the tree has by itself. */
  readonly id: string;
  readonly version: TreeVersion;
  readonly rule: WitnessRule;
  /** What the analyzer says of it; undefined where it says nothing. */
  readonly finding: Finding | undefined;
  readonly source: Source;
  /** The same place without the bug. Only bugs that were put back have one, and only where there is a call on the line. */
  readonly counterpart: () => { readonly source: Source; readonly site: CallSite } | undefined;
}

interface Mutant {
  readonly id: string;
  readonly rule: string;
  readonly file: string;
  readonly expect: { readonly file: string; readonly function: string; readonly start: number; readonly end: number } | null;
}

const ruleOf: Readonly<Record<string, WitnessRule>> = {
  R1: 'lockless-pte-to-userfault', R2: 'uffd-wp-check-not-repeated', R3: 'uffd-wp-bit-lost', R4: 'hole-filled-under-uffd', R5: 'fake-write-fault',
};
const headers = ['include/linux/mm_inline.h', 'include/linux/hugetlb.h', 'include/linux/mm.h', 'include/linux/swapops.h', 'include/linux/userfaultfd_k.h', 'include/linux/rmap.h'];

/** All cases of both trees, one after the other; `directory` is for texts that are made on the way. A case is over when the next one is asked for. */
export function* cases(backend: ParserBackend, directory: string, wanted: (id: string) => boolean = () => true): Generator<Case> {
  for (const version of versions) {
    const memory = loadTree(backend, tree(version));
    for (const mutant of mutants(version, directory)) {
      if (mutant.expect === null || !wanted(mutant.id)) continue;
      const rule = ruleOf[mutant.rule]!;
      const text = fs.readFileSync(path.join(directory, version, mutant.id, mutant.file), 'utf8');
      setText(memory, mutant.file, text);
      const finding = findingOf(memory, rule, mutant.expect);
      if (finding) index(memory, finding);
      const counterpart = (): ReturnType<Case['counterpart']> => {
        setText(memory, mutant.file, undefined);
        const site = finding && siteOf(memory.source, finding);
        return site && { source: memory.source, site };
      };
      yield { id: mutant.id, version, rule, finding, source: memory.source, counterpart };
      setText(memory, mutant.file, undefined);
    }
    for (const finding of memory.analysis.check(['mm/hugetlb.c', 'mm/khugepaged.c', 'mm/ksm.c', 'mm/memory.c'])) {
      const id = `${version} ${finding.function}`;
      if (finding.severity !== 'warning' || !isWitnessRule(finding.rule) || !wanted(id)) continue;
      index(memory, finding);
      yield { id, version, rule: finding.rule, finding, source: memory.source, counterpart: () => undefined };
    }
  }
}

function loadTree(backend: ParserBackend, root: string): MemoryTree {
  const inFolder = (folder: string, ofInterest: RegExp): string[] => fs.readdirSync(path.join(root, folder)).filter((name) => ofInterest.test(name)).map((name) => `${folder}/${name}`);
  const files = [...inFolder('mm', /\.[ch]$/), ...inFolder('arch/s390/mm', /^gmap\.c$/), 'fs/userfaultfd.c', ...headers];
  return treeOf(backend, Object.fromEntries(files.filter((file) => fs.existsSync(path.join(root, file))).map((file) => [file, fs.readFileSync(path.join(root, file), 'utf8')])));
}

function setText({ analysis, source }: MemoryTree, file: string, text: string | undefined): void {
  analysis.setText(file, text);
  source.setText(file, text);
}

/** Who asks for a proof has checked the tree, so that its index is there: here the two have a tree each. */
function index({ source }: MemoryTree, finding: Finding): void {
  for (const ref of source.definitions(finding.function, finding.location.file)) source.callersOf(ref);
}

function mutants(version: TreeVersion, directory: string): Mutant[] {
  const manifest = JSON.parse(fs.readFileSync(path.join(projectDir, 'test/mutants/mutants.json'), 'utf8')) as { id: string; rule: string; tree: string }[];
  const ids = manifest.filter((mutant) => mutant.rule in ruleOf && mutant.tree === version).map((mutant) => mutant.id);
  const report = path.join(directory, `${version}.json`);
  const run = spawnSync(process.execPath, [path.join(projectDir, 'test/mutants/mutate.mjs'), tree(version), path.join(directory, version), '--only', ids.join(','), '--json', report, '--quiet'], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`mutate.mjs failed: ${run.stderr}`);
  return JSON.parse(fs.readFileSync(report, 'utf8')) as Mutant[];
}

/** The finding where the bug is expected to show, or another one in that function. */
function findingOf({ analysis }: MemoryTree, rule: string, place: NonNullable<Mutant['expect']>): Finding | undefined {
  const inFunction = analysis.check([place.file], { rules: [rule] }).filter((finding) => finding.function === place.function);
  return inFunction.find((finding) => finding.location.line >= place.start && finding.location.line <= place.end) ?? inFunction[0];
}

/** The same place in the text without the bug: mutants keep the lines. */
function siteOf(source: Source, finding: Finding): CallSite | undefined {
  const ref = source.definitions(finding.function, finding.location.file)[0];
  const text = source.text(finding.location.file);
  if (!ref || text === undefined) return undefined;
  const calls = source.lower(ref).nodes.flatMap((node) => (node.kind === 'call' && node.callee !== undefined ? [{ name: node.callee, start: node.span.start }] : []));
  const lineOf = (start: number): number => text.slice(0, ref.start + start).split('\n').length;
  const here = calls.filter((call) => lineOf(call.start) === finding.location.line).at(-1);
  if (!here) return undefined;
  const same = calls.filter((call) => call.name === here.name).sort((a, b) => a.start - b.start);
  return { file: finding.location.file, function: finding.function, call: here.name, nth: same.indexOf(here), from: finding.steps.map((step) => step.function) };
}
