/** `mm-review check` on unmodified kernel trees and on trees with one known bug put back. */
import fs from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../analyzer/analysis';
import { createAnalysis } from '../../analyzer/create';
import type { JsonReport } from '../../cli/format/json';
import { loadBackend } from '../../parser/backend';
import { overlay, projectDir } from '../../scripts/kernel-trees.mjs';
import { randomSource } from '../../scripts/random.mjs';
import { createTreeReader } from '../../workspace/reader';
import { checkJson, core, defects, mutantsOf, runCli, tree, versions, withTemporary } from './support';

describe.each(versions)('linux %s', (version) => {
  it('has no lockless-pte-to-userfault warning in mm/ and fs/userfaultfd.c', async () => {
    const { findings } = await checkJson(tree(version), core(tree(version)));
    const warnings = findings.filter((finding) => finding.rule === 'lockless-pte-to-userfault' && finding.severity === 'warning');
    expect(warnings.map((finding) => `${finding.file}:${finding.line} ${finding.message}`)).toEqual([]);
  });

  it('is read well: at most 0.5 % of the functions of mm/ with errors, none inside another', async () => {
    const { stats } = await checkJson(tree(version), [path.join(tree(version), 'mm')], { stats: true });
    const figures = stats as { files: number; functions: number; functionsWithErrors: number; nestedFunctions: number; backend: string };
    expect(figures.files).toBeGreaterThan(100);
    expect(figures.functions).toBeGreaterThan(5500);
    expect(figures.functionsWithErrors / figures.functions).toBeLessThanOrEqual(0.005);
    expect(figures.nestedFunctions).toBe(0);
    expect(figures.backend).toBe('native');
  });

  it('is checked to the end, every C file of mm, fs and arch/*/mm', async () => {
    const root = tree(version);
    const architectures = fs.readdirSync(path.join(root, 'arch')).map((name) => path.join(root, 'arch', name, 'mm')).filter((directory) => fs.existsSync(directory));
    // With --stats the log of what went wrong in single functions goes to stderr as well.
    const run = await runCli(['check', '--root', root, '--stats', path.join(root, 'mm'), path.join(root, 'fs'), ...architectures], { timeout: 300_000 });
    expect(defects(run.stderr)).toEqual([]);
    expect(run.status, run.stderr.slice(-1000)).toBeOneOf([0, 1]);
  });

  it('gives the same findings with both parser back ends', async () => {
    await expectSameWithBoth(tree(version), core(tree(version)));
    await withTemporary(async (directory) => {
      let found = 0;
      for (const mutant of mutantsOf('R1', version, directory)) {
        found += (await expectSameWithBoth(mutant.root, [path.join(mutant.root, mutant.shownIn)])).length;
      }
      // Equal because empty would prove nothing.
      expect(found).toBeGreaterThan(0);
    });
  });
});

/** Checks once with each back end, expects the same of both, and returns the findings. */
async function expectSameWithBoth(root: string, paths: readonly string[]): Promise<JsonReport['findings']> {
  const results = [];
  for (const parser of ['native', 'wasm']) {
    const { findings, stats } = await checkJson(root, paths, { env: { MM_REVIEW_PARSER: parser }, stats: true });
    expect(stats.backend).toBe(parser);
    const { functions, functionsWithErrors, nestedFunctions, incomplete } = stats;
    results.push({ findings, functions, functionsWithErrors, nestedFunctions, incomplete });
  }
  const [native, wasm] = results;
  expect(wasm, root).toEqual(native);
  return native?.findings ?? [];
}

describe('README.md', () => {
  it('shows what is printed when the recheck is taken out of hugetlb_no_page()', async () => {
    const readme = fs.readFileSync(path.join(projectDir, 'README.md'), 'utf8');
    const shown = /^```text\n(mm\/hugetlb\.c:.*?)^```$/ms.exec(readme)?.[1];
    const original = fs.readFileSync(path.join(tree('6.12'), 'mm/hugetlb.c'), 'utf8');
    // The line breaks stay, so that the lines are those of the unmodified file.
    const changed = original.replace(/if \(!hugetlb_pte_stable\([^{]*\{\s*ret = 0;\s*goto out;\s*\}/, (recheck) => recheck.replace(/[^\n]/g, ''));
    expect(changed).not.toBe(original);
    await withTemporary(async (directory) => {
      overlay(tree('6.12'), path.join(directory, 'linux'), { 'mm/hugetlb.c': changed });
      const run = await runCli(['check', 'mm/hugetlb.c'], { cwd: path.join(directory, 'linux') });
      // MM_REVIEW_UPDATE=1 takes over new wording.
      if (process.env['MM_REVIEW_UPDATE'] && shown !== undefined) fs.writeFileSync(path.join(projectDir, 'README.md'), readme.replace(shown, () => run.stdout));
      else expect(run.stdout).toBe(shown);
      expect(run.status).toBe(1);
    });
  });
});

describe('edits of mm/hugetlb.c', () => {
  it('never break the analysis, and leave it as a fresh one', async () => {
    const root = tree('6.12');
    const file = 'mm/hugetlb.c';
    const original = fs.readFileSync(path.join(root, file), 'utf8');
    const backend = await loadBackend();
    const log: string[] = [];
    const analyse = (): Analysis => createAnalysis({ backend, reader: createTreeReader(root), log: (line) => log.push(line) });
    const lived = analyse();
    const before = lived.check([file]);
    const random = randomSource(20);
    for (let edit = 0; edit < 200; edit++) {
      const text = edited(original, edit, random);
      lived.setText(file, text);
      // The runner wants to hear from this process now and then.
      await nextTurn();
      const started = performance.now();
      const findings = lived.check([file]);
      expect(performance.now() - started, `edit ${edit}`).toBeLessThan(10_000);
      if (edit % 20 === 0) {
        const fresh = analyse();
        fresh.setText(file, text);
        expect(findings, `edit ${edit}`).toEqual(fresh.check([file]));
      }
    }
    lived.setText(file, undefined);
    expect(lived.check([file])).toEqual(before);
    expect(defects(log.join('\n'))).toEqual([]);
  });
});

/** A character put in, taken out or replaced; every tenth time the text ends early. */
function edited(text: string, edit: number, random: () => number): string {
  const characters = '(){}[];,*&!="\'\\#/ \nax0\0é';
  const place = Math.floor(random() * text.length);
  const character = characters[Math.floor(random() * characters.length)] ?? ' ';
  if (edit % 10 === 9) return text.slice(0, place);
  switch (edit % 3) {
    case 0: return text.slice(0, place) + character + text.slice(place);
    case 1: return text.slice(0, place) + text.slice(place + 1);
    default: return text.slice(0, place) + character + text.slice(place + 1);
  }
}
