/** Turns one C function into the intermediate representation. */
import { emit, finish } from './graph';
import type { FunctionIR, Span, Variable } from './ir';
import { readLockFacts } from './lock-expression';
import { leaveFunction, lowerStatement } from './lower-statement';
import { connectGotos, declareVariable, newLowering, type Lowering } from './lowering';
import { readSyntax, type Syntax } from './syntax';
import type { FunctionOutline, ParserBackend } from './types';
import { pointerTo, readDeclarator, readHead, readSpecifiers } from './types-of';

/**
 * Parses the function that an outline describes and lowers it. Never throws on bad C: what cannot be read becomes an `unknown` node,
 * and a function that is nested too deeply becomes a single one.
 */
export function lowerFunction(backend: ParserBackend, source: { readonly original: string; readonly masked: string }, outline: FunctionOutline): FunctionIR {
  const { start, end } = outline.span;
  const text = source.masked.slice(start, end);
  try {
    return backend.withTree(text, (root) => {
      const tree = readSyntax(backend, root, start);
      const definition = tree && findDefinition(tree.root);
      if (!tree || !definition) return unreadable(source.original, outline);
      return lowerDefinition(source, outline, definition, tree.incomplete);
    });
  } catch (error) {
    // The depth limit keeps the stack from overflowing on real code; a smaller stack (worker threads) may still be too small.
    if (error instanceof RangeError) return unreadable(source.original, outline);
    throw error;
  }
}

function lowerDefinition(source: { readonly original: string; readonly masked: string }, outline: FunctionOutline, definition: Syntax, incomplete: boolean): FunctionIR {
  const context = newLowering(source.original, source.masked, outline.span, definition);
  const body = definition.kids[definition.kids.length - 1];
  const { type, rest } = readSpecifiers(context, definition);
  const head = readHead(rest.find((kid) => kid !== body));
  const params = declareParameters(context, head.parameters);
  const entry = emit(context.graph, { kind: 'nop', label: undefined, span: outline.nameSpan, next: -1 });
  if (body) lowerStatement(context, body);
  leaveFunction(context, undefined, { start: outline.span.end - 1, end: outline.span.end });
  connectGotos(context);
  return {
    name: outline.name, params, locals: context.locals.slice(params.length), returnType: pointerTo(type, head.stars),
    annotations: readLockFacts(outline.annotations, outline.nameSpan), entry: 0, nodes: finish(context.graph, entry), span: outline.span, nameSpan: outline.nameSpan,
    incomplete: incomplete || !head.parameters,
  };
}

/** Parameters are the outermost variables; the body's block opens a scope of its own in C's eyes too, bar redeclarations. */
function declareParameters(context: Lowering, list: Syntax | undefined): Variable[] {
  for (const parameter of list?.kids ?? []) {
    if (parameter.type !== 'parameter_declaration') continue;
    const { type, rest } = readSpecifiers(context, parameter);
    const declarator = rest[0] && readDeclarator(context, rest[0], type);
    if (declarator) declareVariable(context, declarator.name, declarator.isPrototype ? `${declarator.type} (*)()` : declarator.type);
  }
  return context.locals.slice();
}

/** The definition at the top of the tree; with a torn head, any block at the top. */
function findDefinition(root: Syntax): Syntax | undefined {
  return root.kids.find((kid) => kid.type === 'function_definition') ?? (root.kids.some((kid) => kid.type === 'compound_statement') ? root : undefined);
}

function unreadable(original: string, outline: FunctionOutline): FunctionIR {
  const span: Span = outline.span;
  const text = original.slice(outline.bodyStart, Math.min(span.end, outline.bodyStart + 200));
  return {
    name: outline.name, params: [], locals: [], returnType: 'int', annotations: readLockFacts(outline.annotations, outline.nameSpan), entry: 0,
    nodes: [{ kind: 'unknown', text, span, next: 1 }, { kind: 'stop', span }],
    span, nameSpan: outline.nameSpan, incomplete: true,
  };
}
