/**
 * The abstract state at one point of one path: memory, branch facts, page-table locks held, and the snapshots of entries that
 * nothing has confirmed under the lock yet.
 */
import { dropFlags } from '../../kernel/flags';
import type { Level } from '../../kernel/types';
import type { Span } from '../../parser/ir';
import type { StepKind } from '../findings/finding';
import type { FunctionRef } from '../call-graph/tree';
import type { Excuse } from './bits';
import { excuseOf } from './bits';
import type { EntryState } from './entries';
import { entriesKey, printedEntries } from './entries';
import type { Fingerprint } from './fingerprint';
import { checkOf, combine, hashOf, hashOfNumber, joined, spread } from './fingerprint';
import type { CacheState } from './page-cache';
import { cacheKey } from './page-cache';
import { Recent } from './recent';
import { SharedMap, SummedMap } from './shared-map';
import type { LockStatus, Place, ReadValue, Value } from './value';
import { contains, load, number, originsOf, printed, symbol } from './value';

/** One thing that happened on a path, with the path before it. */
export interface Trace {
  readonly kind: StepKind;
  readonly in: FunctionRef;
  /** Relative to the function's start. */
  readonly span: Span;
  readonly message: string;
  /** The entry value this step is about, if any. */
  readonly about: Value | undefined;
  /** For a test: did it hold? */
  readonly holds?: boolean;
  /** What was believed here without proof. Such a step is not shown as part of the path. */
  readonly assumed?: string;
  readonly before: Trace | undefined;
  /** Not a step of its own, but the path through a function that was called, in that function's terms. */
  readonly inside?: { readonly trace: Trace; readonly rename: (v: Value) => Value };
}

/** What the branches taken so far say of a value: an interval, and numbers it is not. */
export interface Fact extends Fingerprint {
  readonly value: Value;
  readonly low: number;
  readonly high: number;
  readonly not: readonly number[];
  /** It decides something about an event or a change of an entry; see `isCoreFact`, `isRequest`. */
  readonly weight: 'core' | 'request' | 'other';
  /** Is the path asked to drop the uffd-wp bit, or can the vma not have it? */
  readonly excuse: Excuse;
  /** Readings of entries that hold something, be it a marker, as this fact says. */
  readonly occupied: readonly ReadValue[];
}

/** Facts as branches learn them, again and again: the value is false, true, or just not zero. */
const learned = new Recent<Value, 'false' | 'true' | 'not zero', Fact>();

export function fact(value: Value, low: number, high: number, not: readonly number[]): Fact {
  const plain = not.length > 0 ? (not.length === 1 && not[0] === 0 && low === -Infinity && high === Infinity ? 'not zero' : undefined) : low === 0 && high === 0 ? 'false' : low === 1 && high === 1 ? 'true' : undefined;
  if (plain === undefined) return newFact(value, low, high, not);
  return learned.get(value, plain) ?? learned.put(value, plain, newFact(value, low, high, not));
}

function newFact(value: Value, low: number, high: number, not: readonly number[]): Fact {
  const print = printed(value);
  let bounds = combine(hashOfNumber(low), hashOfNumber(high));
  for (const n of not) bounds = combine(bounds, hashOfNumber(n));
  const weight = isCoreFact(value) ? 'core' : isRequest(value) ? 'request' : 'other';
  const excuse = excuseOf(value, low === 0 && high === 0, low > 0 || high < 0 || not.includes(0));
  const occupied = readingsOfSomething(value, low === 0 && high === 0);
  return { value, low, high, not, weight, excuse, occupied, hash: combine(print.hash, bounds), check: combine(print.check, spread(bounds)) };
}

const noReadings: readonly ReadValue[] = [];

