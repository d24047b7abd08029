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

/** A scenario that can be explored, or why there is none. */
export type Prepared = { readonly assembled: Assembled; readonly scenario: Scenario } | { readonly unresolved: Proven };

/** Proves a finding on the code that it was found in. Yields between explorations. */
export function* proveFinding(tree: Tree, finding: Pick<Finding, 'rule' | 'location' | 'function' | 'steps'>, options: ProveOptions): Generator<undefined, Proven> {
  return yield* provePrepared(prepareFinding(tree, finding), options);
}

/** The first half: what there is to explore, for whoever may know already what comes of it. */
export function prepareFinding(tree: Tree, finding: Pick<Finding, 'rule' | 'location' | 'function' | 'steps'>): Prepared {
  const { rule } = finding;
  if (!isWitnessRule(rule)) return { unresolved: unresolved(`findings of ${rule} have no scenario`) };
  return prepare(sliceOf(tree, finding), rule);
}

/** The second half. */
export function* provePrepared(prepared: Prepared, options: ProveOptions): Generator<undefined, Proven> {
  if ('unresolved' in prepared) return prepared.unresolved;
  yield;
  return { proof: yield* prove(prepared.scenario, options), ...prepared };
}

/** Proves a place where nothing was found: why is it safe? */
export function* proveSite(tree: Tree, rule: WitnessRule, site: CallSite, options: ProveOptions): Generator<undefined, Proven> {
  const proven = yield* provePrepared(prepare(sliceCall(tree, rule, site), rule), options);
  // The kernel drops protection on purpose in places that the rule knows and a scenario does not: of its own, such a schedule says nothing.
  if (proven.proof.verdict !== 'confirmed' || rule !== 'uffd-wp-bit-lost') return proven;
  const reason = 'a schedule drops the protection here, and the rule has no objection: whether that is meant is not in the scenario';
  return { ...proven, proof: { verdict: 'unresolved', reason, attempts: proven.proof.attempts } };
}

function prepare(slice: Slice | { readonly reason: string }, rule: WitnessRule): Prepared {
  if ('reason' in slice) return { unresolved: unresolved(slice.reason) };
  const assembled = assemble(slice, rule);
  const { scenario, problems } = readScenario(assembled.text);
  if (!scenario || problems.length > 0) return { unresolved: { ...unresolved(`the slice is no scenario: ${problems[0]?.message ?? 'it cannot be read'}`), assembled } };
  return { assembled, scenario };
}

function unresolved(reason: string): Proven {
  return { proof: { verdict: 'unresolved', reason, attempts: [] }, assembled: undefined, scenario: undefined };
}
