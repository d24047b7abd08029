/** Places of a function that a rule would ask about, whether it found something there or not. */
import type { FunctionRef, Tree } from '../analyzer/call-graph/tree';
import type { CallSite, WitnessRule } from './index';
import { questions } from './rules';

/** A place to prove: a call, and the rule whose property is asked. */
export interface SiteToProve extends CallSite {
  readonly rule: WitnessRule;
  /** Line of the call, from 1. */
  readonly line: number;
}

/** The calls in a function that do what a rule is about, in the order of the text; for each rule of its own. */
export function sitesOf(tree: Tree, ref: FunctionRef): SiteToProve[] {
  const text = tree.text(ref.file) ?? '';
  const calls = tree.lower(ref).nodes.flatMap((node) => (node.kind === 'call' && node.callee !== undefined ? [{ call: node.callee, span: node.span, arity: node.args.length }] : []))
    .sort((a, b) => a.span.start - b.span.start);
  const sites: SiteToProve[] = [];
  for (const [index, { call, span, arity }] of calls.entries()) {
    const shapes = tree.model.primitives.get(call)?.shapes ?? [];
    const effect = (shapes.find((shape) => shape.arity === arity) ?? shapes[0])?.effect;
    if (!effect) continue;
    const nth = calls.slice(0, index).filter((other) => other.call === call).length;
    const line = text.slice(0, ref.start + span.start).split('\n').length;
    for (const { rule, asks } of questions) if (asks(effect)) sites.push({ rule, file: ref.file, function: ref.name, call, nth, line });
  }
  return sites;
}
