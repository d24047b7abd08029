/** Expressions and statements in other spellings. */
import type { Syntax } from '../../../parser/syntax';
import { copyableType, has, isGenuine, isMovable, isVariable, namesIn, nodesOf, statementLists, textOf, type FunctionCode } from '../code';
import { inFunctions, one, type Rewrite } from './rewrite';

const effects = ['call_expression', 'assignment_expression', 'update_expression'] as const;
const statementsOf = (code: FunctionCode, type: string): Syntax[] => nodesOf(code, 'expression_statement').filter((node) => node.kids[0]?.type === type);

export const expressionRewrites: readonly Rewrite[] = [
  inFunctions('compound-to-plain-assignment', (code) => statementsOf(code, 'assignment_expression').flatMap((statement) => {
    const [target, operator, value] = statement.kids[0]!.kids;
    const simple = /^(.+)=$/.exec(operator?.type ?? '')?.[1];
    return !target || !value || !simple || has(target, ...effects) ? [] : [one(statement, textOf(code, target), ' = ', target, ` ${simple} (`, value, ');')];
  })),
  inFunctions('plain-to-compound-assignment', (code) => statementsOf(code, 'assignment_expression').flatMap((statement) => {
    const [target, operator, value] = statement.kids[0]!.kids;
    if (!target || operator?.type !== '=' || value?.type !== 'binary_expression' || has(target, ...effects) || textOf(code, value.kids[0]!) !== textOf(code, target)) return [];
    return /^[-+*|&^]$/.test(value.kids[1]!.type) ? [one(statement, target, ` ${value.kids[1]!.type}= `, value.kids[2]!, ';')] : [];
  })),
  inFunctions('step-to-assignment', (code) => statementsOf(code, 'update_expression').flatMap((statement) => {
    const [a, b] = statement.kids[0]!.kids;
    const [target, operator] = a?.type === '++' || a?.type === '--' ? [b, a] : [a, b];
    return !target || !operator || has(target, ...effects) ? [] : [one(statement, target, operator.type === '++' ? ' += 1;' : ' -= 1;')];
  })),
  inFunctions('split-comma', (code) => statementsOf(code, 'comma_expression').map((statement) => one(statement, '{ ', statement.kids[0]!.kids[0]!, ';\n', statement.kids[0]!.kids[2]!, '; }'))),
  inFunctions('join-by-comma', (code) => statementLists(code).flatMap((list) => list.flatMap((statement, at) => {
    const next = list[at + 1];
    const isCall = (node: Syntax | undefined): boolean => node?.type === 'expression_statement' && ['call_expression', 'assignment_expression'].includes(node.kids[0]?.type ?? '') && node.kids.length === 2 && isMovable(code, node);
    if (!isCall(statement) || !next || !isCall(next) || /\n[ \t]*#/.test(code.file.text.slice(statement.start, next.end)) || /^[A-Z_0-9]+\b/.test(textOf(code, statement))) return [];
    return [one({ start: statement.start, end: next.end }, statement.kids[0]!, ',\n', next.kids[0]!, ';')];
  }))),
  inFunctions('arrow-to-dot', (code) => nodesOf(code, 'field_expression').filter((node) => node.kids[1]?.type === '->').map((node) => one(node, '(*', node.kids[0]!, ').', node.kids[2]!))),
  inFunctions('parentheses', (code) => nodesOf(code, 'identifier').filter((node) => {
    const parent = code.parents.get(node);
    return parent && isVariable(code, textOf(code, node)) && ['argument_list', 'binary_expression', 'return_statement', 'field_expression'].includes(parent.type) && parent.kids[0] !== node;
  }).map((node) => one(node, '(', node, ')'))),
  inFunctions('casts', (code) => nodesOf(code, 'argument_list').flatMap((list) => list.kids.filter((kid) => kid.type === 'identifier').flatMap((kid) => {
    const type = copyableType(code, textOf(code, kid));
    return type && /\*|^unsigned|^int$|^long$/.test(type) ? [one(kid, `(${type})`, kid)] : [];
  }))),
  inFunctions('condition-assigns', (code) => statementLists(code).flatMap((list) => list.flatMap((statement, at) => {
    const next = list[at + 1];
    const assigned = statement.type === 'expression_statement' && statement.kids[0]?.type === 'assignment_expression' && statement.kids[0].kids[1]?.type === '=' ? statement.kids[0] : undefined;
    const condition = next?.type === 'if_statement' && isGenuine(code, next) ? next.kids[1] : undefined;
    if (!assigned || !condition || !isMovable(code, statement) || /\n[ \t]*#/.test(code.file.text.slice(statement.start, condition.end)) || assigned.kids[0]?.type !== 'identifier') return [];
    const name = textOf(code, assigned.kids[0]);
    const inner = condition.kids[1]!;
    const tested = inner.type === 'unary_expression' && inner.kids[0]?.type === '!' ? inner.kids[1]! : inner;
    if (tested.type !== 'identifier' || textOf(code, tested) !== name || namesIn(code, assigned.kids[2]!).has('')) return [];
    return [[{ start: statement.start, end: statement.end, pieces: [';'] }, { start: tested.start, end: tested.end, pieces: ['(', assigned, ')'] }]];
  }))),
  inFunctions('comments', (code) => code.nodes.filter((node) => node.type === ';' && code.parents.get(node)?.type === 'expression_statement').map((node) => one({ start: node.start, end: node.start }, ' /* if (a) { return b; */\n\n'))),
  inFunctions('line-breaks', (code) => code.nodes.filter((node) => [',', '&&', '||', '=', '('].includes(node.type) && !/^[ \t]*#/.test(code.file.text.slice(code.file.text.lastIndexOf('\n', node.start) + 1, node.start))).map((node) => one({ start: node.end, end: node.end }, '\n\t/* , */ '))),
];
