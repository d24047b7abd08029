/** The documents say what the program does: rule pages, their examples, and the README's table of rules. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAnalysis } from '../analyzer/create';
import { unusedAllow } from '../analyzer/findings/silence';
import { rules } from '../analyzer/rules/index';
import { loadBackend } from '../parser/backend';
import { examine } from '../simulator/examine';
import { readScenario } from '../simulator/litmus/scenario';
import { renderText } from '../simulator/present/text';
import { loadScenarios } from '../workspace/scenarios';

const root = path.resolve(import.meta.dirname, '..');
const sections = ['What it does', 'Why it is a bug', 'Bad', 'Good', 'Quick fix', 'When it is a false alarm', 'How to silence it', 'Scenario'];
const backend = await loadBackend();

const text = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

/** Rules that are broken in a piece of C that stands alone. */
function brokenRules(code: string): string[] {
  const analysis = createAnalysis({ backend, reader: { indexFiles: () => ['example.c'], read: (file) => (file === 'example.c' ? code : undefined) } });
  return [...new Set(analysis.check(['example.c']).map((finding) => finding.rule))];
}

/** Code blocks of a page that are marked `c bad` or `c good`. */
function examples(page: string, mark: 'bad' | 'good'): string[] {
  return [...page.matchAll(/^```c (bad|good)\n(.*?)^```$/gms)].filter((match) => match[1] === mark).map((match) => match[2] ?? '');
}

describe.each(rules.map((rule) => rule.name))('docs/rules/%s.md', (name) => {
  const file = `docs/rules/${name}.md`;

  it('has the sections of every rule page, in order', () => {
    expect(text(file).split('\n', 1)[0]).toBe(`# ${name}`);
    expect([...text(file).matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual(sections);
  });

  it('shows bad examples that break this rule and no other', () => {
    const bad = examples(text(file), 'bad');
    expect(bad.length).toBeGreaterThan(0);
    for (const code of bad) expect(brokenRules(code), code).toEqual([name]);
  });

  it('shows good examples that break none', () => {
    const good = examples(text(file), 'good');
    expect(good.length).toBeGreaterThan(0);
    for (const code of good) expect(brokenRules(code), code).toEqual([]);
  });

  it('names the severity, the version and the upstream commit of the rule', () => {
    const rule = rules.find((candidate) => candidate.name === name);
    const head = text(file).slice(0, text(file).indexOf('\n## ')).replace(/\s+/g, ' ');
    expect(head).toContain(`Severity: ${rule?.severity}`);
    expect(head).toContain(`Since ${rule?.since}`);
    expect(head).toContain(rule?.commit);
  });
});

describe('the scenario of a rule', () => {
  const { scenarios } = loadScenarios(path.join(root, 'scenarios'));

  it.each(rules.map(({ name, scenario }) => ({ name, scenario })))('$name: $scenario exists, is about this rule, and is named on its page', ({ name, scenario }) => {
    const file = scenarios.find((candidate) => candidate.scenario?.name === scenario);
    expect(file?.problems).toEqual([]);
    expect(file?.scenario?.rule).toBe(name);
    const page = text(`docs/rules/${name}.md`);
    expect(page.slice(page.indexOf('## Scenario'))).toContain(`(../../scenarios/${scenario}.litmus)`);
  });
});

describe('README.md', () => {
  it('has one line for each rule', () => {
    const rows = [...text('README.md').matchAll(/^\| \[`([a-z-]+)`\]\(docs\/rules\/\1\.md\) \| (.*) \| (.*) \|$/gm)].map(([, name, description, commit]) => ({ name, description, commit }));
    expect(rows).toEqual(rules.map(({ name, description, commit }) => ({ name, description, commit })));
  });
});

it('every page in docs/rules belongs to a rule', () => {
  expect(fs.readdirSync(path.join(root, 'docs/rules')).sort()).toEqual([...rules, unusedAllow].map((rule) => `${rule.name}.md`).sort());
});

it('README.md shows the race as it is drawn', () => {
  const { scenario } = readScenario(text('scenarios/hugetlb-missing-unstable-pte.litmus'));
  const { diagram } = examine(scenario!, backend, { variant: 'buggy', adversaries: [] }).examination!;
  const drawn = renderText(diagram!);
  const shown = /^## See the race$.*?^```text\n(.*?)^```$/ms.exec(text('README.md'))?.[1];
  if (process.env['MM_REVIEW_UPDATE'] && shown !== undefined) fs.writeFileSync(path.join(root, 'README.md'), text('README.md').replace(shown, () => drawn));
  else expect(shown).toBe(drawn);
});

it.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/README.md', 'docs/model-file.md', 'docs/litmus.md', 'docs/schedule-format.md', ...rules.map((rule) => `docs/rules/${rule.name}.md`)])('links in %s lead somewhere', (file) => {
  const links = [...text(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '');
  for (const link of links) expect(fs.existsSync(path.join(root, path.dirname(file), link)), link).toBe(true);
});
