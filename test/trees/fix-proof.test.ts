/** Fixes of real code, proven: of the bugs that the kernels have, and of those that test/mutants puts back into them. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Finding } from '../../analyzer/findings/finding';
import { createAnalysis } from '../../analyzer/create';
import { census, toEnd } from '../../analyzer/fixes/testing';
import { loadBackend } from '../../parser/backend';
import { projectDir } from '../../scripts/kernel-trees.mjs';
import { proveFinding } from '../../witness/prove-finding';
import { proveFix } from '../../witness/prove-fix';
import { createTreeReader } from '../../workspace/reader';
import { loadScenarios } from '../../workspace/scenarios';
import { mutatedTexts, tree, versions, withTemporary } from './support';

const backend = await loadBackend();
const { adversaries } = loadScenarios(path.join(projectDir, 'scenarios'));

/** How many fixes of confirmed findings are proven at least: safe ones, and those that a person has to read. Raise them when more is confirmed; never lower them silently. */
const figures = { '6.1': { safe: 5, suggested: 5 }, '6.12': { safe: 7, suggested: 9 } } as const satisfies Record<(typeof versions)[number], object>;

for (const version of versions) {
  test(`fixes of confirmed findings in ${version} are proven`, { timeout: 1_800_000 }, () => withTemporary(async (directory) => {
    const analysis = createAnalysis({ backend, reader: createTreeReader(tree(version), [], () => undefined) });
    const counts = { safe: 0, suggested: 0 };
    const unproven: string[] = [];

    const judge = async (id: string, findings: readonly Finding[]): Promise<void> => {
      for (const finding of findings) {
        // A blocked test process cannot answer its runner, which then gives up on it.
        await new Promise((resolve) => setImmediate(resolve));
        const fix = toEnd(analysis.fixes(finding));
        if (!fix) continue;
        const proven = toEnd(proveFinding(analysis.tree, finding, { backend, adversaries }));
        const proof = toEnd(proveFix(analysis, finding, proven, { backend, adversaries }));
        if (!proof) continue;
        if (proof.verdict !== 'proven') {
          unproven.push(`${id} ${finding.location.file}:${finding.location.line} ${fix.title}: ${proof.verdict === 'not proven' ? proof.reason : proof.verdict}`);
          continue;
        }
        counts[fix.safety]++;
        expect(proof.comparison.parting.kind, id).not.toBe('none');
        expect(proof.comparison.outcome, id).not.toBe('violates');
      }
    };

    for (const file of ['mm/hugetlb.c', 'mm/ksm.c']) await judge('tree', analysis.check([file]).filter((f) => f.severity === 'warning'));
    for (const rule of ['R1', 'R2', 'R3', 'R5']) {
      for (const { id, file, shownIn, text, isControl } of mutatedTexts(rule, version, directory)) {
        if (isControl) continue;
        const known = census(analysis.check([shownIn]));
        analysis.setText(file, fs.readFileSync(text, 'utf8'));
        await judge(id, analysis.check([shownIn]).filter((f) => !known.has([...census([f]).keys()][0]!)));
        analysis.setText(file, undefined);
      }
    }
    expect(unproven).toEqual([]);
    for (const safety of ['safe', 'suggested'] as const) expect(counts[safety], safety).toBeGreaterThanOrEqual(figures[version][safety]);
  }));
}
