/** An exploration as herd7 reports one, for the scripts that judge litmus tests. */
import type { Exploration } from '../explorer/result';
import { PROPERTY_TITLES } from './property-words';

export interface HerdInput {
  /** The test's name; with its variant where it has several: `MM-hugetlb-missing+fixed`. */
  readonly name: string;
  readonly exploration: Exploration;
  /** Labels that had to be reached and were not. */
  readonly uncovered: readonly string[];
  /** The scenario's own question as written, without `exists`; the properties that are always on if left out. */
  readonly condition?: string;
  /** How long it took; not told unless given. */
  readonly seconds?: number;
}

/** Lines, each ended by a newline. What herd has no line for stands in `Flag` lines, as herd's own flags do. */
export function renderHerd({ name, exploration, uncovered, condition, seconds }: HerdInput): string {
  const { verdict, states, positive, negative, violated, limit } = exploration;
  return [
    `Test ${name} ${verdict === 'Sometimes' ? 'Allowed' : verdict === 'Never' ? 'Forbidden' : 'Unknown'}`,
    `States ${states}`,
    verdict === 'Sometimes' ? 'Ok' : verdict === 'Never' ? 'No' : 'Undecided',
    'Witnesses',
    `Positive: ${positive} Negative: ${negative}`,
    ...violated.map(({ property, steps }) => `Flag ${property}: ${PROPERTY_TITLES[property]}, in ${steps} ${steps === 1 ? 'step' : 'steps'}`),
    ...uncovered.map((label) => `Flag not-covered: ${label}`),
    ...(limit === undefined ? [] : [`Flag incomplete: ${limit === 'states' ? 'too many states' : 'cancelled'}`]),
    `Condition ${condition === undefined ? 'built-in properties' : `exists (${condition})`}`,
    `Observation ${name} ${verdict} ${positive} ${negative}`,
    ...(seconds === undefined ? [] : [`Time ${name} ${seconds.toFixed(2)}`]),
  ].map((line) => `${line}\n`).join('');
}

/** The scenario's own question, without `exists` and in one line. */
export function conditionOf(text: string): string | undefined {
  const match = /^[ \t]*exists\b\s*\(([^]*)\)\s*$/m.exec(text);
  return match?.[1]?.replace(/\s+/g, ' ').trim();
}
