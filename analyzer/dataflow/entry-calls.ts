/** How `EntryState` changes across calls, and where values of a function end: at the next round of a loop, and when the function returns. */
import { moreExcused } from './bits';
import type { Change, EntryState, Guard } from './entries';
import { gapOf, nothing, withChange, withElement } from './entries';
import type { EntrySink } from './entry-effects';
import { allGaps, attach, coverPending, dropMmapLock, endPhase, judgeTable, keep, noteFacts, notePhase, protection, settleScan, update, withoutViolated } from './entry-effects';
import type { State } from './state';
import { phaseOf } from './state';
import type { Value } from './value';
import { symbol } from './value';

/** How a callee's values and places are called by its caller. */
interface Names {
  value(v: Value): Value;
}

/**
 * The call returned with `from`: `before` is the caller's state at the call, `s` the one after it, whose locks are settled already.
 * `site` is the call, for what the callee did under a lock that was taken here; `told` are the guards whose answer the callee gives its caller; `marksMany`:
 * it leaves markers not only in the entry that it was given.
 */
export function applyEntries(sink: EntrySink, before: State, s: State, from: EntryState, names: Names, site: Pick<Change, 'by' | 'in' | 'span'>, args: readonly Value[], told: ReadonlySet<Guard>, marksMany: boolean): void {
  const e = s.entries;
  if (!e) return;
  const rename = (c: Change): Change => ({ ...c, slot: names.value(c.slot), old: c.old && names.value(c.old) });
  const isUnstable = args.some((a) => e.unstable.has(a.key)) && e.mmap !== 'read' && e.mmap !== 'write';
  if (!e.detached) {
    for (const c of from.unchecked) {
      if (e.fresh.size > 0 || e.stable.size > 0 || protection(before, c.level) === 'none') continue;
      if (protection(before, c.level) === 'held') sink.acted(s, { ...rename(c), ...site }, allGaps);
      else update(s, { unchecked: withChange(s.entries!.unchecked, rename(c)) });
    }
  } else if (from.scans && !e.detached.scanned) {
    update(s, { detached: { ...e.detached, scanned: true, gaps: from.gaps } });
  }
  for (const value of from.attached) attach(sink, s, names.value(value));
  if (from.mmapDropped) dropMmapLock(s);
  noteFacts(s);
  if (from.marked) coverPending(s, !marksMany);
  for (const slot of from.kept) keep(s, names.value(slot));
  if (from.ended) endPhase(sink, s, phaseOf(before) === 'caller');
  else notePhase(sink, s, phaseOf(before));
  const now = s.entries!;
  const fresh = new Set([...now.fresh, ...from.fresh]);
  const earlier = new Map([...now.earlier, ...[...from.earlier].filter(([guard]) => told.has(guard))]);
  let { pending } = now;
  if (!e.detached) {
    for (const c of from.pending) {
      const here = rename(c);
      // What was taken out here is replaced there.
      if (here.kind === 'store' && pending.some((p) => p.kind === 'clear' && p.slot.key === here.slot.key)) {
        pending = pending.map((p) => (p.kind === 'clear' && p.slot.key === here.slot.key ? { ...p, replaces: true } : p));
        continue;
      }
      pending = withChange(pending, here.kind === 'store' && !here.replaces ? { ...here, replaces: s.entries!.occupied.has(here.slot.key) } : here);
    }
  }
  update(s, {
    fresh, pending, changed: now.changed || from.changed, stable: isUnstable ? now.stable : new Set([...now.stable, ...from.stable]),
    excused: moreExcused(now.excused, from.excused), vmaless: now.vmaless || from.vmaless, found: new Set([...now.found, ...from.found]), earlier: withoutViolated(earlier, now.violated),
    mmap: from.mmap === 'caller' ? now.mmap : from.mmap,
  });
  noteFacts(s);
}

/** A helper that puts markers was called for this slot, whose value was pending before and still is: it is the one to blame. */
export function blame(before: State, s: State, helper: Change, slot: Value): void {
  const e = s.entries;
  // No marker is missed in anonymous memory.
  if (!e || e.excused !== 'none' || !before.entries?.pending.some((c) => c.slot.key === slot.key)) return;
  update(s, { pending: e.pending.map((c) => (c.slot.key !== slot.key || c.rest ? c : { ...c, blamed: c.blamed ?? { in: helper.in, span: helper.span, by: helper.by } })) });
}

/* ---- loops and ends ---- */

/** The node gives new meaning to the values whose names begin with `id`. To be called before the facts about them go. */
export function retireEntries(s: State, id: string): void {
  const e = s.entries;
  if (!e) return;
  const old = e.looked.length > 0 ? e.looked.filter((r) => r.id.startsWith(id)) : e.looked;
  let { gaps } = e;
  for (const read of old) {
    const gap = gapOf(s, read);
    if (gap) gaps = withElement(gaps, gap);
  }
  const isOld = (key: string): boolean => key.includes(id);
  const hasOld = (keys: ReadonlySet<string>): boolean => {
    for (const key of keys) if (isOld(key)) return true;
    return false;
  };
  const alive = (keys: ReadonlySet<string>): ReadonlySet<string> => (hasOld(keys) ? new Set([...keys].filter((k) => !isOld(k))) : keys);
  if (e.earlier.has('wp') && e.tested.has(id)) {
    const earlier = new Map(e.earlier);
    earlier.delete('wp');
    update(s, { earlier, tested: nothing });
  }
  const touched = old.length > 0 || hasOld(e.stale) || hasOld(e.clean) || hasOld(e.occupied) || hasOld(e.emptied) || hasOld(e.bare) || hasOld(e.unstable) || e.kept.some((v) => isOld(v.key)) || e.pending.some((c) => isOld(c.slot.key));
  if (!touched) return;
  update(s, {
    looked: old.length > 0 ? e.looked.filter((r) => !old.includes(r)) : e.looked, gaps,
    stale: alive(e.stale), clean: alive(e.clean), occupied: alive(e.occupied), markers: alive(e.markers), emptied: alive(e.emptied), bare: alive(e.bare), unstable: alive(e.unstable),
    kept: e.kept.filter((v) => !v.key.includes(id)),
    pending: e.pending.map((c) => (c.slot.key.includes(id) ? { ...c, slot: symbol(`gone:${c.slot.key}`) } : c)),
  });
}

/** At the end of a function: what its caller gets to know. */
export function finishEntries(sink: EntrySink, s: State): void {
  const e = s.entries;
  if (!e) return;
  settleScan(s);
  if (e.detached) judgeTable(sink, s);
  const open = phaseOf(s) === 'none' ? [] : s.entries!.pending;
  // Checks of a phase that changed something are told apart no more.
  if (s.entries!.changed) update(s, { fresh: new Set(s.entries!.fresh.size > 0 ? ['value' as const] : []), found: nothing });
  update(s, { pending: open, detached: undefined, clean: nothing, occupied: nothing, markers: nothing, emptied: nothing, bare: nothing, stale: nothing, tested: nothing, unstable: nothing, scans: sink.scans, gaps: sink.scans ? s.entries!.gaps : nothing });
}
