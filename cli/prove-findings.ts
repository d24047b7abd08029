/** Verdicts for the findings of a check. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Analysis } from '../analyzer/analysis';
import type { Finding } from '../analyzer/findings/finding';
import type { ParserBackend } from '../parser/types';
import type { Verdict } from '../witness/verdict';
import type { Progress } from './progress';

export interface ProvingOptions {
  readonly backend: ParserBackend;
  /** Directory of the library threads, among the scenarios that ship. */
  readonly scenarios: string;
  readonly progress: Progress;
}

/**
 * Proves each finding whose rule has a scenario. Says nothing else about findings: what was not reached stays as it is. An exception, which is a bug of ours,
 * costs one finding its verdict, and ends up in `errors`.
 */
export async function proveFindings(analysis: Analysis, findings: readonly Finding[], { backend, scenarios, progress }: ProvingOptions, errors: unknown[]): Promise<Map<Finding, Verdict>> {
  const verdicts = new Map<Finding, Verdict>();
  if (findings.length === 0) return verdicts;
  // Brings the simulator along, which no other check needs.
  const [{ proveFinding }, { verdictOf }, { isWitnessRule }, { loadScenarios }] = await Promise.all([import('../witness/prove-finding'), import('../witness/verdict'), import('../witness/rules'), import('../workspace/scenarios')]);
  const { adversaries } = loadScenarios(scenarios);
  for (const [at, finding] of findings.entries()) {
    if (!isWitnessRule(finding.rule)) continue;
    try {
      const steps = proveFinding(analysis.tree, finding, { backend, adversaries });
      for (let count = 0; ; count++) {
        const step = steps.next();
        if (step.done === true) {
          verdicts.set(finding, verdictOf(step.value.proof));
          break;
        }
        progress.update(() => `proving ${at + 1} of ${findings.length} findings: ${count} explorations`);
      }
    } catch (error) {
      errors.push(error);
    }
    // Native trees are only freed when the event loop turns.
    await nextTurn();
  }
  return verdicts;
}
