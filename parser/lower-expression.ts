/** Lowers C expressions: hoists calls, writes out assignments, turns short-circuit operators into branches. */
import { looksLikeTypeName } from './call-roles';
import { emit, emitBranch, emitChoice, newJoin, newTemp, place } from './graph';
import type { BinaryOp, Expr, Span } from './ir';
import { characterValue, integerValue } from './literals';
import { lowerCall } from './lower-call';
import { conditionalParts, forEachArm, lowerInto } from './lower-choice';
import { lowerBlockValue } from './lower-statement';
import { isVariable, labelNamed, leaveToLabel, maskedText, opaque, originalText, resolveName, spanOf, unknown, type Lowering } from './lowering';
import type { Syntax } from './syntax';

/** Lowers an expression whose value is used and gives that value as a pure expression. */
export function lowerValue(context: Lowering, node: Syntax): Expr {
  const kids = node.kids;
  switch (node.type) {
    case 'identifier':
    case 'field_identifier':
    case 'type_identifier':
      return nameValue(context, node);
    case 'number_literal': {
      const text = maskedText(context, node);
      return { kind: 'number', value: integerValue(text), text, span: spanOf(node) };
    }
    case 'char_literal': {
      const text = originalText(context, node);
      return { kind: 'number', value: characterValue(text), text, span: spanOf(node) };
    }
    case 'true':
      return { kind: 'number', value: 1, text: 'true', span: spanOf(node) };
    case 'false':
    case 'null':
      return { kind: 'number', value: 0, text: maskedText(context, node), span: spanOf(node) };
    case 'string_literal':
    case 'concatenated_string':
      return { kind: 'string', text: originalText(context, node), span: spanOf(node) };
    case 'parenthesized_expression':
    case 'compound_statement': {
      const inner = node.type === 'compound_statement' ? node : kids[1];
      if (!inner) return opaque(context, node);
      return inner.type === 'compound_statement' ? lowerBlockValue(context, inner) : lowerValue(context, inner);
    }
    case 'field_expression': {
      const base = kids[0];
      const field = kids[2];
      if (!base || !field) return opaque(context, node);
      return fieldOf(lowerValue(context, base), maskedText(context, field), kids[1]?.type === '->', spanOf(node));
    }
    case 'pointer_expression': {
      const operand = kids[1];
      // `&&label`, the address of a label, reads as `&(&label)` to the grammar, which is no C.
      if (!operand || (kids[0]?.type === '&' && operand.type === 'pointer_expression' && operand.kids[0]?.type === '&')) return opaque(context, node);
      return kids[0]?.type === '*' ? derefOf(lowerValue(context, operand), spanOf(node)) : addressOf(lowerValue(context, operand), spanOf(node));
    }
    case 'subscript_expression': {
      const [base, , index] = kids;
      if (!base || !index) return opaque(context, node);
      return { kind: 'index', base: lowerValue(context, base), index: lowerValue(context, index), span: spanOf(node) };
    }
    case 'unary_expression':
      return lowerUnary(context, node);
    case 'binary_expression':
      return lowerBinary(context, node);
    case 'conditional_expression':
      return branchValue(context, node);
    case 'assignment_expression':
      return lowerAssignment(context, node);
    case 'update_expression':
      return lowerUpdate(context, node, true);
    case 'call_expression':
      return lowerCall(context, node, true) ?? opaque(context, node);
    case 'cast_expression': {
      const value = kids[kids.length - 1];
      return value ? lowerValue(context, value) : opaque(context, node);
    }
    case 'compound_literal_expression': {
      const list = kids[kids.length - 1];
      return list?.type === 'initializer_list' ? lowerInitializer(context, list) : opaque(context, node);
    }
    case 'initializer_list':
      return lowerInitializer(context, node);
    case 'comma_expression': {
      const [left, , right] = kids;
      if (!left || !right) return opaque(context, node);
      lowerEffect(context, left);
      return lowerValue(context, right);
    }
    case 'gnu_asm_expression':
      lowerAssembly(context, node);
      return opaque(context, node);
    default:
      return opaque(context, node);
  }
}

