/** The locks that are held at calls, in the few words that fit behind a name. */
import type { FunctionFacts, LockFact, Spot } from '../spots/facts';

/** What is held at the calls that begin at these offsets of the function, on every path that reaches any of them; undefined when nothing is known. */
export function heldAt({ spots }: FunctionFacts, covers: (spot: Spot) => boolean): string | undefined {
  const calls = spots.filter((spot) => spot.kind === 'call' && covers(spot));
  const [first, ...others] = calls;
  if (!first) return undefined;
  const names = others.reduce((shared, spot) => {
    const here = namesOf(spot);
    return shared.filter((name) => here.includes(name));
  }, namesOf(first));
  const noPtl = calls.every((spot) => spot.noPtl);
  if (names.length === 0) return noPtl ? 'no ptl' : undefined;
  return `holds ${names.join(', ')}${noPtl ? ', no ptl' : ''}`;
}

function namesOf({ locks }: Spot): string[] {
  return [...new Set(locks.filter(({ on, ifTaken }) => on === 'every path' && !ifTaken).map(nameOf))];
}

/** Locks that have no readers, or nothing else than readers. */
const oneMode: ReadonlySet<string> = new Set(['folio lock', 'mutex', 'RCU read lock']);
/** Kinds that say little: what is locked says more. */
const kinds: ReadonlySet<string> = new Set(['mutex', 'rw_semaphore']);
const maxText = 40;

function nameOf({ lock, level, mode, text }: LockFact): string {
  if (lock === 'page-table lock') return level === 'pmd' || level === 'pud' ? `the ${level} lock` : 'the ptl';
  const readers = mode === undefined || oneMode.has(lock) ? '' : ` (${mode})`;
  if (kinds.has(lock)) return `${text === '' || text.length > maxText ? `a ${lock}` : text.replace(/^&/, '')}${readers}`;
  return `${lock === 'mmap_lock' || lock === 'i_mmap_rwsem' ? '' : 'the '}${lock}${readers}`;
}
