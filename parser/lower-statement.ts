/** Lowers C statements into control flow. */
import { emit, emitBranch, emitChoice, jump, newJoin, newTemp, place } from './graph';
import type { BinaryOp, Expr, NodeId, Span } from './ir';
import { characterValue, integerValue } from './literals';
import { enterGuard } from './lower-call';
import { lowerChoices, lowerCondition } from './lower-choice';
import { lowerDeclaration } from './lower-declaration';
import { commaSeparated, lowerEffect, lowerOpenGoto, lowerValue } from './lower-expression';
import {
  allLabels, inScope, labelNamed, leaveTo, leaveToLabel, maskedText, opaque, originalText, runCleanups, spanOf, unknown, withoutParentheses,
  type CaseRange, type JumpTarget, type Lowering, type SwitchFrame,
} from './lowering';
import type { Syntax } from './syntax';

export function lowerStatement(context: Lowering, node: Syntax): void {
  switch (node.type) {
    case 'compound_statement':
      inScope(context, () => lowerAll(context, node.kids));
      return;
    case 'expression_statement':
      if (node.broken) unknown(context, node);
      else if (node.kids[0]) lowerEffect(context, node.kids[0]);
      return;
    case 'declaration':
      if (node.broken) unknown(context, node);
      else lowerDeclaration(context, node);
      return;
    case 'if_statement':
      lowerIf(context, node);
      return;
    case 'while_statement':
      lowerWhile(context, node);
      return;
    case 'do_statement':
      lowerDo(context, node);
      return;
    case 'for_statement':
      lowerFor(context, node);
      return;
    case 'switch_statement':
      lowerSwitch(context, node);
      return;
    case 'case_statement':
      lowerCase(context, node);
      return;
    case 'return_statement':
      lowerReturn(context, node);
      return;
    case 'goto_statement':
      lowerGoto(context, node);
      return;
    case 'labeled_statement':
      lowerLabeled(context, node);
      return;
    case 'break_statement':
      if (context.breakTo) leaveTo(context, context.breakTo);
      return;
    case 'continue_statement':
      if (context.continueTo) leaveTo(context, context.continueTo);
      return;
    case 'attributed_statement':
    case 'else_clause':
      lowerAll(context, node.kids);
      return;
    case 'ERROR':
    case 'function_definition':
      unknown(context, node);
      return;
    default:
      lowerOther(context, node);
  }
}

/** Lowers a block and gives the value of its last expression, as a GNU statement expression has one. */
export function lowerBlockValue(context: Lowering, block: Syntax): Expr {
  const statements = block.kids.filter((kid) => kid.type !== '{' && kid.type !== '}');
  const last = statements[statements.length - 1];
  let value = opaque(context, block);
  inScope(context, () => {
    for (const statement of statements) {
      const expression = statement === last && !statement.broken && statement.type === 'expression_statement' ? statement.kids[0] : undefined;
      if (!expression || expression.type === ';') {
        lowerStatement(context, statement);
        continue;
      }
      value = settled(context, lowerValue(context, expression));
    }
  });
  return value;
}

/** A value that later assignments and clean-ups cannot change. */
function settled(context: Lowering, value: Expr): Expr {
  if (isSettled(value)) return value;
  const temp = newTemp(context.graph, value.span);
  emit(context.graph, { kind: 'assign', target: temp, value, span: value.span, next: -1 });
  return temp;
}

/** Temporaries are written once before they are read; macros and enumerators are written in capitals. */
function isSettled(value: Expr): boolean {
  switch (value.kind) {
    case 'number':
    case 'string':
    case 'opaque':
      return true;
    case 'name':
      return /^(?:\$|[A-Z][A-Z0-9_]*$)/.test(value.name);
    case 'unary':
      return isSettled(value.operand);
    default:
      return false;
  }
}

function lowerAll(context: Lowering, nodes: readonly Syntax[]): void {
  for (const node of nodes) lowerStatement(context, node);
}

/** The children of a statement; those the grammar could not read become unknown nodes in front of it. */
function readableKids(context: Lowering, node: Syntax): readonly Syntax[] {
  if (!node.broken || !node.kids.some((kid) => kid.type === 'ERROR')) return node.kids;
  return node.kids.filter((kid) => {
    if (kid.type === 'ERROR') unknown(context, kid);
    return kid.type !== 'ERROR';
  });
}

