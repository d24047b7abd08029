/** A finding as the view and the trace show it: what a diagnostic of the server says, in plain data. Lines and columns are 0-based, as the editor's. */

import { isBoolean, isNumber, isString, oneOf, record } from '../panel/check';

/** The source of the server's diagnostics. */
export const SOURCE = 'mm-review';

export interface Place {
  readonly uri: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Step {
  readonly place: Place;
  readonly message: string;
}

export interface Finding {
  /** Stays the same while the code around it is edited; differs between all findings that are shown. */
  readonly id: string;
  readonly rule: string;
  /** The function that it was found in. */
  readonly function: string;
  /** Name of the scenario that shows this race, when one ships. */
  readonly scenario: string | undefined;
  readonly severity: 'warning' | 'information';
  /** Without what its verdict adds to it. */
  readonly message: string;
  readonly place: Place;
  /** The path; the schedule of a proof is not part of it. */
  readonly steps: readonly Step[];
  readonly verdict: Verdict | undefined;
  /** As the server knows it. */
  readonly fingerprint: string;
}

/** What came of proving a finding. */
export interface Verdict {
  readonly kind: 'confirmed' | 'not reached' | 'unresolved';
  /** A sentence without its full stop. */
  readonly words: string;
  /** Whether there is a scenario to be opened. */
  readonly hasScenario: boolean;
}

/** What the server says of a finding beside what every diagnostic has. */
export interface FindingData {
  readonly fingerprint: string;
  readonly function: string;
  readonly scenario: string | undefined;
  readonly verdict: (Verdict & { /** So many of the related places are those of the path. */ readonly path: number }) | undefined;
}

/** Undefined for diagnostics that are no findings: problems of litmus and model files, and those of tasks. */
export function parseFindingData(data: unknown): FindingData | undefined {
  if (typeof data !== 'object' || data === null || !('fingerprint' in data) || !('function' in data)) return undefined;
  const { fingerprint, function: name } = data;
  if (typeof fingerprint !== 'string' || typeof name !== 'string') return undefined;
  return {
    fingerprint, function: name, scenario: 'scenario' in data && typeof data.scenario === 'string' ? data.scenario : undefined,
    verdict: 'verdict' in data ? parseVerdict(data.verdict) : undefined,
  };
}

const isVerdict = record<{ kind: Verdict['kind']; words: string; path: number; scenario: boolean }>({ kind: oneOf('confirmed', 'not reached', 'unresolved'), words: isString, path: isNumber, scenario: isBoolean });

function parseVerdict(value: unknown): FindingData['verdict'] {
  return isVerdict(value) ? { kind: value.kind, words: value.words, path: value.path, hasScenario: value.scenario } : undefined;
}

/** The message as it is without the verdict at its end. */
export function withoutVerdict(message: string, verdict: Verdict | undefined): string {
  const end = `; ${verdict?.words ?? ''}`;
  return verdict !== undefined && message.endsWith(end) ? message.slice(0, -end.length) : message;
}

/** Gives findings ids: their fingerprint in their file, and a number behind the second and later ones that have the same. */
export function withIds(findings: readonly Omit<Finding, 'id'>[]): Finding[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const name = `${finding.place.uri} ${finding.fingerprint}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { ...finding, id: count === 1 ? name : `${name} ${count}` };
  });
}

/** All places of a finding, its own last, as its path has them. */
export function placesOf({ steps, place }: Finding): Place[] {
  return [...steps.map((step) => step.place), place];
}
