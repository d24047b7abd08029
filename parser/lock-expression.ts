/** Reads the lock expressions of annotations: they stand outside what tree-sitter gets to see. */
import type { Annotation, Expr, LockFact, Span } from './ir';

/** `span` is what a reader is pointed at: the annotations themselves are not part of the lowered text. */
export function readLockFacts(annotations: readonly Annotation[], span: Span): LockFact[] {
  return annotations.map((annotation) => ({ ...annotation, expr: readLockExpression(annotation.lock, span) }));
}

/** `ptl`, `vmf->ptl`, `&mm->page_table_lock`, with parentheses around any of them; undefined for everything else. */
export function readLockExpression(text: string, span: Span): Expr | undefined {
  const trimmed = text.trim();
  const inner = /^\(([^()]*)\)$/.exec(trimmed)?.[1];
  if (inner !== undefined) return readLockExpression(inner, span);
  if (trimmed.startsWith('&')) {
    const operand = readLockExpression(trimmed.slice(1), span);
    return operand && operand.kind !== 'address' ? { kind: 'address', operand, span } : undefined;
  }
  if (!/^[A-Za-z_]\w*(?:\s*(?:->|\.)\s*[A-Za-z_]\w*)*$/.test(trimmed)) return undefined;
  const [first = '', ...rest] = trimmed.split(/\s*(->|\.)\s*/);
  let expr: Expr = { kind: 'name', name: first, span };
  for (let i = 0; i < rest.length; i += 2) expr = { kind: 'field', base: expr, field: rest[i + 1] ?? '', arrow: rest[i] === '->', span };
  return expr;
}
