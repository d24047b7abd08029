import { describe, expect, it } from 'vitest';
import { ProgramBuilder } from '../testing';
import { createPacking } from './pack';
import { Parents } from './parents';
import { FULL, NONE, StateStore } from './store';

/** States of one word of 16 bits and one of 4. */
function newStore(most: number) {
  const b = new ProgramBuilder();
  b.shared('x', { bits: 16 });
  b.shared('y', { bits: 4 });
  const spread = new Int32Array(2);
  const packing = createPacking(b.build(), { words: [undefined, undefined], next: [] }, spread);
  const store = new StateStore(packing, most);
  const put = (number: number): number => {
    spread[0] = number & 0xffff;
    spread[1] = number >>> 16;
    return packing.pack();
  };
  return { store, put, spread };
}

describe('StateStore', () => {
  it('numbers states in the order of their discovery and finds them again', () => {
    const { store, put, spread } = newStore(1_000_000);
    const numberOf = (index: number): number => (index * 7919) & 0xfffff;
    const wrong = Array.from({ length: 60_000 }, (_, index) => index).filter((index) => store.intern(put(numberOf(index))) !== index);
    expect(wrong).toEqual([]);
    for (let index = 0; index < 60_000; index += 101) {
      expect(store.intern(put(numberOf(index)))).toBe(index);
      expect(store.find(put(numberOf(index)))).toBe(index);
      store.load(index);
      expect([...spread]).toEqual([numberOf(index) & 0xffff, numberOf(index) >>> 16]);
    }
    expect(store.find(put(numberOf(60_001)))).toBe(NONE);
    expect(store.count).toBe(60_000);
    expect(store.bytes / store.count).toBeLessThan(14);
  });

  it('takes no more states than it may', () => {
    const { store, put } = newStore(3);
    expect([5, 6, 5, 7, 8, 6].map((number) => store.intern(put(number)))).toEqual([0, 1, 0, 2, FULL, 1]);
  });
});

describe('createPacking', () => {
  /** Sixteen words of four values each, and one that never changes. */
  function sixteenEntries() {
    const b = new ProgramBuilder();
    for (let word = 0; word < 16; word++) b.shared(`entry[${word}]`, { kind: 'entry', bits: 16 });
    b.shared('constant', { bits: 16 });
    const spread = new Int32Array(17);
    const packing = createPacking(b.build(), { words: [...new Array(16).fill([0, 7, 0x801, 0xffff]), [9]], next: [] }, spread);
    return { packing, spread, values: [...spread].map((_, word) => (word === 16 ? 9 : [0, 7, 0x801, 0xffff][word % 4]!)) };
  }

  it('stores far-apart values in as many bits as tell them apart, and one value in none', () => {
    const { packing, spread, values } = sixteenEntries();
    expect(packing.size).toBe(1);
    spread.set(values);
    const hash = packing.pack();
    spread.fill(-1);
    packing.unpack(packing.packed, 0);
    expect([...spread]).toEqual(values);
    expect(packing.hash(packing.packed, 0)).toBe(hash);
    expect(packing.equals(packing.packed, 0)).toBe(true);
  });
});

describe('Parents', () => {
  it('gives back from which state each was discovered', () => {
    const parents = new Parents();
    const expected: number[] = [-1];
    for (let state = 0; state < 20_000; state++) {
      const children = state % 1000 === 0 ? 900 : (state * 7) % 3;
      for (let child = 0; child < children; child++) expected.push(state);
      parents.push(children);
    }
    for (let state = 1; state < expected.length; state += 101) expect(parents.of(state)).toBe(expected[state]);
    expect(parents.of(expected.length - 1)).toBe(expected.at(-1));
  });
});
