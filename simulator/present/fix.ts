/**
 * What a fix prevents: a schedule that fails is replayed on the fixed program, up to where that does something else, and then continued until nothing is
 * left to do. Threads correspond by name, steps by function and text; the fixed program may have more steps, or fewer.
 */
import { execute, initialState, statusOf, type MachineState } from '../explorer/interpret';
import { replay } from '../explorer/replay';
import type { Move, Trace } from '../explorer/result';
import type { Program, Step } from '../machine/program';
import { shortName } from './c-text';
import { buildDiagram, type Diagram, type DiagramOptions, type Mark } from './diagram';
import type { FormatValue } from './format';
import { wordsOf } from './evaluate';
import { heldInWords, holders } from './locks';
import { actor } from './explain';
import { successors } from './step-graph';
import { relevantSteps, violatedProperty } from './slice';

/** Where the fixed program leaves the schedule; `n` is the number of the step in its own trace, from 1. */
export type Parting =
  /** The thread cannot do step `n` at once: it waits for a lock. */
  | { readonly kind: 'waits'; readonly thread: number; readonly n: number; readonly step: Step; readonly for: string }
  /** Step `n` is done, and leads elsewhere. */
  | { readonly kind: 'branch'; readonly thread: number; readonly n: number; readonly step: Step }
  /** The thread has no such step any more, or has ended before it. */
  | { readonly kind: 'absent'; readonly thread: number; readonly n: number; readonly step: Step }
  /** Step `n` is the one that was wrong, and now it is not. */
  | { readonly kind: 'harmless'; readonly thread: number; readonly n: number; readonly step: Step }
  /** The fixed program fails in the same way. */
  | { readonly kind: 'none' };

export interface FixComparison {
  readonly program: Program;
  /** Of the fixed program: the schedule as far as both agree, then on to the end. */
  readonly trace: Trace;
  /** How many steps are those of the schedule, steps that only the fixed program has included. */
  readonly common: number;
  /** The numbers of the latter. */
  readonly extras: readonly number[];
  /** For each of its steps that is one of the schedule's, the number of that one. */
  readonly pairs: ReadonlyMap<number, number>;
  readonly parting: Parting;
  /** `left`: a thread came to where it is not looked at any more. `sleeps`: a thread waits for userspace, as it may. `unfinished`: threads wait for each other in a loop, or it takes too long to show. */
  readonly outcome: 'ended' | 'left' | 'sleeps' | 'violates' | 'unfinished';
}

/** Replays `trace`, which `buggy` violates, on `fixed`. Deterministic. */
export function compareWithFix(buggy: Program, trace: Trace, fixed: Program): FixComparison {
  const walk = new Walk(fixed);
  const parting = follow(buggy, trace, walk);
  const common = parting.kind === 'branch' || parting.kind === 'harmless' ? parting.n - 1 : walk.moves.length;
  const outcome = parting.kind === 'none' ? 'violates' : goOn(walk, 'thread' in parting ? parting.thread : 0);
  return { program: fixed, trace: replay(fixed, walk.moves).trace, common, extras: walk.extras.filter((n) => n <= common), pairs: walk.pairs, parting, outcome };
}

/** `With the fix, huge_pte_lock() waits for ptl, held by P0.` */
export function partingWords({ program, parting }: FixComparison): string {
  switch (parting.kind) {
    case 'waits': return `With the fix, ${callName(parting.step)} of ${actor(program, parting.thread)} waits for ${parting.for}.`;
    case 'branch': return `With the fix, ${actor(program, parting.thread)} goes another way after ${callName(parting.step)}.`;
    case 'absent': return `With the fix, ${actor(program, parting.thread)} does not come to \`${parting.step.text}\`.`;
    case 'harmless': return `With the fix, ${callName(parting.step)} of ${actor(program, parting.thread)} does no harm any more.`;
    case 'none': return 'With the fix, the same schedule fails in the same way.';
  }
}

