/**
 * The states that were reached: packed, numbered from 0 in the order of their discovery, found again through a hash table that compares them in full.
 *
 * Nothing here is ever copied whole. States lie in blocks. The table is in segments that grow on their own, each from another size, so that at any
 * time few are about to grow and the memory used is a smooth function of the number of states.
 */
import type { Packing } from './pack';

/** No such state. */
export const NONE = -100;
/** The state is new and there is no room for it. */
export const FULL = -101;

const BLOCK_BITS = 13;
const BLOCK = 1 << BLOCK_BITS;
const SEGMENT_BITS = 8;
const SEGMENTS = 1 << SEGMENT_BITS;
const SLOT_BITS = 32 - SEGMENT_BITS;
const SLOT_MASK = 2 ** SLOT_BITS - 1;
/** A segment grows by the factor below when more of it than this is in use. */
const FILL = 0.88;
const GROWTH = 2;
const SMALLEST = 8;

export class StateStore {
  /** Number of states. */
  count = 0;
  private readonly blocks: Uint32Array[] = [];
  /** A slot is 0 when empty, otherwise the number of a state plus one, and above it a few bits of its hash that spare comparisons of unequal states. */
  private readonly segments: Uint32Array[] = [];
  private readonly used = new Uint32Array(SEGMENTS);
  private readonly room = new Uint32Array(SEGMENTS);
  private readonly numberBits: number;
  private readonly numberMask: number;

  /** @param most the most states that may be stored, at most 2^31 - 2 */
  constructor(private readonly packing: Packing, private readonly most: number) {
    this.numberBits = 32 - Math.clz32(most);
    this.numberMask = 2 ** this.numberBits - 1;
    for (let which = 0; which < SEGMENTS; which++) this.replace(which, new Uint32Array(Math.floor(SMALLEST * GROWTH ** (which / SEGMENTS))));
  }

  /** Bytes of all arrays. */
  get bytes(): number {
    return this.blocks.length * BLOCK * this.packing.size * 4 + this.segments.reduce((sum, segment) => sum + segment.byteLength, 0);
  }

  /** Spreads out a state. */
  load(state: number): void {
    this.packing.unpack(this.blocks[state >>> BLOCK_BITS]!, (state & (BLOCK - 1)) * this.packing.size);
  }

  /** The number of the state that was packed last, or `NONE`. `hash` is what packing it returned. */
  find(hash: number): number {
    const segment = this.segments[hash >>> SLOT_BITS]!;
    const slot = segment[this.placeOf(segment, hash)]!;
    return slot === 0 ? NONE : (slot & this.numberMask) - 1;
  }

  /** The number of the state that was packed last, which is stored when it is new; or `FULL`. */
  intern(hash: number): number {
    const which = hash >>> SLOT_BITS;
    const segment = this.segments[which]!;
    const place = this.placeOf(segment, hash);
    const slot = segment[place]!;
    if (slot !== 0) return (slot & this.numberMask) - 1;
    if (this.count === this.most) return FULL;
    const state = this.count++;
    this.append(state);
    segment[place] = this.slot(state, hash);
    this.used[which]!++;
    if (this.used[which]! > this.room[which]!) this.grow(which);
    return state;
  }

  private append(state: number): void {
    const { packed, size } = this.packing;
    const offset = (state & (BLOCK - 1)) * size;
    if (offset === 0) this.blocks.push(new Uint32Array(BLOCK * size));
    const block = this.blocks[state >>> BLOCK_BITS]!;
    for (let cell = 0; cell < size; cell++) block[offset + cell] = packed[cell]!;
  }

  /** Where the packed state is in its segment, or the empty slot where it belongs. */
  private placeOf(segment: Uint32Array, hash: number): number {
    const { numberBits, numberMask, packing } = this;
    const tag = hash << numberBits;
    let place = firstPlace(hash, segment.length);
    for (;;) {
      const slot = segment[place]!;
      if (slot === 0) return place;
      if ((slot ^ tag) >>> numberBits === 0) {
        const state = (slot & numberMask) - 1;
        if (packing.equals(this.blocks[state >>> BLOCK_BITS]!, (state & (BLOCK - 1)) * packing.size)) return place;
      }
      if (++place === segment.length) place = 0;
    }
  }

  private slot(state: number, hash: number): number {
    return ((hash << this.numberBits) | (state + 1)) >>> 0;
  }

  private grow(which: number): void {
    const old = this.segments[which]!;
    const { numberMask, packing, blocks } = this;
    const next = new Uint32Array(Math.ceil(old.length * GROWTH));
    for (let from = 0; from < old.length; from++) {
      const slot = old[from]!;
      if (slot === 0) continue;
      const state = (slot & numberMask) - 1;
      const hash = packing.hash(blocks[state >>> BLOCK_BITS]!, (state & (BLOCK - 1)) * packing.size);
      let place = firstPlace(hash, next.length);
      while (next[place] !== 0) if (++place === next.length) place = 0;
      next[place] = slot;
    }
    this.replace(which, next);
  }

  private replace(which: number, segment: Uint32Array): void {
    this.segments[which] = segment;
    this.room[which] = Math.floor(segment.length * FILL);
  }
}

/** Where to begin to look for a hash. The high bits have chosen the segment; the low ones are in the slot. */
const firstPlace = (hash: number, length: number): number => ((hash & SLOT_MASK) * length * 2 ** -SLOT_BITS) | 0;
