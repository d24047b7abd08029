/**
 * What a path does to page-table entries: which values it took out or overwrote while they may have had the uffd-wp bit, and what it
 * checked since it holds the page-table lock. A phase is the time from taking the lock to dropping it; what was checked in one phase is
 * only history in the next.
 */
import type { Level } from '../../kernel/types';
import type { Span } from '../../parser/ir';
import type { FunctionRef } from '../call-graph/tree';
import type { Fingerprint } from './fingerprint';
import type { Excuse } from './bits';
import { checkOf, combine, hashOf } from './fingerprint';
import type { Fact, State, Trace } from './state';
import { range } from './state';
import type { ReadValue, Value } from './value';
import { contains, printed } from './value';

/** One change of an entry. `table`: a whole page table is taken out of the tree. */
export interface Change {
  readonly kind: 'clear' | 'store' | 'table';
  /** The primitive that makes it. */
  readonly by: string;
  readonly in: FunctionRef;
  /** Relative to the function's start. */
  readonly span: Span;
  readonly level: Level;
  readonly slot: Value;
  /** What the entry held, if the primitive tells. */
  readonly old: Value | undefined;
  /** For a store: is it a marker that is overwritten, left on this path (`own`) or perhaps found there (`found`)? */
  readonly marker?: 'own' | 'found';
  /** For a clear of several consecutive entries: how many. */
  readonly count?: Value;
  /** A marker was left in the first of them. */
  readonly rest?: true;
  /** The helper that should have left a marker, if one was called and left none. */
  readonly blamed?: Pick<Change, 'in' | 'span' | 'by'>;
  /** For a store: is it known that something was there? For a clear: was a value without the bit stored after it? */
  readonly replaces: boolean;
}

/** A look at the entry (or the vma) that keeps a change from acting on old news. `value`: it was compared, or seen to be none. */
export type Check = 'value' | Guard;
/** A check that somebody makes to leave protected memory alone: of the entry's bit, or of the vma's registration. */
export type Guard = 'wp' | 'flag';
/** What a scan let pass: entries that were not asked for the bit, holes in a vma that was not asked for its registration. */
export type Gap = 'wp' | 'hole';

/** A page table that was taken out of the tree: nobody else reaches its entries any more. */
export interface Detached {
  readonly change: Change;
  /** Its entries were looked at since, all of them. */
  readonly scanned: boolean;
  readonly gaps: ReadonlySet<Gap>;
  /** Something was checked before, in the same phase or with mmap_lock held ever since. */
  readonly guarded: boolean;
  /** `EntryState.violated` when it was taken out. */
  readonly violated: ReadonlySet<Guard>;
  /** The page-table lock was taken again since. */
  readonly relocked: boolean;
}

export interface EntryState {
  /** Values that are gone from their entries unless the path still does something about it. */
  readonly pending: readonly Change[];
  /** Slots of the caller's into which a value that may have the bit was put. */
  readonly kept: readonly Value[];
  /** Can the vma not have the bit, or was the path asked to drop it? */
  readonly excused: Excuse;
  /** Values that were written to entries of higher levels: the caller may have taken a table out. */
  readonly attached: readonly Value[];
  /** A marker was put into an entry. */
  readonly marked: boolean;
  /** A function found that it was given no vma: on this path nobody is registered. */
  readonly vmaless: boolean;
  /** Slots whose content is known not to have the bit. */
  readonly clean: ReadonlySet<string>;
  /** Slots that are known to hold something, be it a marker. */
  readonly occupied: ReadonlySet<string>;
  /** Slots in which the path has left a marker. */
  readonly markers: ReadonlySet<string>;
  /** Values read after the entry was emptied. */
  readonly emptied: ReadonlySet<string>;
  /** Values that were found without the bit in this phase; what is known of them is kept until its end. */
  readonly bare: ReadonlySet<string>;
  /** Checks of this phase. */
  readonly fresh: ReadonlySet<Check>;
  /** Guards that mmap_lock has kept good since: of a registration, and of entries if nobody else may take the lock. */
  readonly stable: ReadonlySet<Guard>;
  /** Values that were read before this phase began. */
  readonly stale: ReadonlySet<string>;
  /** Guards of earlier phases, with the path that led there. */
  readonly earlier: ReadonlyMap<Guard, Trace | undefined>;
  /** Where the values were read that were found without the bit. When one is read there again, for the next entry of a loop, they are no guard of that one. */
  readonly tested: ReadonlySet<string>;
  /** Guards that found protected memory in this phase. */
  readonly found: ReadonlySet<Guard>;
  /** Guards that found protected memory in an earlier phase of this path, which went on all the same. */
  readonly violated: ReadonlySet<Guard>;
  /** An entry was changed in this phase: what it checked, it checked for that. */
  readonly changed: boolean;
  /** The lock that the caller held has been dropped. */
  readonly ended: boolean;
  readonly mmap: 'caller' | 'read' | 'write' | 'dropped';
  /** The caller's mmap_lock has been dropped. */
  readonly mmapDropped: boolean;
  /** Entries read in a loop under the caller's lock or from a detached table, as long as they may still be asked for the bit. */
  readonly looked: readonly ReadValue[];
  /** What such a loop let pass. */
  readonly gaps: ReadonlySet<Gap>;
  /** At the end of a function: it looked at all entries of a range. */
  readonly scans: boolean;
  readonly detached: Detached | undefined;
  /** Changes under the caller's lock before which nothing was checked here. */
  readonly unchecked: readonly Change[];
  /** Vmas that were found by reverse mapping, without their mmap_lock. */
  readonly unstable: ReadonlySet<string>;
}

