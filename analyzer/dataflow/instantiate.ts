/** Puts a callee's summary into the caller's terms at one call. */
import type { NodeId } from '../../parser/ir';
import type { FunctionRef } from '../call-graph/tree';
import { carries } from './bits';
import type { Guard } from './entries';
import { losesNothing } from './entries';
import type { EntrySink } from './entry-effects';
import { applyEntries } from './entry-calls';
import { noteFacts } from './entry-effects';
import { assume } from './evaluate';
import type { Frame } from './frame';
import type { Fact, State, Trace } from './state';
import { acquire, clobber, confirm, confirmEverything, copy, lockStatus, narrow, openSnapshot, readPlace, release, tookNone, traced, truth, writePlace } from './state';
import type { ActionReach, EventReach, FaultReach, LossReach, Outcome } from './summary';
import type { CallNode } from './transfer';
import type { Place, ReadValue, Value } from './value';
import { address, flag, lock, operation, pointee, read, same, symbol, test } from './value';

export interface Substitution {
  value(v: Value): Value;
  place(p: Place): Place | undefined;
}

/** `site` makes what the callee created unique to this call. */
export function substitution(caller: State, params: readonly string[], args: readonly Value[], site: string): Substitution {
  const actual = new Map(params.map((p, i) => [p, args[i] ?? symbol(`${site}/arg${i}`)] as const));
  const before = copy(caller);
  const done = new Map<string, Value>();
  // What a recursive call of the function itself created gets the name that the function's own has: only so recursion comes to an end.
  const own = site.slice(0, site.indexOf('#') + 1);
  const here = (id: string): string => {
    if (id.startsWith(own)) return id;
    const again = id.lastIndexOf(`/${own}`);
    return again >= 0 ? id.slice(again + 1) : `${site}/${id}`;
  };
  const value = (v: Value): Value => {
    const known = done.get(v.key);
    if (known) return known;
    const result = compute(v);
    done.set(v.key, result);
    return result;
  };
  const place = (p: Place): Place | undefined => {
    if (p.kind === 'local') return p.name.startsWith('::') ? p : undefined;
    return pointee(value(p.base), p.fields);
  };
  const compute = (v: Value): Value => {
    switch (v.kind) {
      case 'number': case 'name': return v;
      case 'param': return actual.get(v.name) ?? symbol(`${site}/${v.name}`);
      case 'symbol': return symbol(here(v.id));
      case 'lock': return lock(here(v.id), v.level);
      case 'load': {
        const p = place(v.place);
        return p ? readPlace(before, p) : symbol(`${site}/${v.key}`);
      }
      case 'address': {
        const p = place(v.place);
        return p ? address(p) : symbol(`${site}/${v.key}`);
      }
      case 'read': return read({ ...v, id: here(v.id), slot: value(v.slot), lock: v.lock === 'inherit' ? lockStatus(before, v.level) : v.lock });
      case 'test': return test(v.test, v.by, value(v.of), v);
      case 'same': return same(value(v.left), value(v.right));
      case 'flag': return flag(v.flag, v.by, value(v.of));
      case 'operation': return operation(v.op, v.operands.map(value), v.derive);
    }
  };
  return { value, place };
}

