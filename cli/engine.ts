/** Brings in the analyzer. Behind dynamic imports, so that a command that does not check does not load it. */
import type { Engine } from './host';
import { optimizeLater } from './optimize-later';

/** Set in the bundle: which outlines of earlier runs can be used. */
declare const __MM_REVIEW_PARSER__: string | undefined;

export async function loadEngine(): Promise<Engine> {
  optimizeLater(250_000);
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
