import { expect, test } from 'vitest';
import { originAt } from './origin';

const text = [
  'static void f(void)',
  '{',
  '\tspin_lock(ptl); /* mm/a.c:12 */',
  '\tset_pte_at(mm, address, pte,',
  '\t\t   pte_mkwrite(v)); /* include/linux/b-c.h:7 */',
  '\tspin_unlock(ptl);',
  '\tif (v) { /* mm/a.c:15 */',
  '\t\tg(); /* about mm/a.c */',
  '\t}',
  'last()',
].join('\n');
const at = (word: string): unknown => originAt(text, text.indexOf(word));

test('a line says where it comes from', () => {
  expect(at('spin_lock')).toEqual({ file: 'mm/a.c', line: 12 });
  expect(at('if (v)')).toEqual({ file: 'mm/a.c', line: 15 });
});

test('so does the last line of a statement, for all of it', () => {
  expect(at('set_pte_at')).toEqual({ file: 'include/linux/b-c.h', line: 7 });
});

test('a line without a comment has none, and takes none from the next', () => {
  expect(at('spin_unlock')).toBeUndefined();
  expect(at('g()')).toBeUndefined();
  expect(at('last')).toBeUndefined();
  expect(originAt('', 0)).toBeUndefined();
});
