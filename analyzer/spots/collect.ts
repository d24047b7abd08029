/** Puts together what the paths that reach a node know. */
import type { Level } from '../../kernel/types';
import type { Frame } from '../dataflow/frame';
import { lockStatus, truth } from '../dataflow/state';
import type { LockStatus, Place, ReadValue, Value } from '../dataflow/value';
import { placeText } from '../dataflow/words';
import type { LockFact, SnapshotFact, SnapshotState, SpotFacts } from './facts';
import type { PathState } from './path-state';
import { everything, otherName, pageTable } from './path-state';

interface SeenLock {
  readonly fact: Omit<LockFact, 'on' | 'ifTaken'>;
  /** States that hold it, of these with an attempt that has not been tested, and those that are no mixture. */
  held: number;
  untested: number;
  precise: number;
  /** The last state that was counted. */
  last: number;
}

interface SeenSnapshot {
  readonly read: ReadValue;
  readonly lock: LockStatus;
  readonly stale: boolean;
  readonly check: string | undefined;
  count: number;
}

/** The states seen at one node. */
export class Collected {
  private states = 0;
  private unlocked = 0;
  /** States that are no mixture. */
  private precise = 0;
  private unreadable = false;
  private readonly unsure = new Set<string>();
  private readonly locks = new Map<string, SeenLock>();
  private readonly snapshots = new Map<string, Map<string, SeenSnapshot>>();
  private readonly reads = new Set<LockStatus>();

  /** `reads`: the level of the entry that the node reads. */
  add(p: PathState, nameOf: (lock: Value, p: PathState) => string, reads: Level | undefined): void {
    this.states++;
    if (reads) this.reads.add(lockStatus(p.s, reads));
    if (p.unsure.has(everything)) this.unreadable = true;
    for (const kind of p.unsure) this.unsure.add(kind);
    if (!p.s.coarse) this.precise++;
    if (lockStatus(p.s, 'huge') === 'none' && p.s.held.size === 0 && p.s.entryLock.pte !== 'unknown') this.unlocked++;
    for (const h of p.s.held.values()) {
      const untested = h.guard !== undefined && truth(p.s, h.guard) !== true;
      const fact = { lock: pageTable, text: nameOf(h.lock, p), mode: undefined, level: h.level, fromCaller: h.callers ?? false };
      this.lock(p, fact, untested);
      const same = otherName(p, h.lock);
      if (same?.kind === 'lock') this.lock(p, { ...fact, text: nameOf(same, p), level: same.level }, untested);
    }
    for (const o of p.others.values()) this.lock(p, { lock: o.lock, text: o.text, mode: o.mode, level: undefined, fromCaller: o.mode === undefined }, o.guard !== undefined);
    for (const { place, value } of p.s.memory.values()) {
      if (value.kind === 'read') this.snapshot(p, place, value);
    }
  }

  private lock(p: PathState, fact: SeenLock['fact'], untested: boolean): void {
    const key = `${fact.lock}|${fact.text}|${fact.mode}`;
    let seen = this.locks.get(key);
    if (!seen) this.locks.set(key, (seen = { fact, held: 0, untested: 0, precise: 0, last: -1 }));
    if (seen.last === this.states) return;
    seen.last = this.states;
    seen.held++;
    if (untested) seen.untested++;
    if (!p.s.coarse) seen.precise++;
  }

  private snapshot(p: PathState, place: Place, read: ReadValue): void {
    const name = variableOf(place);
    if (name === undefined) return;
    const [stale, check] = [p.stale.has(read.key), p.checked.get(read.key)];
    let seen = this.snapshots.get(name);
    if (!seen) this.snapshots.set(name, (seen = new Map()));
    const key = `${read.key}|${read.lock}|${stale}|${check}`;
    const one = seen.get(key);
    if (one) one.count++;
    else seen.set(key, { read, lock: read.lock, stale, check, count: 1 });
  }

  /** Is the entry that the node reads guarded by its lock, on every path or on none? */
  isLocked(level: Level, notCallers: { readonly pte: boolean; readonly pmd: boolean }): boolean | undefined {
    if (this.unreadable || this.unsure.has(pageTable)) return undefined;
    const open: LockStatus = (isTable(level) ? notCallers.pte : notCallers.pmd) ? 'none' : 'inherit';
    const answers = new Set([...this.reads].map((lock) => (lock === 'inherit' ? open : lock)));
    return answers.size !== 1 || answers.has('inherit') ? undefined : answers.has('held');
  }

