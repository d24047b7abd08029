import { describe, expect, it } from 'vitest';
import { ProgramBuilder } from '../testing';
import { createPacking } from './pack';

describe('createPacking', () => {
  it('stores far-apart values in as many bits as tell them apart, and one value in none', () => {
    const b = new ProgramBuilder();
    for (let word = 0; word < 16; word++) b.shared(`entry[${word}]`, { kind: 'entry', bits: 16 });
    b.shared('constant', { bits: 16 });
    const values = [0, 7, 0x801, 0xffff];
    const packing = createPacking(b.build(), { words: [...new Array<number[]>(16).fill(values), [9]], next: [] });
    expect(packing.size).toBe(1);
    const state = [...Array.from({ length: 16 }, (_, word) => values[word % 4]!), 9];
    const array = Uint32Array.of(0, ...packing.pack(state));
    expect(state.map((_, index) => packing.read(index, array, 1))).toEqual(state);
  });
});
