/**
 * A userfault is raised because an entry looked empty when it was read without the page-table lock, and nobody looked again under it.
 *
 * An entry may be none for a moment while somebody who holds the lock changes it (`ptep_modify_prot_start()`, migration, zap). A fault that
 * believes such a reading tells userspace that a page is missing which is there.
 */
import type { Trace } from '../dataflow/state';
import { steps } from '../dataflow/state';
import type { EventReach } from '../dataflow/summary';
import type { ReadValue, Value } from '../dataflow/value';
import { takesPageTableArgument } from '../dataflow/summaries';
import type { Severity, StepKind } from '../findings/finding';
import type { CreateCheck, RuleInfo } from './rule';
import { assumptionsOf, isEntered, messageOf, raisesEvent, withoutDetours } from './rule';

export const locklessPteToUserfault: RuleInfo = {
  name: 'lockless-pte-to-userfault',
  description: 'A userfault is raised on an entry that was read without the page-table lock and not rechecked under it.',
  severity: 'warning',
  commit: '2ea7ff1e39cb ("mm/hugetlb: fix race condition of uffd missing/minor handling")',
  scenario: 'hugetlb-missing-unstable-pte',
  since: '0.1.0',
};

export const checkLocklessEvents: CreateCheck = (tree) => ({
  info: locklessPteToUserfault,
  startsAt: raisesEvent,
  concern: 'events',
  judge: (_ref, { reaches }) => findLocklessEvents(reaches).map((event) => ({
    info: locklessPteToUserfault, severity: event.severity, message: describe(event), in: event.reach.in, span: event.reach.span,
    steps: explain(event), assumptions: assumptionsOf(steps(event.reach.trace)), about: `${event.snapshot.in.name} ${event.reason}`,
  })),
  asksCallers: (ref, { reaches }) => {
    const open = reaches.filter(mayRestOnCaller);
    return open.some((r) => r.reason.kind !== 'name') || (open.length > 0 && takesPageTableArgument(tree, ref));
  },
  concernsCaller: (reach) => 'reason' in reach && mayRestOnCaller(reach),
});

/** An event and the unconfirmed snapshot that led to it. */
interface LocklessEvent {
  readonly reach: EventReach;
  readonly reason: 'MISSING' | 'MINOR' | 'WP';
  readonly snapshot: ReadValue;
  readonly severity: Severity;
}

/** Events of one function's summary that rest on a snapshot nobody confirmed. */
function findLocklessEvents(reaches: readonly EventReach[]): LocklessEvent[] {
  const found: LocklessEvent[] = [];
  for (const reach of reaches) {
    const reason = reasonOf(reach.reason);
    if (!reason) continue;
    const snapshot = evidence(reach).find((read) => isDecisive(read, reach, reaches));
    if (snapshot) found.push({ reach, reason, snapshot, severity: reason === 'WP' ? 'information' : 'warning' });
  }
  return found;
}

/** Must callers of the function be asked whether it was a lockless reading of theirs that led to this event? */
function mayRestOnCaller(reach: EventReach): boolean {
  if (reach.coarse) return false;
  if (reach.reason.kind !== 'name') return true;
  const reason = reasonOf(reach.reason);
  if (reason === undefined || isSettled(reach) || evidence(reach).length > 0) return false;
  // A write-protect event needs a bit to rest on: one in a value that the caller handed in.
  return reason !== 'WP' || reach.facts.some((f) => f.value.kind === 'test' && f.value.test === 'uffd-wp' && f.low > 0 && f.value.of.kind !== 'read' && !f.value.by.includes('pmd'));
}

function reasonOf(reason: Value): LocklessEvent['reason'] | undefined {
  const match = reason.kind === 'name' ? /^VM_UFFD_(MISSING|MINOR|WP)$/.exec(reason.name) : undefined;
  return match?.[1] as LocklessEvent['reason'] | undefined;
}

/** Everything that callers read before the function was entered has been confirmed by it. */
function isSettled(reach: EventReach): boolean {
  return reach.confirmedAll === 'yes' || confirmedByCallersLock(reach) || comparedWithUnknown(reach);
}

const confirmedByCallersLock = (reach: EventReach): boolean => reach.confirmedAll === 'if-held' && reach.entryLock.pte === 'released';

/** Compared under the lock with something nobody can name: that may have been the snapshot. */
const comparedWithUnknown = (reach: EventReach): boolean =>
  reach.confirmed.some((c) => c.value.kind !== 'read' && c.value.kind !== 'param' && c.value.kind !== 'load');

