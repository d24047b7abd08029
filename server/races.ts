/**
 * Races on request: which scenarios there are, and one of them explored and put into words. The names of the requests, what they take and how that is
 * read. Exploring gives way every few milliseconds, so that diagnostics do not wait for it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LSPErrorCodes, RequestType, ResponseError, type CancellationToken, type Connection, type TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Engine } from './engine';
import type { Log } from './log';
import { isRecord } from './settings';
import { pathToUri, uriToPath } from './uris';
import { didYouMean } from '../kernel/suggest';
import { fixOf, present, type Examination, type Selection } from '../simulator/examine';
import { exploreAsync } from '../simulator/explorer/explore';
import { positionOf, type Problem } from '../simulator/litmus/problem';
import { splitFile } from '../simulator/litmus/source';
import { programOf, readScenario, type Adversary, type Scenario } from '../simulator/litmus/scenario';
import { buildRaceView, choice } from '../simulator/present/build-race-view';
import type { RaceAnswer, ScenarioEntry } from '../simulator/present/race-view';
import { readScenarioFile, type ScenarioLibrary } from '../workspace/scenarios';

/** Which race: a scenario that ships, by its name, or a litmus file. */
export interface RaceRequest {
  readonly scenario?: string;
  readonly uri?: string;
  /** The first one unless given. */
  readonly variant?: string;
  /** Names of library threads that run in place of the scenario's own. */
  readonly adversaries?: readonly string[];
}

export const scenariosRequest = new RequestType<unknown, readonly ScenarioEntry[], void>('mmReview/scenarios');
export const raceRequest = new RequestType<unknown, RaceAnswer, void>('mmReview/race');

/** Reads what a client sent; undefined when it is not a request for a race. */
export function parseRaceRequest(value: unknown): RaceRequest | undefined {
  if (!isRecord(value)) return undefined;
  const { scenario, uri, variant, adversaries } = value;
  const isName = (name: unknown): boolean => name === undefined || typeof name === 'string';
  if (!isName(scenario) || !isName(uri) || !isName(variant) || (scenario === undefined) === (uri === undefined)) return undefined;
  if (adversaries !== undefined && !(Array.isArray(adversaries) && adversaries.every((name) => typeof name === 'string'))) return undefined;
  return value;
}

export interface RacesOptions {
  readonly connection: Connection;
  readonly documents: TextDocuments<TextDocument>;
  readonly engine: () => Engine | undefined;
  readonly log: Log;
}

