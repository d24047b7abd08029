/** How the nodes of the tree look in VS Code, and which actions they have. */
import * as vscode from 'vscode';
import { sentence } from '../proofs';
import type { Finding } from './finding';
import type { FindingNode, GroupNode, StepNode, TreeNode } from './tree';

/** Shows the place of a node. Run by clicks on the tree only. */
export const REVEAL = 'mmReview.findings.reveal';

export function toItem(node: TreeNode): vscode.TreeItem {
  switch (node.kind) {
    case 'group': return groupItem(node);
    case 'finding': return findingItem(node);
    case 'step': return stepItem(node);
  }
}

function groupItem({ id, label, grouping, findings }: GroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = id;
  item.description = String(findings.length);
  item.contextValue = grouping;
  item.iconPath = new vscode.ThemeIcon(ICONS[grouping]);
  return item;
}

const ICONS = { rule: 'law', file: 'file-code', function: 'symbol-method' } as const;

function findingItem(node: FindingNode): vscode.TreeItem {
  const { finding, label, description, id, steps } = node;
  const item = new vscode.TreeItem(label, steps.length === 0 ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed);
  item.id = id;
  item.description = description;
  item.tooltip = [`${finding.message} [${finding.rule}]`, ...(finding.verdict === undefined ? [] : [sentence(finding.verdict.words)])].join('\n\n');
  item.contextValue = ['finding', ...(finding.scenario === undefined ? [] : ['race']), ...(finding.verdict?.hasScenario === true && finding.verdict.kind !== 'unresolved' ? ['proof'] : [])].join('.');
  item.iconPath = iconOf(finding);
  item.command = { command: REVEAL, title: 'Show', arguments: [node] };
  return item;
}

/** A warning that was confirmed is more than a warning. */
function iconOf({ severity, verdict }: Finding): vscode.ThemeIcon {
  if (severity === 'information') return new vscode.ThemeIcon('info');
  return new vscode.ThemeIcon(verdict?.kind === 'confirmed' ? 'flame' : 'warning', new vscode.ThemeColor('list.warningForeground'));
}

function stepItem(node: StepNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label, vscode.TreeItemCollapsibleState.None);
  item.id = node.id;
  item.description = node.description;
  item.tooltip = node.step.message;
  item.contextValue = 'step';
  item.command = { command: REVEAL, title: 'Show', arguments: [node] };
  return item;
}
