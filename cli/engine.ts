/** Brings in the analyzer. Behind dynamic imports, so that a command that does not check does not load it. */
import type { Engine } from './host';
import { optimizeLater } from './optimize-later';

export async function loadEngine(): Promise<Engine> {
  optimizeLater(250_000);
  const [{ createAnalysis }, { rules }, { unusedAllow }, { loadBackend }, { builtinModel, extendModel }, { loadModelFile }] = await Promise.all([
    import('../analyzer/create'),
    import('../analyzer/rules/index'),
    import('../analyzer/findings/silence'),
    import('../parser/backend'),
    import('../kernel/model'),
    import('../workspace/model-file'),
  ]);
  return {
    createAnalysis,
    rules: [...rules, unusedAllow],
    loadBackend,
    loadModel(root) {
      const { entries, problems } = loadModelFile(root);
      return { model: extendModel(builtinModel, entries), problems };
    },
  };
}
