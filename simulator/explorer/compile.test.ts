import { describe, expect, it } from 'vitest';
import type { Program } from '../machine/program';
import { add, at, ProgramBuilder, set, store, value, violate } from '../testing';
import { random, randomProgram } from '../testing-random';
import { compile } from './compile';
import { direct } from './direct';
import { execute, initialState, statusOf, violationOf, type MachineState } from './interpret';
import { PROPERTIES, rankOf } from './properties';

/** Every move from a state, run in place in both ways, and in the interpreter; returns a successor to go on from. */
function compareMoves(program: Program, state: MachineState, pick: (below: number) => number): MachineState | undefined {
  const successors = [compile, direct].map((make) => compareRun(make, program, state))[0]!;
  return successors[pick(Math.max(1, successors.length))];
}

function compareRun(make: typeof compile, program: Program, state: MachineState): MachineState[] {
  const spread = new Int32Array(program.threads.length + program.words.length);
  const covered = new Uint8Array(program.labels.length);
  const compiled = make(program, spread, covered);
  const successors: MachineState[] = [];
  const put = (): void => {
    spread.set(state.next);
    spread.set(state.words, program.threads.length);
  };
  for (const [thread, { steps }] of program.threads.entries()) {
    const index = state.next[thread]!;
    if (steps[index] === undefined) continue;
    put();
    const open = compiled.steps[thread]![index]!.guard?.() ?? 1;
    expect(open > 0 ? 'ready' : 'waits').toBe(statusOf(program, state, thread).kind);
    if (open === 0) continue;
    for (let way = 0; way < steps[index].ways.length; way++) {
      put();
      covered.fill(0);
      const rank = open === 2 ? rankOf('null-pointer') + 1 : compiled.steps[thread]![index]!.ways[way]!();
      const done = execute(program, state, { thread, way });
      expect(rank === 0 ? undefined : PROPERTIES[rank - 1]).toBe(done.violated);
      expect([...covered.keys()].filter((label) => covered[label] === 1)).toEqual(done.covered);
      expect([...spread]).toEqual([...done.state.next, ...done.state.words]);
      if (done.violated === undefined) successors.push(done.state);
    }
  }
  put();
  if (program.threads.every((thread, number) => thread.steps[state.next[number]!] === undefined)) {
    expect(['exists', 'null-pointer', undefined][compiled.exists() === 1 ? 0 : compiled.exists() === 2 ? 1 : 2]).toBe(violationOf(program, state));
  }
  return successors;
}

describe('compiled and directly run programs', () => {
  it('do what the interpreter does, in states along random walks', () => {
    for (let seed = 1; seed <= 80; seed++) {
      const program = randomProgram(seed);
      const pick = random(seed);
      const start = initialState(program);
      let state = start.violated === undefined ? start.state : undefined;
      for (let length = 0; state !== undefined && length < 12; length++) state = compareMoves(program, state, pick);
    }
  });

  it('compute operators as the interpreter does', () => {
    const operators = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '==', '!=', '<', '>', '<=', '>=', '&&', '||'] as const;
    const numbers = [0, 1, 7, 33, 0xffff, -5, 0x7fffffff, -0x80000000];
    for (const op of operators) {
      for (const left of numbers) {
        for (const right of numbers) {
          const b = new ProgramBuilder();
          const high = b.shared('high', { bits: 16 });
          const low = b.shared('low', { bits: 16 });
          const result = { kind: 'binary', op, left: value(left), right: value(right) } as const;
          const half = (shift: number) => ({ kind: 'binary', op: '&', left: { kind: 'binary', op: '>>', left: result, right: value(shift) }, right: value(0xffff) }) as const;
          b.thread('P0', (t) => t.step('both halves', set(high, half(16)), set(low, half(0))));
          compareMoves(b.build(), initialState(b.build()).state, () => 0);
        }
      }
    }
  });

  it('violate where a pointer leads nowhere or a value does not fit, and keep what was done before', () => {
    const b = new ProgramBuilder();
    const x = b.shared('x', { bits: 2 });
    const g = b.ghost('g');
    b.thread('P0', (t) => t.choose('goes wrong', [set(x, 1), store(0, 1)], [set(x, at(3))], [store(g.word + 1, 1)], [set(x, 4)], [set(x, add(0, -1))], [set(x, 2), violate('bug')]));
    const program = b.build();
    const start = initialState(program).state;
    compareMoves(program, start, () => 0);
    const done = [0, 1, 2, 3, 4, 5].map((way) => execute(program, start, { thread: 0, way }));
    expect(done.map(({ violated }) => violated)).toEqual(['null-pointer', 'null-pointer', 'null-pointer', 'out-of-range', 'out-of-range', 'bug']);
    expect(done.map(({ state }) => state.words[x.word])).toEqual([1, 0, 0, 0, 0, 2]);
  });
});