/** Entries that are known not to be empty when this is false, or not false. */
function readingsOfSomething(value: Value, isFalse: boolean): readonly ReadValue[] {
  if (isFalse) return value.kind === 'test' && value.test === 'none' && value.of.kind === 'read' ? [value.of] : noReadings;
  if (value.kind === 'same') return [value.left, value.right].filter((v) => v.kind === 'read');
  if (value.kind !== 'test' || (value.test !== 'present' && value.test !== 'swap' && value.test !== 'marker' && (value.test !== 'none' || value.orMarker !== true))) return noReadings;
  const found: ReadValue[] = [];
  contains(value.of, (v) => {
    if (v.kind === 'read') found.push(v);
    return false;
  });
  return found;
}

/** What a place holds. */
export interface Cell extends Fingerprint {
  readonly place: Place;
  readonly value: Value;
}

export function cell(place: Place, value: Value): Cell {
  const [at, what] = [printed(place), printed(value)];
  return { place, value, hash: combine(at.hash, what.hash), check: combine(at.check, what.check) };
}

/** Everything at and below a place was overwritten by code we cannot see; `by` tells the overwritings apart. */
interface Clobbering extends Fingerprint {
  readonly place: Place;
  readonly by: string;
  readonly zero: boolean;
}

export interface HeldLock {
  readonly lock: Value;
  readonly level: Level | undefined;
  /** When this value is NULL (or false), the lock was not taken after all (`pte_offset_map_lock`, trylocks). */
  readonly guard: Value | undefined;
  /** It was held on entry: an annotation or an assertion says so. Nothing that this function took. */
  readonly callers?: boolean;
}

/** What is known of the page-table locks that the function's caller held on entry. */
export type EntryLock = 'unknown' | 'released' | 'not-held';
/** A page table and its parent have locks of their own; hugetlb entries count as `pte`. */
export interface EntryLocks {
  readonly pte: EntryLock;
  readonly pmd: EntryLock;
}
const entryLockOf = (level: Level): keyof EntryLocks => (level === 'pte' || level === 'huge' ? 'pte' : 'pmd');

/** How far the snapshots that existed when the function was entered are confirmed. `if-held`: provided that the caller holds the lock. */
export type Confirmation = 'no' | 'if-held' | 'yes';

export interface State {
  readonly memory: SummedMap<Cell>;
  readonly clobbered: SummedMap<Clobbering>;
  readonly facts: SummedMap<Fact>;
  readonly held: SharedMap<HeldLock>;
  entryLock: EntryLocks;
  /** Snapshots read in this function (or by its callees) that no comparison under the lock has confirmed. */
  readonly open: SharedMap<ReadValue>;
  /** Confirmation of every snapshot taken before this function was entered. */
  confirmedAll: Confirmation;
  /** Values of the caller that were compared with an entry read under the lock. */
  readonly confirmed: SharedMap<{ readonly value: Value; readonly when: Exclude<Confirmation, 'no'> }>;
  /** What the path does to entries, where that is followed. */
  entries: EntryState | undefined;
  /** What it does to holes of the page cache, where that is followed. */
  cache: CacheState | undefined;
  /** The call (its name) whose fault ended in SIGBUS on this path, where that is followed. */
  sigbus: string | undefined;
  /** Facts were dropped because there were too many states: the path may be one that cannot happen, so nothing may be reported on it. */
  coarse: boolean;
  trace: Trace | undefined;
}

export function initialState(): State {
  return {
    memory: SummedMap.of(new Map()), clobbered: SummedMap.of(new Map()), facts: SummedMap.of(new Map()), held: SharedMap.empty(), entryLock: { pte: 'unknown', pmd: 'unknown' },
    open: SharedMap.empty(), confirmedAll: 'no', confirmed: SharedMap.empty(), entries: undefined, cache: undefined, sigbus: undefined, coarse: false, trace: undefined,
  };
}

export function copy(s: State): State {
  return {
    memory: s.memory.fork(), clobbered: s.clobbered.fork(), facts: s.facts.fork(), held: s.held.fork(), entryLock: s.entryLock,
    open: s.open.fork(), confirmedAll: s.confirmedAll, confirmed: s.confirmed.fork(), entries: s.entries, cache: s.cache, sigbus: s.sigbus, coarse: s.coarse, trace: s.trace,
  };
}

