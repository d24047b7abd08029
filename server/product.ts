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
import { openOutlineCache } from '../workspace/outline-cache';
import { createTreeReader } from '../workspace/reader';
import { findRoot } from '../workspace/root';

/** Set in the bundle: which outlines of earlier runs can be used. */
declare const __MM_REVIEW_PARSER__: string | undefined;

/** Beside the folder of the bundle, in a checkout as in the VSIX. */
const ruleFolder = path.resolve(__dirname, '..', 'docs', 'rules');
const scenarioFolder = path.resolve(__dirname, '..', 'scenarios');

export async function loadEngine(): Promise<Engine> {
  const backend = await loadBackend();
  let library: ScenarioLibrary | undefined;
  return {
    backend,
    treeCheckThread: path.join(__dirname, 'tree-check.js'),
    proverThread: path.join(__dirname, 'prover.js'),
    description: `${backend.name} parser`,
    createAnalysis: (reader, log, outlines) => createAnalysis({ backend, reader, log, ...(outlines && { outlines }) }),
    openOutlines: (root) => (typeof __MM_REVIEW_PARSER__ === 'string' ? openOutlineCache(root, { env: process.env, version: __MM_REVIEW_PARSER__ }) : undefined),
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
