import { expect, test } from 'vitest';
import type { TextEdit } from './fix';
import { hunksOf } from './hunks';

const text = 'one\ntwo\nthree\nfour\nfive\n';

function edit(start: number, end: number, by: string): TextEdit {
  const line = text.slice(0, start).split('\n').length;
  return { location: { file: 'a.c', line, column: 1, endLine: line, endColumn: 1 }, start, end, text: by };
}

const hunks = (...edits: TextEdit[]): object[] => hunksOf(edits, () => text);

test('inserted lines have nothing in their place', () => {
  expect(hunks(edit(4, 4, 'new\n'))).toEqual([{ file: 'a.c', line: 2, removed: [], added: ['new'] }]);
  expect(hunks(edit(text.length, text.length, 'six\n'))).toEqual([{ file: 'a.c', line: 6, removed: [], added: ['six'] }]);
});

test('a word that changes is a line that changes', () => {
  expect(hunks(edit(9, 11, 'HR'))).toEqual([{ file: 'a.c', line: 3, removed: ['three'], added: ['tHRee'] }]);
  expect(hunks(edit(4, 8, ''))).toEqual([{ file: 'a.c', line: 2, removed: ['two'], added: [] }]);
});

test('edits of neighbouring lines are one, others are not', () => {
  expect(hunks(edit(4, 4, 'before\n'), edit(4, 7, 'TWO'), edit(8, 13, 'THREE'))).toEqual([{ file: 'a.c', line: 2, removed: ['two', 'three'], added: ['before', 'TWO', 'THREE'] }]);
  expect(hunks(edit(0, 3, 'ONE'), edit(14, 18, 'FOUR'))).toEqual([
    { file: 'a.c', line: 1, removed: ['one'], added: ['ONE'] },
    { file: 'a.c', line: 4, removed: ['four'], added: ['FOUR'] },
  ]);
});
