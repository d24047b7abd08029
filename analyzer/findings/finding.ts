/** The one trace model that every consumer (gcc text, JSON, language server, simulator) reads. */

export type Severity = 'warning' | 'information';

export type StepKind =
  | 'lock'
  | 'unlock'
  | 'lockless-read'
  | 'locked-read'
  | 'compare'
  | 'branch'
  | 'clear'
  | 'store'
  | 'check'
  | 'event'
  | 'call'
  | 'return';

/** A range in a file. `file` is relative to the kernel tree's root with forward slashes; lines and columns are 1-based, columns count UTF-16 code units. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Step {
  readonly kind: StepKind;
  readonly location: Location;
  readonly function: string;
  readonly message: string;
}

export interface Finding {
  /** Name of the rule, for example `lockless-pte-to-userfault`. */
  readonly rule: string;
  readonly severity: Severity;
  /** The first line stands alone (at most 100 characters) and names both ends of the path. */
  readonly message: string;
  readonly location: Location;
  readonly function: string;
  readonly steps: readonly Step[];
  /** Name of the scenario that shows this race, when one ships. */
  readonly scenario: string | null;
  /** What was believed without proof on this path. */
  readonly assumptions: readonly string[];
  /** Stable over edits elsewhere in the file: no line numbers in it. Hex. */
  readonly fingerprint: string;
}