export const nothing: ReadonlySet<never> = new Set<never>();

export const initialEntries: EntryState = {
  pending: [], kept: [], attached: [], marked: false, vmaless: false, excused: 'none', clean: nothing, occupied: nothing, markers: nothing, emptied: nothing, bare: nothing, fresh: nothing, stable: nothing, stale: nothing, earlier: new Map(), tested: nothing, found: nothing, violated: nothing, changed: false, ended: false,
  mmap: 'caller', mmapDropped: false, looked: [], gaps: nothing, scans: false, detached: undefined, unchecked: [], unstable: nothing,
};

const changeKey = (c: Change): string => `${c.kind}${c.in.file}:${c.in.name}:${c.span.start}:${c.slot.key}:${c.replaces}${c.rest ? ':rest' : ''}`;

/** Two entry states with the same key behave the same. */
export function entriesKey(e: EntryState): string {
  const known = keys.get(e);
  if (known !== undefined) return known;
  const set = (s: Iterable<string>): string => [...s].sort().join(',');
  const d = e.detached;
  const key = [
    set(e.pending.map(changeKey)), set(e.kept.map((v) => v.key)), set(e.attached.map((v) => v.key)), e.marked, e.vmaless, e.excused, set(e.clean), set(e.occupied), set(e.markers), set(e.emptied), set(e.bare), set(e.fresh), set(e.stable), set(e.stale), set(e.earlier.keys()), set(e.tested), set(e.found), set(e.violated), e.changed, e.ended, e.mmap, e.mmapDropped,
    set(e.looked.map((r) => r.key)), set(e.gaps), e.scans, d ? `${changeKey(d.change)}${d.scanned}${set(d.gaps)}${d.guarded}${d.relocked}` : '', set(e.unchecked.map(changeKey)), set(e.unstable),
  ].join(';');
  keys.set(e, key);
  return key;
}
const keys = new WeakMap<EntryState, string>();

