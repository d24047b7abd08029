/** The item in the status bar, shown beside kernel files only. */
import * as vscode from 'vscode';
import { kernelRoot } from './kernel-files';
import { statusLook, type Status } from './status';

export interface StatusItem extends vscode.Disposable {
  update(status: Status): void;
  /** The server is being started anew: what was known is void. */
  reset(): void;
  fail(reason: string): void;
}

export function createStatusItem(command: string): StatusItem {
  const item = vscode.window.createStatusBarItem('mmReview.status', vscode.StatusBarAlignment.Right, 100);
  item.name = 'Kernel MM Review';
  item.command = command;
  const statuses = new Map<string | null, Status>();
  let failure: string | undefined;

  let root: string | undefined;

  function editorChanged(): void {
    const document = vscode.window.activeTextEditor?.document;
    // Reading our output is no reason to vanish: it counts as an editor, too.
    if (document?.uri.scheme === 'output') return;
    root = document?.uri.scheme === 'file' && ['c', 'cpp'].includes(document.languageId) ? kernelRoot(document.uri.fsPath) : undefined;
    draw();
  }

  function draw(): void {
    if (root === undefined) {
      item.hide();
      return;
    }
    const { text, tooltip } = statusLook(statuses.get(root), failure);
    item.text = text;
    item.tooltip = `Kernel MM Review: ${tooltip}`;
    item.show();
  }

  const listener = vscode.window.onDidChangeActiveTextEditor(editorChanged);
  editorChanged();
  return {
    update(status) {
      failure = undefined;
      statuses.set(status.root, status);
      draw();
    },
    reset() {
      failure = undefined;
      statuses.clear();
      draw();
    },
    fail(reason) {
      failure = reason;
      draw();
    },
    dispose() {
      listener.dispose();
      item.dispose();
    },
  };
}
