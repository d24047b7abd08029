/** Constructors for the tables of documented functions. */
import type { Area, Documented, Parameters } from '../types';

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

/** Numbers of parameters as they were read in 6.1 and in 6.12; when they changed in between is not said. */
export function counts(in61: number, in612: number): readonly Parameters[] {
  return [{ count: in61, version: [6, 1] }, { count: in612, version: [6, 12] }];
}
