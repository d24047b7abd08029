/** What the annotations of a function's head claim of page-table locks. */
import type { Expr, LockFact } from '../../parser/ir';
import { evaluate } from './evaluate';
import type { Frame } from './frame';
import type { State } from './state';
import { claimHeld } from './state';
import { namesPageTableLock } from './transfer';

export type LockClaim = LockFact & { readonly expr: Expr };

/**
 * The page-table locks that are held on entry: who must hold a lock, or gives it back, was called with it. It is a claim, and what the body does
 * counts from there on: a lock that it releases, or takes, is no longer the caller's.
 *
 * `__acquires` and `__cond_acquires` claim something of the return, where the body itself says which lock is held on which path. They
 * could tell more only of functions without a body, and those the index does not hold: what a call of one does to locks is the kernel model's.
 */
export function lockClaims(frame: Frame): LockClaim[] {
  return frame.ir.annotations.filter((a): a is LockClaim =>
    (a.kind === 'must_hold' || a.kind === 'releases') && a.expr !== undefined && namesPageTableLock(frame, a.expr));
}

/** The state on entry, parameters included, with the locks that are claimed to be held. */
export function holdClaimed(frame: Frame, s: State): void {
  for (const claim of lockClaims(frame)) claimHeld(s, evaluate(frame, s, claim.expr, frame.ir.entry), undefined);
}
