/** Findings as SARIF 2.1.0, for code-scanning services and viewers. */
import { pathToFileURL } from 'node:url';
import type { Finding, Location, Severity, Step, StepKind } from '../../analyzer/findings/finding';
import type { RuleInfo } from '../../analyzer/rules/rule';
import type { Verdict } from '../../witness/verdict';
import { literal, uriOf } from './sarif-text';
import { scheduleFlow, scheduleLocations } from './sarif-schedule';

export interface SarifOptions {
  readonly tool: { readonly name: string; readonly version: string };
  /** All rules, whether they ran or not. */
  readonly rules: readonly RuleInfo[];
  /** Absolute path; every file of a finding is relative to it. */
  readonly root: string;
  /** False when something could not be checked: then silence is no result. */
  readonly complete: boolean;
  /** Of findings that were proven. */
  readonly verdicts?: ReadonlyMap<Finding, Verdict>;
}

const repository = 'https://github.com/kernel-mm-review/kernel-mm-review';
/** Stands for the root in the log, so that readers can put their own copy of the tree in its place. */
const base = 'SRCROOT';

export function formatSarif(findings: readonly Finding[], { tool, rules, root, complete, verdicts }: SarifOptions): string {
  const positions = new Map(rules.map((rule, position) => [rule.name, position]));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { ...tool, informationUri: repository, rules: rules.map((rule) => descriptor(rule, tool.name)) } },
      invocations: [{ executionSuccessful: complete }],
      originalUriBaseIds: { [base]: { uri: directoryUri(root) } },
      columnKind: 'utf16CodeUnits',
      results: findings.map((finding) => result(finding, positions.get(finding.rule), verdicts?.get(finding))),
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

function result(finding: Finding, ruleIndex: number | undefined, verdict: Verdict | undefined): object {
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: level(finding.severity),
    message: { text: verdict ? `${resultMessage(finding.message)}\n${literal(verdict.words)}` : resultMessage(finding.message) },
    locations: [place(finding.location, finding.function)],
    ...flows(finding.steps, verdict),
    partialFingerprints: { 'mmReviewFinding/v1': finding.fingerprint },
    properties: { scenario: finding.scenario ?? undefined, assumptions: finding.assumptions, ...(verdict && { verdict: verdict.kind }) },
  };
}

/**
 * The path, twice: as a code flow, and as related locations for viewers that show no code flows. Viewers that show one flow only show the first, which is the
 * schedule of a finding that is confirmed.
 */
function flows(steps: readonly Step[], verdict: Verdict | undefined): object {
  const locations = steps.map((step) => ({ ...place(step.location, step.function), message: { text: literal(step.message) } }));
  const path = steps.length === 0 ? [] : [{ threadFlows: [{ locations: steps.map((step, position) => ({ location: locations[position], kinds: kinds(step.kind), executionOrder: position + 1 })) }] }];
  const schedule = verdict ? scheduleFlow(verdict, base) : [];
  const related = [...locations, ...(verdict ? scheduleLocations(verdict, base) : [])];
  return {
    ...(path.length + schedule.length > 0 && { codeFlows: [...schedule, ...path] }),
    ...(related.length > 0 && { relatedLocations: related.map((location, position) => ({ id: position + 1, ...location })) }),
  };
}

function place(location: Location, functionName: string): object {
  const { file, line, column, endLine, endColumn } = location;
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file), uriBaseId: base },
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

/** Of a directory; SARIF wants the slash at its end. */
function directoryUri(directory: string): string {
  const { href } = pathToFileURL(directory);
  return href.endsWith('/') ? href : `${href}/`;
}
