/** The real engine: parser, analyzer, kernel model and file system put together. */
import type { Engine } from './engine';
import { createAnalysis } from '../analyzer/create';
import { rules } from '../analyzer/rules';
import { describe } from '../kernel/hover';
import { loadBackend } from '../parser/backend';
import { loadModelFile } from '../workspace/model-file';
import { createTreeReader } from '../workspace/reader';
import { findRoot } from '../workspace/root';

export async function loadEngine(): Promise<Engine> {
  const backend = await loadBackend();
  return {
    description: `${backend.name} parser`,
    createAnalysis: (reader, log) => createAnalysis({ backend, reader, log }),
    findRoot,
    createReader: (root, log) => createTreeReader(root, [], ({ path, message }) => log(`${path}: ${message}`)),
    loadModelFile,
    describe: (name, model) => describe(name, (rule) => rules.some((r) => r.name === rule), model),
  };
}
