/** Hovers and scenarios: what a scenario says of the kernel's functions, their hovers say as well. */
import path from 'node:path';
import { expect, it } from 'vitest';
import { rules } from '../analyzer/rules/index';
import { documented } from '../kernel/documented/index';
import { describe } from '../kernel/hover';
import { builtinModel } from '../kernel/model';
import { loadScenarios } from '../workspace/scenarios';

const scenarios = loadScenarios(path.resolve(import.meta.dirname, '../scenarios')).scenarios.flatMap(({ scenario }) => scenario ?? []);
const scenarioOf = (rule: string): string | null => rules.find(({ name }) => name === rule)?.scenario ?? null;

it('the function that a scenario plays in leads to the scenario', () => {
  expect(scenarios.length).toBeGreaterThan(4);
  for (const { name, anchors } of scenarios) {
    for (const anchor of anchors) {
      const text = describe(anchor.function, (rule) => ({ scenario: scenarioOf(rule) })) ?? '';
      expect(/^\*\*Scenarios?:\*\* .*$/m.exec(text)?.[0], anchor.function).toContain(`\`${name}\``);
    }
  }
});

it('a documented function is none to the analyzer', () => {
  for (const name of documented.keys()) expect(builtinModel.primitives.has(name), name).toBe(false);
});

it('the rules that ship have a scenario in their hovers', () => {
  for (const rule of rules.filter(({ scenario }) => scenario !== null)) expect(scenarios.map(({ name }) => name)).toContain(rule.scenario);
});
