/** The breadth-first search itself. */
import { Parents } from './parents';
import { PROPERTIES, rankOf } from './properties';
import { NO_RANK, type StateSpace } from './space';
import { FULL, isViolation, rankOfTarget } from './targets';
import type { Limit } from './result';

/** How far an exploration has come. */
export interface Progress {
  /** Exploring; looking for the witness among the states; looking for the fewest preemptions. */
  readonly phase: 'explore' | 'witness' | 'preemptions';
  readonly states: number;
  readonly transitions: number;
  /** Moves from the initial state to those that are now expanded. */
  readonly depth: number;
  /** States that were found and not yet expanded. */
  readonly waiting: number;
}

/** Computations that can be interrupted: they yield now and then, and are told whether to stop. */
export type Interruptible<Result> = Generator<Progress, Result, boolean>;

/** What a search has found. */
export interface Reached {
  readonly limit: Limit | undefined;
  readonly transitions: number;
  readonly positive: number;
  readonly negative: number;
  /** For each layer the first of its states: those that are so many moves from the initial state. Ends with the number of states. */
  readonly layers: readonly number[];
  readonly parents: Parents;
  /** By rank of the property the length of the shortest schedule that violates it. */
  readonly shortest: readonly (number | undefined)[];
  /** A state from which, or in which, a shortest violating schedule ends. */
  readonly nearest: number | undefined;
  /** Final states that violate, with the property's rank, at the smallest depth at which there are such. */
  readonly finals: ReadonlyMap<number, number>;
}

/** Finds all states. `every` is the number of states that are expanded between two reports. */
export function* search(space: StateSpace, every: number): Interruptible<Reached> {
  const parents = new Parents();
  const layers = [0];
  const shortest = new Array<number | undefined>(PROPERTIES.length).fill(undefined);
  let finals = new Map<number, number>();
  let finalsDepth = Infinity;
  let limit: Limit | undefined;
  let transitions = 0;
  let positive = 0;
  let negative = 0;

  let nearest: number | undefined;
  let nearestLength = Infinity;
  const violate = (rank: number, length: number, state: number): void => {
    positive++;
    if (length < nearestLength) [nearest, nearestLength] = [state, length];
    shortest[rank] = Math.min(shortest[rank] ?? length, length);
  };
  if (space.start.violated !== undefined) {
    violate(rankOf(space.start.violated), 0, 0);
    return { limit, transitions, positive, negative, layers: [0, 1], parents, shortest, nearest, finals };
  }
  let layerEnd = 1;
  for (let state = 0; state < space.count && limit === undefined; state++) {
    if (state === layerEnd) {
      layers.push(state);
      layerEnd = space.count;
    }
    const depth = layers.length - 1;
    const before = space.count;
    space.expand(state, true);
    for (let move = 0; move < space.moves; move++) {
      const target = space.target[move]!;
      if (target === FULL) limit = 'states';
      else transitions++;
      if (isViolation(target)) violate(rankOfTarget(target), depth + 1, state);
    }
    if (space.moves === 0 && space.finalRank === NO_RANK) negative++;
    else if (space.moves === 0) {
      violate(space.finalRank, depth, state);
      finalsDepth = Math.min(finalsDepth, depth);
      if (depth === finalsDepth) finals.set(state, space.finalRank);
    }
    parents.push(space.count - before);
    if ((state + 1) % every === 0) {
      const stop = yield { phase: 'explore', states: space.count, transitions, depth, waiting: space.count - state - 1 };
      if (stop) limit ??= 'cancelled';
    }
  }
  // Where the search stopped within a layer, what was found beyond it is a last layer that is not complete.
  if (layerEnd < space.count) layers.push(layerEnd);
  layers.push(space.count);
  if (finalsDepth > nearestLength) finals = new Map();
  return { limit, transitions, positive, negative, layers, parents, shortest, nearest, finals };
}
