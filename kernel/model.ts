/** The kernel model: every primitive and constant by name, and how a tree adds primitives of its own. */
import { allConstants } from './constants';
import { entryDerive } from './entry-derive';
import { entryTests } from './entry-tests';
import { entryWrites } from './entry-writes';
import { faults } from './faults';
import { inertCalls, isInertFamily } from './inert';
import { locks } from './locks';
import { mmLocks } from './mm-locks';
import { pageCache } from './page-cache';
import { pageTable } from './page-table';
import { ranges } from './ranges';
import { rmap } from './rmap';
import { anyArity, inert } from './build';
import { userfaultfd } from './userfaultfd';
import type { Constant, Effect, Primitive, Shape } from './types';

/** All primitives in table order; a test asserts that no name occurs twice. */
export const allPrimitives: readonly Primitive[] = [
  ...locks, ...rmap, ...pageTable, ...entryTests, ...entryWrites, ...entryDerive, ...userfaultfd, ...pageCache, ...faults, ...mmLocks, ...ranges, ...inertCalls,
];

/** What is known about the functions and macros of a kernel tree. Never changes: another model is another object. */
export interface KernelModel {
  /** Primitives by name. */
  readonly primitives: ReadonlyMap<string, Primitive>;
  /**
   * The signature of `name` that a call with `arity` arguments means. A shape with exactly that many arguments wins, then one that accepts any number.
   * A call with a number of arguments that no known version takes is not the primitive we know: undefined. Tracepoints, counters and assertions have no
   * entries of their own and are inert.
   */
  shapeFor(name: string, arity: number): Shape | undefined;
}

/** The model that ships: what Linux has. */
export const builtinModel: KernelModel = createModel(new Map(allPrimitives.map((entry) => [entry.name, entry])));

/** The same model with more entries. An entry replaces what `base` knows under its name, for every number of arguments. */
export function extendModel(base: KernelModel, entries: readonly Primitive[]): KernelModel {
  return entries.length === 0 ? base : createModel(new Map([...base.primitives, ...entries.map((entry) => [entry.name, entry] as const)]));
}

/** Names of the model's primitives with such an effect. Kept for each model and question, so that the question should be one function. */
export function primitivesWith(model: KernelModel, wanted: (effect: Effect) => boolean): ReadonlySet<string> {
  let answers = answersOf.get(model);
  if (!answers) answersOf.set(model, (answers = new Map()));
  let names = answers.get(wanted);
  if (!names) answers.set(wanted, (names = new Set([...model.primitives.values()].filter((p) => p.shapes.some((s) => wanted(s.effect))).map((p) => p.name))));
  return names;
}
const answersOf = new WeakMap<KernelModel, Map<(effect: Effect) => boolean, ReadonlySet<string>>>();

/** Constants by name. */
export const constants: ReadonlyMap<string, Constant> = new Map(allConstants.map((entry) => [entry.name, entry]));

function createModel(primitives: ReadonlyMap<string, Primitive>): KernelModel {
  return {
    primitives,
    shapeFor(name, arity) {
      const entry = primitives.get(name);
      if (entry === undefined) return scopeGuard(name) ?? (isInertFamily(name) ? inertShape : undefined);
      return entry.shapes.find((candidate) => candidate.arity === arity) ?? entry.shapes.find((candidate) => candidate.arity === anyArity);
    },
  };
}

const inertShape = inert();

/**
 * Scope-based locks (include/linux/cleanup.h): lowering writes `guard(spinlock)(x)` as a call of `guard_spinlock` and each end of its scope as one of
 * `guard_spinlock_exit`. The spinlock kinds (`spinlock_irq`, `spinlock_try`, ...) may take a page-table lock; the others take no lock of a page table.
 */
function scopeGuard(name: string): Shape | undefined {
  // Asked for every call: few names are worth a pattern.
  const match = name.startsWith('guard_') ? /^guard_(?:raw_)?(\w+?)(_exit)?$/.exec(name) : null;
  if (!match) return undefined;
  if (!match[1]!.startsWith('spinlock')) return inertShape;
  return { arity: 1, effect: match[2] ? { op: 'spin-unlock', arg: 0 } : { op: 'spin-lock', arg: 0, trylock: match[1]!.endsWith('_try') } };
}

/** Fields that carry page-table state in structs whose definition is outside the file at hand: field name to type. */
export const carrierFields: ReadonlyMap<string, string> = new Map([
  ['pte', 'pte_t *'], ['pmd', 'pmd_t *'], ['pud', 'pud_t *'], ['ptl', 'spinlock_t *'], ['orig_pte', 'pte_t'], ['orig_pmd', 'pmd_t'],
  ['ptep', 'pte_t *'], ['pmdp', 'pmd_t *'], ['pudp', 'pud_t *'],
]);

/** Types whose values (or what they point to) carry page-table state. */
export const pageTableTypes: ReadonlySet<string> = new Set([
  'pte_t', 'pte_t *', 'pmd_t', 'pmd_t *', 'pud_t', 'pud_t *', 'spinlock_t *', 'spinlock_t **', 'pte_t **', 'pmd_t **',
  'struct vm_fault', 'struct vm_fault *', 'struct page_vma_mapped_walk', 'struct page_vma_mapped_walk *', 'struct folio_walk', 'struct folio_walk *',
]);
