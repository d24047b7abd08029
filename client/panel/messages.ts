/** What the race panel and its host say to each other. Each side reads what it gets with the parser here; what it does not know is ignored. */
import { isBoolean, isNumber, isString, oneOf, orMissing, orNull, record, union, type Check } from './check';
import { isMoves, isProblems, isRaceView, isScheduleEntries } from './view-check';
import type { MoveView, RaceProblem, RaceView, ScheduleEntry } from '../../simulator/present/race-view';

/** A scenario that ships, a litmus file, or the slice of a finding. */
export type RaceTarget = { readonly scenario: string } | { readonly uri: string } | { readonly finding: FindingTarget };

/** A finding of a file. */
export interface FindingTarget {
  readonly uri: string;
  readonly fingerprint: string;
}

/** What was asked for; a variant or library thread that is left out is the scenario's own. */
export interface RaceChoice {
  readonly target: RaceTarget;
  readonly variant?: string;
  readonly adversary?: string;
  /** Moves to begin with. */
  readonly schedule?: readonly MoveView[];
}

/** What survives a hidden panel and a restart of the window. */
export interface PanelState {
  readonly choice: RaceChoice;
  readonly step: number;
  /** Whether the replay on the fixed code stands beside. */
  readonly sideBySide?: boolean;
  /** How large the schedule is drawn; 1 unless given. */
  readonly zoom?: number;
  /** Whether the source of the step is shown beside. */
  readonly follow?: boolean;
}

export type HostMessage =
  /** Show this; from step `step` on, or where the page was when it is null. */
  | { readonly type: 'race'; readonly choice: RaceChoice; readonly view: RaceView; readonly step: number | null }
  /** It is being explored; so many states were found, if that is known. */
  | { readonly type: 'busy'; readonly choice: RaceChoice; readonly states: number | null }
  /** Which schedules there are of what is shown. */
  | { readonly type: 'schedules'; readonly choice: RaceChoice; readonly schedules: readonly ScheduleEntry[]; readonly complete: boolean }
  /** The reader is at the source of this step now. */
  | { readonly type: 'goto'; readonly step: number }
  | { readonly type: 'problems'; readonly choice: RaceChoice; readonly problems: readonly RaceProblem[] }
  /** Something was done: to be said in passing. */
  | { readonly type: 'done'; readonly words: string };

export type PageMessage =
  /** The page can be told what to show. */
  | { readonly type: 'ready' }
  | { readonly type: 'choose'; readonly variant: string; readonly adversary: string | null; readonly schedule: readonly MoveView[] | null; readonly step: number }
  /** The reader wants to know which schedules there are. */
  | { readonly type: 'schedules' }
  /** What is shown is to be written to a file. */
  | { readonly type: 'export' }
  /** It is not to be explored any further. */
  | { readonly type: 'cancel' }
  /** Whether the editor is to follow the steps, and the steps the editor. */
  | { readonly type: 'follow'; readonly on: boolean }
  /** The reader is at this step now. */
  | { readonly type: 'step'; readonly step: number }
  /** The diagram goes to the clipboard. */
  | { readonly type: 'copy' }
  | { readonly type: 'source'; readonly line: number | null }
  /** The page of the rule. */
  | { readonly type: 'rule' }
  | { readonly type: 'again' };

export const isFindingTarget = record<FindingTarget>({ uri: isString, fingerprint: isString });

const isTarget: Check<RaceTarget> = (value): value is RaceTarget => typeof value === 'object' && value !== null
  && [isScenarioTarget, isFileTarget, isSliceTarget].filter((is) => is(value)).length === 1;
const isScenarioTarget = record<{ scenario: string }>({ scenario: isString });
const isFileTarget = record<{ uri: string }>({ uri: isString });
const isSliceTarget = record<{ finding: FindingTarget }>({ finding: isFindingTarget });

const isChoice = record<RaceChoice>({ target: isTarget, variant: orMissing(isString), adversary: orMissing(isString), schedule: orMissing(isMoves) });

const isHostMessage = union<'type', HostMessage>('type', {
  race: record({ type: oneOf('race'), choice: isChoice, view: isRaceView, step: orNull(isNumber) }),
  busy: record({ type: oneOf('busy'), choice: isChoice, states: orNull(isNumber) }),
  schedules: record({ type: oneOf('schedules'), choice: isChoice, schedules: isScheduleEntries, complete: isBoolean }),
  goto: record({ type: oneOf('goto'), step: isNumber }),
  problems: record({ type: oneOf('problems'), choice: isChoice, problems: isProblems }),
  done: record({ type: oneOf('done'), words: isString }),
});

const isPageMessage = union<'type', PageMessage>('type', {
  ready: record({ type: oneOf('ready') }),
  choose: record({ type: oneOf('choose'), variant: isString, adversary: orNull(isString), schedule: orNull(isMoves), step: isNumber }),
  schedules: record({ type: oneOf('schedules') }),
  export: record({ type: oneOf('export') }),
  cancel: record({ type: oneOf('cancel') }),
  follow: record({ type: oneOf('follow'), on: isBoolean }),
  step: record({ type: oneOf('step'), step: isNumber }),
  copy: record({ type: oneOf('copy') }),
  source: record({ type: oneOf('source'), line: orNull(isNumber) }),
  rule: record({ type: oneOf('rule') }),
  again: record({ type: oneOf('again') }),
});

const isPanelState = record<PanelState>({ choice: isChoice, step: isNumber, sideBySide: orMissing(isBoolean), zoom: orMissing(isNumber), follow: orMissing(isBoolean) });

export function parseHostMessage(value: unknown): HostMessage | undefined {
  return isHostMessage(value) ? value : undefined;
}

export function parsePageMessage(value: unknown): PageMessage | undefined {
  return isPageMessage(value) ? value : undefined;
}

export function parsePanelState(value: unknown): PanelState | undefined {
  return isPanelState(value) ? value : undefined;
}

/** Do two choices ask for the same? */
export function sameChoice(a: RaceChoice, b: RaceChoice): boolean {
  const key = ({ target, variant, adversary, schedule }: RaceChoice): string => JSON.stringify(['scenario' in target ? target.scenario : null, 'uri' in target ? target.uri : null, 'finding' in target ? [target.finding.uri, target.finding.fingerprint] : null, variant ?? null, adversary ?? null, schedule?.map(({ thread, way }) => [thread, way]) ?? null]);
  return key(a) === key(b);
}
