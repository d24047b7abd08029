/** The real engine: parser, analyzer, kernel model and file system put together. */
import path from 'node:path';
import { RULE_PAGES } from './diagnostics';
import type { Engine } from './engine';
import { createAnalysis } from '../analyzer/create';
import { unusedAllow } from '../analyzer/findings/silence';
import { rules } from '../analyzer/rules';
import { describe, type RuleNotes } from '../kernel/hover';
import { loadBackend } from '../parser/backend';
import { loadModelFile } from '../workspace/model-file';
import { loadScenarios, type ScenarioLibrary } from '../workspace/scenarios';
import { createTreeReader } from '../workspace/reader';
import { findRoot } from '../workspace/root';

/** Beside the folder of the bundle, in a checkout as in the VSIX. */
const ruleFolder = path.resolve(__dirname, '..', 'docs', 'rules');
const scenarioFolder = path.resolve(__dirname, '..', 'scenarios');

export async function loadEngine(): Promise<Engine> {
  const backend = await loadBackend();
  let library: ScenarioLibrary | undefined;
  return {
    backend,
    description: `${backend.name} parser`,
    createAnalysis: (reader, log) => createAnalysis({ backend, reader, log }),
    findRoot,
    createReader: (root, log) => createTreeReader(root, [], ({ path, message }) => log(`${path}: ${message}`)),
    loadModelFile,
    scenarios: () => (library ??= loadScenarios(scenarioFolder)),
    rulePage: (rule) => ([...rules, unusedAllow].some((r) => r.name === rule) ? path.join(ruleFolder, `${rule}.md`) : undefined),
    describe: (name, model) => describe(name, noteOf, model),
  };
}

/** Rules that ship, with their pages and the scenarios of their races. */
const noteOf: RuleNotes = (name) => {
  const rule = rules.find((each) => each.name === name);
  return rule === undefined ? undefined : { page: `${RULE_PAGES}${name}.md`, scenario: rule.scenario };
};
