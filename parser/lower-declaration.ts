/** Lowers declarations of local variables. */
import { emit } from './graph';
import type { Expr } from './ir';
import { lowerInto } from './lower-choice';
import { addCleanup, declareVariable, spanOf, unknown, type Lowering } from './lowering';
import type { Syntax } from './syntax';
import { readDeclarator, readSpecifiers } from './types-of';

/** Declares every variable of a declaration, in order, with its initialiser. */
export function lowerDeclaration(context: Lowering, node: Syntax): void {
  const { type, isStatic, isExtern, rest } = readSpecifiers(context, node);
  for (const [position, part] of rest.entries()) {
    if (part.type === ',' || part.type === ';') continue;
    const declarator = readDeclarator(context, part, type);
    // `TRACE(a)` without a semicolon makes the call behind it look like a prototype.
    if (declarator?.isPrototype && node.kids.some((kid) => kid.type === 'macro_type_specifier')) unknown(context, node);
    if (!declarator || declarator.isPrototype || isExtern) continue;
    const name = declareVariable(context, declarator.name, declarator.type);
    // The initialiser of a static local ran long before this function.
    if (isStatic) continue;
    const target: Expr = { kind: 'name', name, span: spanOf(declarator.nameNode) };
    const value = part.type === 'init_declarator' ? part.kids[part.kids.length - 1] : undefined;
    if (value && value !== part.kids[0]) lowerInto(context, target, value, spanOf(part), true);
    else emit(context.graph, { kind: 'declare', name, span: spanOf(part), next: -1 });
    const kind = freeKind(context, part, rest[position + 1]);
    if (kind) addCleanup(context, `__free_${kind}`, [target], spanOf(part));
  }
}

/** The kind in `type *name __free(kind) = value`, which is masked away before the grammar sees it. */
function freeKind(context: Lowering, part: Syntax, next: Syntax | undefined): string | undefined {
  if (!context.hasFree) return undefined;
  const text = context.original.slice(part.start, next?.start ?? part.end);
  return /\b__free\s*\(\s*(\w+)\s*\)/.exec(text)?.[1];
}
