import { describe, expect, it } from 'vitest';
import type { Expr } from './ir';
import { readLockExpression } from './lock-expression';

const span = { start: 3, end: 7 };

/** Back to C, so that the shape shows. */
function spell(e: Expr | undefined): string | undefined {
  if (!e) return undefined;
  switch (e.kind) {
    case 'name': return e.name;
    case 'field': return `(${spell(e.base)})${e.arrow ? '->' : '.'}${e.field}`;
    case 'address': return `&(${spell(e.operand)})`;
    default: return e.kind;
  }
}

describe('readLockExpression', () => {
  it.each([
    ['ptl', 'ptl'],
    ['vmf->ptl', '(vmf)->ptl'],
    [' ( vmf -> ptl ) ', '(vmf)->ptl'],
    ['walk.vma->vm_mm', '((walk).vma)->vm_mm'],
    ['&mm->page_table_lock', '&((mm)->page_table_lock)'],
    ['&(mm->page_table_lock)', '&((mm)->page_table_lock)'],
  ])('reads %s', (text, shape) => {
    expect(spell(readLockExpression(text, span))).toBe(shape);
    expect(readLockExpression(text, span)?.span).toEqual(span);
  });

  it.each(['', '*ptlp', 'lock(x)', '&&x', 'a[0]', '(a)->b', 'a->', '->b', '7'])('reads nothing into %j', (text) => {
    expect(readLockExpression(text, span)).toBeUndefined();
  });
});
