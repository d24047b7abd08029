/** The concrete effect of kernel primitives: which atomic steps a call takes. What a primitive does comes from the kernel model. */
import type { Effect } from '../../kernel/types';
import { formatExpr } from '../../parser/cfg';
import type { Expr } from '../../parser/ir';
import { and, at, binary, cond, constant, equals, not, one, or, truth, word, zero } from './exp';
import { entryTests, entryValues, hasForm } from './entry-values';
import { lowerEvent } from './events';
import { assignLocal, assignPlace, emitLocal, emitSkipUnless, emitStep, evaluate, evaluateNumber, fail, isUnreadable, newLocal, number, wordOfPlace, type LocalPlace, type LocalStruct, type Lowering, type Place } from './lower';
import { lockAcquire, lockRelease, rwAcquire, rwRelease } from './locking';
import { set, store, violate, type Action } from './micro';
import { checkHugeStore, hasUffdWp, isUptodate, mustNotBeObserved, settleUnguarded, guardOf } from './properties';
import type { Exp } from './program';
import { constants, entryForms, uffdWpBit } from './values';
import { addressOf, objectAt, type SharedObject } from './world';

/** Lowers a call of a primitive; `result` receives its value. */
export function lowerPrimitive(context: Lowering, name: string, effect: Effect, args: readonly Expr[], result: LocalPlace | undefined): void {
  const arg = (index: number): Expr => args[index < 0 ? args.length + index : index] ?? fail(context, `${name}() lacks an argument`);
  const numberOf = (index: number): Exp => evaluateNumber(context, arg(index));
  const give = (value: Exp): void => {
    if (result) assignLocal(context, result, number(value));
  };
  /** A step that computes the call's value from shared words. */
  const stepWith = (kind: 'load' | 'clear', address: Exp, value: Exp, after: readonly Action[], onlyReads: boolean): void => {
    const actions: Action[] = [...checkPointer(address)];
    if (result) {
      const target = resultWord(context, result, address);
      actions.push({ kind: 'set', word: target, value });
    }
    emitStep(context, { kind, onlyReads }, [...actions, ...after]);
  };
  switch (effect.op) {
    case 'acquire': {
      const taken = acquire(context, name, effect, args, result, give);
      if (effect.lock.from === 'out') assignPlace(context, outPlace(context, arg(effect.lock.index)), number(taken.lock));
      if (effect.lock.from === 'result') give(taken.lock);
      return;
    }
    case 'release':
      lockRelease(context, numberOf(effect.lock.from === 'arg' ? effect.lock.index : args.length - 1));
      return;
    case 'lock-pointer': {
      const lock = lockOfEntry(context, entryPointer(context, effect.level, args));
      if (effect.lock.from === 'result') give(lock);
      return;
    }
    case 'spin-lock':
      lockAcquire(context, numberOf(effect.arg), { sleeps: false, result: effect.trylock ? result ?? 'unused' : undefined });
      return;
    case 'spin-unlock':
      lockRelease(context, numberOf(effect.arg));
      return;
    case 'assert-held': {
      const lock = numberOf(effect.arg);
      emitLocal(context, violate('assert', not(equals(at(lock), constant(context.thread + 1)))));
      return;
    }
    case 'double-lock':
      for (const index of effect.args) lockAcquire(context, numberOf(index), { sleeps: false, result: undefined });
      return;
    case 'double-unlock':
      for (const index of effect.args) lockRelease(context, numberOf(index));
      return;
    case 'map': {
      if (result) wordOfPlace(context, result);
      const pointer = entryPointer(context, effect.level, args, (none) => {
        give(zero);
        emitSkipUnless(context, not(none));
      });
      give(pointer);
      return;
    }
    case 'read': {
      const address = numberOf(effect.slot);
      stepWith('load', address, at(address), [], true);
      return;
    }
    case 'compare':
      give(equals(numberOf(effect.args[0]), numberOf(effect.args[1])));
      return;
    case 'test':
      give(testValue(context, name, effect, numberOf(effect.arg)));
      return;
    case 'test-slot': {
      const address = numberOf(effect.slot);
      stepWith('load', address, testValue(context, name, { op: 'test', test: effect.test, arg: 0 }, at(address)), [], true);
      return;
    }
    case 'vma-flag': {
      const flags = numberOf(effect.arg);
      const names: Partial<Record<typeof effect.flag, readonly string[]>> = {
        missing: ['VM_UFFD_MISSING'], minor: ['VM_UFFD_MINOR'], wp: ['VM_UFFD_WP'], armed: ['VM_UFFD_MISSING', 'VM_UFFD_MINOR', 'VM_UFFD_WP'], anonymous: ['VM_ANON'],
      };
      const wanted = names[effect.flag];
      if (!wanted) return fail(context, `${name}() has no meaning here: the machine's vmas know no such flag`);
      const mask = wanted.reduce((all, flag) => all | constants.get(flag)!, 0);
      stepWith('load', flags, truth(binary('&', at(flags), constant(mask))), [], true);
      return;
    }
    case 'event':
      lowerEvent(context, arg(0), numberOf(effect.reason), result);
      return;
    case 'clear':
    case 'modify-start': {
      const address = numberOf(effect.slot);
      stepWith('clear', address, at(address), [store(address, zero, 'entry'), ...settleUnguarded(context.world, address)], false);
      return;
    }
    case 'store':
    case 'modify-commit': {
      const address = numberOf(effect.slot);
      const value = numberOf(effect.value);
      emitStep(context, { kind: 'store' }, [...checkPointer(address), ...checkHugeStore(context.world, address, value), store(address, value, 'entry'), ...settleUnguarded(context.world, address)]);
      return;
    }
    case 'mark': {
      const address = numberOf(effect.slot);
      const old = numberOf(effect.old);
      const vma = evaluateNumber(context, arg(0));
      // include/linux/mm_inline.h:pte_install_uffd_wp_if_needed; zap_install_uffd_wp_if_needed first asks whether markers are to be dropped.
      const flags = at(vma);
      const has = (flag: string): Exp => truth(binary('&', flags, constant(constants.get(flag)!)));
      const drop = name.startsWith('zap_') ? truth(binary('&', numberOf(effect.old - 1), constant(constants.get('ZAP_FLAG_DROP_MARKER')!))) : zero;
      const wanted = and(not(has('VM_ANON')), has('VM_UFFD_WP'), hasUffdWp(old), not(drop));
      emitStep(context, { kind: 'store' }, [...checkPointer(address), { kind: 'if', test: wanted, then: [store(address, constant(entryForms.marker | uffdWpBit), 'entry')], else: [] }]);
      return;
    }
    case 'derive': {
      const compute = entryValues.get(name);
      if (!compute) return fail(context, `${name}() has no value here: write what it computes`);
      give(compute(context.world, args.map((a) => evaluateNumber(context, a))));
      return;
    }
    case 'mm-lock':
      lowerMmLock(context, name, effect, args, result);
      return;
    case 'mm-unlock': {
      if (effect.lock === 'RCU read lock') return;
      const lock = mmLockOf(context, name, effect.lock, arg(0));
      if (effect.lock === 'hugetlb vma lock') emitSkipUnless(context, hasHugetlbVmaLock(context, lock));
      if (isReaderWriter(context, lock)) rwRelease(context, lock, effect.mode);
      else lockRelease(context, lock);
      return;
    }
    case 'cache-lock':
      lockAcquire(context, cacheLock(context, arg(effect.arg)), { sleeps: false, result: undefined });
      return;
    case 'cache-unlock':
      lockRelease(context, cacheLock(context, arg(effect.arg)));
      return;
    case 'cache-load': {
      const cursor = cursorOf(context, arg(effect.arg));
      if (effect.skips) return fail(context, `${name}() leaves out empty slots: look at each slot with xas_load()`);
      if (effect.moves) moveCursor(context, cursor, binary('+', cursorIndex(context, cursor), constant(1)));
      const address = slotAddress(context, cursor);
      stepWith('load', address, at(address), [], true);
      return;
    }
    case 'cache-store': {
      const address = slotAddress(context, cursorOf(context, arg(effect.arg)));
      const value = numberOf(effect.value);
      storeSlot(context, address, value);
      return;
    }
    case 'inert':
      if (result) fail(context, `the result of ${name}() is not known here: use choose() for what may happen`);
      return;
    case 'range':
    case 'fault':
    case 'walk-step':
    case 'walk-done':
      return fail(context, `${name}() has no steps here: write a function of this name that does what matters of it`);
  }
}

