/** Whether a schedule goes through the flagged place of the user's code: only then does it say something about the finding. */
import { execute, initialState } from '../simulator/explorer/interpret';
import type { Move } from '../simulator/explorer/result';
import type { Program } from '../simulator/machine/program';

/** True when one of the moves reaches the label `site`. The schedule must be one of the program's. */
export function passesSite(program: Program, schedule: readonly Move[]): boolean {
  const site = program.labels.indexOf('site');
  const start = initialState(program);
  if (start.covered.includes(site)) return true;
  let { state } = start;
  for (const move of schedule) {
    const done = execute(program, state, move);
    if (done.covered.includes(site)) return true;
    state = done.state;
  }
  return false;
}