function lowerIf(context: Lowering, node: Syntax): void {
  const kids = readableKids(context, node);
  const [, condition, consequence, alternative] = kids;
  if (!condition || !consequence) return unknown(context, node);
  // There is no room for `while` in the name of a short iteration macro.
  if (macroAt(context, node.start, 'if') !== undefined) return lowerWhile(context, node);
  const whenTrue = newJoin(context.graph, spanOf(consequence));
  const whenFalse = newJoin(context.graph, spanOf(node));
  lowerCondition(context, condition, whenTrue, whenFalse);
  place(context.graph, whenTrue);
  inScope(context, () => lowerStatement(context, consequence));
  if (!alternative) {
    place(context.graph, whenFalse);
    return;
  }
  const done = newJoin(context.graph, spanOf(node));
  jump(context.graph, done);
  place(context.graph, whenFalse);
  const otherwise = alternative.type === 'else_clause' ? alternative.kids[alternative.kids.length - 1] : alternative;
  if (otherwise) inScope(context, () => lowerStatement(context, otherwise));
  place(context.graph, done);
}

function lowerWhile(context: Lowering, node: Syntax): void {
  const kids = readableKids(context, node);
  const condition = kids[1];
  const body = kids[kids.length - 1];
  if (!condition || !body || kids.length < 3) return unknown(context, node);
  const macro = macroAt(context, node.start, node.type === 'if_statement' ? 'if' : 'while');
  if (macro !== undefined && /^scoped_(?:cond_)?guard$/.test(macro)) return lowerScopedGuard(context, node, condition, body);
  const head = newJoin(context.graph, spanOf(node));
  const inside = newJoin(context.graph, spanOf(body));
  const exit = newJoin(context.graph, spanOf(node));
  const args = macro === undefined ? [] : macroArguments(context, condition);
  place(context.graph, head);
  if (macro === undefined) lowerCondition(context, condition, inside, exit);
  else emitChoice(context.graph, headSpan(node, condition), macro, args, [inside, exit]);
  place(context.graph, inside);
  inLoop(context, exit, head, () => lowerStatement(context, body));
  jump(context.graph, head);
  place(context.graph, exit);
}

function lowerDo(context: Lowering, node: Syntax): void {
  const kids = readableKids(context, node);
  const body = kids[1];
  const keyword = kids.find((kid) => kid.type === 'while');
  const condition = kids.find((kid) => kid.type === 'parenthesized_expression');
  if (!body || !keyword || !condition) return unknown(context, node);
  const head = newJoin(context.graph, spanOf(body));
  const test = newJoin(context.graph, spanOf(condition));
  const exit = newJoin(context.graph, spanOf(node));
  place(context.graph, head);
  inLoop(context, exit, test, () => lowerStatement(context, body));
  place(context.graph, test);
  const macro = macroAt(context, keyword.start, 'while');
  if (macro === undefined) lowerCondition(context, condition, head, exit);
  else emitChoice(context.graph, headSpan(keyword, condition), macro, macroArguments(context, condition), [head, exit]);
  place(context.graph, exit);
}

function lowerFor(context: Lowering, node: Syntax): void {
  const kids = readableKids(context, node);
  const body = kids[kids.length - 1];
  if (!body || kids.length < 5) return unknown(context, node);
  inScope(context, () => {
    let position = 2;
    const init = kids[position];
    if (init?.type === 'declaration') {
      lowerStatement(context, init);
      position += 1;
    } else {
      if (init && init.type !== ';') {
        lowerEffectOrUnknown(context, init);
        position += 1;
      }
      position += 1;
    }
    const condition = kids[position]?.type === ';' ? undefined : kids[position];
    position += condition ? 2 : 1;
    const update = kids[position]?.type === ')' ? undefined : kids[position];
    const head = newJoin(context.graph, spanOf(condition ?? node));
    const inside = newJoin(context.graph, spanOf(body));
    const next = newJoin(context.graph, spanOf(update ?? node));
    const exit = newJoin(context.graph, spanOf(node));
    place(context.graph, head);
    if (condition) {
      lowerCondition(context, condition, inside, exit);
      place(context.graph, inside);
    }
    inLoop(context, exit, next, () => lowerStatement(context, body));
    place(context.graph, next);
    if (update && update !== body) lowerEffectOrUnknown(context, update);
    jump(context.graph, head);
    place(context.graph, exit);
  });
}

