/** How functions return. */
import type { Syntax } from '../../../parser/syntax';
import { has, isMovable, leaves, nodesOf, textOf, within, type FunctionCode } from '../code';
import type { Edit } from '../edits';
import { inFunctions, one, type Rewrite } from './rewrite';

export const exitRewrites: readonly Rewrite[] = [
  inFunctions('single-exit', (code) => {
    const returns = nodesOf(code, 'return_statement');
    if (returns.length === 0 || returns.length !== [...within(code.definition)].filter((n) => n.type === 'return_statement').length) return [];
    const [value, label] = [code.file.fresh('ret'), code.file.fresh('leave')];
    const type = code.ir.returnType;
    const isVoid = type === 'void';
    if (!isVoid && !/^[\w ]+\**$/.test(type)) return [];
    const start = code.body.start + 1;
    const edits: Edit[] = returns.map((node) => ({ start: node.start, end: node.end, pieces: node.kids.length < 3 ? [`goto ${label};`] : [`{ ${value} = `, node.kids[1]!, `;\ngoto ${label}; }`] }));
    if (!isVoid) edits.push({ start, end: start, pieces: [`\n${type} ${value};\n`] });
    edits.push({ start: code.body.end - 1, end: code.body.end - 1, pieces: [isVoid ? `${label}:\n;\n` : `${label}:\nreturn ${value};\n`] });
    return [edits];
  }),
  inFunctions('return-through-variable', (code) => code.ir.returnType === 'void' || !/^[\w ]+\**$/.test(code.ir.returnType) ? [] : nodesOf(code, 'return_statement').filter((node) => node.kids.length === 3).map((node) => {
    const name = code.file.fresh('ret');
    return one(node, `{ ${code.ir.returnType} ${name} = `, node.kids[1]!, `;\nreturn ${name}; }`);
  })),
  inFunctions('copy-exit-to-goto', (code) => nodesOf(code, 'goto_statement').flatMap((node) => {
    const tail = exitOf(code, textOf(code, node.kids[1]!));
    // What is left of an unused label is no concern of anybody.
    return tail ? [one(node, '{ ', ...tail.flatMap((part) => [part, '\n']), '}')] : [];
  })),
  inFunctions('goto-next', (code) => nodesOf(code, 'expression_statement').filter((node) => node.kids.length > 1 && code.parents.get(node)?.type === 'compound_statement').map((node) => {
    const label = code.file.fresh('on');
    return one(node, `goto ${label};\n${label}:\n`, node);
  })),
];

/** The statements from a label to the end of the function, when they are few and only do what the way out does. */
function exitOf(code: FunctionCode, label: string): Syntax[] | undefined {
  const kids = code.body.kids.slice(1, -1);
  const at = kids.findIndex((kid) => kid.type === 'labeled_statement' && textOf(code, kid.kids[0]!) === label);
  const found = kids[at];
  if (at < 0 || !found) return undefined;
  let first = found.kids.at(-1)!;
  const rest = kids.slice(at + 1);
  const tail = [first, ...rest];
  while (first.type === 'labeled_statement') tail[0] = first = first.kids.at(-1)!;
  const run = { start: first.start, end: code.body.end };
  if (tail.length > 5 || tail.some((s) => !isMovable(code, s) || has(s, 'goto_statement', 'labeled_statement', 'declaration', 'return_statement') && s.type !== 'return_statement')) return undefined;
  const last = tail.at(-1)!;
  if (/\n[ \t]*#/.test(code.file.text.slice(run.start, run.end)) || (code.ir.returnType !== 'void' && !leaves(last))) return undefined;
  return code.ir.returnType === 'void' && !leaves(last) ? undefined : tail;
}
