/** Explores every interleaving of a program. Deterministic: the same program and options give the same result, byte for byte. */
import type { Program, PropertyId } from '../machine/program';
import { anySchedule } from './path';
import { fewestPreemptions } from './preemptions';
import { PROPERTIES, rankOf } from './properties';
import type { Exploration, Witness } from './result';
import { search, type Interruptible, type Progress, type Reached } from './search';
import { StateSpace } from './space';
import { bestSchedule, type Goal } from './witness';

export type { Progress } from './search';

export interface ExploreOptions {
  /** Whether states that behave alike are taken for one (true unless given). It changes the numbers of states and ends, and nothing else. */
  readonly reduce?: boolean;
  /** The most states that are stored, 20 million unless given. */
  readonly maxStates?: number;
  /** The fewest preemptions are not asked for when there are more states than this; 300 000 unless given. */
  readonly maxPreemptionStates?: number;
  /** Violations that count, all of them unless given. Where another property is violated, the schedule ends without a verdict. */
  readonly properties?: readonly PropertyId[];
  /** How many states are worked through between two reports of progress, 16 384 unless given. */
  readonly every?: number;
  /** Told how far it has come; when it returns true, the exploration stops with the limit `cancelled`. */
  readonly onProgress?: (progress: Progress) => boolean | void;
}

/** The same, for explorations that let others run in between. */
export interface AsyncExploreOptions extends ExploreOptions {
  /** Awaited after each report of progress, for example until the next turn of the event loop. */
  readonly pause: () => Promise<void>;
}

export function explore(program: Program, options: ExploreOptions = {}): Exploration {
  const run = exploration(program, options);
  let step = run.next(false);
  while (!step.done) step = run.next(options.onProgress?.(step.value) === true);
  return step.value;
}

export async function exploreAsync(program: Program, options: AsyncExploreOptions): Promise<Exploration> {
  const run = exploration(program, options);
  let step = run.next(false);
  while (!step.done) {
    const stop = options.onProgress?.(step.value) === true;
    if (!stop) await options.pause();
    step = run.next(stop);
  }
  return step.value;
}

const MAX_STATES = 20_000_000;
const MAX_PREEMPTION_STATES = 300_000;
const EVERY = 16_384;

function* exploration(program: Program, options: ExploreOptions): Interruptible<Exploration> {
  const every = Math.max(1, options.every ?? EVERY);
  const most = Math.min(Math.max(1, options.maxStates ?? MAX_STATES), 2 ** 31 - 2);
  const space = new StateSpace(program, most, options.reduce ?? true);
  const { properties } = options;
  const counts = (rank: number): boolean => properties === undefined || properties.includes(PROPERTIES[rank]!);
  const reached = only(yield* search(space, every), counts);
  // What was covered is settled by the search: later phases execute no move that it did not.
  const covered = space.covered;
  const violated = PROPERTIES.flatMap((property, rank) => {
    const steps = reached.shortest[rank];
    return steps === undefined ? [] : [{ property, steps }];
  });
  const small = reached.limit === undefined && space.count <= (options.maxPreemptionStates ?? MAX_PREEMPTION_STATES);
  return {
    verdict: violated.length > 0 ? 'Sometimes' : reached.limit === undefined ? 'Never' : 'inconclusive',
    limit: reached.limit,
    states: space.count,
    transitions: reached.transitions,
    positive: reached.positive,
    negative: reached.negative,
    depth: reached.layers.length - 2,
    covered,
    witness: violated.length > 0 ? yield* witnessOf(space, reached, every, counts) : undefined,
    violated,
    preemptions: violated.length > 0 && small ? yield* fewestPreemptions(space, reached, every, counts) : undefined,
  };
}

/** What was reached, without the violations that do not count. */
function only(reached: Reached, counts: (rank: number) => boolean): Reached {
  return { ...reached, shortest: reached.shortest.map((steps, rank) => (counts(rank) ? steps : undefined)), finals: new Map([...reached.finals].filter(([, rank]) => counts(rank))) };
}

/** An exploration that was cancelled has no time for the best witness and shows any of the shortest. */
function* witnessOf(space: StateSpace, reached: Reached, every: number, counts: (rank: number) => boolean): Interruptible<Witness | undefined> {
  const length = Math.min(...reached.shortest.map((steps) => steps ?? Infinity));
  const goal: Goal = { length, final: (state) => reached.finals.get(state), violation: (_thread, _step, property) => counts(rankOf(property)) };
  const best = reached.limit === 'cancelled' ? undefined : yield* bestSchedule(space, reached, goal, every);
  const found = best ?? anySchedule(space, reached);
  return found !== undefined && counts(rankOf(found.property)) ? found : undefined;
}
