/** Sleeping and reader-writer locks of the mm: mmap_lock, vma locks, i_mmap_rwsem, anon_vma, folio lock, mutexes. */
import { type Notes, rowsOf, shape } from './build';
import type { Primitive, Shape, Version } from './types';

const row = rowsOf('lock');
type Mode = 'read' | 'write';
type Line = readonly [name: string, meaning: string, source: string, notes?: Notes & { readonly shapes?: readonly Shape[] }];

const mmapLock = (name: string): string => `include/linux/mmap_lock.h:${name}`;
const hugetlb = (name: string): string => `mm/hugetlb.c:${name}`;
const fs = (name: string): string => `include/linux/fs.h:${name}`;
const rmap = (name: string): string => `include/linux/rmap.h:${name}`;
const pagemap = (name: string): string => `include/linux/pagemap.h:${name}`;
const mutex = (name: string): string => `include/linux/mutex.h:${name}`;
const rwsem = (name: string): string => `include/linux/rwsem.h:${name}`;
const noEvent = ['userfault-with-lock-held'];

const mmap: readonly Primitive[] = [
  take('mmap_lock', 'read', ['mmap_read_lock', 'Takes mmap_lock for reading: the vmas stay as they are.', mmapLock('mmap_read_lock')]),
  take('mmap_lock', 'read', ['mmap_read_lock_killable', 'Takes mmap_lock for reading; not 0, and nothing taken, when a fatal signal came first.', mmapLock('mmap_read_lock_killable')]),
  attempt('mmap_lock', 'read', ['mmap_read_trylock', 'Takes mmap_lock for reading if it is free; true when taken.', mmapLock('mmap_read_trylock')]),
  drop('mmap_lock', 'read', ['mmap_read_unlock', 'Drops mmap_lock taken for reading.', mmapLock('mmap_read_unlock'), { pitfall: 'Taking it again is not the same: vmas and registrations may have changed.', rules: ['uffd-wp-check-not-repeated'] }]),
  take('mmap_lock', 'write', ['mmap_write_lock', 'Takes mmap_lock for writing: nobody else changes the vmas.', mmapLock('mmap_write_lock'), {
    pitfall: 'It keeps out faults under mmap_lock, and those under vma locks once vma_start_write was called, but not reverse mapping or lockless page-table walks.',
  }]),
  take('mmap_lock', 'write', ['mmap_write_lock_killable', 'Takes mmap_lock for writing; not 0, and nothing taken, when a fatal signal came first.', mmapLock('mmap_write_lock_killable')]),
  attempt('mmap_lock', 'write', ['mmap_write_trylock', 'Takes mmap_lock for writing if it is free; true when taken.', mmapLock('mmap_write_trylock'), { until: [6, 5] }]),
  row('mmap_write_lock_nested', shape(2, { op: 'mm-lock', lock: 'mmap_lock', mode: 'write' }), 'Takes the mmap_lock of a second mm for writing, as fork does.', mmapLock('mmap_write_lock_nested'), { contract: { takes: 'mmap_lock for writing', sleeps: true } }),
  attempt('mmap_lock', 'read', ['lock_mm_and_find_vma', 'Takes mmap_lock for reading and finds the vma of a user address; NULL, and nothing taken, when there is none.', 'mm/memory.c:lock_mm_and_find_vma', {
    since: [6, 5], backported: { into: [[6, 1]], why: 'with the fix that lets stacks grow under mmap_lock for writing only' }, shapes: [shape(3, { op: 'mm-lock', lock: 'mmap_lock', mode: 'read', try: true })],
  }]),
  drop('mmap_lock', 'read', ['mmap_read_unlock_non_owner', 'Drops mmap_lock taken for reading by another task.', mmapLock('mmap_read_unlock_non_owner')]),
  drop('mmap_lock', 'write', ['mmap_write_unlock', 'Drops mmap_lock taken for writing, and with it all vma write locks.', mmapLock('mmap_write_unlock')]),
];

