/** The page-cache tree and its lock. */
import { rowsOf, shape } from './build';
import type { Primitive } from './types';

const row = rowsOf('page-cache');
const x = (name: string): string => `include/linux/xarray.h:${name}`;
const r4 = ['hole-filled-under-uffd'];
const lock = (name: string, arity: number): Primitive => row(name, shape(arity, { op: 'cache-lock', arg: 0 }), 'Takes the lock of an xarray; of the page cache it is the i_pages lock.', x(name), { contract: { takes: 'the lock of the xarray', stale: 'what was found in it before' }, rules: r4 });
const unlock = (name: string, arity: number): Primitive => row(name, shape(arity, { op: 'cache-unlock', arg: 0 }), 'Drops the lock of an xarray.', x(name), { contract: { releases: 'the lock of the xarray', stale: 'that an index is empty' }, rules: r4 });
const load = (name: string, arity: number, meaning: string, how: { skips?: true; moves?: true } = {}): Primitive => row(name, shape(arity, { op: 'cache-load', arg: 0, ...how }), meaning, x(name), { contract: { needs: 'the lock of the xarray or the RCU read lock' }, rules: r4 });

export const pageCache: readonly Primitive[] = [
  ...['xas_lock', 'xas_lock_irq', 'xas_lock_bh', 'xa_lock', 'xa_lock_irq', 'xa_lock_bh'].map((name) => lock(name, 1)),
  ...['xas_lock_irqsave', 'xa_lock_irqsave'].map((name) => lock(name, 2)),
  ...['xas_unlock', 'xas_unlock_irq', 'xas_unlock_bh', 'xa_unlock', 'xa_unlock_irq', 'xa_unlock_bh'].map((name) => unlock(name, 1)),
  ...['xas_unlock_irqrestore', 'xa_unlock_irqrestore'].map((name) => unlock(name, 2)),
  load('xas_load', 1, 'What the xarray holds at the current index; NULL for a hole.'),
  load('xas_next', 1, 'Moves to the next index and returns what is there; NULL for a hole.', { moves: true }),
  load('xas_prev', 1, 'Moves to the previous index and returns what is there; NULL for a hole.', { moves: true }),
  load('xas_find', 2, 'The next entry that is not empty, up to an index.', { skips: true }),
  load('xas_find_marked', 3, 'The next entry with a mark, up to an index.', { skips: true }),
  load('xas_reload', 1, 'What the xarray holds at the current position, read again.'),
  load('xas_find_conflict', 1, 'The next entry in the range that a store would overwrite.', { skips: true }),
  load('xas_next_entry', 2, 'The next entry that is not empty, up to an index.', { skips: true }),
  row('xas_store', shape(2, { op: 'cache-store', arg: 0, value: 1 }), 'Writes an entry at the current index.', x('xas_store'), {
    contract: { needs: 'the lock of the xarray' }, pitfall: 'Filling a hole of a file that is registered for missing faults takes an event away from the monitor.', rules: r4,
  }),
];

/** The entry that keeps lookups waiting: an index that holds it is not seen to be empty. */
export const waitingEntry = 'XA_RETRY_ENTRY';

/** Is this an entry of the tree's own, nothing that a file holds? */
export const isReservedEntry = (name: string): boolean => /^XA_[A-Z]+_ENTRY$/.test(name);
