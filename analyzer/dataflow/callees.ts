/** What the solver asks about the functions that are called: the words in which it asks, and what it is told. */
import type { FunctionRef } from '../call-graph/tree';
import type { Frame } from './frame';
import type { FillReach } from './page-cache';
import type { ActionReach, EventReach, FaultReach, LossReach, Summary } from './summary';
import type { CallNode } from './transfer';

/**
 * What is asked of a function. `events`: only paths that lead to a userfault event count. `whole`: all ways to return are wanted, too.
 * `faults`: the faults that it raises for the kernel, and what becomes of their SIGBUS. `entries`: what it does to page-table entries.
 * `cache`: what it does to holes of the page cache.
 */
export type Depth = 'events' | 'whole' | 'faults' | 'entries' | 'cache';

/** A function as its callers see it. */
export interface Callee {
  readonly ref: FunctionRef;
  readonly params: readonly string[];
  readonly summary: Summary;
}

/** What the solver asks about other functions. Where these are summarised first, the answer comes in pieces. */
export interface Callees {
  /** Summary of the function that this call means; `harmless` when its body touches nothing that is followed here; undefined when nobody knows it. */
  summarize(node: CallNode, frame: Frame, depth: Depth): Generator<undefined, Callee | 'harmless' | undefined>;
  /** Functions that matter here and that a table of callbacks which this call hands out names. */
  callbacks(node: CallNode, frame: Frame): Generator<undefined, readonly Callee[]>;
  /** Is this a call of a function that the tree defines? */
  hasBody(node: CallNode, frame: Frame): boolean;
  /** Is this a call of a function in the tree whose events (or faults, where those are asked for) concern its callers? */
  isFollowed(node: CallNode, frame: Frame): boolean;
  /** Which of a callee's events and faults still concern its callers. */
  concerns(reach: EventReach): boolean;
  faultConcerns(fault: FaultReach): boolean;
  lossConcerns(loss: LossReach): boolean;
  actionConcerns(action: ActionReach): boolean;
  fillConcerns(fill: FillReach): boolean;
  /** Will anybody want to know how the function returns? */
  readonly asksOutcomes: boolean;
}
