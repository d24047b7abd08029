/**
 * What one path knows at a spot: the solver's state (page-table locks, values), the other locks that the path took, and what became of the
 * entries that it read.
 */
import type { LockStatus, ReadValue, Value } from '../dataflow/value';
import { originsOf, symbol } from '../dataflow/value';
import type { State } from '../dataflow/state';
import { cell, copy, stateKey, truth } from '../dataflow/state';
import { commonFacts } from '../dataflow/reduce';
import { SummedMap } from '../dataflow/shared-map';

export type Mode = 'read' | 'write';

/** A lock that is no page-table lock, as the path took it. */
export interface OtherLock {
  /** The model's name for its kind: `mmap_lock`, `folio lock`. */
  readonly lock: string;
  /** Undefined when only an annotation says that it is held. */
  readonly mode: Mode | undefined;
  readonly object: Value | undefined;
  /** The locked object as written. */
  readonly text: string;
  /** The lock was taken when this value is (`takenWhen`) not zero, or zero. */
  readonly guard: Value | undefined;
  readonly takenWhen: boolean;
}

/** A comparison with the entry as it is under the lock: the same, and since then the lock was held or dropped; or another one. */
export type Check = 'same' | 'dropped' | 'differs';

export interface PathState {
  readonly s: State;
  /** By kind and object. */
  others: ReadonlyMap<string, OtherLock>;
  /** Kinds of locks of which nothing can be said on this path any more. */
  unsure: ReadonlySet<string>;
  /** Readings whose lock was dropped since. */
  stale: ReadonlySet<string>;
  checked: ReadonlyMap<string, Check>;
  /** Locks of the caller that the path dropped. */
  released: ReadonlyMap<string, { readonly lock: string; readonly object: Value | undefined }>;
  /** A page-table lock was dropped, be it taken again since. */
  droppedPtl: boolean;
  /** What calls were found to answer, by callee and arguments. */
  answers: ReadonlyMap<string, boolean>;
}

/** Stands for page-table locks among the kinds in `unsure`. */
export const pageTable = 'page-table lock';
/** Stands for all of them, and for what was read: the path went through code that could not be read. */
export const everything = '*';

export function startOf(s: State): PathState {
  return { s, others: new Map(), unsure: new Set(), stale: new Set(), checked: new Map(), released: new Map(), droppedPtl: false, answers: new Map() };
}

export function fork(p: PathState): PathState {
  return { ...p, s: copy(p.s) };
}

/* ---- locks ---- */

const keyOf = (lock: string, object: Value | undefined): string => `${lock}|${object?.key ?? ''}`;

export function takeOther(p: PathState, lock: OtherLock): void {
  p.others = new Map(p.others).set(keyOf(lock.lock, lock.object), lock);
  if (!lock.guard) rememberKind(p, lock.lock);
}

/** One of this kind is held for certain. */
function rememberKind(p: PathState, lock: string): void {
  if (p.unsure.has(lock)) p.unsure = new Set([...p.unsure].filter((kind) => kind !== lock));
}

/** Drops a lock. One that is not known by this object may be another name of one that is: nothing is known of its kind then. */
export function dropOther(p: PathState, lock: string, object: Value | undefined): void {
  const key = keyOf(lock, object);
  if (p.others.has(key)) {
    const others = new Map(p.others);
    others.delete(key);
    p.others = others;
    return;
  }
  if ([...p.others.values()].some((o) => o.lock === lock)) forgetKind(p, lock);
  else p.released = new Map(p.released).set(key, { lock, object });
}

/** From here on the path says nothing about locks of this kind. */
export function forgetKind(p: PathState, lock: string): void {
  if (!p.unsure.has(lock)) p.unsure = new Set(p.unsure).add(lock);
}

/** Says nothing any more about locks that are no page-table locks and that the path took. */
export function forgetOthers(p: PathState): void {
  for (const o of p.others.values()) forgetKind(p, o.lock);
  p.others = new Map();
}

/** Locks whose attempt the path has found to have failed are not held. */
export function settleAttempts(p: PathState): void {
  let others: Map<string, OtherLock> | undefined;
  for (const [key, o] of p.others) {
    const known = o.guard && truth(p.s, o.guard);
    if (known === undefined) continue;
    others ??= new Map(p.others);
    if (known === o.takenWhen) {
      others.set(key, { ...o, guard: undefined });
      rememberKind(p, o.lock);
    } else {
      others.delete(key);
    }
  }
  if (others) p.others = others;
}

/** A call was found to be true or false. Where the same question had another answer before, the path is one that perhaps cannot happen. */
export function noteAnswer(p: PathState, question: string, answer: boolean): void {
  const before = p.answers.get(question);
  if (before === answer) return;
  if (before !== undefined) p.s.coarse = true;
  p.answers = new Map(p.answers).set(question, answer);
}