/** The kernel builds `scoped_guard` from a loop that runs once: `break` and `continue` inside leave it. */
function lowerScopedGuard(context: Lowering, node: Syntax, condition: Syntax, body: Syntax): void {
  const [kind, ...args] = commaSeparated(withoutParentheses(condition));
  if (!kind) return unknown(context, node);
  const exit = newJoin(context.graph, spanOf(node));
  inLoop(context, exit, exit, () => {
    inScope(context, () => {
      enterGuard(context, maskedText(context, kind), args.map((arg) => lowerValue(context, arg)), headSpan(node, condition));
      lowerStatement(context, body);
    });
  });
  place(context.graph, exit);
}

function lowerSwitch(context: Lowering, node: Syntax): void {
  const kids = readableKids(context, node);
  const condition = kids[1];
  const body = kids[2];
  if (!condition || !body) return unknown(context, node);
  const span = spanOf(condition);
  let value = opaque(context, condition);
  if (condition.broken) unknown(context, condition);
  else value = settled(context, lowerValue(context, condition));
  const dispatch = newJoin(context.graph, span);
  const exit = newJoin(context.graph, spanOf(node));
  jump(context.graph, dispatch);
  const frame: SwitchFrame = { cases: [], fallback: undefined };
  const outer = context.switchFrame;
  const breakTo = context.breakTo;
  context.switchFrame = frame;
  context.breakTo = { join: exit, cleanups: context.cleanups };
  lowerStatement(context, body);
  context.switchFrame = outer;
  context.breakTo = breakTo;
  jump(context.graph, exit);
  place(context.graph, dispatch);
  if (value.kind === 'opaque') emitChoice(context.graph, span, undefined, [], [...frame.cases.map((one) => one.join), frame.fallback ?? exit]);
  else lowerDispatch(context, frame, value, exit);
  place(context.graph, exit);
}

/** Compares the value with one case after the other, in their order. */
function lowerDispatch(context: Lowering, frame: SwitchFrame, value: Expr, exit: NodeId): void {
  const compare = (op: BinaryOp, right: Expr): Expr => ({ kind: 'binary', op, left: value, right, span: right.span });
  for (const { value: constant, range, join } of frame.cases) {
    const other = newJoin(context.graph, spanOf(constant));
    if (range) {
      const second = newJoin(context.graph, spanOf(constant));
      emitBranch(context.graph, compare('>=', range.low), second, other);
      place(context.graph, second);
      emitBranch(context.graph, compare('<=', range.high), join, other);
    } else {
      emitBranch(context.graph, compare('==', lowerValue(context, constant)), join, other);
    }
    place(context.graph, other);
  }
  jump(context.graph, frame.fallback ?? exit);
}

function lowerCase(context: Lowering, node: Syntax): void {
  const colon = node.kids.findIndex((kid) => kid.type === ':');
  const frame = context.switchFrame;
  const value = node.kids[0]?.type === 'case' ? node.kids[1] : undefined;
  if (colon < 0 || !frame) return unknown(context, node);
  const join = newJoin(context.graph, spanOf(node));
  if (value) frame.cases.push({ value, range: caseRange(context, value, node.kids[colon]?.start ?? value.end), join });
  else frame.fallback = join;
  place(context.graph, join);
  lowerAll(context, node.kids.slice(colon + 1));
}

/** `case low ... high:`, which is masked into one name. Its ends are constants: literals and macros. */
function caseRange(context: Lowering, value: Syntax, end: number): CaseRange | undefined {
  if (!context.hasDialect || value.type !== 'identifier') return undefined;
  const text = context.original.slice(value.start, end);
  const dots = text.indexOf('...');
  if (dots < 0) return undefined;
  const constant = (part: string, offset: number): Expr => {
    const trimmed = part.trim();
    const start = value.start + offset + part.indexOf(trimmed);
    const span = { start, end: start + trimmed.length };
    const number = trimmed.startsWith("'") ? characterValue(trimmed) : integerValue(trimmed);
    if (number !== undefined) return { kind: 'number', value: number, text: trimmed, span };
    return /^[A-Za-z_]\w*$/.test(trimmed) ? { kind: 'name', name: trimmed, span } : { kind: 'opaque', text: trimmed, span };
  };
  return { low: constant(text.slice(0, dots), 0), high: constant(text.slice(dots + 3), dots + 3) };
}