const since64: Version = [6, 4];
const vma: readonly Primitive[] = [
  attempt('vma lock', 'read', ['lock_vma_under_rcu', 'Looks a vma up and locks it for reading without mmap_lock; NULL when mmap_lock is needed.', 'mm/memory.c:lock_vma_under_rcu', {
    since: since64, shapes: [shape(2, { op: 'mm-lock', lock: 'vma lock', mode: 'read', try: true })],
  }]),
  row('vma_start_read', [
    shape(1, { op: 'mm-lock', lock: 'vma lock', mode: 'read', try: true }, { until: [6, 14] }),
    shape(2, { op: 'mm-lock', lock: 'vma lock', mode: 'read', try: true }, { since: [6, 15] }),
  ], 'Locks a vma for reading if nobody changes it; the result tells whether it worked.', 'include/linux/mm.h:vma_start_read', { since: since64, contract: { takes: 'the vma lock for reading, when it succeeds' } }),
  attempt('vma lock', 'read', ['vma_start_read_locked', 'Locks a vma for reading while mmap_lock is held; the result tells whether it worked.', mmapLock('vma_start_read_locked'), { since: [6, 15] }]),
  drop('vma lock', 'read', ['vma_end_read', 'Drops the vma lock taken for reading.', 'include/linux/mm.h:vma_end_read', { since: since64, contract: { releases: 'the vma lock', stale: 'the vma, unless mmap_lock is held' }, rules: ['use-after-userfault'] }]),
  take('hugetlb vma lock', 'read', ['hugetlb_vma_lock_read', 'Keeps shared hugetlb page tables of the vma from being unshared.', hugetlb('hugetlb_vma_lock_read'), {
    since: [6, 1], pitfall: 'Since 6.3 handle_userfault takes it itself for hugetlb: the caller has to drop it first.', rules: [...noEvent, 'hugetlb-pte-walk-unlocked'],
  }]),
  drop('hugetlb vma lock', 'read', ['hugetlb_vma_unlock_read', 'Drops the hugetlb vma lock taken for reading.', hugetlb('hugetlb_vma_unlock_read'), {
    since: [6, 1], contract: { releases: 'the hugetlb vma lock', stale: 'pointers to hugetlb entries: their table may be unshared' },
    pitfall: 'It looks at the vma: not after an event or a fault that may have dropped mmap_lock.', rules: ['use-after-userfault', 'hugetlb-pte-walk-unlocked'],
  }]),
  take('hugetlb vma lock', 'write', ['hugetlb_vma_lock_write', 'Takes the hugetlb vma lock to unshare page tables.', hugetlb('hugetlb_vma_lock_write'), { since: [6, 1], rules: noEvent }]),
  attempt('hugetlb vma lock', 'write', ['hugetlb_vma_trylock_write', 'Takes the hugetlb vma lock for writing if it is free; true when taken.', hugetlb('hugetlb_vma_trylock_write'), { since: [6, 1] }]),
  drop('hugetlb vma lock', 'write', ['hugetlb_vma_unlock_write', 'Drops the hugetlb vma lock taken for writing.', hugetlb('hugetlb_vma_unlock_write'), { since: [6, 1] }]),
];

const mappings: readonly Primitive[] = [
  take('i_mmap_rwsem', 'read', ['i_mmap_lock_read', 'Keeps the list of vmas that map a file as it is.', fs('i_mmap_lock_read'), { rules: [...noEvent, 'hole-filled-under-uffd'] }]),
  attempt('i_mmap_rwsem', 'read', ['i_mmap_trylock_read', 'Takes i_mmap_rwsem for reading if it is free; true when taken.', fs('i_mmap_trylock_read'), { since: [5, 19] }]),
  drop('i_mmap_rwsem', 'read', ['i_mmap_unlock_read', 'Drops i_mmap_rwsem taken for reading.', fs('i_mmap_unlock_read')]),
  take('i_mmap_rwsem', 'write', ['i_mmap_lock_write', 'Takes i_mmap_rwsem to change the list of vmas that map a file.', fs('i_mmap_lock_write'), { rules: noEvent }]),
  attempt('i_mmap_rwsem', 'write', ['i_mmap_trylock_write', 'Takes i_mmap_rwsem for writing if it is free; true when taken.', fs('i_mmap_trylock_write')]),
  drop('i_mmap_rwsem', 'write', ['i_mmap_unlock_write', 'Drops i_mmap_rwsem taken for writing.', fs('i_mmap_unlock_write')]),
  take('anon_vma lock', 'read', ['anon_vma_lock_read', 'Keeps the vmas of an anon_vma as they are.', rmap('anon_vma_lock_read'), { rules: noEvent }]),
  attempt('anon_vma lock', 'read', ['anon_vma_trylock_read', 'Takes the anon_vma lock for reading if it is free; true when taken.', rmap('anon_vma_trylock_read'), { since: [5, 19] }]),
  drop('anon_vma lock', 'read', ['anon_vma_unlock_read', 'Drops the anon_vma lock taken for reading.', rmap('anon_vma_unlock_read')]),
  take('anon_vma lock', 'write', ['anon_vma_lock_write', 'Takes the anon_vma lock for writing; keeps reverse mapping of anonymous pages out.', rmap('anon_vma_lock_write'), { rules: noEvent }]),
  attempt('anon_vma lock', 'write', ['anon_vma_trylock_write', 'Takes the anon_vma lock for writing if it is free; true when taken.', rmap('anon_vma_trylock_write'), { since: [6, 8] }]),
  drop('anon_vma lock', 'write', ['anon_vma_unlock_write', 'Drops the anon_vma lock taken for writing.', rmap('anon_vma_unlock_write')]),
];

