/** Conditions in other words. */
import { copyableType, has, ifParts, inside, isGenuine, nodesOf, textOf, unwrapped, type FunctionCode } from '../code';
import type { Syntax } from '../../../parser/syntax';
import { inFunctions, one, type Rewrite } from './rewrite';

const effects = ['call_expression', 'assignment_expression', 'update_expression'] as const;

const binaries = (code: FunctionCode, ...operators: readonly string[]): { node: Syntax; left: Syntax; right: Syntax; operator: string }[] => nodesOf(code, 'binary_expression').flatMap((node) => {
  const [left, operator, right] = node.kids;
  return left && right && operator && operators.includes(operator.type) ? [{ node, left, right, operator: operator.type }] : [];
});

/** Conditions of `if` and `while`, without parentheses. */
const conditions = (code: FunctionCode): Syntax[] => nodesOf(code, 'if_statement', 'while_statement').filter((node) => isGenuine(code, node)).map((node) => node.kids[1]!).filter((node) => node.type === 'parenthesized_expression');

export const conditionRewrites: readonly Rewrite[] = [
  inFunctions('swap-comparison', (code) => binaries(code, '==', '!=').filter(({ left, right }) => !has(left, ...effects) || !has(right, ...effects))
    .map(({ node, left, right, operator }) => one(node, '(', right, `) ${operator} (`, left, ')'))),
  inFunctions('swap-order', (code) => binaries(code, '<', '>', '<=', '>=').filter(({ left, right }) => !has(left, ...effects) || !has(right, ...effects))
    .map(({ node, left, right, operator }) => one(node, right, ` ${{ '<': '>', '>': '<', '<=': '>=', '>=': '<=' }[operator]!} `, left))),
  inFunctions('negate-comparison', (code) => binaries(code, '==', '!=').map(({ node, left, right, operator }) => one(node, '!(', left, operator === '==' ? ' != ' : ' == ', right, ')'))),
  inFunctions('not-to-zero', (code) => nodesOf(code, 'unary_expression').flatMap((node) => {
    const [operator, operand] = node.kids;
    if (operator?.type !== '!' || !operand) return [];
    return [one(node, '((', operand, copyableType(code, textOf(code, operand))?.endsWith('*') ? ') == NULL)' : ') == 0)')];
  })),
  inFunctions('zero-to-not', (code) => binaries(code, '==', '!=').filter(({ right }) => /^(?:0|NULL)$/.test(textOf(code, right))).map(({ node, left, operator }) => one(node, operator === '==' ? '!(' : '!!(', left, ')'))),
  inFunctions('compare-with-zero', (code) => conditions(code).flatMap((node) => {
    const inner = unwrapped(node);
    const isTruth = ['!', '&&', '||', '==', '!=', '<', '>', '<=', '>='].includes((inner.type === 'unary_expression' ? inner.kids[0] : inner.kids[1])?.type ?? '');
    return isTruth || inner.type === 'assignment_expression' || inner.type === 'conditional_expression' ? [] : [one(node, '((', inside(node), ') != 0)')];
  })),
  inFunctions('double-negation', (code) => conditions(code).map((node) => one(node, '(!!(', inside(node), '))'))),
  inFunctions('de-morgan', (code) => binaries(code, '&&', '||').map(({ node, left, right, operator }) => one(node, '!(!(', left, operator === '&&' ? ') || !(' : ') && !(', right, '))'))),
  inFunctions('logic-to-ternary', (code) => binaries(code, '&&', '||').map(({ node, left, right, operator }) => one(node, '((', left, operator === '&&' ? ') ? !!(' : ') ? 1 : !!(', right, operator === '&&' ? ') : 0)' : '))'))),
  inFunctions('add-likely', (code) => conditions(code).filter((node) => !/likely/.test(textOf(code, node))).map((node, at) => one(node, at % 2 ? '(unlikely(' : '(likely(', inside(node), '))'))),
  inFunctions('drop-likely', (code) => nodesOf(code, 'call_expression').filter((node) => /^(?:un)?likely$/.test(textOf(code, node.kids[0]!))).map((node) => one(node, '(', inside(node.kids[1]!), ')'))),
  inFunctions('hoist-condition', (code) => nodesOf(code, 'if_statement').flatMap((node) => {
    const parts = ifParts(code, node);
    if (!parts) return [];
    const name = code.file.fresh('holds');
    return [[{ start: node.start, end: node.end, pieces: [`{ bool ${name} = `, parts.inner, `;\nif (${name}) `, rest(parts.then, node), ' }'] }]];
  })),
  inFunctions('hoist-negated-condition', (code) => nodesOf(code, 'if_statement').flatMap((node) => {
    const parts = ifParts(code, node);
    if (!parts) return [];
    const name = code.file.fresh('fails');
    return [[{ start: node.start, end: node.end, pieces: [`{ int ${name};\n${name} = !(`, parts.inner, `);\nif (!${name}) `, rest(parts.then, node), ' }'] }]];
  })),
  inFunctions('hoist-first-operand', (code) => nodesOf(code, 'if_statement').flatMap((node) => {
    const parts = ifParts(code, node);
    const operand = parts && firstOperand(unwrapped(parts.condition));
    if (!parts || !operand) return [];
    const name = code.file.fresh('first');
    return [[{ start: node.start, end: node.end, pieces: [`{ bool ${name} = `, operand, ';\n', { start: node.start, end: operand.start }, name, { start: operand.end, end: node.end }, ' }'] }]];
  })),
  inFunctions('flag-through-branches', (code) => nodesOf(code, 'if_statement').flatMap((node) => {
    const parts = ifParts(code, node);
    if (!parts) return [];
    const name = code.file.fresh('flag');
    return [[{ start: node.start, end: node.end, pieces: [`{ bool ${name} = false;\nif (`, parts.inner, `)\n${name} = true;\nif (${name}) `, rest(parts.then, node), ' }'] }]];
  })),
];

const rest = (from: Syntax, node: Syntax): { start: number; end: number } => ({ start: from.start, end: node.end });

/** The leftmost operand of a chain of one kind of logical operators. */
function firstOperand(node: Syntax): Syntax | undefined {
  const isLogic = (at: Syntax): boolean => at.type === 'binary_expression' && (at.kids[1]?.type === '&&' || at.kids[1]?.type === '||');
  if (!isLogic(node)) return undefined;
  let left = node;
  while (isLogic(left)) left = unwrapped(left.kids[0]!);
  return left;
}
