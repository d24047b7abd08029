/** Calls that only scenarios have, and kernel calls whose steps are the machine's own business (folio flags, lookups in a page cache). */
import { formatExpr } from '../../parser/cfg';
import type { Expr } from '../../parser/ir';
import { and, at, binary, constant, equals, not, or, truth, without, word, zero } from './exp';
import { hasForm, numberOfFolio } from './entry-values';
import { wakeFaults } from './events';
import { addressOfType, evaluateNumber } from './expressions';
import { assignLocal, newStruct } from './locals';
import { emitLocal, emitStep, fail, newTemporary, number, type LocalPlace, type Lowering } from './lowering';
import { set, store, violate, type Action } from './micro';
import { moveCursor, setRestart } from './page-cache';
import { beginFault, endFault, isUptodate, mustNotBeArmed, mustNotBeAtomic, mustNotBeObserved, pmdOf, setArmed, setObserved } from './properties';
import type { Exp } from './program';
import { constants, slotRetry, slotSwap, writeBit } from './values';

interface Intrinsic {
  readonly arity: number | readonly [number, number];
  /** For the documentation and for hovers: the call as it is written, and what it does. */
  readonly usage: string;
  readonly meaning: string;
  readonly lower: (context: Lowering, args: readonly Expr[], give: (value: Exp) => void, name: string) => void;
}

type Target = ReturnType<typeof addressOfType>;
const entryOf = (c: Lowering, expr: Expr): Target => addressOfType(c, expr, ['pte_t', 'pmd_t'], 'page-table entry');
const pmdOfArgument = (c: Lowering, expr: Expr): Target => addressOfType(c, expr, ['pmd_t'], 'pmd');
const slotOf = (c: Lowering, expr: Expr): Target => addressOfType(c, expr, ['struct xarray'], 'page cache');
const folioOf = (c: Lowering, expr: Expr): Target => addressOfType(c, expr, ['struct folio', 'struct page'], 'folio');
const vmaOf = (c: Lowering, expr: Expr): Target => addressOfType(c, expr, ['struct vm_area_struct'], 'vma');
const bit = (name: string): Exp => constant(constants.get(name)!);

