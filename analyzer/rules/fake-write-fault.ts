/**
 * A write fault that the kernel raises itself, without anybody wanting to write, and that may not wait: userfaultfd answers it with
 * SIGBUS, and whoever drops that takes "nothing happened" for success. And the other half of the same fix: a fault that only unshares
 * must not raise a write-protect event.
 */
import type { Effect } from '../../kernel/types';
import type { FunctionRef, Tree } from '../call-graph/tree';
import { initialState, steps, truth } from '../dataflow/state';
import type { Fact, State, Trace } from '../dataflow/state';
import type { EventReach, FaultReach } from '../dataflow/summary';
import { name, names, operation } from '../dataflow/value';
import type { Value } from '../dataflow/value';
import type { CreateCheck, Report, RuleInfo } from './rule';
import { assumptionsOf, isEntered, isTrue, messageOf, raisesEvent } from './rule';

export const fakeWriteFault: RuleInfo = {
  name: 'fake-write-fault',
  description: 'A write fault that nobody asked for cannot wait for userfaultfd, and its SIGBUS is dropped; or an unsharing fault raises a WP event.',
  severity: 'warning',
  commit: '6cce3314b928 ("mm/ksm: fix KSM COW breaking with userfaultfd-wp via FAULT_FLAG_UNSHARE")',
  scenario: 'ksm-fake-write-fault',
  since: '0.1.0',
};

const resolvesFault = (effect: Effect): boolean => effect.op === 'fault';

export const checkFakeWriteFaults: CreateCheck = (tree) => ({
  info: fakeWriteFault,
  startsAt: resolvesFault,
  concern: 'faults',
  judge: (ref, { faults }) => faults.filter(isFake).map((f) => report(tree, ref, f)),
  asksCallers: (_ref, { faults }) => faults.some(dependsOnCaller),
  concernsCaller: (reach) => 'flags' in reach && dependsOnCaller(reach),
});

export const checkProtectEventsUnderUnshare: CreateCheck = (tree) => ({
  info: fakeWriteFault,
  startsAt: raisesEvent,
  concern: 'events',
  // Before FAULT_FLAG_UNSHARE (5.19) every such fault was a write.
  judge: (_ref, { reaches }) => (knowsUnsharing(tree) ? reaches.filter((r) => isUnguarded(r) && admitsUnsharing(r)).map(reportEvent) : []),
  asksCallers: (_ref, { reaches }) => knowsUnsharing(tree) && reaches.some((r) => isUnguarded(r) && !admitsUnsharing(r)),
  concernsCaller: (reach) => 'reason' in reach && knowsUnsharing(tree) && isUnguarded(reach) && !admitsUnsharing(reach),
});

const knowsUnsharing = (tree: Tree): boolean => tree.mentions('FAULT_FLAG_UNSHARE');

/* ---- faults ---- */

/** Is the bit set in this word? undefined: on this path it may be either. */
function hasFlag(word: Value, flag: string, facts: readonly Fact[]): boolean | undefined {
  return truth(withFacts(facts), operation('&', [word, name(flag)]));
}

function withFacts(facts: readonly Fact[]): State {
  const s = initialState();
  for (const f of facts) s.facts.set(f.value.key, f);
  return s;
}

/** An architecture's fault handler passes the registers of the task that faulted: that fault is real. */
const isForKernel = (f: FaultReach): boolean => f.registers === undefined || (f.registers.kind === 'number' && f.registers.number === 0);

function isFake(f: FaultReach): boolean {
  return !f.coarse && isForKernel(f) && !isAskedFor(f)
    && hasFlag(f.flags, 'FAULT_FLAG_WRITE', f.facts) === true
    && hasFlag(f.flags, 'FAULT_FLAG_ALLOW_RETRY', f.facts) === false
    && hasFlag(f.flags, 'FAULT_FLAG_UNSHARE', f.facts) === false;
}

/** Did somebody ask for write access on this path (`FOLL_WRITE`, `is_write`)? Then it is no fake. VM_WRITE only says that it is allowed. */
function isAskedFor(f: FaultReach): boolean {
  const asks = (n: string): boolean => /write/i.test(n) && !/^(?:VM_|FAULT_FLAG_)/.test(n);
  return f.facts.filter(isTrue).some(({ value }) => {
    if (value.kind === 'param') return asks(value.name);
    if (value.kind === 'load') return value.place.fields.some(asks);
    return value.kind === 'operation' && value.op === '&' && value.operands.some((o) => names(o)?.some(asks));
  });
}

