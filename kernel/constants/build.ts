/** Constructor for the tables of constants. */
import type { Area, Constant } from '../types';

type Notes = Omit<Constant, 'name' | 'area' | 'meaning' | 'source'>;
export type Line = readonly [name: string, meaning: string, notes?: Notes];

/** Constants of one file. */
export function group(area: Area, file: string, lines: readonly Line[]): readonly Constant[] {
  return lines.map(([name, meaning, notes]) => ({ name, area, meaning, source: `${file}:${name}`, ...notes }));
}
