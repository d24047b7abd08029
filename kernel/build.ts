/** Small constructors that keep the tables of this folder one entry per paragraph. */
import type { Area, Effect, EntryTest, Level, Lifetime, Primitive, Shape, Version } from './types';

/** Number of arguments of a shape that accepts any number of them (variadic macros, loops and inert families). */
export const anyArity = -1;

/** Everything about a primitive that is optional. */
export type Notes = Omit<Primitive, 'name' | 'area' | 'shapes' | 'meaning' | 'source'>;

/** One entry of a table. */
export type Row = (name: string, shapes: Shape | readonly Shape[], meaning: string, source: string, notes?: Notes) => Primitive;

/** The row constructor for one area. */
export function rowsOf(area: Area): Row {
  return (name, shapes, meaning, source, notes = {}) => ({ name, area, shapes: isList(shapes) ? shapes : [shapes], meaning, source, ...notes });
}

/** What is told anew of a primitive under its newer name; the rest stays. */
export interface Renaming {
  readonly name: string;
  readonly source: string;
  /** Left out where the words still fit. */
  readonly meaning?: string;
  readonly pitfall?: string;
}

/** A primitive that has another name since a version: the entry under each of its names. `last` is the version before. */
export function renamed(entry: Primitive, last: Version, since: Version, newer: Renaming): readonly Primitive[] {
  return [{ ...entry, until: last, renamedTo: newer.name }, { ...entry, since, renamedFrom: entry.name, ...newer }];
}

/** One signature. */
export function shape(arity: number, effect: Effect, span: Lifetime = {}): Shape {
  return { arity, effect, ...span };
}

/** A test on the entry value in argument `arg` (the last one unless told). */
export function test(kind: EntryTest, arity = 1, arg = arity - 1): Shape {
  return shape(arity, { op: 'test', test: kind, arg });
}

/** A value computed from the arguments `from`. */
export function derive(arity: number, from: readonly number[] = [0]): Shape {
  return shape(arity, { op: 'derive', from });
}

/** A value computed from the arguments `from` with the uffd-wp bit set. */
export function withBit(arity: number, from: readonly number[] = [0]): Shape {
  return shape(arity, { op: 'derive', from, adds: 'uffd-wp' });
}

/** A value computed from the arguments `from` that cannot carry the uffd-wp bit. */
export function withoutBit(arity: number, from: readonly number[] = [0]): Shape {
  return shape(arity, { op: 'derive', from, drops: 'uffd-wp' });
}

/** An entry made from a `swp_entry_t` or `softleaf_t`: the bit lies beside it. */
export function besideBit(arity: number, from: readonly number[] = [0]): Shape {
  return shape(arity, { op: 'derive', from, beside: true });
}

/** As `withoutBit`, where dropping the bit is the point of the call. */
export function dropsBit(arity: number, from: readonly number[] = [0]): Shape {
  return shape(arity, { op: 'derive', from, drops: 'uffd-wp', onPurpose: true });
}

/** A call that an analysis here need not follow. */
export function inert(arity: number = anyArity): Shape {
  return shape(arity, { op: 'inert' });
}

/** A read of an entry through the pointer in argument `slot`. */
export function read(level: Level, slot = 0, arity = slot + 1): Shape {
  return shape(arity, { op: 'read', level, slot });
}

/** A call that empties the entry in argument `slot`. */
export function clear(level: Level, arity: number, slot: number, returnsOld: boolean, span: Lifetime = {}): Shape {
  return shape(arity, { op: 'clear', level, slot, returnsOld }, span);
}

/** A call that empties as many consecutive entries as argument `count` says, from the one in argument `slot` on. */
export function clearMany(level: Level, arity: number, slot: number, count: number, returnsOld: boolean): Shape {
  return shape(arity, { op: 'clear', level, slot, returnsOld, count });
}

/** A call that writes argument `value` into the entry in argument `slot`. */
export function store(level: Level, arity: number, slot: number, value: number, span: Lifetime = {}): Shape {
  return shape(arity, { op: 'store', level, slot, value }, span);
}

function isList(shapes: Shape | readonly Shape[]): shapes is readonly Shape[] {
  return Array.isArray(shapes);
}
