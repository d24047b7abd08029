/** Every fix that is offered for our fixtures, and for the bad examples of the rules' pages, does what is promised of fixes. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadBackend } from '../../parser/backend';
import { scan } from '../../parser/scan';
import { functionErrors } from '../../parser/stats';
import { rules } from '../rules';
import { census, textTree } from './testing';

const project = path.resolve(import.meta.dirname, '../..');
const backend = await loadBackend();

/** Findings of each rule in the fixtures, and how many of them have a fix: fewer would be a loss, more should be looked at. */
const offered: Readonly<Record<string, readonly [findings: number, fixes: number]>> = {
  'lockless-pte-to-userfault': [42, 34],
  'uffd-wp-check-not-repeated': [23, 3],
  'uffd-wp-bit-lost': [49, 14],
  'hole-filled-under-uffd': [19, 0],
  'fake-write-fault': [11, 5],
};

describe.each(rules.map((rule) => rule.name))('%s', (rule) => {
  it('offers for fixtures and examples what removes the finding, brings no other and can be read', () => {
    let [findings, fixes] = [0, 0];
    for (const files of [...fixtures(rule), ...examples(rule)]) {
      const { analysis, fix, fixed, log } = textTree(files);
      const before = analysis.check([...files.keys()]);
      for (const finding of before.filter((f) => f.rule === rule)) {
        findings++;
        const found = fix(finding);
        if (!found) continue;
        fixes++;
        const file = found.edits[0]!.location.file;
        const text = fixed(file, found);
        const after = census(textTree(new Map([...files, [file, text]])).analysis.check([...files.keys()]));
        const known = census(before);
        const key = [...census([finding]).keys()][0]!;
        expect(after.get(key) ?? 0, `${file}: ${finding.message}\n${text}`).toBeLessThan(known.get(key)!);
        for (const [other, number] of after) expect(number, other).toBeLessThanOrEqual(known.get(other) ?? 0);
        expect(functionErrors(backend, scan(text)).filter((f) => f.hasError).length).toBe(functionErrors(backend, scan(files.get(file)!)).filter((f) => f.hasError).length);
        expect(addedLines(files.get(file)!, text).filter((line) => widthOf(line) > 80 && !line.includes('FAULT_FLAG_UNSHARE |'))).toEqual([]);
      }
      // Asking has changed nothing.
      expect(analysis.check([...files.keys()])).toEqual(before);
      expect(log).toEqual([]);
    }
    expect([findings, fixes]).toEqual(offered[rule]);
  });
});

function fixtures(rule: string): Map<string, string>[] {
  const folder = path.join(project, 'test-fixtures', rule);
  return fs.readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const files = entry.isDirectory() ? fs.readdirSync(path.join(folder, entry.name)).map((f) => `${entry.name}/${f}`) : [entry.name];
    return new Map(files.map((f) => [f, fs.readFileSync(path.join(folder, f), 'utf8')] as const));
  });
}

function examples(rule: string): Map<string, string>[] {
  const page = fs.readFileSync(path.join(project, 'docs/rules', `${rule}.md`), 'utf8');
  return [...page.matchAll(/^```c bad\n(.*?)^```$/gms)].map((match) => new Map([['example.c', match[1] ?? '']]));
}

const addedLines = (before: string, after: string): string[] => {
  const old = new Set(before.split('\n'));
  return after.split('\n').filter((line) => !old.has(line));
};

const widthOf = (line: string): number => [...line].reduce((columns, c) => columns + (c === '\t' ? 8 - (columns % 8) : 1), 0);