/** The fingerprint of what the key says. Sets, changes and values keep theirs: from one state to the next only a few of them are others. */
export function printedEntries(e: EntryState): Fingerprint {
  const known = prints.get(e);
  if (known) return known;
  const flags = (e.marked ? 1 : 0) + (e.excused === 'all' ? 2 : 0) + (e.changed ? 4 : 0) + (e.ended ? 8 : 0) + (e.mmapDropped ? 16 : 0) + (e.scans ? 32 : 0) + 64 * mmapNumbers[e.mmap] + (e.excused === 'emptied' ? 256 : 0) + (e.vmaless ? 512 : 0);
  const print = { hash: combine(flags, 1), check: combine(flags, 2) };
  const add = (part: Fingerprint, kind: number): void => {
    print.hash = (print.hash + combine(part.hash, kind)) | 0;
    print.check = (print.check + combine(part.check, kind)) | 0;
  };
  const texts = (set: ReadonlySet<string>, kind: number): void => {
    if (set.size > 0) add(printedSet(set), kind);
  };
  for (const c of e.pending) add(printedChange(c), 3);
  for (const v of e.kept) add(printed(v), 4);
  for (const v of e.attached) add(printed(v), 5);
  texts(e.clean, 6);
  texts(e.occupied, 7);
  texts(e.emptied, 8);
  texts(e.bare, 9);
  texts(e.fresh, 10);
  texts(e.stable, 11);
  texts(e.stale, 12);
  for (const guard of e.earlier.keys()) add(printedText(guard), 13);
  texts(e.tested, 14);
  texts(e.found, 15);
  texts(e.violated, 16);
  for (const r of e.looked) add(printed(r), 17);
  texts(e.gaps, 18);
  const d = e.detached;
  if (d) {
    add(printedChange(d.change), 19 + (d.scanned ? 1 : 0) + (d.guarded ? 2 : 0) + (d.relocked ? 4 : 0));
    texts(d.gaps, 27);
  }
  for (const c of e.unchecked) add(printedChange(c), 28);
  texts(e.unstable, 29);
  texts(e.markers, 30);
  prints.set(e, print);
  return print;
}
const prints = new WeakMap<EntryState | Change | ReadonlySet<string>, Fingerprint>();
const mmapNumbers: Readonly<Record<EntryState['mmap'], number>> = { caller: 0, read: 1, write: 2, dropped: 3 };

const printedText = (text: string): Fingerprint => ({ hash: hashOf(text), check: checkOf(text) });

function printedSet(set: ReadonlySet<string>): Fingerprint {
  let known = prints.get(set);
  if (!known) {
    let [hash, check] = [0, 0];
    for (const text of set) {
      hash = (hash + hashOf(text)) | 0;
      check = (check + checkOf(text)) | 0;
    }
    prints.set(set, (known = { hash, check }));
  }
  return known;
}

function printedChange(change: Change): Fingerprint {
  let known = prints.get(change);
  if (!known) prints.set(change, (known = printedText(changeKey(change))));
  return known;
}

export const withElement = <T>(set: ReadonlySet<T>, element: T): ReadonlySet<T> => (set.has(element) ? set : new Set(set).add(element));

/** Adds a change, once per place and slot. */
export function withChange(changes: readonly Change[], change: Change): readonly Change[] {
  const key = changeKey(change);
  return changes.some((c) => changeKey(c) === key) ? changes : [...changes, change];
}

/* ---- what is known of an entry's old value ---- */

/** Was this reading made where it counts: under the lock, compared with such a one, or handed in by a caller? */
export function isTrusted(s: State, subject: Value): boolean {
  let trusted = true;
  contains(subject, (v) => {
    if (v.kind !== 'read') return false;
    if (s.entries?.emptied.has(v.key) || (!wasLocked(s, v) && !s.confirmed.has(v.key) && !isSameAsLocked(s, v))) trusted = false;
    return false;
  });
  return trusted;
}

/** Was the lock held at this read? Whoever takes the lock later did not have it from the caller. */
export function wasLocked(s: State, v: Value): boolean {
  if (v.kind !== 'read' || v.lock === 'none') return false;
  return v.lock === 'held' || s.entryLock[v.level === 'pte' || v.level === 'huge' ? 'pte' : 'pmd'] !== 'not-held';
}

function isSameAsLocked(s: State, value: Value): boolean {
  for (const f of s.facts.values()) {
    if (f.value.kind !== 'same' || f.low <= 0) continue;
    const other = f.value.left.key === value.key ? f.value.right : f.value.right.key === value.key ? f.value.left : undefined;
    if (other && wasLocked(s, other)) return true;
  }
  return false;
}

const isFalse = (f: Fact): boolean => f.low === 0 && f.high === 0;

/** Is the entry behind this value present? undefined: unknown. */
function isPresent(s: State, subject: Value): boolean | undefined {
  for (const f of s.facts.values()) {
    if (f.value.kind !== 'test' || f.value.of.key !== subject.key) continue;
    if (f.value.test === 'present') return !isFalse(f);
    if ((f.value.test === 'swap' || f.value.test === 'none' || f.value.test === 'marker' || f.value.test === 'other-marker') && !isFalse(f)) return false;
  }
  return undefined;
}

