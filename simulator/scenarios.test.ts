/** The scenarios that ship: each says in its header what exploring it finds, and it has to be so. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadNativeBackend } from '../parser/backend';
import { disagreement, examine } from './examine';
import { formatProblem } from './litmus/problem';
import { readAdversary, readScenario, type Adversary } from './litmus/scenario';

const backend = loadNativeBackend()!;
const directory = path.join(__dirname, '..', 'scenarios');

function litmusFiles(...where: string[]): { readonly name: string; readonly path: string; readonly text: string }[] {
  const folder = path.join(directory, ...where);
  return fs.readdirSync(folder).filter((name) => name.endsWith('.litmus')).sort().map((name) => {
    const file = path.join(folder, name);
    return { name: path.basename(name, '.litmus'), path: file, text: fs.readFileSync(file, 'utf8') };
  });
}

const scenarios = litmusFiles().map((file) => ({ ...file, ...readScenario(file.text) }));
const adversaries = litmusFiles('adversaries').map((file) => ({ ...file, ...readAdversary(file.text) }));

function adversary(name: string): Adversary {
  const found = adversaries.find((a) => a.name === name)?.adversary;
  if (!found) throw new Error(`there is no adversary ${name}`);
  return found;
}

test('there are scenarios and adversaries', () => {
  expect(scenarios.map((file) => file.name)).toEqual(expect.arrayContaining(['hugetlb-missing-unstable-pte', 'ksm-fake-write-fault', 'uffd-wp-lost-on-zap']));
  for (const { name, adversary: read, problems } of adversaries) {
    expect(problems, name).toEqual([]);
    expect(read?.name).toBe(name);
    expect(read?.description.length, name).toBeGreaterThan(100);
  }
});

for (const file of scenarios) {
  const { name, scenario } = file;
  describe(name, () => {
    test('is read without a problem, and says what it is about', () => {
      expect(file.problems.map((problem) => formatProblem(file.path, file.text, problem))).toEqual([]);
      expect(scenario?.name).toBe(name);
      expect(scenario?.rule).toBeDefined();
      expect(scenario?.commits).not.toEqual([]);
      expect(scenario?.description.length).toBeGreaterThan(500);
    });
    if (!scenario) return;

    test.each(scenario.expectations.map((e) => [[e.variant, ...(e.adversaries.length > 0 ? ['with', e.adversaries.join(', ')] : []), e.verdict].join(' '), e] as const))('%s', (_, expectation) => {
      const { examination, problems } = examine(scenario, backend, { variant: expectation.variant, adversaries: expectation.adversaries.map(adversary) });
      expect(problems.map((problem) => formatProblem(file.path, file.text, problem))).toEqual([]);
      expect(disagreement(examination!, expectation)).toBeUndefined();
      expect(examination!.exploration.limit).toBeUndefined();
    });

    test('every Never has labels that prove it, every variant an expectation, and every Sometimes its number of steps', () => {
      for (const { variant, adversaries: with_, verdict, steps } of scenario.expectations) {
        const where = [variant, ...with_].join(' ');
        if (verdict === 'Sometimes') expect(steps, where).toBeDefined();
        else expect(scenario.covers.some((c) => (c.variant === undefined || c.variant === variant) && c.adversaries.join() === with_.join()), where).toBe(true);
      }
      expect(scenario.variants.map((v) => v.name).filter((v) => !scenario.expectations.some((e) => e.variant === v))).toEqual([]);
      for (const { variant, adversaries: with_ } of scenario.covers) {
        if (with_.length > 0) expect(scenario.expectations.some((e) => e.variant === variant && e.adversaries.join() === with_.join()), `Cover: ${variant} with ${with_.join()}`).toBe(true);
      }
    });

    test('the same comes of the same text', () => {
      const run = () => examine(scenario, backend, { variant: 'buggy', adversaries: [] }).examination!;
      const [first, second] = [run(), run()];
      expect(second.program).toEqual(first.program);
      expect(second.exploration).toEqual(first.exploration);
    });
  });
}
