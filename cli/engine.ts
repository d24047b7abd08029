/** Brings in the analyzer. Behind dynamic imports, so that a command that does not check does not load it. */
import type { Engine } from './host';

export async function loadEngine(): Promise<Engine> {
  const [{ createAnalysis }, { rules }, { unusedAllow }, { loadBackend }] = await Promise.all([
    import('../analyzer/create'),
    import('../analyzer/rules/index'),
    import('../analyzer/findings/silence'),
    import('../parser/backend'),
  ]);
  return { createAnalysis, rules: [...rules, unusedAllow], loadBackend };
}
