/** A race view for the tests of this folder. */
import type { RaceView, StepView } from '../../simulator/present/race-view';

export function aStep(n: number, given: Partial<StepView> = {}): StepView {
  return { n, thread: 0, text: 'x = 1', kind: 'store', function: 'P0', file: null, line: n, origin: null, notes: [], violated: null, ...given };
}

export function aView(given: Partial<RaceView> = {}): RaceView {
  return {
    version: 1, name: 'a-race', title: 'A race', rule: 'a-rule', commits: [], anchors: [], description: '', variants: [{ name: 'buggy', title: 'as written' }, { name: 'fixed', title: 'with the fix' }], variant: 'buggy',
    adversaries: [], adversary: [], ownAdversary: '', verdict: { word: 'Sometimes', tone: 'bad', headline: null, detail: '1 step' }, sentence: 'It goes wrong.', preemptions: null,
    memoryModel: '', uncovered: null, covered: [], threads: [{ name: 'P0', title: 'a thread' }], schedule: { moves: [{ thread: 0, way: 0 }], chosen: false, fails: true },
    diagram: null, steps: [], states: [], fix: null, sideBySide: null, text: 'P0', herd: '', litmus: 'C a-race', source: null, ...given,
  };
}
