import { describe, expect, it } from 'vitest';
import type { Program } from '../../machine/program';
import { add, at, ProgramBuilder, set, store, value, violate } from '../../testing';
import { random, randomProgram } from '../../testing-random';
import { execute, initialState, statusOf, violationOf, type MachineState } from '../interpret';
import { createPacking } from '../pack';
import { PROPERTIES } from '../properties';
import { NO_RANK, StateSpace } from '../space';
import { FULL, isViolation, NONE, rankOfTarget } from '../targets';
import { compileSpace } from './compiled-space';

/** Finds every move from a state with generated code and in the interpreter; returns the states that they lead to. */
function compareMoves(program: Program, space: StateSpace, state: MachineState): MachineState[] {
  space.expand(space.lookUp(state).state, true);
  const moves = program.threads.flatMap(({ steps }, thread) => {
    if (statusOf(program, state, thread).kind !== 'ready') return [];
    return steps[state.next[thread]!]!.ways.map((_, way) => ({ thread, way, done: execute(program, state, { thread, way }) }));
  });
  const found = Array.from({ length: space.moves }, (_, move) => {
    const target = space.target[move]!;
    return { thread: space.thread[move], way: space.way[move], slot: space.slot[move], ...(isViolation(target) ? { violated: PROPERTIES[rankOfTarget(target)] } : { target }) };
  });
  expect(found).toEqual(moves.map(({ thread, way, done }) => ({
    thread, way, slot: thread, ...(done.violated === undefined ? { target: space.lookUp(done.state).state } : { violated: done.violated }),
  })));
  for (const { done } of moves) for (const label of done.covered) expect(space.covered[label]).toBe(true);
  if (moves.length === 0) expect(space.finalRank === NO_RANK ? undefined : PROPERTIES[space.finalRank]).toBe(violationOf(program, state));
  return moves.flatMap(({ done }) => (done.violated === undefined ? [done.state] : []));
}

/** A space in which every state is stored as it is. */
const spaceOf = (program: Program): StateSpace => new StateSpace(program, 100_000, false);

describe('generated code', () => {
  it('does what the interpreter does, in states along random walks', () => {
    let compared = 0;
    for (let seed = 1; seed <= 120; seed++) {
      const program = randomProgram(seed);
      const start = initialState(program);
      if (start.violated !== undefined) continue;
      const pick = random(seed);
      const space = spaceOf(program);
      for (let state: MachineState | undefined = start.state, length = 0; state !== undefined && length < 12; length++) {
        const successors = compareMoves(program, space, state);
        compared++;
        state = successors[pick(Math.max(1, successors.length))];
      }
    }
    expect(compared).toBeGreaterThan(500);
  });

  it('computes operators as the interpreter does', () => {
    const operators = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '!=', '<', '>', '<=', '>=', '&&', '||'] as const;
    const numbers = [0, 1, 7, 33, 0xffff, -5, -1, 0x7fffffff, -0x80000000];
    for (const op of operators) {
      const b = new ProgramBuilder();
      const high = b.shared('high', { bits: 16 });
      const low = b.shared('low', { bits: 16 });
      const half = (left: number, right: number, shift: number) => {
        const result = { kind: 'binary', op, left: value(left), right: value(right) } as const;
        return { kind: 'binary', op: '&', left: { kind: 'binary', op: '>>', left: result, right: value(shift) }, right: value(0xffff) } as const;
      };
      b.thread('P0', (t) => t.choose('both halves', ...numbers.flatMap((left) => numbers.map((right) => [set(high, half(left, right, 16)), set(low, half(left, right, 0))]))));
      const program = b.build();
      expect(compareMoves(program, spaceOf(program), initialState(program).state)).toHaveLength(numbers.length ** 2);
    }
  });

  it('violates where a pointer leads nowhere or a value does not fit', () => {
    const b = new ProgramBuilder();
    const x = b.shared('x', { bits: 2 });
    const g = b.ghost('g');
    b.thread('P0', (t) => t.choose('goes wrong', [set(x, 1), store(0, 1)], [set(x, at(3))], [store(g.word + 1, 1)], [set(x, 4)], [set(x, add(0, -1))], [set(x, 2), violate('bug')]));
    const program = b.build();
    const space = spaceOf(program);
    expect(compareMoves(program, space, initialState(program).state)).toEqual([]);
    const violated = [...space.target.slice(0, space.moves)].map((target) => PROPERTIES[rankOfTarget(target)]);
    expect(violated).toEqual(['null-pointer', 'null-pointer', 'null-pointer', 'out-of-range', 'out-of-range', 'bug']);
    expect(space.count).toBe(1);
  });
});

describe('the store of generated code', () => {
  /** States of one word of 16 bits and one of 4. */
  function newStore(most: number) {
    const b = new ProgramBuilder();
    b.shared('x', { bits: 16 });
    b.shared('y', { bits: 4 });
    const program = b.build();
    const values = { words: [undefined, undefined], next: [] };
    const packing = createPacking(program, values);
    const store = compileSpace({ program, values, layout: packing, dead: [], classes: [], most });
    const packed = (number: number): Uint32Array => packing.pack([number & 0xffff, number >>> 16]);
    const read = (state: number): number => store.read(state, (from, offset) => packing.read(0, from, offset) | (packing.read(1, from, offset) << 16));
    return { store, read, intern: (number: number) => store.find(packed(number), 0, true), find: (number: number) => store.find(packed(number), 0, false) };
  }

  it('numbers states in the order of their discovery and finds them again', () => {
    const { store, intern, find, read } = newStore(1_000_000);
    const numberOf = (index: number): number => (index * 7919) & 0xfffff;
    const indices = Array.from({ length: 600_000 }, (_, index) => index);
    expect(indices.filter((index) => intern(numberOf(index)) !== index)).toEqual([]);
    expect(indices.filter((index) => find(numberOf(index)) !== index || read(index) !== numberOf(index))).toEqual([]);
    expect(find(numberOf(600_001))).toBe(NONE);
    expect(store.count).toBe(600_000);
    expect(store.bytes / store.count).toBeLessThan(16);
  });

  it('takes no more states than it may', () => {
    const { intern } = newStore(3);
    expect([5, 6, 5, 7, 8, 6].map(intern)).toEqual([0, 1, 0, 2, FULL, 1]);
  });
});
