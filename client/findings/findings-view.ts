/** The view of all findings: its tree, its badge, and what is remembered of it. */
import * as vscode from 'vscode';
import { isTouched, type ChangedLines } from './changes';
import type { Finding } from './finding';
import type { FindingStore } from './finding-store';
import { toItem } from './tree-items';
import { buildTree, parseGrouping, type FindingNode, type GroupNode, type Grouping, type TreeNode } from './tree';
import type { Trace } from './trace';
import type { WorkingTree } from './working-tree';

const VIEW = 'mmReview.findings';
const GROUPING = 'mmReview.findings.grouping';
const CHANGED_ONLY = 'mmReview.findings.changedOnly';
/** Set while there are findings, shown or not. */
const HAS_FINDINGS = 'mmReview.hasFindings';

export interface FindingsView extends vscode.Disposable {
  group(grouping: Grouping): Promise<void>;
  /** Shows those findings only that lines which differ from the last commit may have to do with, or all again. */
  restrict(changedOnly: boolean): Promise<void>;
  /** Selects where a trace is, if the view is open. */
  show(trace: Trace): Promise<void>;
}

export interface FindingsViewOptions {
  readonly store: FindingStore;
  readonly workingTree: WorkingTree;
  /** Where the grouping and the restriction are written down. */
  readonly memory: vscode.Memento;
}

export function createFindingsView({ store, workingTree, memory }: FindingsViewOptions): FindingsView {
  const changed = new vscode.EventEmitter<void>();
  let grouping = parseGrouping(memory.get(GROUPING));
  let changedOnly = memory.get(CHANGED_ONLY) === true;
  let tree: readonly GroupNode[] = [];
  /** Goes up with each look at the findings: a slower one before it has nothing to say any more. */
  let look = 0;

  const view = vscode.window.createTreeView<TreeNode>(VIEW, {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (node) => (node === undefined ? [...tree] : [...childrenOf(node)]),
      getParent: (node) => parentOf(tree, node),
      getTreeItem: toItem,
    },
  });

  /** The findings that are to be shown, and what is to be said above them. */
  async function chosen(): Promise<{ readonly findings: readonly Finding[]; readonly message?: string }> {
    const all = store.all();
    if (!changedOnly || all.length === 0) return { findings: all };
    const reason = await workingTree.unavailable();
    if (reason !== undefined) return { findings: all, message: `All findings are shown: ${reason}.` };
    const uris = [...new Set(all.flatMap(({ place, steps }) => [place.uri, ...steps.map((step) => step.place.uri)]))];
    const changes = new Map(await Promise.all(uris.map(async (uri): Promise<[string, readonly ChangedLines[]]> => [uri, await workingTree.changesOf(vscode.Uri.parse(uri))])));
    const findings = all.filter((finding) => isTouched(finding, (uri) => changes.get(uri) ?? []));
    // A view with a message does not show what it has to say when it is empty.
    return { findings, ...(findings.length > 0 && { message: `On lines that differ from HEAD: ${findings.length} of ${all.length}.` }) };
  }

  async function refresh(): Promise<void> {
    const mine = ++look;
    const { findings, message } = await chosen().catch((error: unknown) => (
      { findings: store.all(), message: `All findings are shown: git gave no answer (${error instanceof Error ? error.message : String(error)}).` }));
    if (mine !== look) return;
    tree = buildTree(findings, grouping, (uri) => vscode.workspace.asRelativePath(vscode.Uri.parse(uri)));
    view.message = message;
    view.badge = findings.length === 0 ? undefined : { value: findings.length, tooltip: findings.length === 1 ? '1 userfaultfd finding' : `${findings.length} userfaultfd findings` };
    await vscode.commands.executeCommand('setContext', HAS_FINDINGS, store.all().length > 0);
    changed.fire();
  }

  async function remember(): Promise<void> {
    await Promise.all([
      memory.update(GROUPING, grouping), memory.update(CHANGED_ONLY, changedOnly),
      vscode.commands.executeCommand('setContext', GROUPING, grouping), vscode.commands.executeCommand('setContext', CHANGED_ONLY, changedOnly),
    ]);
    await refresh();
  }

  const listeners = [store.onDidChange(refresh), workingTree.onDidChange(() => (changedOnly ? refresh() : undefined)), vscode.workspace.onDidGrantWorkspaceTrust(refresh)];
  void remember();
  return {
    async group(by) {
      grouping = by;
      await remember();
    },
    async restrict(only) {
      const reason = only ? await workingTree.unavailable() : undefined;
      if (reason !== undefined) void vscode.window.showWarningMessage(`Which lines have changed cannot be told: ${reason}.`);
      changedOnly = only && reason === undefined;
      await remember();
    },
    async show({ finding, step }) {
      const found = tree.flatMap(({ findings }) => findings).find(({ id }) => id === finding.id);
      const node = found && (step === null ? found : found.steps[step]);
      if (view.visible && node !== undefined) await view.reveal(node, { select: true, focus: false });
    },
    dispose: () => vscode.Disposable.from(view, changed, ...listeners).dispose(),
  };
}

function childrenOf(node: TreeNode): readonly TreeNode[] {
  switch (node.kind) {
    case 'group': return node.findings;
    case 'finding': return node.steps;
    case 'step': return [];
  }
}

function parentOf(tree: readonly GroupNode[], node: TreeNode): GroupNode | FindingNode | undefined {
  switch (node.kind) {
    case 'group': return undefined;
    case 'finding': return tree.find(({ findings }) => findings.some(({ id }) => id === node.id));
    case 'step': return tree.flatMap(({ findings }) => findings).find(({ id }) => id === node.finding.id);
  }
}