/** What a scenario can call besides kernel primitives. */
export const intrinsics: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ['user_read', { arity: 1, usage: 'user_read(pte)', meaning: 'A user thread reads the page: one hardware walk. True when the entry maps it; otherwise a fault begins.', lower: (c, args, give) => userAccess(c, args[0]!, false, give) }],
  ['user_write', { arity: 1, usage: 'user_write(pte)', meaning: 'A user thread writes to the page: one hardware walk. True when the entry maps it writable; otherwise a fault begins.', lower: (c, args, give) => userAccess(c, args[0]!, true, give) }],
  ['user_lookup', { arity: 2, usage: 'user_lookup(vma, &i_pages[i])', meaning: 'Userspace asks whether a page of a file is there (mincore(), read()): true when its slot holds an up-to-date folio. Waits while the slot holds XA_RETRY_ENTRY. A hole that is seen while the vma is registered for missing faults must not be filled silently from then on.', lower: lookup }],
  ['filemap_get_entry', { arity: 1, usage: 'filemap_get_entry(&i_pages[i])', meaning: 'Lockless lookup in a page cache: the slot\'s content. Waits while it is XA_RETRY_ENTRY, as the lookup starts over then.', lower: (c, args, give) => {
    const { address, checks } = slotOf(c, args[0]!);
    const target = newTemporary(c, 'slot', { kind: 'pointer', bits: 8 });
    emitStep(c, { kind: 'load', guard: not(equals(at(address), constant(slotRetry))), onlyReads: true }, [...checks, set(target, at(address))]);
    give(word(target));
  } }],
  ['xa_is_value', { arity: 1, usage: 'xa_is_value(entry)', meaning: 'True when what a slot held is a swap value, no folio. No step.', lower: (c, args, give) => give(equals(evaluateNumber(c, args[0]!), constant(slotSwap))) }],
  ['choose', { arity: [0, 1], usage: 'choose() or choose(n)', meaning: 'Either way may happen: 0 or 1, or 0 to n-1. A step of its own.', lower: (c, args, give) => {
    const count = args.length === 0 ? constant(2) : evaluateNumber(c, args[0]!);
    if (count.kind !== 'const' || count.value < 2 || count.value > 16) return fail(c, 'choose(n) wants a number from 2 to 16');
    const target = newTemporary(c, 'choose', { kind: 'int', bits: 4 });
    emitStep(c, { kind: 'choose' }, ...Array.from({ length: count.value }, (_, i): Action[] => [set(target, constant(i))]));
    give(word(target));
  } }],
  ...['page_to_pfn', 'folio_pfn'].map((name): [string, Intrinsic] => [name, { arity: 1, usage: `${name}(${name === 'page_to_pfn' ? 'page' : 'folio'})`, meaning: 'The number that stands for the folio in an entry. No step.', lower: (c, args, give) => give(numberOfFolio(c.world, evaluateNumber(c, args[0]!))) }]),
  ['path_ends', { arity: 0, usage: 'path_ends()', meaning: 'What this thread does from here on is not looked at: it stays, with the locks that it holds, and that is no deadlock of its own.', lower: (c) => emitStep(c, { kind: 'other', guard: zero, mayWaitForever: true }) }],
  ['wake_userfault', { arity: 1, usage: 'wake_userfault(pte)', meaning: 'Wakes the threads that wait in handle_userfault() for this entry.', lower: (c, args) => wakeFaults(c, entryOf(c, args[0]!).address) }],
  ['might_sleep', { arity: 0, usage: 'might_sleep()', meaning: 'Something that may sleep (an allocation, a copy from userspace): no spinlock may be held. No step of its own.', lower: (c) => emitLocal(c, ...mustNotBeAtomic(c.world, c.thread)) }],
  ['ghost_arm', { arity: 1, usage: 'ghost_arm(pte)', meaning: 'Ghost: from now on userspace expects a WP event before anybody writes to this page. Part of the step before it.', lower: (c, args) => emitLocal(c, ...setArmed(c.world, entryOf(c, args[0]!).address, 1)) }],
  ['ghost_disarm', { arity: 1, usage: 'ghost_disarm(pte)', meaning: 'Ghost: the protection is resolved, or dropped on purpose. Part of the step before it.', lower: (c, args) => emitLocal(c, ...setArmed(c.world, entryOf(c, args[0]!).address, 0)) }],
  ['ghost_forget', { arity: 1, usage: 'ghost_forget(&i_pages[i])', meaning: 'Ghost: userspace learnt (by an event, or because it filled the hole itself) that the page is there. Part of the step before it.', lower: (c, args) => emitLocal(c, ...setObserved(c.world, slotOf(c, args[0]!).address, 0)) }],
  ['ghost_set', { arity: 2, usage: 'ghost_set(name, value)', meaning: 'Sets a ghost variable of the init block. Part of the step before it.', lower: (c, args) => {
    const address = evaluateNumber(c, args[0]!);
    if (address.kind !== 'const' || c.world.words[address.value - 1]?.scope !== 'ghost') return fail(c, `${formatExpr(args[0]!)} is no ghost of the init block`, args[0]!.span);
    emitLocal(c, store(address, evaluateNumber(c, args[1]!)));
  } }],
  ['ghost_assert', { arity: 1, usage: 'ghost_assert(condition)', meaning: 'A property of this scenario: violated when the condition is false here. May read ghosts. Part of the step before it.', lower: (c, args) => emitLocal(c, violate('assert', not(truth(evaluateNumber(c, args[0]!))))) }],
  ['vm_flags_set', { arity: 2, usage: 'vm_flags_set(vma, flags)', meaning: 'Sets flags of a vma: one step.', lower: (c, args) => changeWord(c, args, (old, flags) => binary('|', old, flags)) }],
  ['vm_flags_clear', { arity: 2, usage: 'vm_flags_clear(vma, flags)', meaning: 'Clears flags of a vma: one step.', lower: (c, args) => changeWord(c, args, (old, flags) => binary('&', old, binary('^', flags, constant(0xffff)))) }],
  ['XA_STATE', { arity: 3, usage: 'XA_STATE(xas, i_pages, index)', meaning: 'Declares a cursor into a page cache. No step.', lower: (c, args) => {
    const [name, cache, index] = args;
    if (name?.kind !== 'name') return fail(c, 'XA_STATE() wants a name first');
    const xa: LocalPlace = { name: `${name.name}.xa`, type: 'void *', word: undefined, value: undefined, isAssignedOnce: true };
    const xaIndex: LocalPlace = { name: `${name.name}.xa_index`, type: 'int', word: undefined, value: undefined, isAssignedOnce: false };
    const struct = newStruct(c, name.name);
    const xaRestart: LocalPlace = { name: `${name.name}.xa_restart`, type: 'bool', word: undefined, value: undefined, isAssignedOnce: false };
    struct.fields.set('xa', xa).set('xa_index', xaIndex);
    // Only xas_next() asks.
    if (usesNext(c)) struct.fields.set('xa_restart', xaRestart);
    assignLocal(c, xa, number(slotOf(c, cache!).address));
    assignLocal(c, xaIndex, number(evaluateNumber(c, index!)));
    setRestart(c, name, 1);
  } }],
  ['xas_set', { arity: 2, usage: 'xas_set(&xas, index)', meaning: 'Moves a cursor. No step.', lower: (c, args) => {
    moveCursor(c, args[0]!, evaluateNumber(c, args[1]!));
    setRestart(c, args[0]!, 1);
  } }],
  ...wrprotects([['ptep_set_wrprotect', 3], ['huge_ptep_set_wrprotect', 3], ['pmdp_set_wrprotect', 3], ['wrprotect_ptes', 4]]),
  ...folioTests([['folio_test_uptodate', 'PG_uptodate'], ['PageUptodate', 'PG_uptodate'], ['folio_test_ksm', 'PG_ksm'], ['PageKsm', 'PG_ksm'], ['folio_test_anon', 'PG_anon'], ['PageAnon', 'PG_anon'], ['folio_test_dirty', 'PG_dirty']]),
  ...folioChanges([['folio_mark_uptodate', 'PG_uptodate'], ['SetPageUptodate', 'PG_uptodate'], ['__folio_mark_uptodate', 'PG_uptodate'], ['__SetPageUptodate', 'PG_uptodate'], ['folio_set_ksm', 'PG_ksm']]),
]);

