/** How `EntryState` changes along a path: at primitives, at branches, and where phases begin and end. */
import type { Effect, Level } from '../../kernel/types';
import type { Span } from '../../parser/ir';
import type { Excuse } from './bits';
import { addsBit, carries, isBuiltWithout, isMarker, moreExcused } from './bits';
import type { Change, Check, EntryState, Gap, Guard } from './entries';
import { afterFirst, asksForm, cannotLose, gapOf, isTrusted, losesNothing, mayHoldMarker, nothing, occupiedSlots, wasLocked, withChange, withElement } from './entries';
import type { Frame } from './frame';
import type { State, Trace } from './state';
import { lockStatus, narrow, phaseOf, tookNone } from './state';
import type { LockStatus, ReadValue, Value } from './value';
import { contains, symbol } from './value';

/** Who wants to know what goes wrong. */
export interface EntrySink {
  /** The value is gone, and with it perhaps the uffd-wp bit. */
  lost(s: State, change: Change): void;
  /** The entry is changed, and nothing was checked since the lock was taken; `gaps` says what a scan would have had to ask. */
  acted(s: State, change: Change, gaps: ReadonlySet<Gap>): void;
  /** This store gives the entry the bit for a reason other than its old value. */
  chosen(change: Change): void;
  /** This store takes the bit away on purpose. */
  answered(change: Change): void;
  /** A marker is put into the entry. `isOwn`: the path has emptied it before. */
  marked(change: Change, isOwn: boolean): void;
  /** Does the function look at entries in a loop? */
  readonly scans: boolean;
}

export const allGaps: ReadonlySet<Gap> = new Set<Gap>(['wp', 'hole']);

export function update(s: State, change: Partial<EntryState>): void {
  const e = s.entries;
  if (!e) return;
  for (const part in change) {
    if (change[part as keyof EntryState] === e[part as keyof EntryState]) continue;
    s.entries = { ...e, ...change };
    return;
  }
}

/** Names the place of a change. */
export const siteOf = (c: Change): string => `${c.in.file}:${c.in.name}:${c.span.start}`;

/** Takes back what a step added to the entries looked at: it was not in a loop. */
export function forgetLooks(s: State, looked: readonly ReadValue[]): void {
  if (s.entries && s.entries.looked.length > looked.length) update(s, { looked });
}

/** Whose lock guards entries of this level: the function's own (`held`), its caller's (`inherit`), nobody's? */
export function protection(s: State, level: Level): LockStatus {
  const status = lockStatus(s, level);
  return status === 'held' && tookNone(s) ? 'inherit' : status;
}

/** Where paths meet: what no later change can depend on is told apart no more. */
export function reduceEntries(s: State): void {
  const e = s.entries;
  if (!e) return;
  if (e.clean.size > 0 || e.occupied.size > 0) {
    const names = new Set<string>();
    for (const m of s.memory.values()) names.add(m.value.key);
    const isGone = (key: string): boolean => key.startsWith('$') && !names.has(key);
    if ([...e.clean].some(isGone)) update(s, { clean: new Set([...e.clean].filter((key) => !isGone(key))) });
    if ([...e.occupied].some(isGone)) update(s, { occupied: new Set([...e.occupied].filter((key) => !isGone(key))) });
  }
  // Checks of a phase that changed something are no guards for a later one.
  if (e.tested.size > 0 && !e.earlier.has('wp') && !e.fresh.has('wp')) update(s, { tested: nothing });
  const spent = e.changed && (e.fresh.size > 1 || (e.fresh.size === 1 && !e.fresh.has('value')));
  if (spent) update(s, { fresh: new Set(['value' as const]) });
  // With a lock of its own, the function does nothing for what its caller has pending.
  if (phaseOf(s) === 'own' && s.entryLock.pte !== 'unknown' && (e.marked || e.kept.length > 0)) update(s, { marked: false, kept: [] });
}

/** Nothing that the path did or saw is left to be made good or to be answered for. */
export function isSettled(s: State): boolean {
  const e = s.entries;
  return !e || (!e.pending.some((c) => !losesNothing(s, c)) && e.gaps.size === 0 && e.earlier.size === 0 && e.unchecked.length === 0 && (e.detached?.gaps.size ?? 0) === 0);
}