/** Two states with the same key behave the same from here on; only how they came about differs. */
export function stateKey(s: State): number {
  return fingerprintOf(s, false);
}

/** The same without the branch facts that decide nothing about an event. */
export function coreKey(s: State): number {
  return fingerprintOf(s, true);
}

/** The same for a way to return: what the caller can see, what was asked for, and which values were found without the bit. */
export function entryOutcomeKey(s: State): number {
  let { hash, check } = printedLocks(s);
  const add = (print: Fingerprint, kind: number): void => {
    hash += combine(print.hash, kind);
    check += combine(print.check, kind);
  };
  for (const f of s.facts.values()) if (f.weight === 'request' || (f.value.kind === 'test' && f.value.test === 'uffd-wp')) add(f, 0);
  for (const m of s.memory.values()) add(m, 0);
  for (const c of s.clobbered.values()) add(printed(c.place), kinds.clobbered);
  for (const h of s.held.values()) add(printed(h.lock), kinds.guard);
  if (s.entries) add(printedEntries(s.entries), 0);
  if (s.cache) add({ hash: hashOf(cacheKey(s.cache)), check: checkOf(cacheKey(s.cache)) }, 0);
  return joined(spread(hash | 0), spread(check | 0));
}

/** Was an entry none, marked, write-protected, or the same as another? */
export function isCoreFact(value: Value): boolean {
  return value.kind === 'same' || (value.kind === 'test' && (value.test === 'none' || value.test === 'marker' || value.test === 'uffd-wp'));
}

/** What the state says of entries and locks, of what was asked for, and of the values that the function is about to return. */
export function entryCoreKey(s: State, returned: ReadonlySet<string>): number {
  let { hash, check } = printedLocks(s);
  for (const f of s.facts.values()) {
    if (f.weight === 'other') continue;
    hash += f.hash;
    check += f.check;
  }
  for (const h of s.held.values()) {
    const print = printed(h.lock);
    hash += spread(print.hash);
    check += spread(print.check);
  }
  for (const m of s.memory.values()) {
    if (m.place.kind !== 'local' || !returned.has(m.place.name)) continue;
    const print = m.value.kind === 'number' || m.value.kind === 'name' ? m : printed(m.place);
    hash += print.hash;
    check += print.check;
  }
  if (s.entries) {
    const print = printedEntries(s.entries);
    hash += print.hash;
    check += print.check;
  }
  return joined(spread(hash | 0), spread(check | 0));
}

/** A test of a flag by which a fault or a zap was asked for. */
export const isRequest = (v: Value): boolean => v.kind === 'operation' && v.op === '&' && v.operands.some((o) => o.kind === 'name' && (o.name === 'FAULT_FLAG_UNSHARE' || dropFlags.has(o.name)));

/** What a caller can see of the state: memory, locks and what was done to entries. */
export function visibleKey(s: State): string {
  return [...(s.entries ? [entriesKey(s.entries)] : []), ...(s.cache ? [cacheKey(s.cache)] : []), ...[...s.memory].map(([key, m]) => `${key}=${m.value.key}`), ...s.clobbered.keys(), ...s.held.keys(), s.entryLock.pte, s.entryLock.pmd].sort().join('|');
}

/** Numbers for what is held of the locks on entry, and for whether anything may be reported at all. */
function printedLocks(s: State): Fingerprint {
  const known = (s.coarse ? 1 : 0) + 2 * lockNumbers[s.entryLock.pte] + 8 * lockNumbers[s.entryLock.pmd];
  return { hash: spread(known + 1), check: spread(known + 101) };
}
const lockNumbers: Readonly<Record<EntryLock, number>> = { unknown: 0, released: 1, 'not-held': 2 };

/** Kinds of parts, so that the same value in two of them counts as two things. */
const kinds = { guard: 3, callers: 5, open: 7, confirmed: 11, confirmedIfHeld: 13, confirmedAll: 17, clobbered: 19 } as const;

