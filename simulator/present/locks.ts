/** Who holds which lock, and since when. */
import type { Trace } from '../explorer/result';
import type { Program, Word, WordId } from '../machine/program';

export type LockMode = 'held' | 'read' | 'write';

export interface Holder {
  readonly thread: number;
  readonly mode: LockMode;
}

/** A thread holds a lock: after step `from`, until step `to` releases it (to the end if undefined). Steps count from 1, 0 is the beginning. */
export interface LockSpan extends Holder {
  readonly lock: WordId;
  readonly from: number;
  readonly to: number | undefined;
}

export function isLock(word: Word | undefined): boolean {
  return word?.kind === 'lock' || word?.kind === 'rwlock';
}

/** The threads that hold a lock whose word has this value. */
export function holders(program: Program, lock: WordId, value: number): readonly Holder[] {
  const kind = program.words[lock]?.kind;
  if (kind === 'lock') return value === 0 ? [] : [{ thread: value - 1, mode: 'held' }];
  if (kind !== 'rwlock') return [];
  const threads = program.threads.length;
  return program.threads.flatMap((_, thread): Holder[] => [
    ...((value >> (threads + thread)) & 1 ? [{ thread, mode: 'write' as const }] : []),
    ...((value >> thread) & 1 ? [{ thread, mode: 'read' as const }] : []),
  ]);
}

/** What a thread holds in a state, in the order of the words. */
export function heldBy(program: Program, thread: number, words: readonly number[]): readonly { readonly lock: WordId; readonly mode: LockMode }[] {
  return program.words.flatMap((word, lock) =>
    isLock(word) ? holders(program, lock, words[lock] ?? 0).filter((holder) => holder.thread === thread).map(({ mode }) => ({ lock, mode })) : []);
}

/** All spans of all locks, in the order in which they begin. */
export function lockSpans(program: Program, trace: Trace): readonly LockSpan[] {
  const spans: LockSpan[] = [];
  program.words.forEach((word, lock) => {
    if (!isLock(word)) return;
    const open = new Map<string, LockSpan>();
    trace.states.forEach((state, after) => {
      const now = holders(program, lock, state.words[lock] ?? 0);
      for (const [key, span] of open) {
        if (now.some((holder) => keyOf(holder) === key)) continue;
        spans.push({ ...span, to: after });
        open.delete(key);
      }
      for (const holder of now) if (!open.has(keyOf(holder))) open.set(keyOf(holder), { lock, ...holder, from: after, to: undefined });
    });
    spans.push(...open.values());
  });
  return spans.sort((a, b) => a.from - b.from || a.lock - b.lock || a.thread - b.thread);
}

/** `ptl, held by P0`; the thread itself is called that. */
export function heldInWords(program: Program, lock: WordId, value: number): string {
  const name = program.words[lock]?.name ?? 'a lock';
  const who = holders(program, lock, value).map(({ thread, mode }) => `${program.threads[thread]?.name ?? '?'}${mode === 'held' ? '' : ` for ${mode}`}`);
  return who.length === 0 ? name : `${name}, held by ${who.join(' and ')}`;
}

/** Does holding it keep everybody else out? */
export function excludes(mode: LockMode): boolean {
  return mode !== 'read';
}

function keyOf(holder: Holder): string {
  return `${holder.thread} ${holder.mode}`;
}
