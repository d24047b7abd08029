import { describe, expect, it } from 'vitest';
import { add, eq, ProgramBuilder, set, violate } from '../testing';
import { replay } from './replay';

function program() {
  const b = new ProgramBuilder();
  const x = b.shared('x');
  const lock = b.lock('lock');
  b.thread('P0', (t) => t.acquire(lock).step('x = x + 1', set(x, add(x, 1))).release(lock));
  b.thread('P1', (t) => t.acquire(lock).choose('choose', [violate('bug')], [set(x, 5)]).release(lock));
  return b.build(eq(x, 5));
}

const moves = (...threads: number[]) => threads.map((thread) => ({ thread, way: 0 }));

describe('replay', () => {
  it('says what each move read and changed, and what every thread does', () => {
    const { trace, problem } = replay(program(), moves(0, 0));
    expect(problem).toBeUndefined();
    expect(trace.steps).toEqual([
      { move: { thread: 0, way: 0 }, step: 0, changes: [{ word: 1, before: 0, after: 1 }], reads: [1], violated: undefined },
      { move: { thread: 0, way: 0 }, step: 1, changes: [{ word: 0, before: 0, after: 1 }], reads: [0], violated: undefined },
    ]);
    expect(trace.states.map((state) => state.words)).toEqual([[0, 0], [0, 1], [1, 1]]);
    expect(trace.states[1]!.threads).toEqual([{ kind: 'ready', step: 1 }, { kind: 'waits', step: 0 }]);
  });

  it('ends in the violation of a move, or of the final state', () => {
    expect(replay(program(), moves(1, 1)).trace.steps.at(-1)!.violated).toBe('bug');
    const { trace } = replay(program(), [...moves(0, 0, 0, 1), { thread: 1, way: 1 }, ...moves(1)]);
    expect(trace.states.map((state) => state.violated)).toEqual([...new Array(6).fill(undefined), 'exists']);
    expect(trace.states.at(-1)!.threads).toEqual([{ kind: 'ended' }, { kind: 'ended' }]);
  });

  it.each([
    [moves(2), 'move 1: there is no thread 2, only 2 threads from 0'],
    [moves(0.5), 'move 1: there is no thread 0.5, only 2 threads from 0'],
    [moves(0, 1), 'move 2: P1 waits and cannot move: lock(1)'],
    [moves(0, 0, 0, 0), 'move 4: P0 has ended'],
    [[{ thread: 0, way: 1 }], 'move 1: P0 cannot go way 1 of 1 (counted from 0): lock(1)'],
    [[{ thread: 0, way: -1 }], 'move 1: P0 cannot go way -1 of 1 (counted from 0): lock(1)'],
    [moves(1, 1, 1), 'move 3: the schedule goes on after a violation (bug)'],
  ])('refuses %j and says why', (schedule, problem) => {
    const found = replay(program(), schedule);
    expect(found.problem).toBe(problem);
    expect(found.trace.states).toHaveLength(found.trace.steps.length + 1);
  });
});
