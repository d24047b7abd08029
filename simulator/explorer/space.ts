/** The state space of a program: its states by number, and what each move does to them. */
import type { Program, WordId } from '../machine/program';
import { createCanonical, type Canonical } from './canonical';
import { direct } from './direct';
import { initialState, type Execution, type MachineState } from './interpret';
import { deadWords } from './liveness';
import { MoveLog, type Moves } from './move-log';
import { createPacking, type Packing, type Spread } from './pack';
import { rankOf } from './properties';
import type { Runnable } from './runnable';
import { NONE, StateStore } from './store';
import { findSymmetry, type CopyClass } from './symmetry';
import { valueSets, type ValueSets } from './value-sets';
import { compileSpace, type CompiledSpace } from './wasm/compiled-space';

const DEADLOCK = rankOf('deadlock');
const EXISTS = rankOf('exists');
const NULL_POINTER = rankOf('null-pointer');

/** In `SpaceMoves.target`: this and what is below down to -15 is a violation, of the property whose rank is -1 - target. */
export const isViolation = (target: number): boolean => target < 0 && target > -100;
export const rankOfTarget = (target: number): number => -1 - target;

/** No property. */
export const NO_RANK = -1;

/** With so many states, code that is generated for the program is worth the time that it takes to generate. */
const COMPILED_FROM = 4096;

export class StateSpace implements Moves {
  /** The moves of the state that was expanded last, in the order of threads and ways; the first `moves` entries of each array are in use. */
  moves = 0;
  thread: number[] | Int32Array = [];
  way: number[] | Int32Array = [];
  /** The state a move leads to, or `NONE` or `FULL`, or a violation. */
  target: number[] | Int32Array = [];
  /** The number that the moving thread has in the state it leads to. */
  slot: number[] | Int32Array = [];
  /** When the state that was expanded last has no moves: the rank of the property it violates, or `NO_RANK`. */
  finalRank = NO_RANK;

  readonly threads: number;
  readonly start: Execution;
  /** The number that the moving thread has in the state that `arrive` found. */
  private arrived = 0;
  private readonly spread: Spread;
  private readonly saved: Spread;
  /** The state that was expanded last, and the one that is in `saved`. */
  private expanded = 0;
  private saves = NONE;
  private readonly log = new MoveLog();
  private readonly runnable: Runnable;
  /** Generated code, once there are many states; undefined before, and where there is no room for it. */
  private compiled: CompiledSpace | undefined;
  private compiledFrom: number;
  /** For each of the program's labels, 1 once a move reached it. */
  private readonly reached: Uint8Array;
  private readonly packing: Packing;
  private readonly store: StateStore;

  /** Undefined when every state is stored as it is. */
  private readonly canonical: Canonical | undefined;
  private readonly values: ValueSets;
  private readonly dead: readonly (readonly (readonly WordId[])[])[];
  private readonly classes: readonly CopyClass[];

  /**
   * @param most the most states that are stored
   * @param reduce whether states that behave alike are taken for one
   * @param compiledFrom with so many states, code is generated for the program
   */
  constructor(readonly program: Program, private readonly most: number, reduce: boolean, compiledFrom = COMPILED_FROM) {
    this.compiledFrom = compiledFrom;
    this.threads = program.threads.length;
    this.start = initialState(program);
    this.spread = new Int32Array(this.threads + program.words.length);
    this.saved = new Int32Array(this.spread.length);
    this.reached = new Uint8Array(program.labels.length);
    this.runnable = direct(program, this.spread, this.reached);
    const values = valueSets(program, this.start.state);
    this.dead = reduce ? deadWords(program) : [];
    const symmetry = reduce ? findSymmetry(program, withZero(values, this.dead.flat(2))) : { values, classes: [] };
    this.values = symmetry.values;
    this.classes = symmetry.classes;
    if (reduce) this.canonical = createCanonical(program, this.spread, this.dead, this.classes);
    this.packing = createPacking(program, this.values, this.spread);
    this.store = new StateStore(this.packing, most);
    for (const label of this.start.covered) this.reached[label] = 1;
    this.put(this.start.state);
    this.store.intern(this.packing.pack());
  }

  /** Number of states that were reached so far; state 0 is the initial one. */
  get count(): number {
    return this.compiled === undefined ? this.store.count : this.compiled.count;
  }

  get covered(): readonly boolean[] {
    return Array.from(this.reached, (reached, label) => reached === 1 || this.compiled?.isCovered(label) === true);
  }

  /** Bytes of the stored states and the table to find them. */
  get bytes(): number {
    return this.compiled?.bytes ?? this.store.bytes;
  }

  /** Finds the moves of a state. States that they lead to are added when `adding`, and otherwise looked up. */
  expand(state: number, adding: boolean): void {
    this.expanded = state;
    if (this.compiled !== undefined) return this.run(this.compiled, state, adding);
    if (adding && this.store.count >= this.compiledFrom && this.compile()) return this.expand(state, adding);
    if (!adding && this.log.recall(state, this)) return;
    this.execute(state, adding);
    if (adding) this.log.note(state, this);
  }

  private run(compiled: CompiledSpace, state: number, adding: boolean): void {
    compiled.expand(state, adding);
    this.moves = compiled.moves;
    if (this.target !== compiled.target) ({ thread: this.thread, way: this.way, target: this.target, slot: this.slot } = compiled);
    if (this.moves === 0) this.finalRank = compiled.isStuck ? DEADLOCK : rankOfExists(compiled.exists(state));
  }

  /** Makes the moves of a state, one after the other. */
  private execute(state: number, adding: boolean): void {
    const { spread, saved, threads } = this;
    this.store.load(state);
    saved.set(spread);
    this.saves = state;
    let moves = 0;
    let stuck = false;
    for (let thread = 0; thread < threads; thread++) {
      const step = this.runnable.steps[thread]![saved[thread]!];
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
    if (moves === 0) this.finalRank = stuck ? DEADLOCK : rankOfExists(this.runnable.exists());
  }

  /** The step before which a thread was in the state that was expanded last. */
  next(thread: number): number {
    if (this.saves !== this.expanded) {
      if (this.compiled === undefined) this.store.load(this.expanded);
      else this.compiled.read(this.expanded, (from, offset) => this.packing.unpack(from, offset));
      this.saved.set(this.spread);
      this.saves = this.expanded;
    }
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
    const hash = this.packing.pack();
    const found = this.compiled === undefined ? this.store.find(hash) : this.compiled.find(this.packing.packed, false);
    const threads = Array.from({ length: this.threads }, (_, thread) => thread);
    return { state: found, slots: threads.map((thread) => this.slotOf(thread)) };
  }

  /** Goes over to generated code, with the states that there are. False when that cannot be. */
  private compile(): boolean {
    const { program, values, packing: states, dead, classes, most } = this;
    this.compiled = compileSpace({ program, values, states, dead, classes, most });
    this.compiledFrom = Infinity;
    if (this.compiled === undefined) return false;
    for (let state = 0; state < this.store.count; state++) {
      this.store.load(state);
      states.pack();
      this.compiled.find(states.packed, true);
    }
    return true;
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

/** What it means for a state without moves that `exists` gives this number: see `Runnable`. */
function rankOfExists(holds: number): number {
  return holds === 0 ? NO_RANK : holds === 1 ? EXISTS : NULL_POINTER;
}

function withZero(values: ValueSets, words: readonly WordId[]): ValueSets {
  const sets = [...values.words];
  for (const word of new Set(words)) if (sets[word]?.includes(0) === false) sets[word] = [...sets[word], 0];
  return { words: sets, next: values.next };
}
