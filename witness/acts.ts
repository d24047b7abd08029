/** Which nodes of a function other threads can see, and at which a path ends because the machine cannot tell what they do. */
import type { Expr, NodeId } from '../parser/ir';
import { meaningOf, type CallNode } from './meaning';
import { isEntryType, isFolioType, isLocalStruct } from './objects';
import type { Body, Making } from './parts';
import { declaredByMacro } from './types-of';
import { newUses, type Terms } from './terms';

/** Does the node do something that other threads can see? */
export function isAct(making: Making, body: Body, terms: Terms, id: NodeId): boolean {
  const node = body.ir.nodes[id]!;
  if (node.kind !== 'call') return false;
  if (declaredByMacro(node) !== undefined) return true;
  const meaning = meaningOf(making, body, node);
  if (meaning.kind === 'library') return terms.call(id, newUses()) !== undefined && !isComputed.test(node.callee ?? '');
  if (meaning.kind === 'follow') return meaning.body.goals.size > 0 || making.facts.seen.has(meaning.body.ref);
  return meaning.kind === 'act' && terms.call(id, newUses()) !== undefined;
}

/** A change of an entry to something that the machine cannot tell: what comes of it is not looked at. */
export function isBlocked(making: Making, body: Body, terms: Terms, id: NodeId): boolean {
  const node = body.ir.nodes[id]!;
  if (node.kind === 'assign' && (isFolioType(terms.typeOf(node.target)) || isEntryType(terms.typeOf(node.target)))) {
    return node.value.kind !== 'initializer' && terms.text(node.value, newUses()) === undefined && !terms.isAllocated(node.value) && isAlsoKnown(body, terms, node.target);
  }
  if (node.kind !== 'call') return false;
  if (asksUnknownEntry(making, body, terms, node, id)) return true;
  const meaning = meaningOf(making, body, node);
  if (meaning.kind === 'unknown' && node.args.some((a) => a.kind === 'address' && a.operand.kind === 'name' && isFolioType(terms.typeOf(a.operand)) && isAlsoKnown(body, terms, a.operand))) return true;
  if (meaning.kind !== 'act' || !meaning.effect || !changes.has(meaning.effect.op)) return false;
  return terms.call(id, newUses()) === undefined;
}

/** A question about an entry that the machine does not know: either answer might be one that the entry excludes. */
function asksUnknownEntry(making: Making, body: Body, terms: Terms, node: CallNode, id: NodeId): boolean {
  const meaning = meaningOf(making, body, node);
  if (meaning.kind !== 'value' || !meaning.effect || (meaning.effect.op !== 'test' && meaning.effect.op !== 'compare')) return false;
  return terms.call(id, newUses()) === undefined;
}

/** Is the place given a value that the machine knows elsewhere, or by the caller? Then it is left at that: a way on which an unknown call writes to it is not followed. */
export function isAlsoKnown(body: Body, terms: Terms, place: Expr): boolean {
  if (place.kind === 'field') return place.arrow && place.base.kind === 'name' && isLocalStruct((terms.typeOf(place.base) ?? '').replace(/\s*\*$/, '')) && isParam(body, place.base.name);
  return place.kind === 'name' && body.ir.nodes.some((n, id) => body.region.has(id) && n.kind === 'assign' && n.target.kind === 'name' && n.target.name === place.name
    && n.value.kind === 'name' && n.value.name.startsWith('$') && terms.text(n.value, newUses()) !== undefined);
}

const isParam = (body: Body, name: string): boolean => body.ir.params.some((p) => p.name === name);

/** Library functions that only compute. */
const isComputed = /^(?:ERR_PTR|IS_ERR|IS_ERR_OR_NULL|page_folio|compound_head)$/;

const changes: ReadonlySet<string> = new Set(['clear', 'store', 'modify-start', 'modify-commit', 'mark', 'cache-store']);
