/** Races on request: which scenarios there are, one of them explored, its schedules, and all that as a file. The names of the requests, and what is kept of the answers. */
import { LSPErrorCodes, ProgressType, RequestType, ResponseError, type CancellationToken, type Connection, type TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Engine } from './engine';
import type { Log } from './log';
import { complaint, entryOf, exportAnswer, fileOf, raceAnswer, schedulesAnswer, type Asking, type File } from './race-answers';
import type { FindingTarget } from './proof/target';
import { parseExportRequest, parseRaceRequest, type RaceRequest } from './race-request';
import type { ExportAnswer, RaceAnswer, RaceProblem, ScenarioEntry, SchedulesAnswer } from '../simulator/present/race-view';
import type { ScenarioLibrary } from '../workspace/scenarios';

export const scenariosRequest = new RequestType<unknown, readonly ScenarioEntry[], void>('mmReview/scenarios');
export const raceRequest = new RequestType<unknown, RaceAnswer, void>('mmReview/race');
export const schedulesRequest = new RequestType<unknown, SchedulesAnswer, void>('mmReview/schedules');
export const exportRequest = new RequestType<unknown, ExportAnswer, void>('mmReview/export');
/** How far an exploration has come. */
const statesProgress = new ProgressType<{ readonly states: number }>();

export interface RacesOptions {
  readonly connection: Connection;
  readonly documents: TextDocuments<TextDocument>;
  readonly engine: () => Engine | undefined;
  readonly log: Log;
  /** The slice of a finding, or why there is none; undefined when it was cancelled. */
  readonly sliceOf: (finding: FindingTarget, token: CancellationToken) => Promise<File | string | undefined>;
}

/** Answers the requests. */
export function serveRaces({ connection, documents, engine, log, sliceOf }: RacesOptions): void {
  const library = (): ScenarioLibrary => engine()?.scenarios() ?? { scenarios: [], adversaries: [] };
  const known = new Map<string, unknown>();

  connection.onRequest(scenariosRequest, () => {
    const { scenarios, adversaries } = library();
    return scenarios.flatMap(({ scenario }) => (scenario ? [entryOf(scenario, adversaries)] : []));
  });
  connection.onRequest(raceRequest, (params, token) => answer({
    method: 'mmReview/race', request: parseRaceRequest(params), takes: '{scenario | uri | finding, variant?, adversaries?, schedule?, progress?}', token,
    make: raceAnswer, failed: (problems) => ({ view: null, problems }),
  }));
  connection.onRequest(schedulesRequest, (params, token) => answer({
    method: 'mmReview/schedules', request: parseRaceRequest(params), takes: '{scenario | uri | finding, variant?, adversaries?, progress?}', token,
    make: schedulesAnswer, failed: (problems) => ({ schedules: [], complete: false, problems }),
  }));
  connection.onRequest(exportRequest, (params, token) => answer({
    method: 'mmReview/export', request: parseExportRequest(params), takes: '{scenario | uri | finding, variant?, adversaries?, schedule?, format}', token,
    make: exportAnswer, failed: (problems) => ({ text: null, problems }),
  }));

  async function answer<Request extends RaceRequest, Answer>({ method, request, takes, token, make, failed }: {
    readonly method: string;
    readonly request: Request | undefined;
    /** What the request takes, for whoever has sent something else. */
    readonly takes: string;
    readonly token: CancellationToken;
    readonly make: (file: File, request: Request, asking: Asking) => Promise<Answer | undefined>;
    readonly failed: (problems: readonly RaceProblem[]) => Answer;
  }): Promise<Answer | ResponseError> {
    if (request === undefined) return new ResponseError(LSPErrorCodes.RequestFailed, `${method} takes ${takes}`);
    const loaded = engine();
    if (loaded === undefined) return failed(complaint('the analyzer could not be loaded'));
    const file = request.finding === undefined ? fileOf(request, library(), documents) : await sliceOf(request.finding, token).catch((error: unknown) => {
      log.failure('Proving a finding', error);
      return 'the finding could not be proven: that is a defect of this program, see the log';
    });
    if (file === undefined) return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    if (typeof file === 'string') return failed(complaint(file));
    const key = JSON.stringify([method, file, { ...request, progress: undefined }]);
    const before = known.get(key) as Answer | undefined;
    if (before !== undefined) return before;
    const asking = { engine: loaded, library: library(), documents, token, onStates: reporter(request) };
    const made = await make(file, request, asking).catch((error: unknown) => {
      log.failure(`Exploring ${request.scenario ?? request.uri ?? request.finding?.uri ?? ''}`, error);
      return failed(complaint('it could not be explored: that is a defect of this program, see the log'));
    });
    if (made === undefined) return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
    known.set(key, made);
    for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
    return made;
  }

  /** Reports now and then, if anybody wants to know. */
  function reporter({ progress }: RaceRequest): (states: number) => void {
    if (progress === undefined) return () => undefined;
    let last = performance.now();
    return (states) => {
      if (performance.now() - last < BETWEEN_REPORTS) return;
      last = performance.now();
      void connection.sendProgress(statesProgress, progress, { states });
    };
  }
}

/** So many answers are kept: going back and forth between variants needs no exploring. */
const KEPT = 16;
/** Milliseconds. */
const BETWEEN_REPORTS = 200;
