/** Locks: how a thread takes them, waits for them and gives them back. */
import { at, binary, constant, equals, not, or, truth, zero } from './exp';
import { assignLocal } from './locals';
import { emitStep, number, newTemporary, type LocalPlace, type Lowering } from './lowering';
import { set, store, violate, when, type Action } from './micro';
import { mustNotBeAtomic, settleEntries } from './properties';
import type { Exp, WordId } from './program';
import { word } from './exp';

interface How {
  /** The thread may sleep while it waits. */
  readonly sleeps: boolean;
  /** Set for a trylock: where its result goes. */
  readonly result: LocalPlace | 'unused' | undefined;
}

/** Takes a spinlock, mutex or folio lock. `look` is what the thread reads in that moment: what others do in between they could as well do before. */
export function lockAcquire(context: Lowering, lock: Exp, how: How, look: readonly Action[] = []): void {
  const own = constant(context.thread + 1);
  const isFree = equals(at(lock), zero);
  const take = [store(lock, own, 'lock'), ...look];
  emitAcquire(context, lock, how, isFree, equals(at(lock), own), take);
}

export function lockRelease(context: Lowering, lock: Exp): void {
  const own = constant(context.thread + 1);
  emitStep(context, { kind: 'unlock', lock: lockWord(lock) }, [
    violate('unlock-not-held', not(equals(at(lock), own))), store(lock, zero, 'lock'), ...settleEntries(context.world, lock),
  ]);
}

/** Takes a reader-writer semaphore. Readers do not wait for writers that wait: the schedules of a fair semaphore and more. */
export function rwAcquire(context: Lowering, lock: Exp, mode: 'read' | 'write', how: How): void {
  const { threadCount } = context.world;
  const writers = constant(((1 << threadCount) - 1) << threadCount);
  const mine = bit(context, mode);
  const held = truth(binary('&', at(lock), binary('|', bit(context, 'read'), bit(context, 'write'))));
  const isFree = mode === 'write' ? equals(at(lock), zero) : not(truth(binary('&', at(lock), writers)));
  emitAcquire(context, lock, how, isFree, held, [store(lock, binary('|', at(lock), mine))]);
}

export function rwRelease(context: Lowering, lock: Exp, mode: 'read' | 'write'): void {
  const mine = bit(context, mode);
  emitStep(context, { kind: 'unlock', lock: lockWord(lock) }, [
    violate('unlock-not-held', not(truth(binary('&', at(lock), mine)))), store(lock, binary('^', at(lock), mine)),
  ]);
}

function emitAcquire(context: Lowering, lock: Exp, how: How, isFree: Exp, isOwn: Exp, take: readonly Action[]): void {
  const id = lockWord(lock);
  if (how.result === undefined) {
    // One who waits for himself would wait for ever: say what it is instead of calling it a deadlock.
    emitStep(context, { kind: 'lock', lock: id, guard: or(isFree, isOwn) }, [
      ...(how.sleeps ? mustNotBeAtomic(context.world, context.thread) : []), violate('recursive-lock', isOwn), ...take,
    ]);
    return;
  }
  // The result is read off before the lock changes.
  const got = newTemporary(context, 'try', { kind: 'int', bits: 1 });
  emitStep(context, { kind: 'trylock', lock: id }, [set(got, isFree), ...when(isFree, take)]);
  if (how.result !== 'unused') assignLocal(context, how.result, number(word(got)));
}

function bit(context: Lowering, mode: 'read' | 'write'): Exp {
  return constant(1 << (mode === 'read' ? context.thread : context.world.threadCount + context.thread));
}

/** The word of a lock whose address is known. */
export function lockWord(lock: Exp): WordId | undefined {
  return lock.kind === 'const' ? lock.value - 1 : undefined;
}
