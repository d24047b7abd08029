import { describe, expect, it } from 'vitest';
import type { Program } from '../machine/program';
import { cover, eq, ProgramBuilder, set, violate } from '../testing';
import { continued, schedulesToLabels, type Continued } from './continue';
import { replay } from './replay';
import type { Interruptible } from './search';

/** P0 writes twice, P1 looks once: it goes wrong when it looks between the two. */
function between(wrong = true): Program {
  const b = new ProgramBuilder();
  const x = b.shared('x');
  b.thread('P0', (t) => {
    t.step('x = 1', set(x, 1));
    t.step('x = 2', set(x, 2));
  });
  b.thread('P1', (t) => t.step('look', ...(wrong ? [violate('bug', eq(x, 1))] : []), cover(0)));
  return { ...b.build(), labels: ['LOOKED'] };
}

const move = (thread: number, way = 0) => ({ thread, way });

function run<T>(work: Interruptible<T>): T {
  for (let step = work.next(false); ; step = work.next(false)) if (step.done === true) return step.value;
}
const threads = (found: Continued): readonly number[] => (found.kind === 'schedule' ? found.schedule.map(({ thread }) => thread) : []);

describe('continued', () => {
  it('takes the shortest way to what is wrong', () => {
    expect(threads(run(continued(between(), [])))).toEqual([0, 1]);
    expect(threads(run(continued(between(), [move(0)])))).toEqual([0, 1]);
  });

  it('takes a way to an end where nothing can go wrong any more', () => {
    for (const first of [[move(1)], [move(0), move(0)]]) {
      const found = run(continued(between(), first));
      expect(found).toMatchObject({ kind: 'schedule', complete: true });
      expect(threads(found).slice(0, first.length)).toEqual(first.map(({ thread }) => thread));
      const { trace, problem } = replay(between(), found.kind === 'schedule' ? found.schedule : []);
      expect(problem).toBeUndefined();
      expect(trace.states.at(-1)).toMatchObject({ violated: undefined, threads: [{ kind: 'ended' }, { kind: 'ended' }] });
    }
  });

  it('says why moves cannot be made', () => {
    expect(run(continued(between(), [move(1), move(1)]))).toEqual({ kind: 'problem', problem: 'move 2: P1 has ended' });
    expect(run(continued(between(), [move(7)]))).toMatchObject({ kind: 'problem' });
  });

  it('leaves what is over as it is', () => {
    expect(threads(run(continued(between(), [move(0), move(1)])))).toEqual([0, 1]);
    expect(threads(run(continued(between(false), [move(1), move(0), move(0)])))).toEqual([1, 0, 0]);
  });
});

describe('schedulesToLabels', () => {
  it('reaches each label, and goes on to an end', () => {
    const [found, ...others] = run(schedulesToLabels(between(false)));
    expect(others).toEqual([]);
    expect(found?.label).toBe('LOOKED');
    expect(found?.schedule).toHaveLength(3);
    expect(found?.schedule[0]?.thread).toBe(1);
  });
});
