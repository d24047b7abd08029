/** Edits that put lines of code beside a statement. */
import type { LocalEdit } from './fix';
import { endOfLine, enclosing, indentOf, lineStart, startWithComments, type Source, type Statement } from './source';

/** Makes lines for the indentation that they will have. */
export type Lines = (indent: string) => string;

/**
 * Lines in front of a statement. An `if` whose only statement it is gets braces. Undefined where lines cannot be put without changing more,
 * as in the arm of an `if` with an `else`, or in a line with other code.
 */
export function before(source: Source, statement: Statement, lines: Lines): LocalEdit[] | undefined {
  return around(source, statement, lines, () => '');
}

/** Lines behind a statement, in the same cases. Behind a declaration that is behind all declarations. */
export function after(source: Source, statement: Statement, lines: Lines): LocalEdit[] | undefined {
  if (statement.node.type === 'declaration') {
    const index = statement.siblings.findIndex((s, i) => i > statement.index && s.type !== 'declaration');
    const node = statement.siblings[index];
    return node && before(source, { ...statement, node, index }, lines);
  }
  return around(source, statement, () => '', lines);
}

function around(source: Source, { node, parent }: Statement, above: Lines, below: Lines): LocalEdit[] | undefined {
  const indent = indentOf(source, node);
  const end = endOfLine(source, node);
  if (indent === undefined || end === undefined) return undefined;
  const edits = [insertion(startWithComments(source, node), above(indent)), insertion(end, below(indent))].filter((e) => e.text !== '');
  if (parent.type === 'compound_statement' || parent.type === 'case_statement') return edits;
  const outer = parent.type === 'if_statement' && !parent.kids.some((kid) => kid.type === 'else_clause') ? indentOf(source, parent) : undefined;
  const condition = parent.kids.find((kid) => kid.type === 'parenthesized_expression');
  // An `if` that is itself the arm of another would need braces all the way up.
  const holder = enclosing(source, parent).at(-2);
  if (outer === undefined || !condition || holder?.type !== 'compound_statement') return undefined;
  if (source.text.slice(condition.end, lineStart(source, node.start)).trim() !== '') return undefined;
  return [insertion(condition.end, ' {'), ...edits, insertion(end, `${outer}}\n`)];
}

/** Declarations at the head of the innermost block around a place, with the empty line that separates them from the code. */
export function declared(source: Source, offset: number, declarations: readonly string[]): LocalEdit | undefined {
  const block = enclosing(source, { start: offset, end: offset }).findLast((node) => node.type === 'compound_statement');
  const statements = block?.kids.filter((kid) => kid.type !== '{' && kid.type !== '}') ?? [];
  const first = statements[0];
  if (!first) return undefined;
  const last = statements.slice(0, statements.findIndex((s) => s.type !== 'declaration')).at(-1);
  const indent = indentOf(source, first);
  if (indent === undefined) return undefined;
  const lines = declarations.map((d) => `${indent}${d}\n`).join('');
  if (!last) return insertion(startWithComments(source, first), `${lines}\n`);
  const end = endOfLine(source, last);
  return end === undefined ? undefined : insertion(end, lines);
}

export const insertion = (at: number, text: string): LocalEdit => ({ start: at, end: at, text });

export const replacement = ({ start, end }: { readonly start: number; readonly end: number }, text: string): LocalEdit => ({ start, end, text });
