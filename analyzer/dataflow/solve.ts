/**
 * Walks one function path by path: a small set of states per point, each with its own facts, merged where they agree. Gives the
 * function's summary: the ways it returns and the events it reaches.
 */
import { pageTableTypes } from '../../kernel/model';
import { mappingWalks } from '../../kernel/rmap';
import type { Effect } from '../../kernel/types';
import { nodesLeadingTo } from '../../parser/cfg';
import type { IrNode, NodeId, Span } from '../../parser/ir';
import type { FunctionRef } from '../call-graph/tree';
import { holdClaimed } from './annotations';
import { assume, decision, evaluate, placeOf } from './evaluate';
import { fateOf, faultKey, withWaiting } from './faults';
import type { Frame } from './frame';
import { isEntryType, isLocal, nodeId, quote, typeOf } from './frame';
import type { Change, Guard } from './entries';
import { initialEntries } from './entries';
import type { EntrySink } from './entry-effects';
import { blame, finishEntries, forgetBare, forgetLooks, isSettled, noteBranch, noteEffect, noteMappingWalk, noteOtherVma, notePhase, reduceEntries, retireEntries, siteOf, store } from './entry-effects';
import { changes, createsValues, grow, growth, looksAtEntry, movesLock, stepOf } from './nodes';
import { comparedWith, factConcernsCaller, noGuards, toldGuards, withoutSubsumed } from './outcomes';
import { applyAction, applyFault, applyLoss, applyOutcome, applyReach, callTrace, substitution } from './instantiate';
import type { FillReach } from './page-cache';
import { applyCache, applyFill, fillKey, finishCache, forgetUnreachable, initialCache, isFileWalk, loadsInScans, noteCacheBranch, noteCacheEffect, noteCount, noteFileWalk, retireLoads } from './page-cache';
import type { Liveness } from './liveness';
import { computeLiveness } from './liveness';
import type { JoinReducer } from './reduce';
import { coarsen, commonFacts, createJoinReducer, dropOwnSnapshots, reduceAtExit } from './reduce';
import { SummedMap } from './shared-map';
import type { Fact, State } from './state';
import { clobber, confirmEverything, copy, coreKey, entryCoreKey, entryOutcomeKey, initialState, phaseOf, record, retire, stateKey, truth, writePlace } from './state';
import type { ActionReach, EventReach, FaultReach, LossReach, Outcome, SigbusFate, Summary } from './summary';
import type { CallNode } from './transfer';
import { applyEffect } from './transfer';
import type { Value } from './value';
import { below, contains, local, name, operation, param, pointee, symbol, zero } from './value';

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

