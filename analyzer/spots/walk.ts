/**
 * Walks one function for what is known at each of its nodes. Unlike the solver, it follows everything and has to end soon: where many paths
 * with the same locks meet they go on as one, with what they have in common.
 */
import type { IrNode, NodeId } from '../../parser/ir';
import { holdClaimed } from '../dataflow/annotations';
import { assign } from '../dataflow/assign';
import { assume, decision, evaluate } from '../dataflow/evaluate';
import type { Frame } from '../dataflow/frame';
import { isLocal, nodeId } from '../dataflow/frame';
import type { Liveness } from '../dataflow/liveness';
import { computeLiveness } from '../dataflow/liveness';
import { createsValues, grow, growth, isIdle } from '../dataflow/nodes';
import type { JoinReducer } from '../dataflow/reduce';
import { createJoinReducer } from '../dataflow/reduce';
import { bare } from '../dataflow/solve';
import { clobber, initialState, lockStatus, retire, writePlace } from '../dataflow/state';
import type { Value } from '../dataflow/value';
import { local, param, symbol } from '../dataflow/value';
import type { Helpers, Way } from './calls';
import { SpotCalls } from './calls';
import { claimOthers } from './claims';
import type { PathState } from './path-state';
import { configurationOf, everything, forgetKind, forgetOthers, fork, meet, noteAnswer, noteComparison, pathKey, retireReadings, settleAttempts, startOf, tidy } from './path-state';

/** What a walk is told to do without. */
export interface Limits {
  /** Nodes that are executed. */
  readonly steps: number;
  /** Paths of one configuration that are followed one by one from where they meet. */
  readonly alike: number;
  /** Configurations at one node: beyond these only page-table locks are told apart. */
  readonly configurations: number;
  /** The ways to return are asked for. */
  readonly forCallers: boolean;
}

export interface Walked {
  /** The function's ways to return, and whether these are all. */
  readonly ways: readonly Way[];
  readonly allWays: boolean;
  /** Limits were hit: what was seen says nothing of all paths. */
  readonly truncated: boolean;
  /** The caller cannot have held such a lock: the function takes one itself, or sleeps. */
  readonly notCallers: { readonly pte: boolean; readonly pmd: boolean };
}

/** Told of every state just before it executes a node, and of those just after a call. */
export interface Observer {
  before(node: NodeId, p: PathState): void;
  afterCall(node: NodeId, p: PathState): void;
}

/** Nodes that were executed, in a function and the helpers that it enters. */
export interface Pace {
  executed: number;
}

/** Yields now and then, inside helpers too, so that the caller can let others run. */
export function walk(frame: Frame, helpers: Helpers, limits: Limits, observer: Observer, pace: Pace): Generator<undefined, Walked> {
  return new Walker(frame, helpers, limits, observer, pace).run();
}

/** Nodes executed between two yields: about half a millisecond. */
const sliceSteps = 40;

interface Group {
  count: number;
  readonly states: PathState[];
  wide: PathState | undefined;
  wideKey: string;
}

interface Point {
  readonly seen: Set<string>;
  readonly groups: Map<string, Group>;
}

class Walker {
  private readonly liveness: Liveness;
  private readonly reducer: JoinReducer;
  private readonly calls: SpotCalls;
  private readonly byOrder: NodeId[];
  private readonly points = new Map<NodeId, Point>();
  private readonly pending = new Map<NodeId, PathState[]>();
  private readonly notCallers = { pte: false, pmd: false };
  private cursor = 0;
  private executed = 0;
  private truncated = false;

  constructor(private readonly frame: Frame, helpers: Helpers, private readonly limits: Limits, private readonly observer: Observer, private readonly pace: Pace) {
    this.liveness = computeLiveness(frame.ir);
    this.reducer = createJoinReducer(this.liveness, false);
    this.calls = new SpotCalls(frame, helpers, this.notCallers);
    const { order } = this.liveness;
    this.byOrder = frame.ir.nodes.map((_, i) => i).filter((i) => order[i]! >= 0).sort((a, b) => order[a]! - order[b]!);
  }

  *run(): Generator<undefined, Walked> {
    this.arrive(this.frame.ir.entry, this.entryState());
    while (this.cursor < this.byOrder.length && !this.truncated) {
      const node = this.byOrder[this.cursor]!;
      const states = this.pending.get(node);
      if (!states) {
        this.cursor++;
        continue;
      }
      this.pending.delete(node);
      for (const p of states) yield* this.follow(node, p);
    }
    return { ways: this.calls.ways(), allWays: !this.truncated && !this.calls.tooManyWays, truncated: this.truncated, notCallers: this.notCallers };
  }

  private entryState(): PathState {
    const s = initialState();
    for (const p of this.frame.ir.params) writePlace(s, local(p.name), param(p.name));
    holdClaimed(this.frame, s);
    const start = startOf(s);
    claimOthers(this.frame, start);
    return start;
  }

  /** Paths meet here. */
  private arrive(node: NodeId, p: PathState): void {
    this.reducer.reduce(p.s, node);
    tidy(p);
    const admitted = this.admit(node, p);
    if (!admitted) return;
    const list = this.pending.get(node);
    if (list) list.push(admitted);
    else this.pending.set(node, [admitted]);
    this.cursor = Math.min(this.cursor, this.liveness.order[node]!);
  }