/** A store to a slot of a page cache. */
export function storeSlot(context: Lowering, address: Exp, value: Exp): void {
  const isFolio = and(truth(value), not(equals(value, constant(255))), not(equals(value, constant(254))));
  const filled = mustNotBeObserved(context.world, (slot) => and(equals(address, constant(slot + 1)), isFolio, cond(isFolio, isUptodate(value), zero)));
  emitStep(context, { kind: 'store' }, [...checkPointer(address), ...filled, store(address, value, 'slot')]);
}

/** A NULL pointer is found when it is used. */
function checkPointer(address: Exp): Action[] {
  return address.kind === 'const' && address.value > 0 ? [] : [violate('null-pointer', equals(address, zero))];
}

function resultWord(context: Lowering, result: LocalPlace, address: Exp): number {
  if (result.word === undefined) {
    const source = at(address);
    const shape = source.kind === 'word' ? context.world.words[source.word]! : undefined;
    // What an unknown pointer leads to is an entry where the variable says so, else a number.
    result.word = newLocal(context, result.name, result.type === 'pte_t' || result.type === 'pmd_t' ? { kind: 'entry', bits: 8 } : shape ? { kind: shape.kind === 'slot' ? 'pointer' : shape.kind, bits: shape.bits } : { kind: 'int', bits: 16 });
  }
  return result.word;
}