/** What the solver asks about other functions. */
export interface Callees {
  /** Summary of the function that this call means; `harmless` when its body touches nothing that is followed here; undefined when nobody knows it. */
  summarize(node: CallNode, frame: Frame, depth: Depth): Callee | 'harmless' | undefined;
  /** Functions that matter here and that a table of callbacks which this call hands out names. */
  callbacks(node: CallNode, frame: Frame): readonly Callee[];
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

/**
 * Distinct states at one point: beyond the first number branch facts are dropped, beyond the second states are. Functions that raise
 * faults are few and put the flags together in many steps.
 */
const caps: Readonly<Record<Depth, { readonly soft: number; readonly hard: number }>> = {
  events: { soft: 24, hard: 96 },
  whole: { soft: 24, hard: 96 },
  faults: { soft: 128, hard: 256 },
  entries: { soft: 192, hard: 192 },
  cache: { soft: 256, hard: 256 },
};
/** Beyond this many ways to return, what the function itself saw in entries is not told apart any more. */
const plainOutcomes = 10;
const outcomeCap = 32;
/**
 * How many states are followed at one point that are alike in what concerns entries, and of how many kinds more than one: fewer of those that have nothing
 * left to answer for. A function that looks at entries for others answers by what it returns, which hangs on more than entries.
 */
const patience = {
  changes: { alike: 3, settled: 8, open: 24 },
  looks: { alike: 4, settled: 24, open: 48 },
};
const reachCap = 64;
/** Nodes executed per function before its analysis is cut short. */
const budget = 120_000;

/** What a call of a function leads to. */
interface Target {
  readonly known: Callee | 'harmless' | undefined;
  readonly callbacks: readonly Callee[];
  /** Guards whose answer the callee gives. */
  readonly told: ReadonlySet<Guard>;
  /** Nobody knows the function, and it gets entries or their locks. */
  readonly handsOver: boolean;
  /** Arguments that are structs with all that a fault needs. */
  readonly faultStructs: readonly boolean[];
}

export function solve(frame: Frame, callees: Callees, depth: Depth): Summary {
  const solver = new Solver(frame, callees, depth);
  return { ...solver.run(), fills: [...solver.fills.values()] };
}

class Solver {
  private readonly liveness: Liveness;
  private readonly reducer: JoinReducer;
  private readonly byOrder: NodeId[];
  private readonly pending = new Map<NodeId, State[]>();
  private readonly seen = new Map<NodeId, Set<number>>();
  private readonly outcomes = new Map<string, Outcome>();
  private readonly reaches = new Map<string, EventReach>();
  private readonly faults = new Map<string, FaultReach>();
  private readonly losses = new Map<string, LossReach>();
  private readonly actions = new Map<string, ActionReach>();
  readonly fills = new Map<string, FillReach>();
  /** Loads from the page cache, index by index. */
  private readonly scans: ReadonlyMap<NodeId, string>;
  private readonly chosen = new Set<string>();
  private readonly marks = new Map<string, Change>();
  private readonly sink: EntrySink;
  /** By call that faults: the ways on from a SIGBUS. */
  private readonly fates = new Map<string, Map<SigbusFate, Span>>();
  private readonly patience: (typeof patience)['looks'];
  private readonly admitted = new Map<NodeId, Map<number | 'settled' | 'open', number>>();
  /** Nodes from which an entry is changed before a lock is taken or dropped. */
  private readonly changeAhead: ReadonlySet<NodeId>;
  /** Variables that the function returns. */
  private readonly returned: ReadonlySet<string>;
  private readonly targets = new Map<NodeId, Target>();
  private cursor = 0;
  private executed = 0;
  private truncated = false;

  /** Nodes in loops that give new meaning to the values named after them. */
  private readonly creating: ReadonlySet<NodeId>;
  /** Nodes on a path to an event. */
  private readonly leading: ReadonlySet<NodeId>;

  constructor(private readonly frame: Frame, private readonly callees: Callees, private readonly depth: Depth) {
    this.leading = nodesLeadingTo(frame.ir, (node, id) => node.kind === 'call'
      && (frame.shapeAt(id)?.effect.op === (depth === 'cache' ? 'cache-store' : 'event') || callees.isFollowed(node, frame)));
    this.liveness = computeLiveness(frame.ir);
    this.reducer = createJoinReducer(this.liveness, depth === 'faults');
    this.creating = new Set([...this.liveness.inLoop].filter((i) => createsValues(frame, frame.ir.nodes[i]!)));
    this.changeAhead = depth === 'entries' ? nodesLeadingTo(frame.ir, (node, id) => changes(frame, node, id), (node, id) => movesLock(frame, node, id)) : new Set();
    this.scans = depth === 'cache' ? loadsInScans(frame, this.liveness.inLoop) : new Map();
    this.patience = frame.ir.nodes.some((node, i) => node.kind === 'call' && changes(frame, node, i) && frame.shapeAt(i) !== undefined) ? patience.changes : patience.looks;
    this.returned = new Set(frame.ir.nodes.flatMap((n) => (n.kind === 'return' && n.value?.kind === 'name' ? [n.value.name] : [])));
    this.sink = {
      lost: (s, change) => this.addLoss({ change, via: undefined, facts: [...s.facts.values()], equals: comparedWith(s), atExit: false, coarse: s.coarse, trace: s.trace }),
      acted: (s, change, gaps) => {
        const e = s.entries!;
        this.addAction({ change, gaps, via: undefined, facts: [...s.facts.values()], earlier: e.earlier, violated: change.kind === 'table' && e.detached ? e.detached.violated : e.violated, mmapDropped: e.mmapDropped, coarse: s.coarse, trace: s.trace });
      },
      chosen: (change) => void this.chosen.add(siteOf(change)),
      marked: (change) => {
        if (isHandedIn(change.slot)) this.marks.set(siteOf(change), change);
      },
      scans: depth === 'entries' && [...this.liveness.inLoop].some((i) => looksAtEntry(frame, i)),
    };
    this.byOrder = frame.ir.nodes.map((_, i) => i).filter((i) => this.liveness.order[i]! >= 0);
    this.byOrder.sort((a, b) => this.liveness.order[a]! - this.liveness.order[b]!);
  }

