/** The abstract effect of the kernel's primitives: how locks, entries and snapshots change across a call. */
import type { Effect, LockSource } from '../../kernel/types';
import type { Expr, IrNode, NodeId } from '../../parser/ir';
import { readEntry } from './evaluate';
import type { Frame } from './frame';
import { nodeId, quote, typeOf } from './frame';
import type { State } from './state';
import { acquire, claimHeld, drop, narrow, readPlace, record, release, writePlace } from './state';
import type { Value } from './value';
import { flag, lock, number, operation, pointee, same, symbol, test } from './value';

export type CallNode = Extract<IrNode, { kind: 'call' }>;

/** Applies the effect in place and says what the call returns. Events are the solver's business: they are given back as such. */
export function applyEffect(frame: Frame, s: State, id: NodeId, node: CallNode, callee: string, effect: Effect, args: readonly Value[]): Value {
  const unique = nodeId(frame, id);
  const arg = (i: number): Value => args[i < 0 ? args.length + i : i] ?? symbol(`${unique}?`);
  const expr = (i: number): Expr | undefined => node.args[i < 0 ? node.args.length + i : i];
  const step = (kind: 'lock' | 'unlock' | 'clear' | 'store', message: string): void =>
    record(s, { kind, in: frame.ref, span: node.span, about: undefined, message });
  switch (effect.op) {
    case 'acquire': {
      const taken = effect.lock.from === 'arg' ? arg(effect.lock.index) : lock(unique, effect.level);
      const result = effect.lock.from === 'result' ? taken : symbol(`${unique}:map`);
      putLock(s, effect.lock, taken, arg);
      acquire(s, { lock: taken, level: effect.level, guard: effect.nullable ? result : undefined }, effect.nested);
      step('lock', `${callee}() takes the page-table lock`);
      return result;
    }
    case 'release':
      release(s, effect.lock.from === 'field' ? readPlace(s, pointee(arg(effect.lock.index), [effect.lock.field])) : effect.lock.from === 'result' ? symbol(unique) : arg(effect.lock.index));
      step('unlock', `${callee}() releases the page-table lock`);
      return symbol(unique);
    case 'lock-pointer': {
      const pointer = lock(unique, effect.level);
      putLock(s, effect.lock, pointer, arg);
      return effect.lock.from === 'result' ? pointer : symbol(`${unique}:map`);
    }
    case 'spin-lock': {
      const target = arg(effect.arg);
      const result = symbol(unique);
      if (!isPageTableLock(frame, target, expr(effect.arg))) return result;
      acquire(s, { lock: target, level: target.kind === 'lock' ? target.level : undefined, guard: effect.trylock ? result : undefined }, effect.nested);
      step('lock', `${callee}() takes the page-table lock ${quote(frame, expr(effect.arg)?.span ?? node.span)}`);
      return result;
    }
    case 'spin-unlock': {
      const target = arg(effect.arg);
      if (s.held.has(target.key) || isPageTableLock(frame, target, expr(effect.arg))) {
        release(s, target);
        step('unlock', `${callee}() releases the page-table lock ${quote(frame, expr(effect.arg)?.span ?? node.span)}`);
      }
      return symbol(unique);
    }
    case 'assert-held': {
      const target = arg(effect.arg);
      if (isPageTableLock(frame, target, expr(effect.arg))) claimHeld(s, target, target.kind === 'lock' ? target.level : undefined);
      return symbol(unique);
    }
    case 'double-lock':
      for (const i of effect.args) acquire(s, { lock: arg(i), level: 'pte', guard: undefined });
      step('lock', `${callee}() takes both page-table locks`);
      return symbol(unique);
    case 'double-unlock':
      for (const i of effect.args) release(s, arg(i));
      step('unlock', `${callee}() releases both page-table locks`);
      return symbol(unique);
    case 'map': return symbol(`${unique}:map`);
    case 'walk-step': {
      endWalk(s, arg(effect.arg));
      const found = symbol(`${unique}:walk`);
      const taken = lock(unique, undefined);
      const walk = arg(effect.arg);
      writePlace(s, pointee(walk, ['ptl']), taken);
      writePlace(s, pointee(walk, ['pte']), symbol(`${unique}:pte`));
      writePlace(s, pointee(walk, ['pmd']), symbol(`${unique}:pmd`));
      acquire(s, { lock: taken, level: undefined, guard: found });
      step('lock', `${callee}() finds an entry and holds its lock`);
      return found;
    }
    case 'walk-done':
      endWalk(s, arg(effect.arg));
      step('unlock', `${callee}() ends the walk and releases its lock`);
      return symbol(unique);
    case 'read': {
      const slot = arg(effect.slot);
      if (slot.kind === 'address' && slot.place.kind === 'local') return readPlace(s, slot.place);
      return readEntry(frame, s, { level: effect.level, slot, id: unique, span: node.span });
    }
    case 'compare': return same(arg(effect.args[0]), arg(effect.args[1]));
    case 'test': return test(effect.test, callee, arg(effect.arg), effect);
    case 'test-slot': return test(effect.test, callee, readEntry(frame, s, { level: effect.level, slot: arg(effect.slot), id: unique, span: node.span }));
    case 'vma-flag': return flag(effect.flag, callee, arg(effect.arg));
    case 'clear': {
      step('clear', `${callee}() clears the entry`);
      return effect.returnsOld ? readEntry(frame, s, { level: effect.level, slot: arg(effect.slot), id: unique, span: node.span }) : symbol(unique);
    }
    case 'modify-start': return readEntry(frame, s, { level: effect.level, slot: arg(effect.slot), id: unique, span: node.span });
    case 'modify-commit':
    case 'store':
      step('store', `${callee}() writes the entry`);
      return symbol(unique);
    case 'derive': return operation(`${callee}()`, effect.from.map(arg), effect);
    case 'range': {
      if (effect.min === effect.max) return number(effect.min);
      const result = symbol(unique);
      narrow(s, result, effect.min, effect.max ?? Infinity);
      return result;
    }
    case 'event':
    case 'mark':
    case 'fault':
    case 'cache-lock': case 'cache-unlock': case 'cache-load': case 'cache-store':
    case 'mm-lock': case 'mm-unlock':
    case 'inert':
      return symbol(unique);
  }
}

