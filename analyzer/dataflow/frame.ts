/** What the solver knows of the function it is in: types of its variables, names for what its nodes create. */
import type { KernelModel } from '../../kernel/model';
import { carrierFields } from '../../kernel/model';
import { walkDeclarations } from '../../kernel/rmap';
import type { Level, Shape } from '../../kernel/types';
import type { Expr, FunctionIR, IrNode, NodeId } from '../../parser/ir';
import type { FunctionRef } from '../call-graph/tree';

type CallNode = Extract<IrNode, { kind: 'call' }>;

export interface Frame {
  readonly ref: FunctionRef;
  readonly ir: FunctionIR;
  /** Declared type of a parameter, local or temporary; undefined for globals, macros and enumerators. */
  typeOfName(name: string): string | undefined;
  /** The model's shape for a call node, if the callee is a primitive. */
  shapeAt(node: NodeId): Shape | undefined;
  /** Prefix of everything created in this function. */
  readonly id: string;
  /** The same for each node; see `nodeId`. */
  readonly nodeNames: readonly string[];
}

const entryTypes: Readonly<Record<string, Level>> = { pte_t: 'pte', pmd_t: 'pmd', pud_t: 'pud' };
const typeOfLevel: Readonly<Record<Level, string>> = { pte: 'pte_t', huge: 'pte_t', pmd: 'pmd_t', pud: 'pud_t' };

/** `returnTypeOf` tells the declared type of another function's value, if it is known. */
export function createFrame(ref: FunctionRef, ir: FunctionIR, returnTypeOf: (callee: string) => string | undefined, model: KernelModel): Frame {
  const types = new Map<string, string>();
  for (const v of [...ir.params, ...ir.locals]) types.set(v.name, v.type);
  const results = new Map<string, CallNode>();
  const shapes = new Map<NodeId, Shape | undefined>();
  ir.nodes.forEach((node, i) => {
    if (node.kind !== 'call' || node.callee === undefined) return;
    const [first] = node.args;
    if (walkDeclarations.has(node.callee) && first?.kind === 'name') types.set(first.name, 'struct page_vma_mapped_walk');
    shapes.set(i, model.shapeFor(node.callee, node.args.length));
    if (node.result) results.set(node.result, node);
  });
  return {
    ref, ir, id: ir.name, nodeNames: ir.nodes.map((_, i) => `${ir.name}#${i}.`),
    typeOfName(name) {
      const known = types.get(name);
      const call = known === undefined && name.startsWith('$') ? results.get(name) : undefined;
      if (call?.callee === undefined) return known;
      const type = resultType(model, call.callee, call.args.length) ?? returnTypeOf(call.callee) ?? 'unknown';
      types.set(name, type);
      return type;
    },
    shapeAt: (node) => shapes.get(node),
  };
}

function resultType(model: KernelModel, callee: string, arity: number): string | undefined {
  const effect = model.shapeFor(callee, arity)?.effect;
  switch (effect?.op) {
    case undefined: return undefined;
    case 'map': return `${typeOfLevel[effect.level]} *`;
    case 'acquire':
      if (effect.lock.from === 'result') return 'spinlock_t *';
      // With the lock in a field the result is something else, a folio for folio_walk_start().
      return effect.lock.from === 'field' || effect.level === 'huge' ? 'unknown' : `${typeOfLevel[effect.level]} *`;
    case 'lock-pointer': return effect.lock.from === 'result' ? 'spinlock_t *' : `${typeOfLevel[effect.level]} *`;
    case 'read':
    case 'clear':
    case 'modify-start':
      return typeOfLevel[effect.level];
    case 'derive':
      return /^(?:mk_|make_)?(?:huge_)?pmd/.test(callee) ? 'pmd_t' : /pte/.test(callee) ? 'pte_t' : 'unknown';
    default: return model.primitives.has(callee) ? 'int' : undefined;
  }
}

/** Declared type of an expression as far as it concerns page tables; undefined when it is not known. */
export function typeOf(frame: Frame, expr: Expr): string | undefined {
  switch (expr.kind) {
    case 'name': return frame.typeOfName(expr.name);
    case 'field': return carrierFields.get(expr.field);
    case 'deref': return pointedTo(typeOf(frame, expr.operand));
    case 'index': return pointedTo(typeOf(frame, expr.base));
    case 'address': {
      const inner = typeOf(frame, expr.operand);
      return inner === undefined ? undefined : inner.endsWith('*') ? `${inner}*` : `${inner} *`;
    }
    case 'binary': return expr.op === '+' || expr.op === '-' ? typeOf(frame, expr.left) : undefined;
    default: return undefined;
  }
}

function pointedTo(type: string | undefined): string | undefined {
  return type?.endsWith('*') ? type.slice(0, -1).trim() : undefined;
}

/** Level of the page-table entry that `*operand` reads, or undefined when it reads something else. */
export function entryLevel(frame: Frame, operand: Expr): Level | undefined {
  const pointed = pointedTo(typeOf(frame, operand));
  return pointed === undefined ? undefined : entryTypes[pointed];
}

export const isEntryType = (type: string | undefined): boolean => type !== undefined && type in entryTypes;

/** Temporaries (`$1`) and declared variables; every other name is a global, a macro or an enumerator. */
export const isLocal = (frame: Frame, name: string): boolean => name.startsWith('$') || frame.typeOfName(name) !== undefined;

/** Names a node of this function in symbols and reads. The final dot keeps one node's name from being the beginning of another's. */
export const nodeId = (frame: Frame, node: NodeId): string => frame.nodeNames[node] ?? `${frame.id}#${node}.`;

export const quote = (frame: Frame, span: { start: number; end: number }): string => {
  const text = frame.ref.text.slice(span.start, span.end).replace(/\s+/g, ' ').trim();
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};
