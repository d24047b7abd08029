/**
 * Does the fix of a confirmed finding stop the schedule that confirmed it? The fix is put into the texts for a moment, the same place is sliced again, and the
 * slice is explored in the world in which the finding was confirmed, then in all others.
 */
import type { Analysis } from '../analyzer/analysis';
import type { FunctionRef, Tree } from '../analyzer/call-graph/tree';
import type { Finding } from '../analyzer/findings/finding';
import { locate } from '../analyzer/findings/locate';
import type { Fix, TextEdit } from '../analyzer/fixes/fix';
import { programOf, readScenario, type Scenario } from '../simulator/litmus/scenario';
import { compareWithFix, type FixComparison } from '../simulator/present/fix';
import { assemble, isWitnessRule, sliceOf, type Assembled } from './index';
import { prove, type Attempt, type Proof, type ProveOptions } from './prove';
import type { Proven } from './prove-finding';
import { nodeAt } from './site';

/** What became of a fix. Only a fix that is proven is one to prefer. */
export type FixProof =
  /** No schedule of the fixed slice violates what the rule is about, and the place of the finding is still reached. */
  | {
    readonly verdict: 'proven';
    readonly fix: Fix;
    readonly fixed: FixedSlice;
    readonly attempts: readonly Attempt[];
    /** The schedule that confirmed the finding, replayed on the fixed code. */
    readonly comparison: FixComparison;
  }
  | { readonly verdict: 'not proven'; readonly fix: Fix; readonly reason: string; readonly fixed?: FixedSlice; readonly attempts: readonly Attempt[] }
  | { readonly verdict: 'no fix' };

/** The place of a finding after its fix, as a scenario. */
export interface FixedSlice {
  readonly assembled: Assembled;
  readonly scenario: Scenario;
}

/**
 * Looks for the fix of a finding that `proven` confirmed, and proves it. Undefined when nothing was confirmed, for then there is nothing to stop. Until the
 * generator has ended, or was given up with `return()`, the analysis may not be asked anything else; whoever cannot wait so long takes its three parts:
 * `analysis.fixes()` and `sliceFixed()`, which need the analysis, and `proveFixed()`, which does not.
 */
export function* proveFix(analysis: Pick<Analysis, 'tree' | 'fixes' | 'withFix'>, finding: Finding, { proof }: Pick<Proven, 'proof'>, options: ProveOptions): Generator<undefined, FixProof | undefined> {
  if (proof.verdict !== 'confirmed') return undefined;
  const fix = yield* analysis.fixes(finding);
  if (!fix) return { verdict: 'no fix' };
  yield;
  const fixed = sliceFixed(analysis, finding, fix);
  if ('reason' in fixed) return { verdict: 'not proven', fix, reason: fixed.reason, attempts: [] };
  return yield* proveFixed(fix, fixed, proof, options);
}

/** The slice of a finding's place once the fix is in the texts, which must be those that the fix was found for; or why there is none. */
export function sliceFixed(analysis: Pick<Analysis, 'tree' | 'withFix'>, finding: Finding, fix: Fix): FixedSlice | { readonly reason: string } {
  const { rule } = finding;
  if (!isWitnessRule(rule)) return { reason: `findings of ${rule} have no scenario` };
  const found = nodeAt(analysis.tree, finding);
  if (!found) return { reason: 'the flagged place is not in the text any more' };
  const node = analysis.tree.lower(found.ref).nodes[found.node]!;
  const name = node.kind === 'call' ? node.callee : undefined;
  // A function whose text stays the same moves with the edits above it: its place is asked for before.
  const offset = found.ref.start + node.span.start;
  const slice = analysis.withFix(fix, (tree) => {
    const location = placeAfter(tree, found.ref, offset, name, fix.edits);
    return location ? sliceOf(tree, { ...finding, location }) : { reason: 'the fix takes the flagged place away' };
  });
  if ('reason' in slice) return slice;
  const assembled = assemble(slice, rule);
  const { scenario, problems } = readScenario(assembled.text);
  if (!scenario || problems.length > 0) return { reason: `the fixed slice is no scenario: ${problems[0]?.message ?? 'it cannot be read'}` };
  return { assembled, scenario };
}

/** Beyond the company that confirmed the finding: a fix that is right there is seldom wrong elsewhere. */
const MAX_ATTEMPTS = 60;

/** Explores the fixed slice. Needs no analysis, and yields between explorations. */
export function* proveFixed(fix: Fix, fixed: FixedSlice, confirmed: Extract<Proof, { verdict: 'confirmed' }>, options: ProveOptions): Generator<undefined, FixProof> {
  const { selection, program, trace } = confirmed.examination;
  const not = (reason: string, attempts: readonly Attempt[] = []): FixProof => ({ verdict: 'not proven', fix, reason, fixed, attempts });
  if (!fixed.scenario.variants.some(({ name }) => name === selection.variant)) return not('the fixed code does not run in the world in which the finding was confirmed');
  const proof = yield* prove(fixed.scenario, { maxAttempts: MAX_ATTEMPTS, ...options, focus: { world: selection.variant, adversaries: selection.adversaries } });
  if (proof.verdict === 'unresolved') return not(proof.reason, proof.attempts);
  if (proof.verdict === 'confirmed') {
    const { variant, adversaries } = proof.examination.selection;
    const beside = adversaries.length === 0 ? '' : ` beside ${adversaries.map(({ name }) => name).join(' and ')}`;
    return not(`a schedule of the fixed code still fails: ${variant}${beside}`, proof.attempts);
  }
  const { program: after } = programOf(fixed.scenario, options.backend, selection);
  if (!after || !trace) return not('the fixed slice cannot be run', proof.attempts);
  return { verdict: 'proven', fix, fixed, attempts: proof.attempts, comparison: compareWithFix(program, trace, after) };
}

/** Where a place (an offset in the file of `ref`, from before) is after the edits: the same call, or the one in the text that replaces it. */
function placeAfter(tree: Tree, ref: FunctionRef, offset: number, callee: string | undefined, edits: readonly TextEdit[]): Finding['location'] | undefined {
  const here = edits.filter((edit) => edit.location.file === ref.file);
  const around = here.find((edit) => edit.start <= offset && offset < edit.end);
  const before = here.filter((edit) => edit !== around && edit.end <= (around?.start ?? offset));
  const start = before.reduce((at, edit) => at + edit.text.length - (edit.end - edit.start), around?.start ?? offset);
  const end = start + (around?.text.length ?? 1);
  const now = tree.functionsIn(ref.file).find((f) => f.name === ref.name && f.start <= start && start < f.start + f.text.length);
  // The outermost call comes last.
  const node = now && tree.lower(now).nodes.findLast((n) => {
    const at = now.start + n.span.start;
    return at >= start && at < end && (callee === undefined || (n.kind === 'call' && n.callee === callee));
  });
  return node && locate(tree, now, node.span);
}
