import { describe, expect, it } from 'vitest';
import { checkOf, combine, hashOf, hashOfNumber, joined } from './fingerprint';
import { SummedMap } from './shared-map';

const keyOf = (text: string): number => joined(hashOf(text), checkOf(text));

describe('a fingerprint', () => {
  it('is another one for each of many keys that are much alike', () => {
    const keys = new Set<string>();
    for (let node = 0; node < 400; node++) {
      for (const tail of ['', '@vma', '@pte', ':map', ':walk', '0', '?']) for (const place of ['f', 'g', '[p:vmf].pte', '*([p:vmf].pmd)']) keys.add(`$${place}#${node}.${tail}`);
      for (let other = 0; other < 50; other++) keys.add(`same(R:f#${node}.,R:f#${other}.)`);
    }
    expect(new Set([...keys].map(keyOf)).size).toBe(keys.size);
  });

  it('tells sets apart that are put together from the same few parts', () => {
    const parts = Array.from({ length: 14 }, (_, i) => ({ hash: hashOf(`p${i}`), check: checkOf(`p${i}`) }));
    const sums = new Set<number>();
    for (let subset = 0; subset < 2 ** parts.length; subset++) {
      const map = SummedMap.of(new Map(parts.flatMap((part, i) => (subset & (1 << i) ? [[`p${i}`, part] as const] : []))));
      sums.add(joined(map.hash, map.check));
    }
    expect(sums.size).toBe(2 ** parts.length);
  });

  it('counts the order in a pair', () => {
    expect(combine(hashOf('a'), hashOf('b'))).not.toBe(combine(hashOf('b'), hashOf('a')));
  });

  it('knows the ends of the number line', () => {
    const bounds = [-Infinity, Infinity, 0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 32, 0.5];
    expect(new Set(bounds.map(hashOfNumber)).size).toBe(bounds.length);
  });

  it('is a number without rounding', () => {
    for (const [hash, check] of [[-1, -1], [0, 0], [0x7fffffff, -0x80000000]] as const) expect(Number.isSafeInteger(joined(hash, check))).toBe(true);
  });
});
