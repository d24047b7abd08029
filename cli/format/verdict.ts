/** Verdicts, as formats need them. */
import * as path from 'node:path';
import type { Verdict } from '../../witness/verdict';
import { toTreePath } from '../../workspace/root';

/** The same verdict with its files relative to another directory. */
export function rebaseVerdict(verdict: Verdict, from: string, to: string): Verdict {
  if (from === to) return verdict;
  return { ...verdict, steps: verdict.steps.map((step) => (step.place ? { ...step, place: { ...step.place, file: toTreePath(to, path.resolve(from, step.place.file)) } } : step)) };
}
