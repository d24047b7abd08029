/** Compiles SPIN's checkers of a scaled scenario, which can then be run several times, and times both tools on every shipped scenario. */
import { shipped } from '../../test/spin/programs';
import { loadBackend } from '../../parser/backend';
import { explore } from '../../simulator/explorer/explore';
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

export interface VerdictTime {
  readonly name: string;
  readonly states: number;
  /** Seconds of wall-clock time and of a processor outside the kernel: from the program to the verdict. */
  readonly ours: { readonly seconds: number; readonly cpuSeconds: number };
  /** From the model to the verdict: spin, gcc and pan. */
  readonly spin: { readonly seconds: number; readonly cpuSeconds: number };
}

/** One after the other. Both have all their reductions; SPIN searches breadth first, for it is to find shortest errors, too. */
export async function* verdictTimes(): AsyncGenerator<VerdictTime> {
  for (const { name, program } of shipped(await loadBackend())) {
    const before = { time: performance.now(), cpu: process.cpuUsage() };
    const { states, verdict } = explore(program);
    const ours = { seconds: (performance.now() - before.time) / 1000, cpuSeconds: process.cpuUsage(before.cpu).user / 1e6 };
    const model = toPromela(program);
    const pan = await compilePan(model, { search: 'breadth', reduce: true, optimize: '-O0' });
    try {
      const run = await pan.run();
      if ((run.violated.size > 0) !== (verdict === 'Sometimes')) throw new Error(`${name}: mm-review says ${verdict}, SPIN has ${run.violated.size} properties violated`);
      yield { name, states, ours, spin: { seconds: pan.spinSeconds + pan.gccSeconds + run.seconds, cpuSeconds: pan.cpuSeconds + run.cpuSeconds } };
    } finally {
      await pan.remove();
    }
  }
}
