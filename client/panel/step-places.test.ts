import { describe, expect, it } from 'vitest';
import type { StepView } from '../../simulator/present/race-view';
import { placeOf, stepAt } from './step-places';

const step = (n: number, line: number | null, rest: Partial<StepView> = {}): StepView =>
  ({ n, thread: 0, text: '', kind: 'other', function: null, file: null, line, origin: null, notes: [], violated: null, ...rest });
const steps = [step(1, 10), step(2, 11, { origin: { file: 'mm/a.c', line: 70 } }), step(3, 10), step(4, 10, { file: 'adversary' })];

describe('placeOf', () => {
  it('is the line of the kernel, or that of the scenario', () => {
    expect(steps.map(placeOf)).toEqual([{ file: null, line: 10 }, { file: 'mm/a.c', line: 70 }, { file: null, line: 10 }, undefined]);
    expect(placeOf(step(1, null))).toBeUndefined();
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
