import { describe, expect, it } from 'vitest';
import type { State } from './state';
import { acquire, claimHeld, drop, initialState, lockStatus, release, stateKey, tookNone } from './state';
import type { Value } from './value';
import { load, lock, param, pointee, symbol } from './value';

const ptl = param('ptl');
const other = load(pointee(param('vmf'), ['ptl']));
const claimed = (...locks: Value[]): State => {
  const s = initialState();
  for (const l of locks) claimHeld(s, l, undefined);
  return s;
};
const take = (s: State, what: Value): void => acquire(s, { lock: what, level: 'pte', guard: undefined });

describe('a lock that the caller is said to hold', () => {
  it('is held, and not the function\'s own', () => {
    const s = claimed(ptl);
    expect([lockStatus(s, 'pte'), lockStatus(s, 'pmd'), lockStatus(s, 'huge')]).toEqual(['held', 'held', 'held']);
    expect(tookNone(s)).toBe(true);
    expect(s.entryLock).toEqual({ pte: 'unknown', pmd: 'unknown' });
  });

  it.each([['itself', ptl], ['a pointer from memory', other], ['what a lookup gave', lock('f#1.', 'pte')], ['nobody knows what', symbol('f#2.')]])('is released by release of %s', (_, what) => {
    const s = claimed(ptl);
    release(s, what);
    expect(s.held.size).toBe(0);
    expect(s.entryLock).toEqual({ pte: 'released', pmd: 'released' });
    expect(lockStatus(s, 'pte')).toBe('none');
  });

  it('is released by the end of a walk', () => {
    const s = claimed(other);
    drop(s, other.key);
    expect(s.entryLock.pte).toBe('released');
  });

  it('stays when the function\'s own lock is released, by name or not', () => {
    for (const what of [lock('f#1.', 'pte'), symbol('f#2.')]) {
      const s = claimed(ptl);
      take(s, lock('f#1.', 'pte'));
      release(s, what);
      expect([...s.held.keys()]).toEqual([ptl.key]);
      release(s, ptl);
      expect(s.entryLock.pte).toBe('released');
    }
  });

  it('is one of two: the other stays', () => {
    const s = claimed(ptl, other);
    release(s, ptl);
    expect(lockStatus(s, 'pte')).toBe('held');
    release(s, other);
    expect(lockStatus(s, 'pte')).toBe('none');
  });

  it('was not held when the function takes it', () => {
    const s = claimed(ptl);
    take(s, ptl);
    expect(tookNone(s)).toBe(false);
    expect(s.entryLock.pte).toBe('not-held');
    release(s, ptl);
    expect(lockStatus(s, 'pte')).toBe('none');
  });

  it('makes a state of its own', () => {
    const own = initialState();
    acquire(own, { lock: ptl, level: undefined, guard: undefined }, true);
    expect(stateKey(claimed(ptl))).not.toBe(stateKey(own));
  });
});

describe('an assertion', () => {
  it('says nothing new of a lock that the function took', () => {
    const s = initialState();
    take(s, lock('f#1.', 'pte'));
    claimHeld(s, lock('f#1.', 'pte'), 'pte');
    claimHeld(s, lock('f#3.', 'pte'), 'pte');
    claimHeld(s, symbol('f#4.'), undefined);
    expect([...s.held.values()].map((h) => h.callers)).toEqual([undefined]);
  });

  it('says that another level\'s lock is held, too', () => {
    const s = initialState();
    take(s, lock('f#1.', 'pte'));
    claimHeld(s, lock('f#3.', 'pmd'), 'pmd');
    expect(lockStatus(s, 'pmd')).toBe('held');
  });

  it('after a release means that the lock was taken again', () => {
    const s = initialState();
    release(s, ptl);
    claimHeld(s, ptl, undefined);
    expect(tookNone(s)).toBe(false);
  });
});
