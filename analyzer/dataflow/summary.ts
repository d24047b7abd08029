/** What is known of a function once it was analysed, in terms of its parameters and of what memory held on entry. */
import type { NodeId, Span } from '../../parser/ir';
import type { FunctionRef } from '../call-graph/tree';
import type { Change, Gap, Guard } from './entries';
import type { FillReach } from './page-cache';
import type { Confirmation, EntryLocks, Fact, State, Trace } from './state';
import type { ReadValue, Value } from './value';

/** One way to return. The state is reduced to what a caller can see. */
export interface Outcome {
  readonly value: Value | undefined;
  readonly state: State;
}

/** A userfault event that some path reaches, with all that the path knows of the entries it looked at. */
export interface EventReach {
  /** The call that raises it: `handle_userfault` or, when that gets its reason from a parameter, the call of the wrapper. */
  readonly in: FunctionRef;
  readonly span: Span;
  readonly reason: Value;
  /** The call of the summarised function through which the event is reached; undefined when it raises the event itself. */
  readonly via: NodeId | undefined;
  readonly facts: readonly Fact[];
  readonly open: readonly ReadValue[];
  readonly confirmedAll: Confirmation;
  readonly confirmed: readonly { readonly value: Value; readonly when: Exclude<Confirmation, 'no'> }[];
  readonly entryLock: EntryLocks;
  /** The path was followed only roughly: nothing may be reported on it. */
  readonly coarse: boolean;
  readonly trace: Trace | undefined;
}

/** What becomes of a fault that ends in SIGBUS: the ways in which the function that asked for the fault goes on. `ignored`: it never looks, and has no value to tell it with. */
export type SigbusFate = 'error' | 'success' | 'ignored' | 'retried' | 'unknown';

/** A fault that the kernel raises itself, with the flags that some path gives it. */
export interface FaultReach {
  readonly in: FunctionRef;
  readonly span: Span;
  readonly flags: Value;
  /** The registers of a faulting task: not NULL in an architecture's fault handler. */
  readonly registers: Value | undefined;
  readonly via: NodeId | undefined;
  readonly facts: readonly Fact[];
  /** With the place where the function returns then, or faults again. */
  readonly fates: ReadonlyMap<SigbusFate, Span>;
  /** Some path gives this very fault FAULT_FLAG_ALLOW_RETRY: that it may not wait on another one is the caller's wish. */
  readonly mayWait: boolean;
  readonly coarse: boolean;
  readonly trace: Trace | undefined;
}

/** A value that is lost, and with it perhaps the uffd-wp bit. */
export interface LossReach {
  readonly change: Change;
  readonly via: NodeId | undefined;
  readonly facts: readonly Fact[];
  /** What the old value was compared with, in the caller's terms. */
  readonly equals: readonly Value[];
  /** Lost only if the caller, who holds the lock, does nothing about it. */
  readonly atExit: boolean;
  /** On every path to it the vma was found to be anonymous. */
  readonly onAnonymous: boolean;
  readonly coarse: boolean;
  readonly trace: Trace | undefined;
}

/** A change of an entry before which nothing was checked since the lock was taken. */
export interface ActionReach {
  readonly change: Change;
  readonly gaps: ReadonlySet<Gap>;
  readonly via: NodeId | undefined;
  readonly facts: readonly Fact[];
  /** Guards of earlier phases, with the path that led to them. */
  readonly earlier: ReadonlyMap<Guard, Trace | undefined>;
  /** Guards that found protected memory on the path, which led here all the same: they guard something else. */
  readonly violated: ReadonlySet<Guard>;
  /** The caller's mmap_lock was dropped before. */
  readonly mmapDropped: boolean;
  readonly coarse: boolean;
  readonly trace: Trace | undefined;
}

export interface Summary {
  readonly outcomes: readonly Outcome[];
  readonly reaches: readonly EventReach[];
  readonly faults: readonly FaultReach[];
  readonly losses: readonly LossReach[];
  readonly actions: readonly ActionReach[];
  readonly fills: readonly FillReach[];
  /** Places where it puts a marker into an entry that was handed in. */
  readonly marks: readonly Change[];
  /** It puts markers into more entries than the ones that were handed in: those behind them, or entries of its own. */
  readonly marksMany: boolean;
  /** Places where an entry gets the bit for another reason than its old value, as `file:offset`. */
  readonly chosen: ReadonlySet<string>;
  /** Places where it takes the bit away on purpose: where it neither sets nor takes it, the old value decides. */
  readonly answered: ReadonlySet<string>;
  /** Some states were dropped because there were too many: silence proves nothing. */
  readonly truncated: boolean;
}

export const emptySummary: Summary = { outcomes: [], reaches: [], faults: [], losses: [], actions: [], fills: [], marks: [], marksMany: false, chosen: new Set(), answered: new Set(), truncated: false };