/** No entry will be changed in this phase: what values it found without the bit does not matter any more. */
export function forgetBare(s: State): void {
  if (s.entries && s.entries.occupied.size > 0) update(s, { occupied: nothing, markers: nothing });
  // What was handed in matters to the caller, too.
  if (s.entries && s.entries.bare.size > 0 && s.entries.pending.length === 0) update(s, { bare: new Set([...s.entries.bare].filter((key) => !key.includes('R:'))) });
}

/** The nodes of this function at which the entries in a value were read, as `retire` names them. */
function readingsIn(value: Value): string[] {
  const found: string[] = [];
  contains(value, (v) => {
    const node = v.kind === 'read' ? /^[^/]*?#\d+\./.exec(v.id)?.[0] : undefined;
    if (node !== undefined) found.push(node);
    return false;
  });
  return found;
}

/** Entries that were read so far and are still known by a name. */
function readsOf(s: State): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (v: Value): boolean => {
    if (v.kind === 'read') found.add(v.key);
    return false;
  };
  for (const m of s.memory.values()) contains(m.value, look);
  return found;
}

/** A guard that found protected memory before the path went on guards something else. */
export function withoutViolated(earlier: EntryState['earlier'], violated: ReadonlySet<Guard>): EntryState['earlier'] {
  return violated.size === 0 ? earlier : new Map([...earlier].filter(([guard]) => !violated.has(guard)));
}

function withGuard(s: State, e: EntryState, guard: Guard): ReadonlyMap<Guard, Trace | undefined> {
  return e.violated.has(guard) ? e.earlier : new Map([...e.earlier, [guard, s.trace]]);
}

/* ---- phases ---- */

/** To be called after everything that may have taken or dropped a lock, with the phase before it. */
export function notePhase(sink: EntrySink, s: State, before: ReturnType<typeof phaseOf>, isNewWalkStep = false): void {
  const after = phaseOf(s);
  if (isNewWalkStep || (before !== 'none' && after === 'none')) endPhase(sink, s, before === 'caller');
  if (isNewWalkStep || (before !== 'own' && after === 'own')) startPhase(s);
}

function startPhase(s: State): void {
  const e = s.entries;
  if (!e) return;
  const violated = e.found.has('flag') ? withElement(e.violated, 'flag') : e.violated;
  const earlier = withoutViolated(e.fresh.has('flag') && !e.stable.has('flag') ? withGuard(s, e, 'flag') : e.earlier, violated);
  update(s, { earlier, violated, found: nothing, stale: readsOf(s), changed: false, fresh: nothing, clean: nothing, occupied: nothing, markers: nothing, emptied: nothing, bare: nothing, detached: e.detached && { ...e.detached, relocked: true } });
}

export function endPhase(sink: EntrySink, s: State, wasCallers: boolean): void {
  const e = s.entries;
  if (!e) return;
  for (const change of e.pending) if ((change.kind !== 'store' || change.replaces) && !losesNothing(s, change)) sink.lost(s, change);
  settleScan(s);
  let { earlier, stable } = e;
  // Nobody protects an entry while somebody else has mmap_lock for writing.
  if (e.mmap === 'write') for (const check of e.fresh) if (check !== 'value') stable = withElement(stable, check);
  for (const check of e.fresh) if (check !== 'value' && !stable.has(check) && !(check === 'wp' && e.changed)) earlier = withGuard(s, { ...e, earlier }, check);
  const { detached, gaps } = s.entries!;
  const violated = new Set([...e.violated, ...e.found]);
  update(s, {
    pending: [], clean: nothing, occupied: nothing, markers: nothing, emptied: nothing, bare: nothing, fresh: nothing, changed: false, earlier: withoutViolated(earlier, violated), violated, found: nothing, stable, ended: e.ended || wasCallers,
    detached: detached && !detached.scanned && detached.relocked && sink.scans ? { ...detached, scanned: true, gaps } : detached,
  });
}

/** Nothing more will be asked of the entries looked at so far. */
export function settleScan(s: State): void {
  const e = s.entries;
  if (!e || e.looked.length === 0) return;
  let { gaps } = e;
  for (const read of e.looked) {
    const gap = gapOf(s, read);
    if (gap) gaps = withElement(gaps, gap);
  }
  update(s, { looked: [], gaps });
}

/* ---- reads and branches ---- */

/** A walk over the entries that map a page has come to this one: something is in it. */
export function noteFound(s: State, slot: Value): void {
  if (s.entries) update(s, { occupied: withElement(s.entries.occupied, slot.key) });
}

