/** Compiles SPIN's checkers of a scaled scenario; each can then be run several times. */
import { toPromela } from '../../simulator/present/promela';
import { compilePan, type Pan, type PanOptions } from './pan';
import { scaledProgram } from './scaled-program';

/** As fast as SPIN can be told to be: all of gcc's usual optimisation, no checks of array bounds, a hash table large enough. */
const fast = { optimize: '-O2', flags: ['-DNOBOUNDCHECK'] } as const satisfies Partial<PanOptions>;

export const contenders: readonly { readonly name: string; readonly options: Omit<PanOptions, 'hashBits'> }[] = [
  { name: 'SPIN, depth first', options: { ...fast, search: 'depth' } },
  { name: 'SPIN, breadth first', options: { ...fast, search: 'breadth' } },
  { name: 'SPIN, depth first, with its reductions', options: { ...fast, search: 'depth', reduce: true } },
];

export async function compileScaled(pages: number, faulters: number, options: Omit<PanOptions, 'hashBits'>, hashBits: number): Promise<Pan> {
  return compilePan(toPromela(await scaledProgram(pages, faulters)), { ...options, hashBits });
}
