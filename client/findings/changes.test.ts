import { expect, test } from 'vitest';
import { ALL_LINES, changedLines, isTouched, withUnsaved } from './changes';
import { aFinding, alongLines, at } from './testing';

const diff = (...lines: readonly string[]): string => ['diff --git a/mm/a.c b/mm/a.c', 'index 1..2 100644', '--- a/mm/a.c', '+++ b/mm/a.c', ...lines, ''].join('\n');

test('added lines are those of the new side', () => {
  expect(changedLines(diff('@@ -1,3 +1,5 @@ f()', ' a', '+b', '+c', ' d', ' e', '@@ -20 +22 @@', '-x', '+y'))).toEqual([{ first: 1, last: 2 }, { first: 20, last: 21 }]);
});

test('of removed lines, the lines on either side', () => {
  expect(changedLines(diff('@@ -10,4 +10,2 @@', ' a', '-b', '-c', ' d'))).toEqual([{ first: 9, last: 10 }]);
  expect(changedLines(diff('@@ -10,2 +9,0 @@', '-b', '-c'))).toEqual([{ first: 8, last: 9 }]);
  expect(changedLines(diff('@@ -1,2 +0,0 @@', '-b', '-c'))).toEqual([{ first: 0, last: 0 }]);
});

test('text that looks like a header, and the note about the last line, change nothing', () => {
  expect(changedLines(diff('@@ -1,3 +1,3 @@', ' a', '--- b', '+++ b', ' c', '\\ No newline at end of file'))).toEqual([{ first: 0, last: 1 }]);
  expect(changedLines('')).toEqual([]);
  expect(changedLines('Binary files differ\n')).toEqual([]);
});

const text = (...lines: readonly string[]): string => lines.join('\n');

test('what was typed moves the changes below it and counts itself', () => {
  const saved = text('a', 'b', 'c', 'd', 'e');
  expect(withUnsaved([{ first: 4, last: 4 }], saved, saved)).toEqual([{ first: 4, last: 4 }]);
  expect(withUnsaved([{ first: 4, last: 4 }], saved, text('a', 'x', 'y', 'b', 'c', 'd', 'e'))).toEqual([{ first: 1, last: 2 }, { first: 6, last: 6 }]);
  expect(withUnsaved([{ first: 0, last: 0 }, { first: 4, last: 4 }], saved, text('a', 'd', 'e'))).toEqual([{ first: 0, last: 2 }]);
  expect(withUnsaved([], saved, text('a', 'b', 'X', 'd', 'e'))).toEqual([{ first: 2, last: 2 }]);
  expect(withUnsaved([], 'a\r\nb', 'a\nb')).toEqual([]);
});

test('a finding is touched on a line of its path and between two of its steps', () => {
  const finding = alongLines(10, 14, 20);
  const touched = (first: number, last: number): boolean => isTouched(finding, () => [{ first, last }]);
  expect([touched(10, 10), touched(12, 12), touched(20, 30), touched(0, 10)]).toEqual([true, true, true, true]);
  expect([touched(0, 9), touched(21, 30)]).toEqual([false, false]);
});

test('the way back to a function above, and other files, are not between', () => {
  const called = alongLines(40, 10, 14);
  expect(isTouched(called, () => [{ first: 20, last: 30 }])).toBe(false);
  expect(isTouched(called, () => [{ first: 12, last: 12 }])).toBe(true);
  const across = aFinding({ place: at('mm/a.c', 9), steps: [{ place: at('mm/a.c', 1), message: '' }, { place: at('mm/b.c', 5), message: '' }, { place: at('mm/a.c', 9), message: '' }] });
  expect(isTouched(across, (uri) => (uri.endsWith('b.c') ? [] : [{ first: 4, last: 5 }]))).toBe(false);
  expect(isTouched(across, (uri) => (uri.endsWith('b.c') ? ALL_LINES : []))).toBe(true);
});
