/** A finding as the view and the trace show it: what a diagnostic of the server says, in plain data. Lines and columns are 0-based, as the editor's. */

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
  readonly message: string;
  readonly place: Place;
  readonly steps: readonly Step[];
}

/** What the server says of a finding beside what every diagnostic has. */
export interface FindingData {
  readonly fingerprint: string;
  readonly function: string;
  readonly scenario: string | undefined;
}

/** Undefined for diagnostics that are no findings: problems of litmus and model files, and those of tasks. */
export function parseFindingData(data: unknown): FindingData | undefined {
  if (typeof data !== 'object' || data === null || !('fingerprint' in data) || !('function' in data)) return undefined;
  const { fingerprint, function: name } = data;
  if (typeof fingerprint !== 'string' || typeof name !== 'string') return undefined;
  return { fingerprint, function: name, scenario: 'scenario' in data && typeof data.scenario === 'string' ? data.scenario : undefined };
}

/** Gives findings ids: their fingerprint in their file, and a number behind the second and later ones that have the same. */
export function withIds(findings: readonly (Omit<Finding, 'id'> & { readonly fingerprint: string })[]): Finding[] {
  const seen = new Map<string, number>();
  return findings.map(({ fingerprint, ...finding }) => {
    const name = `${finding.place.uri} ${fingerprint}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return { ...finding, id: count === 1 ? name : `${name} ${count}` };
  });
}

/** All places of a finding, its own last, as its path has them. */
export function placesOf({ steps, place }: Finding): Place[] {
  return [...steps.map((step) => step.place), place];
}
