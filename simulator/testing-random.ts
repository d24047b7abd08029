/** Random programs, small enough to explore them naively. The same seed gives the same program. */
import type { Program } from './machine/program';
import {
  add, addressOf, and, at, bitAnd, cond, cover, end, eq, goto, ifElse, lt, ne, not, or, ProgramBuilder, set, store, sub, violate, when,
  type Act, type Operand, type ThreadBuilder, type WordExp,
} from './testing';

/** Numbers from 0 up to `below`, which is not reached. */
export type Random = (below: number) => number;

/** The generator known as mulberry32. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/**
 * Most programs are tame: their pointers lead somewhere and their values fit, so that what goes wrong in them goes wrong by a race.
 *
 * Two or three threads, often copies of each other, with a few shared words, locks, pointers, choices, sleeps and properties.
 */
export function randomProgram(seed: number): Program {
  const pick = random(seed);
  const b = new ProgramBuilder();
  const threads = 2 + pick(2);
  const tame = pick(4) > 0;
  const shared: Shared = {
    ints: [b.shared('x', { bits: 2, initial: pick(2) }), b.shared('entry', { kind: 'entry', bits: 12, initial: [0, 0x801][pick(2)]! })],
    pointer: b.shared('p', { kind: 'pointer', initial: tame ? 1 + pick(2) : pick(3) }),
    lock: b.lock('lock'),
    rwlock: b.rwlock('rwlock', threads),
    ghost: b.ghost('ghost', { bits: 3 }),
    labels: [b.coverLabel('one'), b.coverLabel('two')],
    threads,
    tame,
  };
  const bodies = [pick(1e9), pick(1e9)];
  const alike = pick(2) === 0;
  let last: WordExp | undefined;
  for (let thread = 0; thread < threads; thread++) {
    const body = alike || thread === 2 ? 0 : thread;
    b.thread(`P${thread}`, (t) => {
      last = writeBody(t, random(bodies[body]!), shared, pick(3));
    }, `body ${body}`);
  }
  const questions = [undefined, and(eq(shared.ints[0]!, 1), eq(shared.ghost, 2)), and(ne(shared.ghost, shared.ints[0]!), eq(shared.ghost, 3)), and(eq(shared.ints[1]!, 0), lt(shared.ghost, 2)), eq(last!, 1), eq(at(shared.pointer), 1)];
  return b.build(questions[pick(questions.length)]);
}

interface Shared {
  readonly ints: readonly WordExp[];
  readonly pointer: WordExp;
  readonly lock: WordExp;
  readonly rwlock: WordExp;
  readonly ghost: WordExp;
  readonly labels: readonly number[];
  readonly threads: number;
  readonly tame: boolean;
}

/** Writes steps; returns a local. */
function writeBody(t: ThreadBuilder, pick: Random, shared: Shared, argument: number): WordExp {
  const locals = [t.local('a', { bits: 2 }), t.local('b', { kind: 'entry', bits: 12 }), t.local('q', { kind: 'pointer', bits: 3, initial: shared.tame ? 1 : 0 })];
  const [a, , q] = locals as [WordExp, WordExp, WordExp];
  if (pick(3) === 0) t.start(set(a, argument));
  const operand = (): Operand => {
    const [x, entry] = shared.ints as [WordExp, WordExp];
    const simple: Operand[] = [pick(3), 0x801, a, locals[1]!, x, entry, shared.ghost, at(q), at(shared.pointer)];
    return simple[pick(pick(4) === 0 ? simple.length : simple.length - 2)]!;
  };
  const test = (): Operand => {
    const tests = [
      () => eq(operand(), operand()), () => lt(operand(), operand()), () => not(operand()), () => and(operand(), not(operand())), () => or(operand(), operand()),
      () => eq(shared.lock, 0), () => eq(shared.lock, t.number + 1), () => bitAnd(shared.rwlock, 1 << t.number), () => cond(operand(), 1, operand()),
    ];
    return tests[pick(tests.length)]!();
  };
  const anyNumber = (): Operand => [() => operand(), () => operand(), () => add(operand(), 1), () => sub(operand(), 1), () => bitAnd(operand(), 0x801), () => cond(test(), 1, 0)][pick(6)]!();
  const number = (bits = 3): Operand => (shared.tame ? bitAnd(anyNumber(), bits) : anyNumber());
  const act = (): Act => {
    const acts: (() => Act)[] = [
      () => set(a, number()), () => set(locals[1]!, number(0x801)), () => set(shared.ints[0]!, number()), () => set(shared.ints[1]!, number(0x801)),
      () => set(shared.ints[pick(2)]!, number(1)), () => set(shared.ghost, bitAnd(add(shared.ghost, pick(2)), shared.tame ? 7 : 15)),
      () => set(q, addressOf(shared.ints[pick(2)]!)), () => set(shared.pointer, addressOf(shared.ints[pick(2)]!)), () => set(q, shared.pointer),
      () => store(q, number(1)), () => when(test(), set(a, number()), cover(shared.labels[pick(2)]!)),
      () => (pick(3) === 0 ? violate('assert', and(test(), and(eq(a, 2), test()))) : set(a, number())), () => cover(shared.labels[pick(2)]!),
    ];
    return acts[pick(acts.length)]!();
  };
  const acts = (): Act[] => Array.from({ length: 1 + pick(2) }, act);
  const count = 2 + pick(3);
  for (let step = 0; step < count; step++) {
    const kinds: (() => void)[] = [
      () => t.step('acts', ...acts()), () => t.step('acts', ...acts()), () => t.step('acts', ...acts()),
      () => t.wait('wait', test(), ...acts()), () => t.sleep('sleep', test(), ...acts()),
      () => t.choose('choose', acts(), acts()), () => t.step('jump', when(test(), pick(2) === 0 ? end : goto(pick(count))), ...acts()),
      () => t.step('branch', ifElse(test(), acts(), acts()), act()),
      () => t.step('a = x', set(a, shared.ints[0]!)).step('x = a + 1', set(shared.ints[0]!, bitAnd(add(a, 1), 3)), set(shared.ghost, bitAnd(add(shared.ghost, 1), 7))),
      () => t.acquire(shared.lock).step('acts', ...acts()).acquireRead(shared.rwlock, shared.threads).releaseRead(shared.rwlock).release(shared.lock),
      () => t.acquire(shared.lock).step('acts', ...acts()).release(shared.lock),
      () => t.acquireRead(shared.rwlock, shared.threads).step('acts', ...acts()).releaseRead(shared.rwlock),
      () => t.acquireWrite(shared.rwlock, shared.threads).step('acts', ...acts()).releaseWrite(shared.rwlock),
    ];
    kinds[pick(kinds.length)]!();
  }
  return a;
}
