/** What a node of the graph does, as far as the solver has to know before it executes it. */
import { pageTableTypes } from '../../kernel/model';
import type { Expr, IrNode, NodeId } from '../../parser/ir';
import { evaluate } from './evaluate';
import type { Frame } from './frame';
import { entryLevel, isLocal, typeOf } from './frame';
import type { State } from './state';
import { narrow, range, readPlace, writePlace } from './state';
import { local, symbol } from './value';

/** May the node change an entry? A function that is called may. */
export function changes(frame: Frame, node: IrNode, id: NodeId): boolean {
  if (node.kind === 'assign') return node.target.kind === 'deref';
  if (node.kind !== 'call') return false;
  const op = frame.shapeAt(id)?.effect.op;
  return op === undefined ? node.args.some((a) => pageTableTypes.has(typeOf(frame, a) ?? '')) : op === 'clear' || op === 'store' || op === 'mark';
}

/** Does the node take or drop a page-table lock? */
export function movesLock(frame: Frame, node: IrNode, id: NodeId): boolean {
  const op = node.kind === 'call' ? frame.shapeAt(id)?.effect.op : undefined;
  return op === 'acquire' || op === 'release' || op === 'walk-step' || op === 'walk-done' || op === 'double-lock' || op === 'double-unlock';
}

/** Does the node change nothing, on any path? A call has to be known for it. */
export function isIdle(frame: Frame, node: IrNode, id: NodeId): boolean {
  if (node.kind === 'nop') return true;
  return node.kind === 'call' && node.result === undefined && frame.shapeAt(id)?.effect.op === 'inert' && !node.args.some((a) => readsEntry(frame, a));
}

/** Does the node read a pte? */
export function looksAtEntry(frame: Frame, id: NodeId): boolean {
  const effect = frame.shapeAt(id)?.effect;
  if (effect?.op === 'read') return effect.level === 'pte';
  const node = frame.ir.nodes[id]!;
  return node.kind !== 'call' && createsValues(frame, node) && stepOf(frame, node) === undefined && node.kind !== 'choice' && node.kind !== 'declare';
}

/** Does the node make values of its own: a call's result, an entry read in an expression, a variable that an iteration macro sets? */
export function createsValues(frame: Frame, node: IrNode): boolean {
  switch (node.kind) {
    case 'call': case 'choice': case 'declare': return true;
    case 'assign': return node.value.kind === 'initializer' || stepOf(frame, node) !== undefined || readsEntry(frame, node.value);
    case 'branch': return readsEntry(frame, node.condition);
    case 'return': return node.value !== undefined && readsEntry(frame, node.value);
    case 'nop': case 'stop': case 'unknown': return false;
  }
}

/** `x = x + step` of a local variable: in a loop it takes ever new values. */
export function stepOf(frame: Frame, node: IrNode): { readonly name: string; readonly up: boolean; readonly by: Expr } | undefined {
  if (node.kind !== 'assign' || node.target.kind !== 'name' || !isLocal(frame, node.target.name) || node.value.kind !== 'binary') return undefined;
  const { op, left, right } = node.value;
  if ((op !== '+' && op !== '-') || left.kind !== 'name' || left.name !== node.target.name) return undefined;
  return { name: node.target.name, up: op === '+', by: right };
}

/** How such a variable grows from here: is it positive afterwards? */
export function growth(frame: Frame, s: State, node: IrNode, id: NodeId): { readonly name: string; readonly positive: boolean } | undefined {
  const step = stepOf(frame, node);
  if (!step) return undefined;
  const [low] = range(s, readPlace(s, local(step.name)));
  const [by] = range(s, evaluate(frame, s, step.by, id));
  return { name: step.name, positive: step.up && low >= 0 && by > 0 };
}

/** All values that the variable takes in later rounds are one value: otherwise every round would be a state of its own. */
export function grow(s: State, grown: { readonly name: string; readonly positive: boolean }, id: string): void {
  const value = symbol(`${id}@${grown.name}`);
  writePlace(s, local(grown.name), value);
  if (grown.positive) narrow(s, value, 1, Infinity);
}

function readsEntry(frame: Frame, e: Expr): boolean {
  switch (e.kind) {
    case 'deref': return entryLevel(frame, e.operand) !== undefined || readsEntry(frame, e.operand);
    case 'index': return entryLevel(frame, e.base) !== undefined || readsEntry(frame, e.base) || readsEntry(frame, e.index);
    case 'field': return readsEntry(frame, e.base);
    case 'address': case 'unary': return readsEntry(frame, e.operand);
    case 'binary': return readsEntry(frame, e.left) || readsEntry(frame, e.right);
    case 'name': case 'number': case 'string': case 'opaque': case 'initializer': return false;
  }
}