  run(): Omit<Summary, 'fills'> {
    this.arrive(this.frame.ir.entry, this.entryState());
    while (this.cursor < this.byOrder.length) {
      const node = this.byOrder[this.cursor]!;
      const states = this.pending.get(node);
      if (!states) {
        this.cursor++;
        continue;
      }
      this.pending.delete(node);
      for (const s of states) this.execute(node, s);
    }
    return { outcomes: withoutSubsumed([...this.outcomes.values()]), reaches: [...this.reaches.values()], faults: withWaiting([...this.faults.values()]), losses: [...this.losses.values()], actions: [...this.actions.values()], marks: [...this.marks.values()], chosen: this.chosen, truncated: this.truncated };
  }

  private entryState(): State {
    const s = initialState();
    for (const p of this.frame.ir.params) writePlace(s, local(p.name), param(p.name));
    holdClaimed(this.frame, s);
    // Half-typed code, and code that the parser cannot read, is followed for what it calls; nothing is reported on it.
    s.coarse = this.frame.ir.incomplete;
    if (this.depth === 'entries') s.entries = initialEntries;
    if (this.depth === 'cache') s.cache = initialCache;
    return s;
  }

  /** Paths meet here: forget what does not matter, and go on only with a state that was not here before. */
  private arrive(node: NodeId, s: State): void {
    if (s.entries && !this.changeAhead.has(node)) forgetBare(s);
    reduceEntries(s);
    this.reducer.reduce(s, node);
    forgetUnreachable(s);
    let seen = this.seen.get(node);
    if (!seen) this.seen.set(node, (seen = new Set()));
    const { soft, hard } = caps[this.depth];
    if (seen.size >= soft && seen.size < hard) coarsen(s, node);
    const key = stateKey(s);
    if (seen.has(key)) return;
    if (seen.size >= hard) {
      this.truncated = true;
      return;
    }
    if (s.entries && !this.admit(node, s)) return;
    seen.add(key);
    const list = this.pending.get(node);
    if (list) list.push(s);
    else this.pending.set(node, [s]);
    this.cursor = Math.min(this.cursor, this.liveness.order[node]!);
  }

  /** Of states that differ in nothing which concerns entries, only some are followed: what one of them does the others do as well. */
  private admit(node: NodeId, s: State): boolean {
    let counts = this.admitted.get(node);
    if (!counts) this.admitted.set(node, (counts = new Map()));
    const key = entryCoreKey(s, this.returned);
    const count = counts.get(key) ?? 0;
    const which = isSettled(s) ? 'settled' : 'open';
    const all = counts.get(which) ?? 0;
    // The first of its kind is always let in.
    if (count >= this.patience.alike || (count > 0 && all >= this.patience[which])) {
      this.truncated = true;
      return false;
    }
    counts.set(key, count + 1);
    counts.set(which, all + 1);
    return true;
  }

  private execute(start: NodeId, state: State): void {
    const stack: [NodeId, State][] = [[start, state]];
    let first = true;
    while (stack.length > 0) {
      const [id, s] = stack.pop()!;
      if (!first && this.liveness.joins.has(id)) {
        this.arrive(id, s);
        continue;
      }
      first = false;
      if (this.executed++ > budget) {
        this.truncated = true;
        return;
      }
      const looked = s.entries?.looked;
      // Pushed in reverse, so that the first arm is walked first and traces stay in source order.
      for (const next of this.step(id, this.frame.ir.nodes[id]!, s).reverse()) {
        if (!this.matters(next[0])) continue;
        // A scan is a loop: one look at one entry is none.
        if (looked && !this.liveness.inLoop.has(id)) forgetLooks(next[1], looked);
        stack.push(next);
      }
    }
  }

