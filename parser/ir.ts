/**
 * The intermediate representation that every reader of kernel C shares: plain objects, no tree-sitter, no strings to re-parse.
 *
 * A function is lowered so that every node does one thing:
 * - expressions (`Expr`) are pure: no call, no assignment, no `&&`, `||`, `?:`, `,` or statement expression is left in them;
 * - calls are nodes of their own, in evaluation order, and put their result in a temporary (`$1`, `$2`, ...) or nowhere;
 * - short-circuit operators and `?:` have become branches, in conditions and in values alike;
 * - `likely`, `unlikely`, `READ_ONCE`, casts and parentheses are gone.
 */

/** Offsets into the original file text, in UTF-16 code units; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A pure expression. `span` covers the C text it came from. */
export type Expr =
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  /** `value` is undefined for literals that are no safe integer (floats, huge constants). Characters count as numbers. */
  | { readonly kind: 'number'; readonly value: number | undefined; readonly text: string; readonly span: Span }
  | { readonly kind: 'string'; readonly text: string; readonly span: Span }
  /** `base.field` (arrow false) or `base->field` (arrow true). */
  | { readonly kind: 'field'; readonly base: Expr; readonly field: string; readonly arrow: boolean; readonly span: Span }
  | { readonly kind: 'deref'; readonly operand: Expr; readonly span: Span }
  | { readonly kind: 'address'; readonly operand: Expr; readonly span: Span }
  | { readonly kind: 'index'; readonly base: Expr; readonly index: Expr; readonly span: Span }
  | { readonly kind: 'unary'; readonly op: '-' | '~' | '!' | '+'; readonly operand: Expr; readonly span: Span }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr; readonly span: Span }
  /** `{ .flags = x, .vma = v }` and `{ 0 }`: a designated entry has its field path (`a.b` for `.a.b = x`), a positional one has none. */
  | { readonly kind: 'initializer'; readonly entries: readonly { readonly field: string | undefined; readonly value: Expr }[]; readonly span: Span }
  /** Something no reader needs (sizeof, inline assembly operand, type argument, text the parser could not read). */
  | { readonly kind: 'opaque'; readonly text: string; readonly span: Span };

export type BinaryOp = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>' | '==' | '!=' | '<' | '>' | '<=' | '>=';

/** Index of a node in `FunctionIR.nodes`. */
export type NodeId = number;

interface NodeBase {
  /** Where to point a reader at: the statement or condition this node came from. */
  readonly span: Span;
}

export type IrNode =
  /** `target = value`. A compound assignment, `++` and `--` are already written out (`x = x + 1`). `declares` when it is an initialiser. */
  | (NodeBase & { readonly kind: 'assign'; readonly target: Expr; readonly value: Expr; readonly declares?: boolean; readonly next: NodeId })
  /** A call; `callee` is the function's name, or undefined for a call through a pointer (then `through` is the called expression). */
  | (NodeBase & {
      readonly kind: 'call';
      readonly callee: string | undefined;
      readonly through: Expr | undefined;
      readonly args: readonly Expr[];
      /** Temporary (`$n`) that receives the value; undefined when the value is not used. */
      readonly result: string | undefined;
      readonly next: NodeId;
    })
  /** Two-way branch on a pure condition; the condition never has a leading `!` (the arms are swapped instead). */
  | (NodeBase & { readonly kind: 'branch'; readonly condition: Expr; readonly whenTrue: NodeId; readonly whenFalse: NodeId })
  /**
   * A choice the source does not decide: the head of an iteration macro (`list_for_each_entry(...) {}`), a `switch` on an opaque value,
   * inline assembly with labels. `macro` is the iteration macro's name and `args` its (pure) arguments.
   */
  | (NodeBase & { readonly kind: 'choice'; readonly macro: string | undefined; readonly args: readonly Expr[]; readonly targets: readonly NodeId[] })
  | (NodeBase & { readonly kind: 'return'; readonly value: Expr | undefined })
  /** A local variable comes into being without a value. */
  | (NodeBase & { readonly kind: 'declare'; readonly name: string; readonly next: NodeId })
  /** Join points, labels, empty statements. `label` for a C label. */
  | (NodeBase & { readonly kind: 'nop'; readonly label: string | undefined; readonly next: NodeId })
  /** End of a path that does not return: BUG(), unreachable(), BUG_ON(cond) taken, panic(). */
  | (NodeBase & { readonly kind: 'stop' })
  /** The parser could not read this statement: everything it may have done is unknown. */
  | (NodeBase & { readonly kind: 'unknown'; readonly text: string; readonly next: NodeId });

export interface Variable {
  readonly name: string;
  /** Declared type as written, without qualifiers and storage class, pointers as trailing `*`: `pte_t`, `pte_t *`, `struct vm_fault *`. */
  readonly type: string;
}

/** A sparse or lockdep annotation of a function's head: what it says about a lock, and the lock expression as written. */
export interface Annotation {
  readonly kind: 'must_hold' | 'acquires' | 'releases' | 'cond_acquires';
  readonly lock: string;
}

/** An annotation together with the lock expression as something to evaluate; undefined where it is more than names, fields and `&`. */
export interface LockFact extends Annotation {
  readonly expr: Expr | undefined;
}

export interface FunctionIR {
  readonly name: string;
  readonly params: readonly Variable[];
  /** Locals of all scopes; names that are declared twice with different types are renamed apart (`x`, `x#2`). */
  readonly locals: readonly Variable[];
  readonly returnType: string;
  readonly annotations: readonly LockFact[];
  readonly entry: NodeId;
  readonly nodes: readonly IrNode[];
  /** The whole definition, head included, and its name, in the file. */
  readonly span: Span;
  readonly nameSpan: Span;
  /** True when the tree held an ERROR or MISSING node: no finding may rest on a node of kind 'unknown'. */
  readonly incomplete: boolean;
}
