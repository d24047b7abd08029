/** Chooses one of the states that behave alike: dead words become 0, and copies of a thread are put in order. */
import type { Program, WordId } from '../machine/program';
import type { Spread } from './pack';
import type { CopyClass } from './symmetry';

export interface Canonical {
  /** Makes the words 0 that are dead where a thread is now. */
  readonly clear: (thread: number) => void;
  /** Puts the copies in order; undefined where there are none. */
  readonly sort: (() => void) | undefined;
  /** After `sort`: which thread has come to each place. */
  readonly origin: Int32Array;
}

/** Generates the code for a spread-out state. */
export function createCanonical(program: Program, spread: Spread, dead: readonly (readonly (readonly WordId[])[])[], classes: readonly CopyClass[]): Canonical {
  const threads = program.threads.length;
  const origin = Int32Array.from({ length: threads }, (_, thread) => thread);
  const clear = (thread: number): void => {
    for (const word of dead[thread]![spread[thread]!]!) spread[threads + word] = 0;
  };
  if (classes.length === 0) return { clear, sort: undefined, origin };
  const helpers: string[] = [];
  const steps: string[] = [`for (let i = 0; i < ${threads}; i++) P[i] = i;`];
  for (const [number, copies] of classes.entries()) {
    for (let place = 0; place + 1 < copies.threads.length; place++) {
      helpers.push(comparison(`less${number}_${place}`, program, copies, place), exchange(`swap${number}_${place}`, program, copies, place));
    }
    // Bubble sort: there are few copies.
    for (let end = copies.threads.length - 1; end > 0; end--) {
      for (let place = 0; place < end; place++) steps.push(`if (less${number}_${place}()) swap${number}_${place}();`);
    }
  }
  const create = new Function('N', 'P', [...helpers, `return () => { ${steps.join('\n')} };`].join('\n')) as (...of: unknown[]) => () => void;
  return { clear, sort: create(spread, origin), origin };
}

/** Whether the copy at the place after `place` comes before the one at `place`: by step, then own words, then the locks that it holds. */
function comparison(name: string, program: Program, { threads, own }: CopyClass, place: number): string {
  const count = program.threads.length;
  const [one, other] = [threads[place]!, threads[place + 1]!];
  const keys = [
    ...own[place]!.map((word, index) => [`N[${count + word}]`, `N[${count + own[place + 1]![index]!}]`]),
    ...locks(program, 'lock').map((index) => [`+(N[${index}] === ${one + 1})`, `+(N[${index}] === ${other + 1})`]),
    ...locks(program, 'rwlock').flatMap((index) => [0, count].map((base) => [`(N[${index}] >>> ${base + one}) & 1`, `(N[${index}] >>> ${base + other}) & 1`])),
  ];
  const compare = [[`N[${one}]`, `N[${other}]`], ...keys].map(([a, b]) => `a = ${a}; b = ${b}; if (a !== b) return b < a;`);
  return `function ${name}() { let a, b;\n${compare.join('\n')}\nreturn false; }`;
}

function exchange(name: string, program: Program, { threads, own }: CopyClass, place: number): string {
  const count = program.threads.length;
  const [one, other] = [threads[place]!, threads[place + 1]!];
  const swap = (array: string, a: number, b: number): string => `v = ${array}[${a}]; ${array}[${a}] = ${array}[${b}]; ${array}[${b}] = v;`;
  const bits = (index: number, a: number, b: number): string => `v = ((N[${index}] >>> ${a}) ^ (N[${index}] >>> ${b})) & 1; N[${index}] ^= (v << ${a}) | (v << ${b});`;
  const lines = [
    swap('P', one, other),
    swap('N', one, other),
    ...own[place]!.map((word, index) => swap('N', count + word, count + own[place + 1]![index]!)),
    ...locks(program, 'lock').map((index) => `v = N[${index}]; if (v === ${one + 1}) N[${index}] = ${other + 1}; else if (v === ${other + 1}) N[${index}] = ${one + 1};`),
    ...locks(program, 'rwlock').flatMap((index) => [bits(index, one, other), bits(index, count + one, count + other)]),
  ];
  return `function ${name}() { let v;\n${lines.join('\n')} }`;
}

/** Where locks of a kind are in the spread-out state. */
function locks(program: Program, kind: 'lock' | 'rwlock'): number[] {
  return program.words.flatMap((word, id) => (word.kind === kind ? [program.threads.length + id] : []));
}