function fingerprintOf(s: State, coreOnly: boolean): number {
  const { memory, clobbered, facts } = s;
  let { hash, check } = printedLocks(s);
  hash += memory.hash + clobbered.hash;
  check += memory.check + clobbered.check;
  if (!coreOnly) {
    hash += facts.hash;
    check += facts.check;
  } else {
    for (const f of facts.values()) {
      if (f.weight !== 'core') continue;
      hash += f.hash;
      check += f.check;
    }
  }
  const add = (print: Fingerprint, kind: number): void => {
    hash += combine(print.hash, kind);
    check += combine(print.check, kind);
  };
  for (const h of s.held.values()) {
    const lock = printed(h.lock);
    const guard = h.guard && printed(h.guard);
    add({ hash: combine(lock.hash, guard?.hash ?? 0), check: combine(lock.check, guard?.check ?? 0) }, h.callers ? kinds.callers : kinds.guard);
  }
  for (const r of s.open.values()) add(printed(r), kinds.open);
  for (const c of s.confirmed.values()) add(printed(c.value), c.when === 'yes' ? kinds.confirmed : kinds.confirmedIfHeld);
  if (s.confirmedAll !== 'no') hash += spread(kinds.confirmedAll + (s.confirmedAll === 'yes' ? 1 : 0));
  if (s.sigbus !== undefined) add({ hash: hashOf(s.sigbus), check: checkOf(s.sigbus) }, 0);
  if (s.entries) {
    const print = printedEntries(s.entries);
    hash += print.hash;
    check += print.check;
  }
  if (s.cache) add({ hash: hashOf(cacheKey(s.cache)), check: checkOf(cacheKey(s.cache)) }, 0);
  return joined(spread(hash | 0), spread(check | 0));
}

/* ---- memory ---- */

export function readPlace(s: State, place: Place): Value {
  const known = s.memory.get(place.key);
  if (known) return known.value;
  if (s.clobbered.size > 0) {
    let best: Clobbering | undefined;
    for (const c of s.clobbered.values()) {
      if (covers(c.place, place) && (!best || c.place.fields.length >= best.place.fields.length)) best = c;
    }
    if (best) return best.zero ? number(0) : symbol(`${best.by}:${place.key}`);
  }
  return load(place);
}

export function writePlace(s: State, place: Place, value: Value): void {
  forget(s, place);
  s.memory.set(place.key, cell(place, value));
}

/** Everything at and below `place` gets values that nobody knows (`zero`: all zero). `by` names the piece of code that did it. */
export function clobber(s: State, place: Place, by: string, zero = false): void {
  forget(s, place);
  const print = printed(place);
  s.clobbered.set(place.key, { place, by, zero, hash: combine(hashOf(by), print.hash), check: combine(checkOf(by), print.check) });
}

function forget(s: State, place: Place): void {
  for (const m of s.memory.values()) if (covers(place, m.place)) s.memory.delete(m.place.key);
  for (const c of s.clobbered.values()) if (covers(place, c.place)) s.clobbered.delete(c.place.key);
}

/** Is `inner` the same place as `outer` or a field of it? */
function covers(outer: Place, inner: Place): boolean {
  if (outer.kind !== inner.kind || outer.fields.length > inner.fields.length) return false;
  if (outer.kind === 'local' ? outer.name !== (inner as { name: string }).name : outer.base.key !== (inner as { base: Value }).base.key) return false;
  return outer.fields.every((f, i) => f === inner.fields[i]);
}

/* ---- locks ---- */

/** Does a lock of level `by` guard entries of level `what`? Hugetlb entries live at any level and use the lock of theirs. */
export function guards(by: Level | undefined, what: Level): boolean {
  return by === undefined || by === what || by === 'huge' || what === 'huge';
}

export function lockStatus(s: State, level: Level): LockStatus {
  for (const h of s.held.values()) if (guards(h.level, level)) return 'held';
  return s.entryLock[entryLockOf(level)] === 'unknown' ? 'inherit' : 'none';
}

