/** Which functions can change what their callers know of locks: asked of the call graph, before anybody looks into a body. */
import type { Effect } from '../../kernel/types';
import { primitivesWith } from '../../kernel/model';
import type { ReachQuestion } from '../call-graph/reachability';
import type { FunctionRef, Tree } from '../call-graph/tree';
import { callsPrimitive } from '../call-graph/tree';

export interface Reach {
  /** May it take or drop a page-table lock of its caller's, or hand one out? */
  movesPtl(ref: FunctionRef): boolean;
  /** May it, or a function that it calls, drop locks of this kind? */
  drops(ref: FunctionRef, lock: string): boolean;
  /** Does its own body take locks of a kind and drop none of them, or the other way round? */
  isLopsided(ref: FunctionRef): boolean;
}

export function createReach(tree: Tree): Reach {
  /** Only those who are handed an entry, a lock or a struct with both, or return one, have anything to do with the locks of others. */
  const moving: ReachQuestion = {
    holds: (f) => callsPrimitive(tree.model, f, movesLock) || (callsPrimitive(tree.model, f, isSpinlock) && /(?:\b|_)p[tm]l\b/.test(f.masked)),
    enters: (f) => namesPageTables.test(headOf(f)),
  };

  return {
    movesPtl: (ref) => tree.reaches(moving, ref),
    drops: (ref, lock) => tree.reachesEffect(ref, dropsKind(lock)),
    isLopsided: (ref) => isLopsided(tree, ref),
  };
}

const namesPageTables = /\b(?:pte_t|pmd_t|pud_t|spinlock_t|vm_fault|page_vma_mapped_walk|folio_walk)\b/;

const headOf = (ref: FunctionRef): string => ref.masked.slice(0, ref.outline.bodyStart - ref.outline.span.start);

const lockOps: ReadonlySet<string> = new Set(['acquire', 'release', 'double-lock', 'double-unlock', 'walk-step', 'walk-done']);
const movesLock = (effect: Effect): boolean => lockOps.has(effect.op);
const isSpinlock = (effect: Effect): boolean => effect.op === 'spin-lock' || effect.op === 'spin-unlock';

const questions = new Map<string, (effect: Effect) => boolean>();

/** May such a primitive drop locks of this kind? One function for each kind, as answers are kept by question. */
function dropsKind(lock: string): (effect: Effect) => boolean {
  let question = questions.get(lock);
  if (!question) questions.set(lock, (question = (effect) => (effect.op === 'mm-unlock' && effect.lock === lock) || (droppedByFaults.has(lock) && (effect.op === 'event' || effect.op === 'fault'))));
  return question;
}

/** A fault may drop what keeps the vma: mm/memory.c:handle_mm_fault, fs/userfaultfd.c:handle_userfault. */
export const droppedByFaults: ReadonlySet<string> = new Set(['mmap_lock', 'vma lock']);

const takes = (effect: Effect): boolean => effect.op === 'mm-lock';
const drops = (effect: Effect): boolean => effect.op === 'mm-unlock';

function isLopsided(tree: Tree, ref: FunctionRef): boolean {
  if (!callsPrimitive(tree.model, ref, takes) && !callsPrimitive(tree.model, ref, drops)) return false;
  const [taken, dropped] = [kindsOf(tree, ref, takes), kindsOf(tree, ref, drops)];
  return [...taken].some((kind) => !dropped.has(kind)) || [...dropped].some((kind) => !taken.has(kind));
}

function kindsOf(tree: Tree, ref: FunctionRef, wanted: (effect: Effect) => boolean): Set<string> {
  const names = primitivesWith(tree.model, wanted);
  return new Set([...ref.outline.calls].filter((name) => names.has(name)).flatMap((name) => tree.model.primitives.get(name)!.shapes).flatMap(({ effect }) => (effect.op === 'mm-lock' || effect.op === 'mm-unlock' ? [effect.lock] : [])));
}
