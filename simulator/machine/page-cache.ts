/** Cursors into a page cache (`struct xa_state`), and the page cache they are in. */
import { formatExpr } from '../../parser/cfg';
import type { Expr } from '../../parser/ir';
import { behind } from './arithmetic';
import { binary, constant } from './exp';
import { addressOfType, evaluate } from './expressions';
import { assignLocal, readPlace } from './locals';
import { fail, number, type LocalStruct, type Lowering } from './lowering';
import { violate } from './micro';
import { guardOf } from './properties';
import type { Exp } from './program';
import { objectAt } from './world';

/** `&xas`, or a page cache itself for the xa_ family. */
export function cursorOf(context: Lowering, expr: Expr): { readonly cursor: LocalStruct | Exp; readonly expr: Expr } {
  const value = evaluate(context, expr);
  if (value.kind === 'struct') return { cursor: value.struct, expr };
  if (value.kind === 'number') return { cursor: value.exp, expr };
  return fail(context, `${formatExpr(expr)} is no xa_state`, expr.span);
}

export function isCursor(cursor: LocalStruct | Exp): cursor is LocalStruct {
  return 'fields' in cursor;
}

export function fieldOfCursor(context: Lowering, cursor: LocalStruct, name: 'xa' | 'xa_index' | 'xa_restart'): Exp {
  const place = cursor.fields.get(name);
  const value = place && readPlace(context, place);
  return value?.kind === 'number' ? value.exp : fail(context, `${cursor.name} was not set up: XA_STATE(${cursor.name}, i_pages, index)`);
}

/** Moves a cursor to an index. */
export function moveCursor(context: Lowering, expr: Expr, index: Exp): void {
  const { cursor } = cursorOf(context, expr);
  if (!isCursor(cursor)) return fail(context, `${formatExpr(expr)} is no xa_state`, expr.span);
  fieldOfCursor(context, cursor, 'xa');
  assignLocal(context, cursor.fields.get('xa_index')!, number(index));
}

/** A cursor that was just set up, or moved by xas_set(), has not looked at its index yet: xas_next() does that first (lib/xarray.c:__xas_next()). */
export function setRestart(context: Lowering, expr: Expr, value: 0 | 1): void {
  const { cursor } = cursorOf(context, expr);
  if (isCursor(cursor) && cursor.fields.has('xa_restart')) assignLocal(context, cursor.fields.get('xa_restart')!, number(constant(value)));
}

/** The slot that a cursor is at, or the one that an expression names. */
export function slotAddress(context: Lowering, { cursor, expr }: ReturnType<typeof cursorOf>): ReturnType<typeof addressOfType> {
  if (!isCursor(cursor)) return addressOfType(context, expr, ['struct xarray'], 'page cache');
  const base = fieldOfCursor(context, cursor, 'xa');
  const index = fieldOfCursor(context, cursor, 'xa_index');
  const object = base.kind === 'const' ? objectAt(context.world, base.value - 1) : undefined;
  const inBounds = object ? [violate('out-of-range', binary('>=', index, constant(object.declaration.count ?? 1)))] : [];
  return { address: behind(base, index), checks: inBounds };
}

/** The lock of the page cache that a cursor is in. */
export function cacheLock(context: Lowering, expr: Expr): Exp {
  const { cursor } = cursorOf(context, expr);
  const base = isCursor(cursor) ? fieldOfCursor(context, cursor, 'xa') : cursor;
  const guard = base.kind === 'const' ? guardOf(context.world, base.value - 1) : undefined;
  if (guard === undefined) return fail(context, 'this page cache has no lock: declare it with __guarded_by(...)', expr.span);
  return constant(guard + 1);
}