/**
 * Snapshots that a test found empty (or write-protected, for a WP event) on this path and that nothing confirmed. None as long as the
 * entry was compared under the lock with a value of the caller's: what that value is, only the caller can say.
 */
function evidence(reach: EventReach): ReadValue[] {
  if (reach.coarse || confirmedByCallersLock(reach) || comparedWithUnknown(reach) || reach.confirmed.some((c) => c.value.kind === 'param' || c.value.kind === 'load')) return [];
  const wp = reasonOf(reach.reason) === 'WP';
  return reach.open.filter((read) => {
    // handle_userfault() sleeps, so a page-table lock of the caller's was not held unless the path released it.
    const status = read.lock === 'inherit' ? reach.entryLock[read.level === 'pte' || read.level === 'huge' ? 'pte' : 'pmd'] : read.lock;
    if (status === 'held' || status === 'released') return false;
    // A pmd that has the uffd-wp bit is no transient none; userspace only retries (wp_huge_pmd() relies on that).
    if (wp && (read.level === 'pmd' || read.level === 'pud')) return false;
    return reach.facts.some((f) => f.value.kind === 'test' && f.low > 0 && f.value.of.key === read.key
      && (wp ? f.value.test === 'uffd-wp' : f.value.test === 'none' || f.value.test === 'marker'));
  });
}

/** Not decisive: the same call leads to the same event, equally unconfirmed, when the entry was seen to be there. */
function isDecisive(read: ReadValue, reach: EventReach, all: readonly EventReach[]): boolean {
  return !all.some((other) => other !== reach && other.via === reach.via && other.in === reach.in && other.span.start === reach.span.start && other.reason.key === reach.reason.key
    && !isSettled(other) && evidence(other).length === 0
    && other.facts.some((f) => f.value.kind === 'test' && f.value.of.key === read.key && f.high === 0));
}

/* ---- words ---- */

function describe(event: LocklessEvent): string {
  const here = event.reach.in.name;
  const there = event.snapshot.in.name;
  const entry = event.snapshot.level === 'huge' ? 'an entry' : `a ${event.snapshot.level}`;
  const lines = here === there
    ? [`${here}() raises ${event.reason} on ${entry} it read without the page-table lock, no recheck`, `${here}() raises ${event.reason} on ${entry} it read without the ptl, no recheck`, `${here}() raises ${event.reason} on its own lockless read`]
    : [`${here}() raises ${event.reason} on ${entry} that ${there}() read without the ptl, no recheck`, `${here}() raises ${event.reason} on ${there}()'s lockless read`, `${here}(): ${event.reason} on ${there}()'s lockless read`];
  // The first that is short enough; the last is the shortest.
  const first = lines.find((line) => line.length <= 100) ?? lines.at(-1)!;
  const why = event.reason === 'WP'
    ? 'The write-protect bit was taken from a snapshot; the entry may have changed since. Compare it with pte_same() under the page-table lock, or read the bit there.'
    : 'An entry can be none for a moment while whoever holds the page-table lock changes it. Take the lock and look again (pte_same() with the snapshot, or pte_none()) before raising the event.';
  return messageOf(first, why);
}

/** The steps that tell this story, in the order of the path. */
function explain(event: LocklessEvent): Trace[] {
  const all = steps(event.reach.trace);
  const { snapshot } = event;
  const readAt = all.findIndex((s) => s.about?.key === snapshot.key && (s.kind === 'lockless-read' || s.kind === 'locked-read'));
  const start: Trace = readAt >= 0 ? { ...all[readAt]!, kind: 'lockless-read' } : {
    kind: 'lockless-read', in: snapshot.in, span: snapshot.span, about: snapshot, before: undefined, message: 'read without the page-table lock',
  };
  const rest = all.slice(readAt + 1);
  const told: readonly StepKind[] = ['lock', 'unlock', 'compare', 'check', 'locked-read'];
  const chosen = withoutDetours(rest.filter((s, i) => {
    if (s.kind === 'event') return i === rest.length - 1;
    if (s.kind === 'branch') return s.about?.key === snapshot.key && s.holds === true;
    if (s.kind === 'call') return isEntered(s, i, rest);
    return told.includes(s.kind);
  }));
  return [start, ...chosen.slice(-maxSteps)].map((s) => (s.kind === 'event'
    ? { ...s, message: `${event.reason} goes to userspace; nothing on this path confirmed the reading under the page-table lock` } : s));
}

/** A path that is longer is told from its end. */
const maxSteps = 14;
