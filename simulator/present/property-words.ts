/** What is wrong, in a few words: the note at the violating step of a diagram, and the name of each property in lists. */
import type { Trace } from '../explorer/result';
import type { Program, PropertyId } from '../machine/program';
import { wordsOf } from './evaluate';
import { valueText, wordName, type FormatValue } from './format';
import { heldBy } from './locks';

/** Each property as a headline, for lists and for what is not about one schedule. */
export const PROPERTY_TITLES: Readonly<Record<PropertyId, string>> = {
  deadlock: 'deadlock',
  'lock-imbalance': 'a thread ends with a lock held',
  'unlock-not-held': 'a lock is released that is not held',
  'recursive-lock': 'a lock is taken twice by one thread',
  'sleep-in-atomic': 'sleep under a spinlock',
  'kernel-fault-sigbus': 'SIGBUS from a fault that no user caused',
  'unjustified-event': 'event for a page that was there',
  'armed-page-written': 'write-protected page written without an event',
  'armed-under-huge': 'write-protected entry under a writable huge mapping',
  'observed-hole-filled': 'hole that userspace saw filled without an event',
  bug: 'BUG',
  'null-pointer': 'NULL pointer dereference',
  'out-of-range': 'value out of range',
  assert: 'assertion fails',
  exists: 'the final state asked for is reached',
};

/** The note at the end of a schedule, about its last step: `MISSING event, but the page exists!` */
export function violationNote(program: Program, trace: Trace, property: PropertyId, format: FormatValue): string {
  const last = trace.steps.at(-1);
  const thread = last && program.threads[last.move.thread];
  const step = last && thread?.steps[last.step];
  const text = step?.text ?? '';
  switch (property) {
    case 'deadlock': return 'deadlock: nobody can go on';
    case 'lock-imbalance': return `ends with ${listed(heldNames()) ?? 'a lock'} held`;
    case 'unlock-not-held': return `does not hold ${lockName()}`;
    case 'recursive-lock': return `holds ${lockName()} already`;
    case 'sleep-in-atomic': return `may sleep, but holds ${listed(heldNames('lock')) ?? 'a spinlock'}`;
    case 'kernel-fault-sigbus': return 'SIGBUS, and no user caused the fault';
    case 'unjustified-event': return `${eventName(text)} event, but the page exists!`;
    case 'armed-page-written': return 'write-protected page written, no WP event!';
    case 'armed-under-huge': return 'maps a write-protected page writable!';
    case 'observed-hole-filled': return 'fills a hole that userspace saw, no event!';
    case 'bug': return 'BUG';
    case 'null-pointer': return 'NULL pointer dereference';
    case 'out-of-range': return 'value out of range';
    case 'assert': return 'assertion fails';
    case 'exists': return `the final state asked for: ${finalWords(program, trace, format)}`;
  }

  function lockName(): string {
    return (step?.lock !== undefined ? program.words[step.lock]?.name : undefined) ?? 'the lock';
  }

  function heldNames(kind?: 'lock'): string[] {
    const state = trace.states.at(-1);
    if (!last || !state) return [];
    return heldBy(program, last.move.thread, state.words).filter(({ lock }) => kind === undefined || program.words[lock]?.kind === kind).map(({ lock }) => program.words[lock]?.name ?? '?');
  }
}

/** The words that `exists` reads, with their values at the end: `x = 1, P1:r0 = 0`. */
export function finalWords(program: Program, trace: Trace, format: FormatValue): string {
  const words = trace.states.at(-1)?.words ?? [];
  const asked = program.exists ? [...new Set(wordsOf(program.exists))] : [];
  return asked.map((word) => `${wordName(program, word)} = ${valueText(program, word, words[word] ?? 0, format)}`).join('; ');
}

/** The kind of event that a step's C names: MISSING, MINOR or WP. */
export function eventName(text: string): string {
  return /\b(?:VM_UFFD_|UFFD_)?(MISSING|MINOR|WP)\b/.exec(text)?.[1] ?? 'MISSING';
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string | undefined {
  if (names.length < 2) return names[0];
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
