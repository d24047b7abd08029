import { describe, expect, it } from 'vitest';
import { add, and, cover, eq, ne, ProgramBuilder, set, violate } from '../testing';
import { explore, exploreAsync } from './explore';
import { replay } from './replay';

/** Two threads that add 1 to a word, with a load and a store each. */
function lostUpdate(locked: boolean): ReturnType<ProgramBuilder['build']> {
  const b = new ProgramBuilder();
  const x = b.shared('x');
  const lock = b.lock('lock');
  const ended = b.ghost('ended');
  for (const name of ['P0', 'P1']) {
    b.thread(name, (t) => {
      const seen = t.local('seen');
      if (locked) t.acquire(lock);
      t.step('seen = x', set(seen, x));
      t.step('x = seen + 1', set(x, add(seen, 1)), set(ended, add(ended, 1)));
      if (locked) t.release(lock);
    }, 'increment');
  }
  return b.build(and(eq(ended, 2), ne(x, 2)));
}

describe('explore', () => {
  it('finds a lost update, with a shortest schedule of the fewest switches', () => {
    const program = lostUpdate(false);
    const found = explore(program, { reduce: false });
    expect(found).toMatchObject({ verdict: 'Sometimes', limit: undefined, depth: 4, violated: [{ property: 'exists', steps: 4 }], preemptions: 1 });
    expect(found.witness).toEqual({
      property: 'exists',
      contextSwitches: 2,
      schedule: [{ thread: 0, way: 0 }, { thread: 1, way: 0 }, { thread: 1, way: 0 }, { thread: 0, way: 0 }],
    });
    expect(replay(program, found.witness!.schedule)).toMatchObject({ problem: undefined });
    expect(replay(program, found.witness!.schedule).trace.states.at(-1)!.violated).toBe('exists');
  });

  it('finds none where a lock is held', () => {
    expect(explore(lostUpdate(true))).toMatchObject({ verdict: 'Never', witness: undefined, preemptions: undefined, positive: 0 });
  });

  it('finds a deadlock', () => {
    const b = new ProgramBuilder();
    const first = b.lock('first');
    const second = b.lock('second');
    b.thread('P0', (t) => t.acquire(first).acquire(second).release(second).release(first));
    b.thread('P1', (t) => t.acquire(second).acquire(first).release(first).release(second));
    const found = explore(b.build());
    expect(found).toMatchObject({ verdict: 'Sometimes', violated: [{ property: 'deadlock', steps: 2 }], preemptions: 1 });
    expect(found.witness!.schedule.map((move) => move.thread)).toEqual([0, 1]);
  });

  it('counts a thread that may wait for ever as ended', () => {
    const b = new ProgramBuilder();
    const awake = b.shared('awake');
    b.thread('P0', (t) => t.step('before', set(awake, 0)).sleep('sleep', awake));
    expect(explore(b.build())).toMatchObject({ verdict: 'Never', negative: 1, states: 2 });
    expect(explore(b.build(eq(awake, 0)))).toMatchObject({ verdict: 'Sometimes', positive: 1, negative: 0 });
  });

  it('goes every way of a choice and says which labels were reached', () => {
    const b = new ProgramBuilder();
    const x = b.shared('x');
    const here = b.coverLabel('here');
    b.coverLabel('nowhere');
    b.thread('P0', (t) => t.choose('x = choose(1, 2, 3)', [set(x, 1)], [set(x, 2), cover(here)], [violate('bug')]));
    const found = explore(b.build());
    expect(found).toMatchObject({ states: 3, transitions: 3, positive: 1, negative: 2, covered: [true, false] });
    expect(found.witness!.schedule).toEqual([{ thread: 0, way: 2 }]);
  });

  it('is inconclusive when a limit is hit', () => {
    expect(explore(lostUpdate(true), { maxStates: 5 })).toMatchObject({ verdict: 'inconclusive', limit: 'states', states: 5 });
    expect(explore(lostUpdate(true), { every: 2, onProgress: () => true })).toMatchObject({ verdict: 'inconclusive', limit: 'cancelled' });
  });

  it('lets others run in between', async () => {
    let pauses = 0;
    const found = await exploreAsync(lostUpdate(false), { every: 1, pause: async () => void pauses++ });
    expect(found).toEqual(explore(lostUpdate(false)));
    expect(pauses).toBeGreaterThan(10);
  });
});
