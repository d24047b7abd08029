/** Lowers calls: plain ones, wrappers that are no calls, and the scope-based clean-ups that look like calls. */
import { roleOfCallee } from './call-roles';
import { emit, newJoin, newTemp, place } from './graph';
import type { Expr, Span } from './ir';
import { lowerCondition, lowerInto } from './lower-choice';
import { isCastType, lowerEffect, lowerValue } from './lower-expression';
import { addCleanup, declareVariable, isVariable, maskedText, opaque, spanOf, withoutParentheses, type Lowering } from './lowering';
import type { Syntax } from './syntax';

/** Lowers a call. Gives its value when that is wanted; undefined when there is none. */
export function lowerCall(context: Lowering, node: Syntax, wanted: boolean): Expr | undefined {
  const [calleeNode, list] = node.kids;
  if (!calleeNode || !list) return opaque(context, node);
  const args = argumentsOf(list);
  if (calleeNode.type === 'identifier') {
    const name = maskedText(context, calleeNode);
    if (!isVariable(context, name)) {
      const special = lowerSpecial(context, node, name, args, wanted);
      return special ? special.value : emitCall(context, node, name, undefined, args, wanted);
    }
  }
  if (args.length === 1 && args[0] && isCastType(context, calleeNode)) {
    if (wanted) return lowerValue(context, args[0]);
    lowerEffect(context, args[0]);
    return undefined;
  }
  if (calleeNode.type === 'call_expression' && lowerScopeGuard(context, node, calleeNode, args)) return undefined;
  const inner = withoutParentheses(calleeNode);
  if (inner.type === 'identifier' && !isVariable(context, maskedText(context, inner))) {
    // `(name)(x)` calls the function even when a macro of that name exists.
    return emitCall(context, node, maskedText(context, inner), undefined, args, wanted);
  }
  const pointer = lowerValue(context, inner);
  // Calling through `*p` and through `p` is the same.
  return emitCall(context, node, undefined, pointer.kind === 'deref' ? pointer.operand : pointer, args, wanted);
}

/** `scoped_guard(kind, args) body`: takes the lock and registers its release in the current scope. */
export function enterGuard(context: Lowering, kind: string, args: readonly Expr[], span: Span): void {
  emit(context.graph, { kind: 'call', callee: `guard_${kind}`, through: undefined, args, result: undefined, span, next: -1 });
  addCleanup(context, `guard_${kind}_exit`, args, span);
}

function emitCall(context: Lowering, node: Syntax, callee: string | undefined, through: Expr | undefined, args: readonly Syntax[], wanted: boolean): Expr | undefined {
  const span = spanOf(node);
  const values = args.map((arg) => lowerValue(context, arg));
  const result = wanted ? newTemp(context.graph, span) : undefined;
  emit(context.graph, { kind: 'call', callee, through, args: values, result: result?.name, span, next: -1 });
  return result;
}

/** Callees that are no calls. Undefined when this one is. */
function lowerSpecial(context: Lowering, node: Syntax, name: string, args: readonly Syntax[], wanted: boolean): { value: Expr | undefined } | undefined {
  const first = args[0];
  switch (roleOfCallee(name)) {
    case 'first argument':
      if (!first) return undefined;
      if (wanted) return { value: lowerValue(context, first) };
      lowerEffect(context, first);
      return { value: undefined };
    case 'debug check':
      return { value: wanted && first && !name.startsWith('lockdep') ? lowerValue(context, first) : undefined };
    case 'assignment': {
      const second = args[1];
      if (!first || !second) return undefined;
      const target = lowerValue(context, first);
      lowerInto(context, target, second, spanOf(node), false);
      return { value: target };
    }
    case 'stop':
      stop(context, spanOf(node));
      return { value: undefined };
    case 'stop if': {
      if (!first) return undefined;
      const dead = newJoin(context.graph, spanOf(node));
      const onward = newJoin(context.graph, spanOf(node));
      lowerCondition(context, first, dead, onward);
      place(context.graph, dead);
      stop(context, spanOf(node));
      place(context.graph, onward);
      return { value: undefined };
    }
    case 'call':
      return undefined;
  }
}

function stop(context: Lowering, span: Span): void {
  emit(context.graph, { kind: 'stop', span });
  context.graph.tail = undefined;
}

/** `guard(kind)(args)` and `CLASS(kind, name)(args)`: what they take is given back when the scope is left. */
function lowerScopeGuard(context: Lowering, node: Syntax, head: Syntax, args: readonly Syntax[]): boolean {
  const [keyword, list] = head.kids;
  if (keyword?.type !== 'identifier' || !list) return false;
  const name = maskedText(context, keyword);
  const [kindNode, variable] = argumentsOf(list);
  if (!kindNode || (name !== 'guard' && name !== 'CLASS')) return false;
  const kind = maskedText(context, kindNode);
  const span = spanOf(node);
  const values = args.map((arg) => lowerValue(context, arg));
  if (name === 'guard') {
    enterGuard(context, kind, values, span);
    return true;
  }
  if (!variable) return false;
  const declared = declareVariable(context, maskedText(context, variable), `class_${kind}_t`);
  const target: Expr = { kind: 'name', name: declared, span: spanOf(variable) };
  const result = newTemp(context.graph, span);
  emit(context.graph, { kind: 'call', callee: `class_${kind}`, through: undefined, args: values, result: result.name, span, next: -1 });
  emit(context.graph, { kind: 'assign', target, value: result, declares: true, span, next: -1 });
  addCleanup(context, `class_${kind}_exit`, [target], span);
  return true;
}

/** The argument expressions of a call, without parentheses and commas. */
export function argumentsOf(list: Syntax): Syntax[] {
  return list.kids.filter((kid) => kid.type !== '(' && kid.type !== ',' && kid.type !== ')');
}
