/** What a call does to the locks and readings of a path: a primitive by what the model says, a helper by a walk through its body. */
import type { Effect } from '../../kernel/types';
import { pageTableTypes } from '../../kernel/model';
import type { NodeId } from '../../parser/ir';
import type { FunctionRef } from '../call-graph/tree';
import type { EntrySink } from '../dataflow/entry-effects';
import { evaluate } from '../dataflow/evaluate';
import type { Frame } from '../dataflow/frame';
import { nodeId, quote, typeOf } from '../dataflow/frame';
import { applyOutcome, substitution } from '../dataflow/instantiate';
import { noGuards } from '../dataflow/outcomes';
import { reduceAtExit } from '../dataflow/reduce';
import { clobber, copy, lockStatus, tookNone, writePlace } from '../dataflow/state';
import type { CallNode } from '../dataflow/transfer';
import { applyEffect } from '../dataflow/transfer';
import type { Value } from '../dataflow/value';
import { contains, local, pointee, symbol } from '../dataflow/value';
import type { PathState } from './path-state';
import { dropOther, dropPtl, fork, forgetKind, pageTable, pathKey, configurationOf, takeOther } from './path-state';

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
}

/** What the walk asks about the functions that are called. */
export interface Helpers {
  /** The body of the function that this call means, undefined when it is not in the tree or nested too deeply. */
  body(node: CallNode, frame: Frame): Helper | undefined;
  /** The definition that it means. */
  resolve(node: CallNode, frame: Frame): FunctionRef | undefined;
  /** May it take or drop page-table locks? */
  movesPtl(ref: FunctionRef): boolean;
  /** May it, or a function that it calls, drop locks of this kind? */
  drops(ref: FunctionRef, lock: string): boolean;
  /** Does its own body take locks of a kind and not drop them, or the other way round? */
  isLopsided(ref: FunctionRef): boolean;
  sleeps(callee: string): boolean;
}

/** More ways to return than this are not told apart. */
const maxWays = 12;
/** Entries are not followed here. */
const noSink: EntrySink = { lost: () => undefined, acted: () => undefined, chosen: () => undefined, marked: () => undefined, scans: false };

export class SpotCalls {
  /** There are more ways to return than were noted. */
  tooManyWays = false;

  constructor(private readonly frame: Frame, private readonly helpers: Helpers, private readonly notCallers: { pte: boolean; pmd: boolean }) {}

  /** The states after the call. */
  execute(id: NodeId, node: CallNode, p: PathState): PathState[] {
    const { frame } = this;
    const args = node.args.map((a) => evaluate(frame, p.s, a, id));
    const effect = frame.shapeAt(id)?.effect;
    if (effect && node.callee !== undefined) {
      const result = this.primitive(id, node, node.callee, p, effect, args);
      if (node.result) writePlace(p.s, local(node.result), result);
      return [p];
    }
    const target = this.helpers.resolve(node, frame);
    if (target && this.needsBody(node, target, p, args)) {
      const helper = this.helpers.body(node, frame);
      if (helper && helper.complete && helper.ways.length > 0) return this.enter(id, node, p, helper, args);
      this.forgetAfter(node, target, p, args);
    } else if (!target && p.s.held.size > 0 && handsOverLock(frame, node)) {
      forgetKind(p, pageTable);
    }
    this.opaque(id, node, p, args, target);
    return [p];
  }

  /** Adds a way to return. */
  addWay(ways: Map<string, Way>, result: Value | undefined, from: PathState): void {
    const p = fork(from);
    const value = reduceAtExit(p.s, result);
    p.s.facts.forEach((f, key) => { if (contains(f.value, (v) => v.kind === 'symbol' || v.kind === 'read')) p.s.facts.delete(key); });
    const key = `${value?.key ?? ''} ${pathKey(p, configurationOf(p))}`;
    if (ways.has(key)) return;
    if (ways.size >= maxWays) this.tooManyWays = true;
    else ways.set(key, { value, p });
  }

  private primitive(id: NodeId, node: CallNode, callee: string, p: PathState, effect: Effect, args: readonly Value[]): Value {
    const { frame } = this;
    const { s } = p;
    const before = new Set(s.held.keys());
    const entryLock = s.entryLock;
    const result = applyEffect(frame, s, id, node, callee, effect, args);
    if (effect.op === 'walk-step' || [...before].some((key) => !s.held.has(key)) || (entryLock.pte !== 'released' && s.entryLock.pte === 'released')) dropPtl(p);
    if (entryLock.pte === 'unknown' && s.entryLock.pte === 'not-held' && !s.coarse) this.notCallers.pte = true;
    if (entryLock.pmd === 'unknown' && s.entryLock.pmd === 'not-held' && !s.coarse) this.notCallers.pmd = true;
    if (tookNone(s) && s.held.size === 0 && entryLock.pte === 'unknown' && !s.coarse && this.helpers.sleeps(callee)) this.notCallers.pte = this.notCallers.pmd = true;
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
        for (const lock of dropsInFaults) forgetKind(p, lock);
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
  private forgetAfter(node: CallNode, target: FunctionRef, p: PathState, args: readonly Value[]): void {
    if (this.helpers.movesPtl(target) && node.args.some((a) => pageTableTypes.has(typeOf(this.frame, a) ?? ''))) {
      dropPtl(p);
      forgetKind(p, pageTable);
    }
    for (const o of p.others.values()) if (isHanded(o.lock, o.object, args) && this.helpers.drops(target, o.lock)) forgetKind(p, o.lock);
    if (this.helpers.isLopsided(target)) for (const lock of dropsInFaults) forgetKind(p, lock);
  }

  /** The ways in which a helper returns. */
  private enter(id: NodeId, node: CallNode, p: PathState, helper: Helper, args: readonly Value[]): PathState[] {
    const { frame } = this;
    const unique = nodeId(frame, id);
    const sub = substitution(p.s, helper.params, args, unique);
    const distinct = new Map<string, PathState>();
    for (const way of helper.ways) {
      const next = applyOutcome(frame, p.s, node, helper.ref, { value: way.value, state: copy(way.p.s) }, sub, args, noSink, noGuards);
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
      if (node.result) writePlace(after.s, local(node.result), next.value ?? symbol(unique));
      distinct.set(pathKey(after, configurationOf(after)), after);
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

/** A fault may drop what keeps the vma: mm/memory.c:handle_mm_fault, fs/userfaultfd.c:handle_userfault. */
const dropsInFaults = ['mmap_lock', 'vma lock'];

/** Does a call get hold of the locked object? Everybody gets to the mm. */
function isHanded(lock: string, object: Value | undefined, args: readonly Value[]): boolean {
  if (lock === 'mmap_lock' || lock === 'vma lock' || !object) return true;
  return args.some((arg) => arg.key === object.key || contains(object, (v) => v.key === arg.key) || contains(arg, (v) => v.key === object.key));
}

function handsOverLock(frame: Frame, node: CallNode): boolean {
  return node.args.some((a) => /^spinlock_t|^struct (?:vm_fault|page_vma_mapped_walk|folio_walk)\b/.test(typeOf(frame, a) ?? ''));
}

const isFaultStruct = (type: string | undefined): boolean => type === 'struct vm_fault *' || type === 'struct page_vma_mapped_walk *';
