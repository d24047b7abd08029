/** What the machine checks and remembers beside what the kernel does: locks in balance, no sleep under a spinlock, faults, write protection, holes. */
import { and, at, binary, constant, equals, not, one, or, truth, word, zero } from './exp';
import { hasForm } from './entry-values';
import { set, violate, when, type Action } from './micro';
import type { Exp, PropertyId, WordId } from './program';
import { uffdWpBit, writeBit } from './values';
import { objectAt, sizeOf, wordsOfKind, type Uses, type World } from './world';

/** Properties that ask what is only remembered where the code has a use for it. */
const remembered: Partial<Readonly<Record<PropertyId, Exclude<keyof Uses, 'through'>>>> = {
  'unjustified-event': 'faults', 'armed-page-written': 'armed', 'armed-under-huge': 'armed', 'observed-hole-filled': 'observed',
};

/** False when code with these uses cannot violate the property, whatever the order of its steps: what the property asks about never happens. */
export function canBeViolated(property: PropertyId, uses: Uses): boolean {
  const asked = remembered[property];
  return asked === undefined || uses[asked];
}

/** A thread that sleeps must hold no spinlock. */
export function mustNotBeAtomic(world: World, thread: number): Action[] {
  const held = spinlocks(world).map((id) => equals(word(id), constant(thread + 1)));
  return held.length === 0 ? [] : [violate('sleep-in-atomic', or(...held))];
}

/** A thread that ends must hold no lock. */
export function mustHoldNothing(world: World, thread: number): Action[] {
  const own = constant(thread + 1);
  const mask = constant((1 << thread) | (1 << (world.threadCount + thread)));
  const held = [
    ...wordsOfKind(world, 'lock').map((id) => equals(word(id), own)),
    ...wordsOfKind(world, 'rwlock').map((id) => truth(binary('&', word(id), mask))),
  ];
  return held.length === 0 ? [] : [violate('lock-imbalance', or(...held))];
}

/** Spinlocks: declared ones and those of page caches. Mutexes and folio locks sleep. */
function spinlocks(world: World): WordId[] {
  return wordsOfKind(world, 'lock').filter((id) => objectAt(world, id)?.declaration.type === 'spinlock_t');
}

/**
 * The lock of entries is released: what they hold now is what they are to everybody. An entry that was mapped and is empty now was really removed, so that a
 * fault on it that is under way may be told to userspace.
 */
export function settleEntries(world: World, lock: Exp): Action[] {
  const actions: Action[] = [];
  for (const [entry, mapped] of world.mapped) {
    const guard = guardOf(world, entry);
    if (guard === undefined) continue;
    actions.push(...when(equals(lock, constant(guard + 1)), settle(world, entry, mapped)));
  }
  return actions;
}

/** An entry without a lock settles with every store. */
export function settleUnguarded(world: World, address: Exp): Action[] {
  const actions: Action[] = [];
  for (const [entry, mapped] of world.mapped) {
    if (guardOf(world, entry) === undefined) actions.push(...when(equals(address, constant(entry + 1)), settle(world, entry, mapped)));
  }
  return actions;
}

function settle(world: World, entry: WordId, mapped: WordId): Action[] {
  const isMapped = and(not(hasForm(word(entry), 'none')), not(hasForm(word(entry), 'marker')));
  const removed = world.faulting.map((fault): Action => ({ kind: 'if', test: equals(word(fault), constant(entry + 1)), then: [set(fault, zero)], else: [] }));
  return [{ kind: 'if', test: isMapped, then: [set(mapped, one)], else: [{ kind: 'if', test: word(mapped), then: [set(mapped, zero), ...removed], else: [] }] }];
}

/** The lock that guards an entry or a slot. */
export function guardOf(world: World, id: WordId): WordId | undefined {
  const name = objectAt(world, id)?.declaration.guardedBy;
  return name === undefined ? undefined : world.objects.get(name)?.base;
}

/** The pmd that points to the page table of an entry. */
export function pmdOf(world: World, entry: WordId): WordId | undefined {
  const table = objectAt(world, entry)?.declaration.name;
  for (const object of world.objects.values()) if (table !== undefined && object.declaration.maps === table) return object.base;
  return undefined;
}

/** A fault begins: an event is unjustified as long as the entry has been mapped all the time. */
export function beginFault(world: World, thread: number, address: Exp): Action[] {
  const fault = world.faulting[thread];
  if (fault === undefined) return [];
  const mapped = [...world.mapped].reduceRight<Exp>((rest, [entry, ghost]) => ({ kind: 'cond', test: equals(address, constant(entry + 1)), then: word(ghost), else: rest }), zero);
  return [{ kind: 'if', test: mapped, then: [set(fault, address)], else: [set(fault, zero)] }];
}

export function endFault(world: World, thread: number): Action[] {
  const fault = world.faulting[thread];
  return fault === undefined ? [] : [set(fault, zero)];
}

/** A MISSING or MINOR event for an entry that was mapped during the whole fault. */
export function mustBeJustified(world: World, thread: number, address: Exp): Action[] {
  const fault = world.faulting[thread];
  return fault === undefined ? [] : [violate('unjustified-event', and(truth(word(fault)), equals(word(fault), address)))];
}

/** A write reaches a page that is write-protected for userspace. */
export function mustNotBeArmed(world: World, address: Exp): Action[] {
  return [...world.armed].flatMap(([entry, armed]) => when(equals(address, constant(entry + 1)), [violate('armed-page-written', word(armed))]));
}

/** Marks an entry as protected by userspace, or not any more. */
export function setArmed(world: World, address: Exp, value: 0 | 1): Action[] {
  return [...world.armed].flatMap(([entry, armed]) => when(equals(address, constant(entry + 1)), [set(armed, constant(value))]));
}

/** A huge mapping that can be written must not cover a protected entry. */
export function checkHugeStore(world: World, address: Exp, value: Exp): Action[] {
  const actions: Action[] = [];
  for (const object of world.objects.values()) {
    const table = object.declaration.maps === undefined ? undefined : world.objects.get(object.declaration.maps);
    if (!table) continue;
    const armed = Array.from({ length: sizeOf(table) }, (_, i) => world.armed.get(table.base + i)).filter((id): id is WordId => id !== undefined);
    const isWritable = and(hasForm(value, 'present'), truth(binary('&', value, constant(writeBit))));
    actions.push(...when(and(equals(address, constant(object.base + 1)), isWritable), armed.map((id) => violate('armed-under-huge', word(id)))));
  }
  return actions;
}

/** A page becomes readable in a slot that userspace saw empty. */
export function mustNotBeObserved(world: World, isFilled: (slot: WordId) => Exp): Action[] {
  return [...world.observed].flatMap(([slot, observed]) => when(isFilled(slot), [violate('observed-hole-filled', word(observed))]));
}

export function setObserved(world: World, address: Exp, value: 0 | 1): Action[] {
  return [...world.observed].flatMap(([slot, observed]) => when(equals(address, constant(slot + 1)), [set(observed, constant(value))]));
}

/** The uffd-wp bit of a value, as a truth. */
export function hasUffdWp(value: Exp): Exp {
  return truth(binary('&', value, constant(uffdWpBit)));
}

/** Whether the folio at an address is up to date: its PG_uptodate. */
export function isUptodate(folio: Exp): Exp {
  return truth(binary('&', at(folio), constant(1)));
}