/** Does the text move a cursor with xas_next() or xas_prev()? */
const usesNext = (c: Lowering): boolean => [...c.source.functions.values()].some((f) => f.nodes.some((n) => n.kind === 'call' && (n.callee === 'xas_next' || n.callee === 'xas_prev')));

/** Lowers a call of an intrinsic. */
export function lowerIntrinsic(context: Lowering, name: string, args: readonly Expr[], result: LocalPlace | undefined): void {
  const intrinsic = intrinsics.get(name)!;
  const [least, most] = typeof intrinsic.arity === 'number' ? [intrinsic.arity, intrinsic.arity] : intrinsic.arity;
  if (args.length < least || args.length > most) return fail(context, `${name}() is used as ${intrinsic.usage}`);
  let given = false;
  intrinsic.lower(context, args, (value) => {
    given = true;
    if (result) assignLocal(context, result, number(value));
  }, name);
  if (result && !given) fail(context, name.startsWith('ghost_') ? `${name}() has no value: ghosts must not guard a step` : `${name}() has no value`);
}

/** One hardware walk: through the pmd where the scenario has one that can change, then the entry. */
function userAccess(context: Lowering, pointer: Expr, isWrite: boolean, give: (value: Exp) => void): void {
  const { world, thread } = context;
  const { address, checks } = entryOf(context, pointer);
  const entry = at(address);
  const allows = (value: Exp): Exp => and(hasForm(value, 'present'), isWrite ? truth(binary('&', value, constant(writeBit))) : constant(1));
  const pmd = address.kind === 'const' ? pmdOf(world, address.value - 1) : undefined;
  const hits = pmd === undefined ? allows(entry) : or(allows(word(pmd)), and(hasForm(word(pmd), 'table'), allows(entry)));
  const hit = newTemporary(context, 'hit', { kind: 'int', bits: 1 });
  emitStep(context, { kind: 'user-access' }, [
    ...mustNotBeAtomic(world, thread), ...checks,
    { kind: 'if', test: hits, then: [...(isWrite ? mustNotBeArmed(world, address) : []), set(hit, constant(1)), ...endFault(world, thread)], else: [set(hit, zero), ...beginFault(world, thread, address)] },
  ]);
  give(word(hit));
}