/** Lowers an expression for what it does; a value that nobody uses leaves no trace. */
export function lowerEffect(context: Lowering, node: Syntax): void {
  const kids = node.kids;
  switch (node.type) {
    case 'call_expression':
      lowerCall(context, node, false);
      return;
    case 'assignment_expression':
      lowerAssignment(context, node);
      return;
    case 'update_expression':
      lowerUpdate(context, node, false);
      return;
    case 'comma_expression':
      if (kids[0]) lowerEffect(context, kids[0]);
      if (kids[2]) lowerEffect(context, kids[2]);
      return;
    case 'parenthesized_expression':
      if (kids[1]) lowerEffect(context, kids[1]);
      return;
    case 'compound_statement':
      lowerBlockValue(context, node);
      return;
    case 'cast_expression':
    case 'unary_expression':
    case 'pointer_expression': {
      const operand = kids[kids.length - 1];
      if (operand) lowerEffect(context, operand);
      return;
    }
    case 'field_expression':
      if (kids[0]) lowerEffect(context, kids[0]);
      return;
    case 'subscript_expression':
      if (kids[0]) lowerEffect(context, kids[0]);
      if (kids[2]) lowerEffect(context, kids[2]);
      return;
    case 'binary_expression':
      lowerBinaryEffect(context, node);
      return;
    case 'conditional_expression': {
      const parts = conditionalParts(node);
      if (!parts) return;
      forEachArm(context, parts.condition, (holds) => {
        const arm = holds ? parts.whenTrue : parts.whenFalse;
        if (arm) lowerEffect(context, arm);
      });
      return;
    }
    case 'gnu_asm_expression':
      lowerAssembly(context, node);
      return;
    case 'compound_literal_expression':
    case 'initializer_list':
      lowerValue(context, node);
      return;
    default:
  }
}

/** Arguments of an iteration macro or a call: `a, b` as the grammar nests it, flattened. */
export function commaSeparated(node: Syntax): Syntax[] {
  const parts: Syntax[] = [];
  const open = [node];
  for (let top = open.pop(); top; top = open.pop()) {
    const [left, , right] = top.kids;
    if (top.type === 'comma_expression' && left && right) open.push(right, left);
    else if (top.start < top.end) parts.push(top);
  }
  return parts;
}

/** Inline assembly: what it does is unknown; with labels it may also jump. */
function lowerAssembly(context: Lowering, node: Syntax): void {
  unknown(context, node);
  const labels = node.kids.find((kid) => kid.type === 'gnu_asm_goto_list')?.kids.filter((kid) => kid.type === 'identifier') ?? [];
  if (labels.length > 0) lowerOpenGoto(context, node, labels, true);
}

/** A jump whose target is not decided here: to one of the labels, or on to the next statement. */
export function lowerOpenGoto(context: Lowering, node: Syntax, labels: readonly Syntax[], mayFallThrough: boolean): void {
  const span = spanOf(node);
  const onward = newJoin(context.graph, span);
  const arms = labels.map((label) => ({ join: newJoin(context.graph, span), name: maskedText(context, label) }));
  emitChoice(context.graph, span, undefined, [], [...(mayFallThrough ? [onward] : []), ...arms.map((arm) => arm.join)]);
  for (const arm of arms) {
    place(context.graph, arm.join);
    leaveToLabel(context, labelNamed(context, arm.name, span), span);
  }
  if (mayFallThrough) place(context.graph, onward);
}

function nameValue(context: Lowering, node: Syntax): Expr {
  const span = spanOf(node);
  const name = context.masked.slice(node.start, node.end);
  // Type arguments are masked into one identifier of the same length: they are no names.
  if (context.hasDialect && context.original.slice(node.start, node.end) !== name) return opaque(context, node);
  return { kind: 'name', name: resolveName(context, name), span };
}

function lowerUnary(context: Lowering, node: Syntax): Expr {
  const [operator, operand] = node.kids;
  if (!operator || !operand) return opaque(context, node);
  switch (operator.type) {
    case '!':
      return branchValue(context, node);
    case '-':
    case '+':
    case '~': {
      const value = lowerValue(context, operand);
      if (operator.type === '-' && value.kind === 'number') {
        return { kind: 'number', value: value.value === undefined ? undefined : -value.value, text: `-${value.text}`, span: spanOf(node) };
      }
      return { kind: 'unary', op: operator.type, operand: value, span: spanOf(node) };
    }
    default:
      return opaque(context, node);
  }
}

function lowerBinary(context: Lowering, node: Syntax): Expr {
  const [left, operator, right] = node.kids;
  if (!left || !operator || !right) return opaque(context, node);
  if (operator.type === '&&' || operator.type === '||') return branchValue(context, node);
  const isCast = isCastType(context, left);
  // `(u64)-x`, `(u64)&x` and `(u64)*x` are casts that the grammar takes for arithmetic.
  if (isCast && (operator.type === '-' || operator.type === '&' || operator.type === '*')) {
    const operand = lowerValue(context, right);
    if (operator.type === '*') return derefOf(operand, spanOf(node));
    if (operator.type === '&') return addressOf(operand, spanOf(node));
    return { kind: 'unary', op: '-', operand, span: spanOf(node) };
  }
  if (!isBinaryOp(operator.type)) return opaque(context, node);
  return { kind: 'binary', op: operator.type, left: lowerValue(context, left), right: lowerValue(context, right), span: spanOf(node) };
}

function lowerBinaryEffect(context: Lowering, node: Syntax): void {
  const [left, operator, right] = node.kids;
  if (!left || !right) return;
  if (operator?.type !== '&&' && operator?.type !== '||') {
    lowerEffect(context, left);
    lowerEffect(context, right);
    return;
  }
  forEachArm(context, left, (holds) => {
    if (holds === (operator.type === '&&')) lowerEffect(context, right);
  });
}

