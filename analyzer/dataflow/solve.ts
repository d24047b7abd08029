/**
 * Walks one function path by path: a small set of states per point, each with its own facts, merged where they agree. Gives the
 * function's summary: the ways it returns and the events it reaches.
 */
import { mappingWalks } from '../../kernel/rmap';
import { nodesLeadingTo } from '../../parser/cfg';
import type { Expr, IrNode, NodeId, Span } from '../../parser/ir';
import { Admission } from './admission';
import { holdClaimed } from './annotations';
import { assign } from './assign';
import type { Callees, Depth } from './callees';
import type { Arm } from './calls';
import { Calls } from './calls';
import { assume, decision, evaluate } from './evaluate';
import { fateOf } from './faults';
import type { Frame } from './frame';
import { isLocal, nodeId, quote, typeOf } from './frame';
import { initialEntries, losesNothing, type Change } from './entries';
import { finishEntries, retireEntries } from './entry-calls';
import type { EntrySink } from './entry-effects';
import { forgetBare, forgetLooks, noteBranch, noteMappingWalk, noteNoVma, noteOtherVma, reduceEntries, siteOf, store } from './entry-effects';
import { changes, createsValues, grow, growth, isIdle, looksAtEntry, movesLock, stepOf } from './nodes';
import { comparedWith, decidingNames, returnedNames } from './outcomes';
import { finishCache, forgetUnreachable, initialCache, isFileWalk, loadsInScans, noteCacheBranch, noteCount, noteFileWalk, retireLoads } from './page-cache';
import type { Liveness } from './liveness';
import { computeLiveness } from './liveness';
import type { JoinReducer } from './reduce';
import { createJoinReducer } from './reduce';
import type { State } from './state';
import { clobber, confirmEverything, copy, initialState, phaseOf, record, retire, writePlace } from './state';
import type { Summary } from './summary';
import { SummaryBuilder } from './summary-builder';
import type { Value } from './value';
import { local, param, symbol, zero } from './value';

interface Traits {
  /** Does anything that is asked for lie behind it? */
  readonly matters: boolean;
  readonly isJoin: boolean;
  readonly inLoop: boolean;
  readonly isIdle: boolean;
  /** In a loop: the beginning of the names to which it gives new meaning. */
  readonly renews: string | undefined;
}

/** Where a walk is, and the arms that it will follow from here, the next one last. */
interface Path {
  id: NodeId;
  s: State;
  readonly stack: Arm[];
}

/** `budget`: nodes executed before the analysis is cut short. Yields now and then. */
export function solve(frame: Frame, callees: Callees, depth: Depth, budget: number): Generator<undefined, Summary> {
  return new Solver(frame, callees, depth, budget).run();
}

/** Nodes executed between two yields: some tenths of a millisecond. */
const sliceSteps = 64;

class Solver {
  private readonly liveness: Liveness;
  private readonly reducer: JoinReducer;
  private readonly admission: Admission;
  private readonly builder: SummaryBuilder;
  private readonly byOrder: NodeId[];
  private readonly pending = new Map<NodeId, State[]>();
  private readonly calls: Calls;
  private readonly sink: EntrySink;
  /** Does it look at a file's page cache index by index? */
  private readonly goesOverIndexes: boolean;
  /** Nodes from which an entry is changed before a lock is taken or dropped. */
  private readonly changeAhead: ReadonlySet<NodeId>;
  private cursor = 0;
  private executed = 0;
  private pauseAt = sliceSteps;
  /** Calls that were not come to yet. */
  private readonly unready: Set<NodeId>;
  /** What is to be known of each node when a path comes by. */
  private readonly traits: readonly Traits[];

