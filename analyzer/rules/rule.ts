/** What a rule is: what it says about itself, which functions it asks first, and how it judges what they do. */
import type { Effect } from '../../kernel/types';
import type { Span } from '../../parser/ir';
import type { FunctionRef, Tree } from '../call-graph/tree';
import type { Concern } from '../dataflow/summaries';
import type { FillReach } from '../dataflow/page-cache';
import type { Fact, Trace } from '../dataflow/state';
import type { ActionReach, EventReach, FaultReach, LossReach, Summary } from '../dataflow/summary';
import type { Severity } from '../findings/finding';

/** The README table, `--rules` and the documentation are tested against this. */
export interface RuleInfo {
  /** Names the bad pattern. */
  readonly name: string;
  /** One line, for lists. */
  readonly description: string;
  readonly severity: Severity;
  /** The upstream commit that fixed the bug this rule comes from: 12 hex digits and subject. Null for a rule that is not about the kernel. */
  readonly commit: string | null;
  /** Scenario that shows the race, when one ships. */
  readonly scenario: string | null;
  /** Version of this program that first had the rule. */
  readonly since: string;
}

/** A finding before it has lines and columns. */
export interface Report {
  readonly info: RuleInfo;
  readonly severity: Severity;
  readonly message: string;
  readonly in: FunctionRef;
  /** Relative to the function's start. */
  readonly span: Span;
  readonly steps: readonly Trace[];
  /** What was believed without proof on this path. */
  readonly assumptions: readonly string[];
  /** Tells reports at the same place apart, for the fingerprint. No line numbers. */
  readonly about: string;
}

/** One question that a rule asks of functions. A rule may have several. */
export interface RuleCheck {
  readonly info: RuleInfo;
  /** Functions that call a primitive with such an effect are asked first. One function for all trees: answers are kept by it. */
  readonly startsAt: (effect: Effect) => boolean;
  /** How many levels of callers are asked at most; as many as the analysis allows when undefined. */
  readonly levels?: number;
  /** Which part of a summary is judged, and is of concern to callers. */
  readonly concern: Concern;
  /** `isLast`: no caller of the function will be asked, because there is none or because it is far enough from where the question began. */
  judge(ref: FunctionRef, summary: Summary, isLast: boolean): readonly Report[];
  /** Does it take the function's callers to decide? */
  asksCallers(ref: FunctionRef, summary: Summary): boolean;
  /** Can this function settle the question? Callers are asked only on the way to one that can; to all when undefined. */
  settles?(ref: FunctionRef): boolean;
  /** Must callers that are asked hear of this? */
  concernsCaller(reach: EventReach | FaultReach | LossReach | ActionReach | FillReach): boolean;
}

export type CreateCheck = (tree: Tree) => RuleCheck;

export const raisesEvent = (effect: Effect): boolean => effect.op === 'event';

/** Changes of entries in which userfaultfd keeps its protection, one by one or by the table. */
export function changesProtection(effect: Effect): boolean {
  if (effect.op === 'clear') return effect.table === true || effect.level === 'pte' || effect.level === 'huge';
  return effect.op === 'store' && (effect.level === 'pte' || effect.level === 'huge');
}

/** The text of a message: a first line that stands alone, cut where it is longer than 100 characters, and what there is to know besides. */
export function messageOf(first: string, rest: string): string {
  return `${first.length <= 100 ? first : `${first.slice(0, 97)}...`}\n${rest}`;
}

/** Is the fact that something is not zero? */
export const isTrue = (fact: Fact): boolean => fact.low > 0 || fact.not.includes(0);

/** Is this step a call inside which the path goes on? */
export function isEntered(step: Trace, i: number, path: readonly Trace[]): boolean {
  const next = path[i + 1];
  return step.kind === 'call' && step.assumed === undefined && next !== undefined && next.in !== step.in;
}

/** A path without the calls that none of its other steps lie in. */
export function withoutDetours(path: readonly Trace[]): Trace[] {
  const kept: Trace[] = [];
  for (const step of [...path].reverse()) {
    const next = kept[kept.length - 1];
    if (step.kind !== 'call' || (next !== undefined && step.message === `calls ${next.in.name}()`)) kept.push(step);
  }
  return kept.reverse();
}

/** What a path took for granted, each once, in the order of the path. */
export function assumptionsOf(path: readonly Trace[]): readonly string[] {
  return [...new Set(path.flatMap((step) => step.assumed ?? []))];
}