/** Does it take the caller's flags to say whether this is a write, and whether it may wait? */
function dependsOnCaller(f: FaultReach): boolean {
  if (f.coarse || !isForKernel(f) || isAskedFor(f)) return false;
  const [write, retry, unshare] = ['FAULT_FLAG_WRITE', 'FAULT_FLAG_ALLOW_RETRY', 'FAULT_FLAG_UNSHARE'].map((flag) => hasFlag(f.flags, flag, f.facts));
  if (write === false || retry === true || unshare === true) return false;
  return write === undefined || retry === undefined || unshare === undefined;
}

function report(tree: Tree, ref: FunctionRef, f: FaultReach): Report {
  const call = f.mayWait && f.via !== undefined ? tree.lower(ref).nodes[f.via] : undefined;
  const place = call ? { in: ref, span: call.span } : { in: f.in, span: f.span };
  const dropped = f.fates.get('success');
  const ignored = f.fates.get('ignored');
  const retried = f.fates.get('retried');
  const swallowed = dropped !== undefined || ignored !== undefined || retried !== undefined;
  const first = swallowed
    ? `${place.in.name}() fakes a write fault, and drops the SIGBUS that it may get`
    : `${place.in.name}() fakes a write fault that cannot wait for userfaultfd`;
  const last: Trace[] = dropped ? [{ kind: 'return', in: f.in, span: dropped, about: undefined, before: undefined, message: 'returns success although the fault may have ended in SIGBUS' }] : [];
  const unread: Trace[] = ignored && !dropped ? [{ kind: 'return', in: f.in, span: ignored, about: undefined, before: undefined, message: 'returns; nobody has looked at what became of the fault' }] : [];
  const again: Trace[] = retried && !dropped ? [{ kind: 'return', in: f.in, span: retried, about: undefined, before: undefined, message: 'after SIGBUS the same fault is tried again' }] : [];
  return {
    info: fakeWriteFault,
    severity: swallowed ? 'warning' : 'information',
    message: messageOf(first, 'The fault has FAULT_FLAG_WRITE and not FAULT_FLAG_ALLOW_RETRY, so in a range that is registered for write-protect events it cannot wait for userspace. Use FAULT_FLAG_UNSHARE to break sharing, or let the fault wait.'),
    ...place,
    steps: [...callsTo(f.trace, 'the fault writes (FAULT_FLAG_WRITE) and may not wait (no FAULT_FLAG_ALLOW_RETRY)'), ...last, ...unread, ...again],
    assumptions: assumptionsOf(steps(f.trace)),
    about: swallowed ? 'swallowed' : 'reported',
  };
}

/* ---- events ---- */

const isProtectEvent = (r: EventReach): boolean => r.reason.kind === 'name' && r.reason.name === 'VM_UFFD_WP';

/** A WP event on a path where nothing says that this is a write and no unsharing. The two flags exclude each other. */
function isUnguarded(r: EventReach): boolean {
  return isProtectEvent(r) && !r.coarse && !r.facts.some((f) => {
    const flags = testedFlags(f.value);
    if (f.low === 0 && f.high === 0) return flags?.includes('FAULT_FLAG_UNSHARE') === true;
    return isTrue(f) && flags?.length === 1 && flags[0] === 'FAULT_FLAG_WRITE';
  });
}

/** A branch let faults through that only unshare: `flags & (FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)`. */
const admitsUnsharing = (r: EventReach): boolean =>
  r.facts.some((f) => isTrue(f) && testedFlags(f.value)?.includes('FAULT_FLAG_UNSHARE') === true);

/** The flags that a test like `flags & (A | B)` asks for. */
function testedFlags(value: Value): readonly string[] | undefined {
  if (value.kind !== 'operation' || value.op !== '&') return undefined;
  return value.operands.map(names).find((n) => n !== undefined);
}

function reportEvent(r: EventReach): Report {
  return {
    info: fakeWriteFault,
    severity: 'warning',
    message: messageOf(`${r.in.name}() raises WP for a fault that may only unshare (FAULT_FLAG_UNSHARE)`,
      'A fault with FAULT_FLAG_UNSHARE does not write; userspace must not be asked to lift the protection for it. Test for it before raising the event.'),
    in: r.in,
    span: r.span,
    steps: callsTo(r.trace, 'WP goes to userspace; nothing on this path excludes FAULT_FLAG_UNSHARE'),
    assumptions: assumptionsOf(steps(r.trace)),
    about: 'unshare',
  };
}

/* ---- both ---- */

/** The calls that lead to the last step of a path, a fault or an event, and what there is to say of that one. */
function callsTo(trace: FaultReach['trace'], message: string): Trace[] {
  return steps(trace).flatMap((s, i, all) => (s.kind === 'event' ? (i === all.length - 1 ? [{ ...s, message }] : []) : isEntered(s, i, all) ? [s] : []));
}
