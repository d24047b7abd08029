/** Races explored and put into words. Exploring gives way every few milliseconds, so that diagnostics do not wait for it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CancellationToken, TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Engine } from './engine';
import type { ExportRequest, RaceRequest } from './race-request';
import { pathToUri, uriToPath } from './uris';
import { didYouMean } from '../kernel/suggest';
import { fixOf, present, type Examination, type Selection } from '../simulator/examine';
import { continued, schedulesToLabels } from '../simulator/explorer/continue';
import { exploreAsync } from '../simulator/explorer/explore';
import type { Exploration, Move } from '../simulator/explorer/result';
import { schedules } from '../simulator/explorer/schedules';
import type { Interruptible } from '../simulator/explorer/search';
import { positionOf, type Problem } from '../simulator/litmus/problem';
import { splitFile } from '../simulator/litmus/source';
import { programOf, readScenario, type Adversary, type Scenario } from '../simulator/litmus/scenario';
import type { Program } from '../simulator/machine/program';
import { buildRaceView, choice } from '../simulator/present/build-race-view';
import { exportText } from '../simulator/present/export';
import type { ExportAnswer, RaceAnswer, RaceProblem, ScenarioEntry, SchedulesAnswer } from '../simulator/present/race-view';
import { labelEntry, listedEntry } from '../simulator/present/schedule-list';
import { readScenarioFile, type ScenarioLibrary } from '../workspace/scenarios';

/** An editor does not wait for more; the command line explores as many as one wants. */
const MAX_STATES = 2_000_000;
/** What lists schedules explores without taking states that behave alike for one. */
const MAX_LISTED_STATES = 300_000;
/** So many schedules are listed of each sort. */
const MOST_LISTED = 40;
/** States between two looks at what else there is to do: about two milliseconds. */
const EVERY = 512;

/** Who asks: what there is to answer with, when to stop, and who wants to know how far it has come. */
export interface Asking {
  readonly engine: Engine;
  readonly library: ScenarioLibrary;
  readonly documents: TextDocuments<TextDocument>;
  readonly token: CancellationToken;
  /** Told the number of states that were found so far. */
  readonly onStates: (states: number) => void;
}

export interface File {
  readonly text: string;
  /** Where it can be read; undefined when it is in no file. */
  readonly source: string | undefined;
  /** How the finding was confirmed that it is the slice of: so it is shown unless something else is asked for. */
  readonly proven?: { readonly variant: string; readonly adversaries: readonly string[]; /** What they are called. */ readonly words: string };
}

/** The litmus file of a request, or why there is none. Slices of findings have to be made. */
export function fileOf({ scenario, uri = '' }: RaceRequest, { scenarios }: ScenarioLibrary, documents: TextDocuments<TextDocument>): File | string {
  if (scenario !== undefined) {
    const file = scenarios.find((candidate) => candidate.scenario?.name === scenario);
    if (file === undefined) return `there is no scenario ${scenario}${didYouMean(scenario, scenarios.flatMap((candidate) => candidate.scenario?.name ?? []))}`;
    return { text: file.text, source: pathToUri(file.path) };
  }
  const open = documents.get(uri);
  if (open !== undefined) return { text: open.getText(), source: uri };
  const path = uriToPath(uri);
  if (path === undefined || !path.endsWith('.litmus')) return `${uri} is no .litmus file`;
  const file = readScenarioFile(path);
  return typeof file === 'string' ? `${path}: ${file}` : { text: file.text, source: uri };
}

/** A request with everything that it names. */
interface Asked {
  readonly file: File;
  readonly scenario: Scenario;
  readonly selection: Selection;
  readonly program: Program;
}

/** The race in words; undefined when it was cancelled. */
export async function raceAnswer(file: File, request: RaceRequest, asking: Asking): Promise<RaceAnswer | undefined> {
  const asked = lookUp(file, request, asking);
  if ('problems' in asked) return { view: null, problems: asked.problems };
  const found = await examined(asked, request.schedule, asking);
  if (found === undefined) return undefined;
  if ('problems' in found) return { view: null, problems: found.problems };
  const { scenario, selection } = asked;
  const other = counterpartOf(scenario, found.examination);
  const fixed = other === undefined ? undefined : programOf(scenario, asking.engine.backend, { ...selection, variant: other }).program;
  const counterpart = other === undefined || fixed === undefined ? undefined : await examined({ ...asked, selection: { ...selection, variant: other }, program: fixed }, undefined, asking);
  await nextTurn();
  if (asking.token.isCancellationRequested) return undefined;
  const beside = counterpart && 'examination' in counterpart ? { counterpart: counterpart.examination } : {};
  const company = file.proven && { words: file.proven.words, isShown: request.adversaries === undefined };
  return {
    view: buildRaceView({ examination: found.examination, adversaries: candidates(scenario, asking.library.adversaries), ...(file.source !== undefined && { source: file.source }), ...(company && { company }), ...beside }),
    problems: [],
  };
}

/** Which schedules there are: one for each thing that goes wrong; where nothing does, one to each label and to each end. Undefined when it was cancelled. */
export async function schedulesAnswer(file: File, request: RaceRequest, asking: Asking): Promise<SchedulesAnswer | undefined> {
  const asked = lookUp(file, request, asking);
  if ('problems' in asked) return { schedules: [], complete: false, problems: asked.problems };
  const { program } = asked;
  const list = await driven(schedules(program, { passing: true, most: MOST_LISTED, maxStates: MAX_LISTED_STATES }), asking);
  if (list === undefined) return undefined;
  const fails = list.schedules.some(({ property }) => property !== undefined);
  const labels = fails ? [] : await driven(schedulesToLabels(program, { maxStates: MAX_LISTED_STATES }), asking);
  if (labels === undefined) return undefined;
  return { schedules: [...labels.map((found) => labelEntry(program, found)), ...list.schedules.map((found) => listedEntry(program, found))], complete: list.complete, problems: [] };
}

