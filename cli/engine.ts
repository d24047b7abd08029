/** Brings in the analyzer. Behind dynamic imports, so that a command that does not check does not load it. */
import { setFlagsFromString } from 'node:v8';
import type { Engine } from './host';

/** Set in the bundle: which outlines of earlier runs can be used. */
declare const __MM_REVIEW_PARSER__: string | undefined;

/**
 * How much a function must have run before V8 optimizes it. Its own figure is for programs that run for long: in one that is done after seconds it
 * costs a second core as much again, for code that is soon used no more.
 */
const optimizeLater = '--interrupt-budget=250000';

export async function loadEngine(): Promise<Engine> {
  setFlagsFromString(optimizeLater);
  const [{ createAnalysis }, { rules }, { unusedAllow }, { loadBackend }, { builtinModel, extendModel }, { loadModelFile }, { openOutlineCache }] = await Promise.all([
    import('../analyzer/create'),
    import('../analyzer/rules/index'),
    import('../analyzer/findings/silence'),
    import('../parser/backend'),
    import('../kernel/model'),
    import('../workspace/model-file'),
    import('../workspace/outline-cache'),
  ]);
  return {
    createAnalysis,
    openOutlines: (root, env) => (typeof __MM_REVIEW_PARSER__ === 'string' ? openOutlineCache(root, { env, version: __MM_REVIEW_PARSER__ }) : undefined),
    rules: [...rules, unusedAllow],
    loadBackend,
    loadModel(root) {
      const { entries, problems } = loadModelFile(root);
      return { model: extendModel(builtinModel, entries), problems };
    },
  };
}