/** An entry was read. */
export function noteRead(s: State, read: ReadValue): void {
  const e = s.entries;
  if (!e) return;
  if (e.pending.some((c) => c.kind === 'clear' && c.slot.key === read.slot.key)) update(s, { emptied: withElement(e.emptied, read.key) });
  if (read.level === 'pte' && (e.detached ? !e.detached.scanned : protection(s, 'pte') === 'inherit')) update(s, { looked: [...e.looked.filter((r) => r.key !== read.key), read] });
}

/** A branch found out whether `value` (a test, a comparison, a property of a vma) is true. */
export function noteBranch(s: State, value: Value, holds: boolean): void {
  const e = s.entries;
  if (!e) return;
  const isLocked = (v: Value): boolean => wasLocked(s, v) && !e.emptied.has(v.key);
  const isNews = (v: Value): boolean => isLocked(v) && !e.stale.has(v.key);
  const check = (c: Check): void => update(s, { fresh: withElement(e.fresh, c) });
  // Two readings of this phase are the same anyway.
  const isTold = value.kind === 'same' && value.left.kind === 'read' && value.right.kind === 'read' && value.left.slot.key === value.right.slot.key && isNews(value.left) && isNews(value.right);
  if (value.kind === 'same' && holds && !isTold && (isNews(value.left) || isNews(value.right))) check('value');
  if (value.kind === 'test' && value.test === 'none' && holds && contains(value.of, isNews)) check('value');
  if (value.kind === 'test' && (value.test === 'write' || value.test === 'other-marker') && holds && contains(value.of, isLocked)) update(s, { bare: withElement(e.bare, value.of.key) });
  if (value.kind === 'test' && value.test === 'uffd-wp' && !isBuiltWithout(value.of) && asksForm(s, value)) {
    if (!holds && (contains(value.of, isLocked) || value.of.kind !== 'read')) {
      // What was read in an earlier phase, and is looked at only now, was checked then.
      if (contains(value.of, isLocked) && (phaseOf(s) === 'none' || !contains(value.of, isNews))) update(s, { earlier: withGuard(s, e, 'wp') });
      else check('wp');
      update(s, { bare: withElement(s.entries!.bare, value.of.key), tested: new Set([...e.tested, ...readingsIn(value.of)]) });
    }
    if (holds) update(s, { found: withElement(e.found, 'wp') });
  }
  if (value.kind === 'flag' && (value.flag === 'wp' || value.flag === 'armed')) {
    // A registration that nobody can change is no guard that has to be repeated, whatever it says.
    if (holds) {
      if (e.unstable.has(value.of.key) || e.mmap === 'dropped') update(s, { found: withElement(e.found, 'flag') });
    } else {
      check('flag');
      if (e.mmap === 'read' || e.mmap === 'write' || !e.unstable.has(value.of.key)) update(s, { stable: withElement(s.entries!.stable, 'flag') });
    }
  }
  noteFacts(s);
}

/** To be called when facts have come: perhaps there is nothing to protect. */
export function noteFacts(s: State): void {
  const e = s.entries;
  if (!e) return;
  if (e.excused !== 'all') {
    let excused: Excuse = e.excused;
    for (const f of s.facts.values()) excused = moreExcused(excused, f.excuse);
    update(s, { excused });
  }
  const slots = occupiedSlots(s).filter((key) => !e.occupied.has(key));
  if (slots.length > 0) update(s, { occupied: new Set([...e.occupied, ...slots]) });
  if (e.pending.some((c) => cannotLose(s, c))) update(s, { pending: e.pending.filter((c) => !cannotLose(s, c)) });
}

/** A loop goes on with another vma. */
export function noteOtherVma(sink: EntrySink, s: State): void {
  const e = s.entries;
  if (!e) return;
  judgeTable(sink, s);
  for (const [key, f] of s.facts) if (f.excuse !== 'none') s.facts.delete(key);
  update(s, { excused: 'none', detached: undefined, violated: nothing, found: nothing, earlier: new Map(), stable: nothing, fresh: new Set([...e.fresh].filter((c) => c !== 'flag')) });
}

/** There is no vma: nobody is registered. */
export function noteNoVma(s: State): void {
  if (s.entries) update(s, { vmaless: true });
}

