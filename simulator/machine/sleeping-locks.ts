/** Locks that sleep: mmap_lock, vma locks, i_mmap_rwsem, anon_vma, folio lock, mutexes. Which word of which object a call takes. */
import type { Effect } from '../../kernel/types';
import { formatExpr } from '../../parser/cfg';
import type { Expr } from '../../parser/ir';
import { behind } from './arithmetic';
import { binary, constant, one, or, truth, word, zero } from './exp';
import { evaluateNumber } from './expressions';
import { assignLocal, wordOfPlace } from './locals';
import { emitLocal, emitSkipUnless, fail, number, type LocalPlace, type Lowering } from './lowering';
import { lockAcquire, rwAcquire } from './locking';
import { set } from './micro';
import type { Exp } from './program';
import { constants } from './values';
import { objectAt } from './world';

/** Takes a sleeping lock. */
export function lowerMmLock(context: Lowering, name: string, effect: Extract<Effect, { op: 'mm-lock' }>, args: readonly Expr[], result: LocalPlace | undefined): void {
  if (effect.lock === 'RCU read lock') return;
  const expr = args[0] ?? fail(context, `${name}() lacks an argument`);
  const lock = mmLockOf(context, name, effect.lock, expr);
  if (effect.lock === 'hugetlb vma lock') {
    // A trylock of nothing succeeds.
    if (effect.try && result) emitLocal(context, set(wordOfPlace(context, result), one));
    emitSkipUnless(context, hasHugetlbVmaLock(context, lock));
  }
  const how = { sleeps: !effect.try, result: effect.try ? result ?? ('unused' as const) : undefined };
  if (isReaderWriter(context, lock)) rwAcquire(context, lock, effect.mode, how);
  else lockAcquire(context, lock, how);
  // The killable forms return 0: no signals here.
  if (!effect.try && result) assignLocal(context, result, number(zero));
}

/**
 * mm/hugetlb.c: hugetlb_vma_lock_*() lock something where __vma_shareable_lock() or __vma_private_lock() holds: a shared mapping has a lock of its own, a private
 * one the lock of its reservation map, if it owns one. Without (MAP_NORESERVE, a child after fork()) there is nothing to lock.
 */
export function hasHugetlbVmaLock(context: Lowering, lock: Exp): Exp {
  const object = lock.kind === 'const' ? objectAt(context.world, lock.value - 1) : undefined;
  if (!object) return one;
  const field = (name: string): Exp => word(object.base + object.fields.findIndex((f) => f.name === name));
  const has = (name: string, flag: string): Exp => truth(binary('&', field(name), constant(constants.get(flag)!)));
  return or(has('vm_flags', 'VM_SHARED'), has('vm_private_data', 'HPAGE_RESV_OWNER'));
}

/** The word of an object's lock of that kind. */
export function mmLockOf(context: Lowering, name: string, lock: string, expr: Expr): Exp {
  const address = evaluateNumber(context, expr);
  const object = address.kind === 'const' ? objectAt(context.world, address.value - 1) : undefined;
  if (object) {
    const start = address.kind === 'const' ? address.value - 1 - ((address.value - 1 - object.base) % object.fields.length) : 0;
    const index = object.fields.findIndex((field) => field.lock === lock);
    if (index >= 0) return constant(start + index + 1);
    return fail(context, `${object.declaration.name} has no ${lock}, which ${name}() takes`, expr.span);
  }
  // A folio found at run time: its lock follows its flags.
  if (lock === 'folio lock' && address.kind !== 'const') return behind(address, constant(1));
  return fail(context, `${formatExpr(expr)} is no object of the init block`, expr.span);
}

export function isReaderWriter(context: Lowering, lock: Exp): boolean {
  return lock.kind === 'const' && context.world.words[lock.value - 1]?.kind === 'rwlock';
}