/** Answers the requests. */
export function serveRaces({ connection, documents, engine, log }: RacesOptions): void {
  const library = (): ScenarioLibrary => engine()?.scenarios() ?? { scenarios: [], adversaries: [] };
  const known = new Map<string, RaceAnswer>();

  connection.onRequest(scenariosRequest, () => {
    const { scenarios, adversaries } = library();
    return scenarios.flatMap(({ scenario }) => (scenario ? [entryOf(scenario, adversaries)] : []));
  });

  connection.onRequest(raceRequest, async (params, token) => {
    const request = parseRaceRequest(params);
    if (request === undefined) return new ResponseError(LSPErrorCodes.RequestFailed, 'mmReview/race takes {scenario | uri, variant?, adversaries?}');
    const loaded = engine();
    if (loaded === undefined) return complaint('the analyzer could not be loaded');
    const file = fileOf(request, library(), documents);
    if (typeof file === 'string') return complaint(file);
    const key = JSON.stringify([file.text, file.source, request.variant, request.adversaries]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = await answerOf(file, request, loaded, library(), token).catch((error: unknown) => {
      log.failure(`Exploring ${request.scenario ?? request.uri ?? ''}`, error);
      return complaint('it could not be explored: that is a defect of this program, see the log');
    });
    if (answer === undefined) return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    known.set(key, answer);
    for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
    return answer;
  });
}

/** So many answers are kept: going back and forth between variants needs no exploring. */
const KEPT = 12;
/** An editor does not wait for more; the command line explores as many as one wants. */
const MAX_STATES = 2_000_000;
/** States between two looks at what else there is to do: about two milliseconds. */
const EVERY = 512;

interface File {
  readonly text: string;
  readonly source: string;
}

/** The litmus file of a request, or why there is none. */
function fileOf({ scenario, uri = '' }: RaceRequest, { scenarios }: ScenarioLibrary, documents: TextDocuments<TextDocument>): File | string {
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

/** Undefined when it was cancelled. */
async function answerOf({ text, source }: File, request: RaceRequest, engine: Engine, library: ScenarioLibrary, token: CancellationToken): Promise<RaceAnswer | undefined> {
  const { scenario, problems } = readScenario(text);
  if (scenario === undefined || problems.length > 0) return toAnswer(text, problems);
  const names = request.adversaries ?? [];
  const unknown = names.find((name) => !library.adversaries.some((adversary) => adversary.name === name));
  if (unknown !== undefined) return complaint(`there is no library thread ${unknown}${didYouMean(unknown, library.adversaries.map(({ name }) => name))}`);
  const adversaries = names.flatMap((name) => library.adversaries.filter((adversary) => adversary.name === name));
  const variant = request.variant ?? scenario.variants[0]?.name ?? 'buggy';

  const found = await examined(scenario, { variant, adversaries }, engine, token);
  if (found === undefined) return undefined;
  if (found.examination === undefined) return toAnswer(text, found.problems);
  const other = counterpartOf(scenario, found.examination);
  const counterpart = other === undefined ? undefined : await examined(scenario, { variant: other, adversaries }, engine, token);
  await nextTurn();
  if (token.isCancellationRequested) return undefined;
  const view = buildRaceView({ examination: found.examination, adversaries: candidates(scenario, library.adversaries), source, ...(counterpart?.examination && { counterpart: counterpart.examination }) });
  return { view, problems: [] };
}

async function examined(scenario: Scenario, selection: Selection, engine: Engine, token: CancellationToken): Promise<{ readonly examination?: Examination; readonly problems: readonly Problem[] } | undefined> {
  await nextTurn();
  if (token.isCancellationRequested) return undefined;
  // Small scenarios are explored at one go: whoever has changed his mind is heard before.
  await nextTurn();
  if (token.isCancellationRequested) return undefined;
  const { program, problems } = programOf(scenario, engine.backend, selection);
  if (!program) return { problems };
  const exploration = await exploreAsync(program, {
    maxStates: MAX_STATES, every: EVERY, pause: async () => { await nextTurn(); }, onProgress: () => token.isCancellationRequested,
  });
  return exploration.limit === 'cancelled' ? undefined : { examination: present(scenario, selection, program, exploration), problems: [] };
}

/** The variant that shows what a fix does: the one that fixes a variant that fails, or the one that is fixed by a variant that does not. */
function counterpartOf(scenario: Scenario, { exploration, selection }: Examination): string | undefined {
  if (exploration.verdict === 'Sometimes') return fixOf(scenario, selection.variant);
  return exploration.verdict === 'Never' ? scenario.variants.find(({ name }) => fixOf(scenario, name) === selection.variant)?.name : undefined;
}

/** Library threads that can run in this scenario: it has the objects that they need. Whether they build there is only known once they are tried. */
function candidates({ replaceable, text }: Scenario, adversaries: readonly Adversary[]): readonly Adversary[] {
  const init = splitFile(text, [])?.init.text ?? '';
  return replaceable.length === 0 ? [] : adversaries.filter(({ needs }) => needs.every((name) => new RegExp(`\\b${name.replace(/\W/g, '\\$&')}\\b`).test(init)));
}

function entryOf(scenario: Scenario, adversaries: readonly Adversary[]): ScenarioEntry {
  const { name, title, rule, variants } = scenario;
  return { name, title, rule: rule ?? null, variants: variants.map(choice), adversaries: candidates(scenario, adversaries).map(choice) };
}

function toAnswer(text: string, problems: readonly Problem[]): RaceAnswer {
  return { view: null, problems: problems.map(({ offset, message }) => ({ ...positionOf(text, offset), message })) };
}

function complaint(message: string): RaceAnswer {
  return { view: null, problems: [{ line: 1, column: 1, message }] };
}
