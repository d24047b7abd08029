/** The state space of a program: its states by number, and what each move does to them. */
import type { Program, WordId } from '../machine/program';
import { initialState, type Execution, type MachineState } from './interpret';
import { deadWords } from './liveness';
import { createPacking, type Packing } from './pack';
import { rankOf } from './properties';
import { findSymmetry } from './symmetry';
import { valueSets, type ValueSets } from './value-sets';
import { compileSpace, type CompiledSpace } from './wasm/compiled-space';

const DEADLOCK = rankOf('deadlock');
const EXISTS = rankOf('exists');
const NULL_POINTER = rankOf('null-pointer');

/** No property. */
export const NO_RANK = -1;

/** For each thread and each step of it, its end included, the words that are dead before it. */
type DeadWords = readonly (readonly (readonly WordId[])[])[];

export class StateSpace {
  /** The moves of the state that was expanded last, in the order of threads and ways; the first `moves` entries of each array are in use. */
  moves = 0;
  thread!: Int32Array;
  way!: Int32Array;
  /** What a move leads to: see targets.ts. */
  target!: Int32Array;
  /** The number that the moving thread has in the state it leads to. */
  slot!: Int32Array;
  /** When the state that was expanded last has no moves: the rank of the property it violates, or `NO_RANK`. */
  finalRank = NO_RANK;

  readonly threads: number;
  readonly start: Execution;
  /** The state that was expanded last. */
  private expanded = 0;
  private readonly packing: Packing;
  private readonly states: CompiledSpace;
  /** For each thread and each step of it, its end included, the words that are made 0 there, so that states that behave alike are one. */
  private readonly dead: DeadWords;

  /**
   * @param most the most states that are stored @param reduce whether states that behave alike are taken for one
   * @param from where to begin in place of the initial state: a reachable state that violates nothing; not to be given when `reduce` is
   */
  constructor(readonly program: Program, most: number, reduce: boolean, from?: MachineState) {
    this.threads = program.threads.length;
    this.start = from === undefined ? initialState(program) : { state: from, violated: undefined, reads: [], covered: [] };
    const plain = valueSets(program, this.start.state);
    this.dead = reduce ? deadWords(program) : [];
    const { values, classes } = reduce ? findSymmetry(program, withZero(plain, this.dead)) : { values: plain, classes: [] };
    this.packing = createPacking(program, values);
    this.states = compileSpace({ program, values, layout: this.packing, dead: this.dead, classes, most });
    this.look();
    this.states.find(this.pack(this.start.state), 0, true);
  }

  /** Number of states that were reached so far; state 0 is the initial one. */
  get count(): number {
    return this.states.count;
  }

  /** For each of the program's labels, whether a move reached it. */
  get covered(): readonly boolean[] {
    return this.program.labels.map((_, label) => this.start.covered.includes(label) || this.states.isCovered(label));
  }

  /** Bytes of the stored states and the table to find them. */
  get bytes(): number {
    return this.states.bytes;
  }

  /** Finds the moves of a state. States that they lead to are added when `adding`, and otherwise looked up. */
  expand(state: number, adding: boolean): void {
    const { states } = this;
    this.expanded = state;
    states.expand(state, adding);
    this.moves = states.moves;
    if (this.target !== states.target) this.look();
    if (this.moves === 0) this.finalRank = states.isStuck ? DEADLOCK : rankOfExists(states.exists(state));
  }

  /** The step before which a thread was in the state that was expanded last. */
  next(thread: number): number {
    return this.states.read(this.expanded, (from, offset) => this.packing.read(thread, from, offset));
  }

  /** Whether a thread has a move in the state that was expanded last. */
  canMove(thread: number): boolean {
    for (let move = 0; move < this.moves; move++) if (this.thread[move] === thread) return true;
    return false;
  }

  /** The number of a state of the program, which need not be a stored one, and the number that each of its threads has there. */
  lookUp(state: MachineState): { readonly state: number; readonly slots: readonly number[] } {
    const packed = this.pack(state);
    const slots: number[] = [];
    let found = 0;
    for (let thread = 0; thread < this.threads; thread++) {
      found = this.states.find(packed, thread, false);
      slots.push(this.states.arrived);
    }
    return { state: found, slots };
  }

  /** The arrays are others when the memory of the states has grown. */
  private look(): void {
    ({ thread: this.thread, way: this.way, target: this.target, slot: this.slot } = this.states);
  }

  private pack({ next, words }: MachineState): Uint32Array {
    const values = [...words];
    for (const [thread, step] of next.entries()) for (const word of this.dead[thread]?.[step] ?? []) values[word] = 0;
    return this.packing.pack([...next, ...values]);
  }
}

/** Of a state without moves: what `exists` comes to is 0, 1, or 2 where it follows a bad pointer. */
function rankOfExists(holds: number): number {
  return holds === 0 ? NO_RANK : holds === 1 ? EXISTS : NULL_POINTER;
}

function withZero(values: ValueSets, dead: DeadWords): ValueSets {
  const sets = [...values.words];
  const isDone = new Uint8Array(sets.length);
  for (const thread of dead) {
    for (const step of thread) {
      for (const word of step) {
        if (isDone[word] !== 0) continue;
        isDone[word] = 1;
        if (sets[word]?.includes(0) === false) sets[word] = [...sets[word], 0];
      }
    }
  }
  return { words: sets, next: values.next };
}
