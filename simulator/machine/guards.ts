/** `guard(kind)(lock)` of include/linux/cleanup.h: the lock is released wherever its scope is left. */
import type { Effect } from '../../kernel/types';
import type { Expr } from '../../parser/ir';
import { fail, type Lowering } from './lowering';
import { lowerPrimitive } from './primitives';

/** What `guard(kind)` takes and gives back. RCU protects nothing here, so its guard does nothing. */
const kinds: ReadonlyMap<string, readonly [take: Effect, give: Effect] | undefined> = new Map<string, readonly [Effect, Effect] | undefined>([
  ...['spinlock', 'spinlock_irq', 'spinlock_irqsave', 'spinlock_bh', 'raw_spinlock', 'raw_spinlock_irq', 'raw_spinlock_irqsave'].map((kind) => [kind, [{ op: 'spin-lock', arg: 0 }, { op: 'spin-unlock', arg: 0 }]] as const),
  ['mutex', sleeping('mutex', 'write')],
  ['rwsem_read', sleeping('rw_semaphore', 'read')], ['rwsem_write', sleeping('rw_semaphore', 'write')],
  ['mmap_read_lock', sleeping('mmap_lock', 'read')], ['mmap_write_lock', sleeping('mmap_lock', 'write')],
  ['rcu', undefined], ['preempt', undefined],
]);

/** Lowers what the parser makes of a guard: a call of `guard_kind`, and one of `guard_kind_exit` at each end of its scope. False for other calls. */
export function lowerGuard(context: Lowering, name: string, args: readonly Expr[]): boolean {
  const match = /^guard_(\w+?)(_exit)?$/.exec(name);
  if (!match || context.model.primitives.has(name)) return false;
  const kind = match[1]!;
  if (!kinds.has(kind)) fail(context, `guard(${kind}) is not known here: write the lock and the unlock out`);
  const effects = kinds.get(kind);
  const effect = effects?.[match[2] === undefined ? 0 : 1];
  if (effect) lowerPrimitive(context, `guard(${kind})`, effect, args, undefined);
  return true;
}

function sleeping(lock: string, mode: 'read' | 'write'): readonly [Effect, Effect] {
  return [{ op: 'mm-lock', lock, mode }, { op: 'mm-unlock', lock, mode }];
}
