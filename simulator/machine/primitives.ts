/** The concrete effect of kernel primitives: which atomic steps a call takes. What a primitive does comes from the kernel model. */
import type { Effect, Level, VmaFlag } from '../../kernel/types';
import { formatExpr } from '../../parser/cfg';
import type { Expr } from '../../parser/ir';
import { unknownWord } from '../litmus/problem';
import { behind } from './arithmetic';
import { and, at, binary, cond, constant, equals, not, or, truth, word, zero } from './exp';
import { comparedValue, entryTest, entryValue, hasForm } from './entry-values';
import { lowerEvent } from './events';
import { addressOfType, assignPlace, evaluate, evaluateNumber, knownWord, type Place } from './expressions';
import { assignLocal, wordOfPlace } from './locals';
import { emitLocal, emitSkipUnless, emitStep, fail, isUnreadable, newLocal, newTemporary, number, type LocalPlace, type Lowering } from './lowering';
import { lockAcquire, lockRelease, rwRelease } from './locking';
import { set, store, violate, type Action } from './micro';
import { cacheLock, cursorOf, fieldOfCursor, isCursor, moveCursor, setRestart, slotAddress } from './page-cache';
import { checkHugeStore, hasUffdWp, isUptodate, mustNotBeObserved, settleUnguarded, guardOf } from './properties';
import type { Exp, Word } from './program';
import { hasHugetlbVmaLock, isReaderWriter, lowerMmLock, mmLockOf } from './sleeping-locks';
import { constants, entryBits, entryForms, slotBits, uffdWpBit } from './values';
import { addressOf, objectAt, type SharedObject } from './world';

/** The flags of a vma that a test looks at: what the machine's vmas have. */
export const vmaFlagNames: Readonly<Partial<Record<VmaFlag, readonly string[]>>> = {
  missing: ['VM_UFFD_MISSING'], minor: ['VM_UFFD_MINOR'], wp: ['VM_UFFD_WP'], armed: ['VM_UFFD_MISSING', 'VM_UFFD_MINOR', 'VM_UFFD_WP'], anonymous: ['VM_ANON'],
};