function lookup(context: Lowering, args: readonly Expr[], give: (value: Exp) => void): void {
  const { world } = context;
  const vma = vmaOf(context, args[0]!).address;
  const { address: slot, checks } = slotOf(context, args[1]!);
  const content = at(slot);
  const isFolio = and(truth(content), not(equals(content, constant(254))));
  const found = newTemporary(context, 'found', { kind: 'int', bits: 1 });
  const isRegistered = truth(binary('&', at(vma), bit('VM_UFFD_MISSING')));
  emitStep(context, { kind: 'user-access', guard: not(equals(content, constant(slotRetry))) }, [
    ...checks,
    {
      kind: 'if', test: and(isFolio, { kind: 'cond', test: isFolio, then: isUptodate(content), else: zero }), then: [set(found, constant(1))],
      // A slot with a swap value is no hole, nor one with a folio that is not up to date: whoever put it there is about to fill it, and holds its lock.
      else: [set(found, zero), { kind: 'if', test: and(isRegistered, equals(content, zero)), then: setObserved(world, slot, 1), else: [] }],
    },
  ]);
  give(word(found));
}

/** A read-modify-write of the first word of an object, in one step. */
function changeWord(context: Lowering, args: readonly Expr[], change: (old: Exp, value: Exp) => Exp): void {
  const { address, checks } = vmaOf(context, args[0]!);
  const value = evaluateNumber(context, args[1]!);
  emitStep(context, { kind: 'store' }, [...checks, store(address, change(at(address), value))]);
}

/** Takes write permission away in place; the uffd-wp bit stays. wrprotect_ptes() is for the first entry alone. */
function wrprotects(rows: readonly (readonly [string, number])[]): [string, Intrinsic][] {
  return rows.map(([name, arity]) => [name, {
    arity, usage: `${name}(mm, addr, ptep${arity === 4 ? ', nr' : ''})`, meaning: 'Takes write permission away from an entry in place: one step.',
    lower: (c, args) => {
      const { address, checks } = name.startsWith('pmdp') ? pmdOfArgument(c, args[2]!) : entryOf(c, args[2]!);
      emitStep(c, { kind: 'store' }, [...checks, store(address, without(at(address), writeBit), 'entry')]);
    },
  }]);
}

function folioTests(rows: readonly (readonly [string, string])[]): [string, Intrinsic][] {
  return rows.map(([name, flag]) => [name, {
    arity: 1, usage: `${name}(folio)`, meaning: `Reads ${flag} of a folio: one step.`,
    lower: (c, args, give) => {
      const { address, checks } = folioOf(c, args[0]!);
      const target = newTemporary(c, 'flag', { kind: 'int', bits: 1 });
      emitStep(c, { kind: 'load', onlyReads: true }, [...checks, set(target, truth(binary('&', at(address), bit(flag))))]);
      give(word(target));
    },
  }]);
}

function folioChanges(rows: readonly (readonly [string, string])[]): [string, Intrinsic][] {
  return rows.map(([name, flag]) => [name, {
    arity: 1, usage: `${name}(folio)`, meaning: `Sets ${flag} of a folio: one step.`,
    lower: (c, args) => {
      const { address, checks } = folioOf(c, args[0]!);
      // The pages of a folio that becomes readable are seen through every slot that holds it.
      const seen = flag === 'PG_uptodate' ? mustNotBeObserved(c.world, (slot) => equals(word(slot), address)) : [];
      emitStep(c, { kind: 'store' }, [...checks, ...seen, store(address, binary('|', at(address), bit(flag)), 'int')]);
    },
  }]);
}

