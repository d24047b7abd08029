/** The shared objects of a scenario, with the words they consist of, and what the properties remember about them (ghosts). */
import { constant } from './exp';
import { links, objectTypes, type Field } from './objects';
import type { Exp, Word, WordId } from './program';

/** An object as a scenario declares it. */
export interface Declaration {
  readonly name: string;
  readonly type: string;
  /** Number of elements; undefined for a single object. */
  readonly count: number | undefined;
  readonly isGhost: boolean;
  /** The lock under which an entry or a page cache changes. */
  readonly guardedBy: string | undefined;
  /** For a pmd: the page table that it points to. */
  readonly maps: string | undefined;
  /** Initial value by element and field (the empty name for an object of one word). */
  readonly initial: readonly { readonly element: number; readonly field: string; readonly value: number }[];
  readonly offset: number;
}

export interface SharedObject {
  readonly declaration: Declaration;
  readonly fields: readonly Field[];
  /** Word of the first field of the first element. */
  readonly base: WordId;
}

export interface World {
  readonly objects: ReadonlyMap<string, SharedObject>;
  readonly threadCount: number;
  readonly words: Word[];
  /** Where thread t waits in handle_userfault(): the address of the entry, 0 when it was woken or does not wait. */
  readonly uffdWait: readonly WordId[];
  /** By the word of an entry: is it mapped (not empty, no marker) as of the last time its lock was released? */
  readonly mapped: ReadonlyMap<WordId, WordId>;
  /** By the word of an entry: did userspace write-protect it, and was not told since? */
  readonly armed: ReadonlyMap<WordId, WordId>;
  /** By thread: the entry of a fault under way that was mapped all the time so far; 0 when an event is justified. */
  readonly faulting: readonly WordId[];
  /** By the word of a slot: did userspace, registered for missing faults, see it empty? */
  readonly observed: ReadonlyMap<WordId, WordId>;
  /** Has the schedule gone through the scenario's label of that name? */
  readonly through: WordId | undefined;
}

/** What the scenario's code uses, so that nothing else is remembered in its states. */
export interface Uses {
  readonly faults: boolean;
  readonly armed: boolean;
  readonly observed: boolean;
  /** A label that violations must have gone through. */
  readonly through: string | undefined;
}

/** What code uses that calls these functions; `through` is the label that violations must have gone through. */
export function usesOf(calls: ReadonlySet<string>, through: string | undefined): Uses {
  return {
    faults: (calls.has('user_read') || calls.has('user_write')) && calls.has('handle_userfault'),
    armed: calls.has('ghost_arm'), observed: calls.has('user_lookup'), through,
  };
}

/** Lays the objects out. Declarations have been checked: their types are known and their names differ. */
export function createWorld(declarations: readonly Declaration[], threads: readonly string[], uses: Uses): World {
  const words: Word[] = [];
  const objects = new Map<string, SharedObject>();
  const add = (word: Word): WordId => words.push(word) - 1;
  const declare = (declaration: Declaration): void => {
    const fields = objectTypes.get(declaration.type) ?? [];
    const base = words.length;
    for (let element = 0; element < (declaration.count ?? 1); element++) {
      const prefix = declaration.count === undefined ? declaration.name : `${declaration.name}[${element}]`;
      for (const field of fields) {
        const initial = declaration.initial.find((i) => i.element === element && i.field === field.name)?.value ?? 0;
        add({
          name: field.name === '' ? prefix : `${prefix}.${field.name}`, kind: field.kind, scope: declaration.isGhost ? 'ghost' : 'shared',
          bits: field.kind === 'rwlock' ? 2 * threads.length : field.kind === 'lock' ? 4 : field.bits ?? 16, initial, flags: field.flags,
        });
      }
    }
    objects.set(declaration.name, { declaration, fields, base });
  };
  for (const declaration of declarations) if (!declaration.isGhost) declare(declaration);
  const uffdWait = threads.map((name) => add({ name: `uffd.wait[${name}]`, kind: 'pointer', scope: 'shared', bits: 8, initial: 0 }));
  for (const declaration of declarations) if (declaration.isGhost) declare(declaration);
  const ghost = (name: string, kind: Word['kind'], bits: number, initial: number): WordId => add({ name, kind, scope: 'ghost', bits, initial });
  const mapped = new Map<WordId, WordId>();
  const armed = new Map<WordId, WordId>();
  const observed = new Map<WordId, WordId>();
  for (const object of objects.values()) {
    if (object.declaration.isGhost) continue;
    for (let i = 0; i < sizeOf(object); i++) {
      const id = object.base + i;
      const { name, kind, initial } = words[id]!;
      if (kind === 'entry' && object.declaration.type === 'pte_t') {
        if (uses.faults) mapped.set(id, ghost(`mapped(${name})`, 'int', 1, isMapped(initial) ? 1 : 0));
        if (uses.armed) armed.set(id, ghost(`armed(${name})`, 'int', 1, 0));
      }
      if (kind === 'slot' && uses.observed) observed.set(id, ghost(`observed(${name})`, 'int', 1, 0));
    }
  }
  const faulting = uses.faults ? threads.map((name) => ghost(`faulting(${name})`, 'pointer', 8, 0)) : [];
  const through = uses.through === undefined ? undefined : ghost(`through(${uses.through})`, 'int', 1, 0);
  return { objects, threadCount: threads.length, words, uffdWait, mapped, armed, faulting, observed, through };
}

/** Number of words of an object. */
export function sizeOf(object: SharedObject): number {
  return (object.declaration.count ?? 1) * object.fields.length;
}

/** The address of an object's first word. */
export function addressOf(object: SharedObject): Exp {
  return constant(object.base + 1);
}

/** The object a word belongs to. */
export function objectAt(world: World, id: WordId): SharedObject | undefined {
  for (const object of world.objects.values()) if (id >= object.base && id < object.base + sizeOf(object)) return object;
  return undefined;
}

/** The scenario's only object of the type that a field such as `vm_mm` leads to. */
export function linked(world: World, field: string): SharedObject | undefined {
  const type = links.get(field);
  const found = type === undefined ? [] : [...world.objects.values()].filter((o) => o.declaration.type === type && o.declaration.count === undefined);
  return found.length === 1 ? found[0] : undefined;
}

/** Words of a kind, shared ones only. */
export function wordsOfKind(world: World, kind: Word['kind']): WordId[] {
  return [...world.words.keys()].filter((id) => world.words[id]!.kind === kind && world.words[id]!.scope === 'shared');
}

function isMapped(entry: number): boolean {
  const form = entry & 7;
  return form !== 0 && form !== 3;
}
