/**
 * Lowers a thread of a scenario to a graph of small operations: calls of the file's own functions are inlined, calls of kernel primitives become the
 * steps that the kernel model says they take.
 */
import { reversePostOrder, successors } from '../../parser/cfg';
import type { FunctionIR, IrNode, NodeId } from '../../parser/ir';
import type { KernelModel } from '../../kernel/model';
import { unknownWord, type Problem } from '../litmus/problem';
import { lowerCall } from './calls';
import { constant, truth } from './exp';
import { assignPlace, evaluate, evaluateNumber, placeOf } from './expressions';
import { initialiseStruct, newFrame } from './locals';
import { addMicro, chain, emitLocal, emitStep, fail, isUnreadable, report, type Frame, type LocalPlace, type LocalStruct, type Lowering, type Source } from './lowering';
import type { Micro, MicroId } from './micro';
import type { World } from './world';

/** A thread as a graph of small operations. */
export interface LoweredThread {
  readonly micros: readonly Micro[];
  readonly entry: MicroId;
  /** The variables of the thread's own function, for conditions on its final state. */
  readonly locals: ReadonlyMap<string, LocalPlace | LocalStruct>;
}

/** Where a thread comes from. */
export interface ThreadText {
  /** What the thread is called, here and in diagrams: `P1`. */
  readonly name: string;
  readonly source: Source;
  /** The function in it: that of its name, or `P` of a library thread. */
  readonly function: string;
  readonly thread: number;
  /** Variables whose last values are asked for. */
  readonly kept: ReadonlySet<string>;
}

/** Lowers one thread. Problems are reported once per cause; the graph is usable only without any. */
export function lowerThread(world: World, model: KernelModel, text: ThreadText, labels: string[], problems: Problem[]): LoweredThread {
  const { source, thread } = text;
  const micros: Micro[] = [{ kind: 'end' }];
  const ir = source.functions.get(text.function);
  if (!ir) return { micros, entry: 0, locals: new Map() };
  const frame = newFrame(source, ir, [text.name], () => ({ actions: [], next: 0 }), text.kept);
  const context: Lowering = { world, model, source, thread, micros, labels, problems, frame, node: ir.nodes[ir.entry]!, pending: [] };
  for (const parameter of ir.params) {
    if (!world.objects.has(parameter.name)) {
      report(context, ir.nameSpan, unknownWord(`${text.function} names ${parameter.name}, which the init block does not declare`, parameter.name, [...world.objects.keys()]));
    }
  }
  const entry = lowerBody(context, frame);
  return { micros, entry, locals: frame.names };
}

function lowerBody(context: Lowering, frame: Frame): MicroId {
  const outer = { frame: context.frame, node: context.node, pending: context.pending };
  const ends: { id: MicroId; node: NodeId }[] = [];
  // Reverse post order, so that what is assigned once is known before it is used.
  for (const id of orderOf(frame.ir)) {
    context.frame = frame;
    context.node = frame.ir.nodes[id]!;
    context.pending = [];
    frame.started.set(id, lowerNode(context, frame, id, ends));
  }
  for (const { id, node } of ends) patch(context.micros[id]!, frame.started.get(node) ?? 0);
  Object.assign(context, outer);
  return frame.started.get(frame.ir.entry) ?? 0;
}

/** The order is asked for again with every call that is inlined. */
function orderOf(ir: FunctionIR): readonly NodeId[] {
  let order = knownOrders.get(ir);
  if (!order) knownOrders.set(ir, (order = reversePostOrder(ir)));
  return order;
}
const knownOrders = new WeakMap<FunctionIR, readonly NodeId[]>();

const unpatched = -1;

function patch(micro: Micro, target: MicroId): void {
  if (micro.kind === 'local') micro.next = target;
}

/** Lowers one node; `ends` collects the places that lead to another node of the same function. */
function lowerNode(context: Lowering, frame: Frame, id: NodeId, ends: { id: MicroId; node: NodeId }[]): MicroId {
  const node = frame.ir.nodes[id]!;
  const jump = (target: NodeId): MicroId => {
    const micro = addMicro(context, { kind: 'local', actions: [], next: unpatched, span: node.span });
    ends.push({ id: micro, node: target });
    return micro;
  };
  try {
    switch (node.kind) {
      case 'assign':
        lowerAssign(context, node);
        return chain(context, jump(node.next));
      case 'call':
        return lowerCall(context, node, lowerBody, () => jump(node.next));
      case 'branch': {
        const test = truth(evaluateNumber(context, node.condition));
        if (test.kind === 'const') return chain(context, jump(test.value !== 0 ? node.whenTrue : node.whenFalse));
        return chain(context, addMicro(context, { kind: 'branch', test, then: jump(node.whenTrue), else: jump(node.whenFalse), span: node.span }));
      }
      case 'return': {
        const value = node.value === undefined ? undefined : evaluate(context, node.value);
        const { actions, next } = frame.onReturn(value);
        emitLocal(context, ...actions);
        return chain(context, next);
      }
      case 'declare':
        return jump(node.next);
      case 'nop':
        if (node.label !== undefined) emitLocal(context, { kind: 'cover', label: labelIndex(context, node.label) });
        return chain(context, jump(node.next));
      case 'stop':
        emitStep(context, { kind: 'other' }, [{ kind: 'violate', property: 'bug', test: constant(1) }]);
        return chain(context, 0);
      case 'choice':
        return fail(context, node.macro === undefined ? 'a choice that the text does not decide: write choose()' : `${node.macro}() is not known here: write the loop out`);
      case 'unknown':
        return fail(context, 'this cannot be read as C');
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    context.pending = [];
    // The rest is read all the same, for its problems; without room for that, it is not.
    const [next] = successors(node);
    const micro = context.micros.push({ kind: 'local', actions: [], next: 0, span: node.span }) - 1;
    if (next !== undefined) ends.push({ id: micro, node: next });
    return micro;
  }
}

function lowerAssign(context: Lowering, node: Extract<IrNode, { kind: 'assign' }>): void {
  if (node.value.kind === 'initializer') {
    const target = placeOf(context, node.target);
    if (target.kind !== 'struct') return fail(context, 'only local structs can be initialised with braces');
    initialiseStruct(context, target.struct, node.value.entries, (expr) => evaluate(context, expr));
    return;
  }
  const value = evaluate(context, node.value);
  assignPlace(context, placeOf(context, node.target), value);
}

function labelIndex(context: Lowering, label: string): number {
  const known = context.labels.indexOf(label);
  return known >= 0 ? known : context.labels.push(label) - 1;
}
