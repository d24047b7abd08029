import { describe, expect, it } from 'vitest';
import { add, addressOf, at, eq, goto, ProgramBuilder, set, store, violate, when, type ThreadBuilder, type WordExp } from '../testing';
import { deadWords } from './liveness';

/** For each step of a thread, and its end, whether its local is dead there. Another thread does nothing. */
function deadIn(body: (t: ThreadBuilder, a: WordExp, x: WordExp) => void, exists?: (a: WordExp) => ReturnType<typeof eq>): string {
  const b = new ProgramBuilder();
  const x = b.shared('x');
  let local: WordExp | undefined;
  b.thread('P0', (t) => {
    local = t.local('a');
    body(t, local, x);
  });
  b.thread('P1', (t) => t.step('nothing'));
  return deadWords(b.build(exists?.(local!)))[0]!.map((words) => (words.includes(local!.word) ? 'dead' : 'live')).join(' ');
}

describe('deadWords', () => {
  it('takes a local for live from where it is set to where it is last read', () => {
    expect(deadIn((t, a, x) => t.step('a = x', set(a, x)).step('nothing').step('x = a', set(x, a)).step('nothing'))).toBe('dead live live dead dead');
  });

  it('sees what guards, tests, addresses and values read, also of the word that is set', () => {
    expect(deadIn((t, a) => t.step('nothing').wait('wait', a))).toBe('live live dead');
    expect(deadIn((t, a) => t.step('nothing').step('assert', violate('assert', a)))).toBe('live live dead');
    expect(deadIn((t, a) => t.step('nothing').step('a = a + 1', set(a, add(a, 1))))).toBe('live live dead');
    expect(deadIn((t, a, x) => t.step('a = 1; x = a', set(a, 1), set(x, a)))).toBe('dead dead');
    expect(deadIn((t, a, x) => t.step('x = *a', set(x, at(a))).step('*a = x', store(a, x)).step('*x = a', store(addressOf(x), a)))).toBe('live live live dead');
    expect(deadIn((t, a, x) => t.step('if', when(eq(x, 1), set(a, 1)), set(x, a)))).toBe('live dead');
  });

  it('follows jumps backwards', () => {
    expect(deadIn((t, a, x) => t.label('again').step('x = a', set(x, a)).step('nothing').step('jump', when(eq(x, 0), goto('again'))))).toBe('live live live dead');
  });

  it('leaves alone what `exists` reads, and ghosts that two threads use', () => {
    expect(deadIn((t, a, x) => t.step('a = x', set(a, x)), (a) => eq(a, 1))).toBe('live live');
    const b = new ProgramBuilder();
    const [own, both] = [b.ghost('own'), b.ghost('both')];
    b.thread('P0', (t) => t.step('own', set(own, 1), set(both, 1)));
    b.thread('P1', (t) => t.step('both', set(both, 2)));
    expect(deadWords(b.build())).toEqual([[[own.word], [own.word]], [[], []]]);
  });
});