  private matters(node: NodeId): boolean {
    return (this.depth !== 'events' && this.callees.asksOutcomes) || this.leading.has(node);
  }

  private step(id: NodeId, node: IrNode, s: State): [NodeId, State][] {
    const { frame } = this;
    const grown = this.creating.has(id) && node.kind === 'assign' ? growth(frame, s, node, id) : undefined;
    if (s.cache && stepOf(frame, node)) noteCount(s);
    if (this.creating.has(id)) {
      retireEntries(s, nodeId(frame, id));
      retireLoads(s, nodeId(frame, id));
      retire(s, nodeId(frame, id));
    }
    if (grown && node.kind === 'assign') {
      grow(s, grown, nodeId(frame, id));
      return [[node.next, s]];
    }
    switch (node.kind) {
      case 'assign': this.assign(id, node, s); return [[node.next, s]];
      case 'call': return this.call(id, node, s).map((after) => [node.next, after]);
      case 'branch': return this.branch(id, node, s);
      case 'choice':
        for (const arg of node.args) {
          if (arg.kind !== 'name' || !isLocal(frame, arg.name)) continue;
          const item = symbol(`${nodeId(frame, id)}@${arg.name}`);
          writePlace(s, local(arg.name), item);
          if (typeOf(frame, arg) === 'struct vm_area_struct *') noteOtherVma(this.sink, s);
          if (mappingWalks.has(node.macro ?? '')) noteMappingWalk(s, item);
        }
        return [...new Set(node.targets)].map((target, i, all): [NodeId, State] => {
          const arm = copy(s);
          const item = node.args[0];
          if (isFileWalk(node) && item) noteFileWalk(arm, nodeId(frame, id), evaluate(frame, arm, item, id).key, i === all.length - 1);
          return [target, arm];
        });
      case 'return': this.finish(node.value && evaluate(frame, s, node.value, id), s, node.span); return [];
      case 'declare':
        clobber(s, local(node.name), `${nodeId(frame, id)}@`);
        return [[node.next, s]];
      case 'nop': return [[node.next, s]];
      case 'stop': return [];
      case 'unknown':
        // Whatever this was may have checked everything: nothing may be concluded from what came before.
        confirmEverything(s, 'yes');
        return [[node.next, s]];
    }
  }

  private assign(id: NodeId, node: Extract<IrNode, { kind: 'assign' }>, s: State): void {
    const { frame } = this;
    if (node.value.kind === 'initializer') {
      const target = placeOf(frame, s, node.target, id);
      clobber(s, target, nodeId(frame, id), true);
      for (const entry of node.value.entries) {
        if (entry.field === undefined) continue;
        const value = entry.value.kind === 'initializer' ? symbol(`${nodeId(frame, id)}@${entry.field}`) : evaluate(frame, s, entry.value, id);
        writePlace(s, below(target, entry.field.split('.')), value);
      }
      return;
    }
    const value = evaluate(frame, s, node.value, id);
    const target = placeOf(frame, s, node.target, id);
    writePlace(s, target, value);
    // Writing an entry in place (`*ptep = pte`) is a store; its content is re-read from memory each time.
    if ((node.target.kind === 'deref' || node.target.kind === 'index') && isEntryType(typeOf(frame, node.target)) && target.kind === 'memory') {
      s.memory.delete(target.key);
      record(s, { kind: 'store', in: frame.ref, span: node.span, about: undefined, message: `the entry is written: ${quote(frame, node.span)}` });
      const level = typeOf(frame, node.target) === 'pte_t' ? 'pte' : undefined;
      if (level && node.target.kind === 'deref') store(this.sink, s, { kind: 'store', by: '', in: frame.ref, span: node.span, level, slot: evaluate(frame, s, node.target.operand, id), old: undefined, replaces: false }, value);
    }
  }

