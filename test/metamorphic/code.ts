/** A file's functions as the rewrites see them: syntax with parents, types of variables, lists of statements. */
import type { FunctionIR, Span } from '../../parser/ir';
import { lowerFunction } from '../../parser/lower';
import { scan } from '../../parser/scan';
import { readSyntax, type Syntax } from '../../parser/syntax';
import type { FunctionOutline, Outline, ParserBackend } from '../../parser/types';

export interface FileCode {
  readonly text: string;
  readonly masked: string;
  readonly outline: Outline;
  /** Those that the grammar can read. */
  readonly functions: readonly FunctionCode[];
  /** Is the name a primitive of the kernel model? Its body is not what it means. */
  isPrimitive(name: string): boolean;
  /** A name that is not in the file, and another one each time. */
  fresh(stem: string): string;
  /** A number below `limit`, from the seed. */
  random(limit: number): number;
}

export interface FunctionCode {
  readonly file: FileCode;
  readonly outline: FunctionOutline;
  readonly definition: Syntax;
  readonly body: Syntax;
  readonly ir: FunctionIR;
  /** All nodes outside of statement expressions, in the order of the text. */
  readonly nodes: readonly Syntax[];
  readonly parents: ReadonlyMap<Syntax, Syntax>;
}

/** Reads a file. `only` restricts the functions. */
export function readCode(backend: ParserBackend, text: string, seed: number, isPrimitive: (name: string) => boolean, only?: (name: string) => boolean): FileCode {
  const outline = scan(text);
  const { masked } = outline;
  const functions: FunctionCode[] = [];
  const random = generator(seed);
  let names = 0;
  const file: FileCode = {
    text, masked, outline, functions, isPrimitive,
    random: (limit) => Math.floor(random() * limit),
    fresh(stem) {
      for (;;) {
        const name = `${stem}_m${++names}`;
        if (!text.includes(name)) return name;
      }
    },
  };
  for (const found of outline.functions) {
    if (only && !only(found.name)) continue;
    const definition = backend.withTree(masked.slice(found.span.start, found.span.end), (root) => {
      if (root.hasError) return undefined;
      return readSyntax(backend, root, found.span.start)?.root.kids.find((kid) => kid.type === 'function_definition');
    });
    const body = definition?.kids.at(-1);
    if (!definition || body?.type !== 'compound_statement') continue;
    const nodes: Syntax[] = [];
    const parents = new Map<Syntax, Syntax>();
    visit(body, nodes, parents);
    functions.push({ file, outline: found, definition, body, ir: lowerFunction(backend, { original: text, masked }, found), nodes, parents });
  }
  return file;
}

function visit(node: Syntax, nodes: Syntax[], parents: Map<Syntax, Syntax>): void {
  nodes.push(node);
  for (const kid of node.kids) {
    parents.set(kid, node);
    if (kid.type === 'compound_statement' && node.type === 'parenthesized_expression') continue;
    visit(kid, nodes, parents);
  }
}

/** Numbers from 0 to 1 (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function textOf(code: FunctionCode, node: Span): string {
  return code.file.masked.slice(node.start, node.end);
}

/** Nodes of this type whose text can be moved: no preprocessor lines, no line comments, nothing unread. */
export function nodesOf(code: FunctionCode, ...types: readonly string[]): Syntax[] {
  return code.nodes.filter((node) => types.includes(node.type) && isMovable(code, node));
}

export function isMovable(code: FunctionCode, node: Syntax): boolean {
  return !node.broken && !/\/\/|\n[ \t]*#/.test(code.file.text.slice(node.start, node.end));
}

/** Was the statement written with its keyword, not as an iteration macro? */
export function isGenuine(code: FunctionCode, node: Syntax): boolean {
  const keyword = node.kids[0];
  return keyword !== undefined && code.file.text.slice(keyword.start, keyword.end) === keyword.type;
}

export function* within(node: Syntax): Generator<Syntax> {
  yield node;
  for (const kid of node.kids) yield* within(kid);
}

export function has(node: Syntax, ...types: readonly string[]): boolean {
  for (const inner of within(node)) if (types.includes(inner.type)) return true;
  return false;
}

/** Parts of a genuine `if`: the condition without its parentheses, and the two arms. */
export interface IfParts {
  readonly node: Syntax;
  readonly condition: Syntax;
  readonly inner: Span;
  readonly then: Syntax;
  readonly otherwise: Syntax | undefined;
}

export function ifParts(code: FunctionCode, node: Syntax): IfParts | undefined {
  const [, condition, then, alternative] = node.kids;
  if (node.type !== 'if_statement' || !condition || !then || !isGenuine(code, node) || !isMovable(code, node) || condition.type !== 'parenthesized_expression') return undefined;
  return { node, condition, inner: inside(condition), then, otherwise: alternative?.type === 'else_clause' ? alternative.kids.at(-1) : alternative };
}

/** Without the first and the last character: parentheses or braces. */
export function inside(node: Span): Span {
  return { start: node.start + 1, end: node.end - 1 };
}

export function unwrapped(node: Syntax): Syntax {
  let inner = node;
  while (inner.type === 'parenthesized_expression' && inner.kids.length === 3 && inner.kids[1]?.type !== 'compound_statement') inner = inner.kids[1]!;
  return inner;
}

