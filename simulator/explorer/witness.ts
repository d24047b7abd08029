/**
 * The violating schedule to show: of the shortest ones one with the fewest context switches, then the one whose property comes first, then the first
 * in the order of threads and ways, move by move.
 *
 * Every state on a shortest violating schedule is as far from the initial state as its position says, for otherwise there would be a shorter one. So
 * it is enough to look at moves from one layer of the breadth-first search to the next. Going backwards through the layers gives for every state and
 * thread the cost of the best way to a violation that begins with a move of this thread; going forwards from the initial state then only follows it.
 */
import type { PropertyId } from '../machine/program';
import { canMove, execute, type MachineState } from './interpret';
import { PROPERTIES, rankOf } from './properties';
import type { Move, Witness } from './result';
import type { Interruptible, Reached } from './search';
import type { StateSpace } from './space';
import { isViolation, rankOfTarget } from './targets';

/** Which violations are meant. */
export interface Goal {
  /** Number of moves; no violation that is meant has fewer. */
  readonly length: number;
  /** The rank of the property when a final state, which `length` moves lead to, is meant; undefined otherwise. */
  readonly final: (state: number) => number | undefined;
  /** Whether the violation of a property by this step of a thread is meant. Without it, any is. */
  readonly violation?: (thread: number, step: number, property: PropertyId) => boolean;
}

/** Costs are context switches in units of this, plus the rank of the property. */
const SWITCH = 16;
/** No violation from here. */
const NEVER = Infinity;

/** The best schedule to a violation among the states of a search. Undefined when it was stopped, or when there is none. */
export function* bestSchedule(space: StateSpace, reached: Reached, goal: Goal, every: number): Interruptible<Witness | undefined> {
  if (goal.length === 0) return startWitness(space, goal);
  const costs = yield* costsToViolation(space, reached, goal, every);
  return costs === undefined ? undefined : follow(space, reached, goal, costs);
}

/** A violation of the initial state itself. */
function startWitness(space: StateSpace, goal: Goal): Witness | undefined {
  const rank = space.start.violated === undefined ? goal.final(0) : rankOf(space.start.violated);
  return rank === undefined ? undefined : { property: PROPERTIES[rank]!, schedule: [], contextSwitches: 0 };
}

class Costs {
  /** For each state nearer than the violation and each thread the cost of the best schedule that begins with a move of that thread. */
  private readonly first: Uint16Array | Uint32Array;
  /** What stands in `first` for `NEVER`. */
  private readonly never: number;

  constructor(private readonly space: StateSpace, private readonly goal: Goal, readonly states: number) {
    const wide = (goal.length + 1) * SWITCH > 0xffff;
    this.never = wide ? 0xffffffff : 0xffff;
    this.first = new (wide ? Uint32Array : Uint16Array)(states * space.threads).fill(this.never);
  }

  improve(state: number, thread: number, cost: number): void {
    const index = state * this.space.threads + thread;
    if (cost < this.first[index]!) this.first[index] = cost;
  }

  /** The cost of the rest of the schedule in a state that `last` has just moved to; `depth` is the number of moves until there. */
  ofRest(state: number, last: number | undefined, depth: number): number {
    if (state < 0) return NEVER;
    if (depth === this.goal.length) return this.goal.final(state) ?? NEVER;
    if (state >= this.states) return NEVER;
    let best = NEVER;
    for (let thread = 0; thread < this.space.threads; thread++) {
      const cost = this.first[state * this.space.threads + thread]!;
      if (cost !== this.never) best = Math.min(best, cost + (last === undefined || last === thread ? 0 : SWITCH));
    }
    return best;
  }
}

/** Undefined when it was stopped. */
function* costsToViolation(space: StateSpace, reached: Reached, goal: Goal, every: number): Interruptible<Costs | undefined> {
  const costs = new Costs(space, goal, reached.layers[goal.length] ?? space.count);
  let depth = goal.length - 1;
  for (let state = costs.states - 1; state >= 0; state--) {
    while (state < reached.layers[depth]!) depth--;
    space.expand(state, false);
    const nextLayer = reached.layers[depth + 1]!;
    const nextEnd = reached.layers[depth + 2] ?? space.count;
    for (let move = 0; move < space.moves; move++) {
      const target = space.target[move]!;
      if (isViolation(target)) {
        if (depth + 1 === goal.length && isMeant(space, goal, move)) costs.improve(state, space.thread[move]!, rankOfTarget(target));
      } else if (target >= nextLayer && target < nextEnd) {
        costs.improve(state, space.thread[move]!, costs.ofRest(target, space.slot[move]!, depth + 1));
      }
    }
    if (state % every === 0 && state > 0) {
      const stop = yield { phase: 'witness', states: space.count, transitions: reached.transitions, depth, waiting: state };
      if (stop) return undefined;
    }
  }
  return costs;
}

function isMeant(space: StateSpace, goal: Goal, move: number): boolean {
  if (goal.violation === undefined) return true;
  return goal.violation(space.thread[move]!, space.next(space.thread[move]!), PROPERTIES[rankOfTarget(space.target[move]!)]!);
}

/** Goes forwards in the program itself, which has the threads under their own numbers, and takes the first move that keeps to the lowest cost. */
function follow(space: StateSpace, reached: Reached, goal: Goal, costs: Costs): Witness | undefined {
  const start = space.start.state;
  const total = costs.ofRest(space.lookUp(start).state, undefined, 0);
  if (total === NEVER) return undefined;
  const schedule: Move[] = [];
  for (let at: Position | undefined = { state: start, last: undefined, rest: total }; schedule.length < goal.length;) {
    const next = nextMove(space, reached, goal, costs, at, schedule.length);
    if (next === undefined) return undefined;
    schedule.push(next.move);
    at = next.to;
  }
  return { property: PROPERTIES[total % SWITCH]!, schedule, contextSwitches: Math.floor(total / SWITCH) };
}

interface Position {
  readonly state: MachineState;
  readonly last: number | undefined;
  /** What the schedule costs from here. */
  readonly rest: number;
}

function nextMove(space: StateSpace, reached: Reached, goal: Goal, costs: Costs, at: Position, depth: number): { move: Move; to: Position } | undefined {
  for (const [thread, { steps }] of space.program.threads.entries()) {
    if (!canMove(space.program, at.state, thread)) continue;
    const rest = at.rest - (at.last === undefined || at.last === thread ? 0 : SWITCH);
    const step = at.state.next[thread]!;
    for (let way = 0; way < steps[step]!.ways.length; way++) {
      const done = execute(space.program, at.state, { thread, way });
      const cost = done.violated === undefined ? costOf(space, reached, costs, done.state, thread, depth + 1) : violationCost(goal, thread, step, done.violated, depth + 1);
      if (cost === rest) return { move: { thread, way }, to: { state: done.state, last: thread, rest } };
    }
  }
  return undefined;
}

function costOf(space: StateSpace, reached: Reached, costs: Costs, state: MachineState, last: number, depth: number): number {
  const found = space.lookUp(state);
  const inLayer = found.state >= reached.layers[depth]! && found.state < (reached.layers[depth + 1] ?? space.count);
  return inLayer ? costs.ofRest(found.state, found.slots[last]!, depth) : NEVER;
}

function violationCost(goal: Goal, thread: number, step: number, property: PropertyId, depth: number): number {
  return depth === goal.length && (goal.violation?.(thread, step, property) ?? true) ? rankOf(property) : NEVER;
}