  constructor(private readonly frame: Frame, callees: Callees, private readonly depth: Depth, private readonly budget: number) {
    const { nodes } = frame.ir;
    this.builder = new SummaryBuilder(frame.ref);
    this.liveness = computeLiveness(frame.ir);
    const { inLoop, joins, order } = this.liveness;
    this.reducer = createJoinReducer(this.liveness, depth === 'faults');
    const changesEntries = nodes.some((node, i) => node.kind === 'call' && changes(frame, node, i) && frame.shapeAt(i) !== undefined);
    this.admission = new Admission(depth, changesEntries, returnedNames(frame.ir), depth === 'entries' ? decidingNames(frame.ir) : new Set());
    this.changeAhead = depth === 'entries' ? nodesLeadingTo(frame.ir, (node, id) => changes(frame, node, id), (node, id) => movesLock(frame, node, id)) : new Set();
    this.sink = {
      lost: (s, change) => this.lose(s, change, false),
      acted: (s, change, gaps) => {
        const e = s.entries!;
        this.builder.addAction({ change, gaps, via: undefined, facts: [...s.facts.values()], earlier: e.earlier, violated: change.kind === 'table' && e.detached ? e.detached.violated : e.violated, mmapDropped: e.mmapDropped, coarse: s.coarse, trace: s.trace });
      },
      chosen: (change) => this.builder.addChosen(siteOf(change)),
      answered: (change) => this.builder.addAnswered(siteOf(change)),
      marked: (change, isOwn) => this.builder.addMark(change, isOwn),
      scans: depth === 'entries' && [...inLoop].some((i) => looksAtEntry(frame, i)),
    };
    const leading = nodesLeadingTo(frame.ir, (node, id) => node.kind === 'call'
      && (frame.shapeAt(id)?.effect.op === (depth === 'cache' ? 'cache-store' : 'event') || callees.isFollowed(node, frame)));
    const asksOutcomes = depth !== 'events' && callees.asksOutcomes;
    this.traits = nodes.map((node, id) => ({
      matters: asksOutcomes || leading.has(id), isJoin: joins.has(id), inLoop: inLoop.has(id), isIdle: isIdle(frame, node, id),
      renews: inLoop.has(id) && createsValues(frame, node) ? nodeId(frame, id) : undefined,
    }));
    const scans: ReadonlyMap<NodeId, string> = depth === 'cache' ? loadsInScans(frame, inLoop) : new Map();
    this.goesOverIndexes = scans.size > 0;
    this.calls = new Calls(frame, callees, depth, this.builder, this.sink, scans, (node) => this.traits[node]!.matters);
    this.unready = new Set(nodes.flatMap((node, id) => (node.kind === 'call' && !this.calls.isReady(id, node) ? [id] : [])));
    this.byOrder = nodes.map((_, i) => i).filter((i) => order[i]! >= 0);
    this.byOrder.sort((a, b) => order[a]! - order[b]!);
  }

  *run(): Generator<undefined, Summary> {
    this.arrive(this.frame.ir.entry, this.entryState());
    while (this.cursor < this.byOrder.length) {
      const node = this.byOrder[this.cursor]!;
      const states = this.pending.get(node);
      if (!states) {
        this.cursor++;
        continue;
      }
      this.pending.delete(node);
      for (const s of states) {
        const path: Path = { id: node, s, stack: [] };
        while (!this.execute(path)) {
          const next = this.frame.ir.nodes[path.id]!;
          if (next.kind === 'call' && this.unready.delete(path.id)) yield* this.calls.prepare(path.id, next);
          else yield;
        }
      }
    }
    if (this.admission.refused) this.builder.truncated = true;
    return this.builder.summary();
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
    if (this.admission.isClosed(node)) return;
    if (s.entries) {
      if (!this.changeAhead.has(node)) forgetBare(s);
      reduceEntries(s);
    }
    this.reducer.reduce(s, node);
    forgetUnreachable(s);
    if (!this.admission.admits(node, s)) return;
    const list = this.pending.get(node);
    if (list) list.push(s);
    else this.pending.set(node, [s]);
    this.cursor = Math.min(this.cursor, this.liveness.order[node]!);
  }