  /** The state with which to go on, if there is anything new in it. */
  private admit(node: NodeId, p: PathState): PathState | undefined {
    let point = this.points.get(node);
    if (!point) this.points.set(node, (point = { seen: new Set(), groups: new Map() }));
    let configuration = configurationOf(p, this.limits.forCallers);
    if (!point.groups.has(configuration) && point.groups.size >= this.limits.configurations) {
      forgetOthers(p);
      configuration = configurationOf(p, this.limits.forCallers);
    }
    const key = pathKey(p, configuration);
    if (point.seen.has(key)) return undefined;
    let group = point.groups.get(configuration);
    if (!group) {
      if (point.groups.size >= 2 * this.limits.configurations) {
        this.truncated = true;
        return undefined;
      }
      point.groups.set(configuration, (group = { count: 0, states: [], wide: undefined, wideKey: '' }));
    }
    if (group.count++ < this.limits.alike) {
      point.seen.add(key);
      group.states.push(fork(p));
      return p;
    }
    const wide = group.wide ? meet(group.wide, p, node) : group.states.reduce((all, one) => meet(all, one, node), p);
    const wideKey = pathKey(wide, configuration);
    if (wideKey === group.wideKey) return undefined;
    group.wide = wide;
    group.wideKey = wideKey;
    return fork(wide);
  }

  private *follow(start: NodeId, p: PathState): Generator<undefined, void> {
    const stack: [NodeId, PathState][] = [[start, p]];
    for (let arm = stack.pop(); arm; arm = stack.pop()) {
      let [id, state]: [NodeId, PathState] = arm;
      for (;;) {
        if (this.executed++ > this.limits.steps) {
          this.truncated = true;
          return;
        }
        if (++this.pace.executed % sliceSteps === 0) yield;
        const node = this.frame.ir.nodes[id]!;
        this.observer.before(id, state);
        const arms = yield* this.step(id, node, state);
        if (node.kind === 'call') for (const [, after] of arms) this.observer.afterCall(id, after);
        const on = arms.filter(([to, next]) => {
          // A loop may lead back to the first node, where nothing else meets it.
          if (!this.liveness.joins.has(to) && to !== this.frame.ir.entry) return true;
          this.arrive(to, next);
          return false;
        });
        const first = on.shift();
        stack.push(...on.reverse());
        if (!first) break;
        [id, state] = first;
      }
    }
  }

  private *step(id: NodeId, node: IrNode, p: PathState): Generator<undefined, [NodeId, PathState][]> {
    const { frame } = this;
    const { s } = p;
    if (isIdle(frame, node, id) && 'next' in node) return [[node.next, p]];
    if (this.liveness.inLoop.has(id) && createsValues(frame, node)) {
      const name = nodeId(frame, id);
      const grown = node.kind === 'assign' ? growth(frame, s, node, id) : undefined;
      retireReadings(p, name);
      retire(s, name);
      if (grown && node.kind === 'assign') {
        grow(s, grown, name);
        return [[node.next, p]];
      }
    }
    switch (node.kind) {
      case 'assign': assign(frame, p.s, node, id); return [[node.next, p]];
      case 'call': return (yield* this.calls.execute(id, node, p)).map((after) => [node.next, after]);
      case 'branch': return this.branch(id, node, p);
      case 'choice':
        for (const arg of node.args) if (arg.kind === 'name' && isLocal(frame, arg.name)) writePlace(s, local(arg.name), symbol(`${nodeId(frame, id)}@${arg.name}`));
        return [...new Set(node.targets)].map((target) => [target, fork(p)]);
      case 'return':
        this.calls.addReturn(node.value && evaluate(frame, s, node.value, id), p);
        return [];
      case 'declare':
        clobber(s, local(node.name), `${nodeId(frame, id)}@`);
        return [[node.next, p]];
      case 'nop': return [[node.next, p]];
      case 'stop': return [];
      case 'unknown':
        forgetKind(p, everything);
        return [[node.next, p]];
    }
  }

  private branch(id: NodeId, node: Extract<IrNode, { kind: 'branch' }>, p: PathState): [NodeId, PathState][] {
    const condition = evaluate(this.frame, p.s, node.condition, id);
    const decided = decision(p.s, condition);
    const out: [NodeId, PathState][] = [];
    if (decided !== false) {
      const arm = decided === undefined ? fork(p) : p;
      if (this.take(arm, condition, true)) out.push([node.whenTrue, arm]);
    }
    if (decided !== true && this.take(p, condition, false)) out.push([node.whenFalse, p]);
    return out;
  }

  private take(p: PathState, condition: Value, wanted: boolean): boolean {
    if (!assume(p.s, condition, wanted)) return false;
    settleAttempts(p);
    const [value, holds] = bare(condition, wanted);
    const question = this.calls.questions.get(value.key);
    if (question !== undefined) noteAnswer(p, question, holds);
    if (value.kind === 'same') noteComparison(p, value.left, value.right, holds, (lock) => lock === 'held' || (lock === 'inherit' && lockStatus(p.s, 'huge') === 'inherit'));
    return true;
  }
}
