import { expect, test } from 'vitest';
import { aFinding, alongLines, at } from './testing';
import { follow, marksIn, move, placeOf, startTrace } from './trace';

const finding = alongLines(3, 7, 5);

test('it goes from the finding to its first step or its last, and around', () => {
  const trace = startTrace(finding);
  expect(trace.step).toBeNull();
  expect(move(trace, 1).step).toBe(0);
  expect(move(trace, -1).step).toBe(2);
  expect(move(startTrace(finding, 2), 1).step).toBe(0);
  expect(move(startTrace(finding, 0), -1).step).toBe(2);
  expect(startTrace(finding, 3).step).toBeNull();
});

test('a finding without steps stays where it is', () => {
  expect(move(startTrace(aFinding({})), 1)).toEqual(startTrace(aFinding({})));
});

test('places are those of the newest findings, and the step stays', () => {
  const trace = startTrace(finding, 1);
  expect(placeOf(trace).line).toBe(7);
  const moved = follow(trace, [aFinding({ id: 'other' }), alongLines(13, 17, 15)]);
  expect(moved?.step).toBe(1);
  expect(moved && placeOf(moved).line).toBe(17);
  expect(placeOf(startTrace(finding)).line).toBe(5);
});

test('a shorter path is followed from its end, a gone one not at all', () => {
  expect(follow(startTrace(finding, 2), [alongLines(3, 7)])?.step).toBe(1);
  expect(follow(startTrace(finding, 2), [alongLines()])?.step).toBeNull();
  expect(follow(startTrace(finding, 2), [aFinding({ id: 'other' })])).toBeUndefined();
});

test('steps are marked with their numbers, those of one line together', () => {
  const twice = aFinding({ steps: [{ place: at('mm/a.c', 7), message: 'read' }, { place: at('mm/b.c', 1), message: 'call' }, { place: at('mm/a.c', 7), message: 'raise' }, { place: at('mm/a.c', 2), message: 'end' }] });
  expect(marksIn('file:///linux/mm/a.c', startTrace(twice, 2))).toEqual([
    { line: 2, words: '4/4 end', isCurrent: false },
    { line: 7, words: '1/4 read · 3/4 raise', isCurrent: true },
  ]);
  expect(marksIn('file:///linux/mm/c.c', startTrace(twice, 2))).toEqual([]);
});