/** The picture of where the schedules part and of what follows. */
export function fixDiagram(comparison: FixComparison, format: FormatValue): Diagram {
  const { program, trace, common, parting, outcome } = comparison;
  if (parting.kind === 'none') return buildDiagram(program, trace, { format });
  const slice = relevantSteps(program, trace);
  let shown = 0;
  const relevant = trace.steps.map((traced, index) => {
    const step = program.threads[traced.move.thread]?.steps[traced.step];
    if (index + 1 > parting.n && step?.kind !== 'event' && slice[index] === true && ++shown > SHOWN_AFTER) return false;
    return comparison.extras.includes(index + 1) || (index >= common && (slice[index] === true || step?.kind === 'event' || (step?.kind === 'user-access' && shown < SHOWN_AFTER) || (parting.kind !== 'absent' && index + 1 === parting.n)));
  });
  const last = branchAfter(comparison);
  if (last !== undefined) relevant[last - 1] = true;
  const marks = new Map<number, Mark>();
  if (parting.kind === 'branch') marks.set(parting.n, { tone: 'good', words: 'goes another way: the schedules part here' });
  if (parting.kind === 'harmless') marks.set(parting.n, { tone: 'good', words: 'no harm done' });
  const insert = parting.kind === 'waits' || parting.kind === 'absent' ? {
    n: common + 1, thread: parting.thread, step: parting.step,
    mark: { tone: 'good' as const, words: `${parting.kind === 'waits' ? `waits for ${parting.for}` : 'not done'}: the schedules part here` },
  } : undefined;
  return buildDiagram(program, trace, { format, relevant, marks, insert, skip: skipped(comparison), closing: closing(comparison, outcome) });
}

/** The steps in common are summed up, except for those that only the fixed program has. */
function skipped({ program, trace, common, extras }: FixComparison): NonNullable<DiagramOptions['skip']> {
  const ranges: { first: number; last: number; words: string }[] = [];
  for (let n = 1; n <= common; n++) {
    const traced = trace.steps[n - 1];
    const kind = traced && program.threads[traced.move.thread]?.steps[traced.step]?.kind;
    if (extras.includes(n) && kind !== 'lock' && kind !== 'unlock') continue;
    const open = ranges.at(-1);
    const first = open?.last === n - 1 ? open.first : n;
    if (first !== n) ranges.pop();
    ranges.push({ first, last: n, words: first === n ? `Step ${n} as before` : `Steps ${first} to ${n} as before` });
  }
  return ranges;
}

/** The sentence below: how it ends. Undefined when something is wrong, which is said elsewhere. */
export function closing({ trace }: FixComparison, outcome: FixComparison['outcome']): Mark | undefined {
  const property = violatedProperty(trace);
  if (property !== undefined) return undefined;
  if (outcome === 'ended') return { tone: 'good', words: 'all threads end, and nothing is wrong' };
  if (outcome === 'left') return { tone: 'good', words: 'nothing is wrong as far as it is looked at' };
  if (outcome === 'sleeps') return { tone: 'good', words: 'waits for userspace, and nothing is wrong' };
  return { tone: 'plain', words: '(and so on)' };
}

/** After a wait, the step at which the thread that waited decides otherwise than before: its last look at an entry before it leaves the steps that only the fixed program has. */
function branchAfter({ trace, parting, program }: FixComparison): number | undefined {
  if (parting.kind !== 'waits') return undefined;
  const next = trace.steps.findIndex((step, index) => index + 1 > parting.n && step.move.thread === parting.thread && program.threads[step.move.thread]?.steps[step.step]?.kind === 'load');
  return next < 0 ? undefined : next + 1;
}

const LONGEST = 300;
/** How many steps after the parting have a row of their own, events aside. */
const SHOWN_AFTER = 10;

/** A state of the fixed program and the moves that led to it. */
class Walk {
  readonly moves: Move[] = [];
  /** Numbers of the moves whose steps only this program has. */
  readonly extras: number[] = [];
  /** The number of the schedule's step for each move that is one. */
  readonly pairs = new Map<number, number>();
  violated = false;
  state: MachineState;

  constructor(readonly program: Program) {
    this.state = initialState(program).state;
  }

  next(thread: number): { readonly step: Step; readonly waits: boolean } | undefined {
    const status = statusOf(this.program, this.state, thread);
    const step = status.kind === 'ended' ? undefined : this.program.threads[thread]?.steps[status.step];
    return step && { step, waits: status.kind === 'waits' };
  }

  move(thread: number, way: number): void {
    const ways = this.next(thread)?.step.ways.length ?? 1;
    const move = { thread, way: Math.min(way, ways - 1) };
    const done = execute(this.program, this.state, move);
    this.moves.push(move);
    this.state = done.state;
    this.violated = done.violated !== undefined;
  }
}

