/** Replays a schedule: what each move read and changed, and every state on the way. */
import type { Program, PropertyId } from '../machine/program';
import { execute, initialState, statusOf, violationOf, type Execution, type MachineState } from './interpret';
import type { Move, Trace, TraceState, TraceStep } from './result';

/** `trace` covers the moves that could be made; when that is not all of them, `problem` says in words what is wrong with the next one. */
export interface Replay {
  readonly trace: Trace;
  readonly problem: string | undefined;
}

/**
 * Replays moves, which may come from a file and are not trusted. A schedule need not lead to an end: it is no problem when threads could still move
 * after it. The violation of the last state is that of the last move, or else a deadlock or `exists`, which are asked where no thread can move.
 */
export function replay(program: Program, schedule: readonly Move[]): Replay {
  const start = initialState(program);
  const steps: TraceStep[] = [];
  const states: TraceState[] = [traceState(program, start.state, start.violated)];
  let state = start.state;
  for (const [index, move] of schedule.entries()) {
    const problem = objection(program, state, move, states.at(-1)!);
    if (problem !== undefined) return { trace: { steps, states }, problem: `move ${index + 1}: ${problem}` };
    const done = execute(program, state, move);
    steps.push(traceStep(state, done, move));
    states.push(traceState(program, done.state, done.violated));
    state = done.state;
  }
  return { trace: { steps, states }, problem: undefined };
}

/** Why a move cannot be made, in words. */
function objection(program: Program, state: MachineState, move: Move, last: TraceState): string | undefined {
  if (last.violated !== undefined) return `the schedule goes on after a violation (${last.violated})`;
  const thread = Number.isInteger(move.thread) ? program.threads[move.thread] : undefined;
  if (thread === undefined) return `there is no thread ${String(move.thread)}, only ${program.threads.length} threads from 0`;
  const status = statusOf(program, state, move.thread);
  if (status.kind === 'ended') return `${thread.name} has ended`;
  const step = thread.steps[status.step]!;
  if (status.kind === 'waits') return `${thread.name} waits and cannot move: ${step.text}`;
  if (Number.isInteger(move.way) && step.ways[move.way] !== undefined) return undefined;
  return `${thread.name} cannot go way ${String(move.way)} of ${step.ways.length} (counted from 0): ${step.text}`;
}

function traceStep(before: MachineState, done: Execution, move: Move): TraceStep {
  const changes = done.state.words.flatMap((after, word) => (after === before.words[word] ? [] : [{ word, before: before.words[word]!, after }]));
  return { move: { thread: move.thread, way: move.way }, step: before.next[move.thread]!, changes, reads: done.reads, violated: done.violated };
}

function traceState(program: Program, state: MachineState, violated: PropertyId | undefined): TraceState {
  return {
    words: state.words,
    threads: program.threads.map((_, thread) => statusOf(program, state, thread)),
    violated: violated ?? violationOf(program, state),
  };
}