/** `&ptl`: where an out-parameter goes. */
function outPlace(context: Lowering, expr: Expr): Place {
  const value = evaluate(context, expr);
  if (value.kind === 'local') return { kind: 'local', place: value.place };
  return fail(context, `${formatExpr(expr)} is no address of a local`, expr.span);
}

function acquire(context: Lowering, name: string, effect: Extract<Effect, { op: 'acquire' }>, args: readonly Expr[], result: LocalPlace | undefined, give: (value: Exp) => void): { readonly lock: Exp } {
  if (effect.lock.from === 'field') return fail(context, `${name}() has no steps here: write a function of this name that does what matters of it`);
  // pte_offset_map_lock(mm, pmd, addr, &ptl): a look at the pmd, then the lock of the table that it points to.
  if (effect.slot === undefined && effect.lock.from === 'out') {
    if (result) wordOfPlace(context, result);
    const pointer = entryPointer(context, effect.level, args, (none) => {
      give(zero);
      emitSkipUnless(context, not(none));
    });
    const lock = lockOfEntry(context, pointer);
    lockAcquire(context, lock, { sleeps: false, result: undefined });
    give(pointer);
    return { lock };
  }
  const slot = effect.slot ?? args.length - 1;
  const address = evaluateNumber(context, args[slot < 0 ? args.length + slot : slot]!);
  const lock = lockOfEntry(context, address);
  lockAcquire(context, lock, { sleeps: false, result: undefined });
  return { lock };
}

/**
 * The entry that a walk finds: pte_offset_map(pmd, addr) and its kin look at the pmd and count from the first entry of its table; addresses are numbers of
 * pages. `onNone` is told when the pmd points to no table.
 */
