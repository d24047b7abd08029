/** Functions: their names, parts of them as functions of their own, and the other way. */
import type { Syntax } from '../../../parser/syntax';
import { copyableType, has, identifiersIn, ifParts, isMovable, isVariable, nodesOf, statementLists, textOf, within, writes, type FileCode, type FunctionCode } from '../code';
import type { Piece, Site } from '../edits';
import { inFunctions, type Rewrite } from './rewrite';
import { named, tokens } from './variables';

export const functionRewrites: readonly Rewrite[] = [
  {
    name: 'rename-helpers',
    sites: (file) => file.functions.filter(({ outline }) => outline.isStatic && !file.isPrimitive(outline.name)).flatMap(({ outline: { name } }) => {
      const other = file.fresh('helper');
      const places = tokens(file.text, { start: 0, end: file.text.length }, name);
      return places.some((at) => /#/.test(file.text.slice(at - 2, at))) ? [] : [places.map((at) => named(at, name, other))];
    }),
  },
  inFunctions('extract-condition', (code) => nodesOf(code, 'if_statement').flatMap((node) => {
    const parts = ifParts(code, node);
    return parts ? extract(code, [parts.condition.kids[1]!], 'bool', (name, args) => `${name}(${args})`, (body) => ['return ', ...body, ';'], parts.inner) : [];
  })),
  inFunctions('extract-negated-condition', (code) => nodesOf(code, 'if_statement').flatMap((node) => {
    const parts = ifParts(code, node);
    return parts ? extract(code, [parts.condition.kids[1]!], 'bool', (name, args) => `!${name}(${args})`, (body) => ['if (', ...body, ')\nreturn false;\nreturn true;'], parts.inner) : [];
  })),
  inFunctions('extract-statement', (code) => nodesOf(code, 'expression_statement').flatMap((node) => extractStatements(code, [node]))),
  inFunctions('extract-run', (code) => statementLists(code).flatMap((list) => runs(code, list)).flatMap((run) => extractStatements(code, run))),
  inFunctions('extract-block', (code) => nodesOf(code, 'if_statement').flatMap((node) => {
    const parts = ifParts(code, node);
    return parts?.then.type === 'compound_statement' ? extractStatements(code, [parts.then]) : [];
  })),
  inFunctions('extract-if', (code) => nodesOf(code, 'if_statement').flatMap((node) => extractStatements(code, [node]))),
  { name: 'inline-helper', sites: (file) => file.functions.flatMap((helper) => inlineSites(file, helper)) },
  { name: 'inline-helper-block', sites: (file) => file.functions.flatMap((helper) => inlineBlocks(file, helper)) },
  inFunctions('macro-for-condition', (code) => nodesOf(code, 'if_statement').flatMap((node) => {
    const parts = ifParts(code, node);
    const names = parts && parameters(code, [parts.condition.kids[1]!]);
    if (!parts || !names || has(parts.condition, 'string_literal', 'concatenated_string')) return [];
    const macro = code.file.fresh('HOLDS').toUpperCase();
    const oneLine = code.file.masked.slice(parts.inner.start, parts.inner.end).replace(/\s+/g, ' ');
    const { start } = code.outline.span;
    const list = names.map(({ name }) => name).join(', ');
    return [[{ start, end: start, isOutside: true, pieces: [`#define ${macro}(${list}) (${oneLine})\n`] }, { start: parts.inner.start, end: parts.inner.end, pieces: [`${macro}(${list})`] }]];
  })),
  inFunctions('macro-for-flags', (code) => nodesOf(code, 'binary_expression').flatMap((node) => {
    const names = [...within(node)].filter((kid) => kid.type === 'identifier').map((kid) => textOf(code, kid));
    const operators = [...within(node)].filter((kid) => kid.type === 'binary_expression').map((kid) => kid.kids[1]!.type);
    if (names.length < 2 || !names.every((name) => /^[A-Z][A-Z0-9_]+$/.test(name)) || !operators.every((op) => op === '|') || code.parents.get(node)?.type === 'binary_expression' && code.parents.get(node)!.kids[1]?.type === '|') return [];
    const macro = code.file.fresh('FLAGS').toUpperCase();
    const { start } = code.outline.span;
    return [[{ start, end: start, isOutside: true, pieces: [`#define ${macro} (${textOf(code, node).replace(/\s+/g, ' ')})\n`] }, { start: node.start, end: node.end, pieces: [macro] }]];
  })),
  inFunctions('body-in-other-function', (code) => {
    const { name, span } = code.outline;
    const head = { start: span.start, end: code.body.start };
    if (code.ir.params.some((p) => !copyableType(code, p.name)) || code.outline.annotations.length > 0 || code.file.isPrimitive(name) || /#|__releases|__acquires|__must_hold|\.\.\.|DEFINE/.test(code.file.text.slice(head.start, head.end)) || !/^[\w ]+\**$/.test(code.ir.returnType)) return [];
    const inner = code.file.fresh('inner');
    const params = code.ir.params.map((p) => `${p.type} ${p.name}`).join(', ') || 'void';
    const call = `${inner}(${code.ir.params.map((p) => p.name).join(', ')})`;
    return [[
      { start: span.start, end: span.start, isOutside: true, pieces: [`static ${code.ir.returnType} ${inner}(${params})\n`, code.body, '\n\n'] },
      { start: code.body.start, end: code.body.end, isOutside: true, pieces: [`{\n\t${code.ir.returnType === 'void' ? '' : 'return '}${call};\n}`] },
    ]];
  }),
];

/** Variables that code reads, with their types; undefined when one cannot be a parameter. */
function parameters(code: FunctionCode, nodes: readonly Syntax[]): { name: string; type: string; byAddress: boolean }[] | undefined {
  const found = new Map<string, { name: string; type: string; byAddress: boolean }>();
  for (const node of nodes) {
    for (const use of identifiersIn(node)) {
      const name = textOf(code, use);
      if (!isVariable(code, name)) continue;
      const type = copyableType(code, name);
      if (!type) return undefined;
      const byAddress = nodes.some((n) => writes(code, n).taken.has(name));
      // Only its address is handed on, so that a pointer can take its place.
      const parent = code.parents.get(use);
      if (byAddress && !(parent?.type === 'pointer_expression' && parent.kids[0]?.type === '&')) return undefined;
      found.set(name, { name, type, byAddress });
    }
  }
  return [...found.values()];
}

const unsafe = ['return_statement', 'goto_statement', 'labeled_statement', 'case_statement', 'declaration', 'compound_literal_expression', 'gnu_asm_expression'] as const;

function extract(code: FunctionCode, nodes: readonly Syntax[], type: string, call: (name: string, args: string) => string, body: (pieces: Piece[]) => Piece[], span: { start: number; end: number }): Site[] {
  if (nodes.some((node) => !isMovable(code, node) || has(node, ...unsafe) || [...within(node)].some((n) => n.type === 'parenthesized_expression' && n.kids[1]?.type === 'compound_statement'))) return [];
  if (/\n[ \t]*#|__func__|__FUNCTION__|__builtin|_ret_ip_|_RET_IP_/i.test(code.file.text.slice(span.start, span.end))) return [];
  const params = parameters(code, nodes);
  // Some are kept in the function for a reason that its head tells: annotations, clean-ups.
  if (!params || params.length > 8) return [];
  const name = code.file.fresh('part');
  const { start } = code.outline.span;
  const pieces: Piece[] = [];
  let at = span.start;
  const taken = nodes.flatMap((node) => [...within(node)]).filter((n) => n.type === 'pointer_expression' && n.kids[0]?.type === '&' && params.some((p) => p.byAddress && p.name === textOf(code, n.kids[1]!)));
  for (const use of taken) {
    pieces.push({ start: at, end: use.start }, `${textOf(code, use.kids[1]!)}_p`);
    at = use.end;
  }
  pieces.push({ start: at, end: span.end });
  const list = params.map((p) => (p.byAddress ? `${p.type} *${p.name}_p` : `${p.type} ${p.name}`)).join(', ') || 'void';
  const args = params.map((p) => (p.byAddress ? `&${p.name}` : p.name)).join(', ');
  return [[
    { start, end: start, isOutside: true, pieces: [`static ${type} ${name}(${list})\n{\n`, ...body(pieces), '\n}\n\n'] },
    { start: span.start, end: span.end, pieces: [call(name, args)] },
  ]];
}

function extractStatements(code: FunctionCode, nodes: readonly Syntax[]): Site[] {
  const assigned = new Set(nodes.flatMap((node) => [...writes(code, node).assigned]).filter((name) => isVariable(code, name)));
  const span = { start: nodes[0]!.start, end: nodes.at(-1)!.end };
  if (nodes.some((node) => has(node, 'return_statement', 'break_statement', 'continue_statement') || (!has(node, 'call_expression', 'assignment_expression') && node.type === 'expression_statement'))) return [];
  if (assigned.size === 0) return extract(code, nodes, 'void', (name, args) => `${name}(${args});`, (body) => body, span);
  const [name] = assigned;
  const type = name === undefined ? undefined : copyableType(code, name);
  if (assigned.size !== 1 || !type || name === undefined || nodes.some((node) => writes(code, node).taken.has(name))) return [];
  return extract(code, nodes, type, (helper, args) => `${name} = ${helper}(${args});`, (body) => [...body, `\nreturn ${name};`], span);
}

/** Runs of at least two statements that are expressions, cut where a run would assign more than one variable. */
function runs(code: FunctionCode, list: readonly Syntax[]): Syntax[][] {
  const found: Syntax[][] = [];
  let run: Syntax[] = [];
  const close = (): void => {
    if (run.length > 1) found.push(run);
    run = [];
  };
  for (const statement of list) {
    if (statement.type !== 'expression_statement' || !isMovable(code, statement)) close();
    else {
      const assigned = new Set([...run, statement].flatMap((node) => [...writes(code, node).assigned]).filter((name) => isVariable(code, name)));
      if (assigned.size > 1) close();
      run.push(statement);
    }
  }
  close();
  return found;
}

/** A helper that only returns an expression takes its place where its arguments are plain. */
function inlineSites(file: FileCode, helper: FunctionCode): Site[] {
  const { name, isStatic } = helper.outline;
  const [statement, ...others] = helper.body.kids.slice(1, -1);
  if (!isStatic || file.isPrimitive(name) || others.length > 0 || statement?.type !== 'return_statement' || statement.kids.length !== 3 || !isMovable(helper, statement)) return [];
  const value = statement.kids[1]!;
  const { assigned, taken } = writes(helper, value);
  if (assigned.size > 0 || taken.size > 0) return [];
  return callsOf(file, name).flatMap(({ code, call, args }) => {
    if (args.length !== helper.ir.params.length || args.some((arg) => has(arg, 'call_expression', 'assignment_expression', 'update_expression', 'conditional_expression'))) return [];
    const text = textWith(helper, value, new Map(helper.ir.params.map((p, at) => [p.name, `(${textOf(code, args[at]!)})`])));
    return [[{ start: call.start, end: call.end, pieces: [helper.ir.returnType === 'bool' ? `(!!(${text}))` : `(${text})`] }]];
  });
}

/** A helper's body in the place of a call that is a statement or an assignment. */
function inlineBlocks(file: FileCode, helper: FunctionCode): Site[] {
  const { name, isStatic, span } = helper.outline;
  const kids = helper.body.kids.slice(1, -1);
  const last = kids.at(-1);
  const returns = [...within(helper.body)].filter((n) => n.type === 'return_statement');
  const isVoid = helper.ir.returnType === 'void';
  if (!isStatic || file.isPrimitive(name) || !last || span.end - span.start > 1500 || helper.outline.annotations.length > 0 || has(helper.body, 'labeled_statement', 'storage_class_specifier')) return [];
  if (isVoid ? returns.length > 0 : returns.length !== 1 || last.type !== 'return_statement') return [];
  if (/\n[ \t]*#|\/\/|__free|guard\(|va_start|__func__/.test(file.text.slice(span.start, span.end))) return [];
  const variables = [...new Set([...helper.ir.params, ...helper.ir.locals].map((v) => v.name.replace(/#\d+$/, '')))];
  if (helper.ir.params.some((p) => !copyableType(helper, p.name))) return [];
  return callsOf(file, name).flatMap(({ code, call, args }) => {
    if (args.length !== helper.ir.params.length || code === helper) return [];
    const parent = code.parents.get(call);
    const statement = parent?.type === 'expression_statement' ? parent : parent?.type === 'assignment_expression' && parent.kids[1]?.type === '=' && parent.kids[2] === call && parent.kids[0]?.type === 'identifier' ? code.parents.get(parent) : undefined;
    if (statement?.type !== 'expression_statement' || (isVoid && parent !== statement)) return [];
    const names = new Map(variables.map((variable) => [variable, file.fresh(variable)]));
    const heads = helper.ir.params.map((p, at) => `${p.type} ${names.get(p.name)} = ${textOf(code, args[at]!)};\n`).join('');
    const body = kids.slice(0, isVoid ? undefined : -1).map((kid) => textWith(helper, kid, names)).join('\n');
    const end = isVoid ? '' : parent === statement ? `\n(void)(${textWith(helper, last.kids[1]!, names)});` : `\n${textOf(code, parent!.kids[0]!)} = ${textWith(helper, last.kids[1]!, names)};`;
    return [[{ start: statement.start, end: statement.end, pieces: [`{ ${heads}${body}${end} }`] }]];
  });
}

function callsOf(file: FileCode, name: string): { code: FunctionCode; call: Syntax; args: Syntax[] }[] {
  return file.functions.flatMap((code) => !code.outline.calls.has(name) ? [] : nodesOf(code, 'call_expression').filter((call) => textOf(code, call.kids[0]!) === name)
    .map((call) => ({ code, call, args: call.kids[1]!.kids.filter((kid) => !['(', ')', ','].includes(kid.type)) })));
}

/** The original text with names replaced. */
function textWith(code: FunctionCode, node: { start: number; end: number }, names: ReadonlyMap<string, string>): string {
  let result = '';
  let at = node.start;
  const places = [...names].flatMap(([name, other]) => tokens(code.file.text, node, name).map((start) => ({ start, name, other }))).sort((a, b) => a.start - b.start);
  for (const { start, name, other } of places) {
    result += code.file.text.slice(at, start) + other;
    at = start + name.length;
  }
  return result + code.file.text.slice(at, node.end);
}