function follow(buggy: Program, trace: Trace, walk: Walk): Parting {
  const lastMove = new Map<number, { n: number; step: Step }>();
  const keys = (program: Program, name: string): ReadonlySet<string> => new Set(program.threads.find((thread) => thread.name === name)?.steps.map(keyOf));
  let wrong: { thread: number; n: number; step: Step } | undefined;
  for (const [index, traced] of trace.steps.entries()) {
    const name = buggy.threads[traced.move.thread]?.name ?? '';
    const wanted = buggy.threads[traced.move.thread]?.steps[traced.step];
    const thread = walk.program.threads.findIndex((other) => other.name === name);
    // A thread that the fixed program does not have does nothing there.
    if (!wanted || thread < 0) continue;
    const before = keys(buggy, name);
    const gone = !keys(walk.program, name).has(keyOf(wanted));
    for (let done = false; !done;) {
      const next = walk.next(thread);
      const n = walk.moves.length + 1;
      if (!next || n > trace.steps.length + LONGEST) return { kind: 'absent', thread, n, step: wanted };
      const same = keyOf(next.step) === keyOf(wanted);
      if (!same && before.has(keyOf(next.step))) {
        // Where the step is done later in the schedule as well, this one was left out on the way there.
        const decided = lastMove.get(thread);
        if (gone || (comesLater(buggy, trace, index, keyOf(next.step)) && !(decided && couldGo(walk.program, thread, decided.step, keyOf(wanted))))) break;
        return decided ? { kind: 'branch', thread, ...decided } : { kind: 'absent', thread, n, step: wanted };
      }
      if (next.waits) return { kind: 'waits', thread, n, step: next.step, for: waitsFor(walk, next.step) };
      walk.move(thread, same ? traced.move.way : 0);
      if (same) walk.pairs.set(n, index + 1);
      else walk.extras.push(n);
      lastMove.set(thread, { n, step: next.step });
      if (walk.violated) return { kind: 'none' };
      done = same;
    }
    if (traced.violated === undefined) continue;
    if (gone) return { kind: 'absent', thread, n: walk.moves.length + 1, step: wanted };
    const done = lastMove.get(thread);
    wrong = done && { thread, ...done };
  }
  const last = trace.steps.at(-1);
  const end = wrong ?? (last && lastMove.get(last.move.thread) ? { thread: last.move.thread, ...lastMove.get(last.move.thread)! } : undefined);
  return end ? { kind: 'harmless', ...end } : { kind: 'none' };
}

/** Does the same thread do such a step after the one with this index? */
function comesLater(program: Program, trace: Trace, index: number, key: string): boolean {
  const thread = trace.steps[index]?.move.thread;
  return trace.steps.some(({ move, step }, at) => at > index && move.thread === thread && program.threads[move.thread]?.steps.some((other, number) => number === step && keyOf(other) === key));
}

/** Is a step of that kind one of several that may come right after this one? */
function couldGo(program: Program, thread: number, step: Step, key: string): boolean {
  const steps = program.threads[thread]?.steps ?? [];
  const next = successors(step, steps.length);
  return next.length > 1 && next.some((index) => steps[index] !== undefined && keyOf(steps[index]) === key);
}

/** Runs the thread that parted, and whoever it waits for, until nothing is left to do or everything repeats. */
function goOn(walk: Walk, parted: number): FixComparison['outcome'] {
  const seen = new Set<string>();
  const threads = walk.program.threads.map((_, thread) => thread);
  for (let count = 0; count < LONGEST && !walk.violated; count++) {
    const ready = threads.filter((thread) => walk.next(thread)?.waits === false);
    if (ready.length === 0) {
      if (replay(walk.program, walk.moves).trace.states.at(-1)?.violated !== undefined) return 'violates';
      const waiting = threads.flatMap((thread) => walk.next(thread)?.step ?? []);
      // A guard that is never true stands where a thread is left alone: nobody waits there.
      return waiting.length === 0 ? 'ended' : waiting.every(({ guard }) => guard?.kind === 'const') ? 'left' : 'sleeps';
    }
    const state = JSON.stringify(walk.state);
    const waiting = walk.next(parted);
    const lock = waiting?.waits ? waiting.step.lock : undefined;
    const blockers = lock === undefined ? [] : holders(walk.program, lock, walk.state.words[lock] ?? 0).map((holder) => holder.thread);
    // A state seen before means that the thread goes round in a loop: then somebody else has to move.
    const order = seen.has(state) ? ready.filter((thread) => thread !== parted) : [parted, ...blockers, ...threads].filter((thread) => ready.includes(thread));
    const next = order[0];
    if (next === undefined) return 'unfinished';
    seen.add(state);
    walk.move(next, 0);
  }
  return walk.violated ? 'violates' : 'unfinished';
}

function waitsFor(walk: Walk, step: Step): string {
  if (step.lock !== undefined) return heldInWords(walk.program, step.lock, walk.state.words[step.lock] ?? 0);
  const word = step.guard && wordsOf(step.guard).map((id) => walk.program.words[id]).find((candidate) => candidate?.scope === 'shared');
  return word ? `${word.name} to change` : 'another thread';
}

function callName(step: Step): string {
  const name = shortName(step.text);
  return name === step.text ? `\`${name}\`` : `${name}()`;
}

function keyOf(step: Step): string {
  return `${step.functions.join('/')} ${step.text}`;
}
