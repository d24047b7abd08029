/** What the client asks the server about races: the names of the requests, and how answers are read. The server has its own; a test holds them together. */
import { isExportAnswer, isRaceAnswer, isScenarioEntries, isSchedulesAnswer } from './panel/view-check';
import type { ExportAnswer, MoveView, RaceAnswer, RaceProblem, ScenarioEntry, SchedulesAnswer } from '../simulator/present/race-view';
import { isFindingTarget, type RaceChoice, type RaceTarget } from './panel/messages';

export const OPEN_RACE = 'mmReview.openRace';
export const SCENARIOS_METHOD = 'mmReview/scenarios';
export const RACE_METHOD = 'mmReview/race';
export const SCHEDULES_METHOD = 'mmReview/schedules';
export const EXPORT_METHOD = 'mmReview/export';

/** Scenarios that ship are shown under this scheme, so that nobody edits those of the installation. */
export const SCENARIO_SCHEME = 'mm-review-scenario';

export type RaceParams = RaceTarget & { readonly variant?: string; readonly adversaries?: readonly string[]; readonly schedule?: readonly MoveView[]; readonly progress?: string };

/** Reads a list of scenarios; none when it is of another version's shape. */
export function parseScenarios(value: unknown): readonly ScenarioEntry[] {
  return isScenarioEntries(value) ? value : [];
}

/** Reads an answer; one of another version's shape is a problem. */
export function parseRaceAnswer(value: unknown): RaceAnswer {
  return isRaceAnswer(value) ? value : { view: null, problems: OTHER_VERSION };
}

export function parseSchedules(value: unknown): SchedulesAnswer {
  return isSchedulesAnswer(value) ? value : { schedules: [], complete: false, problems: OTHER_VERSION };
}

export function parseExport(value: unknown): ExportAnswer {
  return isExportAnswer(value) ? value : { text: null, problems: OTHER_VERSION };
}

/** How many states a report of progress speaks of. */
export function parseStates(value: unknown): number | undefined {
  return typeof value === 'object' && value !== null && 'states' in value && typeof value.states === 'number' ? value.states : undefined;
}

const OTHER_VERSION: readonly RaceProblem[] = [{ line: 1, column: 1, message: 'the language server is of another version; restart it' }];

/** What the command was called with: a scenario, or a file, and one of its variants. */
export function parseChoice(argument: unknown): RaceChoice | undefined {
  const target = parseTarget(argument);
  if (target === undefined) return undefined;
  const variant = typeof argument === 'object' && argument !== null && 'variant' in argument ? argument.variant : undefined;
  return typeof variant === 'string' ? { target, variant } : { target };
}

function parseTarget(argument: unknown): RaceTarget | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('scenario' in argument && typeof argument.scenario === 'string') return { scenario: argument.scenario };
  if ('uri' in argument && typeof argument.uri === 'string') return { uri: argument.uri };
  if ('finding' in argument && isFindingTarget(argument.finding)) return { finding: argument.finding };
  return undefined;
}
