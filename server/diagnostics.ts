/** A finding as an LSP diagnostic. */
import { DiagnosticSeverity, type Diagnostic, type DiagnosticRelatedInformation, type Range } from 'vscode-languageserver/node';
import type { Verdict } from './proof/verdict';
import { messageWords, scheduleWords, verdictWords } from './proof/words';
import type { RuleLevel, Settings } from './settings';
import type { Finding, Location, Step } from '../analyzer/findings/finding';

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
  /** What came of proving it. */
  readonly verdict?: VerdictData;
}

export interface VerdictData {
  readonly kind: Verdict['proof']['kind'];
  /** A sentence without its full stop. Of a confirmed finding it is the end of the message, too. */
  readonly words: string;
  /** So many of the related places are those of the path; behind them come those of the proof. */
  readonly path: number;
  /** Whether there is a scenario to be opened. */
  readonly scenario: boolean;
}

/** What the diagnostics of a file need to know of their surroundings. */
export interface Surroundings {
  /** Names a file of the finding's tree. */
  readonly uriOf: (file: string) => string;
  /** Length of a line (0-based) of the file that the findings are in, without the white space at its end. */
  readonly lengthOf: (line: number) => number;
  /** What is known of the proof of a finding. */
  readonly verdictOf: (finding: Finding) => Verdict | undefined;
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
  const verdict = around.verdictOf(finding);
  const message = messageOf(finding, verdict);
  const places = [...finding.steps, ...(verdict ? proofOf(finding, verdict) : [])];
  const diagnostic: Diagnostic = {
    range: onOneLine(toRange(finding.location), around.lengthOf),
    severity: finding.severity === 'warning' && level === 'warning' ? DiagnosticSeverity.Warning : DiagnosticSeverity.Information,
    code: finding.rule,
    source: SOURCE,
    message: can.relatedInformation ? message : withPlaces(message, places),
  };
  if (can.codeDescription) diagnostic.codeDescription = { href: `${RULE_PAGES}${finding.rule}.md` };
  if (can.relatedInformation) diagnostic.relatedInformation = related(places, around.uriOf);
  if (can.data) diagnostic.data = dataOf(finding, verdict);
  return diagnostic;
}

/** Lists of problems show one line. */
function messageOf(finding: Finding, verdict: Verdict | undefined): string {
  const firstLine = finding.message.split('\n', 1)[0] ?? '';
  const more = verdict && messageWords(verdict);
  return more === undefined ? firstLine : `${firstLine}; ${more}`;
}

/** What a client needs to find it again and to group it. VS Code's client reads it, and so do the actions that get it back. */
function dataOf({ fingerprint, function: name, scenario, steps }: Finding, verdict: Verdict | undefined): FindingData {
  return {
    fingerprint, function: name, ...(scenario !== null && { scenario }),
    ...(verdict && { verdict: { kind: verdict.proof.kind, words: verdictWords(verdict), path: steps.length, scenario: verdict.litmus !== null } }),
  };
}

/** A place with what there is to say of it. */
type Related = Pick<Step, 'location' | 'message'>;

/** The schedule that confirms the finding; or, at the finding, what was tried. Why nothing could be decided is no news about the code. */
function proofOf({ location }: Finding, verdict: Verdict): Related[] {
  const { proof } = verdict;
  switch (proof.kind) {
    case 'unresolved': return [];
    case 'not reached': return [{ location, message: verdictWords(verdict) }];
    case 'confirmed': return [
      { location, message: `${verdictWords(verdict)}. ${proof.sentence}` },
      ...proof.lines.map((line) => ({ location: line.location ?? location, message: scheduleWords(line, proof.steps) })),
    ];
  }
}

function related(places: readonly Related[], uriOf: (file: string) => string): DiagnosticRelatedInformation[] {
  return places.map(({ location, message }) => ({ location: { uri: uriOf(location.file), range: toRange(location) }, message }));
}

/** A call that goes on in the next line is underlined in its first only: editors would underline the next line's indentation, too. */
function onOneLine(range: Range, lengthOf: (line: number) => number): Range {
  const { start, end } = range;
  return end.line === start.line ? range : { start, end: { line: start.line, character: Math.max(start.character + 1, lengthOf(start.line)) } };
}

/** A client without related information gets the path in the message: a warning without it cannot be judged. */
function withPlaces(message: string, places: readonly Related[]): string {
  return [message, ...places.map(({ location, message: words }) => `  ${location.file}:${location.line}: ${words}`)].join('\n');
}

/** Locations are 1-based, LSP ranges 0-based; both count UTF-16 code units and end exclusively. */
export function toRange(location: Location): Range {
  return {
    start: { line: location.line - 1, character: location.column - 1 },
    end: { line: location.endLine - 1, character: location.endColumn - 1 },
  };
}