/** Takes a lock. Page-table locks do not nest in themselves, so the caller did not hold this one on entry (unless the nesting is annotated). */
export function acquire(s: State, what: HeldLock, nested = false): void {
  s.held.set(what.lock.key, what);
  if (nested) return;
  const which = entryLockOf(what.level ?? 'pte');
  if (s.entryLock[which] === 'unknown') s.entryLock = { ...s.entryLock, [which]: 'not-held' };
}

/**
 * Releases a lock. A pointer that nobody here took is matched with the only lock held, if there is exactly one; with none held it is
 * the caller's.
 */
export function release(s: State, lock: Value): void {
  if (s.held.has(lock.key)) return drop(s, lock.key);
  const own = [...s.held.values()].filter((h) => !h.callers);
  if (own.length === 0) {
    const callers = [...s.held.keys()].pop();
    if (callers !== undefined) s.held.delete(callers);
    s.entryLock = { pte: 'released', pmd: 'released' };
    return;
  }
  if (lock.kind === 'lock') return;
  const last = own.pop();
  if (last) s.held.delete(last.lock.key);
}

/** Releases the lock with this key, if it is held. */
export function drop(s: State, key: string): void {
  if (s.held.get(key)?.callers) s.entryLock = { pte: 'released', pmd: 'released' };
  s.held.delete(key);
}

/** Is every lock held, if any, the caller's? */
export function tookNone(s: State): boolean {
  for (const h of s.held.values()) if (!h.callers) return false;
  return true;
}

/**
 * The source says that this lock is held. That changes nothing where the function took it itself, and a pointer that was found here, not handed
 * in, may be another name of a lock that is held already. A lock that the function had given back was taken again by somebody it called.
 */
export function claimHeld(s: State, lock: Value, level: Level | undefined): void {
  if (s.held.has(lock.key)) return;
  if (lock.kind !== 'param' && lock.kind !== 'load' && lockStatus(s, level ?? 'huge') === 'held') return;
  s.held.set(lock.key, { lock, level, guard: undefined, callers: s.entryLock[entryLockOf(level ?? 'pte')] !== 'released' });
}

/** Records that `value` is a fresh snapshot which only a comparison under the lock can confirm. */
export function openSnapshot(s: State, value: ReadValue): void {
  if (!s.entries && !s.cache && value.lock !== 'held') s.open.set(value.key, value);
}

/** Every snapshot taken so far is confirmed: an entry was seen to be none under the lock. */
export function confirmEverything(s: State, when: Exclude<Confirmation, 'no'>): void {
  if (s.entries) return;
  if (when === 'yes') s.open.clear();
  if (s.confirmedAll !== 'yes') s.confirmedAll = when;
}

/** `value` equals the entry as it was read under the lock. */
export function confirm(s: State, value: Value, when: Exclude<Confirmation, 'no'>): void {
  if (when === 'yes') s.open.delete(value.key);
  if (s.confirmed.get(value.key)?.when !== 'yes') s.confirmed.set(value.key, { value, when });
  // What is the same as a snapshot that was tested for none is as none as that was: this settles the older snapshots, too.
  if (wasTestedForNone(s, value)) confirmEverything(s, when);
}

function wasTestedForNone(s: State, value: Value): boolean {
  for (const f of s.facts.values()) {
    if (f.value.kind === 'test' && (f.value.test === 'none' || f.value.test === 'marker') && f.value.of.key === value.key && truth(s, f.value) !== undefined) return true;
  }
  return false;
}

/* ---- facts ---- */

const nonZeroName = /^(?:E[A-Z0-9]{2,}|VM_FAULT_[A-Z_]+|FAULT_FLAG_[A-Z_]+|VM_UFFD_[A-Z]+)$/;

export function truth(s: State, value: Value): boolean | undefined {
  if (value.kind === 'number') return value.number !== 0;
  if (value.kind === 'address' || value.kind === 'lock') return true;
  // Error codes and fault results are no zeros.
  if (value.kind === 'name' && nonZeroName.test(value.name)) return true;
  if (value.kind === 'operation' && value.op === '-' && value.operands.length === 1 && value.operands[0]) return truth(s, value.operands[0]);
  if (value.kind === 'operation' && value.op === '!') {
    const inner = value.operands[0] && truth(s, value.operands[0]);
    return inner === undefined ? undefined : !inner;
  }
  const fact = s.facts.get(value.key);
  if (!fact) return undefined;
  if (fact.low === 0 && fact.high === 0) return false;
  return fact.low > 0 || fact.high < 0 || fact.not.includes(0) ? true : undefined;
}

