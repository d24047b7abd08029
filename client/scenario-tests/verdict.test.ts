import { describe, expect, it } from 'vitest';
import type { RaceAnswer, RaceView } from '../../simulator/present/race-view';
import { readTests, type Expectation } from './header';
import { judge } from './verdict';

const FILE = `C own-race

(*
 * Title: A race
 * Variant: fixed FIX : it is looked at again
 * Variant: slow : of which nothing is expected
 * Expect: buggy Sometimes 11
 * Expect: buggy with migration,zap Sometimes
 * Expect: fixed Never
 * Expect: nonsense
 *)

{
Expect: fixed Sometimes
}
`;

describe('a litmus file as tests', () => {
  it('has those variants of which something is expected, in their places', () => {
    const tests = readTests(FILE);
    expect(tests).toMatchObject({ name: 'own-race', title: 'A race' });
    expect(tests?.variants.map(({ name, title, line, expectations }) => [name, title, line, expectations.length])).toEqual([['fixed', 'it is looked at again', 4, 1], ['buggy', '', 6, 2]]);
    expect(tests?.variants[1]?.expectations[1]).toEqual({ line: 7, variant: 'buggy', adversaries: ['migration', 'zap'], verdict: 'Sometimes', steps: undefined, uncovered: false });
  });

  it('is none when it does not begin as one', () => {
    expect(readTests('P0() {}')).toBeUndefined();
    expect(readTests('C empty\n{}\n')?.variants).toEqual([]);
  });
});

describe('a verdict', () => {
  const answer = (word: RaceView['verdict']['word'], steps: number, uncovered: string | null = null): RaceAnswer => ({
    problems: [],
    view: {
      version: 1, name: 'a', title: 'a', rule: null, commits: [], anchors: [], description: '', variants: [], variant: 'buggy', adversaries: [], adversary: [], ownAdversary: '',
      verdict: { word, tone: 'plain', headline: null, detail: `${steps} steps` }, sentence: word === 'Sometimes' ? 'The page exists.' : null, preemptions: null, memoryModel: '', uncovered, covered: [],
      threads: [], diagram: null, states: [], schedule: null, sideBySide: null, herd: '', fix: null, text: null, litmus: '', source: null,
      steps: Array.from({ length: steps }, (_, index) => ({ n: index + 1, thread: 0, text: '', kind: '', function: null, file: null, line: null, origin: null, notes: [], violated: null })),
    },
  });
  const wanted = (given: Partial<Expectation>): Expectation => ({ line: 0, variant: 'buggy', adversaries: [], verdict: 'Sometimes', steps: undefined, uncovered: false, ...given });

  it('is right', () => {
    expect(judge(wanted({}), answer('Sometimes', 3))).toBeUndefined();
    expect(judge(wanted({ steps: 3 }), answer('Sometimes', 3))).toBeUndefined();
    expect(judge(wanted({ verdict: 'Never' }), answer('Never', 0))).toBeUndefined();
    expect(judge(wanted({ verdict: 'Never', uncovered: true }), answer('Never', 0, 'a was not reached'))).toBeUndefined();
  });

  it('is wrong, and what happens is said', () => {
    expect(judge(wanted({ verdict: 'Never', adversaries: ['zap'] }), answer('Sometimes', 3))).toEqual({ message: 'Expected Never with zap, found Sometimes (3 steps)\nThe page exists.', expected: 'Never', actual: 'Sometimes' });
    expect(judge(wanted({ steps: 2 }), answer('Sometimes', 3))).toMatchObject({ expected: 'Sometimes 2', actual: 'Sometimes 3' });
    expect(judge(wanted({}), answer('Never', 0))).toMatchObject({ expected: 'Sometimes', actual: 'Never' });
  });

  it('proves nothing when a label was not reached', () => {
    expect(judge(wanted({ verdict: 'Never' }), answer('Never', 0, 'The label a had to be reached.'))).toMatchObject({ actual: 'Never uncovered', message: expect.stringContaining('The label a had to be reached.') as string });
    expect(judge(wanted({ verdict: 'Never', uncovered: true }), answer('Never', 0))).toMatchObject({ expected: 'Never uncovered', actual: 'Never' });
  });

  it('is none when it was not explored to the end, or not at all', () => {
    expect(judge(wanted({}), answer('Inconclusive', 0))).toEqual({ message: 'Inconclusive: 0 steps' });
    expect(judge(wanted({}), { view: null, problems: [{ line: 3, column: 1, message: 'no }' }] })).toEqual({ message: '3:1: no }' });
  });
});
