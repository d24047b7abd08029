/** What a call does to the locks and readings of a path: a primitive by what the model says, a helper by a walk through its body. */
import type { Effect } from '../../kernel/types';
import { pageTableTypes } from '../../kernel/model';
import type { Expr, NodeId } from '../../parser/ir';
import type { FunctionRef } from '../call-graph/tree';
import type { EntrySink } from '../dataflow/entry-effects';
import { evaluate } from '../dataflow/evaluate';
import type { Frame } from '../dataflow/frame';
import { nodeId, quote, typeOf } from '../dataflow/frame';
import { applyOutcome, substitution } from '../dataflow/instantiate';
import { noGuards } from '../dataflow/outcomes';
import { reduceAtExit } from '../dataflow/reduce';
import type { EntryLocks } from '../dataflow/state';
import { clobber, copy, drop, lockStatus, readPlace, writePlace } from '../dataflow/state';
import type { CallNode } from '../dataflow/transfer';
import { applyEffect } from '../dataflow/transfer';
import type { Value } from '../dataflow/value';
import { contains, local, pointee, symbol } from '../dataflow/value';
import type { PathState } from './path-state';
import type { Reach } from './reach';
import { droppedByFaults } from './reach';
import { dropOther, dropPtl, fork, forgetKind, meet, otherName, pageTable, pathKey, configurationOf, takeOther } from './path-state';

/** One way to return. The state is reduced to what a caller can see. */
export interface Way {
  readonly value: Value | undefined;
  readonly p: PathState;
}

/** A helper's body, as far as callers need it. */
export interface Helper {
  readonly ref: FunctionRef;
  readonly params: readonly string[];
  readonly ways: readonly Way[];
  /** It returns in no other way. */
  readonly complete: boolean;
  /** Who calls it cannot hold such a lock. */
  readonly notCallers: { readonly pte: boolean; readonly pmd: boolean };
}

/** What the walk asks about the functions that are called. */
export interface Helpers extends Reach {
  /** The body of the function that this call means, undefined when it is not in the tree or nested too deeply. Yields while it is walked. */
  body(node: CallNode, frame: Frame): Generator<undefined, Helper | undefined>;
  /** The definition that it means. */
  resolve(node: CallNode, frame: Frame): FunctionRef | undefined;
  sleeps(callee: string): boolean;
}

/** Ways to return with different locks, and those with the same that are told apart. */
const maxConfigurations = 12;
const maxAlike = 5;
/** Entries are not followed here. */
const noSink: EntrySink = { lost: () => undefined, acted: () => undefined, chosen: () => undefined, answered: () => undefined, marked: () => undefined, scans: false };

export class SpotCalls {
  /** There are more ways to return than were noted. */
  tooManyWays = false;
  private readonly returns = new Map<string, Way[]>();
  /** The calls of which values are the results, by key: callee and arguments. */
  readonly questions = new Map<string, string>();

  constructor(private readonly frame: Frame, private readonly helpers: Helpers, private readonly notCallers: { pte: boolean; pmd: boolean }) {}

