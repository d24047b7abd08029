/** `if`, `?:`, `switch` and what follows them, in other shapes. */
import { freeJumps, has, ifParts, inside, isMovable, leaves, nodesOf, statementLists, textOf, unwrapped, within, type FunctionCode } from '../code';
import type { Site } from '../edits';
import type { Syntax } from '../../../parser/syntax';
import { inFunctions, listed, one, type Rewrite } from './rewrite';

const ifs = (code: FunctionCode): NonNullable<ReturnType<typeof ifParts>>[] => nodesOf(code, 'if_statement').flatMap((node) => ifParts(code, node) ?? []);
const isJump = (node: Syntax): boolean => ['goto_statement', 'break_statement', 'continue_statement'].includes(node.type) || (node.type === 'return_statement' && !has(node, 'call_expression'));

export const branchRewrites: readonly Rewrite[] = [
  inFunctions('invert-if', (code) => ifs(code).map(({ node, inner, then, otherwise }) => otherwise
    ? one(node, 'if (!(', inner, ')) {\n', otherwise, '\n} else {\n', then, '\n}')
    : one(node, 'if (!(', inner, '))\n;\nelse {\n', then, '\n}'))),
  inFunctions('split-and', (code) => ifs(code).flatMap(({ node, condition, then, otherwise }) => {
    const logic = unwrapped(condition);
    if (logic.kids[1]?.type !== '&&' || otherwise || logic.type !== 'binary_expression') return [];
    return [one(node, 'if (', logic.kids[0]!, ') {\nif (', logic.kids[2]!, ')\n', then, '\n}')];
  })),
  inFunctions('split-or', (code) => ifs(code).flatMap(({ node, condition, then, otherwise }) => {
    const logic = unwrapped(condition);
    const jump = then.type === 'compound_statement' && then.kids.length === 3 ? then.kids[1]! : then;
    if (logic.kids[1]?.type !== '||' || otherwise || logic.type !== 'binary_expression' || !isJump(jump)) return [];
    return [one(node, '{ if (', logic.kids[0]!, ')\n', jump, '\nif (', logic.kids[2]!, ')\n', jump, '\n}')];
  })),
  inFunctions('join-nested-ifs', (code) => ifs(code).flatMap(({ node, inner, then, otherwise }) => {
    const nested = then.type === 'compound_statement' && then.kids.length === 3 ? then.kids[1]! : then;
    const parts = ifParts(code, nested);
    return !parts || otherwise || parts.otherwise ? [] : [one(node, 'if ((', inner, ') && (', parts.inner, '))\n', parts.then)];
  })),
  inFunctions('jump-to-block', (code) => statementLists(code).flatMap((list) => list.flatMap((statement, at) => {
    const parts = ifParts(code, statement);
    const jump = parts && (parts.then.type === 'compound_statement' && parts.then.kids.length === 3 ? parts.then.kids[1] : parts.then);
    if (!parts || parts.otherwise || jump?.type !== 'goto_statement') return [];
    const label = textOf(code, jump.kids[1]!);
    const target = list.findIndex((other, index) => index > at && other.type === 'labeled_statement' && textOf(code, other.kids[0]!) === label);
    const skipped = list.slice(at + 1, target);
    if (target < 0 || skipped.length === 0 || skipped.some((s) => s.type === 'declaration' || !isMovable(code, s))) return [];
    const run = { start: skipped[0]!.start, end: skipped.at(-1)!.end };
    if (/\n[ \t]*#/.test(code.file.text.slice(statement.start, run.end))) return [];
    return [one({ start: statement.start, end: run.end }, 'if (!(', parts.inner, ')) {\n', run, '\n}')];
  }))),
  inFunctions('else-after-leaving', (code) => statementLists(code).flatMap((list) => list.flatMap((statement, at) => {
    const parts = ifParts(code, statement);
    const rest = list.slice(at + 1);
    if (!parts || parts.otherwise || !leaves(parts.then) || rest.length === 0) return [];
    const run = { start: rest[0]!.start, end: rest.at(-1)!.end };
    if (rest.some((s) => s.type === 'case_statement' || !isMovable(code, s)) || /\n[ \t]*#/.test(code.file.text.slice(statement.start, run.end))) return [];
    return [one({ start: statement.start, end: run.end }, 'if (', parts.inner, ') {\n', parts.then, '\n} else {\n', run, '\n}')];
  }))),
  inFunctions('drop-else-after-leaving', (code) => ifs(code).flatMap(({ node, inner, then, otherwise }) => otherwise && leaves(then) ? [one(node, '{ if (', inner, ')\n', then, '\n', otherwise, '\n}')] : [])),
  inFunctions('block-of-guard', (code) => ifs(code).flatMap(({ node, inner, then, otherwise }) => {
    const jumps = freeJumps(then);
    return otherwise || jumps.breaks || jumps.continues ? [] : [one(node, 'do {\nif (!(', inner, '))\nbreak;\n', then, '\n} while (0);')];
  })),
  inFunctions('if-to-switch', (code) => ifs(code).flatMap(({ node, condition, then, otherwise }) => {
    const comparison = unwrapped(condition);
    const [left, operator, right] = comparison.kids;
    if (comparison.type !== 'binary_expression' || operator?.type !== '==' || !left || !right || !/^(?:\d+|[A-Z]\w*_[A-Z0-9_]+)$/.test(textOf(code, right))) return [];
    if ([then, ...(otherwise ? [otherwise] : [])].some((arm) => freeJumps(arm).breaks)) return [];
    return [one(node, 'switch (', left, ') {\ncase ', right, ':\n', then, '\nbreak;\ndefault:\n', ...(otherwise ? [otherwise] : [';']), '\nbreak;\n}')];
  })),
  inFunctions('if-to-switch-on-truth', (code) => ifs(code).flatMap(({ node, inner, then, otherwise }) => {
    if ([then, ...(otherwise ? [otherwise] : [])].some((arm) => freeJumps(arm).breaks)) return [];
    return [one(node, 'switch (!!(', inner, ')) {\ncase 1:\n', then, '\nbreak;\ndefault:\n', ...(otherwise ? [otherwise] : [';']), '\nbreak;\n}')];
  })),
  inFunctions('switch-to-if', (code) => nodesOf(code, 'switch_statement').flatMap((node) => listed(switchToIf(code, node)))),
  inFunctions('ternary-to-if', (code) => nodesOf(code, 'expression_statement', 'declaration', 'return_statement').flatMap((node) => listed(ternaryToIf(code, node)))),
  inFunctions('if-to-ternary', (code) => ifs(code).flatMap(({ node, inner, then, otherwise }) => {
    const [a, b] = [assignment(then), otherwise && assignment(otherwise)];
    if (!a || !b || textOf(code, a.target) !== textOf(code, b.target)) return [];
    return [one(node, a.target, ' = (', inner, ') ? ', a.value, ' : ', b.value, ';')];
  })),
  inFunctions('returns-to-ternary', (code) => statementLists(code).flatMap((list) => list.flatMap((statement, at) => {
    const parts = ifParts(code, statement);
    const next = list[at + 1];
    const early = parts && (parts.then.type === 'compound_statement' && parts.then.kids.length === 3 ? parts.then.kids[1] : parts.then);
    if (!parts || parts.otherwise || early?.type !== 'return_statement' || next?.type !== 'return_statement' || early.kids.length !== 3 || next.kids.length !== 3 || !isMovable(code, next)) return [];
    return [one({ start: statement.start, end: next.end }, 'return (', parts.inner, ') ? ', early.kids[1]!, ' : ', next.kids[1]!, ';')];
  }))),
  inFunctions('return-truth-by-branches', (code) => code.ir.returnType !== 'bool' ? [] : nodesOf(code, 'return_statement').flatMap((node) => node.kids.length === 3 ? [one(node, '{ if (', node.kids[1]!, ')\nreturn true;\nreturn false; }')] : [])),
];

function assignment(node: Syntax): { target: Syntax; value: Syntax } | undefined {
  const statement = node.type === 'compound_statement' && node.kids.length === 3 ? node.kids[1]! : node;
  const expression = statement.type === 'expression_statement' ? statement.kids[0] : undefined;
  const [target, operator, value] = expression?.kids ?? [];
  return expression?.type === 'assignment_expression' && operator?.type === '=' && target && value && !has(target, 'call_expression', 'update_expression') ? { target, value } : undefined;
}

function ternaryToIf(code: FunctionCode, node: Syntax): Site | undefined {
  const choice = (value: Syntax | undefined): readonly [Syntax, Syntax, Syntax] | undefined => {
    const inner = value && unwrapped(value);
    return inner?.type === 'conditional_expression' && inner.kids.length === 5 ? [inner.kids[0]!, inner.kids[2]!, inner.kids[4]!] : undefined;
  };
  const assigned = assignment(node);
  const parts = choice(assigned?.value);
  if (assigned && parts) return one(node, '{ if (', parts[0], ')\n', assigned.target, ' = ', parts[1], ';\nelse\n', assigned.target, ' = ', parts[2], '; }');
  if (node.type === 'return_statement') {
    const returned = choice(node.kids[1]);
    return returned && one(node, '{ if (', returned[0], ')\nreturn ', returned[1], ';\nreturn ', returned[2], '; }');
  }
  const declarators = node.kids.filter((kid) => kid.type === 'init_declarator');
  const declarator = declarators[0];
  const value = choice(declarator?.kids[2]);
  if (node.type !== 'declaration' || node.kids.some((kid) => kid.type === ',') || !declarator || !value || code.parents.get(node)?.type === 'for_statement' || has(node, 'type_qualifier', 'storage_class_specifier')) return undefined;
  const name = [...within(declarator.kids[0]!)].find((kid) => kid.type === 'identifier');
  return name && one(node, { start: node.start, end: declarator.kids[0]!.end }, ';\nif (', value[0], ')\n', name, ' = ', value[1], ';\nelse\n', name, ' = ', value[2], ';');
}

/** A switch whose cases all end before the next one begins. */
function switchToIf(code: FunctionCode, node: Syntax): Site | undefined {
  const [, value, body] = node.kids;
  if (!value || body?.type !== 'compound_statement') return undefined;
  const pieces: (string | Syntax | { start: number; end: number })[] = [];
  const name = code.file.fresh('chosen');
  pieces.push(`{ long ${name} = (long)(`, inside(value), ');\n');
  let labels: (Syntax | undefined)[] = [];
  let fallback: readonly Syntax[] | undefined;
  let isFirst = true;
  const kids = body.kids.slice(1, -1);
  for (const [at, part] of kids.entries()) {
    if (part.type !== 'case_statement') return undefined;
    const colon = part.kids.findIndex((kid) => kid.type === ':');
    if (colon > 2 || colon < 1) return undefined;
    labels.push(part.kids[0]!.type === 'default' ? undefined : part.kids[1]);
    let statements = part.kids.slice(colon + 1);
    if (statements.length === 0) {
      if (at < kids.length - 1) continue;
      return undefined;
    }
    if (!leaves(statements.at(-1)) && at < kids.length - 1) return undefined;
    if (statements.at(-1)!.type === 'break_statement') statements = statements.slice(0, -1);
    if (statements.some((s) => freeJumps(s).breaks)) return undefined;
    if (labels.includes(undefined)) {
      if (labels.length > 1) return undefined;
      fallback = statements;
    } else {
      pieces.push(`${isFirst ? '' : '\nelse '}if (`);
      for (const [index, label] of labels.entries()) pieces.push(`${index > 0 ? ' || ' : ''}${name} == (`, label!, ')');
      pieces.push(') {\n', ...(statements.length > 0 ? [{ start: statements[0]!.start, end: statements.at(-1)!.end }] : []), '\n}');
      isFirst = false;
    }
    labels = [];
  }
  if (isFirst) return undefined;
  if (fallback && fallback.length > 0) pieces.push('\nelse {\n', { start: fallback[0]!.start, end: fallback.at(-1)!.end }, '\n}');
  pieces.push('\n}');
  return one(node, ...pieces);
}
