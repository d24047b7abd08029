import { describe, expect, it } from 'vitest';
import { address, isTruth, local, name, number, one, operation, param, pointee, same, symbol, test, zero } from './value';

const flags = param('flags');
const write = name('FAULT_FLAG_WRITE');
const valid = name('FAULT_FLAG_ORIG_PTE_VALID');

describe('operation', () => {
  it('folds numbers as C does', () => {
    expect(operation('+', [number(2), number(3)])).toEqual(number(5));
    expect(operation('/', [number(-7), number(2)])).toEqual(number(-3));
    expect(operation('/', [number(1), zero]).kind).toBe('operation');
    expect(operation('<', [number(1), number(2)])).toEqual(one);
    expect(operation('!', [zero])).toEqual(one);
  });

  it('knows a flag that was set or cleared before', () => {
    const set = operation('|', [flags, valid]);
    const cleared = operation('&', [flags, operation('~', [valid])]);
    expect(operation('&', [set, valid])).toEqual(one);
    expect(operation('&', [cleared, valid])).toEqual(zero);
    expect(operation('&', [set, write])).toEqual(operation('&', [flags, write]));
    expect(operation('&', [cleared, write])).toEqual(operation('&', [flags, write]));
  });

  it('knows that an object has an address and that a value equals itself', () => {
    expect(operation('==', [address(local('vmf')), zero])).toEqual(zero);
    expect(operation('==', [flags, flags])).toEqual(one);
    expect(operation('!=', [flags, param('other')]).kind).toBe('operation');
  });

  it('keeps keys short however deep the expression is', () => {
    let value = symbol('x');
    for (let i = 0; i < 1000; i++) value = operation('+', [value, param('y')]);
    expect(value.key.length).toBeLessThan(500);
  });
});

describe('places', () => {
  it('are the same through a pointer to a local and directly', () => {
    expect(pointee(address(local('vmf')), ['pte']).key).toBe(local('vmf', ['pte']).key);
    expect(pointee(param('vmf'), ['pte']).key).toBe('[p:vmf].pte');
  });
});

describe('truths', () => {
  it('do not depend on the order of a comparison', () => {
    expect(same(flags, write)).toEqual(same(write, flags));
    expect(isTruth(same(flags, write))).toBe(true);
    expect(isTruth(operation('&', [flags, write]))).toBe(false);
  });

  it('tell similar tests apart', () => {
    expect(test('none', 'pte_none', flags).key).not.toBe(test('none', 'pte_none_mostly', flags).key);
  });
});