/** Runs of statements that follow each other in one block. */
export function statementLists(code: FunctionCode): Syntax[][] {
  return code.nodes.flatMap((node) => {
    if (node.type === 'compound_statement') return [node.kids.slice(1, -1)];
    if (node.type === 'case_statement') return [node.kids.slice(node.kids.findIndex((kid) => kid.type === ':') + 1)];
    return [];
  });
}

/** Jumps out of the statement that belong to a loop or switch around it. */
export function freeJumps(node: Syntax): { breaks: boolean; continues: boolean } {
  const found = { breaks: false, continues: false };
  const search = (at: Syntax, inLoop: boolean, inSwitch: boolean): void => {
    if (at.type === 'break_statement' && !inLoop && !inSwitch) found.breaks = true;
    if (at.type === 'continue_statement' && !inLoop) found.continues = true;
    const isLoop = at.type === 'while_statement' || at.type === 'do_statement' || at.type === 'for_statement';
    for (const kid of at.kids) search(kid, inLoop || isLoop, inSwitch || at.type === 'switch_statement');
  };
  search(node, false, false);
  return found;
}

/** Does control never get to the end of the statement? */
export function leaves(node: Syntax | undefined): boolean {
  if (!node) return false;
  if (node.type === 'compound_statement') return leaves(node.kids.at(-2));
  if (node.type === 'if_statement') return node.kids[3] !== undefined && leaves(node.kids[2]) && leaves(node.kids[3]);
  if (node.type === 'else_clause') return leaves(node.kids.at(-1));
  return ['return_statement', 'goto_statement', 'break_statement', 'continue_statement'].includes(node.type);
}

/** Names that a piece of code assigns, and those whose address it takes. */
export function writes(code: FunctionCode, node: Syntax): { assigned: Set<string>; taken: Set<string> } {
  const assigned = new Set<string>();
  const taken = new Set<string>();
  const base = (at: Syntax | undefined): string => {
    let inner = at;
    while (inner && (inner.type === 'field_expression' || inner.type === 'subscript_expression' || inner.type === 'parenthesized_expression')) {
      if (inner.type === 'field_expression' && inner.kids[1]?.type === '->') return '';
      inner = inner.type === 'parenthesized_expression' ? inner.kids[1] : inner.kids[0];
    }
    return inner?.type === 'identifier' ? textOf(code, inner) : '';
  };
  for (const inner of within(node)) {
    if (inner.type === 'assignment_expression' || inner.type === 'update_expression') assigned.add(base(inner.kids.find((kid) => kid.type !== '++' && kid.type !== '--')));
    if (inner.type === 'pointer_expression' && inner.kids[0]?.type === '&') taken.add(base(inner.kids[1]));
    // An iteration macro assigns its variables.
    if (inner.type === 'while_statement' && !isGenuine(code, inner)) for (const name of namesIn(code, inner.kids[1]!)) assigned.add(name);
  }
  assigned.delete('');
  taken.delete('');
  return { assigned, taken };
}

/** Identifiers of an expression or statement that are no members, labels or callees. */
export function identifiersIn(node: Syntax): Syntax[] {
  return [...within(node)].flatMap((at) => (at.type === 'call_expression' ? at.kids.slice(1) : at.type === 'identifier' ? [] : at.kids)).filter((kid) => kid.type === 'identifier').concat(node.type === 'identifier' ? [node] : []);
}

export function namesIn(code: FunctionCode, node: Syntax): Set<string> {
  return new Set(identifiersIn(node).map((kid) => textOf(code, kid)));
}

/** The type of a local variable or parameter that has one type everywhere, can be copied, and is known by its name; undefined for others. */
export function copyableType(code: FunctionCode, name: string): string | undefined {
  const all = [...code.ir.params, ...code.ir.locals].filter((v) => v.name === name || v.name.startsWith(`${name}#`));
  const [only] = all;
  if (all.length !== 1 || !only || !/^(?:(?:struct|enum|unsigned|signed|long|short) )*\w+(?: ?\*)*$/.test(only.type) || /typeof|auto_type|^va_list|^DECLARE|^DEFINE|^void$/.test(only.type)) return undefined;
  const declared = [...within(code.definition)].filter((at) => at.type === 'array_declarator' || at.type === 'function_declarator');
  if (declared.some((at) => new RegExp(`\\b${name}\\b`).test(textOf(code, at.kids[0]!)))) return undefined;
  return only.type;
}

export const isVariable = (code: FunctionCode, name: string): boolean => [...code.ir.params, ...code.ir.locals].some((v) => v.name === name || v.name.startsWith(`${name}#`));

/** Is the expression evaluated before everything else of the statement or condition, whatever happens? */
export function isFirst(code: FunctionCode, node: Syntax, top: Syntax): boolean {
  for (let at = node; at !== top;) {
    const parent = code.parents.get(at);
    if (!parent) return false;
    const before = parent.kids.slice(0, parent.kids.indexOf(at));
    if (parent.type === 'assignment_expression' || parent.type === 'init_declarator') {
      if (before.some((kid) => has(kid, 'call_expression', 'assignment_expression', 'update_expression'))) return false;
    } else if (before.some((kid) => !/^[!(*&-]$|^return$|^if$|^argument_list$/.test(kid.type) && !(parent.type === 'call_expression' && kid.type === 'identifier'))) return false;
    at = parent;
  }
  return true;
}
