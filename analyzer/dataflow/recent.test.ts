import { describe, expect, it } from 'vitest';
import { Recent } from './recent';

describe('what was made lately', () => {
  it('is found again by both things that it was made from', () => {
    const recent = new Recent<string, string, object>();
    const made = recent.put('a', 'b', {});
    expect(recent.get('a', 'b')).toBe(made);
    expect([recent.get('b', 'a'), recent.get('a', 'a'), recent.get('c', 'b')]).toEqual([undefined, undefined, undefined]);
  });

  it('is replaced by what is made anew', () => {
    const recent = new Recent<string, string, number>();
    recent.put('a', 'b', 1);
    recent.put('a', 'b', 2);
    expect(recent.get('a', 'b')).toBe(2);
  });

  it('is never too much: the last one is there, and most of a great many are gone', () => {
    const recent = new Recent<number, number, number>();
    const many = 50_000;
    let [missed, kept] = [0, 0];
    for (let i = 0; i < many; i++) {
      recent.put(i % 100, i, i);
      if (recent.get(i % 100, i) !== i) missed++;
    }
    expect(missed).toBe(0);
    for (let i = 0; i < many; i++) if (recent.get(i % 100, i) !== undefined) kept++;
    expect(kept).toBeLessThan(many / 10);
  });
});
