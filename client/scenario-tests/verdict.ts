/** Does a race that was explored come to what its scenario expects? */
import type { RaceAnswer } from '../../simulator/present/race-view';
import type { Expectation } from './header';

export interface Failure {
  readonly message: string;
  /** The line as it is and as it would have to be, where that is what differs. */
  readonly expected?: string;
  readonly actual?: string;
}

/** Undefined when it does. */
export function judge(expectation: Expectation, { view, problems }: RaceAnswer): Failure | undefined {
  if (view === null) return { message: problems.map(({ line, column, message }) => `${line}:${column}: ${message}`).join('\n') || 'it could not be explored' };
  const { verdict: { word, detail }, steps, uncovered, sentence } = view;
  const expected = describe(expectation);
  const where = expectation.adversaries.length === 0 ? '' : ` with ${expectation.adversaries.join(', ')}`;
  if (word === 'Inconclusive') return { message: `Inconclusive${where}: ${detail}` };
  const actual = word === 'Never' ? (uncovered === null ? 'Never' : 'Never uncovered') : expectation.steps === undefined ? 'Sometimes' : `Sometimes ${steps.length}`;
  if (actual === expected) return undefined;
  const reason = word === 'Sometimes' && expectation.verdict === 'Never' ? sentence : expectation.uncovered ? null : uncovered;
  return { message: `Expected ${expected}${where}, found ${actual} (${detail})${reason === null ? '' : `\n${reason}`}`, expected, actual };
}

function describe({ verdict, steps, uncovered }: Expectation): string {
  if (verdict === 'Never') return uncovered ? 'Never uncovered' : 'Never';
  return steps === undefined ? 'Sometimes' : `Sometimes ${steps}`;
}
