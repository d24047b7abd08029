/**
 * The fewest preemptions with which a violation can be reached: a shortest path where a move costs 1 when it takes over from a thread that could have
 * gone on, and 0 otherwise. All moves of one cost are made before any of the next.
 */
import type { Interruptible, Reached } from './search';
import { NO_RANK, type StateSpace } from './space';
import { isViolation, NONE, rankOfTarget } from './targets';

/** Undefined when it was stopped, or when nothing that counts (by the property's rank) is violated. The search must be complete. */
export function* fewestPreemptions(space: StateSpace, reached: Reached, every: number, counts: (rank: number) => boolean): Interruptible<number | undefined> {
  if (space.start.violated !== undefined) return 0;
  const { threads } = space;
  // A node is a state and the thread that moved last; one thread more stands for none yet.
  const width = threads + 1;
  const seen = new Uint8Array(space.count * width);
  let now = [threads];
  let work = 0;
  for (let cost = 0; now.length > 0; cost++) {
    const later: number[] = [];
    let violatesLater = false;
    for (let node = now.pop(); node !== undefined; node = now.pop()) {
      if (seen[node] === 1) continue;
      seen[node] = 1;
      const last = node % width;
      space.expand((node - last) / width, false);
      if (space.moves === 0 && space.finalRank !== NO_RANK && counts(space.finalRank)) return cost;
      const goesOn = space.canMove(last);
      for (let move = 0; move < space.moves; move++) {
        const target = space.target[move]!;
        const free = !goesOn || space.thread[move] === last;
        if (isViolation(target)) {
          if (!counts(rankOfTarget(target))) continue;
          if (free) return cost;
          violatesLater = true;
        } else if (target !== NONE) {
          (free ? now : later).push(target * width + space.slot[move]!);
        }
      }
      if (++work % every === 0) {
        const stop = yield { phase: 'preemptions', states: space.count, transitions: reached.transitions, depth: cost, waiting: now.length };
        if (stop) return undefined;
      }
    }
    if (violatesLater) return cost + 1;
    now = later;
  }
  return undefined;
}