function lowerReturn(context: Lowering, node: Syntax): void {
  const value = node.kids[1];
  if (node.broken) {
    unknown(context, node);
    leaveFunction(context, undefined, spanOf(node));
  } else if (!value || value.type === ';') {
    leaveFunction(context, undefined, spanOf(node));
  } else {
    lowerChoices(context, value, (lower) => leaveFunction(context, lower(), spanOf(node)));
  }
}

/** Ends the function here; the returned value is fixed before the clean-ups run. */
export function leaveFunction(context: Lowering, value: Expr | undefined, span: Span): void {
  const fixed = value && context.cleanups ? settled(context, value) : value;
  runCleanups(context, context.cleanups, undefined);
  emit(context.graph, { kind: 'return', value: fixed, span });
  context.graph.tail = undefined;
}

function lowerGoto(context: Lowering, node: Syntax): void {
  const target = node.kids.find((kid) => kid.type === 'statement_identifier');
  if (node.kids[1]?.type === 'ERROR' || !target) {
    const labels = allLabels(context);
    if (labels.length === 0) unknown(context, node);
    else lowerOpenGoto(context, node, labels, false);
    return;
  }
  leaveToLabel(context, labelNamed(context, maskedText(context, target), spanOf(node)), spanOf(node));
}

function lowerLabeled(context: Lowering, node: Syntax): void {
  const name = node.kids[0];
  if (!name) return unknown(context, node);
  const label = labelNamed(context, maskedText(context, name), spanOf(name));
  if (!label.placed) {
    label.placed = true;
    label.cleanups = context.cleanups;
    const join = context.graph.nodes[label.join];
    if (join) join.span = spanOf(name);
    place(context.graph, label.join);
  }
  lowerAll(context, node.kids.slice(2));
}

/** Everything else that can stand in a block: tokens and definitions have no effect. */
function lowerOther(context: Lowering, node: Syntax): void {
  if (!/^[a-z]/.test(node.type) || node.kids.length === 0) return;
  switch (node.type) {
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
    case 'type_definition':
    case 'attribute_declaration':
      return;
    case 'macro_type_specifier':
      lowerMisreadCall(context, node);
      return;
    default:
      if (node.type.endsWith('_expression')) lowerEffectOrUnknown(context, node);
      else unknown(context, node);
  }
}

/** `add(n * sizeof(struct page));` reads as a type made by a macro: the callee is clear, its arguments are not. */
function lowerMisreadCall(context: Lowering, node: Syntax): void {
  const [callee, , argument] = node.kids;
  if (!callee || !argument || node.broken) return unknown(context, node);
  emit(context.graph, {
    kind: 'call', callee: maskedText(context, callee), through: undefined, args: [opaque(context, argument)], result: undefined, span: spanOf(node), next: -1,
  });
}

function lowerEffectOrUnknown(context: Lowering, node: Syntax): void {
  if (node.broken) unknown(context, node);
  else lowerEffect(context, node);
}

function inLoop(context: Lowering, exit: NodeId, again: NodeId, body: () => void): void {
  const { breakTo, continueTo, cleanups } = context;
  const target = (join: NodeId): JumpTarget => ({ join, cleanups });
  context.breakTo = target(exit);
  context.continueTo = target(again);
  inScope(context, body);
  context.breakTo = breakTo;
  context.continueTo = continueTo;
}

/** The iteration macro that was masked into the keyword at this offset; undefined for a real keyword. */
function macroAt(context: Lowering, start: number, keyword: 'while' | 'if'): string | undefined {
  if (!context.hasDialect) return undefined;
  const name = /^\w+/.exec(context.original.slice(start, start + 80))?.[0];
  return name === keyword ? undefined : name;
}

function macroArguments(context: Lowering, condition: Syntax): Expr[] {
  const list = condition.kids[1];
  if (!list || list.type === ')') return [];
  // Where a macro has no arguments, the mask put a number over its name.
  return commaSeparated(list).filter((part) => part.type !== 'number_literal' || originalText(context, part) === maskedText(context, part)).map((part) => (part.broken ? opaque(context, part) : lowerValue(context, part)));
}

function headSpan(node: Syntax, condition: Syntax): Span {
  return { start: node.start, end: condition.end };
}
