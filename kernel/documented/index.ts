/** All documented functions. None of them is a primitive: the analyzer reads their bodies, the hover reads this. */
import type { Documented } from '../types';

/** In table order; a test asserts that no name occurs twice, here or in the other tables. */
export const allDocumented: readonly Documented[] = [];

/** Documented functions by name. */
export const documented: ReadonlyMap<string, Documented> = new Map(allDocumented.map((entry) => [entry.name, entry]));
