/**
 * Holes of a file's page cache are filled by somebody who only goes over the range. Whoever registered for missing faults and saw such a hole
 * waits for an event that never comes. So the holes have to be blocked first, then counted again, and then all vmas that map the file asked.
 */
import type { Effect } from '../../kernel/types';
import { callsPrimitive, type FunctionRef } from '../call-graph/tree';
import type { FillFault, FillReach } from '../dataflow/page-cache';
import { said } from '../dataflow/page-cache';
import type { Trace } from '../dataflow/state';
import { steps } from '../dataflow/state';
import type { CreateCheck, Report, RuleInfo } from './rule';
import { assumptionsOf, isEntered, messageOf, withoutDetours } from './rule';

export const holeFilledUnderUffd: RuleInfo = {
  name: 'hole-filled-under-uffd',
  description: 'Holes in the page cache of a file are filled although somebody may be waiting for a missing fault there.',
  severity: 'warning',
  commit: 'ac492b9c70ca ("mm/khugepaged: skip shmem with userfaultfd")',
  scenario: 'collapse-file-observed-hole',
  since: '0.1.0',
};

const stores = (effect: Effect): boolean => effect.op === 'cache-store';

export const checkFilledHoles: CreateCheck = (tree) => ({
  info: holeFilledUnderUffd,
  startsAt: stores,
  levels: 2,
  concern: 'cache',
  judge: (_ref, { fills }, isLast) => firstPerFunction(fills.filter((f) => !f.coarse && f.fault !== undefined && (f.decided || isLast))).map(report),
  asksCallers: (_ref, { fills }) => fills.some(mayRestOnCaller),
  // It may have found holes, or hold a lock that counts.
  settles: (ref) => callsPrimitive(tree.model, ref, isPart),
  concernsCaller: (reach) => 'decided' in reach && mayRestOnCaller(reach),
});

const mayRestOnCaller = (f: FillReach): boolean => !f.coarse && !f.decided;

const isPart = (effect: Effect): boolean => effect.op === 'cache-lock' || effect.op === 'cache-load' || (effect.op === 'mm-lock' && effect.lock === 'i_mmap_rwsem');

/** A function that does it wrong does so once: the first store is told. */
function firstPerFunction(fills: readonly FillReach[]): FillReach[] {
  const first = new Map<FunctionRef, FillReach>();
  for (const fill of fills) {
    const old = first.get(fill.in);
    if (!old || fill.span.start < old.span.start) first.set(fill.in, fill);
  }
  return [...first.values()];
}

const order = 'Take the i_pages lock once; under it block the holes with XA_RETRY_ENTRY, count them again, and ask each vma that maps the file for userfaultfd_missing(), with i_mmap_rwsem held; then store.';
const faults: Readonly<Record<FillFault, readonly [what: string, why: string]>> = {
  unasked: ['fills holes of a file without asking its vmas for userfaultfd_missing()', 'Since the i_pages lock was taken, not every vma that maps the file was asked, so an event that somebody waits for is lost.'],
  refused: ['fills holes of a file although userfaultfd_missing() is true of a vma', 'A monitor waits for the fault on such a hole, and this path goes on to fill it.'],
  unlisted: ['asks the vmas of a file without i_mmap_rwsem before it fills holes', 'Without the lock a vma may be missed.'],
  open: ['fills holes of a file that could be seen until now', 'Lookups take no lock: somebody may have seen the hole, and registered, after the vmas were asked.'],
  early: ['asks the vmas of a file before it has blocked the holes that it fills', 'Lookups take no lock: somebody may have seen the hole, and registered, after the vmas were asked.'],
  uncounted: ['fills holes of a file that were counted only before the lock was taken again', 'A fault may have filled one of them meanwhile, and what it put there is overwritten.'],
};

function report(f: FillReach): Report {
  const [what, why] = faults[f.fault ?? 'unasked'];
  return {
    info: holeFilledUnderUffd,
    severity: 'warning',
    message: messageOf(`${f.in.name}() ${what}`, `${why} ${order}`),
    in: f.in, span: f.span,
    steps: explain(f),
    assumptions: assumptionsOf(steps(f.trace)),
    about: 'fill',
  };
}

const maxSteps = 12;

/** How a hole was found and the lock dropped, if that was before; then what happened from taking the lock for the last time to the store. */
function explain(f: FillReach): Trace[] {
  const all = steps(f.trace).filter((s) => s.assumed === undefined);
  const end = all.findLastIndex((s) => s.message === said.stored);
  const section = Math.max(0, all.findLastIndex((s, i) => i < end && s.message === said.locked));
  const hole = all.findLastIndex((s, i) => i < section && s.message === said.hole);
  const before = all.findLastIndex((s, i) => i < hole && s.message === said.locked);
  const after = all.findIndex((s, i) => i > hole && s.message === said.unlocked);
  return withoutDetours(all.filter((s, i) => {
    if (i > end) return false;
    if (i < section) return hole >= 0 && (i === hole || i === before || i === after);
    if (s.kind === 'call') return isEntered(s, i, all);
    const next = all.findIndex((other, j) => j > i && other.message === said.hole);
    return i === section || i === end || s.kind === 'check' || (s.message === said.hole && (next < 0 || next > end || all[next]!.span.start !== s.span.start));
  })).slice(-maxSteps);
}