/** Narrows what is known of `value`; false when that contradicts what was known: the path cannot happen. */
export function narrow(s: State, value: Value, low: number, high: number, not: readonly number[] = []): boolean {
  const old = s.facts.get(value.key);
  let lo = Math.max(low, old?.low ?? -Infinity);
  let hi = Math.min(high, old?.high ?? Infinity);
  const excluded = union(old?.not ?? [], not);
  if (excluded.length > 0) {
    while (excluded.includes(lo)) lo++;
    while (excluded.includes(hi)) hi--;
  }
  if (lo > hi) return false;
  if (old && old.low === lo && old.high === hi && excluded.length === old.not.length) return true;
  s.facts.set(value.key, fact(value, lo, hi, excluded.filter((n) => n > lo && n < hi)));
  return true;
}

/** All of these numbers, in order. */
function union(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0 && b.length < 2) return b;
  return b.every((n) => a.includes(n)) ? a : [...new Set([...a, ...b])].sort((x, y) => x - y);
}

export function range(s: State, value: Value): readonly [number, number] {
  if (value.kind === 'number') return [value.number, value.number];
  const fact = s.facts.get(value.key);
  return fact ? [fact.low, fact.high] : [-Infinity, Infinity];
}

/* ---- paths ---- */

/** The step after a path. All are of one shape, whatever the step leaves out: there are many, and so they are made and read fast. */
export const traced = (step: Omit<Trace, 'before'>, before: Trace | undefined, inside?: Trace['inside']): Trace =>
  ({ kind: step.kind, in: step.in, span: step.span, message: step.message, about: step.about, holds: step.holds, assumed: step.assumed, before, inside });

export function record(s: State, step: Omit<Trace, 'before'>): void {
  s.trace = traced(step, s.trace);
}

export function steps(trace: Trace | undefined): Trace[] {
  const out: Trace[] = [];
  for (let t = trace; t; t = t.before) {
    if (!t.inside) {
      out.push(t);
      continue;
    }
    const { rename } = t.inside;
    for (const step of steps(t.inside.trace).slice(-maxCalleeSteps).reverse()) out.push({ ...step, about: step.about && rename(step.about) });
  }
  return out.reverse();
}

/** A path through a callee is told by its last steps. */
const maxCalleeSteps = 24;

/**
 * A node in a loop is about to give new meaning to the values named after it: what the state knows of the old ones goes.
 * `id` is the prefix of all values that the node creates.
 */
export function retire(s: State, id: string): void {
  const stale = (v: Value): boolean => originsOf(v).includes(id);
  for (const { place, value } of s.memory.values()) {
    if (!stale(value) && (place.kind === 'local' || !stale(place.base))) continue;
    if (place.kind === 'local') s.memory.set(place.key, cell(place, symbol(`old:${id}:${place.key}`)));
    else s.memory.delete(place.key);
  }
  for (const { place } of s.clobbered.values()) if (place.kind === 'memory' && stale(place.base)) s.clobbered.delete(place.key);
  for (const f of s.facts.values()) if (stale(f.value)) s.facts.delete(f.value.key);
  for (const r of s.open.values()) if (r.id.startsWith(id)) s.open.delete(r.key);
  for (const c of s.confirmed.values()) if (stale(c.value)) s.confirmed.delete(c.value.key);
}

/** Does a page-table lock protect the path here: one taken in this function, or perhaps its caller's? */
export function phaseOf(s: State): 'own' | 'caller' | 'none' {
  if (!tookNone(s)) return 'own';
  return s.entryLock.pte === 'unknown' || s.held.size > 0 ? 'caller' : 'none';
}
