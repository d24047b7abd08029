import { describe, expect, it } from 'vitest';
import type { Exp, Program } from '../machine/program';
import { add, addressOf, and, at, bitAnd, eq, ne, ProgramBuilder, set, store, violate, type ThreadBuilder, type WordExp } from '../testing';
import { explore } from './explore';
import { initialState } from './interpret';
import { exchangeBits, exchangeOwner, findSymmetry } from './symmetry';
import { valueSets } from './value-sets';

interface Words {
  readonly x: WordExp;
  readonly lock: WordExp;
  readonly rwlock: WordExp;
  readonly ghosts: readonly WordExp[];
}

/** `count` threads with one body. */
function copies(count: number, body: (t: ThreadBuilder, words: Words) => void, exists?: (words: Words, local: WordExp) => Exp, program = 'copy'): Program {
  const b = new ProgramBuilder();
  const words = {
    x: b.shared('x'),
    lock: b.lock('lock'),
    rwlock: b.rwlock('rwlock', count),
    ghosts: Array.from({ length: count }, (_, thread) => b.ghost(`ghost[${thread}]`)),
  };
  let local: WordExp | undefined;
  for (let thread = 0; thread < count; thread++) {
    b.thread(`P${thread}`, (t) => {
      local = t.local('a');
      t.step('a = x', set(local, words.x));
      body(t, words);
      t.step('use a', set(words.x, bitAnd(add(words.x, local), 7)));
    }, program);
  }
  return b.build(exists?.(words, local!));
}

const classesOf = (program: Program): (readonly number[])[] => findSymmetry(program, valueSets(program, initialState(program).state)).classes.map(({ threads }) => threads);

describe('findSymmetry', () => {
  it('sees copies that hold locks, by name, through pointers and for read and write', () => {
    expect(classesOf(copies(3, (t, { lock }) => t.acquire(lock).release(lock)))).toEqual([[0, 1, 2]]);
    expect(classesOf(copies(3, (t, { rwlock }) => t.acquireRead(rwlock, 3).releaseRead(rwlock).acquireWrite(rwlock, 3).releaseWrite(rwlock)))).toEqual([[0, 1, 2]]);
    expect(classesOf(copies(3, (t, { lock }) => {
      const pointer = t.local('p', { kind: 'pointer' });
      t.step('p = &lock', set(pointer, addressOf(lock))).wait('lock(p)', eq(at(pointer), 0), store(pointer, t.number + 1)).step('unlock(p)', store(pointer, 0));
    }))).toEqual([[0, 1, 2]]);
  });

  it('sees copies with ghosts of their own', () => {
    expect(classesOf(copies(3, (t, { ghosts }) => t.step('ghost', set(ghosts[t.number]!, 1)).step('assert', violate('assert', eq(ghosts[t.number]!, 0)))))).toEqual([[0, 1, 2]]);
  });

  it('sees none where something tells the copies apart', () => {
    const nothing = (): void => {};
    expect(classesOf(copies(2, nothing, (_, local) => eq(local, 1)))).toEqual([]);
    expect(classesOf(copies(2, nothing, ({ lock }) => eq(lock, 1)))).toEqual([]);
    expect(classesOf(copies(2, (t, { x }) => t.step('x = number', set(x, t.number))))).toEqual([]);
    expect(classesOf(copies(2, (t, { lock, x }) => t.acquire(lock).step('x = owner', set(x, lock)).release(lock)))).toEqual([]);
    expect(classesOf(copies(2, (t, { ghosts }) => t.step('ghosts', set(ghosts[t.number]!, 1), violate('assert', and(ne(ghosts[0]!, 0), eq(ghosts[1]!, 0))))))).toEqual([]);
    expect(classesOf(copies(2, (t, { lock }) => t.step('steal', set(lock, 1))))).toEqual([]);
    expect(classesOf(copies(2, (t, { lock, x }) => {
      const pointer = t.local('p', { kind: 'pointer' });
      t.choose('p = choose', [set(pointer, addressOf(lock))], [set(pointer, addressOf(x))]).step('*p = 1', store(pointer, t.number + 1));
    }))).toEqual([]);
  });

  it('sees none where a third thread tells the copies apart', () => {
    const withThird = (third: (t: ThreadBuilder, lock: WordExp) => void): Program => {
      const b = new ProgramBuilder();
      const lock = b.lock('lock');
      for (const name of ['P0', 'P1']) b.thread(name, (t) => t.acquire(lock).release(lock), 'copy');
      return b.thread('P2', (t) => third(t, lock)).build();
    };
    expect(classesOf(withThird((t, lock) => t.wait('wait', eq(lock, 1))))).toEqual([]);
    expect(classesOf(withThird((t, lock) => t.wait('wait', lock).step('own', violate('assert', eq(lock, 3)))))).toEqual([[0, 1]]);
  });

  it('leaves out the copy that differs', () => {
    expect(classesOf(copies(3, (t, { x }) => t.step('x', set(x, t.number === 1 ? 2 : 3))))).toEqual([[0, 2]]);
  });

  it('takes no lock for an owner whose name does not fit it', () => {
    const b = new ProgramBuilder();
    const lock = b.shared('lock', { kind: 'lock', bits: 1 });
    for (const name of ['P0', 'P1']) b.thread(name, (t) => t.acquire(lock).release(lock), 'copy');
    expect(classesOf(b.build())).toEqual([]);
  });
});

describe('exchanges', () => {
  it('change the names in locks', () => {
    expect([0, 1, 2, 3].map((owner) => exchangeOwner(owner, 0, 2))).toEqual([0, 3, 2, 1]);
    expect(exchangeBits(0b100_001, 0, 2, 3)).toBe(0b001_100);
  });
});

describe('explore with copies', () => {
  it('stores one of the states that arise from each other, close to one in six for three copies', () => {
    const program = copies(3, (t, { lock, rwlock }) => {
      t.acquireRead(rwlock, 3);
      const b = t.local('b');
      for (let step = 0; step < 4; step++) t.choose(`b = choose ${step}`, [set(b, 1)], [set(b, add(b, 2))], [set(b, 0)]);
      t.acquire(lock).step('use b', set(t.local('c'), b)).release(lock).releaseRead(rwlock);
    }, ({ x }) => eq(x, 7));
    const plain = explore(program, { reduce: false });
    const reduced = explore(program, { reduce: true });
    expect(reduced).toMatchObject({ verdict: plain.verdict, violated: plain.violated, covered: plain.covered });
    expect(reduced.witness).toEqual(plain.witness);
    expect(plain.states / reduced.states).toBeGreaterThan(5);
  });
});
