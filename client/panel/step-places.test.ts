import { describe, expect, it } from 'vitest';
import type { StepView } from '../../simulator/present/race-view';
import { placesOf, stepAt } from './step-places';

const step = (n: number, line: number | null, rest: Partial<StepView> = {}): StepView =>
  ({ n, thread: 0, text: '', kind: 'other', function: null, file: null, line, origin: null, notes: [], violated: null, ...rest });
const steps = [step(1, 10), step(2, 11, { origin: { file: 'mm/a.c', line: 70 } }), step(3, 10), step(4, 10, { file: 'adversary' })];

describe('placesOf', () => {
  it('are the line of the kernel, the function there, and the line of the scenario', () => {
    const anchor = { file: 'mm/a.c', function: 'f' };
    expect(steps.map(placesOf)).toEqual([[{ file: null, line: 10 }], [{ file: 'mm/a.c', line: 70 }, { file: null, line: 11 }], [{ file: null, line: 10 }], []]);
    expect(placesOf(step(1, 10, { anchor }))).toEqual([anchor, { file: null, line: 10 }]);
    expect(placesOf(step(1, 10, { anchor: null }))).toEqual([{ file: null, line: 10 }]);
    expect(placesOf(step(1, null))).toEqual([]);
  });
});

describe('stepAt', () => {
  it('takes the nearest of several', () => {
    expect(stepAt(steps, { file: null, line: 10 }, 1)).toBe(1);
    expect(stepAt(steps, { file: null, line: 10 }, 4)).toBe(3);
  });

  it('knows both places of a step, and no others', () => {
    expect(stepAt(steps, { file: 'mm/a.c', line: 70 }, 0)).toBe(2);
    expect(stepAt(steps, { file: null, line: 11 }, 0)).toBe(2);
    expect(stepAt(steps, { file: 'mm/b.c', line: 70 }, 0)).toBeUndefined();
  });
});
