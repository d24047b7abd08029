/** What an exploration finds. */
import type { PropertyId, WordId } from '../machine/program';

/** A choice of who moves: the thread, and which of its step's ways it goes. */
export interface Move {
  readonly thread: number;
  readonly way: number;
}

export interface Witness {
  readonly property: PropertyId;
  /**
   * The moves from the initial state to the violation: the fewest that a violating schedule has, and among those with the fewest context switches; of
   * several, the first in the order of thread numbers. For `exists` and `deadlock` the state after the last move is the one meant.
   */
  readonly schedule: readonly Move[];
  readonly contextSwitches: number;
}

/** Why an exploration stopped early. */
export type Limit = 'states' | 'cancelled';

export interface Exploration {
  /** `inconclusive` when a limit was hit before a violation was found. */
  readonly verdict: 'Sometimes' | 'Never' | 'inconclusive';
  readonly limit: Limit | undefined;
  /** Distinct states that were reached, the initial one included. */
  readonly states: number;
  readonly transitions: number;
  /** Ends that show the bug (violations, and final states for which `exists` holds), and final states that do not: herd's positive and negative. */
  readonly positive: number;
  readonly negative: number;
  /** Number of moves to the state that is farthest from the initial one. */
  readonly depth: number;
  /** For each of `Program.labels`, whether it was reached. */
  readonly covered: readonly boolean[];
  /** Of an exploration that was cancelled, any shortest violating schedule of those found. */
  readonly witness: Witness | undefined;
  /** The properties that some schedule violates, each with the length of the shortest such schedule. */
  readonly violated: readonly { readonly property: PropertyId; readonly steps: number }[];
  /**
   * The fewest preemptions a violating schedule needs, of any length: a switch away from a thread that could have gone on counts, one from a thread
   * that waits or has ended does not. 0 means that no race is needed. Undefined without a violation, or where the state space is too large to ask.
   */
  readonly preemptions: number | undefined;
}

/** One step of a schedule, replayed. */
export interface TraceStep {
  readonly move: Move;
  /** The index of the step in its thread's `steps`. */
  readonly step: number;
  /** Words that the step changed, in the order of their ids. */
  readonly changes: readonly { readonly word: WordId; readonly before: number; readonly after: number }[];
  /** Words the step read, where known. */
  readonly reads: readonly WordId[];
  readonly violated: PropertyId | undefined;
}

/** What a thread does in a state. */
export type ThreadStatus =
  | { readonly kind: 'ready'; readonly step: number }
  | { readonly kind: 'waits'; readonly step: number }
  | { readonly kind: 'ended' };

/** A schedule with all states: `states[0]` is the initial one, `states[i]` the one after `steps[i - 1]`. */
export interface Trace {
  readonly steps: readonly TraceStep[];
  readonly states: readonly TraceState[];
}

export interface TraceState {
  /** Value of each word of the program. */
  readonly words: readonly number[];
  readonly threads: readonly ThreadStatus[];
  readonly violated: PropertyId | undefined;
}
