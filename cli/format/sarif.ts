/** Findings as SARIF 2.1.0, for code-scanning services and viewers. */
import { pathToFileURL } from 'node:url';
import type { Finding, Location, Severity, Step, StepKind } from '../../analyzer/findings/finding';
import type { RuleInfo } from '../../analyzer/rules/rule';

export interface SarifOptions {
  readonly tool: { readonly name: string; readonly version: string };
  /** All rules, whether they ran or not. */
  readonly rules: readonly RuleInfo[];
  /** Absolute path; every file of a finding is relative to it. */
  readonly root: string;
  /** False when something could not be checked: then silence is no result. */
  readonly complete: boolean;
}

const repository = 'https://github.com/kernel-mm-review/kernel-mm-review';
/** Stands for the root in the log, so that readers can put their own copy of the tree in its place. */
const base = 'SRCROOT';

export function formatSarif(findings: readonly Finding[], { tool, rules, root, complete }: SarifOptions): string {
  const positions = new Map(rules.map((rule, position) => [rule.name, position]));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { ...tool, informationUri: repository, rules: rules.map((rule) => descriptor(rule, tool.name)) } },
      invocations: [{ executionSuccessful: complete }],
      originalUriBaseIds: { [base]: { uri: directoryUri(root) } },
      columnKind: 'utf16CodeUnits',
      results: findings.map((finding) => result(finding, positions.get(finding.rule))),
    }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptor(rule: RuleInfo, tool: string): object {
  const page = `${repository}/blob/main/docs/rules/${rule.name}.md`;
  return {
    id: rule.name,
    shortDescription: { text: literal(rule.description) },
    fullDescription: { text: literal(rule.commit === null ? rule.description : `${rule.description} Upstream example: ${rule.commit}.`) },
    help: { text: `'${tool} explain ${rule.name}' tells why this is a bug and when it is not, with examples.`, markdown: `[Why this is a bug, and when it is not](${page})` },
    helpUri: page,
    defaultConfiguration: { level: level(rule.severity) },
  };
}

function result(finding: Finding, ruleIndex: number | undefined): object {
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: level(finding.severity),
    message: { text: resultMessage(finding.message) },
    locations: [place(finding.location, finding.function)],
    ...flow(finding.steps),
    partialFingerprints: { 'mmReviewFinding/v1': finding.fingerprint },
    properties: { scenario: finding.scenario ?? undefined, assumptions: finding.assumptions },
  };
}

/** The path, twice: as a code flow, and as related locations for viewers that show no code flows. */
function flow(steps: readonly Step[]): object {
  if (steps.length === 0) return {};
  const locations = steps.map((step) => ({ ...place(step.location, step.function), message: { text: literal(step.message) } }));
  return {
    codeFlows: [{
      threadFlows: [{
        locations: steps.map((step, position) => ({ location: locations[position], kinds: kinds(step.kind), executionOrder: position + 1 })),
      }],
    }],
    relatedLocations: locations.map((location, position) => ({ id: position + 1, ...location })),
  };
}

function place(location: Location, functionName: string): object {
  const { file, line, column, endLine, endColumn } = location;
  return {
    physicalLocation: {
      artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: base },
      region: { startLine: line, startColumn: column, endLine, endColumn },
    },
    logicalLocations: [{ name: functionName, kind: 'function' }],
  };
}

/** Our word for a step first, then what SARIF suggests for the same thing (3.38.8). */
function kinds(kind: StepKind): readonly string[] {
  if (kind === 'lock') return ['lock', 'acquire'];
  if (kind === 'unlock') return ['unlock', 'release', 'lock'];
  return [kind];
}

function level(severity: Severity): 'warning' | 'note' {
  return severity === 'warning' ? 'warning' : 'note';
}

/** Viewers that are short of space show the first sentence, so the first line has to be one. */
function resultMessage(message: string): string {
  const [first = '', ...rest] = message.split('\n');
  return literal(rest.length === 0 || /[.!?]$/.test(first) ? message : [`${first}.`, ...rest].join('\n'));
}

/** Messages quote C, where SARIF would see a place for an argument in `(pte_t){0}` (3.11.5) and a link in `table[i](2)` (3.11.6). */
function literal(text: string): string {
  // Only where it matters: most viewers show escapes as they are.
  const braces = /\{\d+\}|\{\{|\}\}/.test(text) ? text.replace(/[{}]/g, '$&$&') : text;
  return /\]\(/.test(braces) ? braces.replace(/[[\]\\]/g, '\\$&') : braces;
}

/** Of a directory; SARIF wants the slash at its end. */
function directoryUri(directory: string): string {
  const { href } = pathToFileURL(directory);
  return href.endsWith('/') ? href : `${href}/`;
}