  private branch(id: NodeId, node: Extract<IrNode, { kind: 'branch' }>, s: State): [NodeId, State][] {
    const condition = evaluate(this.frame, s, node.condition, id);
    const out: [NodeId, State][] = [];
    // Where the path can only go one way, it goes on with the state that it has.
    const decided = decision(s, condition);
    if (decided !== false) {
      const arm = decided === undefined ? copy(s) : s;
      if (this.take(arm, condition, true, node.span)) out.push([node.whenTrue, arm]);
    }
    if (decided !== true && this.take(s, condition, false, node.span)) out.push([node.whenFalse, s]);
    return out;
  }

  /** Takes one way from a branch; false when the path cannot go there. */
  private take(s: State, condition: Value, wanted: boolean, span: Span): boolean {
    if (!assume(s, condition, wanted)) return false;
    const [value, holds] = bare(condition, wanted);
    this.remember(s, value, holds, span);
    noteBranch(s, value, holds);
    noteCacheBranch(this.frame, s, value, holds, span);
    return true;
  }

  private remember(s: State, value: Value, holds: boolean, span: Span): void {
    const { frame } = this;
    const step = { in: frame.ref, span, about: undefined };
    if (value.kind === 'test') {
      record(s, { ...step, kind: 'branch', about: value.of, holds, message: `${value.by}() is ${holds ? 'true' : 'false'} of that reading` });
    } else if (value.kind === 'flag' && holds) {
      record(s, { ...step, kind: 'check', message: `${value.by}() is true: userspace handles such faults here` });
    } else if (value.kind === 'flag') {
      record(s, { ...step, kind: 'branch', holds, message: `${value.by}() is false of the vma` });
    } else if (value.kind === 'same') {
      const locked = [value.left, value.right].some((v) => v.kind === 'read' && v.lock !== 'none');
      record(s, { ...step, kind: 'compare', message: `compared: ${holds ? 'the same' : 'different'}${locked ? '' : ', but neither was read under the page-table lock'}` });
    }
  }

