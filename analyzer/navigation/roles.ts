/** What a call means to somebody who looks for userfaultfd races, in a few words. Calls without a role are left out of answers. */
import type { KernelModel } from '../../kernel/model';
import type { Effect } from '../../kernel/types';
import type { FunctionRef } from '../call-graph/tree';
import type { Reach } from './reach';
import type { WayToUserfault } from './userfaults';

/** What the primitive does to entries, to locks, or to the fault; undefined when the name is no primitive or does nothing of that kind. */
export function roleOfPrimitive(model: KernelModel, name: string): string | undefined {
  const effect = model.primitives.get(name)?.shapes[0]?.effect;
  return effect && roleOf(effect);
}

function roleOf(effect: Effect): string | undefined {
  switch (effect.op) {
    case 'event': return 'raises a userfault';
    case 'fault': return 'raises a fault';
    case 'acquire': case 'walk-step': return `takes the ${lockOf(effect)}`;
    case 'double-lock': return 'takes two page-table locks';
    case 'double-unlock': return 'drops two page-table locks';
    case 'release': case 'walk-done': return 'drops the page-table lock';
    // Of these only calls with a page-table lock are asked about.
    case 'spin-lock': return 'takes the page-table lock';
    case 'spin-unlock': return 'drops the page-table lock';
    case 'clear': return effect.table ? 'takes a page table out' : 'empties an entry';
    case 'store': return 'writes an entry';
    case 'modify-start': case 'modify-commit': return 'changes an entry';
    case 'mark': return 'leaves a uffd-wp marker';
    case 'mm-lock': return effect.lock === 'RCU read lock' ? undefined : `takes ${lockName(effect.lock)}`;
    case 'mm-unlock': return effect.lock === 'RCU read lock' ? undefined : `drops ${lockName(effect.lock)}`;
    default: return undefined;
  }
}

const lockOf = (effect: Effect): string => ('level' in effect && (effect.level === 'pmd' || effect.level === 'pud') ? `${effect.level} lock` : 'page-table lock');

/** `mmap_lock` stands alone, `folio lock` wants an article. */
function lockName(lock: string): string {
  if (lock === 'mmap_lock' || lock === 'i_mmap_rwsem') return lock;
  return lock === 'mutex' || lock === 'rw_semaphore' ? `a ${lock}` : `the ${lock}`;
}

/** Has somebody who asks for the callers of this primitive a question that we can answer? Plain spinlocks and computations are everywhere. */
export function isAskedFor(model: KernelModel, name: string): boolean {
  const op = model.primitives.get(name)?.shapes[0]?.effect.op;
  return op !== undefined && !['inert', 'derive', 'range', 'spin-lock', 'spin-unlock', 'assert-held'].includes(op);
}

/** What a function leads to; undefined when that is nothing of interest. */
export function roleOfFunction(ref: FunctionRef, { ways, faults, changes }: Reach): string | undefined {
  const own = ways.get(ref);
  if (own) return `${own.every((way) => way.target === undefined) ? 'calls' : 'reaches'} ${eventsOf(own)}${reasonsOf(own)}`;
  if (faults.has(ref)) return 'raises a fault';
  return changes.has(ref) ? 'changes entries or takes their locks' : undefined;
}

/** The primitives at the ends of these ways. */
export function eventsOf(ways: readonly WayToUserfault[]): string {
  return [...new Set(ways.map((way) => way.event))].sort().join(', ');
}

/** ` (missing, wp)`; nothing when a reason is not known. */
export function reasonsOf(ways: readonly WayToUserfault[]): string {
  if (ways.some(({ reason }) => reason === undefined)) return '';
  const names = new Set(ways.map(({ reason }) => reason!.replace('VM_UFFD_', '').toLowerCase()));
  return ` (${[...new Set([...usualOrder.filter((name) => names.has(name)), ...names])].join(', ')})`;
}

const usualOrder = ['missing', 'minor', 'wp'];