/** Does this fact say that the old value of an entry cannot have had the bit? */
function excludesBit(s: State, f: Fact, isReplaced: boolean): boolean {
  const { value } = f;
  if (value.kind !== 'test' || !isTrusted(s, value.of)) return false;
  if (value.test === 'uffd-wp' && isFalse(f)) {
    const present = isPresent(s, value.of);
    const asksPresent = value.form === 'present';
    // A value that is taken out is a page's unless something says otherwise; one that is written over has been looked at before.
    return present === undefined ? asksPresent || isReplaced : asksPresent === present;
  }
  if (isFalse(f)) return false;
  return value.test === 'write' || value.test === 'other-marker' || (value.test === 'none' && value.orMarker !== true);
}

/** The path loses nothing if it leaves it at this change. */
export const losesNothing = (s: State, change: Pick<Change, 'kind' | 'replaces' | 'count' | 'rest'>): boolean => (s.entries?.excused === 'emptied' && change.kind !== 'store' && !change.replaces) || cannotLose(s, change);

/** The path cannot lose a bit, whatever comes in the place of the old value: there is none, or it is to go. */
export function cannotLose(s: State, change: Pick<Change, 'kind' | 'replaces' | 'count' | 'rest'>): boolean {
  if (s.entries?.excused === 'all' || (change.rest && isOne(s, change.count))) return true;
  for (const f of s.facts.values()) if (excludesBit(s, f, change.kind === 'store' || change.replaces)) return true;
  return false;
}

/** Is there one entry at most? */
const isOne = (s: State, count: Value | undefined): boolean => count === undefined || range(s, count)[1] <= 1;

/** What is left of a change once its first entry has a marker. */
export const afterFirst = (s: State, change: Change): readonly Change[] => (change.kind !== 'clear' || isOne(s, change.count) ? [] : [{ ...change, rest: true }]);

/** Do the facts say that the entry is empty or holds a marker, or that it holds one? */
export const mayHoldMarker = (s: State, slot: string): boolean =>
  [...s.facts.values()].some((f) => !isFalse(f) && f.value.kind === 'test' && f.value.of.kind === 'read' && f.value.of.slot.key === slot && (f.value.test === 'marker' || (f.value.test === 'none' && f.value.orMarker === true)));

/** Slots that hold something, be it a marker, as far as the facts say so. */
export function occupiedSlots(s: State): string[] {
  const out: string[] = [];
  for (const f of s.facts.values()) for (const v of f.occupied) if (wasLocked(s, v)) out.push(v.slot.key);
  return out;
}

/** Does the test ask for the bit where this value would have it? A present entry keeps it elsewhere than one that is not. */
export const asksForm = (s: State, test: Extract<Value, { kind: 'test' }>): boolean => test.form !== 'non-present' || isPresent(s, test.of) !== true;

/** What a scan makes of an entry that it goes on from. Two readings of an entry under one lock are one. */
export function gapOf(s: State, read: ReadValue): Gap | undefined {
  const unregistered = new Set<string>();
  let hole = false;
  for (const f of s.facts.values()) {
    if (f.value.kind === 'flag' && isFalse(f)) unregistered.add(f.value.flag);
    if (f.value.kind !== 'test' || !(f.value.of.key === read.key || (f.value.of.kind === 'read' && f.value.of.slot.key === read.slot.key && wasLocked(s, f.value.of)))) continue;
    if (f.value.test === 'uffd-wp' && asksForm(s, f.value)) return isFalse(f) ? undefined : 'wp';
    if (f.value.test === 'none' && !isFalse(f)) hole = true;
  }
  if (s.entries?.vmaless) return undefined;
  const asked = s.entries?.fresh.has('flag') === true;
  if (!hole) return asked ? undefined : 'wp';
  // Nobody waits for a missing fault here only if that was the question: write protection does not care for holes.
  if (unregistered.has('missing') || unregistered.has('armed')) return undefined;
  return asked && !unregistered.has('wp') ? undefined : 'hole';
}