  /** The states after the call. Yields while the body of a helper is walked. */
  *execute(id: NodeId, node: CallNode, p: PathState): Generator<undefined, PathState[]> {
    const { frame } = this;
    const args = node.args.map((a) => evaluate(frame, p.s, a, id));
    if (node.result && node.callee !== undefined) this.questions.set(symbol(nodeId(frame, id)).key, `${node.callee}(${args.map((a) => a.key).join()})`);
    const effect = frame.shapeAt(id)?.effect;
    const { s } = p;
    if (s.held.size === 0 && s.entryLock.pte !== 'released' && !s.coarse && node.callee !== undefined && (this.helpers.sleeps(node.callee) || node.args.some(mayReclaim))) this.notCallers.pte = this.notCallers.pmd = true;
    if (effect && node.callee !== undefined) {
      const result = this.primitive(id, node, node.callee, p, effect, args);
      if (node.result) writePlace(p.s, local(node.result), result);
      return [p];
    }
    const target = this.helpers.resolve(node, frame);
    if (target && this.needsBody(node, target, p, args)) {
      const helper = yield* this.helpers.body(node, frame);
      const before = p.unsure.has(pageTable) ? [] : [...s.held.keys()];
      const after = helper && helper.complete && helper.ways.length > 0 ? this.enter(id, node, p, helper, args) : this.leave(id, node, p, args, target);
      if (before.length === 1 && givesBack(target)) for (const one of after) settleGivenBack(one);
      return after;
    }
    if (!target && s.held.size > 0 && handsOverLock(frame, node)) forgetKind(p, pageTable);
    // What is called through a pointer, or says so in its name, may drop a lock of what it gets: reading a folio in ends with unlocking it.
    if (node.callee === undefined || /(?:^|_)(?:unlock|end_read)/.test(node.callee)) for (const o of p.others.values()) if (o.object && args.some((a) => a.key === o.object!.key)) forgetKind(p, o.lock);
    this.opaque(id, node, p, args, target);
    return [p];
  }

  /** The function returns. */
  addReturn(result: Value | undefined, from: PathState): void {
    const p = fork(from);
    const value = reduceAtExit(p.s, result);
    for (const [key, f] of p.s.facts) if (contains(f.value, (v) => v.kind === 'symbol' || v.kind === 'read')) p.s.facts.delete(key);
    const configuration = configurationOf(p, true);
    const alike = this.returns.get(configuration);
    if (!alike) {
      if (this.returns.size < maxConfigurations) this.returns.set(configuration, [{ value, p }]);
      else this.tooManyWays = true;
      return;
    }
    const key = keyOfWay(value, p);
    if (alike.some((way) => keyOfWay(way.value, way.p) === key)) return;
    alike.push({ value, p });
    if (alike.length > maxAlike) this.returns.set(configuration, [alike.reduce(asOne)]);
  }

  /** Its ways to return. */
  ways(): Way[] {
    return [...this.returns.values()].flat();
  }

  /** The lock that a call drops may be known by another name, or not be known any more. */
  private matchRelease(p: PathState, effect: Effect, args: readonly Value[]): void {
    const { s } = p;
    if (s.held.size === 0) return;
    if (effect.op === 'walk-step' || effect.op === 'walk-done') {
      const walk = args[effect.arg];
      if (walk && s.held.has(readPlace(s, pointee(walk, ['ptl'])).key)) return;
      for (const [key, h] of s.held) if (this.frame.ir.nodes[nodeOf(h.lock)]?.kind === 'call' && this.frame.shapeAt(nodeOf(h.lock))?.effect.op === 'walk-step') s.held.delete(key);
      return;
    }
    const index = effect.op === 'spin-unlock' ? effect.arg : effect.op === 'release' && effect.lock.from === 'arg' ? effect.lock.index : undefined;
    const lock = index === undefined ? undefined : args[index < 0 ? args.length + index : index];
    if (lock?.kind !== 'lock' || s.held.has(lock.key)) return;
    const same = otherName(p, lock);
    if (same && s.held.has(same.key)) drop(s, same.key);
    else forgetKind(p, pageTable);
  }

  /** A lock that the path takes itself is not its caller's. */
  private noteOwn({ s }: PathState, before: EntryLocks): void {
    if (s.coarse) return;
    if (before.pte === 'unknown' && s.entryLock.pte === 'not-held') this.notCallers.pte = true;
    if (before.pmd === 'unknown' && s.entryLock.pmd === 'not-held') this.notCallers.pmd = true;
  }

