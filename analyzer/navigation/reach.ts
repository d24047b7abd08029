/** Which functions matter: those with a way to a userfault, those that raise faults, and those that change page tables they are given. */
import { primitivesWith } from '../../kernel/model';
import type { Effect } from '../../kernel/types';
import type { FunctionRef, Tree } from '../call-graph/tree';
import type { WaysToUserfault } from './userfaults';

export interface Reach {
  readonly ways: WaysToUserfault;
  /** Functions that raise a fault, or call one that does. */
  readonly faults: ReadonlySet<FunctionRef>;
  /**
   * Functions that change entries or take page-table locks, and those that call one and are told where to: by an entry, a fault, a vma or an mm.
   * Without that condition `folio_put` would be one, as the pages of a hugetlb folio are mapped in the kernel's own tables.
   */
  readonly changes: ReadonlySet<FunctionRef>;
}

/** Yields between functions. */
export function* findReach(tree: Tree): Generator<undefined, Omit<Reach, 'ways'>> {
  return {
    faults: yield* above(tree, isFault, () => true),
    changes: yield* above(tree, isChange, isToldWhere),
  };
}

const isFault = (effect: Effect): boolean => effect.op === 'fault';
const changing: ReadonlySet<string> = new Set<Effect['op']>([
  'acquire', 'release', 'double-lock', 'double-unlock', 'walk-step', 'walk-done', 'clear', 'store', 'modify-start', 'modify-commit', 'mark',
]);
const isChange = (effect: Effect): boolean => changing.has(effect.op);

/** Callers of such primitives, their callers, and so on; a primitive's body is known by what the model says of it. */
function* above(tree: Tree, wanted: (effect: Effect) => boolean, counts: (ref: FunctionRef) => boolean): Generator<undefined, Set<FunctionRef>> {
  const names = primitivesWith(tree.model, wanted);
  const found = new Set<FunctionRef>();
  const add = (callers: readonly FunctionRef[]): void => {
    for (const caller of callers) if (!tree.model.primitives.has(caller.name)) found.add(caller);
  };
  for (const name of names) add(tree.callersOfName(name));
  for (const ref of found) {
    yield;
    add(tree.callersOf(ref).filter(counts));
  }
  return found;
}

function isToldWhere(ref: FunctionRef): boolean {
  let answer = told.get(ref);
  if (answer === undefined) {
    const head = ref.masked.slice(0, ref.outline.bodyStart - ref.outline.span.start);
    told.set(ref, (answer = /\b(?:p[tmu4]d_t|pte_t|pgd_t|spinlock_t|vm_fault|vm_area_struct|mm_struct|userfaultfd_ctx|mm_walk|page_vma_mapped_walk|folio_walk)\b/.test(head)));
  }
  return answer;
}
const told = new WeakMap<FunctionRef, boolean>();
