/** Shapes that the parser hands out besides the intermediate representation. */
import type { Annotation, Span } from './ir';

/** One function definition as the scanner found it, before any tree is built. */
export interface FunctionOutline {
  readonly name: string;
  /** Head and body: from the first token of the declaration to behind the closing brace. */
  readonly span: Span;
  readonly nameSpan: Span;
  /** Offset of the opening brace of the body. */
  readonly bodyStart: number;
  /** True for `static` functions (visible in their file only, except `static inline` ones in headers). */
  readonly isStatic: boolean;
  /** Every identifier in the body that is directly followed by `(`: callees, function-like macros, casts through names; keywords left out. */
  readonly calls: ReadonlySet<string>;
  readonly annotations: readonly Annotation[];
}

/** What one pass over a file's text yields. */
export interface Outline {
  /** Same length and same offsets as the input: dialect masked so that tree-sitter-c can read it. */
  readonly masked: string;
  readonly functions: readonly FunctionOutline[];
  /** Names of function-like macros defined in this file, with their parameter names and replacement text (continuation lines joined). */
  readonly macros: ReadonlyMap<string, { readonly params: readonly string[]; readonly body: string }>;
}

/** The part of a tree-sitter node that lowering needs; both back ends satisfy it. */
export interface SyntaxNode {
  readonly type: string;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly isMissing: boolean;
  readonly isNamed: boolean;
  readonly hasError: boolean;
  readonly childCount: number;
  readonly children: readonly (SyntaxNode | null)[];
  readonly namedChildren: readonly (SyntaxNode | null)[];
  childForFieldName(name: string): SyntaxNode | null;
  walk(): SyntaxCursor;
  descendantsOfType(type: string): readonly unknown[];
}

/** Moves through a tree; several times cheaper than asking nodes for their children. */
export interface SyntaxCursor {
  readonly nodeType: string;
  readonly nodeTypeId: number;
  readonly nodeIsMissing: boolean;
  readonly startIndex: number;
  readonly endIndex: number;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
  /** Only the WebAssembly back end has to be told. */
  delete?(): void;
}

/** A parser back end, native or WebAssembly; both give the same trees. */
export interface ParserBackend {
  readonly name: 'native' | 'wasm';
  /**
   * Parses text and hands the root node to `use`; the tree is freed when `use` returns, so nothing of it may be kept.
   * Never throws on bad C.
   */
  withTree<T>(text: string, use: (root: SyntaxNode) => T): T;
}
