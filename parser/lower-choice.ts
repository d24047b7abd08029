/** Lowers what decides: conditions, and values that depend on `&&`, `||`, `!` and `?:`. */
import { roleOfCallee } from './call-roles';
import { emit, emitBranch, emitChoice, jump, newJoin, place } from './graph';
import type { Expr, NodeId, Span } from './ir';
import { lowerEffect, lowerValue } from './lower-expression';
import { maskedText, spanOf, unknown, withoutParentheses, type Lowering } from './lowering';
import type { Syntax } from './syntax';

/** Lowers a condition into branches to two joins. */
export function lowerCondition(context: Lowering, node: Syntax, whenTrue: NodeId, whenFalse: NodeId): void {
  const inner = withoutParentheses(node);
  if (inner.broken && !isReadableOutside(inner)) {
    unknown(context, inner);
    emitChoice(context.graph, spanOf(inner), undefined, [], [whenTrue, whenFalse]);
    return;
  }
  const kids = inner.kids;
  switch (inner.type) {
    case 'unary_expression':
      if (kids[0]?.type !== '!' || !kids[1]) break;
      lowerCondition(context, kids[1], whenFalse, whenTrue);
      return;
    case 'binary_expression': {
      const [left, operator, right] = kids;
      if (!left || !right || (operator?.type !== '&&' && operator?.type !== '||')) break;
      const second = newJoin(context.graph, spanOf(right));
      if (operator.type === '&&') lowerCondition(context, left, second, whenFalse);
      else lowerCondition(context, left, whenTrue, second);
      place(context.graph, second);
      lowerCondition(context, right, whenTrue, whenFalse);
      return;
    }
    case 'conditional_expression': {
      const parts = conditionalParts(inner);
      if (!parts?.whenTrue) break;
      const first = newJoin(context.graph, spanOf(inner));
      const second = newJoin(context.graph, spanOf(inner));
      lowerCondition(context, parts.condition, first, second);
      place(context.graph, first);
      lowerCondition(context, parts.whenTrue, whenTrue, whenFalse);
      place(context.graph, second);
      lowerCondition(context, parts.whenFalse, whenTrue, whenFalse);
      return;
    }
    case 'comma_expression': {
      const [left, , right] = kids;
      if (!left || !right) break;
      lowerEffect(context, left);
      lowerCondition(context, right, whenTrue, whenFalse);
      return;
    }
    case 'call_expression': {
      const wrapped = transparentArgument(context, inner);
      if (!wrapped) break;
      lowerCondition(context, wrapped, whenTrue, whenFalse);
      return;
    }
    default:
  }
  const value = lowerValue(context, inner);
  // `do { } while (0)` is no loop, and `while (1)` is left from inside only.
  if (value.kind === 'number' && value.value !== undefined) jump(context.graph, value.value === 0 ? whenFalse : whenTrue);
  else emitBranch(context.graph, { ...value, span: spanOf(inner) }, whenTrue, whenFalse);
}

/** `target = node`; choices in the value assign on each arm, so that no join hides which arm was taken. */
export function lowerInto(context: Lowering, target: Expr, node: Syntax, span: Span, declares: boolean): void {
  const assign = (value: Expr): void => {
    emit(context.graph, declares ? { kind: 'assign', target, value, declares, span, next: -1 } : { kind: 'assign', target, value, span, next: -1 });
  };
  lowerChoices(context, node, (value) => {
    assign(value());
    return undefined;
  });
}

/**
 * Calls `use` once for each value an expression can have because of `&&`, `||`, `!` and `?:`, on the arm where it has it.
 * The arms meet again behind it, unless `use` ended them.
 */
export function lowerChoices(context: Lowering, node: Syntax, use: (value: () => Expr) => void): void {
  const inner = withoutParentheses(node);
  const truth = isTruthValue(inner);
  const parts = truth || inner.type !== 'conditional_expression' ? undefined : conditionalParts(inner);
  if (inner.broken || (!truth && !parts?.whenTrue)) {
    // `a ?: b` is no choice between two expressions of the source: its value is built in a temporary.
    use(() => lowerValue(context, inner));
    return;
  }
  forEachArm(context, parts?.condition ?? inner, (holds) => {
    const arm = holds ? parts?.whenTrue : parts?.whenFalse;
    if (arm) lowerChoices(context, arm, use);
    else use(() => truthNumber(holds, spanOf(inner)));
  });
}

/** Branches on a condition, lets `arm` emit each arm, and joins them. */
export function forEachArm(context: Lowering, condition: Syntax, arm: (holds: boolean) => void): void {
  const span = spanOf(condition);
  const whenTrue = newJoin(context.graph, span);
  const whenFalse = newJoin(context.graph, span);
  const done = newJoin(context.graph, span);
  lowerCondition(context, condition, whenTrue, whenFalse);
  place(context.graph, whenTrue);
  arm(true);
  jump(context.graph, done);
  place(context.graph, whenFalse);
  arm(false);
  place(context.graph, done);
}

/** Condition and arms of `?:`; `whenTrue` is undefined for `a ?: b`. */
export function conditionalParts(node: Syntax): { condition: Syntax; whenTrue: Syntax | undefined; whenFalse: Syntax } | undefined {
  const kids = node.kids;
  const condition = kids[0];
  const whenFalse = kids[kids.length - 1];
  if (!condition || !whenFalse || kids.length < 4) return undefined;
  return { condition, whenTrue: kids.length === 4 ? undefined : kids[2], whenFalse };
}

/** True for `!`, `&&` and `||` that were read well themselves, whatever is wrong below them. */
function isReadableOutside(node: Syntax): boolean {
  return isTruthValue(node) && !node.kids.some((kid) => kid.type === 'ERROR');
}

/** The argument of a wrapper whose value is its argument; undefined for other calls. */
function transparentArgument(context: Lowering, call: Syntax): Syntax | undefined {
  const [callee, list] = call.kids;
  if (callee?.type !== 'identifier' || !list) return undefined;
  const role = roleOfCallee(maskedText(context, callee));
  return role === 'first argument' || role === 'debug check' ? list.kids[1] : undefined;
}

function isTruthValue(node: Syntax): boolean {
  const operator = node.type === 'unary_expression' ? node.kids[0] : node.type === 'binary_expression' ? node.kids[1] : undefined;
  return operator?.type === '!' || operator?.type === '&&' || operator?.type === '||';
}

function truthNumber(holds: boolean, span: Span): Expr {
  return { kind: 'number', value: holds ? 1 : 0, text: holds ? '1' : '0', span };
}