/** A loop over the vmas that map a file: their mmap_lock is not held. */
export function noteMappingWalk(s: State, vma: Value): void {
  if (s.entries) update(s, { unstable: withElement(s.entries.unstable, vma.key) });
}

/* ---- primitives ---- */

/** What a primitive does to entries, after its effect on locks and values. `result` is what it returned. */
export function noteEffect(sink: EntrySink, frame: Frame, s: State, span: Span, by: string, effect: Effect, args: readonly Value[], result: Value): void {
  const e = s.entries;
  if (!e) return;
  const arg = (i: number): Value => args[i < 0 ? args.length + i : i] ?? symbol(`${by}?`);
  const change = (kind: Change['kind'], level: Level, slot: Value, old: Value | undefined): Change => ({ kind, by, in: frame.ref, span, level, slot, old, replaces: false });
  switch (effect.op) {
    case 'clear': {
      if (isKernelTable(args)) return;
      const slot = arg(effect.slot);
      const old = effect.returnsOld ? result : undefined;
      if (effect.level === 'pmd' || effect.level === 'pud') {
        if (effect.table) detach(s, change('table', effect.level, slot, old));
        return;
      }
      const count = effect.count === undefined ? undefined : arg(effect.count);
      // Whoever empties entries has some.
      if (count && count.kind !== 'number') narrow(s, count, 1, Infinity);
      clear(sink, s, { ...change('clear', effect.level, slot, old), count });
      return;
    }
    case 'store':
      if (isKernelTable(args)) return;
      if (effect.level === 'pmd' || effect.level === 'pud') attach(sink, s, arg(effect.value));
      else store(sink, s, change('store', effect.level, arg(effect.slot), undefined), arg(effect.value));
      return;
    case 'mark':
      if (isTrusted(s, arg(effect.old))) coverPending(s);
      return;
    case 'mm-lock':
      if (effect.lock === 'mmap_lock') update(s, { mmap: effect.mode });
      return;
    case 'mm-unlock':
      if (effect.lock === 'mmap_lock') dropMmapLock(s);
      return;
    default: return;
  }
}

/** Page tables of the kernel itself (`&init_mm`, or no mm at all) are nobody's to protect. */
function isKernelTable(args: readonly Value[]): boolean {
  const mm = args[0];
  return (mm?.kind === 'address' && mm.place.kind === 'local' && mm.place.name === '::init_mm') || (mm?.kind === 'number' && mm.number === 0);
}

export function dropMmapLock(s: State): void {
  const e = s.entries;
  if (!e) return;
  let { earlier } = e;
  const fresh = new Set(e.fresh);
  for (const guard of e.stable) {
    earlier = withGuard(s, { ...e, earlier }, guard);
    fresh.delete(guard);
  }
  update(s, { mmap: 'dropped', mmapDropped: e.mmapDropped || e.mmap === 'caller', stable: nothing, earlier, fresh });
}

function clear(sink: EntrySink, s: State, change: Change): void {
  const e = s.entries;
  if (!e || e.detached || protection(s, change.level) === 'none') return;
  act(sink, s, change);
  const lost = !e.clean.has(change.slot.key) && !cannotLose(s, change);
  update(s, { changed: true, pending: lost ? withChange(e.pending, change) : e.pending, clean: withElement(e.clean, change.slot.key) });
}

/** Writing an entry, by a primitive or in place. */
export function store(sink: EntrySink, s: State, change: Change, value: Value): void {
  const e = s.entries;
  if (!e || e.detached || protection(s, change.level) === 'none') return;
  act(sink, s, change);
  const what = carries(value);
  const key = change.slot.key;
  if (what === 'carried' && addsBit(value) && !asksOldValue(s, e)) sink.chosen(change);
  if (what === 'dropped') sink.answered(change);
  if (isMarker(value)) sink.marked(change, isPending(e, change.slot));
  let pending: readonly Change[] = [];
  let settled = e.clean.has(key);
  for (const c of e.pending) {
    const own = c.slot.key === key;
    if (own) settled = true;
    if (own && isMarker(value)) {
      for (const rest of afterFirst(s, c)) pending = withChange(pending, rest);
      continue;
    }
    const kept = what === 'carried' ? own || addsBit(value) || comesFrom(value, c) : what === 'dropped' && own;
    if (!kept) pending = withChange(pending, own && what === 'absent' && c.kind === 'clear' ? { ...c, replaces: true } : c);
  }
  if (what === 'absent' && !settled && !cannotLose(s, change)) {
    const replaces = e.occupied.has(key);
    if (replaces || protection(s, change.level) === 'inherit') pending = withChange(pending, { ...change, replaces, marker: e.markers.has(key) ? 'own' : mayHoldMarker(s, key) ? 'found' : undefined });
  }
  const clean = new Set(e.clean);
  if (what === 'absent') clean.add(key);
  else clean.delete(key);
  const found = new Set(e.found);
  if (what === 'dropped') found.delete('wp');
  update(s, { changed: true, pending, clean, found, marked: e.marked || (what === 'carried' && addsBit(value)) });
  if (what === 'carried') keep(s, change.slot);
}

