/** Compiles SPIN's checkers of a scaled scenario, which can then be run several times, and times both tools on every shipped scenario. */
import path from 'node:path';
import { shipped } from '../../test/spin/programs';
import { loadBackend } from '../../parser/backend';
import { explore } from '../../simulator/explorer/explore';
import { toPromela } from '../../simulator/present/promela';
import { compilePan, timed, type Pan, type PanOptions } from './pan';
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

/** Seconds of wall-clock time, and of processors outside the kernel. */
export interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface VerdictTime {
  readonly scenario: string;
  readonly name: string;
  readonly states: number;
  /** The command line on this program alone, from the start of node to the end of its report. */
  readonly process: Taken;
  /** From the text of the scenario to the verdict, in a process that does so for all, as the language server does. */
  readonly inProcess: Taken;
  /** From the model to the verdict: spin, gcc and pan. What it takes to write the model is left out. */
  readonly spin: Taken;
}

/** What takes SPIN the least time in all on models of this size, for most of it goes into compiling; depth first is its usual search. */
export const forVerdicts = { search: 'depth', reduce: true, optimize: '-O0', flags: ['-DNOBOUNDCHECK'] } as const satisfies PanOptions;

/** One program after the other: every variant, alone and with the library threads of its `Expect` lines. @param cli the built command line */
export async function* verdictTimes(cli: string): AsyncGenerator<VerdictTime> {
  for (const { name, scenario, variant, adversaries, program, read } of shipped(await loadBackend())) {
    const whole = await timed(process.execPath, [cli, 'simulate', scenario, '--variant', variant, ...adversaries.flatMap((adversary) => ['--adversary', adversary])], path.dirname(cli));
    const before = { time: performance.now(), cpu: process.cpuUsage() };
    const { states, verdict } = explore(read());
    const inProcess = { seconds: (performance.now() - before.time) / 1000, cpuSeconds: process.cpuUsage(before.cpu).user / 1e6 };
    const pan = await compilePan(toPromela(program), forVerdicts);
    try {
      const run = await pan.run();
      if ((run.violated.size > 0) !== (verdict === 'Sometimes')) throw new Error(`${name}: mm-review says ${verdict}, SPIN has ${run.violated.size} properties violated`);
      yield { scenario, name, states, process: whole, inProcess, spin: { seconds: pan.spinSeconds + pan.gccSeconds + run.seconds, cpuSeconds: pan.cpuSeconds + run.cpuSeconds } };
    } finally {
      await pan.remove();
    }
  }
}

/** The command line on a scenario with all that its `Expect` lines name, or on everything that ships, in one process. */
export async function allAtOnce(cli: string, scenario?: string): Promise<Taken> {
  return timed(process.execPath, [cli, 'simulate', ...(scenario === undefined ? [] : [scenario])], path.dirname(cli));
}
