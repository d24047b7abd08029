/** The JSON that other programs read. Its shape is a contract: add fields, never rename or remove one. */
import type { Finding, Severity, StepKind } from '../../analyzer/findings/finding';
import type { Verdict } from '../../witness/verdict';

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
  /** Of `--prove`; null when the rule has no scenario, absent when nobody asked. */
  readonly verdict?: JsonVerdict | null;
}

export interface JsonVerdict {
  readonly kind: 'confirmed' | 'not reached' | 'unresolved';
  /** The same as a sentence, with the reason. */
  readonly words: string;
  /** Threads that take part in the schedule. */
  readonly threads: readonly { readonly name: string; readonly title: string }[];
  /** The schedule that confirms it, in its order; empty otherwise. Numbers are left out where something was left open. */
  readonly schedule: readonly JsonScheduleStep[];
}

export interface JsonScheduleStep {
  readonly step: number;
  readonly thread: string;
  readonly function: string;
  readonly text: string;
  /** Null for what library threads and userspace do. */
  readonly file: string | null;
  readonly line: number | null;
}

export interface JsonStep {
  readonly kind: StepKind;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
  readonly message: string;
}

export function formatJson(tool: JsonReport['tool'], root: string, findings: readonly Finding[], stats: JsonReport['stats'], verdicts?: ReadonlyMap<Finding, Verdict>): string {
  const report: JsonReport = { tool, root, findings: findings.map((finding) => (verdicts ? { ...jsonFinding(finding), verdict: jsonVerdict(verdicts.get(finding)) } : jsonFinding(finding))), stats };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function jsonVerdict(verdict: Verdict | undefined): JsonVerdict | null {
  if (!verdict) return null;
  const { kind, words, threads, steps } = verdict;
  return { kind, words, threads, schedule: steps.map(({ n, thread, function: name, text, place }) => ({ step: n, thread, function: name, text, file: place?.file ?? null, line: place?.line ?? null })) };
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