/** Markers were left in the entries that are pending, or in the first of each group of them. Whatever comes next replaces them. */
export function coverPending(s: State, firstOnly = false): void {
  const e = s.entries;
  if (!e) return;
  const slots = e.pending.map((c) => c.slot.key);
  update(s, { pending: firstOnly ? e.pending.flatMap((c) => afterFirst(s, c)) : [], marked: true, clean: new Set([...e.clean].filter((key) => !slots.includes(key))), occupied: new Set([...e.occupied, ...slots]), markers: new Set([...e.markers, ...slots]) });
}

export const isPending = (e: EntryState, slot: Value): boolean => e.pending.some((c) => c.slot.key === slot.key);

/** Does the path know whether the old value has the bit? What it gives the new one hangs on that then. */
const asksOldValue = (s: State, e: EntryState): boolean => e.found.has('wp') || e.bare.size > 0 || [...s.facts.values()].some((f) => f.value.kind === 'test' && f.value.test === 'uffd-wp' && f.low > 0);

/** A value that may have the bit was put into this slot. */
export function keep(s: State, slot: Value): void {
  const e = s.entries;
  if (!e) return;
  const isCallers = contains(slot, (v) => v.kind === 'param' || v.kind === 'load');
  update(s, { pending: e.pending.filter((c) => c.slot.key !== slot.key || c.rest), kept: isCallers && !e.kept.some((v) => v.key === slot.key) ? [...e.kept, slot] : e.kept });
}

function comesFrom(value: Value, change: Change): boolean {
  return contains(value, (v) => v.key === change.old?.key || (v.kind === 'read' && v.slot.key === change.slot.key));
}

/** A change for which something has to have been checked in this phase. */
function act(sink: EntrySink, s: State, change: Change): void {
  const e = s.entries;
  if (!e || e.fresh.size > 0 || e.stable.size > 0) return;
  if (protection(s, change.level) === 'held') sink.acted(s, change, allGaps);
  else update(s, { unchecked: withChange(e.unchecked, change) });
  // One change of a phase tells enough.
  update(s, { fresh: withElement(s.entries!.fresh, 'value') });
}

/* ---- whole tables ---- */

function detach(s: State, change: Change): void {
  const e = s.entries;
  if (!e) return;
  update(s, { detached: { change, scanned: false, gaps: nothing, guarded: e.stable.size > 0 || e.fresh.has('flag'), violated: e.violated, relocked: false }, looked: [], gaps: nothing });
}

/** A pmd is written: the table comes back, or something else takes its place. */
export function attach(sink: EntrySink, s: State, value: Value): void {
  const e = s.entries;
  const d = e?.detached;
  if (!d) {
    if (e && contains(value, (v) => v.kind === 'param' || v.kind === 'load') && !e.attached.some((v) => v.key === value.key)) update(s, { attached: [...e.attached, value] });
    return;
  }
  const comesBack = d.change.old !== undefined && contains(value, (v) => v.key === d.change.old!.key);
  if (!comesBack) judgeTable(sink, s);
  // Nobody could reach its entries meanwhile: what was seen in them is as good as seen now.
  const isSeen = comesBack && d.scanned && d.gaps.size === 0;
  update(s, { detached: undefined, fresh: isSeen ? withElement(e.fresh, 'value') : e.fresh });
}

/** The table does not come back. */
export function judgeTable(sink: EntrySink, s: State): void {
  const d = s.entries?.detached;
  if (!d || d.guarded) return;
  const gaps = d.scanned ? d.gaps : allGaps;
  if (gaps.size > 0) sink.acted(s, d.change, gaps);
  if (!d.scanned && s.entries!.excused === 'none') sink.lost(s, d.change);
}
