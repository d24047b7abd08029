/** The findings view with its commands and the walk along a finding's steps. */
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { FindingTarget } from '../panel/messages';
import { parseFindingTarget } from '../proofs';
import { registerProve } from '../prove';
import { OPEN_RACE } from '../races';
import { EXPLAIN_RULE } from '../rules';
import type { Finding } from './finding';
import { createFindingStore } from './finding-store';
import { createFindingsView } from './findings-view';
import { createTraceSession } from './trace-session';
import { REVEAL } from './tree-items';
import type { FindingNode, GroupNode, StepNode } from './tree';
import { createWorkingTree } from './working-tree';

/** Registers all that. `running` gives a client that has been started; `onFindings` is told of all findings whenever one has come, gone or changed. */
export function registerFindings({ workspaceState }: vscode.ExtensionContext, running: () => Promise<LanguageClient>, onFindings: (findings: readonly Finding[]) => void): vscode.Disposable {
  const store = createFindingStore();
  const workingTree = createWorkingTree();
  const view = createFindingsView({ store, workingTree, memory: workspaceState });
  const session = createTraceSession();

  /** The finding in the line of the cursor: the next one in its file when there is none. */
  function findingHere(): Finding | undefined {
    const editor = vscode.window.activeTextEditor;
    const uri = editor?.document.uri.toString();
    const line = editor?.selection.active.line ?? 0;
    const here = store.all().filter(({ place }) => place.uri === uri).sort((a, b) => a.place.line - b.place.line);
    return here.find(({ place }) => place.line >= line) ?? here[0];
  }

  async function traceHere(): Promise<void> {
    const finding = findingHere();
    if (finding === undefined) void vscode.window.showInformationMessage('There is no finding in this file.');
    else await session.start(finding, finding.steps.length > 0 ? 0 : null);
  }

  /** What a command is about: what an action says, a finding of the view, or the one under the cursor. */
  function targetOf(argument: unknown): FindingTarget | undefined {
    const said = parseFindingTarget(argument);
    if (said !== undefined) return said;
    const finding = store.all().find(({ id }) => id === idOf(argument)) ?? findingHere();
    return finding && { uri: finding.place.uri, fingerprint: finding.fingerprint };
  }

  const { registerCommand } = vscode.commands;
  return vscode.Disposable.from(
    store, workingTree, view, session, registerProve({ running, targetOf }),
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
    registerCommand('mmReview.findings.openProof', (node: FindingNode) => vscode.commands.executeCommand(OPEN_RACE, { finding: targetOf(node) })),
    registerCommand('mmReview.findings.explainRule', (node: FindingNode | GroupNode) => (
      vscode.commands.executeCommand(EXPLAIN_RULE, { rule: node.kind === 'group' ? node.label : node.finding.rule }))),
  );
}

/** The finding of a node of the view. */
function idOf(argument: unknown): unknown {
  return typeof argument === 'object' && argument !== null && 'kind' in argument && argument.kind === 'finding' && 'id' in argument ? argument.id : undefined;
}
