/**
 * Findings do not depend on how code is written: a variant of kernel code that behaves the same has the findings of the code itself, and a bug that
 * was put back is found in variants, too.
 *
 * A failure names its variant as `tree:file:rewrite:seed`, with the bug behind it if one was put back. `MM_REVIEW_VARIANT='6.12:mm/memory.c:invert-if:0'`
 * runs this one alone and leaves its text in `.cache/metamorphic/`; an empty part stands for all there are.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../analyzer/analysis';
import { createAnalysis } from '../../analyzer/create';
import type { Finding } from '../../analyzer/findings/finding';
import { builtinModel } from '../../kernel/model';
import { loadBackend } from '../../parser/backend';
import { projectDir, type TreeVersion } from '../../scripts/kernel-trees.mjs';
import { createTreeReader } from '../../workspace/reader';
import { mutatedTexts, tree, versions, withTemporary } from '../trees/support';
import { generator } from './code';
import { compare } from './compare';
import { rewrites } from './rewrites';
import type { Rewrite } from './rewrites/rewrite';
import { makeVariant } from './variant';

const backend = await loadBackend('native');
const only = process.env.MM_REVIEW_VARIANT?.split(':');
const seed = 20;

/** Where entries are changed and events raised. */
const files = ['mm/hugetlb.c', 'mm/memory.c', 'mm/huge_memory.c', 'mm/khugepaged.c', 'mm/userfaultfd.c', 'mm/ksm.c', 'mm/rmap.c', 'mm/mremap.c', 'mm/mprotect.c', 'mm/swapfile.c'];

/**
 * Findings still depend on these, which the sample therefore leaves out. A condition that is kept in a variable, negated or set on branches, loses what it says of an entry when paths
 * meet; parts of a function that get a name of their own are followed only as far as the entries that they are given; macros are not expanded.
 */
const notYet: ReadonlySet<string> = new Set([
  'hoist-negated-condition', 'flag-through-branches', 'logic-to-ternary', 'copy-before-use', 'extract-condition', 'extract-negated-condition', 'extract-statement',
  'extract-run', 'extract-block', 'extract-if', 'body-in-other-function', 'macro-for-condition',
]);

const sample = rewrites.filter(({ name }) => !notYet.has(name));
const isPrimitive = (name: string): boolean => builtinModel.primitives.has(name);
/** A blocked test process cannot answer its runner, which then gives up on it. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Subject {
  readonly version: TreeVersion;
  readonly analysis: Analysis;
  /** The file that is written in another way, its text, and the one that shows the findings. */
  readonly file: string;
  readonly text: string;
  readonly shownIn: string;
  readonly bug: string;
}

/** The differences of one variant, in words. */
async function differences(subject: Subject, before: readonly Finding[], rewrite: Rewrite, variantSeed: number): Promise<string[]> {
  const { analysis, file, text, version } = subject;
  const variant = makeVariant(text, [rewrite], { backend, isPrimitive, seed: variantSeed });
  if (variant.sites === 0) return [];
  analysis.setText(file, variant.text);
  const id = [version, file, rewrite.name, variantSeed, ...(subject.bug ? [subject.bug] : [])].join(':');
  if (only) {
    const out = path.join(projectDir, '.cache/metamorphic', `${id.replace(/[^\w.-]+/g, '_')}.c`);
    fs.mkdirSync(path.dirname(out), { recursive: true });
    fs.writeFileSync(out, variant.text);
  }
  return compare(before, await check(subject), file, text, variant.text, variant.origin)
    .map(({ kind, finding }) => `${id} ${kind}: ${finding.severity} ${finding.rule} in ${finding.function}()`);
}

/** Findings of a subject as it is. */
function findingsOf(subject: Subject): Promise<Finding[]> {
  subject.analysis.setText(subject.file, subject.text);
  return check(subject);
}

async function check({ analysis, file, shownIn }: Subject): Promise<Finding[]> {
  const steps = analysis.checkInSteps([...new Set([file, shownIn])]);
  for (let count = 1; ; count++) {
    const next = steps.next();
    if (next.done) return next.value;
    if (count % 500 === 0) await turn();
  }
}

/** What is asked for, or the picks of the sample. */
function kindsFor(picks: readonly Rewrite[]): readonly (readonly [Rewrite, number])[] {
  if (!only) return picks.map((kind, at) => [kind, at % 3 === 2 ? seed : 0]);
  return rewrites.filter(({ name }) => !only[2] ? sample.some((kind) => kind.name === name) : name === only[2]).map((kind) => [kind, Number(only[3] ?? 0)]);
}

describe('variants of kernel code', () => {
  for (const [at, version] of versions.entries()) {
    if (only?.[0] && only[0] !== version) continue;
    const root = tree(version);
    const reader = createTreeReader(root, [], () => undefined);
    const analysis = createAnalysis({ backend, reader });
    const random = generator(seed + at);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

    it(`correct code of ${version} stays quiet, and what is wrong with it stays found`, async () => {
      const found: string[] = [];
      // Every rewrite meets one of the trees.
      const picks = new Map(files.map((file) => [file, [] as Rewrite[]]));
      for (const [number, kind] of sample.entries()) if (number % versions.length === at) picks.get(pick(files))!.push(kind);
      for (const [file, kinds] of picks) {
        if (only && (only[4] || (only[1] && only[1] !== file))) continue;
        const text = reader.read(file);
        if (text === undefined) continue;
        const subject: Subject = { version, analysis, file, text, shownIn: file, bug: '' };
        const before = await findingsOf(subject);
        for (const [kind, variantSeed] of kindsFor(kinds)) {
          found.push(...await differences(subject, before, kind, variantSeed));
        }
        analysis.setText(file, undefined);
      }
      expect(found).toEqual([]);
    });

    it(`bugs that are put back into ${version} are found in variants`, () => withTemporary(async (directory) => {
      const found: string[] = [];
      let bugs = 0;
      for (const rule of ['R1', 'R2', 'R3', 'R4', 'R5']) {
        const mutants = mutatedTexts(rule, version, directory).filter(({ isControl }) => !isControl);
        const chosen = only ? mutants.filter(({ id, file }) => only[4] === id || (only[4] === '' && (!only[1] || only[1] === file))) : mutants.length > 0 ? [pick(mutants)] : [];
        for (const mutant of new Set(chosen)) {
          const subject: Subject = { version, analysis, file: mutant.file, text: fs.readFileSync(mutant.text, 'utf8'), shownIn: mutant.shownIn, bug: mutant.id };
          const before = await findingsOf(subject);
          bugs += before.length;
          for (const [kind, variantSeed] of before.length > 0 ? kindsFor([pick(sample), pick(sample)]) : []) {
            found.push(...await differences(subject, before, kind, variantSeed));
          }
          analysis.setText(mutant.file, undefined);
        }
      }
      if (!only) expect(bugs).toBeGreaterThan(0);
      expect(found).toEqual([]);
    }));
  }
});