/** The page-table lock of which a branch has found that it is the same as this one. */
export function otherName({ s }: PathState, lock: Value): Value | undefined {
  for (const { value } of s.facts.values()) {
    if (value.kind !== 'operation' || value.op !== '==' || truth(s, value) !== true) continue;
    const [a, b] = value.operands;
    if (a && b && (a.key === lock.key || b.key === lock.key)) return a.key === lock.key ? b : a;
  }
  return undefined;
}

/* ---- readings ---- */

/** Readings that the path still has a name for. */
export function* readings(p: PathState): Generator<ReadValue, void> {
  for (const { value } of p.s.memory.values()) if (value.kind === 'read') yield value;
}

/** A page-table lock was dropped: what was read or compared under it may change. */
export function dropPtl(p: PathState): void {
  p.droppedPtl = true;
  const under = [...readings(p)].filter((r) => r.lock !== 'none' && !p.stale.has(r.key));
  if (under.length > 0) p.stale = new Set([...p.stale, ...under.map((r) => r.key)]);
  if ([...p.checked.values()].includes('same')) p.checked = new Map([...p.checked].map(([key, check]) => [key, check === 'same' ? 'dropped' : check]));
}

/** The branch found two entries to be the same or not; it counts for one of them when the other was read under a lock that is still held. */
export function noteComparison(p: PathState, left: Value, right: Value, same: boolean, counts: (lock: LockStatus) => boolean): void {
  for (const [fresh, snapshot] of [[left, right], [right, left]] as const) {
    if (fresh.kind !== 'read' || snapshot.kind !== 'read' || !counts(fresh.lock) || p.stale.has(fresh.key)) continue;
    if (counts(snapshot.lock) && !p.stale.has(snapshot.key)) continue;
    p.checked = new Map(p.checked).set(snapshot.key, same ? 'same' : 'differs');
  }
}

/** A node in a loop reads anew: what is known of its earlier readings goes. */
export function retireReadings(p: PathState, id: string): void {
  const gone = (key: string): boolean => key.startsWith(`R:${id}`);
  if ([...p.stale].some(gone)) p.stale = new Set([...p.stale].filter((key) => !gone(key)));
  if ([...p.checked.keys()].some(gone)) p.checked = new Map([...p.checked].filter(([key]) => !gone(key)));
  for (const [key, o] of p.others) {
    if (!o.guard || !originsOf(o.guard).includes(id)) continue;
    const others = new Map(p.others);
    others.delete(key);
    p.others = others;
    forgetKind(p, o.lock);
  }
}

/** Forgets what became of readings that nothing refers to any more, and the facts of other analyses. */
export function tidy(p: PathState): void {
  const { s } = p;
  s.open.clear();
  s.confirmed.clear();
  s.confirmedAll = 'no';
  s.trace = undefined;
  if (p.stale.size === 0 && p.checked.size === 0) return;
  const named = new Set([...readings(p)].map((r) => r.key));
  p.stale = new Set([...p.stale].filter((key) => named.has(key)));
  p.checked = new Map([...p.checked].filter(([key]) => named.has(key)));
}

/* ---- one of many ---- */

/** What paths must have in common to be followed as one: locks, what became of readings, and, where callers want to know it, what was dropped. */
export function configurationOf(p: PathState, forCallers: boolean): string {
  const lasting = forCallers ? [...p.unsure, ...p.released.keys(), p.droppedPtl] : [];
  return [
    ...[...p.s.held.values()].map((h) => `${h.lock.key}?${h.guard?.key ?? ''}`).sort(), p.s.entryLock.pte, p.s.entryLock.pmd,
    ...[...p.others].map(([key, o]) => `${key}${o.guard?.key ?? ''}`).sort(), '', ...[...p.stale].sort(), ...[...p.checked].map(([key, check]) => key + check).sort(),
    ...lasting,
  ].join(' ');
}

export function pathKey(p: PathState, configuration: string): string {
  return `${stateKey(p.s)} ${configuration} ${[...p.unsure].sort().join(' ')}`;
}

/** One state for two paths of one configuration, with what both know. What they know otherwise gets a value named after the node where they meet. */
export function meet(a: PathState, b: PathState, node: number): PathState {
  const out = fork(a);
  const { s } = out;
  s.coarse = true;
  const unknown = (key: string) => symbol(`join#${node}.${key}`);
  for (const [key, mine] of a.s.memory) {
    const other = b.s.memory.get(key);
    if (other?.value.key !== mine.value.key) s.memory.set(key, cell(mine.place, unknown(key)));
  }
  for (const [key, other] of b.s.memory) if (!a.s.memory.has(key)) s.memory.set(key, cell(other.place, unknown(key)));
  for (const [key, c] of b.s.clobbered) if (!a.s.clobbered.has(key)) s.clobbered.set(key, c);
  const shared = commonFacts(a.s.facts, b.s.facts);
  return {
    ...out, s: { ...s, facts: SummedMap.of(shared) }, unsure: new Set([...a.unsure, ...b.unsure]), droppedPtl: a.droppedPtl || b.droppedPtl,
    answers: new Map([...a.answers].filter(([question, answer]) => b.answers.get(question) === answer)),
  };
}
