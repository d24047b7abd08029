/** What is known at a place, in words: short Markdown in which only code is marked. */
import type { CallSite, EntryFacts, LockFact, SnapshotFact, SpotFacts } from '../analyzer/spots/facts';

/** The locks that are held at a place; undefined when nothing is known of any. */
export function heldWords({ locks, noPtl }: SpotFacts): string | undefined {
  const always = locks.filter((lock) => lock.on === 'every path').map(lockWords);
  const sometimes = locks.filter((lock) => lock.on === 'some paths').map(lockWords);
  const held = [
    ...(always.length > 0 ? [`holds ${always.join(', ')}`] : []),
    ...(sometimes.length > 0 ? [`${always.length > 0 ? 'and ' : 'holds '}on some paths only ${sometimes.join(', ')}`] : []),
  ].join(', ');
  if (held === '') return noPtl ? 'Here: holds no page-table lock.' : undefined;
  return `Here: ${held}${noPtl ? '; no page-table lock' : ''}.`;
}

/** One lock: "`ptl` (page-table lock)", "mmap_lock for reading". */
export function lockWords(lock: LockFact): string {
  const notes = [...(lock.ifTaken ? ['if the call succeeded'] : []), ...(lock.fromCaller ? ["the caller's"] : [])];
  const mode = lock.mode === undefined || lock.lock === 'folio lock' || lock.lock === 'mutex' || lock.lock === 'RCU read lock' ? '' : lock.mode === 'read' ? ' for reading' : ' for writing';
  const object = lock.text.replace(/^&/, '');
  if (lock.lock === 'page-table lock') {
    const kind = lock.level === 'pmd' || lock.level === 'pud' ? `${lock.level} lock` : 'page-table lock';
    return object === '' ? [`a ${kind}`, ...notes].join(', ') : `${code(object)} (${[kind, ...notes].join(', ')})`;
  }
  const name = lock.lock === 'mmap_lock' || lock.lock === 'i_mmap_rwsem' ? lock.lock
    : lock.lock === 'folio lock' && object !== '' ? `the lock of ${code(object)}`
      : lock.lock === 'mutex' && object !== '' ? `the mutex ${code(object)}`
        : lock.lock === 'rw_semaphore' && object !== '' ? code(object) : `the ${lock.lock}`;
  return [`${name}${mode}`, ...notes].join(', ');
}

/** What became of a value since it was read; `line` counts from 1. */
export function snapshotWords({ variable, locked, state }: SnapshotFact, line: number): string {
  const read = `${code(variable)}: read ${locked ? 'under' : 'without'} the page-table lock in line ${line}`;
  switch (state) {
    case 'current': return `${read}; the lock is still held.`;
    case 'lock dropped': return `${read}; the lock was dropped since.`;
    case 'not rechecked': return `${read}; not rechecked since.`;
    case 'rechecked': return `${read}; compared again under the lock, and the same.`;
    case 'recheck outdated': return `${read}; compared again under the lock, which was dropped since.`;
    case 'changed': return `${read}; compared again under the lock: it is another value by now.`;
  }
}

/** What those who call the function hold; undefined when there is nothing to say. */
export function callerWords({ annotated, callSites, isCallback }: EntryFacts): string | undefined {
  const count = (ptl: CallSite['ptl']): number => callSites.filter((site) => site.ptl === ptl).length;
  const [held, free, unknown] = [count('held'), count('not held'), count('unknown')];
  const parts = [
    ...(annotated.length > 0 ? [`Annotated: the caller holds ${annotated.map(code).join(', ')}.`] : []),
    ...(held === 0 ? [] : [`Direct calls: ${callSites.length}; ${[`${held} with a page-table lock held`, ...(free > 0 ? [`${free} without`] : []), ...(unknown > 0 ? [`${unknown} not known`] : [])].join(', ')}${isCallback ? '. It is a callback, too' : ''}.`]),
  ];
  return parts.length === 0 ? undefined : parts.join(' ');
}

const code = (text: string): string => `\`${text.replace(/`/g, '')}\``;
