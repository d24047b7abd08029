/**
 * How a state is packed into bits. A field takes as many bits as it has possible values; where those values are far apart (page-table entries), their
 * index in a dictionary is stored. No field crosses a 32-bit word, so that each costs one shift and one mask.
 */
import type { Program } from '../machine/program';
import type { ValueSets } from './value-sets';

/** A state spread out: for each thread its next step, then the value of each word. */
export type Spread = Int32Array;

export interface Field {
  /** Index in the spread-out state. */
  readonly index: number;
  readonly bits: number;
  /** The values by their code, ascending; undefined where the value is its own code. */
  readonly dictionary: readonly number[] | undefined;
  readonly constant: number;
}

export interface Placed extends Field {
  /** Which 32-bit word, and how far up in it. */
  readonly cell: number;
  readonly shift: number;
  /** As many ones as it has bits. */
  readonly mask: number;
}

/** Where everything is in a packed state. */
export interface StateLayout {
  /** 32-bit words per state. */
  readonly size: number;
  readonly stored: readonly Placed[];
  /** What has the same value in every state is not stored. */
  readonly constants: readonly Field[];
}

/** How the states of a program are packed whose values stay within some sets. */
export function createPacking(program: Program, values: ValueSets, spread: Spread): Packing {
  return new Packing(fieldsOf(program, values), spread);
}

/** Goes through the fields one by one. */
export class Packing implements StateLayout {
  readonly size: number;
  /** The state that was packed last. */
  readonly packed: Uint32Array;
  readonly stored: readonly Placed[];
  readonly constants: readonly Field[];

  constructor(fields: readonly Field[], private readonly spread: Spread) {
    this.stored = place(fields.filter((field) => field.bits > 0));
    this.constants = fields.filter((field) => field.bits === 0);
    this.size = this.stored.reduce((size, field) => Math.max(size, field.cell + 1), 1);
    this.packed = new Uint32Array(this.size);
    for (const field of this.constants) spread[field.index] = field.constant;
  }

  /** Packs the spread-out state into `packed` and returns a hash of 32 bits. */
  pack(): number {
    const { spread, packed, stored } = this;
    packed.fill(0);
    for (let number = 0; number < stored.length; number++) {
      const { index, dictionary, cell, shift } = stored[number]!;
      const value = spread[index]!;
      packed[cell]! |= (dictionary === undefined ? value : codeOf(dictionary, value)) << shift;
    }
    return this.hash(packed, 0);
  }

  /** Spreads out the state that begins at an offset of an array. */
  unpack(from: Uint32Array, offset: number): void {
    const { spread, stored, constants } = this;
    for (let number = 0; number < stored.length; number++) {
      const { index, dictionary, cell, shift, mask } = stored[number]!;
      const code = (from[offset + cell]! >>> shift) & mask;
      spread[index] = dictionary === undefined ? code : dictionary[code]!;
    }
    for (let number = 0; number < constants.length; number++) spread[constants[number]!.index] = constants[number]!.constant;
  }

  /** Whether the state that begins at an offset of an array is the one in `packed`. */
  equals(from: Uint32Array, offset: number): boolean {
    for (let cell = 0; cell < this.size; cell++) if (from[offset + cell] !== this.packed[cell]) return false;
    return true;
  }

  /** What `pack` returns for the state that begins at an offset of an array. */
  hash(from: Uint32Array, offset: number): number {
    let h = 0x2545f491;
    for (let cell = 0; cell < this.size; cell++) {
      h = Math.imul(h ^ from[offset + cell]!, 0x9e3779b1);
      h ^= h >>> 15;
    }
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    return h ^ (h >>> 16);
  }
}

function fieldsOf(program: Program, values: ValueSets): Field[] {
  const next = values.next.map((steps, thread) => field(thread, [...steps], 16));
  const words = program.words.map((word, id) => {
    const known = values.words[id];
    return field(program.threads.length + id, known === undefined ? undefined : [...known], word.bits);
  });
  return [...next, ...words];
}

function field(index: number, possible: number[] | undefined, width: number): Field {
  if (possible === undefined) return { index, bits: width, dictionary: undefined, constant: 0 };
  const sorted = possible.sort((a, b) => a - b);
  const bits = bitsFor(sorted.length);
  const dense = bitsFor((sorted.at(-1) ?? 0) + 1) === bits;
  return { index, bits, dictionary: dense ? undefined : sorted, constant: sorted[0] ?? 0 };
}

/** Bits that tell `count` values apart. */
const bitsFor = (count: number): number => (count <= 1 ? 0 : 32 - Math.clz32(count - 1));

/** First fit, widest first. */
function place(fields: readonly Field[]): Placed[] {
  const used: number[] = [];
  return [...fields].sort((a, b) => b.bits - a.bits || a.index - b.index).map((field) => {
    const room = used.findIndex((bits) => bits + field.bits <= 32);
    const cell = room < 0 ? used.length : room;
    const shift = used[cell] ?? 0;
    used[cell] = shift + field.bits;
    const { index, bits, dictionary, constant } = field;
    return { index, bits, dictionary, constant, cell, shift, mask: 2 ** bits - 1 };
  });
}

/** Dictionaries are short. */
function codeOf(dictionary: readonly number[], value: number): number {
  for (let code = 0; code < dictionary.length; code++) if (dictionary[code] === value) return code;
  return 0;
}
