/** A walk along the steps of a finding. It is kept by finding and step, not by where the cursor is: looking elsewhere does not lose it. */
import type { Finding, Place } from './finding';

export interface Trace {
  readonly finding: Finding;
  /** Index of the current step; null before the walk has begun, at the finding itself. */
  readonly step: number | null;
}

export type Direction = 1 | -1;

/** The trace of a finding, at one of its steps or at the finding itself. */
export function startTrace(finding: Finding, step: number | null = null): Trace {
  return { finding, step: step !== null && step >= 0 && step < finding.steps.length ? step : null };
}

/** One step on or back. From the finding itself it goes to the first step or to the last, and both ends lead around. */
export function move({ finding, step }: Trace, direction: Direction): Trace {
  const count = finding.steps.length;
  if (count === 0) return { finding, step: null };
  if (step === null) return { finding, step: direction === 1 ? 0 : count - 1 };
  return { finding, step: (step + direction + count) % count };
}

/** The same walk after the findings have changed; undefined when its finding is gone. A path that has become shorter is followed from its end. */
export function follow(trace: Trace, findings: readonly Finding[]): Trace | undefined {
  const finding = findings.find(({ id }) => id === trace.finding.id);
  if (finding === undefined) return undefined;
  const last = finding.steps.length - 1;
  return { finding, step: trace.step === null || last < 0 ? null : Math.min(trace.step, last) };
}

/** Where the walk is. */
export function placeOf({ finding, step }: Trace): Place {
  return (step === null ? undefined : finding.steps[step]?.place) ?? finding.place;
}

export interface Mark {
  /** 0-based. */
  readonly line: number;
  /** Numbers from 1 with the words of each: `3/6 calls hugetlb_no_page()`. Several steps may stand in one line. */
  readonly words: string;
  readonly isCurrent: boolean;
}

/** The marks of a trace in a file, one for each line that has steps. */
export function marksIn(uri: string, { finding, step: current }: Trace): Mark[] {
  const marks = new Map<number, Mark>();
  for (const [index, { place, message }] of finding.steps.entries()) {
    if (place.uri !== uri) continue;
    const before = marks.get(place.line);
    const words = `${index + 1}/${finding.steps.length} ${message}`;
    marks.set(place.line, {
      line: place.line,
      words: before === undefined ? words : `${before.words} · ${words}`, isCurrent: before?.isCurrent === true || index === current,
    });
  }
  return [...marks.values()].sort((a, b) => a.line - b.line);
}