  private primitive(id: NodeId, node: CallNode, callee: string, p: PathState, effect: Effect, args: readonly Value[]): Value {
    const { frame } = this;
    const { s } = p;
    const before = new Set(s.held.keys());
    const entryLock = s.entryLock;
    this.matchRelease(p, effect, args);
    const result = applyEffect(frame, s, id, node, callee, effect, args);
    if (effect.op === 'walk-step' || [...before].some((key) => !s.held.has(key)) || (entryLock.pte !== 'released' && s.entryLock.pte === 'released')) dropPtl(p);
    // The lock of a page table is taken inside that of its parent, never the other way round.
    if (entryLock.pmd === 'unknown' && s.entryLock.pmd === 'not-held' && s.entryLock.pte === 'unknown') s.entryLock = { pte: 'not-held', pmd: 'not-held' };
    this.noteOwn(p, entryLock);
    const first = args[0];
    switch (effect.op) {
      case 'mm-lock': {
        const isResult = effect.lock === 'vma lock' && !node.args.some((a) => typeOf(frame, a) === 'struct vm_area_struct *');
        const at = effect.lock === 'vma lock' ? Math.max(0, node.args.findIndex((a) => typeOf(frame, a) === 'struct vm_area_struct *')) : 0;
        const arg = node.args[at];
        // By convention these return 0 when the lock was taken, and an error when a signal came first.
        const inverse = /_(?:killable|interruptible)$/.test(callee);
        takeOther(p, {
          lock: effect.lock, mode: effect.mode, object: isResult ? result : args[at], text: isResult || !arg ? '' : quote(frame, arg.span),
          guard: effect.try || inverse ? result : undefined, takenWhen: !inverse,
        });
        break;
      }
      case 'mm-unlock': dropOther(p, effect.lock, args[effect.lock === 'vma lock' ? args.length - 1 : 0] ?? first); break;
      case 'event': case 'fault':
        for (const lock of droppedByFaults) forgetKind(p, lock);
        break;
      default: break;
    }
    return result;
  }

  /** Can the function change what the path knows of locks? */
  private needsBody(node: CallNode, target: FunctionRef, p: PathState, args: readonly Value[]): boolean {
    if (node.args.some((a) => pageTableTypes.has(typeOf(this.frame, a) ?? '')) && this.helpers.movesPtl(target)) return true;
    if (this.helpers.isLopsided(target)) return true;
    return [...p.others.values()].some((o) => isHanded(o.lock, o.object, args) && this.helpers.drops(target, o.lock));
  }

  /** The helper may have done something to locks, and nobody knows what. */
  private leave(id: NodeId, node: CallNode, p: PathState, args: readonly Value[], target: FunctionRef): PathState[] {
    if (this.helpers.movesPtl(target) && node.args.some((a) => pageTableTypes.has(typeOf(this.frame, a) ?? ''))) {
      dropPtl(p);
      forgetKind(p, pageTable);
    }
    for (const o of p.others.values()) if (isHanded(o.lock, o.object, args) && this.helpers.drops(target, o.lock)) forgetKind(p, o.lock);
    if (this.helpers.isLopsided(target)) for (const lock of droppedByFaults) forgetKind(p, lock);
    this.opaque(id, node, p, args, target);
    return [p];
  }

  /** The ways in which a helper returns. */
  private enter(id: NodeId, node: CallNode, p: PathState, helper: Helper, args: readonly Value[]): PathState[] {
    const { frame } = this;
    const unique = nodeId(frame, id);
    const sub = substitution(p.s, helper.params, args, unique);
    const distinct = new Map<string, PathState>();
    for (const way of helper.ways) {
      const next = applyOutcome(frame, p.s, node, helper.ref, { value: way.value, state: copy(way.p.s) }, sub, args, noSink, noGuards, false);
      if (!next) continue;
      const after: PathState = { ...p, s: next.state };
      if (way.p.droppedPtl && (lockStatus(p.s, 'huge') !== 'none' || way.p.s.entryLock.pte === 'released')) dropPtl(after);
      for (const { lock, object } of way.p.released.values()) dropOther(after, lock, object && sub.value(object));
      for (const lock of way.p.unsure) forgetKind(after, lock);
      for (const o of way.p.others.values()) {
        const object = o.object && sub.value(o.object);
        const arg = args.findIndex((a) => a.key === object?.key);
        takeOther(after, { ...o, object, text: arg >= 0 ? quote(frame, node.args[arg]!.span) : o.text, guard: o.guard && sub.value(o.guard) });
      }
      if (way.p.s.held.size > 0 && helper.notCallers.pte && after.s.entryLock.pte === 'unknown' && p.s.held.size === 0) {
        const before = after.s.entryLock;
        after.s.entryLock = { pte: 'not-held', pmd: helper.notCallers.pmd ? 'not-held' : before.pmd };
        this.noteOwn(after, before);
      }
      if (node.result) writePlace(after.s, local(node.result), next.value ?? symbol(unique));
      distinct.set(pathKey(after, configurationOf(after, true)), after);
    }
    if (distinct.size > 0) return [...distinct.values()];
    this.opaque(id, node, p, args, helper.ref);
    return [p];
  }

