/** Loops as other loops, and blocks around what is no loop. */
import { freeJumps, has, inside, isGenuine, nodesOf, type FunctionCode } from '../code';
import type { Syntax } from '../../../parser/syntax';
import { inFunctions, one, type Rewrite } from './rewrite';

const whiles = (code: FunctionCode): Syntax[] => nodesOf(code, 'while_statement').filter((node) => isGenuine(code, node) && node.kids[1]?.type === 'parenthesized_expression' && node.kids[2]);
const plain = (code: FunctionCode): Syntax[] => nodesOf(code, 'expression_statement').filter((node) => node.kids.length > 1);

export const loopRewrites: readonly Rewrite[] = [
  inFunctions('for-to-while', (code) => nodesOf(code, 'for_statement').flatMap((node) => {
    const parts = isGenuine(code, node) ? forParts(node) : undefined;
    if (!parts || freeJumps(parts.body).continues) return [];
    return [one(node, '{ ', ...(parts.init ? [parts.init] : []), parts.init?.type === 'declaration' ? '\n' : ';\n', 'while (', ...(parts.condition ? [parts.condition] : ['1']), ') {\n', parts.body, '\n', ...(parts.step ? [parts.step, ';\n'] : []), '} }')];
  })),
  inFunctions('while-to-for', (code) => whiles(code).map((node) => one(node, 'for (; ', inside(node.kids[1]!), '; )\n', node.kids[2]!))),
  inFunctions('while-to-endless', (code) => whiles(code).map((node) => one(node, 'for (;;) {\nif (!(', inside(node.kids[1]!), '))\nbreak;\n', node.kids[2]!, '\n}'))),
  inFunctions('do-to-endless', (code) => nodesOf(code, 'do_statement').filter((node) => isGenuine(code, node) && node.kids[3]?.type === 'parenthesized_expression' && !freeJumps(node.kids[1]!).continues)
    .map((node) => one(node, 'while (1) {\n', node.kids[1]!, '\nif (!(', inside(node.kids[3]!), '))\nbreak;\n}'))),
  inFunctions('block-of-statement', (code) => plain(code).map((node) => one(node, '{ ', node, ' }'))),
  inFunctions('once-around-statement', (code) => plain(code).map((node) => one(node, 'do { ', node, ' } while (0);'))),
  inFunctions('once-around-body', (code) => {
    const declarations = code.body.kids.slice(1, -1).findLastIndex((kid) => kid.type === 'declaration');
    const rest = code.body.kids.slice(1, -1).slice(declarations + 1);
    if (rest.length === 0 || rest.some((kid) => kid.broken)) return [];
    const run = { start: rest[0]!.start, end: code.body.end - 1 };
    return [one(run, 'do {\n', run, '\n} while (0);\n')];
  }),
  inFunctions('endless-around-body', (code) => {
    const declarations = code.body.kids.slice(1, -1).findLastIndex((kid) => kid.type === 'declaration');
    const rest = code.body.kids.slice(1, -1).slice(declarations + 1);
    if (rest.length === 0 || rest.some((kid) => kid.broken) || code.ir.returnType !== 'void') return [];
    const run = { start: rest[0]!.start, end: code.body.end - 1 };
    return [one(run, 'for (;;) {\n', run, '\nbreak;\n}\n')];
  }),
  inFunctions('block-around-arms', (code) => nodesOf(code, 'if_statement').filter((node) => isGenuine(code, node) && node.kids[2]?.type !== 'compound_statement' && !has(node.kids[2]!, 'declaration'))
    .map((node) => one(node.kids[2]!, '{ ', node.kids[2]!, ' }'))),
];

function forParts(node: Syntax): { init?: Syntax; condition?: Syntax; step?: Syntax; body: Syntax } | undefined {
  const kids = node.kids.slice(2);
  const body = kids.pop();
  if (!body || kids.pop()?.type !== ')') return undefined;
  const groups: Syntax[][] = [[]];
  for (const kid of kids) {
    if (kid.type === ';') groups.push([]);
    else {
      groups.at(-1)!.push(kid);
      if (kid.type === 'declaration') groups.push([]);
    }
  }
  const hasDeclaration = groups[0]?.[0]?.type === 'declaration';
  // The grammar may show the semicolon of an initialising declaration once more.
  const parts = hasDeclaration && groups.length === 4 ? [groups[0]!, groups[2]!, groups[3]!] : groups;
  if (parts.length !== 3 || parts.some((group) => group.length > 1)) return undefined;
  return { init: parts[0]![0], condition: parts[1]![0], step: parts[2]![0], body };
}
