/** Checks of values that came over a border: a check for each shape, put together from those of its parts. */

export type Check<T> = (value: unknown) => value is T;

export const isString: Check<string> = (value): value is string => typeof value === 'string';
export const isBoolean: Check<boolean> = (value): value is boolean => typeof value === 'boolean';
export const isNumber: Check<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value);

export function oneOf<const T extends string | number>(...values: readonly T[]): Check<T> {
  return (value): value is T => (values as readonly unknown[]).includes(value);
}

export function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(check);
}

export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value);
}

export function orMissing<T>(check: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || check(value);
}

/** An object that has these properties; others are ignored. */
export function record<T extends object>(checks: { readonly [Key in keyof T]-?: Check<T[Key]> }): Check<T> {
  const rows = Object.entries(checks) as [string, Check<unknown>][];
  return (value): value is T => typeof value === 'object' && value !== null && rows.every(([key, check]) => check((value as Readonly<Record<string, unknown>>)[key]));
}

/** One of several shapes, told apart by the property named. */
export function union<Key extends string, T extends { readonly [K in Key]: string }>(key: Key, checks: { readonly [Tag in T[Key]]: Check<Extract<T, { readonly [K in Key]: Tag }>> }): Check<T> {
  const byTag = new Map(Object.entries(checks) as [string, Check<T>][]);
  return (value): value is T => {
    if (typeof value !== 'object' || value === null) return false;
    const tag = (value as Readonly<Record<string, unknown>>)[key];
    return typeof tag === 'string' && byTag.get(tag)?.(value) === true;
  };
}