const folios: readonly Primitive[] = [
  take('folio lock', 'write', ['folio_lock', 'Takes the folio lock.', pagemap('folio_lock'), { since: [5, 16], rules: noEvent, pitfall: 'The folio may have left the file while we waited: check its mapping.' }]),
  take('folio lock', 'write', ['folio_lock_killable', 'Takes the folio lock; not 0, and nothing taken, when a fatal signal came first.', pagemap('folio_lock_killable'), { since: [5, 16] }]),
  attempt('folio lock', 'write', ['folio_trylock', 'Takes the folio lock if it is free; true when taken.', pagemap('folio_trylock'), { since: [5, 16] }]),
  drop('folio lock', 'write', ['folio_unlock', 'Drops the folio lock.', 'mm/filemap.c:folio_unlock', { since: [5, 16] }]),
  take('folio lock', 'write', ['lock_page', 'Takes the lock of a page (of its folio).', pagemap('lock_page'), { rules: noEvent }]),
  attempt('folio lock', 'write', ['trylock_page', 'Takes the lock of a page if it is free; true when taken.', pagemap('trylock_page')]),
  drop('folio lock', 'write', ['unlock_page', 'Drops the lock of a page.', 'mm/folio-compat.c:unlock_page']),
];

const others: readonly Primitive[] = [
  take('mutex', 'write', ['mutex_lock', 'Takes a mutex.', mutex('mutex_lock'), { rules: noEvent, pitfall: 'The hugetlb fault mutex has to be dropped before a userfault.' }]),
  take('mutex', 'write', ['mutex_lock_interruptible', 'Takes a mutex; not 0, and nothing taken, when a signal came first.', mutex('mutex_lock_interruptible')]),
  attempt('mutex', 'write', ['mutex_trylock', 'Takes a mutex if it is free; true when taken.', mutex('mutex_trylock')]),
  drop('mutex', 'write', ['mutex_unlock', 'Drops a mutex.', mutex('mutex_unlock')]),
  take('rw_semaphore', 'read', ['down_read', 'Takes a reader-writer semaphore for reading.', rwsem('down_read'), { rules: noEvent }]),
  attempt('rw_semaphore', 'read', ['down_read_trylock', 'Takes a reader-writer semaphore for reading if it is free; true when taken.', rwsem('down_read_trylock')]),
  drop('rw_semaphore', 'read', ['up_read', 'Drops a reader-writer semaphore taken for reading.', rwsem('up_read')]),
  take('rw_semaphore', 'write', ['down_write', 'Takes a reader-writer semaphore for writing.', rwsem('down_write'), { rules: noEvent }]),
  attempt('rw_semaphore', 'write', ['down_write_trylock', 'Takes a reader-writer semaphore for writing if it is free; true when taken.', rwsem('down_write_trylock')]),
  drop('rw_semaphore', 'write', ['up_write', 'Drops a reader-writer semaphore taken for writing.', rwsem('up_write')]),
  row('rcu_read_lock', shape(0, { op: 'mm-lock', lock: 'RCU read lock', mode: 'read' }), 'Starts an RCU read section: what is reached by RCU is not freed in it.', 'include/linux/rcupdate.h:rcu_read_lock', {
    contract: { takes: 'the RCU read lock' }, pitfall: 'No sleeping in it, so no userfault either.', rules: noEvent,
  }),
  row('rcu_read_unlock', shape(0, { op: 'mm-unlock', lock: 'RCU read lock', mode: 'read' }), 'Ends an RCU read section.', 'include/linux/rcupdate.h:rcu_read_unlock', {
    contract: { releases: 'the RCU read lock', stale: 'pointers reached by RCU without a reference' },
  }),
];

/** Everything but page-table locks. */
export const mmLocks: readonly Primitive[] = [...mmap, ...vma, ...mappings, ...folios, ...others];

/** `mmap_lock` stands alone, `folio lock` wants an article. */
function words(lock: string): string {
  return lock === 'mmap_lock' || lock === 'i_mmap_rwsem' ? lock : `the ${lock}`;
}

/** Of some locks there is one way to hold them only. */
function held(lock: string, mode: Mode): string {
  return lock === 'folio lock' || lock === 'mutex' ? words(lock) : `${words(lock)} for ${mode === 'read' ? 'reading' : 'writing'}`;
}

function take(lock: string, mode: Mode, [name, meaning, source, notes]: Line): Primitive {
  return row(name, shape(1, { op: 'mm-lock', lock, mode }), meaning, source, { contract: { takes: held(lock, mode), sleeps: true }, ...notes });
}

function attempt(lock: string, mode: Mode, [name, meaning, source, notes]: Line): Primitive {
  const { shapes, ...rest } = notes ?? {};
  return row(name, shapes ?? shape(1, { op: 'mm-lock', lock, mode, try: true }), meaning, source, { contract: { takes: `${held(lock, mode)}, when it succeeds` }, ...rest });
}

function drop(lock: string, mode: Mode, [name, meaning, source, notes]: Line): Primitive {
  return row(name, shape(1, { op: 'mm-unlock', lock, mode }), meaning, source, { contract: { releases: words(lock) }, ...notes });
}
