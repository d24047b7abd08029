/**
 * How a state is packed into bits. A field takes as many bits as it has possible values; where those values are far apart (page-table entries), their
 * index in a dictionary is stored. No field crosses a 32-bit word, so that each costs one shift and one mask.
 */
import type { Program } from '../machine/program';
import type { ValueSets } from './value-sets';

export interface Field {
  /** The number of a thread, or that of a word and the number of threads. */
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
export function createPacking(program: Program, values: ValueSets): Packing {
  return new Packing(fieldsOf(program, values));
}

export class Packing implements StateLayout {
  readonly size: number;
  readonly stored: readonly Placed[];
  readonly constants: readonly Field[];

  constructor(fields: readonly Field[]) {
    this.stored = place(fields.filter((field) => field.bits > 0));
    this.constants = fields.filter((field) => field.bits === 0);
    this.size = this.stored.reduce((size, field) => Math.max(size, field.cell + 1), 1);
  }

  /** Packs a state that is spread out: for each thread its next step, then the value of each word. */
  pack(spread: readonly number[]): Uint32Array {
    const packed = new Uint32Array(this.size);
    for (const { index, dictionary, cell, shift } of this.stored) {
      const value = spread[index]!;
      packed[cell]! |= (dictionary === undefined ? value : codeOf(dictionary, value)) << shift;
    }
    return packed;
  }

  /** The value of a thread or word in the state that begins at an offset of an array. */
  read(index: number, from: Uint32Array, offset: number): number {
    const field = this.stored.find((stored) => stored.index === index);
    if (field === undefined) return this.constants.find((constant) => constant.index === index)!.constant;
    const code = (from[offset + field.cell]! >>> field.shift) & field.mask;
    return field.dictionary === undefined ? code : field.dictionary[code]!;
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

/** The code of a value; 0 for those that the word never has. Dictionaries are short. */
export function codeOf(dictionary: readonly number[], value: number): number {
  return Math.max(0, dictionary.indexOf(value));
}