  /**
   * Follows a state, and those into which it splits, up to where paths meet. False when it stops on the way: for others to run, or because the next node is a
   * call that has to be made ready. No generator, for it would be much slower.
   */
  private execute(path: Path): boolean {
    const { stack } = path;
    let { id, s } = path;
    for (;;) {
      if (this.executed > this.budget) {
        this.builder.truncated = true;
        return true;
      }
      if (this.executed >= this.pauseAt || this.unready.has(id)) {
        this.pauseAt = this.executed + sliceSteps;
        path.id = id;
        path.s = s;
        return false;
      }
      this.executed++;
      const node = this.frame.ir.nodes[id]!;
      const { inLoop } = this.traits[id]!;
      const looked = inLoop ? undefined : s.entries?.looked;
      const next = this.step(id, node, s);
      if (typeof next === 'number') {
        // A scan is a loop: one look at one entry is none.
        if (looked) forgetLooks(s, looked);
        if (this.goesOn(next, s)) {
          id = next;
          continue;
        }
      } else {
        // Pushed in reverse, so that the first arm is walked first and traces stay in source order.
        for (const arm of next.reverse()) {
          if (!this.traits[arm[0]]!.matters) continue;
          if (looked) forgetLooks(arm[1], looked);
          stack.push(arm);
        }
      }
      let arm = stack.pop();
      while (arm && !this.goesOn(arm[0], arm[1])) arm = stack.pop();
      if (!arm) return true;
      [id, s] = arm;
    }
  }

  /** Does the state go on into the node at once, alone? */
  private goesOn(node: NodeId, s: State): boolean {
    const traits = this.traits[node]!;
    if (!traits.matters) return false;
    if (!traits.isJoin) return true;
    this.arrive(node, s);
    return false;
  }

  /** Executes one node. Gives the next one, or, where the path splits or ends, the arms. */
  private step(id: NodeId, node: IrNode, s: State): NodeId | Arm[] {
    const { frame } = this;
    const { isIdle, renews } = this.traits[id]!;
    if (isIdle && 'next' in node) return node.next;
    if (s.cache && stepOf(frame, node)) noteCount(s);
    if (renews !== undefined) {
      const grown = node.kind === 'assign' ? growth(frame, s, node, id) : undefined;
      retireEntries(s, renews);
      retireLoads(s, renews);
      retire(s, renews);
      if (grown && node.kind === 'assign') {
        grow(s, grown, renews);
        return node.next;
      }
    }
    switch (node.kind) {
      case 'assign': this.assign(id, node, s); return node.next;
      case 'call': return this.calls.execute(id, node, s);
      case 'branch': return this.branch(id, node, s);
      case 'choice':
        for (const arg of node.args) {
          if (arg.kind !== 'name' || !isLocal(frame, arg.name)) continue;
          const item = symbol(`${nodeId(frame, id)}@${arg.name}`);
          writePlace(s, local(arg.name), item);
          if (typeOf(frame, arg) === 'struct vm_area_struct *') noteOtherVma(this.sink, s);
          if (mappingWalks.has(node.macro ?? '')) noteMappingWalk(s, item);
        }
        return [...new Set(node.targets)].map((target, i, all): Arm => {
          const arm = copy(s);
          const item = node.args[0];
          if (isFileWalk(node) && item) noteFileWalk(arm, nodeId(frame, id), evaluate(frame, arm, item, id).key, i === all.length - 1, this.asksOneIndex(node.args));
          return [target, arm];
        });
      case 'return': this.finish(node.value && evaluate(frame, s, node.value, id), s, node.span); return [];
      case 'declare':
        clobber(s, local(node.name), `${nodeId(frame, id)}@`);
        return node.next;
      case 'nop': return node.next;
      case 'stop': return [];
      case 'unknown':
        // Whatever this was may have checked everything: nothing may be concluded from what came before.
        confirmEverything(s, 'yes');
        return node.next;
    }
  }

  /** A walk over the vmas that map one index, which was handed in and stays what it is, in a function that goes over many. */
  private asksOneIndex(args: readonly Expr[]): boolean {
    const [first, last] = args.slice(-2);
    if (!this.goesOverIndexes || first?.kind !== 'name' || last?.kind !== 'name' || first.name !== last.name) return false;
    const { params, nodes } = this.frame.ir;
    return params.some((p) => p.name === first.name) && !nodes.some((n) => n.kind === 'assign' && n.target.kind === 'name' && n.target.name === first.name);
  }

