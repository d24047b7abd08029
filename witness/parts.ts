/** What the parts of a slice share: the functions in it, and what is known about their variables. */
import type { FunctionRef, Tree } from '../analyzer/call-graph/tree';
import type { Effect } from '../kernel/types';
import type { FunctionIR, IrNode, NodeId } from '../parser/ir';
import type { Meaning } from './meaning';
import type { Constants } from './names';

/** A function of the slice. */
export interface Body {
  readonly ref: FunctionRef;
  readonly ir: FunctionIR;
  /** Nodes from which the site is reached: the site, or calls of functions that lead to it. Empty for a helper, all of which is kept. */
  readonly goals: ReadonlySet<NodeId>;
  /** Nodes that lead to a goal, or come after one where that matters; all of them in a helper. Whoever leaves them is of no interest any more. */
  readonly region: ReadonlySet<NodeId>;
  /** The node with the label `site`, or `entry` where the label stands before the whole function. */
  readonly site: NodeId | 'entry' | undefined;
}

/** Why something was assumed, by place, so that it is said once. */
export interface Assumptions {
  add(body: Body, node: NodeId, words: string): void;
}

/** What has turned out so far; it only ever grows. */
export interface Facts {
  /** Variables, fields (`.orig_pte`) and results (`f()`) that the machine cannot know. */
  readonly open: Set<string>;
  /** Functions whose result somebody asks for. */
  readonly wanted: Set<FunctionRef>;
  /** Parameters that a function's text needs. */
  readonly params: Map<FunctionRef, Set<string>>;
  /** Functions that do something others can see. */
  readonly seen: Set<FunctionRef>;
  /** Functions that do nothing that matters and whose result is not known: calls of them are left out. */
  readonly empty: Set<FunctionRef>;
  /** Objects of the scenario that are in use, by name. */
  readonly objects: Set<string>;
  /** Names of the library functions that are called. */
  readonly library: Set<string>;
}

/** A slice that is being made. */
export interface Making {
  readonly tree: Tree;
  readonly facts: Facts;
  readonly constants: Constants;
  readonly bodies: Map<FunctionRef, Body>;
  /** What becomes of the path after the site. */
  readonly keepsAfter: boolean;
  /** It is about a fault that the kernel raises itself. */
  readonly isOwnFault: boolean;
  readonly assumptions: Assumptions;
  /** What calls mean, as far as it was asked: it stays the same. */
  readonly meanings: Map<IrNode, Meaning>;
  /** Finds or makes the body of a function that is called; undefined when it is not to be followed. */
  follow(callee: string, from: Body): Body | undefined;
}

/** Where nothing is looked at any more. */
export const dead = -1;

/** What a slice is for. */
export interface Purpose {
  /** What the site is in the end, below functions that it calls. */
  readonly goal: (effect: Effect) => boolean;
  /** Whether the violation shows after the site only, so that the way back to the outermost function matters. */
  readonly keepsAfter: boolean;
  /** The site is a fault that the kernel raises itself: it is not on the way down from another one. */
  readonly isOwnFault?: boolean;
  /** All that matters happens under the lock of the site: nothing that was seen before. */
  readonly startsAtLock?: boolean;
}