/** What is shown, as a file of another format; undefined when it was cancelled. */
export async function exportAnswer(file: File, request: ExportRequest, asking: Asking): Promise<ExportAnswer | undefined> {
  const asked = lookUp(file, request, asking);
  if ('problems' in asked) return { text: null, problems: asked.problems };
  const found = await examined(asked, request.schedule, asking);
  if (found === undefined) return undefined;
  if ('problems' in found) return { text: null, problems: found.problems };
  const text = exportText(found.examination, request.format);
  return text === undefined ? { text: null, problems: complaint('Nothing goes wrong here, so there is no schedule: choose one first.') } : { text, problems: [] };
}

export function entryOf(scenario: Scenario, adversaries: readonly Adversary[]): ScenarioEntry {
  const { name, title, rule, variants } = scenario;
  return { name, title, rule: rule ?? null, variants: variants.map(choice), adversaries: candidates(scenario, adversaries).map(choice) };
}

export function complaint(message: string): readonly RaceProblem[] {
  return [{ line: 1, column: 1, message }];
}

function lookUp(file: File, request: RaceRequest, { engine, library }: Asking): Asked | { readonly problems: readonly RaceProblem[] } {
  const { scenario, problems } = readScenario(file.text);
  if (scenario === undefined || problems.length > 0) return { problems: placed(file, problems) };
  const names = request.adversaries ?? file.proven?.adversaries ?? [];
  const unknown = names.find((name) => !library.adversaries.some((adversary) => adversary.name === name));
  if (unknown !== undefined) return { problems: complaint(`there is no library thread ${unknown}${didYouMean(unknown, library.adversaries.map(({ name }) => name))}`) };
  const adversaries = names.flatMap((name) => library.adversaries.filter((adversary) => adversary.name === name));
  const selection = { variant: request.variant ?? file.proven?.variant ?? scenario.variants[0]?.name ?? 'buggy', adversaries };
  const built = programOf(scenario, engine.backend, selection);
  return built.program ? { file, scenario, selection, program: built.program } : { problems: placed(file, built.problems) };
}

/** Undefined when it was cancelled. */
async function examined({ scenario, selection, program }: Asked, moves: readonly Move[] | undefined, asking: Asking): Promise<{ readonly examination: Examination } | { readonly problems: readonly RaceProblem[] } | undefined> {
  const { token, onStates } = asking;
  await nextTurn();
  if (token.isCancellationRequested) return undefined;
  // Small scenarios are explored at one go: whoever has changed his mind is heard before.
  await nextTurn();
  if (token.isCancellationRequested) return undefined;
  const exploration: Exploration = await exploreAsync(program, {
    properties: scenario.checked, maxStates: MAX_STATES, every: EVERY, pause: async () => { await nextTurn(); },
    onProgress({ states }) {
      onStates(states);
      return token.isCancellationRequested;
    },
  });
  if (exploration.limit === 'cancelled') return undefined;
  if (moves === undefined) return { examination: present(scenario, selection, program, exploration) };
  const found = await driven(continued(program, moves, { maxStates: MAX_STATES }), asking);
  if (found === undefined) return undefined;
  switch (found.kind) {
    case 'problem': return { problems: complaint(`that order of the threads is not possible any more: ${found.problem}`) };
    case 'nothing': return { problems: complaint('no end of that order was found') };
    case 'schedule': return { examination: present(scenario, selection, program, exploration, found.schedule) };
  }
}

/** Runs a computation, giving way; undefined when it was cancelled. */
async function driven<T>(run: Interruptible<T>, { token, onStates }: Asking): Promise<T | undefined> {
  for (let step = run.next(false); ; step = run.next(token.isCancellationRequested)) {
    if (step.done === true) return token.isCancellationRequested ? undefined : step.value;
    onStates(step.value.states);
    await nextTurn();
  }
}

function placed({ text }: File, problems: readonly Problem[]): readonly RaceProblem[] {
  return problems.map(({ offset, message }) => ({ ...positionOf(text, offset), message }));
}

/** The variant that shows what a fix does: the one that fixes a variant that fails, or the one that is fixed by a variant that does not. */
function counterpartOf(scenario: Scenario, { exploration, selection }: Examination): string | undefined {
  if (exploration.verdict === 'Sometimes') return fixOf(scenario, selection.variant);
  return exploration.verdict === 'Never' ? scenario.variants.find(({ name }) => fixOf(scenario, name) === selection.variant)?.name : undefined;
}

/**
 * Library threads that can run in this scenario, in place of its own threads or beside those of a slice: it has the objects that they need. Whether they build there is
 * only known once they are tried.
 */
function candidates({ replaceable, through, text }: Scenario, adversaries: readonly Adversary[]): readonly Adversary[] {
  const init = splitFile(text, [])?.init.text ?? '';
  return replaceable.length === 0 && through === undefined ? [] : adversaries.filter(({ needs }) => needs.every((name) => new RegExp(`\\b${name.replace(/\W/g, '\\$&')}\\b`).test(init)));
}
