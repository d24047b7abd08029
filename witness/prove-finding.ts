/** From a finding to its proof: slice, scenario, exploration. */
import type { Tree } from '../analyzer/call-graph/tree';
import type { Finding } from '../analyzer/findings/finding';
import { readScenario, type Scenario } from '../simulator/litmus/scenario';
import { assemble, isWitnessRule, sliceCall, sliceOf, type Assembled, type CallSite, type Slice, type WitnessRule } from './index';
import { prove, type Proof, type ProveOptions } from './prove';

/** A proof, with the scenario that it is about where one could be made. */
export interface Proven {
  readonly proof: Proof;
  readonly assembled: Assembled | undefined;
  readonly scenario: Scenario | undefined;
}

/** Proves a finding on the code that it was found in. Yields between explorations. */
export function* proveFinding(tree: Tree, finding: Pick<Finding, 'rule' | 'location' | 'function' | 'steps'>, options: ProveOptions): Generator<undefined, Proven> {
  const { rule } = finding;
  if (!isWitnessRule(rule)) return unresolved(`findings of ${rule} have no scenario`);
  return yield* proveSlice(sliceOf(tree, finding), rule, options);
}

/** Proves a place where nothing was found: why is it safe? */
export function* proveSite(tree: Tree, rule: WitnessRule, site: CallSite, options: ProveOptions): Generator<undefined, Proven> {
  const proven = yield* proveSlice(sliceCall(tree, rule, site), rule, options);
  // The kernel drops protection on purpose in places that the rule knows and a scenario does not: of its own, such a schedule says nothing.
  if (proven.proof.verdict !== 'confirmed' || rule !== 'uffd-wp-bit-lost') return proven;
  const reason = 'a schedule drops the protection here, and the rule has no objection: whether that is meant is not in the scenario';
  return { ...proven, proof: { verdict: 'unresolved', reason, attempts: proven.proof.attempts } };
}

function* proveSlice(slice: Slice | { readonly reason: string }, rule: WitnessRule, options: ProveOptions): Generator<undefined, Proven> {
  if ('reason' in slice) return unresolved(slice.reason);
  yield;
  const assembled = assemble(slice, rule);
  const { scenario, problems } = readScenario(assembled.text);
  if (!scenario || problems.length > 0) return { ...unresolved(`the slice is no scenario: ${problems[0]?.message ?? 'it cannot be read'}`), assembled };
  return { proof: yield* prove(scenario, options), assembled, scenario };
}

function unresolved(reason: string): Proven {
  return { proof: { verdict: 'unresolved', reason, attempts: [] }, assembled: undefined, scenario: undefined };
}
