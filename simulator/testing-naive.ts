/** A naive explorer on the interpreter, for tests: it shares no code with the real one beyond the meaning of a move, and looks at every schedule length in turn. */
import type { Program, PropertyId } from './machine/program';
import { canMove, execute, initialState, isFinal, violationOf, type Execution, type MachineState } from './explorer/interpret';
import { rankOf } from './explorer/properties';
import type { Exploration, Move, Witness } from './explorer/result';

type Found = Omit<Exploration, 'limit' | 'verdict'>;

const keyOf = (state: MachineState): string => `${state.next.join(' ')}|${state.words.join(' ')}`;

interface Successor extends Execution {
  readonly move: Move;
}

function successors(program: Program, state: MachineState): Successor[] {
  return program.threads.flatMap(({ steps }, thread) => {
    if (!canMove(program, state, thread)) return [];
    return steps[state.next[thread]!]!.ways.map((_, way) => ({ move: { thread, way }, ...execute(program, state, { thread, way }) }));
  });
}

export function exploreNaively(program: Program): Found {
  const start = initialState(program);
  const depths = new Map<string, number>([[keyOf(start.state), 0]]);
  const queue: MachineState[] = start.violated === undefined ? [start.state] : [];
  const covered = new Set(start.covered);
  const shortest = new Map<PropertyId, number>(start.violated === undefined ? [] : [[start.violated, 0]]);
  let transitions = 0;
  let positive = shortest.size;
  let negative = 0;
  for (const state of queue) {
    const depth = depths.get(keyOf(state))!;
    const moves = successors(program, state);
    const own = moves.length === 0 ? violationOf(program, state) : undefined;
    if (own !== undefined) shortest.set(own, Math.min(depth, shortest.get(own) ?? depth));
    if (moves.length === 0 && own === undefined) negative++;
    if (own !== undefined) positive++;
    for (const next of moves) {
      transitions++;
      for (const label of next.covered) covered.add(label);
      if (next.violated !== undefined) {
        positive++;
        shortest.set(next.violated, Math.min(depth + 1, shortest.get(next.violated) ?? depth + 1));
      } else if (!depths.has(keyOf(next.state))) {
        depths.set(keyOf(next.state), depth + 1);
        queue.push(next.state);
      }
    }
  }
  return {
    states: depths.size,
    transitions,
    positive,
    negative,
    depth: Math.max(...depths.values()),
    covered: program.labels.map((_, label) => covered.has(label)),
    violated: [...shortest].sort((a, b) => rankOf(a[0]) - rankOf(b[0])).map(([property, steps]) => ({ property, steps })),
    witness: bestWitness(program, shortest),
    preemptions: shortest.size === 0 ? undefined : preemptionsOf(program),
  };
}

interface Partial {
  readonly state: MachineState;
  readonly schedule: readonly Move[];
  readonly switches: number;
}

/** Fewer switches first, then the order of threads and ways. */
function compare(a: Partial, b: Partial): number {
  if (a.switches !== b.switches) return a.switches - b.switches;
  for (const [index, move] of a.schedule.entries()) {
    const order = move.thread - b.schedule[index]!.thread || move.way - b.schedule[index]!.way;
    if (order !== 0) return order;
  }
  return 0;
}

/** The best of all schedules of the shortest length, keeping for each state and last thread the best that leads there. */
function bestWitness(program: Program, shortest: ReadonlyMap<PropertyId, number>): Witness | undefined {
  if (shortest.size === 0) return undefined;
  const length = Math.min(...shortest.values());
  const start = initialState(program);
  let layer: Partial[] = [{ state: start.state, schedule: [], switches: 0 }];
  const ends: { rank: number; property: PropertyId; partial: Partial }[] = [];
  const finish = (property: PropertyId | undefined, partial: Partial): void => {
    if (property !== undefined) ends.push({ rank: rankOf(property), property, partial });
  };
  if (length === 0) finish(start.violated, layer[0]!);
  for (let depth = 0; depth < length; depth++) {
    const next = new Map<string, Partial>();
    for (const from of layer) {
      for (const to of successors(program, from.state)) {
        const last = from.schedule.at(-1);
        const partial = { state: to.state, schedule: [...from.schedule, to.move], switches: from.switches + Number(last !== undefined && last.thread !== to.move.thread) };
        if (to.violated !== undefined) {
          if (depth + 1 === length) finish(to.violated, partial);
          continue;
        }
        const key = `${keyOf(to.state)}|${to.move.thread}`;
        const known = next.get(key);
        if (known === undefined || compare(partial, known) < 0) next.set(key, partial);
      }
    }
    layer = [...next.values()];
  }
  if (start.violated === undefined) for (const partial of layer) if (isFinal(program, partial.state)) finish(violationOf(program, partial.state), partial);
  const [best] = ends.sort((a, b) => a.partial.switches - b.partial.switches || a.rank - b.rank || compare(a.partial, b.partial));
  return best && { property: best.property, schedule: best.partial.schedule, contextSwitches: best.partial.switches };
}

/** Relaxes costs of states and last threads until nothing gets better. */
function preemptionsOf(program: Program): number {
  const start = initialState(program);
  if (start.violated !== undefined) return 0;
  let best = Infinity;
  const costs = new Map<string, number>();
  const work: { state: MachineState; last: number | undefined; cost: number }[] = [{ state: start.state, last: undefined, cost: 0 }];
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    const { state, last, cost } = item;
    const key = `${keyOf(state)}|${last}`;
    if ((costs.get(key) ?? Infinity) <= cost) continue;
    costs.set(key, cost);
    const moves = successors(program, state);
    if (moves.length === 0 && violationOf(program, state) !== undefined) best = Math.min(best, cost);
    for (const next of moves) {
      const preempts = last !== undefined && last !== next.move.thread && canMove(program, state, last);
      if (next.violated !== undefined) best = Math.min(best, cost + Number(preempts));
      else work.push({ state: next.state, last: next.move.thread, cost: cost + Number(preempts) });
    }
  }
  return best;
}