  /** What all of them say. `notCallers`: the caller holds no such lock. */
  facts(frame: Frame, notCallers: { readonly pte: boolean; readonly pmd: boolean }): SpotFacts {
    if (this.unreadable || this.states === 0) return nothing;
    const locks: LockFact[] = [];
    for (const { fact, held, untested, precise } of this.locks.values()) {
      if (this.unsure.has(fact.lock)) continue;
      const always = held === this.states;
      // Folios come locked from many functions that the model does not know: elsewhere it may be held as well.
      if (!always && fact.lock === 'folio lock') continue;
      // A mixture of paths may be one that cannot happen: it shows nothing about some paths.
      if (!always && (untested > 0 || precise === 0 || precise === this.precise)) continue;
      if (always && untested > 0 && untested < held) continue;
      locks.push({ ...fact, on: always ? 'every path' : 'some paths', ifTaken: untested > 0 });
    }
    const noPtl = !this.unsure.has(pageTable) && (this.unlocked === this.states || (notCallers.pte && notCallers.pmd && ![...this.locks.values()].some((l) => l.fact.lock === pageTable)));
    const snapshots = [...this.snapshots].map(([name, seen]) => this.told(frame, name, [...seen.values()], notCallers)).filter((f) => f !== undefined);
    return { locks, noPtl, snapshots };
  }

  private told(frame: Frame, variable: string, seen: readonly SeenSnapshot[], notCallers: { readonly pte: boolean; readonly pmd: boolean }): SnapshotFact | undefined {
    const [first] = seen;
    if (!first || this.unsure.has(pageTable) || seen.reduce((sum, one) => sum + one.count, 0) < this.states) return undefined;
    const told = seen.map((one) => stateOf(one, notCallers));
    const state = told[0];
    if (state === undefined || told.some((t) => t?.state !== state.state || t.locked !== state.locked) || seen.some(({ read }) => read.in !== frame.ref || read.span.start !== first.read.span.start)) return undefined;
    return { variable, readAt: first.read.span, ...state };
  }
}

export const nothing: SpotFacts = { locks: [], noPtl: false, snapshots: [] };

/** A caller's lock that nobody knows of leaves the question open. */
function stateOf({ read, lock, stale, check }: SeenSnapshot, notCallers: { readonly pte: boolean; readonly pmd: boolean }): { locked: boolean; state: SnapshotState } | undefined {
  if (lock === 'inherit' && !(isTable(read.level) ? notCallers.pte : notCallers.pmd)) return undefined;
  const locked = lock === 'held';
  if (check === 'differs') return { locked, state: 'changed' };
  if (check === 'same') return { locked, state: 'rechecked' };
  if (check === 'dropped') return { locked, state: 'recheck outdated' };
  return { locked, state: !locked ? 'not rechecked' : stale ? 'lock dropped' : 'current' };
}

const isTable = (level: Level): boolean => level === 'pte' || level === 'huge';

/** Variables, and fields of what a parameter points to, as they are written. */
function variableOf(place: Place): string | undefined {
  if (place.kind === 'local') return place.name.startsWith('$') || place.name.startsWith('::') ? undefined : [place.name.replace(/#\d+$/, ''), ...place.fields].join('.');
  return place.base.kind === 'param' && place.fields.length === 1 && /^\w+$/.test(place.fields[0]!) ? `${place.base.name}->${place.fields[0]!}` : undefined;
}

/** The name by which a path knows a lock: a variable's rather than a field's. */
export function lockName(lock: Value, p: PathState): string | undefined {
  let found: string | undefined;
  for (const { place, value } of p.s.memory.values()) {
    if (value.key !== lock.key) continue;
    const name = variableOf(place);
    if (name === undefined) continue;
    if (place.kind === 'local' && place.fields.length === 0) return name;
    found ??= name;
  }
  if (found !== undefined) return found;
  if (lock.kind === 'param') return lock.name;
  if (lock.kind !== 'load' && lock.kind !== 'address') return undefined;
  const text = placeText(lock.place, () => '?');
  return /^[\w.>-]+$/.test(text) ? text : undefined;
}
