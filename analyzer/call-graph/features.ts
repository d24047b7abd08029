/** What the kernel at hand has. */
import type { Tree } from './tree';

/** Does this kernel have a thing of this name? Of code without a kernel around it the version is anyone's guess: it may. */
export function mayHave(tree: Tree, name: string): boolean {
  return tree.mentions(name) || !isKernel(tree);
}

/** What this kernel calls a primitive that has had several names: the newest one that it mentions, and the one that is given where it mentions none. */
export function nameIn(tree: Tree, name: string): string {
  let found = name;
  for (let next = tree.model.primitives.get(name)?.renamedTo; next !== undefined; next = tree.model.primitives.get(next)?.renamedTo) if (tree.mentions(next)) found = next;
  return found;
}

const isKernel = (tree: Tree): boolean => tree.definitions('handle_mm_fault').length > 0;