/** The caller's state after the call returned this way; undefined when it cannot return this way here. */
export function applyOutcome(frame: Frame, s: State, node: CallNode, callee: FunctionRef, outcome: Outcome, sub: Substitution, args: readonly Value[], sink: EntrySink, told: ReadonlySet<Guard>, marksMany: boolean): { state: State; value: Value | undefined } | undefined {
  const t = copy(s);
  const from = outcome.state;
  t.coarse = s.coarse || from.coarse;
  t.trace = appendTrace(s.trace, callStep(frame, node, callee), outcome.state.trace, sub);
  if (!applyFacts(t, from.facts.values(), sub)) return undefined;
  if (from.confirmedAll !== 'no') settle(s, from.confirmedAll, (when) => confirmEverything(t, when));
  openAndConfirm(s, t, from.open.values(), from.confirmed.values(), sub);
  if (from.entryLock.pte === 'released' || from.entryLock.pmd === 'released') release(t, symbol(`${callee.name}:released`));
  for (const c of from.clobbered.values()) {
    const p = sub.place(c.place);
    if (p) clobber(t, p, `${callee.name}/${c.by}`, c.zero);
  }
  for (const m of from.memory.values()) {
    const p = sub.place(m.place);
    if (p) writePlace(t, p, sub.value(m.value));
  }
  for (const h of from.held.values()) acquire(t, { lock: sub.value(h.lock), level: h.level, guard: h.guard && sub.value(h.guard) }, true);
  if (t.entries && from.entries) applyEntries(sink, s, t, from.entries, sub, { by: callee.name, in: frame.ref, span: node.span }, args, told, marksMany);
  return { state: t, value: outcome.value && sub.value(outcome.value) };
}

/** A callee's event as the caller sees it: its own facts and snapshots in front of the callee's. */
export function applyReach(frame: Frame, s: State, id: NodeId, node: CallNode, callee: FunctionRef, reach: EventReach, sub: Substitution): EventReach | undefined {
  const t = copy(s);
  if (!applyFacts(t, reach.facts, sub)) return undefined;
  if (reach.confirmedAll !== 'no') settle(s, reach.confirmedAll, (when) => confirmEverything(t, when));
  openAndConfirm(s, t, reach.open, reach.confirmed, sub);
  if ((reach.entryLock.pte === 'released' || reach.entryLock.pmd === 'released') && tookNone(t)) t.entryLock = { pte: 'released', pmd: 'released' };
  // A wrapper that gets the reason from its caller raises the caller's event: it is the wrapper's call that people must look at.
  const wrapped = reach.reason.kind !== 'name';
  return {
    in: wrapped ? frame.ref : reach.in,
    span: wrapped ? node.span : reach.span,
    reason: sub.value(reach.reason),
    via: id,
    facts: [...t.facts.values()], open: [...t.open.values()], confirmedAll: t.confirmedAll, confirmed: [...t.confirmed.values()], entryLock: t.entryLock, coarse: t.coarse || reach.coarse,
    trace: appendTrace(s.trace, callStep(frame, node, callee), reach.trace, sub),
  };
}

/** A callee's fault as the caller sees it; undefined when the path to it cannot happen here. */
export function applyFault(frame: Frame, s: State, id: NodeId, node: CallNode, callee: FunctionRef, fault: FaultReach, sub: Substitution): FaultReach | undefined {
  const t = copy(s);
  if (!applyFacts(t, fault.facts, sub)) return undefined;
  return {
    ...fault, via: id, flags: sub.value(fault.flags), registers: fault.registers && sub.value(fault.registers), facts: [...t.facts.values()],
    coarse: t.coarse || fault.coarse, trace: appendTrace(s.trace, callStep(frame, node, callee), fault.trace, sub),
  };
}

/** A callee's loss as the caller sees it; undefined when the path to it cannot happen here, or loses nothing as the caller knows. */
export function applyLoss(frame: Frame, s: State, id: NodeId, node: CallNode, callee: FunctionRef, loss: LossReach, sub: Substitution): LossReach | undefined {
  const t = copy(s);
  if (s.entries?.detached || !applyFacts(t, loss.facts, sub)) return undefined;
  noteFacts(t);
  // Where the caller found no bit before, the value that is lost has none; whether that was still true is the question of another rule.
  if (losesNothing(t, loss.change) || s.entries?.earlier.has('wp') || s.entries?.fresh.has('wp')) return undefined;
  const equals = loss.equals.map(sub.value);
  // The old value is one that the caller built without the bit, or took it out of.
  if (equals.some((v) => carries(v) !== 'carried')) return undefined;
  return { ...loss, via: id, onAnonymous: loss.onAnonymous || t.entries?.excused === 'emptied', equals: equals.filter((v) => v.kind === 'param' || v.kind === 'load'), facts: [...t.facts.values()], coarse: t.coarse || loss.coarse, trace: appendTrace(s.trace, callStep(frame, node, callee), loss.trace, sub) };
}

