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

  it('looks at the properties that count, and ends a schedule where another one is violated', () => {
    const b = new ProgramBuilder();
    const x = b.shared('x');
    // Whoever comes second sees what the first has done; the bug comes first and ends the schedule.
    b.thread('P0', (t) => t.step('x = 1', set(x, 1)));
    b.thread('P1', (t) => t.step('look', violate('bug', eq(x, 1))).step('wait').step('look again', violate('assert', eq(x, 1))));
    const program = b.build();
    expect(explore(program)).toMatchObject({ verdict: 'Sometimes', witness: { property: 'bug' }, violated: [{ property: 'bug', steps: 2 }, { property: 'assert', steps: 4 }], preemptions: 0 });
    const found = explore(program, { properties: ['assert', 'deadlock'] });
    expect(found).toMatchObject({ verdict: 'Sometimes', witness: { property: 'assert' }, violated: [{ property: 'assert', steps: 4 }], preemptions: 1 });
    expect(found.witness!.schedule).toHaveLength(4);
    expect(explore(program, { properties: ['deadlock'] })).toMatchObject({ verdict: 'Never', witness: undefined, violated: [], preemptions: undefined });
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

  it('shows a violation that was found before a limit was hit', () => {
    const b = new ProgramBuilder();
    const x = b.shared('x');
    b.thread('P0', (t) => t.step('x = 1', set(x, 1)).step('x = 0', set(x, 0)));
    b.thread('P1', (t) => t.step('assert', violate('assert', eq(x, 1))));
    b.thread('P2', (t) => {
      for (let step = 0; step < 20; step++) t.step('nothing');
    });
    const found = explore(b.build(), { maxStates: 20 });
    const witness = { property: 'assert', contextSwitches: 1, schedule: [{ thread: 0, way: 0 }, { thread: 1, way: 0 }] };
    expect(found).toMatchObject({ verdict: 'Sometimes', limit: 'states', states: 20, preemptions: undefined, witness });
    let reports = 0;
    const cancelled = explore(b.build(), { every: 1, onProgress: () => ++reports > 10 });
    expect(cancelled).toMatchObject({ verdict: 'Sometimes', limit: 'cancelled', witness: { property: 'assert' } });
    expect(replay(b.build(), cancelled.witness!.schedule).trace.states.at(-1)!.violated).toBe('assert');
  });

  it('asks what the initial state violates', () => {
    const b = new ProgramBuilder();
    const x = b.shared('x', { initial: 1 });
    b.thread('P0', (t) => t.sleep('sleep', eq(x, 0)));
    expect(explore(b.build(eq(x, 1)))).toMatchObject({ verdict: 'Sometimes', depth: 0, states: 1, preemptions: 0, witness: { schedule: [], contextSwitches: 0 } });
    const bad = new ProgramBuilder();
    bad.thread('P0', (t) => t.start(set(t.local('n', { bits: 1 }), 2)).step('nothing'));
    expect(explore(bad.build())).toMatchObject({ states: 1, transitions: 0, positive: 1, violated: [{ property: 'out-of-range', steps: 0 }], witness: { property: 'out-of-range', schedule: [] } });
  });

  it('explores a program without threads', () => {
    expect(explore(new ProgramBuilder().build())).toMatchObject({ verdict: 'Never', states: 1, negative: 1, depth: 0 });
  });

  it('prefers the property that comes first when the rest is equal, and does not stop at it', () => {
    const b = new ProgramBuilder();
    b.thread('P0', (t) => t.choose('choose', [violate('assert')], [violate('bug')], []).step('later', violate('sleep-in-atomic')));
    const found = explore(b.build());
    expect(found.violated).toEqual([{ property: 'sleep-in-atomic', steps: 2 }, { property: 'bug', steps: 1 }, { property: 'assert', steps: 1 }]);
    expect(found.witness).toEqual({ property: 'bug', contextSwitches: 0, schedule: [{ thread: 0, way: 1 }] });
  });

  it('gives the same twice', () => {
    const twice = [1, 2].map(() => JSON.stringify(explore(lostUpdate(false))));
    expect(twice[0]).toBe(twice[1]);
  });

  it('lets others run in between', async () => {
    let pauses = 0;
    const found = await exploreAsync(lostUpdate(false), { every: 1, pause: async () => void pauses++ });
    expect(found).toEqual(explore(lostUpdate(false)));
    expect(pauses).toBeGreaterThan(10);
  });
});