function entryPointer(context: Lowering, level: string, args: readonly Expr[], onNone?: (none: Exp) => void): Exp {
  for (const [index, expr] of args.entries()) {
    const unlinked = level === 'pmd' ? undefined : localPmd(context, expr);
    if (unlinked) {
      onNone?.(not(hasForm(unlinked.value, 'table')));
      const offset = args[index + 1];
      return offset === undefined ? addressOf(unlinked.table) : binary('+', addressOf(unlinked.table), evaluateNumber(context, offset));
    }
    const value = expr.kind === 'name' || expr.kind === 'address' || expr.kind === 'field' || expr.kind === 'binary' || expr.kind === 'index' ? quietly(context, expr) : undefined;
    if (value?.kind !== 'const') continue;
    const object = objectAt(context.world, value.value - 1);
    if (!object) continue;
    if (object.declaration.type === 'pmd_t' && level !== 'pmd') {
      const table = object.declaration.maps === undefined ? undefined : context.world.objects.get(object.declaration.maps);
      if (!table) fail(context, `${object.declaration.name} maps no page table: declare it with __maps(...)`, expr.span);
      if (onNone) {
        const target = newLocal(context, `$pmd${context.world.words.length}`, { kind: 'entry', bits: 8 });
        emitStep(context, { kind: 'load', onlyReads: true }, [{ kind: 'set', word: target, value: at(value) }]);
        onNone(not(hasForm(word(target), 'table')));
      }
      const offset = args[index + 1];
      return offset === undefined ? addressOf(table) : binary('+', addressOf(table), evaluateNumber(context, offset));
    }
    if (object.declaration.type === 'pte_t' || object.declaration.type === 'pmd_t') return value;
  }
  return fail(context, 'no argument names an entry of the init block');
}

/** `&_pmd`: a pmd that was taken out of the tree and is kept in a local. Its table is that of the scenario's only pmd. */
function localPmd(context: Lowering, expr: Expr): { readonly value: Exp; readonly table: SharedObject } | undefined {
  if (expr.kind !== 'address' || expr.operand.kind !== 'name') return undefined;
  const local = context.frame.names.get(expr.operand.name);
  if (!local || 'fields' in local || local.type !== 'pmd_t') return undefined;
  const tables = [...context.world.objects.values()].flatMap((o) => (o.declaration.maps === undefined ? [] : [context.world.objects.get(o.declaration.maps)!]));
  if (tables.length !== 1) return fail(context, `${formatExpr(expr)}: the init block declares no single pmd that maps a page table`, expr.span);
  return { value: evaluateNumber(context, expr.operand), table: tables[0]! };
}

/** The value of an argument if it is a constant that needs no step; arguments such as `h` in huge_pte_lock(h, mm, pte) may be undeclared. */
function quietly(context: Lowering, expr: Expr): Exp | undefined {
  const before = { problems: context.problems.length, pending: context.pending.length };
  try {
    return evaluateNumber(context, expr);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    context.problems.length = before.problems;
    context.pending.length = before.pending;
    return undefined;
  }
}

/** The lock that guards an entry: of a known one, or by cases of a pointer that is only known when the thread runs. */
function lockOfEntry(context: Lowering, address: Exp): Exp {
  const { world } = context;
  if (address.kind === 'const') {
    const guard = guardOf(world, address.value - 1);
    if (guard === undefined) return fail(context, `${world.words[address.value - 1]?.name ?? 'this entry'} has no lock: declare it with __guarded_by(...)`);
    return constant(guard + 1);
  }
  const entries = world.words.flatMap((w, id) => (w.kind === 'entry' && w.scope === 'shared' && guardOf(world, id) !== undefined ? [id] : []));
  const locks = new Set(entries.map((id) => guardOf(world, id)));
  if (locks.size === 1) return constant([...locks][0]! + 1);
  return entries.reduceRight<Exp>((rest, id) => cond(equals(address, constant(id + 1)), constant(guardOf(world, id)! + 1), rest), zero);
}

function testValue(context: Lowering, name: string, effect: Extract<Effect, { op: 'test' }>, value: Exp): Exp {
  const special = entryTests.get(name);
  if (special) return special(value);
  switch (effect.test) {
    case 'none':
      return effect.orMarker ? or(hasForm(value, 'none'), hasForm(value, 'marker')) : hasForm(value, 'none');
    case 'marker':
      return hasForm(value, 'marker');
    case 'present':
      return or(hasForm(value, 'present'), hasForm(value, 'table'));
    case 'swap':
      return hasForm(value, 'swap');
    case 'write':
      return truth(binary('&', value, constant(8)));
    case 'uffd-wp':
      return effect.form === 'present' ? and(hasForm(value, 'present'), hasUffdWp(value)) : effect.form === 'non-present' ? and(not(hasForm(value, 'present')), hasUffdWp(value)) : hasUffdWp(value);
    case 'other':
      return fail(context, `${name}() has no meaning here: the machine's entries have no such bit`);
  }
}

