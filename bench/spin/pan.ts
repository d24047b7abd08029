/** Runs SPIN on a model: spin -a, gcc, pan. */
import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { assertedProperty } from '../../simulator/present/promela';
import type { PropertyId } from '../../simulator/machine/program';

export interface PanOptions {
  /** Breadth first finds shortest errors; depth first is what SPIN does unless told otherwise. */
  readonly search: 'breadth' | 'depth';
  /** Partial-order reduction and SPIN's other savings, which change the number of states. */
  readonly reduce?: boolean;
  readonly optimize?: '-O0' | '-O1' | '-O2' | '-O3';
  /** Further flags for gcc. */
  readonly flags?: readonly string[];
  /** The hash table has two to this power places. */
  readonly hashBits?: number;
}

export interface PanResult {
  readonly states: number;
  readonly transitions: number;
  /** Moves that violate a property, and final states that do. */
  readonly errors: number;
  /** The steps of the shortest schedule that violates a property, as the explorer counts them; shortest only where the search was breadth first. */
  readonly violated: ReadonlyMap<PropertyId, number>;
  /** Bytes of a state, with the gaps between variables that SPIN leaves out when it stores it. */
  readonly stateBytes: number;
  /** Without the table to find states, whose size is given. */
  readonly stateMegabytes: number;
  readonly megabytes: number;
  readonly output: string;
}

export interface TimedResult extends PanResult {
  readonly seconds: number;
  /** Seconds that a processor worked on it outside the kernel, which a busy machine changes less. */
  readonly cpuSeconds: number;
  /** Of the states and the table to find them. */
  readonly bytes: number;
}

/** A checker that is compiled and can be run. */
export interface Pan {
  readonly spinSeconds: number;
  readonly gccSeconds: number;
  /** Of both, of a processor outside the kernel. */
  readonly cpuSeconds: number;
  run(): Promise<TimedResult>;
  remove(): Promise<void>;
}

/** What has to be installed, by the names of Debian; libc6-dev has the headers that SPIN's programs include. */
const packages = 'apt-get install spin gcc libc6-dev';

/** Throws with the names of the packages when SPIN or a C compiler is missing. */
export async function requireSpin(): Promise<void> {
  for (const command of ['spin', 'gcc']) await run(command, [command === 'spin' ? '-V' : '--version'], os.tmpdir());
}

/** Throws with the output of the program that failed, and when the search was not complete. */
export async function runPan(model: string, options: PanOptions): Promise<TimedResult> {
  const pan = await compilePan(model, options);
  try {
    return await pan.run();
  } finally {
    await pan.remove();
  }
}

export async function compilePan(model: string, options: PanOptions): Promise<Pan> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'mm-review-spin-'));
  const remove = (): Promise<void> => fs.rm(folder, { recursive: true, force: true });
  try {
    await fs.writeFile(path.join(folder, 'model.pml'), model);
    // Each of the three options of spin turns off something that would merge or drop states.
    const spin = await timed('spin', [...(options.reduce === true ? [] : ['-o1', '-o2', '-o3']), '-a', 'model.pml'], folder);
    const flags = ['-w', options.optimize ?? '-O2', '-DSAFETY', '-DNOFAIR', '-DMEMLIM=12000', ...(options.search === 'breadth' ? ['-DBFS'] : []), ...(options.reduce === true ? [] : ['-DNOREDUCE'])];
    const gcc = await timed('gcc', [...flags, ...(options.flags ?? []), '-o', 'pan', 'pan.c'], folder);
    return { spinSeconds: spin.seconds, gccSeconds: gcc.seconds, cpuSeconds: spin.cpuSeconds + gcc.cpuSeconds, run: () => runCompiled(folder, options.hashBits ?? 18), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function runCompiled(folder: string, hashBits: number): Promise<TimedResult> {
  const timed = `TIMEFORMAT='cpu %U %S'; time ./pan -c0 -n -m1000000 -w${hashBits}`;
  const { stdout, stderr, seconds } = await run('bash', ['-c', timed], folder);
  const [, user] = /^cpu (\S+) (\S+)$/m.exec(stderr) ?? [];
  const found = readOutput(stdout);
  return { ...found, seconds, cpuSeconds: Number(user), bytes: found.stateMegabytes * 2 ** 20 + 8 * 2 ** hashBits };
}

/** What a run of pan printed. */
export function readOutput(output: string): PanResult {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(output)?.[1];
    if (found === undefined) throw new Error(`pan did not finish: ${output.slice(0, 2000)}`);
    return Number(found);
  };
  if (/max search depth too small|out of memory|Search not completed|array index|aborting/i.test(output)) throw new Error(`pan did not finish: ${output.slice(0, 2000)}`);
  const violated = new Map<PropertyId, number>();
  for (const [, message, depth] of output.matchAll(/^pan:\d+: (.*) \(at depth (\d+)\)$/gm)) {
    const { property, steps } = readError(message!, Number(depth));
    violated.set(property, Math.min(steps, violated.get(property) ?? steps));
  }
  const errors = number(/errors: (\d+)/);
  if (violated.size === 0 && errors > 0) throw new Error(`pan found errors and said no which: ${output.slice(0, 2000)}`);
  return {
    states: number(/^\s*(\S+) states, stored/m),
    transitions: number(/^\s*(\S+) transitions/m),
    errors,
    violated,
    stateBytes: number(/State-vector (\d+) byte/),
    stateMegabytes: number(/^\s*(\S+)\s+actual memory usage for states/m),
    megabytes: number(/^\s*(\S+)\s+total actual memory usage/m),
    output,
  };
}

/** SPIN's depth is that of the state before a failed assertion. A deadlock is in a state, also where the model asserts that there is none, and so is `exists`: their steps are those that led there. */
function readError(message: string, depth: number): { property: PropertyId; steps: number } {
  if (message.startsWith('invalid end state')) return { property: 'deadlock', steps: depth };
  const property = assertedProperty(Number(/^assertion violated\s+!\(?(\d+)\)?$/.exec(message)?.[1]));
  if (property === undefined) throw new Error(`an error of pan that no property explains: ${message}`);
  return { property, steps: property === 'exists' || property === 'deadlock' ? depth : depth + 1 };
}

/** With the time that the command and its children kept a processor busy. */
export async function timed(command: string, args: readonly string[], cwd: string): Promise<{ seconds: number; cpuSeconds: number }> {
  const { stdout, stderr, seconds } = await run('bash', ['-c', 'TIMEFORMAT="cpu %U"; time "$0" "$@" || echo "failed with $?"', command, ...args], cwd);
  const cpu = /^cpu (\S+)$/m.exec(stderr)?.[1];
  const failed = /^failed with (\d+)$/m.exec(stdout)?.[1];
  if (failed === '127') throw new Error(`${command} is missing: ${packages}`);
  // spin can end well after an error.
  if (cpu === undefined || failed !== undefined || (command === 'spin' && /Error/.test(stdout + stderr))) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return { seconds, cpuSeconds: Number(cpu) };
}

async function run(command: string, args: readonly string[], cwd: string): Promise<{ stdout: string; stderr: string; seconds: number }> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { cwd, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error !== null && error.code === 'ENOENT') reject(new Error(`${command} is missing: ${packages}`));
      // pan says by its output alone how it ended.
      else if (error !== null && command !== 'bash') reject(new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`));
      else resolve({ stdout, stderr, seconds: (performance.now() - started) / 1000 });
    });
  });
}