/** True for a type in parentheses that the grammar took for a name in parentheses. */
export function isCastType(context: Lowering, node: Syntax): boolean {
  if (node.type !== 'parenthesized_expression') return false;
  const inner = node.kids[1];
  if (inner?.type !== 'identifier') return false;
  const name = maskedText(context, inner);
  return !isVariable(context, name) && looksLikeTypeName(name);
}

/** The value of an expression that chooses, built in a temporary. */
function branchValue(context: Lowering, node: Syntax): Expr {
  const span = spanOf(node);
  const temp = newTemp(context.graph, span);
  const parts = node.type === 'conditional_expression' ? conditionalParts(node) : undefined;
  if (!parts || parts.whenTrue) {
    lowerInto(context, temp, node, span, false);
    return temp;
  }
  lowerInto(context, temp, parts.condition, span, false);
  const done = newJoin(context.graph, span);
  const otherwise = newJoin(context.graph, span);
  emitBranch(context.graph, temp, done, otherwise);
  place(context.graph, otherwise);
  lowerInto(context, temp, parts.whenFalse, span, false);
  place(context.graph, done);
  return temp;
}

function lowerAssignment(context: Lowering, node: Syntax): Expr {
  const [left, operator, right] = node.kids;
  if (!left || !operator || !right) return opaque(context, node);
  const span = spanOf(node);
  const target = lowerValue(context, left);
  if (operator.type === '=') {
    lowerInto(context, target, right, span, false);
    return target;
  }
  const op = operator.type.slice(0, -1);
  const value = lowerValue(context, right);
  emit(context.graph, {
    kind: 'assign', target, span, next: -1,
    value: isBinaryOp(op) ? { kind: 'binary', op, left: target, right: value, span } : opaque(context, node),
  });
  return target;
}

function lowerUpdate(context: Lowering, node: Syntax, wanted: boolean): Expr {
  const [first, second] = node.kids;
  if (!first || !second) return opaque(context, node);
  const span = spanOf(node);
  const isPrefix = first.type === '++' || first.type === '--';
  const operator = isPrefix ? first : second;
  const target = lowerValue(context, isPrefix ? second : first);
  let value = target;
  if (wanted && !isPrefix) {
    value = newTemp(context.graph, span);
    emit(context.graph, { kind: 'assign', target: value, value: target, span, next: -1 });
  }
  const one: Expr = { kind: 'number', value: 1, text: '1', span: spanOf(operator) };
  emit(context.graph, {
    kind: 'assign', target, span, next: -1,
    value: { kind: 'binary', op: operator.type === '++' ? '+' : '-', left: target, right: one, span },
  });
  return value;
}

function lowerInitializer(context: Lowering, node: Syntax): Expr {
  const entries: { field: string | undefined; value: Expr }[] = [];
  for (const kid of node.kids) {
    if (kid.type === '{' || kid.type === ',' || kid.type === '}') continue;
    const value = kid.type === 'initializer_pair' ? kid.kids[kid.kids.length - 1] : kid;
    if (!value) continue;
    entries.push({ field: kid.type === 'initializer_pair' ? designatorPath(context, kid) : undefined, value: lowerValue(context, value) });
  }
  return { kind: 'initializer', entries, span: spanOf(node) };
}

function designatorPath(context: Lowering, pair: Syntax): string {
  let path = '';
  for (const kid of pair.kids) {
    if (kid.type === 'field_designator') path += maskedText(context, kid).replace(/\s+/g, '');
    else if (kid.type === 'field_identifier') path += maskedText(context, kid);
    else if (kid.type.startsWith('subscript_')) path += maskedText(context, kid);
    else break;
  }
  return path.startsWith('.') ? path.slice(1) : path;
}

/** `(&x)->f` is `x.f` and `(*p).f` is `p->f`: one spelling for one place. */
function fieldOf(base: Expr, field: string, arrow: boolean, span: Span): Expr {
  if (arrow && base.kind === 'address') return { kind: 'field', base: base.operand, field, arrow: false, span };
  if (!arrow && base.kind === 'deref') return { kind: 'field', base: base.operand, field, arrow: true, span };
  return { kind: 'field', base, field, arrow, span };
}

function derefOf(operand: Expr, span: Span): Expr {
  return operand.kind === 'address' ? operand.operand : { kind: 'deref', operand, span };
}

function addressOf(operand: Expr, span: Span): Expr {
  return operand.kind === 'deref' ? operand.operand : { kind: 'address', operand, span };
}

function isBinaryOp(text: string): text is BinaryOp {
  switch (text) {
    case '+': case '-': case '*': case '/': case '%': case '&': case '|': case '^': case '<<': case '>>':
    case '==': case '!=': case '<': case '>': case '<=': case '>=':
      return true;
    default:
      return false;
  }
}
