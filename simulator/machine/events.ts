/** handle_userfault() (fs/userfaultfd.c), and how threads that wait in it are woken. */
import { formatExpr } from '../../parser/cfg';
import type { Expr } from '../../parser/ir';
import { and, at, binary, cond, constant, equals, not, or, truth, word, zero } from './exp';
import { hasForm } from './entry-values';
import { evaluate } from './expressions';
import { assignLocal } from './locals';
import { emitSkipUnless, emitStep, fail, newTemporary, number, type LocalPlace, type Lowering } from './lowering';
import { rwRelease } from './locking';
import { set, violate, when, type Action } from './micro';
import { endFault, mustBeJustified, mustNotBeAtomic } from './properties';
import type { Exp } from './program';
import { constants } from './values';
import { linked } from './world';

const flag = (name: string): Exp => constant(constants.get(name)!);

/**
 * handle_userfault(vmf, reason), in its order: the flags are tested (no FAULT_FLAG_ALLOW_RETRY means SIGBUS), the event is queued and can be read from then on,
 * userfaultfd_must_wait() reads the entry again without its lock, mmap_lock (or the vma lock) is dropped, and the thread sleeps until it is woken, or goes
 * on at once. The entry is the one in `vmf->pte`.
 */
export function lowerEvent(context: Lowering, vmf: Expr, reason: Exp, result: LocalPlace | undefined): void {
  const value = evaluate(context, vmf);
  if (value.kind !== 'struct') return fail(context, `${formatExpr(vmf)} is no struct vm_fault`, vmf.span);
  const field = (name: string): Exp | undefined => {
    const place = value.struct.fields.get(name);
    return place?.value?.kind === 'number' ? place.value.exp : place?.word === undefined ? undefined : word(place.word);
  };
  const flags = field('flags') ?? fail(context, `${value.struct.name}.flags was not set`);
  const entry = field('pte') ?? fail(context, `${value.struct.name}.pte was not set: it says which entry the event is about`);
  const { world, thread } = context;
  const waits = world.uffdWait[thread]!;
  const call = `handle_userfault(${formatExpr(vmf)}, ${reasonName(reason)})`;
  const has = (name: string): Exp => truth(binary('&', flags, flag(name)));
  const isMissing = or(equals(reason, flag('VM_UFFD_MISSING')), equals(reason, flag('VM_UFFD_MINOR')));
  const outcome = newTemporary(context, 'uffd', { kind: 'int', bits: 3 });
  const wait = newTemporary(context, 'wait', { kind: 'int', bits: 1 });

  const sigbus: Action[] = [violate('kernel-fault-sigbus', constant(1)), set(outcome, flag('VM_FAULT_SIGBUS')), set(wait, zero)];
  const noWait: Action[] = [set(outcome, flag('VM_FAULT_RETRY')), set(wait, zero)];
  const queue: Action[] = [...when(isMissing, mustBeJustified(world, thread, entry)), set(waits, entry), set(outcome, flag('VM_FAULT_RETRY')), set(wait, constant(1)), ...endFault(world, thread)];
  emitStep(context, { kind: 'event', text: call }, [
    ...mustNotBeAtomic(world, thread),
    { kind: 'if', test: has('FAULT_FLAG_ALLOW_RETRY'), then: [{ kind: 'if', test: has('FAULT_FLAG_RETRY_NOWAIT'), then: noWait, else: queue }], else: sigbus },
  ]);
  if (result) assignLocal(context, result, number(word(outcome)));
  emitSkipUnless(context, word(wait));
  // fs/userfaultfd.c:userfaultfd_must_wait(): none, or write-protected when the event is about that.
  const current = at(entry);
  const isNone = or(hasForm(current, 'none'), hasForm(current, 'marker'));
  const isProtected = and(equals(reason, flag('VM_UFFD_WP')), hasForm(current, 'present'), not(truth(binary('&', current, constant(constants.get('PTE_WRITE')!)))));
  emitStep(context, { kind: 'load', text: 'userfaultfd_must_wait()' }, [{ kind: 'if', test: or(isNone, isProtected), then: [], else: [set(waits, zero)] }]);
  const mm = linked(world, 'vm_mm');
  if (mm) {
    const vma = linked(world, 'vma');
    const isVmaLock = vma ? has('FAULT_FLAG_VMA_LOCK') : zero;
    const lock = vma ? cond(isVmaLock, constant(vma.base + 2), constant(mm.base + 1)) : constant(mm.base + 1);
    rwReleaseAs(context, lock, isVmaLock.kind !== 'const' ? 'release_fault_lock(vmf)' : isVmaLock.value !== 0 ? 'vma_end_read(vma)' : 'mmap_read_unlock(mm)');
  }
  emitStep(context, { kind: 'sleep', text: 'schedule()', guard: equals(word(waits), zero), mayWaitForever: true }, mustNotBeAtomic(world, thread));
}

function rwReleaseAs(context: Lowering, lock: Exp, text: string): void {
  const before = context.pending.length;
  rwRelease(context, lock, 'read');
  context.pending = context.pending.map((p, i) => (i >= before && p.kind === 'step' ? { ...p, step: { ...p.step, text } } : p));
}

/** Wakes every thread that waits for a fault on an entry. */
export function wakeFaults(context: Lowering, entry: Exp): void {
  const actions = context.world.uffdWait.map((wait): Action => ({ kind: 'if', test: equals(word(wait), entry), then: [set(wait, zero)], else: [] }));
  emitStep(context, { kind: 'wake' }, actions);
}

function reasonName(reason: Exp): string {
  for (const name of ['VM_UFFD_MISSING', 'VM_UFFD_WP', 'VM_UFFD_MINOR']) if (reason.kind === 'const' && reason.value === constants.get(name)) return name;
  return 'reason';
}

