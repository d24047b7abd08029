/** The text of a function with its syntax, and ways to find one's place in it. Offsets are relative to the function's start. */
import type { Span } from '../../parser/ir';
import { functionSyntax, type Syntax } from '../../parser/function-syntax';
import type { FunctionRef, Tree } from '../call-graph/tree';

export interface Source {
  readonly ref: FunctionRef;
  readonly text: string;
  readonly root: Syntax;
}

/** Undefined when the function cannot be read completely: nobody knows what an edit would do there. */
export function sourceOf(tree: Tree, ref: FunctionRef): Source | undefined {
  const root = functionSyntax(tree.backend, ref.masked);
  return root && { ref, text: ref.text, root };
}

/** The nodes that contain a span, outermost first. */
export function enclosing({ root }: Source, span: Span): Syntax[] {
  const path: Syntax[] = [];
  for (let node: Syntax | undefined = root; node; node = node.kids.find((kid) => kid.start <= span.start && span.end <= kid.end)) path.push(node);
  return path;
}

/** A statement where it stands. */
export interface Statement {
  readonly node: Syntax;
  /** Its parent: a block, or what it is the only statement of. */
  readonly parent: Syntax;
  /** The statements of the block, this one among them; just this one outside a block. */
  readonly siblings: readonly Syntax[];
  readonly index: number;
}

/** The innermost statement that contains a span. */
export function statementAt(source: Source, span: Span): Statement | undefined {
  const path = enclosing(source, span);
  const at = path.findLastIndex((node, i) => i > 0 && isStatement(node) && node.type !== 'compound_statement');
  const [node, parent] = [path[at], path[at - 1]];
  if (!node || !parent) return undefined;
  const siblings = parent.type === 'compound_statement' || parent.type === 'case_statement' ? parent.kids.filter(isStatement) : [node];
  return { node, parent, siblings, index: siblings.indexOf(node) };
}

export const isStatement = (node: Syntax): boolean => /_statement$/.test(node.type) || node.type === 'declaration';

export const textOf = ({ text }: Source, { start, end }: Span): string => text.slice(start, end);

/** The text of an expression on one line. */
export const flat = (source: Source, span: Span): string => textOf(source, span).replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/\s+/g, ' ').trim();

export function* within(node: Syntax): Generator<Syntax, void> {
  yield node;
  for (const kid of node.kids) yield* within(kid);
}

export interface Call {
  readonly node: Syntax;
  readonly callee: string;
  readonly args: readonly Syntax[];
}

/** Calls by name below a node, in the order of the text. */
export function callsIn(source: Source, node: Syntax): Call[] {
  return [...within(node)].flatMap((n) => asCall(source, n) ?? []);
}

/** A node as a call by name; undefined when it is none. */
export function asCall(source: Source, node: Syntax | undefined): Call | undefined {
  const [callee, list] = node?.type === 'call_expression' ? node.kids : [];
  if (!node || callee?.type !== 'identifier' || list?.type !== 'argument_list') return undefined;
  return { node, callee: textOf(source, callee), args: list.kids.filter((kid) => !/^[(),]$/.test(kid.type)) };
}

/** The call that a statement consists of, and the variable that gets its result, if any. */
export function callOf(source: Source, statement: Syntax | undefined): (Call & { readonly target: string | undefined }) | undefined {
  if (statement?.type !== 'expression_statement') return undefined;
  const expression = statement.kids[0];
  if (expression?.type === 'assignment_expression' && expression.kids[1]?.type === '=') {
    const call = asCall(source, expression.kids[2]);
    return call && { ...call, target: flat(source, expression.kids[0]!) };
  }
  const call = asCall(source, expression);
  return call && { ...call, target: undefined };
}

/** Where the line of an offset begins. */
export const lineStart = ({ text }: Source, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** The white space in front of a node; undefined when other code stands before it in its line. */
export function indentOf(source: Source, node: Syntax): string | undefined {
  const before = source.text.slice(lineStart(source, node.start), node.start);
  return before.trim() === '' ? before : undefined;
}

/** Where a statement begins with the comments directly above it: new lines go in front of these. */
export function startWithComments(source: Source, node: Syntax): number {
  let start = lineStart(source, node.start);
  for (;;) {
    const above = source.text.slice(0, start);
    const comment = /(?:^|\n)([ \t]*(?:\/\*(?:(?!\*\/)[\s\S])*\*\/|\/\/[^\n]*)[ \t]*\n)$/.exec(above);
    if (!comment) return start;
    start -= comment[1]!.length;
  }
}

/** Where the line that a node ends in ends, behind its line break; undefined when other code follows in it. */
export function endOfLine({ text }: Source, node: Syntax): number | undefined {
  const end = text.indexOf('\n', node.end);
  if (end < 0) return undefined;
  return text.slice(node.end, end).replace(/\/\*.*?\*\/|\/\/.*/g, '').trim() === '' ? end + 1 : undefined;
}
