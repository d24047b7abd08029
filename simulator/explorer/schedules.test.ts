import { describe, expect, it } from 'vitest';
import { and, eq, ne, ProgramBuilder, set, violate } from '../testing';
import { randomProgram } from '../testing-random';
import { explore } from './explore';
import { replay } from './replay';
import { allSchedules } from './schedules';

describe('allSchedules', () => {
  it('lists one schedule for each step and property, for each deadlock, and for exists', () => {
    const b = new ProgramBuilder();
    const x = b.shared('x');
    const one = b.lock('one');
    const two = b.lock('two');
    b.thread('P0', (t) => t.acquire(one).acquire(two).step('assert', violate('assert', eq(x, 1))).release(two).release(one));
    b.thread('P1', (t) => t.acquire(two).acquire(one).step('x = 1', set(x, 1)).release(one).release(two).step('bug', violate('bug', ne(one, 0))));
    const { schedules, complete } = allSchedules(b.build(and(eq(x, 1), eq(one, 0))));
    expect(complete).toBe(true);
    expect(schedules.map(({ property, at, schedule, contextSwitches }) => [property, at, schedule.length, contextSwitches])).toEqual([
      ['deadlock', undefined, 2, 1],
      ['bug', { thread: 1, step: 5 }, 7, 2],
      ['assert', { thread: 0, step: 2 }, 8, 1],
      ['exists', undefined, 11, 1],
    ]);
  });

  it('lists passing schedules on request, those with few context switches first', () => {
    const b = new ProgramBuilder();
    const x = b.shared('x');
    b.thread('P0', (t) => t.step('x = 1', set(x, 1)));
    b.thread('P1', (t) => t.step('x = 2', set(x, 2)).step('x = 3', set(x, 3)));
    const { schedules } = allSchedules(b.build(), { passing: true });
    expect(schedules.map(({ schedule }) => schedule.map((move) => move.thread))).toEqual([[0, 1, 1], [1, 1, 0]]);
    expect(allSchedules(b.build(), { passing: true, most: 1 })).toMatchObject({ complete: false, schedules: [{ contextSwitches: 1 }] });
  });

  it('lists schedules that replay, the witness among them', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const program = randomProgram(seed);
      const { schedules, complete } = allSchedules(program, { passing: true, most: 10, maxStates: 2000 });
      for (const listed of schedules) {
        const { trace, problem } = replay(program, listed.schedule);
        expect({ seed, problem, violated: trace.states.at(-1)!.violated }).toEqual({ seed, problem: undefined, violated: listed.property });
        const switches = listed.schedule.filter((move, index) => index > 0 && move.thread !== listed.schedule[index - 1]!.thread).length;
        expect(listed.contextSwitches).toBe(switches);
      }
      const { witness } = explore(program);
      if (complete && witness !== undefined) expect(schedules.map(({ schedule }) => schedule)).toContainEqual(witness.schedule);
    }
  });
});
