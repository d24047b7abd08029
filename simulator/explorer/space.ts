/** The state space of a program: its states by number, and what each move does to them. */
import type { Program, WordId } from '../machine/program';
import { createCanonical, type Canonical } from './canonical';
import { compile, type Compiled } from './compile';
import { initialState, type Execution, type MachineState } from './interpret';
import { deadWords } from './liveness';
import { createPacking, type Packing, type Spread } from './pack';
import { rankOf } from './properties';
import { StateStore } from './store';
import { findSymmetry } from './symmetry';
import { valueSets, type ValueSets } from './value-sets';

const DEADLOCK = rankOf('deadlock');
const EXISTS = rankOf('exists');
const NULL_POINTER = rankOf('null-pointer');

/** In `SpaceMoves.target`: this and what is below down to -15 is a violation, of the property whose rank is -1 - target. */
export const isViolation = (target: number): boolean => target < 0 && target > -100;
export const rankOfTarget = (target: number): number => -1 - target;

/** No property. */
export const NO_RANK = -1;

export class StateSpace {
  /** The moves of the state that was expanded last, in the order of threads and ways; the first `moves` entries of each array are in use. */
  moves = 0;
  readonly thread: number[] = [];
  readonly way: number[] = [];
  /** The state a move leads to, or `NONE` or `FULL`, or a violation. */
  readonly target: number[] = [];
  /** The number that the moving thread has in the state it leads to. */
  readonly slot: number[] = [];
  /** When the state that was expanded last has no moves: the rank of the property it violates, or `NO_RANK`. */
  finalRank = NO_RANK;

  readonly threads: number;
  readonly start: Execution;
  /** The number that the moving thread has in the state that `arrive` found. */
  private arrived = 0;
  private readonly spread: Spread;
  private readonly saved: Spread;
  private readonly compiled: Compiled;
  private readonly packing: Packing;
  private readonly store: StateStore;

  /** Undefined when every state is stored as it is. */
  private readonly canonical: Canonical | undefined;

  /** @param most the most states that are stored @param reduce whether states that behave alike are taken for one */
  constructor(readonly program: Program, most: number, reduce: boolean) {
    this.threads = program.threads.length;
    this.start = initialState(program);
    this.spread = new Int32Array(this.threads + program.words.length);
    this.saved = new Int32Array(this.spread.length);
    this.compiled = compile(program, this.spread);
    let values: ValueSets = valueSets(program, this.start.state);
    if (reduce) {
      const dead = deadWords(program);
      const symmetry = findSymmetry(program, withZero(values, dead.flat(2)));
      values = symmetry.values;
      this.canonical = createCanonical(program, this.spread, dead, symmetry.classes);
    }
    this.packing = createPacking(program, values, this.spread);
    this.store = new StateStore(this.packing, most);
    for (const label of this.start.covered) this.compiled.covered[label] = 1;
    this.put(this.start.state);
    this.store.intern(this.packing.pack());
  }

  /** Number of states that were reached so far; state 0 is the initial one. */
  get count(): number {
    return this.store.count;
  }

  get covered(): readonly boolean[] {
    return Array.from(this.compiled.covered, (reached) => reached === 1);
  }

  /** Bytes of the stored states and the table to find them. */
  get bytes(): number {
    return this.store.bytes;
  }

  /** Finds the moves of a state. States that they lead to are added when `adding`, and otherwise looked up. */
  expand(state: number, adding: boolean): void {
    const { spread, saved, threads } = this;
    this.store.load(state);
    saved.set(spread);
    let moves = 0;
    let stuck = false;
    for (let thread = 0; thread < threads; thread++) {
      const step = this.compiled.steps[thread]![saved[thread]!];
      if (step === undefined) continue;
      const open = step.guard === undefined ? 1 : step.guard();
      if (open === 0) {
        stuck ||= !step.mayWaitForever;
        continue;
      }
      for (let way = 0; way < step.ways.length; way++) {
        const violated = open === 2 ? NULL_POINTER + 1 : step.ways[way]!();
        this.thread[moves] = thread;
        this.way[moves] = way;
        this.target[moves] = violated !== 0 ? -violated : this.arrive(thread, adding);
        this.slot[moves] = this.arrived;
        moves++;
        spread.set(saved);
      }
    }
    this.moves = moves;
    if (moves === 0) this.finalRank = stuck ? DEADLOCK : this.existsRank();
  }

  /** The step before which a thread was in the state that was expanded last. */
  next(thread: number): number {
    return this.saved[thread]!;
  }

  /** Whether a thread has a move in the state that was expanded last. */
  canMove(thread: number): boolean {
    for (let move = 0; move < this.moves; move++) if (this.thread[move] === thread) return true;
    return false;
  }

  /** The number of a state of the program, which need not be a stored one, and the number that each of its threads has there. */
  lookUp(state: MachineState): { readonly state: number; readonly slots: readonly number[] } {
    this.put(state);
    const found = this.store.find(this.packing.pack());
    const threads = Array.from({ length: this.threads }, (_, thread) => thread);
    return { state: found, slots: threads.map((thread) => this.slotOf(thread)) };
  }

  private existsRank(): number {
    const holds = this.compiled.exists();
    return holds === 0 ? NO_RANK : holds === 1 ? EXISTS : NULL_POINTER;
  }

  /** The number of the state that is spread out after a move of the thread. */
  private arrive(thread: number, adding: boolean): number {
    this.arrived = thread;
    if (this.canonical !== undefined) {
      this.canonical.clear(thread);
      if (this.canonical.sort !== undefined) {
        this.canonical.sort();
        this.arrived = this.slotOf(thread);
      }
    }
    const hash = this.packing.pack();
    return adding ? this.store.intern(hash) : this.store.find(hash);
  }

  /** Where a thread has come to when copies were last put in order. */
  private slotOf(thread: number): number {
    return this.canonical?.sort === undefined ? thread : this.canonical.origin.indexOf(thread);
  }

  /** Spreads out a state of the program and makes it the one that stands for it. */
  private put(state: MachineState): void {
    for (const [thread, next] of state.next.entries()) this.spread[thread] = next;
    for (const [word, value] of state.words.entries()) this.spread[this.threads + word] = value;
    for (let thread = 0; thread < this.threads; thread++) this.canonical?.clear(thread);
    this.canonical?.sort?.();
  }
}

function withZero(values: ValueSets, words: readonly WordId[]): ValueSets {
  const sets = [...values.words];
  for (const word of new Set(words)) sets[word] &&= new Set([...sets[word], 0]);
  return { words: sets, next: values.next };
}
