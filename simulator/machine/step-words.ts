/** What a call of a kernel primitive comes to in a scenario, in words: how many atomic steps, and what they do. Says what `primitives.ts` does. */
import type { Effect } from '../../kernel/types';
import { entryTest, entryValue } from './entry-values';
import { vmaFlagNames } from './primitives';

export interface StepWords {
  /** The most steps that a call takes; undefined when scenarios cannot call it. */
  readonly steps: number | undefined;
  /** Whole sentences, Markdown. */
  readonly text: string;
}

/** The steps of a primitive with this effect. Where nothing that is read ever changes, a call takes fewer. */
export function stepWords(name: string, effect: Effect): StepWords {
  switch (effect.op) {
    case 'acquire':
      if (effect.lock.from === 'field') return unusable();
      if (effect.slot === undefined && effect.lock.from === 'out') return { steps: 3, text: 'Up to three steps: looks at the pmd; takes the lock of the table that it points to and looks at the pmd again; releases it where the pmd has changed. The result is NULL unless the pmd holds `PMD_TABLE` both times.' };
      if (!effect.nullable) return words(1, 'waits until the lock is free, and takes it.');
      return { steps: 4, text: 'Up to four steps: looks at the entry; for a huge page or a migration entry takes the lock and looks again; releases it and yields NULL if the entry has changed.' };
    case 'spin-lock':
      return effect.trylock ? words(1, 'takes the lock if it is free.') : words(1, 'waits until the lock is free, and takes it.');
    case 'release': case 'spin-unlock':
      return words(1, 'releases the lock.');
    case 'lock-pointer':
      return none('finds the lock.');
    case 'assert-held':
      return none('`assert` is violated when this thread does not hold the lock.');
    case 'double-lock':
      return words(2, 'takes the two locks in the order of their addresses; one step when they are the same lock.');
    case 'double-unlock':
      return words(2, 'releases the two locks; one step when they are the same lock.');
    case 'map':
      return effect.level === 'pmd' ? none('yields the pmd.') : words(1, 'looks at the pmd. The result is NULL unless the pmd holds `PMD_TABLE`.');
    case 'read':
      return words(1, 'reads the entry.');
    case 'compare':
      return none('compares the whole of both values.');
    case 'test':
      return effect.test === 'other' && entryTest(name) === undefined ? unusable('entries have no such bit here.') : none('looks at a value that was read before.');
    case 'test-slot':
      return effect.test === 'other' && entryTest(name) === undefined ? unusable('entries have no such bit here.') : words(1, 'reads the entry and tests it.');
    case 'vma-flag':
      return vmaFlagNames[effect.flag] ? words(1, 'reads the flags of the vma.') : unusable('vmas have no such flag here.');
    case 'event':
      return words(4, 'looks at the flags and sends the event; asks `userfaultfd_must_wait()`; drops mmap_lock (the vma lock with `FAULT_FLAG_VMA_LOCK`); sleeps until it is woken. Reads `vmf->flags` and `vmf->pte`.');
    case 'clear': case 'modify-start':
      return words(1, 'takes the value out and leaves the entry empty.');
    case 'store': case 'modify-commit':
      return words(1, 'writes the entry.');
    case 'mark':
      return words(1, 'leaves a marker with the uffd-wp bit, if the old value had the bit and the vma is registered for write-protect events and not anonymous.');
    case 'derive':
      return entryValue(name) ? none('computes a value.') : unusable('write what it computes.');
    case 'mm-lock':
      if (effect.lock === 'RCU read lock') return none('there is no RCU here.');
      return words(1, `${effect.try ? `takes the lock${mode(effect)} if it can` : `waits until the lock is free${mode(effect) === ' for reading' ? ' of writers' : ''}, and takes it${mode(effect)}`}${hugetlb(effect)}.`);
    case 'mm-unlock':
      return effect.lock === 'RCU read lock' ? none('there is no RCU here.') : words(1, `releases the lock${hugetlb(effect)}.`);
    case 'cache-lock':
      return words(1, 'waits until the lock of the page cache is free, and takes it.');
    case 'cache-unlock':
      return words(1, 'releases the lock of the page cache.');
    case 'cache-load':
      return effect.skips ? unusable('look at each slot with `xas_load()`.') : words(1, `${effect.moves ? 'goes to the next slot and reads it' : 'reads the slot'}.`);
    case 'cache-store':
      return words(1, 'writes the slot.');
    case 'inert':
      return none('it does nothing here, and its result cannot be used; `choose()` says what may happen.');
    case 'range': case 'fault': case 'walk-step': case 'walk-done':
      return unusable();
  }
}

/** A lock that only readers and writers tell apart says which; folio locks and mutexes have one way to be held. */
function mode({ lock, mode: how }: Extract<Effect, { op: 'mm-lock' }>): string {
  if (lock === 'folio lock' || lock === 'mutex') return '';
  return how === 'read' ? ' for reading' : ' for writing';
}

function hugetlb({ lock }: { readonly lock: string }): string {
  return lock === 'hugetlb vma lock' ? '; no step for a private mapping without `HPAGE_RESV_OWNER`, which has no such lock' : '';
}

const numbers = ['No', 'One', 'Two', 'Three', 'Four'];

function words(steps: number, text: string): StepWords {
  return { steps, text: `${numbers[steps] ?? steps} step${steps === 1 ? '' : 's'}: ${text}` };
}

function none(text: string): StepWords {
  return { steps: 0, text: `No step: ${text}` };
}

function unusable(why?: string): StepWords {
  return { steps: undefined, text: why === undefined ? 'It has no steps: write a function of this name that does what matters of it.' : `It has no meaning: ${why}` };
}