  private call(id: NodeId, node: CallNode, s: State): State[] {
    const { frame } = this;
    const args = node.args.map((a) => evaluate(frame, s, a, id));
    const put = (state: State, value: Value): State => {
      if (node.result) writePlace(state, local(node.result), value);
      return state;
    };
    const effect = frame.shapeAt(id)?.effect;
    if (effect && node.callee !== undefined) {
      if (!this.judgedByBody(node, effect)) {
        if (effect.op === 'event') this.event(id, node, s, args, effect.reason);
        const before = phaseOf(s);
        const result = applyEffect(frame, s, id, node, node.callee, effect, args);
        if (s.entries) {
          notePhase(this.sink, s, before, effect.op === 'walk-step');
          noteEffect(this.sink, frame, s, node.span, node.callee, effect, args, result);
        }
        if (s.cache) noteCacheEffect((fill) => this.addFill(fill), frame, s, node, effect, args, result, this.scans.get(id));
        return [put(s, result)];
      }
    }
    if (effect?.op === 'fault' && this.depth === 'faults' && !this.callees.isFollowed(node, frame)) return this.fault(id, node, s, args, effect).map((after) => put(after.state, after.result));
    const target = this.target(id, node);
    if (s.entries) {
      for (const back of target.callbacks) {
        const sub = substitution(s, back.params, [], `${nodeId(frame, id)}&`);
        for (const loss of back.summary.losses) {
          const here = applyLoss(frame, s, id, node, back.ref, loss, sub);
          if (here) this.addLoss({ ...here, atExit: false });
        }
      }
    }
    const { known } = target;
    if (!known || known === 'harmless') {
      this.opaque(s, node, args, nodeId(frame, id), target);
      return [put(s, symbol(nodeId(frame, id)))];
    }
    const sub = substitution(s, known.params, args, nodeId(frame, id));
    for (const reach of known.summary.reaches) {
      if (!this.callees.concerns(reach)) continue;
      const here = applyReach(frame, s, id, node, known.ref, reach, sub);
      if (here) this.reach(here);
    }
    for (const fault of known.summary.faults) {
      if (!this.callees.faultConcerns(fault)) continue;
      const here = applyFault(frame, s, id, node, known.ref, fault, sub);
      if (here) this.addFault(here);
    }
    for (const loss of known.summary.losses) {
      if (loss.atExit || !this.callees.lossConcerns(loss)) continue;
      const here = applyLoss(frame, s, id, node, known.ref, loss, sub);
      if (here) this.addLoss(here);
    }
    for (const action of known.summary.actions) {
      if (!this.callees.actionConcerns(action)) continue;
      const here = applyAction(frame, s, id, node, known.ref, action, sub);
      if (here) this.addAction(here);
    }
    for (const fill of known.summary.fills) {
      const here = this.callees.fillConcerns(fill) ? applyFill(s, id, fill, callTrace(frame, s, node, known.ref, fill.trace, sub)) : undefined;
      if (here) this.addFill(here);
    }
    for (const site of known.summary.chosen) this.chosen.add(site);
    const after: State[] = [];
    const distinct = new Set<number>();
    for (const outcome of known.summary.outcomes) {
      const next = applyOutcome(frame, s, node, known.ref, outcome, sub, args, this.sink, target.told);
      if (!next) continue;
      if (outcome.state.cache) applyCache(next.state, outcome.state.cache);
      for (const mark of known.summary.marks) blame(s, next.state, mark, sub.value(mark.slot));
      put(next.state, next.value ?? symbol(nodeId(frame, id)));
      // Ways to return may differ in nothing that is left of them here.
      const key = known.summary.outcomes.length > 1 ? stateKey(next.state) : 0;
      if (distinct.has(key)) continue;
      distinct.add(key);
      after.push(next.state);
    }
    for (const mark of known.summary.marks) {
      const slot = sub.value(mark.slot);
      if (isHandedIn(slot)) this.marks.set(siteOf(mark), { ...mark, slot });
    }
    // A callee that was too large to follow may also return in ways that are not listed.
    if (known.summary.truncated && after.length === 0) return [put(s, symbol(nodeId(frame, id)))];
    return after;
  }

  /** What a call means is the same on all paths. */
  private target(id: NodeId, node: CallNode): Target {
    let target = this.targets.get(id);
    if (!target) {
      const { frame } = this;
      const followsEntries = this.depth === 'entries';
      const callbacks = followsEntries ? this.callees.callbacks(node, frame) : [];
      const known = this.callees.summarize(node, frame, this.depth === 'faults' || followsEntries || this.depth === 'cache' ? this.depth : this.matters(node.next) ? 'whole' : 'events');
      target = {
        callbacks, known,
        told: followsEntries && known && known !== 'harmless' ? toldGuards(known.summary.outcomes) : noGuards,
        handsOver: known === undefined && node.args.some((a) => pageTableTypes.has(typeOf(frame, a) ?? '')),
        faultStructs: node.args.map((a) => isFaultStruct(typeOf(frame, a))),
      };
      this.targets.set(id, target);
    }
    return target;
  }

  private event(id: NodeId, node: CallNode, s: State, args: readonly Value[], reasonAt: number): void {
    const { frame } = this;
    record(s, { kind: 'event', in: frame.ref, span: node.span, about: undefined, message: `${node.callee ?? ''}() raises the event` });
    this.reach({
      in: frame.ref, span: node.span, via: undefined, reason: args.at(reasonAt) ?? symbol(`${nodeId(frame, id)}?`),
      facts: [...s.facts.values()], open: [...s.open.values()], confirmedAll: s.confirmedAll, confirmed: [...s.confirmed.values()],
      entryLock: s.entryLock, coarse: s.coarse, trace: s.trace,
    });
  }

