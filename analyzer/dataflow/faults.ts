/** Faults that the kernel raises itself: which are told apart, which may wait, and what becomes of their SIGBUS. */
import type { State } from './state';
import { truth } from './state';
import type { FaultReach, SigbusFate } from './summary';
import type { Value } from './value';
import { contains, name, names, one, operation } from './value';

/** Marks the faults that some path lets wait. */
export function withWaiting(faults: readonly FaultReach[]): FaultReach[] {
  const waits = (f: FaultReach): boolean => operation('&', [f.flags, name('FAULT_FLAG_ALLOW_RETRY')]).key === one.key;
  return faults.map((f) => ({ ...f, mayWait: f.mayWait || faults.some((g) => g.in === f.in && g.span.start === f.span.start && waits(g)) }));
}

/**
 * Is a SIGBUS that happened on this path handed on with the function's value? A function without value may tell in other ways, unless it does not even look
 * (`isIgnored`).
 */
export function fateOf(s: State, result: Value | undefined, fault: string, isIgnored: boolean): SigbusFate {
  if (result === undefined) return isIgnored ? 'ignored' : 'unknown';
  if (contains(result, (v) => (v.kind === 'symbol' && v.id === fault) || (v.kind === 'name' && v.name === 'VM_FAULT_SIGBUS'))) return 'error';
  const isSet = truth(s, result);
  return isSet === undefined ? 'unknown' : isSet ? 'error' : 'success';
}

/** Faults that are told apart: by their flags, by what their caller must have passed for them, and by what it asked for. */
export const faultKey = (f: FaultReach): string =>
  [f.in.file, f.in.name, f.span.start, f.via, f.flags.key, f.coarse, ...f.facts.filter((x) => x.value.kind === 'param' || isFlagTest(x.value)).map((x) => `${x.value.key}:${x.low},${x.high},${x.not.join('/')}`).sort()].join('|');

const isFlagTest = (v: Value): boolean => v.kind === 'operation' && v.op === '&' && v.operands.some((o) => names(o) !== undefined);