/* ---- sleeping locks ---- */

function lowerMmLock(context: Lowering, name: string, effect: Extract<Effect, { op: 'mm-lock' }>, args: readonly Expr[], result: LocalPlace | undefined): void {
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
function hasHugetlbVmaLock(context: Lowering, lock: Exp): Exp {
  const object = lock.kind === 'const' ? objectAt(context.world, lock.value - 1) : undefined;
  if (!object) return one;
  const field = (name: string): Exp => word(object.base + object.fields.findIndex((f) => f.name === name));
  const has = (name: string, flag: string): Exp => truth(binary('&', field(name), constant(constants.get(flag)!)));
  return or(has('vm_flags', 'VM_SHARED'), has('vm_private_data', 'HPAGE_RESV_OWNER'));
}

/** The word of an object's lock of that kind. */
function mmLockOf(context: Lowering, name: string, lock: string, expr: Expr): Exp {
  const address = evaluateNumber(context, expr);
  const object = address.kind === 'const' ? objectAt(context.world, address.value - 1) : undefined;
  if (object) {
    const start = address.kind === 'const' ? address.value - 1 - ((address.value - 1 - object.base) % object.fields.length) : 0;
    const index = object.fields.findIndex((field) => field.lock === lock);
    if (index >= 0) return constant(start + index + 1);
    return fail(context, `${object.declaration.name} has no ${lock}, which ${name}() takes`, expr.span);
  }
  // A folio found at run time: its lock follows its flags.
  if (lock === 'folio lock') return binary('+', address, constant(1));
  return fail(context, `${formatExpr(expr)} is no object of the init block`, expr.span);
}

function isReaderWriter(context: Lowering, lock: Exp): boolean {
  return lock.kind === 'const' && context.world.words[lock.value - 1]?.kind === 'rwlock';
}

/* ---- page cache ---- */

/** `&xas`, or a page cache itself for the xa_ family. */
function cursorOf(context: Lowering, expr: Expr): LocalStruct | Exp {
  const value = evaluate(context, expr);
  if (value.kind === 'struct') return value.struct;
  if (value.kind === 'number') return value.exp;
  return fail(context, `${formatExpr(expr)} is no xa_state`, expr.span);
}

function isCursor(cursor: LocalStruct | Exp): cursor is LocalStruct {
  return 'fields' in cursor;
}

function fieldOf(context: Lowering, cursor: LocalStruct, name: string): Exp {
  const place = cursor.fields.get(name);
  if (!place) return fail(context, `${cursor.name} was not set up: XA_STATE(${cursor.name}, i_pages, index)`);
  if (place.value?.kind === 'number') return place.value.exp;
  if (place.word === undefined) return fail(context, `${cursor.name} was not set up: XA_STATE(${cursor.name}, i_pages, index)`);
  return word(place.word);
}

function cursorIndex(context: Lowering, cursor: LocalStruct | Exp): Exp {
  return isCursor(cursor) ? fieldOf(context, cursor, 'xa_index') : zero;
}

export function moveCursor(context: Lowering, cursor: LocalStruct | Exp, index: Exp): void {
  if (!isCursor(cursor)) return fail(context, 'this needs an xa_state');
  const place = cursor.fields.get('xa_index');
  if (place) assignLocal(context, place, number(index));
}

function slotAddress(context: Lowering, cursor: LocalStruct | Exp): Exp {
  return isCursor(cursor) ? binary('+', fieldOf(context, cursor, 'xa'), fieldOf(context, cursor, 'xa_index')) : cursor;
}

function cacheLock(context: Lowering, expr: Expr): Exp {
  const cursor = cursorOf(context, expr);
  const base = isCursor(cursor) ? fieldOf(context, cursor, 'xa') : cursor;
  const guard = base.kind === 'const' ? guardOf(context.world, base.value - 1) : undefined;
  if (guard === undefined) return fail(context, 'this page cache has no lock: declare it with __guarded_by(...)', expr.span);
  return constant(guard + 1);
}
