/** Where the steps of a schedule stand, and which of them stands at a place. */
import type { StepView } from '../../simulator/present/race-view';

/** A line (from 1) of a file of the kernel tree, or of the scenario when there is no file. */
export interface StepPlace {
  readonly file: string | null;
  readonly line: number;
  readonly function?: undefined;
}

/** A function of the kernel tree. */
export interface FunctionPlace {
  readonly file: string;
  readonly function: string;
}

/** Where the source of a step is to be looked for, best first: the kernel's line that it was made of, the kernel's function that it is modelled on, the scenario's line. Of a library thread's step that tells none, nowhere. */
export function placesOf({ origin, anchor, file, line }: Pick<StepView, 'origin' | 'anchor' | 'file' | 'line'>): readonly (StepPlace | FunctionPlace)[] {
  return [...(origin === null ? [] : [origin]), ...(anchor ? [anchor] : []), ...(file !== null || line === null ? [] : [{ file: null, line }])];
}

/** The number of the step at a place; of several the nearest to the one where the reader is. */
export function stepAt(steps: readonly StepView[], { file, line }: StepPlace, current: number): number | undefined {
  const there = steps.filter((step) => {
    const place = file === null ? step.file === null && step.line !== null ? { file: null, line: step.line } : undefined : step.origin;
    return place?.file === file && place.line === line;
  });
  return there.map(({ n }) => n).sort((a, b) => Math.abs(a - current) - Math.abs(b - current))[0];
}
