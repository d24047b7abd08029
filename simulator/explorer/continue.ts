/** Goes on from somewhere: moves that a reader has chosen, then the shortest way to something wrong, or to an end where nothing is. */
import type { Program, Stmt } from '../machine/program';
import { initialState } from './interpret';
import { replay } from './replay';
import type { Move } from './result';
import { passing } from './schedules';
import { search, type Interruptible } from './search';
import { NO_RANK, StateSpace } from './space';
import { bestSchedule } from './witness';

export interface ContinueOptions {
  /** The most states that are looked at from there on, 300 000 unless given. */
  readonly maxStates?: number;
}

export type Continued =
  /** `schedule` begins with the moves that were given. With `complete`, nothing else goes wrong from there in fewer steps; otherwise not all states were looked at. */
  | { readonly kind: 'schedule'; readonly schedule: readonly Move[]; readonly complete: boolean }
  /** The moves cannot be made: why not, in words. */
  | { readonly kind: 'problem'; readonly problem: string }
  /** No end was found among the states that were looked at, or it was stopped. */
  | { readonly kind: 'nothing' };

const EVERY = 4096;

/** Continues a schedule. The moves come from outside and are not trusted. */
export function* continued(program: Program, moves: readonly Move[], options: ContinueOptions = {}): Interruptible<Continued> {
  const { trace, problem } = replay(program, moves);
  if (problem !== undefined) return { kind: 'problem', problem };
  const last = trace.states.at(-1);
  if (last === undefined || last.violated !== undefined) return { kind: 'schedule', schedule: moves, complete: true };
  const next = last.threads.map((status, thread) => (status.kind === 'ended' ? (program.threads[thread]?.steps.length ?? 0) : status.step));
  const space = new StateSpace(program, options.maxStates ?? 300_000, false, { words: last.words, next });
  const reached = yield* search(space, EVERY);
  if (reached.limit === 'cancelled') return { kind: 'nothing' };
  const complete = reached.limit === undefined;
  if (reached.nearest !== undefined) {
    const length = Math.min(...reached.shortest.map((steps) => steps ?? Infinity));
    const best = yield* bestSchedule(space, reached, { length, final: (state) => reached.finals.get(state) }, EVERY);
    return best === undefined ? { kind: 'nothing' } : { kind: 'schedule', schedule: [...moves, ...best.schedule], complete };
  }
  const end = nearestEnd(space);
  const [found] = end === undefined ? [] : passing(space, [end]);
  return found === undefined ? { kind: 'nothing' } : { kind: 'schedule', schedule: [...moves, ...found.schedule], complete };
}

/** A shortest schedule to each label that can be reached, continued to an end: for programs in which nothing goes wrong. Empty for one in which something does. */
export function* schedulesToLabels(program: Program, options: ContinueOptions = {}): Interruptible<readonly { readonly label: string; readonly schedule: readonly Move[] }[]> {
  const found: { label: string; schedule: readonly Move[] }[] = [];
  if (initialState(program).violated !== undefined) return found;
  for (const [index, label] of program.labels.entries()) {
    const marked = stoppingAt(program, index);
    // Locals' starts are done before the first move: what they reach is reached by every schedule.
    if (initialState(marked).violated !== undefined) continue;
    const space = new StateSpace(marked, options.maxStates ?? 300_000, false);
    const reached = yield* search(space, EVERY);
    if (reached.limit === 'cancelled') return found;
    const length = Math.min(...reached.shortest.map((steps) => steps ?? Infinity));
    if (length === Infinity) continue;
    const best = yield* bestSchedule(space, reached, { length, final: () => undefined, violation: (_, __, property) => property === 'assert' }, EVERY);
    const whole = best && (yield* continued(program, best.schedule, options));
    if (whole?.kind !== 'schedule') continue;
    if (replay(program, whole.schedule).trace.states.at(-1)?.violated !== undefined) return [];
    found.push({ label, schedule: whole.schedule });
  }
  return found;
}

/** The first of the states without a move: states are in the order of their distance. */
function nearestEnd(space: StateSpace): number | undefined {
  for (let state = 0; state < space.count; state++) {
    space.expand(state, false);
    if (space.moves === 0 && space.finalRank === NO_RANK) return state;
  }
  return undefined;
}

/** The same program, in which reaching the label is what goes wrong. */
function stoppingAt(program: Program, label: number): Program {
  const statements = (list: readonly Stmt[]): readonly Stmt[] => list.map((statement): Stmt => {
    if (statement.kind === 'if') return { ...statement, then: statements(statement.then), else: statements(statement.else) };
    return statement.kind === 'cover' && statement.label === label ? { kind: 'violate', property: 'assert', test: { kind: 'const', value: 1 } } : statement;
  });
  return {
    ...program,
    threads: program.threads.map((thread) => ({ ...thread, start: statements(thread.start), steps: thread.steps.map((step) => ({ ...step, ways: step.ways.map(statements) })) })),
  };
}
