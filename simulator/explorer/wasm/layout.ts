/** Where things are in the memory of generated code. Addresses are in bytes. */
import type { Program } from '../../machine/program';
import type { Placed, StateLayout } from '../pack';

/** Slots of a segment of the table to find states by their hash. */
export const SEGMENT_BITS = 12;
export const SEGMENT_SLOTS = 1 << SEGMENT_BITS;
/** Behind its slots a segment has the number of those in use, and how many bits of the hash lead to it. */
export const SEGMENT_USED = SEGMENT_SLOTS * 4;
export const SEGMENT_DEPTH = SEGMENT_USED + 4;
export const SEGMENT_BYTES = SEGMENT_USED + 8;
/** A segment is split when more of its slots than this are in use. */
export const SEGMENT_FULL = Math.floor(SEGMENT_SLOTS * 0.8);
/** States lie in blocks of so many. */
export const BLOCK_BITS = 13;

/** Addresses of variables. */
export const COUNT = 4;
/** Where the next block or segment begins. */
export const TOP = 8;
export const MOVES = 12;
/** Whether a thread waits that may not wait for ever. */
export const STUCK = 16;
/** Whether states that are not found are stored. */
export const ADDING = 20;
/** The number that the thread has which moved last. */
export const ARRIVED = 24;
const VARIABLES_END = 64;

export interface MemoryLayout {
  /** 32-bit words per state. */
  readonly cells: number;
  /** For each thread, then each word, where it is in a packed state; undefined where it always has the same value. */
  readonly placed: readonly (Placed | undefined)[];
  /** That value. */
  readonly constants: readonly number[];
  /** A packed state that the caller puts there. */
  readonly given: number;
  /** The moves of the state that was expanded last: an array of each kind, with room for so many. */
  readonly mostMoves: number;
  readonly thread: number;
  readonly way: number;
  readonly target: number;
  readonly slot: number;
  /** A byte for each of the program's labels. */
  readonly covered: number;
  /** For placed words with a dictionary: 16-bit values by code, and 8-bit codes by value. Others have 0. */
  readonly decoder: readonly number[];
  readonly encoder: readonly number[];
  /** Addresses of the blocks of states. */
  readonly blocks: number;
  /** Addresses of segments, by the highest bits of a hash; of which there are so many. */
  readonly directory: number;
  readonly directoryBits: number;
  /** A slot has the number of a state plus one in so many bits, and the lowest bits of its hash above. */
  readonly numberBits: number;
  /** A segment that is being split is copied there. */
  readonly scratch: number;
  /** What comes after all that. */
  readonly end: number;
}

/** @param most the most states that are stored */
export function layOut(program: Program, states: StateLayout, most: number): MemoryLayout {
  const fields = program.threads.length + program.words.length;
  const placed = new Array<Placed | undefined>(fields).fill(undefined);
  const constants = new Array<number>(fields).fill(0);
  for (const field of states.stored) placed[field.index] = field;
  for (const field of states.constants) constants[field.index] = field.constant;
  let end = VARIABLES_END;
  const take = (bytes: number): number => {
    const begin = end;
    end = (end + bytes + 7) & ~7;
    return begin;
  };
  const mostMoves = program.threads.reduce((sum, { steps }) => sum + steps.reduce((max, { ways }) => Math.max(max, ways.length), 0), 0);
  // Half as many slots again as states, so that no segment is ever full.
  const numberBits = Math.min(31, Math.max(SEGMENT_BITS, 32 - Math.clz32(Math.ceil(most * 1.5))));
  const directoryBits = numberBits - SEGMENT_BITS;
  return {
    cells: states.size, placed, constants, mostMoves, numberBits, directoryBits,
    given: take(states.size * 4),
    thread: take(mostMoves * 4), way: take(mostMoves * 4), target: take(mostMoves * 4), slot: take(mostMoves * 4),
    covered: take(program.labels.length),
    decoder: placed.map((field) => (field?.dictionary === undefined ? 0 : take(field.dictionary.length * 2))),
    encoder: placed.map((field) => (field?.dictionary === undefined ? 0 : take(field.dictionary.at(-1)! + 1))),
    blocks: take((Math.ceil(most / 2 ** BLOCK_BITS) + 1) * 4),
    directory: take(4 << directoryBits),
    scratch: take(SEGMENT_USED),
    get end() { return end; },
  };
}
