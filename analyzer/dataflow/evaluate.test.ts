import { describe, expect, it } from 'vitest';
import { assume } from './evaluate';
import { copy, initialState, narrow, range, truth } from './state';
import { name, number, operation, param, symbol, test, zero } from './value';

const n = symbol('n');
const flags = param('flags');
const is = (op: string, k: number) => operation(op, [n, number(k)]);

describe('assume', () => {
  it('closes the gap that two comparisons leave', () => {
    const s = initialState();
    expect(narrow(s, n, 1, Infinity)).toBe(true); // folio_nr_pages() is at least 1
    expect(assume(s, is('==', 1), false)).toBe(true);
    expect(assume(s, is('>', 1), false)).toBe(false);
  });

  it('narrows by order, from both sides', () => {
    const s = initialState();
    expect(assume(s, is('<', 10), true)).toBe(true);
    expect(assume(s, operation('<=', [number(8), n]), true)).toBe(true);
    expect(range(s, n)).toEqual([8, 9]);
    expect(assume(copy(s), is('>=', 10), true)).toBe(false);
    expect(assume(s, is('!=', 9), true)).toBe(true);
    expect(range(s, n)).toEqual([8, 8]);
  });

  it('takes a comparison with zero for the thing itself', () => {
    const s = initialState();
    const none = test('none', 'pte_none', param('old'));
    expect(assume(s, operation('==', [none, zero]), true)).toBe(true);
    expect(truth(s, none)).toBe(false);
    expect(assume(s, operation('!=', [none, zero]), true)).toBe(false);
  });

  it('knows what a mask of several flags says of each', () => {
    const [a, b] = [name('FAULT_FLAG_WRITE'), name('FAULT_FLAG_UNSHARE')];
    const either = operation('&', [flags, operation('|', [a, b])]);
    const s = initialState();
    expect(assume(s, either, false)).toBe(true);
    expect(truth(s, operation('&', [flags, a]))).toBe(false);
    const t = initialState();
    assume(t, operation('&', [flags, a]), false);
    assume(t, operation('&', [flags, b]), false);
    expect(assume(t, either, true)).toBe(false);
  });

  it('knows that error codes are not zero', () => {
    const s = initialState();
    expect(truth(s, operation('-', [name('EAGAIN')]))).toBe(true);
    expect(truth(s, name('VM_FAULT_OOM'))).toBe(true);
    expect(truth(s, name('SOME_LIMIT'))).toBeUndefined();
  });
});
