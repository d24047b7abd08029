/** Fixes for real kernels: of the bugs that they have, and of those that test/mutants puts back into them. What is offered removes the finding and brings no other. */
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createAnalysis } from '../../analyzer/create';
import type { Finding } from '../../analyzer/findings/finding';
import { rules } from '../../analyzer/rules';
import { apply, census, toEnd } from '../../analyzer/fixes/testing';
import { loadBackend } from '../../parser/backend';
import { functionErrors } from '../../parser/stats';
import { scan } from '../../parser/scan';
import { createTreeReader } from '../../workspace/reader';
import { mutatedTexts, tree, versions, withTemporary } from './support';

const backend = await loadBackend();
const ids = ['R1', 'R2', 'R3', 'R4', 'R5'];

/** Findings of the rules' bugs over both trees, and how many of them have a fix. Raise the second when more can be repaired. */
const figures: Readonly<Record<string, readonly [findings: number, fixes: number]>> = {
  'lockless-pte-to-userfault': [22, 20],
  'uffd-wp-check-not-repeated': [12, 1],
  'uffd-wp-bit-lost': [30, 15],
  'hole-filled-under-uffd': [4, 0],
  'fake-write-fault': [8, 3],
};

/** A blocked test process cannot answer its runner, which then gives up on it. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('fixes', () => {
  const seen = new Map<string, [number, number]>(rules.map(({ name }) => [name, [0, 0]]));

  for (const version of versions) {
    it(`what is offered in ${version} is right in the eyes of the analyzer`, { timeout: 600_000 }, () => withTemporary(async (directory) => {
      const root = tree(version);
      const reader = createTreeReader(root, [], () => undefined);
      const analysis = createAnalysis({ backend, reader });

      /** Offers fixes for findings of a file whose text is `text`, and puts each into the analysis for a moment. */
      const tryFixes = async (findings: readonly Finding[], file: string, texts: ReadonlyMap<string, string>): Promise<void> => {
        const before = census(analysis.check([file]));
        for (const finding of findings) {
          await turn();
          const count = seen.get(finding.rule)!;
          count[0]++;
          const fix = toEnd(analysis.fixes(finding));
          if (!fix) continue;
          count[1]++;
          const changed = fix.edits[0]!.location.file;
          const text = texts.get(changed) ?? reader.read(changed) ?? '';
          const fixed = apply(text, changed, fix);
          analysis.setText(changed, fixed);
          const after = census(analysis.check([file]));
          analysis.setText(changed, texts.get(changed));
          const [key] = [...census([finding]).keys()];
          expect(after.get(key!) ?? 0, `${finding.message}\n${JSON.stringify(fix)}`).toBeLessThan(before.get(key!)!);
          for (const [other, number] of after) expect(number, other).toBeLessThanOrEqual(before.get(other) ?? 0);
          expect(functionErrors(backend, scan(fixed)).filter((f) => f.hasError)).toEqual(functionErrors(backend, scan(text)).filter((f) => f.hasError));
        }
        expect(census(analysis.check([file]))).toEqual(before);
      };

      for (const file of ['mm/hugetlb.c', 'mm/khugepaged.c', 'mm/ksm.c']) await tryFixes(analysis.check([file]).filter((f) => f.severity === 'warning'), file, new Map());
      for (const id of ids) {
        for (const { file, shownIn, text: path } of mutatedTexts(id, version, directory).filter((mutant) => !mutant.isControl)) {
          await turn();
          const known = census(analysis.check([shownIn]));
          const text = fs.readFileSync(path, 'utf8');
          analysis.setText(file, text);
          const fresh = analysis.check([shownIn]).filter((f) => !known.has([...census([f]).keys()][0]!));
          await tryFixes(fresh, shownIn, new Map([[file, text]]));
          analysis.setText(file, undefined);
        }
      }
    }));
  }

  it('and no fewer are offered than before', () => {
    expect(Object.fromEntries(seen)).toEqual(figures);
  });
});
