/** What the machine cannot know of a function: variables, fields and parameters whose values are open. */
import { isAlsoKnown } from './acts';
import { meaningOf, type CallNode } from './meaning';
import { canonicalOf, isEntryType, isFolioType, isIntType, isLocalStruct, keptFields } from './objects';
import type { Body, Making } from './parts';
import { newUses, type Terms } from './terms';
import type { Expr } from '../parser/ir';

/** Finds out which variables, fields and results cannot be known. */
export function markOpen(making: Making, body: Body, terms: Terms): void {
  const { facts } = making;
  const mark = (key: string | undefined): void => void (key !== undefined && facts.open.add(key));
  for (const id of body.region) {
    const node = body.ir.nodes[id]!;
    if (node.kind === 'assign' && node.value.kind !== 'initializer') {
      const type = terms.typeOf(node.target);
      if (terms.text(node.value, newUses()) !== undefined || canonicalOf(type) !== undefined) continue;
      // Small integers may have any value that is asked for.
      if (node.target.kind === 'name' && isIntType(type)) continue;
      if (isFolioType(type) && terms.isAllocated(node.value)) continue;
      if ((isFolioType(type) || isEntryType(type)) && isAlsoKnown(body, terms, node.target)) continue;
      mark(terms.placeKey(node.target));
    }
    if (node.kind === 'assign' && node.value.kind === 'initializer') {
      if (isEntryType(terms.typeOf(node.target))) mark(terms.placeKey(node.target));
      for (const entry of node.value.entries) if (entry.field !== undefined && keptFields.has(entry.field) && terms.text(entry.value, newUses()) === undefined && terms.pointer(entry.value, newUses()) === undefined) mark(`.${entry.field}`);
    }
    if (node.kind !== 'call') continue;
    const meaning = meaningOf(making, body, node);
    if (node.result !== undefined && terms.call(id, newUses()) === undefined) {
      const type = terms.typeOf({ kind: 'name', name: node.result, span: node.span });
      if (!isIntType(type)) mark(`${body.ref.name}.${node.result}`);
    }
    if (meaning.kind === 'follow') bind(making, terms, node, meaning.body);
    if (meaning.kind === 'unknown') {
      for (const arg of node.args) {
        if (arg.kind !== 'address') continue;
        const type = terms.typeOf(arg.operand);
        if (arg.operand.kind === 'name' && (isIntType(type) || isLocalStruct(type ?? ''))) continue;
        if ((isEntryType(type) || type?.endsWith('*')) && !isAlsoKnown(body, terms, arg.operand)) mark(terms.placeKey(arg.operand));
      }
    }
  }
}

/** Arguments that are not known make parameters that are not known. */
function bind(making: Making, terms: Terms, node: CallNode, callee: Body): void {
  for (const [i, param] of callee.ir.params.entries()) {
    const arg = node.args[i];
    if (!arg || canonicalOf(param.type) !== undefined || isIntType(param.type)) continue;
    if (terms.text(arg, newUses()) === undefined) making.facts.open.add(`${callee.ref.name}.${param.name}`);
  }
  if (node.result !== undefined) making.facts.wanted.add(callee.ref);
}

/** Addresses and sizes that are compared with each other: the machine has one page, and no addresses. */
export function markCounted(making: Making, body: Body): void {
  const { ir, ref } = body;
  const types = new Map([...ir.params, ...ir.locals].map((v) => [v.name, v.type]));
  const isAddress = (expr: Expr): boolean => expr.kind === 'name' && /^(?:unsigned long|loff_t|size_t|u64)$/.test(types.get(expr.name) ?? '');
  for (const node of ir.nodes) {
    if (node.kind !== 'branch' || node.condition.kind !== 'binary' || !/^[=!<>]=?$/.test(node.condition.op)) continue;
    const { left, right } = node.condition;
    for (const [one, other] of [[left, right], [right, left]] as const) {
      if (isAddress(one) && one.kind === 'name' && other.kind !== 'number' && !(other.kind === 'name' && /^[A-Z0-9_]+$/.test(other.name))) making.facts.open.add(`${ref.name}.${one.name}`);
    }
  }
}