  /** It may write through pointers to locals and fault structs. */
  private opaque(id: NodeId, node: CallNode, p: PathState, args: readonly Value[], target: FunctionRef | undefined): void {
    const unique = nodeId(this.frame, id);
    args.forEach((value, i) => {
      if (value.kind === 'address') clobber(p.s, value.place, `${unique}@${i}`);
      else if (isFaultStruct(typeOf(this.frame, node.args[i]!)) && (!target || this.helpers.movesPtl(target))) clobber(p.s, pointee(value), `${unique}@${i}`);
    });
    if (node.result) writePlace(p.s, local(node.result), symbol(unique));
  }
}

/** The node of the walked function at which a lock came to be known; none of them for a lock from elsewhere. */
const nodeOf = (lock: Value): NodeId => (lock.kind === 'lock' ? Number(/^[^#/]*#(\d+)\.$/.exec(lock.id)?.[1] ?? -1) : -1);

const givesBack = (ref: FunctionRef): boolean => ref.outline.annotations.some((a) => a.kind === 'releases' && /p[tm]l\b/.test(a.lock));

/** Where the helper could not be followed, its annotation says that the only lock which was held is dropped. */
function settleGivenBack(p: PathState): void {
  if (!p.unsure.has(pageTable)) return;
  p.s.held.clear();
  if (p.s.entryLock.pte === 'unknown') p.s.entryLock = { pte: 'released', pmd: 'released' };
  dropPtl(p);
  p.unsure = new Set([...p.unsure].filter((kind) => kind !== pageTable));
}

const keyOfWay = (value: Value | undefined, p: PathState): string => `${value?.key ?? ''} ${pathKey(p, '')}`;

/** Two ways to return with the same locks, as one. */
function asOne(a: Way, b: Way): Way {
  return { value: a.value?.key === b.value?.key ? a.value : symbol('result'), p: meet(a.p, b.p, -1) };
}

/** An allocation with such flags sleeps: no spinlock can be held, not even by a caller. */
const mayReclaim = (arg: Expr): boolean => arg.kind === 'name' && /^GFP_(?:KERNEL|KERNEL_ACCOUNT|USER|HIGHUSER|HIGHUSER_MOVABLE|NOFS|NOIO)$/.test(arg.name);

/** Does a call get hold of the locked object? Everybody gets to the mm. */
function isHanded(lock: string, object: Value | undefined, args: readonly Value[]): boolean {
  if (lock === 'mmap_lock' || lock === 'vma lock' || !object) return true;
  return args.some((arg) => arg.key === object.key || contains(object, (v) => v.key === arg.key) || contains(arg, (v) => v.key === object.key));
}

function handsOverLock(frame: Frame, node: CallNode): boolean {
  return node.args.some((a) => /^spinlock_t|^struct (?:vm_fault|page_vma_mapped_walk|folio_walk)\b/.test(typeOf(frame, a) ?? ''));
}

const isFaultStruct = (type: string | undefined): boolean => type === 'struct vm_fault *' || type === 'struct page_vma_mapped_walk *';
