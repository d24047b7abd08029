import { describe, expect, it } from 'vitest';
import { checkOf, hashOf } from './fingerprint';
import { SharedMap, SummedMap } from './shared-map';

interface Text {
  readonly text: string;
  readonly hash: number;
  readonly check: number;
}
const text = (t: string): Text => ({ text: t, hash: hashOf(t), check: checkOf(t) });
const texts = (map: ReadonlyMap<string, Text>): string[] => [...map].map(([key, value]) => `${key}=${value.text}`);
const sumOf = (map: SummedMap<Text>): readonly [number, number] => [map.hash, map.check];

describe('a shared map', () => {
  it('keeps what one owner writes from the others, whoever writes first', () => {
    for (const [writer, other] of [[0, 1], [1, 0]] as const) {
      const first = SharedMap.empty<number>();
      first.set('a', 1);
      const maps = [first, first.fork()];
      maps[writer]!.set('b', 2);
      maps[writer]!.delete('a');
      expect([...maps[writer]!]).toEqual([['b', 2]]);
      expect([...maps[other]!]).toEqual([['a', 1]]);
      maps[other]!.set('c', 3);
      expect([...maps[writer]!.keys()]).toEqual(['b']);
      expect([...maps[other]!.keys()]).toEqual(['a', 'c']);
    }
  });

  it('is not changed by forks of forks, also when owners clear theirs', () => {
    const first = SharedMap.empty<number>();
    first.set('a', 1);
    const second = first.fork();
    const third = second.fork();
    second.clear();
    third.set('a', 3);
    expect([first.get('a'), second.size, third.get('a')]).toEqual([1, 0, 3]);
    second.set('b', 2);
    expect([first.has('b'), third.has('b')]).toEqual([false, false]);
  });

  it('may be written to while its values are looked at', () => {
    for (const isShared of [false, true]) {
      const map = SharedMap.empty<number>();
      for (let i = 0; i < 6; i++) map.set(`k${i}`, i);
      const other = isShared ? map.fork() : undefined;
      for (const [key, value] of map) if (value % 2 === 0) map.delete(key);
      expect([...map.values()]).toEqual([1, 3, 5]);
      if (other) expect(other.size).toBe(6);
    }
  });

  it('starts empty, whatever was put into another that did', () => {
    SharedMap.empty<number>().set('a', 1);
    expect(SharedMap.empty<number>().size).toBe(0);
  });
});

describe('a summed map', () => {
  it('has the same sum for the same content, in whatever order and over whatever ways it came about', () => {
    const there = SummedMap.of<Text>(new Map());
    for (const t of ['x', 'y', 'z']) there.set(t, text(t));
    const back = SummedMap.of(new Map([['z', text('z')], ['y', text('old')]]));
    back.set('w', text('w'));
    const fork = back.fork();
    fork.set('y', text('y'));
    fork.set('x', text('x'));
    fork.delete('w');
    fork.delete('never there');
    expect(sumOf(fork)).toEqual(sumOf(there));
    expect(sumOf(back)).not.toEqual(sumOf(there));
    expect(texts(back)).toEqual(['z=z', 'y=old', 'w=w']);
  });

  it('has no sum once it is empty', () => {
    const map = SummedMap.of(new Map([['a', text('a')], ['b', text('b')]]));
    const other = map.fork();
    map.delete('a');
    map.delete('b');
    other.clear();
    expect([sumOf(map), sumOf(other)]).toEqual([[0, 0], [0, 0]]);
  });
});