/** A callee's unchecked change as the caller sees it: what the caller checked before belongs to an earlier phase. */
export function applyAction(frame: Frame, s: State, id: NodeId, node: CallNode, callee: FunctionRef, action: ActionReach, sub: Substitution): ActionReach | undefined {
  const t = copy(s);
  const e = s.entries;
  if (!e || e.detached || (e.stable.size > 0 && !action.mmapDropped) || !applyFacts(t, action.facts, sub)) return undefined;
  const earlier = new Map([...e.earlier, ...action.earlier]);
  for (const check of [...e.fresh, ...e.stable]) if (check !== 'value' && !earlier.has(check) && !(check === 'wp' && e.changed)) earlier.set(check, s.trace);
  return {
    ...action, via: id, facts: [...t.facts.values()], earlier, violated: new Set([...e.violated, ...e.found, ...action.violated]), mmapDropped: action.mmapDropped || e.mmapDropped,
    coarse: t.coarse || action.coarse, trace: appendTrace(s.trace, callStep(frame, node, callee), action.trace, sub),
  };
}

/** The caller's path, the call, and what happened in the callee in the caller's terms. */
function appendTrace(before: Trace | undefined, call: Omit<Trace, 'before'>, inside: Trace | undefined, sub: Substitution): Trace {
  const start = traced(call, before);
  return inside ? traced(call, start, { trace: inside, rename: sub.value }) : start;
}

/** The path to what happened in a callee, from the caller's point of view. */
export const callTrace = (frame: Frame, s: State, node: CallNode, callee: FunctionRef, inside: Trace | undefined, sub: Substitution): Trace => appendTrace(s.trace, callStep(frame, node, callee), inside, sub);

function callStep(frame: Frame, node: CallNode, callee: FunctionRef): Omit<Trace, 'before'> {
  return { kind: 'call', in: frame.ref, span: node.span, about: undefined, message: `calls ${callee.name}()` };
}

function applyFacts(t: State, facts: Iterable<Fact>, sub: Substitution): boolean {
  for (const f of facts) {
    const v = sub.value(f.value);
    const known = f.low === 0 && f.high === 0 ? false : f.low > 0 || f.high < 0 || f.not.includes(0) ? true : undefined;
    if (known !== undefined && !assume(t, v, known)) return false;
    if (v.kind === 'number') {
      if (v.number < f.low || v.number > f.high || f.not.includes(v.number)) return false;
    } else if (v.kind !== 'address' && v.kind !== 'test' && v.kind !== 'same' && truth(t, v) !== known && !narrow(t, v, f.low, f.high, f.not)) return false;
  }
  return true;
}

/**
 * The callee's snapshots join the caller's, and what the callee compared is confirmed. In this order, because only the caller may know that
 * the value was none, and then the callee's snapshots are settled as well.
 */
function openAndConfirm(caller: State, t: State, open: Iterable<ReadValue>, confirmed: Iterable<EventReach['confirmed'][number]>, sub: Substitution): void {
  for (const r of open) {
    const here = sub.value(r);
    if (here.kind === 'read') openSnapshot(t, here);
  }
  for (const c of confirmed) settle(caller, c.when, (when) => confirm(t, sub.value(c.value), when));
}

/** What held only "if the caller holds the lock" is decided by what the caller holds. */
function settle(caller: State, when: 'yes' | 'if-held' | 'no', apply: (when: 'yes' | 'if-held') => void): void {
  if (when === 'no') return;
  if (when === 'yes') return apply('yes');
  const status = lockStatus(caller, 'huge');
  if (status === 'held') apply('yes');
  if (status === 'inherit') apply('if-held');
}
