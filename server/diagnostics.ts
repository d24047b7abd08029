/** A finding as an LSP diagnostic. */
import { DiagnosticSeverity, type Diagnostic, type DiagnosticRelatedInformation, type Range } from 'vscode-languageserver/node';
import type { RuleLevel, Settings } from './settings';
import type { Finding, Location } from '../analyzer/findings/finding';

export const SOURCE = 'mm-review';

/** Where the pages of the rules are read; `<rule>.md` follows. */
export const RULE_PAGES = 'https://github.com/kernel-mm-review/kernel-mm-review/blob/main/docs/rules/';

/** What the client can show. */
export interface DiagnosticAbilities {
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  /** Gives `data` back when it asks for actions. */
  readonly data: boolean;
}

/** The `data` of a diagnostic that is a finding. */
export interface FindingData {
  readonly fingerprint: string;
  readonly function: string;
  /** Left out when none ships. */
  readonly scenario?: string;
}

/** What the diagnostics of a file need to know of their surroundings. */
export interface Surroundings {
  /** Names a file of the finding's tree. */
  readonly uriOf: (file: string) => string;
  /** Length of a line (0-based) of the file that the findings are in, without the white space at its end. */
  readonly lengthOf: (line: number) => number;
}

/** Diagnostics of one file, without the rules that the user has switched off. */
export function toDiagnostics(findings: readonly Finding[], around: Surroundings, settings: Settings, can: DiagnosticAbilities): Diagnostic[] {
  if (!settings.enable) return [];
  return findings.flatMap((finding) => {
    const level = settings.rules[finding.rule] ?? 'warning';
    return level === 'off' ? [] : [toDiagnostic(finding, around, level, can)];
  });
}

function toDiagnostic(finding: Finding, around: Surroundings, level: RuleLevel, can: DiagnosticAbilities): Diagnostic {
  const firstLine = finding.message.split('\n', 1)[0] ?? '';
  const diagnostic: Diagnostic = {
    range: onOneLine(toRange(finding.location), around.lengthOf),
    severity: finding.severity === 'warning' && level === 'warning' ? DiagnosticSeverity.Warning : DiagnosticSeverity.Information,
    code: finding.rule,
    source: SOURCE,
    message: can.relatedInformation ? firstLine : withSteps(firstLine, finding),
  };
  if (can.codeDescription) diagnostic.codeDescription = { href: `${RULE_PAGES}${finding.rule}.md` };
  if (can.relatedInformation) diagnostic.relatedInformation = related(finding, around.uriOf);
  if (can.data) diagnostic.data = dataOf(finding);
  return diagnostic;
}

/** What a client needs to find it again and to group it. VS Code's client reads it, and so do the actions that get it back. */
function dataOf({ fingerprint, function: name, scenario }: Finding): FindingData {
  return { fingerprint, function: name, ...(scenario !== null && { scenario }) };
}

function related(finding: Finding, uriOf: (file: string) => string): DiagnosticRelatedInformation[] {
  return finding.steps.map((step) => ({
    location: { uri: uriOf(step.location.file), range: toRange(step.location) },
    message: step.message,
  }));
}

/** A call that goes on in the next line is underlined in its first only: editors would underline the next line's indentation, too. */
function onOneLine(range: Range, lengthOf: (line: number) => number): Range {
  const { start, end } = range;
  return end.line === start.line ? range : { start, end: { line: start.line, character: Math.max(start.character + 1, lengthOf(start.line)) } };
}

/** A client without related information gets the path in the message: a warning without it cannot be judged. */
function withSteps(firstLine: string, finding: Finding): string {
  return [firstLine, ...finding.steps.map((step) => `  ${step.location.file}:${step.location.line}: ${step.message}`)].join('\n');
}

/** Locations are 1-based, LSP ranges 0-based; both count UTF-16 code units and end exclusively. */
export function toRange(location: Location): Range {
  return {
    start: { line: location.line - 1, character: location.column - 1 },
    end: { line: location.endLine - 1, character: location.endColumn - 1 },
  };
}
