/** The JSON that other programs read. Its shape is a contract: add fields, never rename or remove one. */
import type { Finding, Severity, StepKind } from '../../analyzer/findings/finding';

export interface JsonReport {
  readonly tool: { readonly name: string; readonly version: string };
  /** Absolute path; every `file` is relative to it. */
  readonly root: string;
  readonly findings: readonly JsonFinding[];
  /** Figures of `--stats`; empty without it. */
  readonly stats: Readonly<Record<string, unknown>>;
}

/** Positions are 1-based. */
export interface JsonFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly function: string;
  readonly message: string;
  readonly steps: readonly JsonStep[];
  readonly scenario: string | null;
  readonly assumptions: readonly string[];
  readonly fingerprint: string;
}

export interface JsonStep {
  readonly kind: StepKind;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
  readonly message: string;
}

export function formatJson(tool: JsonReport['tool'], root: string, findings: readonly Finding[], stats: JsonReport['stats']): string {
  const report: JsonReport = { tool, root, findings: findings.map(jsonFinding), stats };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function jsonFinding({ location, ...finding }: Finding): JsonFinding {
  return {
    rule: finding.rule,
    severity: finding.severity,
    file: location.file,
    line: location.line,
    column: location.column,
    endLine: location.endLine,
    endColumn: location.endColumn,
    function: finding.function,
    message: finding.message,
    steps: finding.steps.map((step) => ({
      kind: step.kind,
      file: step.location.file,
      line: step.location.line,
      column: step.location.column,
      function: step.function,
      message: step.message,
    })),
    scenario: finding.scenario,
    assumptions: finding.assumptions,
    fingerprint: finding.fingerprint,
  };
}
