/** What a call does to a path: a primitive by what the model says, a function by its summary, and one that nobody knows as little as can be. */
import { pageTableTypes } from '../../kernel/model';
import type { Effect } from '../../kernel/types';
import type { NodeId } from '../../parser/ir';
import type { Callee, Callees, Depth } from './callees';
import { assume, evaluate } from './evaluate';
import type { Frame } from './frame';
import { nodeId, quote, typeOf } from './frame';
import type { Guard } from './entries';
import type { EntrySink } from './entry-effects';
import { isPending, noteEffect, noteFound, notePhase } from './entry-effects';
import { blame } from './entry-calls';
import { factConcernsCaller, noGuards, toldGuards } from './outcomes';
import { applyAction, applyFault, applyLoss, applyOutcome, applyReach, callTrace, substitution } from './instantiate';
import { applyCache, applyFill, noteCacheEffect } from './page-cache';
import type { State } from './state';
import { clobber, copy, phaseOf, record, stateKey, truth, readPlace, writePlace } from './state';
import type { FaultReach } from './summary';
import type { SummaryBuilder } from './summary-builder';
import type { CallNode } from './transfer';
import { applyEffect } from './transfer';
import type { Value } from './value';
import { local, name, operation, pointee, symbol, zero } from './value';

/** A state, and the node at which it goes on. */
export type Arm = [NodeId, State];

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

/** The calls of one function. */
export class Calls {
  private readonly targets = new Map<NodeId, Target>();

  /** `scans`: loads from the page cache, index by index. `matters`: does anything that is asked for lie behind a node? */
  constructor(
    private readonly frame: Frame,
    private readonly callees: Callees,
    private readonly depth: Depth,
    private readonly builder: SummaryBuilder,
    private readonly sink: EntrySink,
    private readonly scans: ReadonlyMap<NodeId, string>,
    private readonly matters: (node: NodeId) => boolean,
  ) {}

  /** Is what the call means known, as far as `execute` will ask for it? */
  isReady(id: NodeId, node: CallNode): boolean {
    return this.targets.has(id) || !this.asksTarget(id, node);
  }

  /** Finds out what the call means, which is the same on all paths. Yields while the functions that it calls are summarised. */
  *prepare(id: NodeId, node: CallNode): Generator<undefined, void> {
    const { frame, depth } = this;
    const followsEntries = depth === 'entries';
    const callbacks = followsEntries ? yield* this.callees.callbacks(node, frame) : [];
    const known = yield* this.callees.summarize(node, frame, depth === 'faults' || followsEntries || depth === 'cache' ? depth : this.matters(node.next) ? 'whole' : 'events');
    this.targets.set(id, {
      callbacks, known,
      told: followsEntries && known && known !== 'harmless' ? toldGuards(known.summary.outcomes) : noGuards,
      handsOver: known === undefined && node.args.some((a) => pageTableTypes.has(typeOf(frame, a) ?? '')),
      faultStructs: node.args.map((a) => isFaultStruct(typeOf(frame, a))),
    });
  }

