/** What clients ask about races, and how that is read. */
import { isRecord } from './settings';
import type { ProgressToken } from 'vscode-languageserver/node';
import { parseFindingTarget, type FindingTarget } from './proof/target';
import type { ExportFormat } from '../simulator/present/export';
import type { MoveView } from '../simulator/present/race-view';

/** Which race: a scenario that ships, by its name, a litmus file, or the slice of a finding. */
export interface RaceRequest {
  readonly scenario?: string;
  readonly uri?: string;
  readonly finding?: FindingTarget;
  /** The first one unless given. */
  readonly variant?: string;
  /** Names of library threads that run in place of the scenario's own. */
  readonly adversaries?: readonly string[];
  /** Moves to begin with; then the shortest way to something wrong is taken, or to an end. The shortest failing schedule unless given. */
  readonly schedule?: readonly MoveView[];
  /** Where `{states}` is reported to while it is explored. */
  readonly progress?: ProgressToken;
}

export const exportFormats = ['svg', 'mermaid', 'json', 'litmus', 'promela'] as const satisfies readonly ExportFormat[];


export interface ExportRequest extends RaceRequest {
  readonly format: ExportFormat;
}

/** Nobody steps through more. */
const MOST_MOVES = 5000;

/** Reads what a client sent; undefined when it is not a request for a race. */
export function parseRaceRequest(value: unknown): RaceRequest | undefined {
  if (!isRecord(value)) return undefined;
  const { scenario, uri, finding, variant, adversaries, schedule, progress } = value;
  const isName = (name: unknown): boolean => name === undefined || typeof name === 'string';
  if (!isName(scenario) || !isName(uri) || !isName(variant)) return undefined;
  if (finding !== undefined && parseFindingTarget(finding) === undefined) return undefined;
  if ([scenario, uri, finding].filter((target) => target !== undefined).length !== 1) return undefined;
  if (adversaries !== undefined && !(Array.isArray(adversaries) && adversaries.every((name) => typeof name === 'string'))) return undefined;
  if (schedule !== undefined && !(Array.isArray(schedule) && schedule.length <= MOST_MOVES && schedule.every(isMove))) return undefined;
  if (progress !== undefined && typeof progress !== 'string' && typeof progress !== 'number') return undefined;
  return value;
}

export function parseExportRequest(value: unknown): ExportRequest | undefined {
  const request = parseRaceRequest(value);
  const format = isRecord(value) ? exportFormats.find((known) => known === value['format']) : undefined;
  return request && format && { ...request, format };
}

function isMove(value: unknown): value is MoveView {
  return isRecord(value) && Number.isInteger(value['thread']) && Number.isInteger(value['way']);
}
