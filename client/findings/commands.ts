/** The findings view with its commands and the walk along a finding's steps. */
import * as vscode from 'vscode';
import { OPEN_RACE } from '../races';
import { EXPLAIN_RULE } from '../rules';
import type { Finding } from './finding';
import { createFindingStore } from './finding-store';
import { createFindingsView } from './findings-view';
import { createTraceSession } from './trace-session';
import { REVEAL } from './tree-items';
import type { FindingNode, GroupNode, StepNode } from './tree';
import { createWorkingTree } from './working-tree';

/** Registers all that. `onFindings` is told of all findings whenever one has come, gone or changed. */
export function registerFindings({ workspaceState }: vscode.ExtensionContext, onFindings: (findings: readonly Finding[]) => void): vscode.Disposable {
  const store = createFindingStore();
  const workingTree = createWorkingTree();
  const view = createFindingsView({ store, workingTree, memory: workspaceState });
  const session = createTraceSession();

  /** The finding in the line of the cursor: the next one in its file when there is none. */
  async function traceHere(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const uri = editor?.document.uri.toString();
    const line = editor?.selection.active.line ?? 0;
    const here = store.all().filter(({ place }) => place.uri === uri).sort((a, b) => a.place.line - b.place.line);
    const finding = here.find(({ place }) => place.line >= line) ?? here[0];
    if (finding === undefined) void vscode.window.showInformationMessage('There is no finding in this file.');
    else await session.start(finding, finding.steps.length > 0 ? 0 : null);
  }

  const { registerCommand } = vscode.commands;
  return vscode.Disposable.from(
    store, workingTree, view, session,
    store.onDidChange(() => {
      session.update(store.all());
      onFindings(store.all());
    }),
    session.onDidMove((trace) => view.show(trace)),
    registerCommand('mmReview.findings.groupByRule', () => view.group('rule')),
    registerCommand('mmReview.findings.groupByFile', () => view.group('file')),
    registerCommand('mmReview.findings.groupByFunction', () => view.group('function')),
    registerCommand('mmReview.findings.showChanged', () => view.restrict(true)),
    registerCommand('mmReview.findings.showAll', () => view.restrict(false)),
    registerCommand('mmReview.traceHere', traceHere),
    registerCommand('mmReview.nextStep', () => session.go(1)),
    registerCommand('mmReview.previousStep', () => session.go(-1)),
    registerCommand('mmReview.clearTrace', () => session.clear()),
    registerCommand(REVEAL, (node: FindingNode | StepNode) => session.start(node.finding, node.kind === 'step' ? node.index : null)),
    registerCommand('mmReview.findings.openRace', ({ finding: { scenario } }: FindingNode) => vscode.commands.executeCommand(OPEN_RACE, { scenario })),
    registerCommand('mmReview.findings.explainRule', (node: FindingNode | GroupNode) => (
      vscode.commands.executeCommand(EXPLAIN_RULE, { rule: node.kind === 'group' ? node.label : node.finding.rule }))),
  );
}