/** Lowers a call of a primitive; `result` receives its value. */
export function lowerPrimitive(context: Lowering, name: string, effect: Effect, args: readonly Expr[], result: LocalPlace | undefined): void {
  const arg = (index: number): Expr => args[index < 0 ? args.length + index : index] ?? fail(context, `${name}() lacks an argument`);
  const numberOf = (index: number): Exp => evaluateNumber(context, arg(index));
  if (result && !hasValue(effect)) fail(context, `${name}() has no value here`);
  const give = (value: Exp): void => {
    if (result) assignLocal(context, result, number(value));
  };
  /** The entry that an argument points to. */
  const entryOf = (index: number): Target => entryTarget(context, arg(index), 'level' in effect ? effect.level : 'pte');
  /** A step that computes the call's value from shared words. */
  const stepWith = (kind: 'load' | 'clear', { checks }: Target, shape: Shape, value: Exp, after: readonly Action[], onlyReads: boolean): void => {
    const target = result && newResult(context, result, shape);
    emitStep(context, { kind, onlyReads }, [...checks, ...(target === undefined ? [] : [set(target, value)]), ...after]);
    if (target !== undefined && result?.word !== target) give(word(target));
  };
  switch (effect.op) {
    case 'acquire': {
      acquire(context, name, effect, args, result);
      return;
    }
    case 'release':
      lockRelease(context, lockOf(context, arg(effect.lock.from === 'arg' ? effect.lock.index : -1)));
      return;
    case 'lock-pointer': {
      // pte_offset_map_nolock(mm, pmd, addr, &ptl) is a map that also says which lock it would be.
      const out = effect.lock.from === 'out' ? outPlace(context, arg(effect.lock.index)) : undefined;
      const { address: pointer, pmdval } = entryPointer(context, effect.level, args, out && (() => giveNull(context, result)));
      const lock = lockOfEntry(context, pointer);
      if (effect.lock.from === 'result') give(lock);
      if (!out) return;
      give(pointer);
      assignPlace(context, out, number(lock));
      // pte_offset_map_rw_nolock(mm, pmd, addr, &pmdval, &ptl) says through which value of the pmd it went.
      if (args.length > 4 && pmdval && arg(3).kind === 'address') assignPlace(context, outPlace(context, arg(3)), number(pmdval));
      return;
    }
    case 'spin-lock':
      lockAcquire(context, lockOf(context, arg(effect.arg)), { sleeps: false, result: effect.trylock ? result ?? 'unused' : undefined });
      return;
    case 'spin-unlock':
      lockRelease(context, lockOf(context, arg(effect.arg)));
      return;
    case 'assert-held': {
      const lock = lockOf(context, arg(effect.arg));
      emitLocal(context, violate('assert', not(equals(at(lock), constant(context.thread + 1)))));
      return;
    }
    case 'double-lock':
      // In the order of addresses, and one lock once (mm/userfaultfd.c:double_pt_lock).
      for (const lock of twoLocks(context, arg(effect.args[0]), arg(effect.args[1]))) lockAcquire(context, lock, { sleeps: false, result: undefined });
      return;
    case 'double-unlock':
      for (const lock of twoLocks(context, arg(effect.args[0]), arg(effect.args[1]))) lockRelease(context, lock);
      return;
    case 'map': {
      give(entryPointer(context, effect.level, args, () => giveNull(context, result)).address);
      return;
    }
    case 'read': {
      const entry = entryOf(effect.slot);
      stepWith('load', entry, shapeOf(context, entry), at(entry.address), [], true);
      return;
    }
    case 'compare':
      give(equals(comparedValue(name, numberOf(effect.args[0])), numberOf(effect.args[1])));
      return;
    case 'test':
      give(testValue(context, name, effect, numberOf(effect.arg)));
      return;
    case 'test-slot': {
      const entry = entryOf(effect.slot);
      stepWith('load', entry, truthShape, testValue(context, name, { op: 'test', test: effect.test, arg: 0 }, at(entry.address)), [], true);
      return;
    }
    case 'vma-flag': {
      const vma = vmaOf(context, arg(effect.arg));
      const wanted = vmaFlagNames[effect.flag];
      if (!wanted) return fail(context, `${name}() has no meaning here: the machine's vmas know no such flag`);
      const mask = wanted.reduce((all, flag) => all | constants.get(flag)!, 0);
      stepWith('load', vma, truthShape, truth(binary('&', at(vma.address), constant(mask))), [], true);
      return;
    }
    case 'event':
      lowerEvent(context, arg(0), numberOf(effect.reason), result);
      return;
    case 'clear':
    case 'modify-start': {
      const entry = entryOf(effect.slot);
      stepWith('clear', entry, shapeOf(context, entry), at(entry.address), [store(entry.address, zero, 'entry'), ...settleUnguarded(context.world, entry.address)], false);
      return;
    }
    case 'store':
    case 'modify-commit': {
      const { address, checks } = entryOf(effect.slot);
      const value = numberOf(effect.value);
      emitStep(context, { kind: 'store' }, [...checks, ...checkHugeStore(context.world, address, value), store(address, value, 'entry'), ...settleUnguarded(context.world, address)]);
      return;
    }
    case 'mark': {
      const { address, checks } = entryOf(effect.slot);
      const old = numberOf(effect.old);
      const vma = vmaOf(context, arg(0)).address;
      // include/linux/mm_inline.h:pte_install_uffd_wp_if_needed; zap_install_uffd_wp_if_needed first asks whether markers are to be dropped.
      const flags = at(vma);
      const has = (flag: string): Exp => truth(binary('&', flags, constant(constants.get(flag)!)));
      const drop = name.startsWith('zap_') ? truth(binary('&', numberOf(effect.old - 1), constant(constants.get('ZAP_FLAG_DROP_MARKER')!))) : zero;
      const wanted = and(not(has('VM_ANON')), has('VM_UFFD_WP'), hasUffdWp(old), not(drop));
      const mark = [store(address, constant(entryForms.marker | uffdWpBit), 'entry'), ...settleUnguarded(context.world, address)];
      emitStep(context, { kind: 'store' }, [...checks, { kind: 'if', test: wanted, then: mark, else: [] }]);
      return;
    }
    case 'derive': {
      const compute = entryValue(name);
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
      if (effect.moves && isCursor(cursor.cursor)) {
        const index = fieldOfCursor(context, cursor.cursor, 'xa_index');
        const next = binary('+', index, constant(1));
        moveCursor(context, arg(effect.arg), cond(fieldOfCursor(context, cursor.cursor, 'xa_restart'), index, next));
      }
      setRestart(context, arg(effect.arg), 0);
      const slot = slotAddress(context, cursor);
      stepWith('load', slot, slotShape, at(slot.address), [], true);
      return;
    }
    case 'cache-store': {
      const slot = slotAddress(context, cursorOf(context, arg(effect.arg)));
      const value = numberOf(effect.value);
      setRestart(context, arg(effect.arg), 0);
      storeSlot(context, slot, value);
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
function storeSlot(context: Lowering, { address, checks }: Target, value: Exp): void {
  const isFolio = and(truth(value), not(equals(value, constant(255))), not(equals(value, constant(254))));
  const filled = mustNotBeObserved(context.world, (slot) => and(equals(address, constant(slot + 1)), isFolio, cond(isFolio, isUptodate(value), zero)));
  emitStep(context, { kind: 'store' }, [...checks, ...filled, store(address, value, 'slot')]);
}

/** Calls that have a value for a variable to be kept in. */
function hasValue(effect: Effect): boolean {
  switch (effect.op) {
    case 'release':
    case 'spin-unlock':
    case 'assert-held':
    case 'double-lock':
    case 'double-unlock':
    case 'store':
    case 'modify-commit':
    case 'mark':
    case 'mm-unlock':
    case 'cache-lock':
    case 'cache-unlock':
    case 'cache-store':
      return false;
    case 'spin-lock':
      return effect.trylock === true;
    default:
      return true;
  }
}

/** The word that receives what a step reads: that of the result, where it has none yet. */
function newResult(context: Lowering, result: LocalPlace, shape: Shape): number {
  if (result.word === undefined && result.type !== 'bool') result.word = newLocal(context, result.name, shape);
  return result.type === 'bool' ? newTemporary(context, '', shape) : result.word!;
}

/** A pointer with what must be asked of it before it is used. */
interface Target {
  readonly address: Exp;
  readonly checks: readonly Action[];
}

type Shape = Pick<Word, 'kind' | 'bits'>;
const truthShape: Shape = { kind: 'int', bits: 1 };
const slotShape: Shape = { kind: 'pointer', bits: slotBits };

function shapeOf(context: Lowering, { address }: Target): Shape {
  return knownWord(context, address) ?? { kind: 'entry', bits: entryBits };
}

/** An entry, of the level that a primitive works on. */
function entryTarget(context: Lowering, expr: Expr, level: Level): Target {
  return level === 'pmd' ? addressOfType(context, expr, ['pmd_t'], 'pmd') : addressOfType(context, expr, ['pte_t'], 'page-table entry');
}

/** The flags of a vma: an argument that names the vma, or its flags. */
function vmaOf(context: Lowering, expr: Expr): Target {
  return addressOfType(context, expr, ['struct vm_area_struct'], 'vma');
}

/** The address of a spinlock or mutex. */
function lockOf(context: Lowering, expr: Expr): Exp {
  const address = evaluateNumber(context, expr);
  if (address.kind !== 'const') return address;
  if (knownWord(context, address)?.kind === 'lock') return address;
  const locks = [...context.world.objects.values()].filter((o) => o.fields[0]?.kind === 'lock').map((o) => o.declaration.name);
  return fail(context, unknownWord(`${formatExpr(expr)} is no lock`, formatExpr(expr), locks), expr.span);
}

function twoLocks(context: Lowering, first: Expr, second: Expr): Exp[] {
  const [a, b] = [lockOf(context, first), lockOf(context, second)];
  if (a.kind !== 'const' || b.kind !== 'const') return fail(context, 'which locks these are must be known at once');
  return a.value === b.value ? [a] : a.value < b.value ? [a, b] : [b, a];
}

/** The result is NULL on the way that leaves the statement here, and something else on the other. */
function giveNull(context: Lowering, result: LocalPlace | undefined): void {
  if (!result) return;
  wordOfPlace(context, result);
  assignLocal(context, result, number(zero));
}

/** `&ptl`: where an out-parameter goes. */
function outPlace(context: Lowering, expr: Expr): Place {
  const value = evaluate(context, expr);
  if (value.kind === 'local') return { kind: 'local', place: value.place };
  return fail(context, `${formatExpr(expr)} is no address of a local`, expr.span);
}

/** Takes the lock of an entry: pte_offset_map_lock(), huge_pte_lock(), pmd_trans_huge_lock() and their kin. */
function acquire(context: Lowering, name: string, effect: Extract<Effect, { op: 'acquire' }>, args: readonly Expr[], result: LocalPlace | undefined): void {
  const give = (value: Exp): void => {
    if (result) assignLocal(context, result, number(value));
  };
  const { lock: source } = effect;
  if (source.from === 'field') return fail(context, `${name}() has no steps here: write a function of this name that does what matters of it`);
  const out = source.from === 'out' ? outPlace(context, args[source.index] ?? fail(context, `${name}() lacks an argument`)) : undefined;
  // pte_offset_map_lock(mm, pmd, addr, &ptl): a look at the pmd, then the lock of the table that it points to, and a second look (mm/pgtable-generic.c).
  if (effect.slot === undefined && out) {
    const { address, pmd } = entryPointer(context, effect.level, args, () => giveNull(context, result));
    const lock = lockOfEntry(context, address);
    const again = pmd && newTemporary(context, 'pmd', { kind: 'entry', bits: entryBits });
    lockAcquire(context, lock, { sleeps: false, result: undefined }, again === undefined ? [] : [set(again, at(pmd!))]);
    if (again === undefined) give(address);
    assignPlace(context, out, number(lock));
    if (again === undefined) return;
    const isTable = hasForm(word(again), 'table');
    give(cond(isTable, address, zero));
    emitSkipUnless(context, not(isTable));
    // The kernel looks a third time: it finds a table only if there is a new one.
    lockRelease(context, lock);
    return;
  }
  const slot = effect.slot ?? args.length - 1;
  const expr = args[slot < 0 ? args.length + slot : slot] ?? fail(context, `${name}() lacks an argument`);
  const { address, checks } = entryTarget(context, expr, effect.level);
  const lock = lockOfEntry(context, address);
  if (!effect.nullable) {
    lockAcquire(context, lock, { sleeps: false, result: undefined });
    if (out) assignPlace(context, out, number(lock));
    else give(lock);
    return;
  }
  // pmd_trans_huge_lock(pmd, vma): only for a huge page or a migration entry, which is looked at before and again under the lock (mm/huge_memory.c).
  giveNull(context, result);
  const look = (): Exp => {
    const value = newTemporary(context, 'pmd', { kind: 'entry', bits: entryBits });
    emitStep(context, { kind: 'load', onlyReads: true }, [...checks, set(value, at(address))]);
    return or(hasForm(word(value), 'present'), hasForm(word(value), 'migration'));
  };
  emitSkipUnless(context, look());
  lockAcquire(context, lock, { sleeps: false, result: undefined });
  const isHuge = look();
  give(cond(isHuge, lock, zero));
  emitSkipUnless(context, not(isHuge));
  lockRelease(context, lock);
}

/**
 * The entry that a walk finds: pte_offset_map(pmd, addr) and its kin look at the pmd and count from the first entry of its table; addresses are numbers of
 * pages. `beforeNone` prepares for a pmd that points to no table, with which the statement ends; `pmd` is the address of one that others can change.
 */
function entryPointer(context: Lowering, level: string, args: readonly Expr[], beforeNone?: () => void): { readonly address: Exp; readonly pmd: Exp | undefined; readonly pmdval?: Exp | undefined } {
  for (const [index, expr] of args.entries()) {
    const unlinked = level === 'pmd' ? undefined : localPmd(context, expr);
    if (unlinked) {
      if (beforeNone) {
        beforeNone();
        emitSkipUnless(context, hasForm(unlinked.value, 'table'));
      }
      const offset = args[index + 1];
      return { address: offset === undefined ? addressOf(unlinked.table) : behind(addressOf(unlinked.table), evaluateNumber(context, offset)), pmd: undefined };
    }
    const value = expr.kind === 'name' || expr.kind === 'address' || expr.kind === 'field' || expr.kind === 'binary' || expr.kind === 'index' ? quietly(context, expr) : undefined;
    if (value?.kind !== 'const') continue;
    const object = objectAt(context.world, value.value - 1);
    if (!object) continue;
    if (object.declaration.type === 'pmd_t' && level !== 'pmd') {
      const table = object.declaration.maps === undefined ? undefined : context.world.objects.get(object.declaration.maps);
      if (!table) fail(context, `${object.declaration.name} maps no page table: declare it with __maps(...)`, expr.span);
      let pmdval: Exp | undefined;
      if (beforeNone) {
        beforeNone();
        const target = newTemporary(context, 'pmd', { kind: 'entry', bits: 8 });
        emitStep(context, { kind: 'load', text: `pmdval = pmdp_get_lockless(${formatExpr(expr)})`, onlyReads: true }, [{ kind: 'set', word: target, value: at(value) }]);
        pmdval = word(target);
        emitSkipUnless(context, hasForm(pmdval, 'table'));
      }
      const offset = args[index + 1];
      return { address: offset === undefined ? addressOf(table) : behind(addressOf(table), evaluateNumber(context, offset)), pmd: value, pmdval };
    }
    if (object.declaration.type === 'pte_t' || object.declaration.type === 'pmd_t') return { address: value, pmd: undefined };
  }
  return fail(context, 'no argument names an entry of the init block, or a pmd that maps one');
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
    const value = evaluateNumber(context, expr);
    if (context.pending.length === before.pending) return value;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    context.problems.length = before.problems;
  }
  context.pending.length = before.pending;
  return undefined;
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
  const special = entryTest(name);
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
    case 'other-marker':
      return and(hasForm(value, 'marker'), not(hasUffdWp(value)));
    case 'other':
      return fail(context, `${name}() has no meaning here: the machine's entries have no such bit`);
  }
}
