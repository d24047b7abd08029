import { describe, expect, test } from 'vitest';
import { forms, shortName } from './c-text';
import { fitCode, wrapList, wrapWords } from './wrap';

describe('shorter C', () => {
  test('constants are the last arguments to go', () => {
    expect(forms('ret = handle_userfault(vmf, VM_UFFD_MISSING)').map(({ text }) => text)).toEqual([
      'ret = handle_userfault(vmf, VM_UFFD_MISSING)', 'ret = handle_userfault(VM_UFFD_MISSING)', 'handle_userfault(VM_UFFD_MISSING)', 'ret = handle_userfault()', 'handle_userfault()',
    ]);
  });

  test('what is no call stays as it is, on one line', () => {
    expect(forms('x =\n\t\ty').map(({ text }) => text)).toEqual(['x = y']);
  });

  test('a keyword with a parenthesis is no call', () => {
    expect(shortName('if (pte_none(entry))')).toBe('pte_none');
    expect(shortName('while(x)')).toBe('while(x)');
  });

  test('parentheses and commas within arguments do not end them', () => {
    expect(forms('f(g(a, b), { .x = 1, .y = 2 }, A | B)')[1]?.text).toBe('f(A | B)');
  });
});

describe('narrow columns', () => {
  test('long C is broken after an argument, not in a word', () => {
    expect(fitCode('x + yyyyyyyy->zzzzzz + a_long_one', 14).lines).toEqual(['x + yyyyyyyy', '    ->zzzzzz +', '    a_long_one']);
  });

  test('lists are broken between items', () => {
    expect(wrapList(['mmap_read_lock', 'mutex_lock(fault_mutex)'], 30).lines).toEqual(['mmap_read_lock,', 'mutex_lock(fault_mutex)']);
  });

  test('a name that fits nowhere is broken after an underscore', () => {
    expect(wrapWords('huge_ptep_modify_prot_start', 20, 0).lines).toEqual(['huge_ptep_modify_', 'prot_start']);
  });
});
