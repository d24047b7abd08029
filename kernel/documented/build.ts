/** Constructors for the tables of documented functions. */
import type { Area, Documented, Lifetime, Parameters } from '../types';

/** Number of parameters of a function that takes any number of them. */
export const anyCount = -1;

/** Everything about a documented function that is optional. */
export type Notes = Omit<Documented, 'name' | 'area' | 'role' | 'parameters' | 'meaning' | 'source'>;

/** One line of a table: the file goes with the whole table unless the notes name another. */
export type Line = readonly [name: string, parameters: number | readonly Parameters[], meaning: string, notes?: Notes & { readonly file?: string }];

/** The functions of one file that do one kind of thing. */
export function functionsOf(area: Area, file: string, role: string, lines: readonly Line[]): readonly Documented[] {
  return lines.map(([name, parameters, meaning, { file: own = file, ...notes } = {}]) => ({
    name, area, role, meaning, source: `${own}:${name}`, parameters: typeof parameters === 'number' ? [{ count: parameters }] : parameters, ...notes,
  }));
}

/** So many parameters during this time. */
export function count(parameters: number, lifetime: Lifetime): Parameters {
  return { count: parameters, ...lifetime };
}