  /** Executes the call, which is ready. Gives the next node, or the ways in which it returns. */
  execute(id: NodeId, node: CallNode, s: State): NodeId | Arm[] {
    const { frame } = this;
    const args = node.args.map((a) => evaluate(frame, s, a, id));
    const put = (state: State, value: Value): NodeId => {
      if (node.result) writePlace(state, local(node.result), value);
      return node.next;
    };
    const effect = frame.shapeAt(id)?.effect;
    if (effect && node.callee !== undefined) {
      if (!this.judgedByBody(node, effect)) {
        if (effect.op === 'event') this.event(id, node, s, args, effect.reason);
        const before = phaseOf(s);
        const result = applyEffect(frame, s, id, node, node.callee, effect, args);
        if (s.entries) {
          notePhase(this.sink, s, before, effect.op === 'walk-step');
          if (effect.op === 'walk-step') noteFound(s, readPlace(s, pointee(args[effect.arg] ?? result, ['pte'])));
          noteEffect(this.sink, frame, s, node.span, node.callee, effect, args, result);
        }
        if (s.cache) noteCacheEffect((fill) => this.builder.addFill(fill), frame, s, node, effect, args, result, this.scans.get(id));
        return put(s, result);
      }
    }
    if (effect && this.raisesFault(node, effect)) return this.fault(id, node, s, args, effect).map((after): Arm => [put(after.state, after.result), after.state]);
    const target = this.targets.get(id)!;
    if (s.entries) {
      for (const back of target.callbacks) {
        const sub = substitution(s, back.params, [], `${nodeId(frame, id)}&`);
        for (const loss of back.summary.losses) {
          const here = applyLoss(frame, s, id, node, back.ref, loss, sub);
          if (here) this.builder.addLoss({ ...here, atExit: false });
        }
      }
    }
    const { known } = target;
    if (!known || known === 'harmless') {
      this.opaque(s, node, args, nodeId(frame, id), target);
      return put(s, symbol(nodeId(frame, id)));
    }
    const sub = substitution(s, known.params, args, nodeId(frame, id));
    for (const reach of known.summary.reaches) {
      if (!this.callees.concerns(reach)) continue;
      const here = applyReach(frame, s, id, node, known.ref, reach, sub);
      if (here) this.builder.addReach(here);
    }
    for (const fault of known.summary.faults) {
      if (!this.callees.faultConcerns(fault)) continue;
      const here = applyFault(frame, s, id, node, known.ref, fault, sub);
      if (here) this.builder.addFault(here);
    }
    for (const loss of known.summary.losses) {
      if (loss.atExit || !this.callees.lossConcerns(loss)) continue;
      const here = applyLoss(frame, s, id, node, known.ref, loss, sub);
      if (here) this.builder.addLoss(here);
    }
    for (const action of known.summary.actions) {
      if (!this.callees.actionConcerns(action)) continue;
      const here = applyAction(frame, s, id, node, known.ref, action, sub);
      if (here) this.builder.addAction(here);
    }
    for (const fill of known.summary.fills) {
      const here = this.callees.fillConcerns(fill) ? applyFill(s, id, fill, callTrace(frame, s, node, known.ref, fill.trace, sub)) : undefined;
      if (here) this.builder.addFill(here);
    }
    for (const site of known.summary.chosen) this.builder.addChosen(site);
    if (known.summary.marksMany) this.builder.calleeMarksMany = true;
    for (const site of known.summary.answered) this.builder.addAnswered(site);
    const after: Arm[] = [];
    const distinct = new Set<number>();
    for (const outcome of known.summary.outcomes) {
      const next = applyOutcome(frame, s, node, known.ref, outcome, sub, args, this.sink, target.told, known.summary.marksMany);
      if (!next) continue;
      if (outcome.state.cache) applyCache(next.state, outcome.state.cache);
      for (const mark of known.summary.marks) blame(s, next.state, mark, sub.value(mark.slot));
      put(next.state, next.value ?? symbol(nodeId(frame, id)));
      // Ways to return may differ in nothing that is left of them here.
      const key = known.summary.outcomes.length > 1 ? stateKey(next.state) : 0;
      if (distinct.has(key)) continue;
      distinct.add(key);
      after.push([node.next, next.state]);
    }
    for (const mark of known.summary.marks) {
      const slot = sub.value(mark.slot);
      this.builder.addMark({ ...mark, slot }, s.entries !== undefined && isPending(s.entries, slot));
    }
    // A callee that was too large to follow may also return in ways that are not listed.
    if (known.summary.truncated && after.length === 0) return put(s, symbol(nodeId(frame, id)));
    return after;
  }

  /** Is it more than a primitive that does what the model says? */
  private asksTarget(id: NodeId, node: CallNode): boolean {
    const effect = this.frame.shapeAt(id)?.effect;
    if (!effect) return true;
    if (node.callee !== undefined && !this.judgedByBody(node, effect)) return false;
    return !this.raisesFault(node, effect);
  }

  private event(id: NodeId, node: CallNode, s: State, args: readonly Value[], reasonAt: number): void {
    const { frame } = this;
    record(s, { kind: 'event', in: frame.ref, span: node.span, about: undefined, message: `${node.callee ?? ''}() raises the event` });
    this.builder.addReach({
      in: frame.ref, span: node.span, via: undefined, reason: args.at(reasonAt) ?? symbol(`${nodeId(frame, id)}?`),
      facts: [...s.facts.values()], open: [...s.open.values()], confirmedAll: s.confirmedAll, confirmed: [...s.confirmed.values()],
      entryLock: s.entryLock, coarse: s.coarse, trace: s.trace,
    });
  }

  /** A fault for the kernel: one path on which anything may come of it, and one on which it ends in SIGBUS. */
  private fault(id: NodeId, node: CallNode, s: State, args: readonly Value[], effect: Extract<Effect, { op: 'fault' }>): { state: State; result: Value }[] {
    const { frame } = this;
    const unique = nodeId(frame, id);
    const fates = this.builder.fatesOf(unique);
    record(s, { kind: 'event', in: frame.ref, span: node.span, about: undefined, message: `${node.callee ?? ''}() raises the fault` });
    const waits = effect.unlocked === undefined ? false : truth(s, args[effect.unlocked] ?? zero);
    const given = args[effect.flags] ?? symbol(`${unique}?`);
    const flags = waits === true ? operation('|', [given, name('FAULT_FLAG_ALLOW_RETRY')]) : waits === false ? given : symbol(`${unique}?`);
    const reach: FaultReach = {
      in: frame.ref, span: node.span, via: undefined, mayWait: false, flags, registers: effect.regs === undefined ? undefined : args[effect.regs],
      facts: [...s.facts.values()].filter((f) => factConcernsCaller(f.value, [])), fates, coarse: s.coarse, trace: s.trace,
    };
    this.builder.addFault(reach);
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

  private raisesFault(node: CallNode, effect: Effect): effect is Extract<Effect, { op: 'fault' }> {
    return effect.op === 'fault' && this.depth === 'faults' && !this.callees.isFollowed(node, this.frame);
  }

  /** Wrappers that the model knows, too, are judged by their body where there is one. */
  private judgedByBody(node: CallNode, effect: Effect): boolean {
    if (effect.op === 'fault') return this.depth === 'faults';
    return effect.op === 'mark' && this.depth === 'entries' && this.callees.hasBody(node, this.frame);
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
}

const isFaultStruct = (type: string | undefined): boolean => type === 'struct vm_fault *' || type === 'struct page_vma_mapped_walk *';