  /** A fault for the kernel: one path on which anything may come of it, and one on which it ends in SIGBUS. */
  private fault(id: NodeId, node: CallNode, s: State, args: readonly Value[], effect: Extract<Effect, { op: 'fault' }>): { state: State; result: Value }[] {
    const { frame } = this;
    const unique = nodeId(frame, id);
    let fates = this.fates.get(unique);
    if (!fates) this.fates.set(unique, (fates = new Map()));
    record(s, { kind: 'event', in: frame.ref, span: node.span, about: undefined, message: `${node.callee ?? ''}() raises the fault` });
    const waits = effect.unlocked === undefined ? false : truth(s, args[effect.unlocked] ?? zero);
    const given = args[effect.flags] ?? symbol(`${unique}?`);
    const flags = waits === true ? operation('|', [given, name('FAULT_FLAG_ALLOW_RETRY')]) : waits === false ? given : symbol(`${unique}?`);
    const reach: FaultReach = {
      in: frame.ref, span: node.span, via: undefined, mayWait: false, flags, registers: effect.regs === undefined ? undefined : args[effect.regs],
      facts: [...s.facts.values()].filter((f) => factConcernsCaller(f.value, [])), fates, coarse: s.coarse, trace: s.trace,
    };
    this.addFault(reach);
    if (s.sigbus === unique) {
      fates.set('retried', node.span);
      s.sigbus = undefined;
    }
    const bad = copy(s);
    bad.sigbus = unique;
    // A wrapper gives an error code, the fault itself a word of flags in which SIGBUS excludes retry, completion and the other errors.
    const error = effect.unlocked === undefined ? name('VM_FAULT_SIGBUS') : symbol(unique);
    if (error.kind === 'symbol') assume(bad, operation('<', [error, zero]), true);
    return [{ state: s, result: symbol(unique) }, { state: bad, result: error }];
  }

  /** Wrappers that the model knows, too, are judged by their body where there is one. */
  private judgedByBody(node: CallNode, effect: Effect): boolean {
    if (effect.op === 'fault') return this.depth === 'faults';
    return effect.op === 'mark' && this.depth === 'entries' && this.callees.hasBody(node, this.frame);
  }

  private addLoss(loss: LossReach): void {
    const key = [siteOf(loss.change), loss.change.replaces, loss.change.blamed && siteOf({ ...loss.change, ...loss.change.blamed }), loss.via, loss.atExit, loss.coarse].join('|');
    const old = this.losses.get(key);
    this.losses.set(key, { ...(old ?? loss), facts: this.shared(loss.facts, old?.facts) });
  }

  private addAction(action: ActionReach): void {
    const key = [siteOf(action.change), action.via, action.coarse, action.mmapDropped, ...action.gaps, '', ...action.earlier.keys(), '', ...action.violated].join('|');
    const old = this.actions.get(key);
    this.actions.set(key, { ...(old ?? action), facts: this.shared(action.facts, old?.facts) });
  }

  /** The facts that concern callers, as far as all paths to the same thing share them. */
  private shared(facts: readonly Fact[], old: readonly Fact[] | undefined): Fact[] {
    const here = new Map(facts.filter((f) => factConcernsCaller(f.value, [])).map((f) => [f.value.key, f] as const));
    return [...(old ? commonFacts(new Map(old.map((f) => [f.value.key, f] as const)), here) : here).values()];
  }

  private addFill(fill: FillReach): void {
    const key = fillKey(fill);
    if (!this.fills.has(key)) this.fills.set(key, fill);
  }

  private addFault(fault: FaultReach): void {
    const key = faultKey(fault);
    const old = this.faults.get(key);
    if (!old) {
      this.faults.set(key, fault);
      return;
    }
    const byKey = (f: FaultReach): Map<string, Fact> => new Map(f.facts.map((x) => [x.value.key, x] as const));
    this.faults.set(key, { ...old, facts: [...commonFacts(byKey(old), byKey(fault)).values()] });
  }

