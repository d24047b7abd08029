/** Calls: of the file's own functions, which are written out in place, of the machine's own, and of kernel primitives. */
import type { FunctionIR, IrNode } from '../../parser/ir';
import { evaluate } from './expressions';
import { lowerGuard } from './guards';
import { intrinsics, lowerIntrinsic } from './intrinsics';
import { assignLocal, asType, isStructType, newFrame, resultPlace } from './locals';
import { chain, fail, number, type Frame, type LocalPlace, type Lowering, type Value } from './lowering';
import type { MicroId } from './micro';
import { lowerPrimitive } from './primitives';
import { unknownWord } from '../litmus/problem';

type CallNode = Extract<IrNode, { kind: 'call' }>;
type LowerBody = (context: Lowering, frame: Frame) => MicroId;

/** Lowers a call. `after` makes the way on to the next node. */
export function lowerCall(context: Lowering, node: CallNode, lowerBody: LowerBody, after: () => MicroId): MicroId {
  const name = node.callee;
  if (name === undefined) return fail(context, 'a call through a pointer: write the function that it calls');
  const callee = context.source.functions.get(name);
  if (callee) return inline(context, node, callee, lowerBody, after);
  const result = node.result === undefined ? undefined : resultPlace(context, node.result);
  if (intrinsics.has(name)) {
    lowerIntrinsic(context, name, node.args, result);
    return chain(context, after());
  }
  if (lowerGuard(context, name, node.args)) return chain(context, after());
  const shape = context.model.shapeFor(name, node.args.length);
  if (!shape) {
    const known = context.model.primitives.get(name);
    if (known) return fail(context, { message: `${name}() takes ${[...new Set(known.shapes.map((s) => s.arity))].join(' or ')} arguments, not ${node.args.length}`, word: name });
    return fail(context, unknownWord(`${name}() is neither a kernel primitive nor a function of this file`, name, [...context.source.functions.keys(), ...intrinsics.keys(), ...context.model.primitives.keys()]));
  }
  lowerPrimitive(context, name, shape.effect, node.args, result);
  return chain(context, after());
}

/** Writes a call out: the callee's nodes, with its own variables, in place of the call. */
function inline(context: Lowering, node: CallNode, callee: FunctionIR, lowerBody: LowerBody, after: () => MicroId): MicroId {
  const { frame } = context;
  if (frame.path.includes(callee.name)) return fail(context, `${callee.name}() calls itself`);
  if (frame.path.length > 16) return fail(context, 'calls are nested too deeply');
  if (callee.params.length !== node.args.length) {
    return fail(context, { message: `${callee.name}() takes ${callee.params.length} ${callee.params.length === 1 ? 'argument' : 'arguments'}, not ${node.args.length}`, word: callee.name });
  }
  const result = node.result === undefined ? undefined : resultPlace(context, node.result);
  if (result && callee.returnType === 'void') return fail(context, `${callee.name}() returns nothing`);
  const values = node.args.map((arg) => evaluate(context, arg));
  const next = after();
  // One variable receives the result of all returns.
  const isSingle = callee.nodes.filter((n) => n.kind === 'return').length === 1;
  const returned: LocalPlace | undefined = result && { ...result, isAssignedOnce: result.isAssignedOnce && isSingle };
  if (result && returned) frame.names.set(result.name, returned);
  const inner = newFrame(context.source, callee, [...frame.path, callee.name], (value) => {
    const pending = context.pending;
    context.pending = [];
    if (returned && value) assignLocal(context, returned, value.kind === 'number' ? number(asType(callee.returnType, value.exp)) : value);
    const actions = context.pending.flatMap((p) => (p.kind === 'local' ? [...p.actions] : []));
    context.pending = pending;
    return { actions, next };
  });
  const before = context.pending;
  context.pending = [];
  callee.params.forEach((parameter, i) => bindParameter(context, inner, parameter, values[i]!));
  const binding = context.pending;
  const entry = lowerBody(context, inner);
  context.pending = [...before, ...binding];
  return chain(context, entry);
}

/** A parameter that is never assigned is its argument, where that cannot change; any other is a local of its own. */
function bindParameter(context: Lowering, inner: Frame, parameter: { readonly name: string; readonly type: string }, value: Value): void {
  const isAssigned = (inner.assignments.get(parameter.name) ?? 0) > 0;
  if (value.kind === 'struct') {
    if (isStructType(parameter.type)) fail(context, `${value.struct.name} is passed by value, which is not understood: pass a pointer to it`);
    if (!isAssigned) {
      inner.names.set(parameter.name, value.struct);
      return;
    }
  }
  const place: LocalPlace = { name: parameter.name, type: parameter.type, word: undefined, value: undefined, isAssignedOnce: !isAssigned };
  inner.names.set(parameter.name, place);
  const outer = context.frame;
  context.frame = inner;
  try {
    assignLocal(context, place, value);
  } finally {
    context.frame = outer;
  }
}
