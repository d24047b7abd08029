/** Which functions do a part of what is asked about holes of the page cache: for whoever calls them they are no black boxes. */
import { primitivesWith } from '../../kernel/model';
import { mappingWalks } from '../../kernel/rmap';
import type { Effect } from '../../kernel/types';
import type { FunctionRef, Tree } from '../call-graph/tree';

const isQuestion = (e: Effect): boolean => e.op === 'vma-flag' && (e.flag === 'missing' || e.flag === 'armed');
const isTreeCall = (e: Effect): boolean => e.op === 'cache-lock' || e.op === 'cache-unlock' || e.op === 'cache-load' || e.op === 'cache-store';
const isLock = (e: Effect): boolean => e.op === 'cache-lock';
const isLook = (e: Effect): boolean => e.op === 'cache-load' && !e.skips;
const fileWalks: ReadonlySet<string> = new Set([...mappingWalks].filter(([, of]) => of === 'file').map(([name]) => name));
/** The function's head, up to its body: types are read from the text, because lowering whole bodies costs more than it tells here. */
const headOf = (ref: FunctionRef): string => ref.masked.slice(0, ref.outline.bodyStart - ref.outline.span.start);

const callsOne = (ref: FunctionRef, names: ReadonlySet<string>): boolean => {
  for (const name of ref.outline.calls) if (names.has(name)) return true;
  return false;
};

/** Does the function call a primitive with such an effect? */
const calls = (tree: Tree, ref: FunctionRef, wanted: (effect: Effect) => boolean): boolean => callsOne(ref, primitivesWith(tree.model, wanted));

/** Helpers that only call helpers are followed this far. */
const maxWrappers = 2;

/** May the function, or its caller under the same lock of the tree, have found holes when it stores something? */
export function mayKnowHoles(tree: Tree, ref: FunctionRef, note: (name: string) => void): boolean {
  if (calls(tree, ref, isLook) || !calls(tree, ref, isLock)) return true;
  for (const name of ref.outline.calls) {
    const target = tree.model.primitives.has(name) ? undefined : tree.resolve(name, ref.file);
    if (target && calls(tree, target, isLook) && isCacheHelper(tree, target, note)) return true;
  }
  return false;
}

/**
 * Does the function walk over the vmas of a file and ask them, ask one vma, or work on the tree that its caller hands over? `note` hears of the
 * functions, other than its own callees, on which the answer rests.
 */
export function isCacheHelper(tree: Tree, ref: FunctionRef, note: (name: string) => void): boolean {
  if (calls(tree, ref, isTreeCall)) return /\bstruct (?:address_space|xa_state) \*/.test(headOf(ref));
  if (calls(tree, ref, isQuestion)) return /\bbool\b[^(]*\(/.test(headOf(ref)) || callsOne(ref, fileWalks);
  return isWalk(tree, ref, maxWrappers, note);
}

/** Does the function, or one that it hands the file to, ask in a walk? */
function isWalk(tree: Tree, ref: FunctionRef, levels: number, note: (name: string) => void): boolean {
  const walks = callsOne(ref, fileWalks);
  if (walks && calls(tree, ref, isQuestion)) return true;
  if (levels === 0 || (!walks && !/\bstruct address_space \*/.test(headOf(ref)))) return false;
  for (const name of ref.outline.calls) {
    if (tree.model.primitives.has(name)) continue;
    note(name);
    const target = tree.resolve(name, ref.file);
    if (target && target !== ref && (walks ? calls(tree, target, isQuestion) : isWalk(tree, target, levels - 1, note))) return true;
  }
  return false;
}