function putLock(s: State, where: LockSource, value: Value, arg: (i: number) => Value): void {
  if (where.from === 'out') writePlace(s, pointee(arg(where.index)), value);
  if (where.from === 'field') writePlace(s, pointee(arg(where.index), [where.field]), value);
}

/** A walk holds at most one lock, the one in its `ptl` field; the next step and its end release it. */
function endWalk(s: State, walk: Value): void {
  drop(s, readPlace(s, pointee(walk, ['ptl'])).key);
}

/** Does a `spin_lock()` argument point to a page-table lock? Yes if it came from a primitive that says so, or has the name of one. */
function isPageTableLock(frame: Frame, target: Value, expr: Expr | undefined): boolean {
  if (target.kind === 'lock') return true;
  // A variable may have the name of such a lock and point to another one.
  if (target.kind === 'address' && !lockName.test(target.place.fields.at(-1) ?? (target.place.kind === 'local' ? target.place.name : ''))) return false;
  return expr !== undefined && namesPageTableLock(frame, expr);
}

const lockName = /(?:^|_)p[tm]l\d*$|^page_table_lock$/;

/** Kernel code names pointers to page-table locks `ptl`, `pml` (the lock of a pmd table) or `..._ptl`. */
export function namesPageTableLock(frame: Frame, expr: Expr): boolean {
  const last = expr.kind === 'name' ? expr.name : expr.kind === 'field' ? expr.field : undefined;
  if (last !== undefined) return /(?:^|_)p[tm]l\d*$/.test(last) && (typeOf(frame, expr) ?? 'spinlock_t *').startsWith('spinlock_t');
  // Without split locks all entries of an address space share one: &mm->page_table_lock.
  return expr.kind === 'address' && expr.operand.kind === 'field' && expr.operand.field === 'page_table_lock';
}
