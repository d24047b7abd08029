/** Findings as executable scenarios: `sliceOf()` takes the user's code apart, `assemble()` makes a scenario of it. */
import { createTree, type FunctionRef, type Tree } from '../analyzer/call-graph/tree';
import type { TreeReader } from '../analyzer/analysis';
import type { Finding } from '../analyzer/findings/finding';
import type { KernelModel } from '../kernel/model';
import type { ParserBackend } from '../parser/types';
import { isWitnessRule, purposeOf, type WitnessRule } from './rules';
import { nodeAt, siteOf } from './site';
import { sliceAt, type Slice } from './slice';

export { assemble, type Assembled } from './assemble';
export { passesSite } from './passes-site';
export { isWitnessRule, type WitnessRule } from './rules';
export type { Slice } from './slice';
export type { World } from './worlds';

/** Where slices come from: a tree of functions, as the analyzer has it. */
export type Source = Tree;

/** A tree of its own for slices. Whoever has an analyzer's tree uses that. */
export function createSource(backend: ParserBackend, reader: TreeReader, model?: KernelModel): Source {
  return createTree(backend, reader, model);
}

/** Slices a finding: what its scenario is made of, or why there is none. */
export function sliceOf(source: Source, finding: Pick<Finding, 'rule' | 'location' | 'function' | 'steps'>): Slice | { readonly reason: string } {
  if (!isWitnessRule(finding.rule)) return { reason: `findings of ${finding.rule} have no scenario` };
  const through = [...new Set(finding.steps.map((step) => source.definitions(step.function, step.location.file)[0]))].filter((ref): ref is FunctionRef => ref !== undefined);
  const found = nodeAt(source, finding);
  if (!found) return { reason: 'the flagged place is not in the text any more' };
  return sliceAt(source, siteOf(source, found.ref, found.node, through, purposeOf(finding.rule)), purposeOf(finding.rule));
}

/** A place without a finding: the n-th call of a function, counted from 0 in the order of the text. `from` are functions that lead to it. */
export interface CallSite {
  readonly file: string;
  readonly function: string;
  readonly call: string;
  readonly nth?: number;
  readonly from?: readonly string[];
}

/** Slices a call, as if a rule had flagged it. */
export function sliceCall(source: Source, rule: WitnessRule, site: CallSite): Slice | { readonly reason: string } {
  const ref = source.definitions(site.function, site.file)[0];
  if (!ref) return { reason: `there is no ${site.function}() in ${site.file}` };
  const ir = source.lower(ref);
  const calls = [...ir.nodes.entries()].filter(([, n]) => n.kind === 'call' && n.callee === site.call).sort((a, b) => a[1].span.start - b[1].span.start);
  const node = calls[site.nth ?? 0]?.[0];
  if (node === undefined) return { reason: `${site.function}() does not call ${site.call}()` };
  const through = (site.from ?? []).flatMap((name) => source.definitions(name).slice(0, 1));
  return sliceAt(source, siteOf(source, ref, node, [...through, ref], purposeOf(rule)), purposeOf(rule));
}
