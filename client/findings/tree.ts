/** The tree of findings: groups, their findings, and the steps of each. Nothing here knows VS Code. */
import type { Finding, Place, Step } from './finding';

export const GROUPINGS = ['rule', 'file', 'function'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly label: string;
  readonly grouping: Grouping;
  readonly findings: readonly FindingNode[];
}

export interface FindingNode {
  readonly kind: 'finding';
  readonly id: string;
  readonly finding: Finding;
  readonly label: string;
  readonly description: string;
  readonly steps: readonly StepNode[];
}

export interface StepNode {
  readonly kind: 'step';
  readonly id: string;
  readonly finding: Finding;
  /** From 0. */
  readonly index: number;
  readonly step: Step;
  readonly label: string;
  readonly description: string;
}

export type TreeNode = GroupNode | FindingNode | StepNode;

/** What was remembered, or by rule. */
export function parseGrouping(value: unknown): Grouping {
  return GROUPINGS.find((grouping) => grouping === value) ?? 'rule';
}

/** Groups in alphabetical order, findings by file and line. `nameOf` names a file as people do: its path in the workspace. */
export function buildTree(findings: readonly Finding[], grouping: Grouping, nameOf: (uri: string) => string): GroupNode[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = keyOf(finding, grouping);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  const nodes = [...groups].map(([key, members]): GroupNode => ({
    kind: 'group', id: `${grouping}:${key}`, grouping, label: labelOf(members[0], grouping, nameOf),
    findings: members.sort((a, b) => compareText(nameOf(a.place.uri), nameOf(b.place.uri)) || a.place.line - b.place.line || a.place.column - b.place.column).map((finding) => findingNode(finding, grouping, nameOf)),
  }));
  return nodes.sort((a, b) => compareText(a.label, b.label) || compareText(a.id, b.id));
}

/** `mm/hugetlb.c:6167`, with lines counted from 1. */
export function spot({ uri, line }: Place, nameOf: (uri: string) => string): string {
  return `${nameOf(uri)}:${line + 1}`;
}

/** Static functions of different files may have the same name. */
function keyOf({ rule, place: { uri }, function: name }: Finding, grouping: Grouping): string {
  switch (grouping) {
    case 'rule': return rule;
    case 'file': return uri;
    case 'function': return `${name} ${uri}`;
  }
}

function labelOf(finding: Finding | undefined, grouping: Grouping, nameOf: (uri: string) => string): string {
  if (finding === undefined) return '';
  switch (grouping) {
    case 'rule': return finding.rule;
    case 'file': return nameOf(finding.place.uri);
    case 'function': return `${finding.function}()`;
  }
}

const VERDICTS = { confirmed: 'confirmed', 'not reached': 'not reached', unresolved: 'not decided' } as const;

/** Beside the message stands what the group does not say: the place, of which a file needs no name again, and what came of proving it. */
function findingNode(finding: Finding, grouping: Grouping, nameOf: (uri: string) => string): FindingNode {
  return {
    kind: 'finding', id: finding.id, finding, label: finding.message,
    description: [grouping === 'file' ? `line ${finding.place.line + 1}` : spot(finding.place, nameOf), ...(finding.verdict === undefined ? [] : [VERDICTS[finding.verdict.kind]])].join(', '),
    steps: finding.steps.map((step, index) => ({
      kind: 'step', id: `${finding.id} step ${index + 1}`, finding, index, step, label: `${index + 1}. ${step.message}`, description: spot(step.place, nameOf),
    })),
  };
}

/** Independent of the machine's language, so that the tree is the same everywhere. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
