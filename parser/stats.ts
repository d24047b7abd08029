/** How well the parser reads a file: counts for `--stats` and for the tests on real trees. */
import type { FunctionOutline, Outline, ParserBackend, SyntaxNode } from './types';

export interface FunctionErrors {
  readonly name: string;
  /** The function's tree holds an ERROR or MISSING node. */
  readonly hasError: boolean;
  /** Function definitions that the grammar sees inside this one: an iteration macro or a split branch that was misread. */
  readonly nested: number;
}

/** Parses every function of a file by itself, as lowering does. */
export function functionErrors(backend: ParserBackend, outline: Outline): FunctionErrors[] {
  return outline.functions.map((found) => backend.withTree(functionText(outline, found), (root) => ({
    name: found.name,
    hasError: root.hasError || !isDefinition(root),
    nested: Math.max(0, root.descendantsOfType('function_definition').length - 1),
  })));
}

/** The masked text of one function. Positions in its tree are relative to `found.span.start`. */
export function functionText(outline: Outline, found: FunctionOutline): string {
  return outline.masked.slice(found.span.start, found.span.end);
}

/** Is the tree one function definition and nothing else but comments? */
function isDefinition(root: SyntaxNode): boolean {
  const children = root.namedChildren.filter((child) => child !== null && child.type !== 'comment');
  return children.length === 1 && children[0]?.type === 'function_definition';
}
