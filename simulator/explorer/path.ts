/** A shortest violating schedule, found along the states from which others were discovered: quick, but with more context switches than need be. */
import type { PropertyId } from '../machine/program';
import { canMove, execute, violationOf, type Execution, type MachineState } from './interpret';
import type { Move, Witness } from './result';
import type { Reached } from './search';
import type { StateSpace } from './space';

/** Undefined when nothing violates. */
export function anySchedule(space: StateSpace, reached: Reached): Witness | undefined {
  if (reached.nearest === undefined) return undefined;
  if (space.start.violated !== undefined) return witness(space.start.violated, []);
  const path = [reached.nearest];
  while (path[0] !== 0) path.unshift(reached.parents.of(path[0]!));
  let state = space.start.state;
  const schedule: Move[] = [];
  for (const next of path.slice(1)) {
    // States may stand for others, so the moves are those of the program itself that lead to a state which the next one stands for.
    const found = movesFrom(space, state).find(({ done }) => done.violated === undefined && space.lookUp(done.state).state === next);
    if (found === undefined) return undefined;
    schedule.push(found.move);
    state = found.done.state;
  }
  const own = violationOf(space.program, state);
  if (own !== undefined) return witness(own, schedule);
  const last = movesFrom(space, state).find(({ done }) => done.violated !== undefined);
  return last && witness(last.done.violated!, [...schedule, last.move]);
}

function movesFrom(space: StateSpace, state: MachineState): { readonly move: Move; readonly done: Execution }[] {
  return space.program.threads.flatMap(({ steps }, thread) => {
    if (!canMove(space.program, state, thread)) return [];
    return steps[state.next[thread]!]!.ways.map((_, way) => ({ move: { thread, way }, done: execute(space.program, state, { thread, way }) }));
  });
}

function witness(property: PropertyId, schedule: readonly Move[]): Witness {
  return { property, schedule, contextSwitches: schedule.filter((move, index) => index > 0 && move.thread !== schedule[index - 1]!.thread).length };
}
