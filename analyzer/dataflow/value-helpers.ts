/** Which functions only work out a value for their caller: what they say is followed, whatever they are asked about. */
import { successors } from '../../parser/cfg';
import type { FunctionIR } from '../../parser/ir';
import type { FunctionRef, Tree } from '../call-graph/tree';

/** Longer ones are no conditions that somebody gave a name. */
const maxLength = 900;
const maxNodes = 24;

/** Can the function be one, as far as is seen without reading its body? Only then the answer rests on the body. */
export function mayBeValueHelper(ref: FunctionRef): boolean {
  return ref.outline.isStatic && ref.file.endsWith('.c') && ref.text.length <= maxLength;
}

/**
 * Is it a static function of its file that gives back a value, writes nothing but its own variables, and has no loop? A condition that was moved into
 * such a function decides what it decided before.
 */
export function isValueHelper(tree: Tree, ref: FunctionRef): boolean {
  if (!mayBeValueHelper(ref)) return false;
  let known = helpers.get(ref);
  if (known === undefined) helpers.set(ref, (known = isValueOnly(tree.lower(ref))));
  return known;
}
const helpers = new WeakMap<FunctionRef, boolean>();

function isValueOnly(ir: FunctionIR): boolean {
  if (ir.incomplete || ir.nodes.length > maxNodes) return false;
  let returnsValue = false;
  for (const [id, node] of ir.nodes.entries()) {
    // Nodes are numbered so that only a loop leads back.
    if (successors(node).some((next) => next <= id)) return false;
    if (node.kind === 'choice' || node.kind === 'unknown') return false;
    if (node.kind === 'assign' && node.target.kind !== 'name') return false;
    if (node.kind === 'return') returnsValue ||= node.value !== undefined;
  }
  return returnsValue;
}
