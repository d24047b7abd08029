/** Where the steps of a schedule stand, and which of them stands at a place. */
import type { StepView } from '../../simulator/present/race-view';

/** A line (from 1) of a file of the kernel tree, or of the scenario when there is no file. */
export interface StepPlace {
  readonly file: string | null;
  readonly line: number;
}

/** The kernel's line where the scenario tells it, or else the scenario's; undefined for a step of a library thread that tells none. */
export function placeOf({ origin, file, line }: Pick<StepView, 'origin' | 'file' | 'line'>): StepPlace | undefined {
  if (origin !== null) return origin;
  return file !== null || line === null ? undefined : { file: null, line };
}

/** The number of the step at a place; of several the nearest to the one where the reader is. */
export function stepAt(steps: readonly StepView[], { file, line }: StepPlace, current: number): number | undefined {
  const there = steps.filter((step) => {
    const place = file === null ? step.file === null && step.line !== null ? { file: null, line: step.line } : undefined : step.origin;
    return place?.file === file && place.line === line;
  });
  return there.map(({ n }) => n).sort((a, b) => Math.abs(a - current) - Math.abs(b - current))[0];
}
