/** For tests: the real analyzer over texts in memory, behind the fake engine's disk. */
import { createAnalysis } from '../analyzer/create';
import { loadBackend } from '../parser/backend';
import { fakeEngine, type FakeEngine } from './testing';

/** Directories named `linux` are kernel trees; `files` are put into `/src/linux`. */
export async function realEngine(files: Readonly<Record<string, string>>): Promise<FakeEngine> {
  const engine = fakeEngine();
  engine.backend = await loadBackend('native');
  engine.createAnalysis = (reader, log) => createAnalysis({ backend: engine.backend, reader, log });
  for (const [file, text] of Object.entries(files)) engine.disk.set(`/src/linux/${file}`, text);
  return engine;
}