  private assign(id: NodeId, node: Extract<IrNode, { kind: 'assign' }>, s: State): void {
    const { frame } = this;
    const stored = assign(frame, s, node, id);
    if (stored === undefined) return;
    record(s, { kind: 'store', in: frame.ref, span: node.span, about: undefined, message: `the entry is written: ${quote(frame, node.span)}` });
    const level = typeOf(frame, node.target) === 'pte_t' ? 'pte' : undefined;
    if (level && node.target.kind === 'deref') store(this.sink, s, { kind: 'store', by: '', in: frame.ref, span: node.span, level, slot: evaluate(frame, s, node.target.operand, id), old: undefined, replaces: false }, stored);
  }

  private branch(id: NodeId, node: Extract<IrNode, { kind: 'branch' }>, s: State): Arm[] {
    const condition = evaluate(this.frame, s, node.condition, id);
    const out: Arm[] = [];
    // Where the path can only go one way, it goes on with the state that it has.
    const decided = decision(s, condition);
    if (decided !== false) {
      const arm = decided === undefined ? copy(s) : s;
      if (this.take(arm, condition, true, node.span)) out.push([node.whenTrue, arm]);
    }
    if (decided !== true && this.take(s, condition, false, node.span)) {
      if (typeOf(this.frame, node.condition) === 'struct vm_area_struct *') noteNoVma(s);
      out.push([node.whenFalse, s]);
    }
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
    const from = this.frame.ref;
    if (value.kind === 'test') {
      record(s, { kind: 'branch', in: from, span, about: value.of, holds, message: `${value.by}() is ${holds ? 'true' : 'false'} of that reading` });
    } else if (value.kind === 'flag') {
      if (holds) record(s, { kind: 'check', in: from, span, about: undefined, message: `${value.by}() is true: userspace handles such faults here` });
      else record(s, { kind: 'branch', in: from, span, about: undefined, holds, message: `${value.by}() is false of the vma` });
    } else if (value.kind === 'same') {
      const locked = [value.left, value.right].some((v) => v.kind === 'read' && v.lock !== 'none');
      record(s, { kind: 'compare', in: from, span, about: undefined, message: `compared: ${holds ? 'the same' : 'different'}${locked ? '' : ', but neither was read under the page-table lock'}` });
    }
  }

  /** Is what this call returns thrown away at once? */
  private ignores(call: string): boolean {
    return this.frame.ir.nodes.some((node, id) => node.kind === 'call' && node.result === undefined && nodeId(this.frame, id) === call);
  }

  private lose(s: State, change: Change, atExit: boolean): void {
    this.builder.addLoss({ change, via: undefined, facts: [...s.facts.values()], equals: comparedWith(s), atExit, onAnonymous: s.entries?.excused === 'emptied', coarse: s.coarse, trace: s.trace });
  }

  private finish(result: Value | undefined, s: State, span: Span): void {
    if (s.entries) {
      finishEntries(this.sink, s);
      if (phaseOf(s) === 'caller') {
        for (const change of s.entries.pending) {
          if ((change.kind !== 'store' || change.replaces) && !losesNothing(s, change)) this.lose(s, change, true);
        }
      }
    }
    if (s.sigbus !== undefined) this.builder.fatesOf(s.sigbus).set(fateOf(s, result, s.sigbus, this.ignores(s.sigbus)), span);
    finishCache(s);
    this.builder.addOutcome(result, s);
  }
}

/** The test, comparison or property that a condition asks for, and what it must be for the condition to be `wanted`. */
export function bare(condition: Value, wanted: boolean): readonly [Value, boolean] {
  let [value, holds] = [condition, wanted];
  while (value.kind === 'operation' && (value.op === '!' || ((value.op === '==' || value.op === '!=') && value.operands[1]?.key === zero.key)) && value.operands[0]) {
    if (value.op !== '!=') holds = !holds;
    value = value.operands[0];
  }
  return [value, holds];
}
