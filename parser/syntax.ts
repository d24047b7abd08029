/** Copies a tree-sitter tree into plain objects in one pass, so that lowering never pays for a call into the back end. */
import type { ParserBackend, SyntaxCursor, SyntaxNode } from './types';

/** A tree node without its back end; comments are left out. Offsets are those of the whole file. */
export interface Syntax {
  readonly type: string;
  readonly start: number;
  end: number;
  readonly kids: Syntax[];
  /** True when this node or one below it is something the grammar could not read. */
  broken: boolean;
  /** True when a comment was left out in front of the first child or between children. */
  skipped: boolean;
}

export interface SyntaxTree {
  readonly root: Syntax;
  /** True when the tree holds an ERROR or MISSING node that is not one of the forms lowering understands. */
  readonly incomplete: boolean;
}

/** Kernel code stays far below this; what lies above would overflow the stack of the recursive lowering. */
const deepest = 500;

/** What one pass needs to know about a node type. */
interface TypeInfo {
  readonly name: string;
  /** Nothing below this node is of interest, or there is nothing. */
  readonly isLeaf: boolean;
  /** Length of the token when it is always the same; 0 otherwise. */
  readonly length: number;
}

/** Node types by their number, learnt while reading: asking the back end for the string of every node would cost more than the walk. */
const knownTypes = new WeakMap<ParserBackend, (TypeInfo | undefined)[]>();

/** Types whose children lowering never looks at. */
const leafTypes = new Set([
  'identifier', 'field_identifier', 'type_identifier', 'statement_identifier', 'primitive_type', 'number_literal', 'char_literal',
  'string_literal', 'concatenated_string', 'null', 'true', 'false', 'comment', 'sizeof_expression', 'alignof_expression',
  'offsetof_expression', 'type_descriptor', 'storage_class_specifier', 'type_qualifier', 'sized_type_specifier', 'field_declaration_list',
  'enumerator_list', 'preproc_arg', 'preproc_def', 'preproc_call', 'preproc_function_def',
]);

/** Leaves never get children, so they share one list. */
const none: Syntax[] = [];

/** Reads a whole tree. Undefined when it is nested too deeply to be lowered. */
export function readSyntax(backend: ParserBackend, root: SyntaxNode, base: number): SyntaxTree | undefined {
  let types = knownTypes.get(backend);
  if (!types) knownTypes.set(backend, (types = []));
  const cursor = root.walk();
  try {
    return readTree(cursor, types, root.hasError, base);
  } finally {
    cursor.delete?.();
  }
}

function readTree(cursor: SyntaxCursor, types: (TypeInfo | undefined)[], hasError: boolean, base: number): SyntaxTree | undefined {
  const open: Syntax[] = [];
  let parent: Syntax | undefined;
  let incomplete = false;
  let result: Syntax | undefined;
  for (;;) {
    const id = cursor.nodeTypeId;
    const info = types[id] ?? (types[id] = typeInfo(cursor.nodeType));
    const type = info.name;
    // A node starts where its first child starts: the back end need not be asked again.
    const start = parent && parent.kids.length === 0 && !parent.skipped ? parent.start : cursor.startIndex + base;
    if ((!info.isLeaf || (hasError && info.length === 0)) && type !== 'comment' && cursor.gotoFirstChild()) {
      if (open.length >= deepest) return undefined;
      parent = { type, start, end: start, kids: [], broken: type === 'ERROR', skipped: false };
      open.push(parent);
      continue;
    }
    if (type === 'comment') {
      if (parent) parent.skipped = true;
    } else {
      const end = info.length > 0 ? start + info.length : cursor.endIndex + base;
      const leaf: Syntax = { type, start, end, kids: none, broken: type === 'ERROR', skipped: false };
      if (hasError && cursor.nodeIsMissing) {
        leaf.end = start;
        // A missing `;` hides nothing; behind a label it is even allowed by newer C.
        if (type !== ';') leaf.broken = true;
        else if (parent && parent.kids.length > 0) incomplete = true;
      }
      if (parent) parent.kids.push(leaf);
      else result = leaf;
    }
    while (!cursor.gotoNextSibling()) {
      const closed = open.pop();
      if (!closed) return result && { root: result, incomplete: incomplete || result.broken };
      cursor.gotoParent();
      close(closed, hasError);
      const node = withPostfixInside(closed);
      parent = open[open.length - 1];
      if (parent) parent.kids.push(node);
      else result = node;
    }
  }
}

/** Punctuation is as long as its name, which saves calls into the back end for nearly half of all nodes. */
function typeInfo(name: string): TypeInfo {
  const isPunctuation = /^[^\w#"'\s]+$/.test(name);
  return { name, isLeaf: isPunctuation || leafTypes.has(name), length: isPunctuation ? name.length : 0 };
}

/** A node ends where its last child ends; only trees with errors need to be searched for what is broken. */
function close(node: Syntax, hasError: boolean): void {
  const last = node.kids[node.kids.length - 1];
  if (last) node.end = last.end;
  if (!hasError || node.broken) return;
  node.broken = node.kids.some((kid) => kid.broken) && !understood(node);
}

/** `!x++` is `!(x++)` in C; the grammar (tree-sitter-c 0.23) takes it for `(!x)++`, and `-x++` and `(int)x++` likewise. */
function withPostfixInside(node: Syntax): Syntax {
  const [operand, operator] = node.kids;
  const inner = operand?.kids.at(-1);
  if (node.type !== 'update_expression' || !operand || !operator || !inner || !prefixed.has(operand.type)) return node;
  const update = withPostfixInside({ ...node, start: inner.start, kids: [inner, operator] });
  return { ...operand, end: node.end, kids: [...operand.kids.slice(0, -1), update] };
}

const prefixed: ReadonlySet<string> = new Set(['unary_expression', 'cast_expression', 'pointer_expression']);

/** What is an error to the grammar and plain to lowering: computed goto. */
function understood(node: Syntax): boolean {
  if (node.type !== 'goto_statement') return false;
  const broken = node.kids.filter((kid) => kid.broken);
  return broken.length === 1 && (broken[0]?.kids.length === 0 || broken[0]?.kids[0]?.type === '*');
}
