/**
 * More schedules than the one witness, for readers who want to see every way in which it goes wrong. Not all schedules are listed, for there are far
 * too many, but one for each thing that can happen:
 * - for each step and property that it violates, a shortest such schedule, and of these one with the fewest context switches;
 * - for each set of places where threads are stuck in a deadlock, the same;
 * - the same for `exists`;
 * - on request, for each final state in which nothing is wrong, one schedule with the fewest context switches that leads there.
 */
import type { Program, PropertyId } from '../machine/program';
import { PROPERTIES } from './properties';
import type { Move } from './result';
import { search, type Interruptible, type Reached } from './search';
import { NO_RANK, StateSpace } from './space';
import { isViolation, NONE, rankOfTarget } from './targets';
import { bestSchedule, type Goal } from './witness';

export interface ScheduleOptions {
  /** Whether to list passing schedules too; false unless given. */
  readonly passing?: boolean;
  /** The most schedules of each sort, 100 unless given. */
  readonly most?: number;
  /** The most states that are looked at, 300 000 unless given. */
  readonly maxStates?: number;
}

export interface ListedSchedule {
  /** Undefined for a passing schedule. */
  readonly property: PropertyId | undefined;
  /** The step that violates; undefined where it is the final state that does, or nothing. */
  readonly at: { readonly thread: number; readonly step: number } | undefined;
  readonly schedule: readonly Move[];
  readonly contextSwitches: number;
}

export interface ScheduleList {
  /** Violating ones by length, then passing ones by context switches. */
  readonly schedules: readonly ListedSchedule[];
  /** False when there are more: a limit was hit, or it was stopped. */
  readonly complete: boolean;
}

/** Lists schedules at one go. */
export function allSchedules(program: Program, options: ScheduleOptions = {}): ScheduleList {
  const run = schedules(program, options);
  let step = run.next(false);
  while (!step.done) step = run.next(false);
  return step.value;
}

const EVERY = 16_384;

/** The same, to be interrupted. Its work is that of one exploration without reductions for each schedule that is listed. */
export function* schedules(program: Program, options: ScheduleOptions = {}): Interruptible<ScheduleList> {
  const most = options.most ?? 100;
  const space = new StateSpace(program, options.maxStates ?? 300_000, false);
  const reached = yield* search(space, EVERY);
  const { ends, passed } = endsOf(space, reached);
  const listed: ListedSchedule[] = [];
  for (const end of ends.slice(0, most)) {
    const found = yield* bestSchedule(space, reached, end.goal, EVERY);
    if (found === undefined) return { schedules: listed, complete: false };
    listed.push({ property: found.property, at: end.at, schedule: found.schedule, contextSwitches: found.contextSwitches });
  }
  const wanted = options.passing === true ? passed : [];
  listed.push(...passing(space, wanted.slice(0, most)));
  return { schedules: listed, complete: reached.limit === undefined && ends.length <= most && wanted.length <= most };
}

interface End {
  readonly at: ListedSchedule['at'];
  readonly goal: Goal;
}

/** What can go wrong, each with how soon; and the states that pass. States are in the order of their depth, so the first of a sort is a nearest. */
function endsOf(space: StateSpace, reached: Reached): { ends: readonly End[]; passed: readonly number[] } {
  if (space.start.violated !== undefined) return { ends: [{ at: undefined, goal: { length: 0, final: () => undefined } }], passed: [] };
  const ends = new Map<string, End>();
  const passed: number[] = [];
  const finals = new Map<number, { readonly key: string; readonly rank: number }>();
  let depth = 0;
  for (let state = 0; state < space.count; state++) {
    while (state >= reached.layers[depth + 1]!) depth++;
    space.expand(state, false);
    for (let move = 0; move < space.moves; move++) {
      const target = space.target[move]!;
      if (isViolation(target)) addViolation(space, ends, move, depth + 1);
    }
    if (space.moves > 0) continue;
    if (space.finalRank === NO_RANK) passed.push(state);
    else addFinal(space, ends, finals, state, depth);
  }
  return { ends: [...ends.values()].sort((a, b) => a.goal.length - b.goal.length), passed };
}

function addViolation(space: StateSpace, ends: Map<string, End>, move: number, length: number): void {
  const thread = space.thread[move]!;
  const step = space.next(thread);
  const property = PROPERTIES[rankOfTarget(space.target[move]!)]!;
  const key = `${thread} ${step} ${property}`;
  if (ends.has(key)) return;
  const violation = (t: number, s: number, p: PropertyId): boolean => t === thread && s === step && p === property;
  ends.set(key, { at: { thread, step }, goal: { length, final: () => undefined, violation } });
}

function addFinal(space: StateSpace, ends: Map<string, End>, finals: Map<number, { key: string; rank: number }>, state: number, depth: number): void {
  const property = PROPERTIES[space.finalRank]!;
  const places = property === 'deadlock' ? space.program.threads.map((_, thread) => space.next(thread)) : [];
  const key = `${property} ${places.join(' ')}`;
  finals.set(state, { key, rank: space.finalRank });
  if (ends.has(key)) return;
  const final = (at: number): number | undefined => (finals.get(at)?.key === key ? finals.get(at)!.rank : undefined);
  ends.set(key, { at: undefined, goal: { length: depth, final, violation: () => false } });
}

/** Schedules with the fewest context switches to states: all moves without a switch are made before any with one. */
export function passing(space: StateSpace, states: readonly number[]): ListedSchedule[] {
  if (states.length === 0) return [];
  const width = space.threads + 1;
  const first = space.threads;
  // For each node, a state and the thread that moved last, the node before it plus one.
  const before = new Float64Array(space.count * width);
  const wanted = new Set(states);
  const ends = new Map<number, { node: number; switches: number }>();
  let now: { node: number; from: number }[] = [{ node: first, from: first }];
  for (let switches = 0; now.length > 0 && ends.size < wanted.size; switches++) {
    const later: typeof now = [];
    // The list grows while it is walked.
    for (const { node, from } of now) {
      if (before[node] !== 0) continue;
      before[node] = from + 1;
      const last = node % width;
      const state = (node - last) / width;
      if (wanted.has(state) && !ends.has(state)) ends.set(state, { node, switches });
      space.expand(state, false);
      for (let move = 0; move < space.moves; move++) {
        const target = space.target[move]!;
        if (isViolation(target) || target === NONE) continue;
        const same = last === first || space.thread[move] === last;
        (same ? now : later).push({ node: target * width + space.thread[move]!, from: node });
      }
    }
    now = later;
  }
  const listed = [...ends.values()].map(({ node, switches }) => ({ property: undefined, at: undefined, schedule: movesTo(space, before, node, width), contextSwitches: switches }));
  return listed.sort((a, b) => a.contextSwitches - b.contextSwitches || a.schedule.length - b.schedule.length || byThreads(a.schedule, b.schedule));
}

function byThreads(a: readonly Move[], b: readonly Move[]): number {
  const index = a.findIndex((move, at) => move.thread !== b[at]!.thread);
  return index < 0 ? 0 : a[index]!.thread - b[index]!.thread;
}

function movesTo(space: StateSpace, before: Float64Array, end: number, width: number): Move[] {
  const moves: Move[] = [];
  for (let node = end; before[node]! - 1 !== node;) {
    const from = before[node]! - 1;
    const last = node % width;
    space.expand(Math.floor(from / width), false);
    const move = space.thread.findIndex((thread, index) => index < space.moves && thread === last && space.target[index] === (node - last) / width);
    moves.unshift({ thread: last, way: space.way[move]! });
    node = from;
  }
  return moves;
}