  /** A function that is not followed: it may write through the pointers to locals and fault structs that it gets, and leaves the locks alone. */
  private opaque(s: State, node: CallNode, args: readonly Value[], unique: string, target: Target): void {
    if (target.handsOver) {
      const who = node.callee === undefined ? `the function called through ${quote(this.frame, node.through?.span ?? node.span)}` : `${node.callee}()`;
      record(s, { kind: 'call', in: this.frame.ref, span: node.span, about: undefined, message: `calls ${who}`, assumed: `${who} is not known and is taken to change no page-table lock and to check no entry` });
    }
    args.forEach((value, i) => {
      const isFault = target.faultStructs[i] === true;
      if (isFault && target.known === 'harmless') return;
      if (value.kind === 'address') clobber(s, value.place, `${unique}@${i}`);
      else if (isFault) clobber(s, pointee(value), `${unique}@${i}`);
    });
  }

  private finish(result: Value | undefined, s: State, span: Span): void {
    if (s.entries) {
      finishEntries(this.sink, s);
      if (phaseOf(s) === 'caller') {
        for (const change of s.entries.pending) {
          if (change.kind !== 'store' || change.replaces) this.addLoss({ change, via: undefined, facts: [...s.facts.values()], equals: comparedWith(s), atExit: true, coarse: s.coarse, trace: s.trace });
        }
      }
    }
    if (s.sigbus !== undefined) this.fates.get(s.sigbus)?.set(fateOf(s, result, s.sigbus), span);
    finishCache(s);
    const value = reduceAtExit(s, result);
    if (this.outcomes.size >= plainOutcomes) dropOwnSnapshots(s);
    // Ways to return that differ in nothing but the branches taken are one way, with the facts they share.
    const key = `${value?.key ?? ''}|${s.entries ? entryOutcomeKey(s) : coreKey(s)}`;
    const old = this.outcomes.get(key);
    if (old) {
      this.outcomes.set(key, { value: old.value, state: { ...old.state, facts: SummedMap.of(commonFacts(old.state.facts, s.facts)) } });
      return;
    }
    if (this.outcomes.size >= outcomeCap) {
      this.truncated = true;
      // Ways to return that leave something undone are the ones that a caller must hear of.
      const settled = s.entries && s.entries.pending.length > 0 ? [...this.outcomes].find(([, o]) => o.state.entries?.pending.length === 0) : undefined;
      if (!settled) return;
      this.outcomes.delete(settled[0]);
    }
    this.outcomes.set(key, { value, state: s });
  }

  private reach(reach: EventReach): void {
    const alive = new Map(reach.facts.filter((f) => factConcernsCaller(f.value, reach.open)).map((f) => [f.value.key, f] as const));
    const about = [...alive.values()].filter((f) => f.value.kind === 'test' || f.value.kind === 'same').map((f) => `${f.value.key}:${f.low}`).sort();
    const key = [reach.coarse, reach.in.file, reach.in.name, reach.span.start, reach.via, reach.reason.key, reach.confirmedAll, reach.entryLock.pte, reach.entryLock.pmd,
      ...about, ...reach.open.map((r) => r.key).sort(), ...reach.confirmed.map((c) => c.value.key + c.when).sort()].join('|');
    const old = this.reaches.get(key);
    if (!old && this.reaches.size >= reachCap) {
      this.truncated = true;
      return;
    }
    const facts = old ? commonFacts(new Map(old.facts.map((f) => [f.value.key, f] as const)), alive) : alive;
    this.reaches.set(key, { ...(old ?? reach), facts: [...facts.values()] });
  }
}

/** Does the pointer come from the function's caller? */
const isHandedIn = (slot: Value): boolean => contains(slot, (v) => v.kind === 'param' || v.kind === 'load');

/** The test, comparison or property that a condition asks for, and what it must be for the condition to be `wanted`. */
function bare(condition: Value, wanted: boolean): readonly [Value, boolean] {
  let [value, holds] = [condition, wanted];
  while (value.kind === 'operation' && (value.op === '!' || ((value.op === '==' || value.op === '!=') && value.operands[1]?.key === zero.key)) && value.operands[0]) {
    if (value.op !== '!=') holds = !holds;
    value = value.operands[0];
  }
  return [value, holds];
}

const isFaultStruct = (type: string | undefined): boolean => type === 'struct vm_fault *' || type === 'struct page_vma_mapped_walk *';
