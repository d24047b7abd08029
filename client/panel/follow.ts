/** The editor beside the panel follows the steps, and the steps follow its cursor. */
import * as vscode from 'vscode';
import type { RaceView } from '../../simulator/present/race-view';
import { placeOf, stepAt, type StepPlace } from './step-places';

export interface FollowerOptions {
  /** Where the scenario's text can be read. */
  readonly sourceOf: (view: RaceView) => vscode.Uri;
  /** The cursor is at the source of this step. */
  readonly onStep: (n: number) => void;
}

export interface Follower extends vscode.Disposable {
  /** Shows the source of a step; of step 0 there is none. */
  show(view: RaceView, n: number, column: vscode.ViewColumn): Promise<void>;
  stop(): void;
}

export function createFollower({ sourceOf, onStep }: FollowerOptions): Follower {
  const highlight = vscode.window.createTextEditorDecorationType({ isWholeLine: true, backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground') });
  let shown: { readonly view: RaceView; readonly n: number } | undefined;
  /** The documents whose cursor is followed, each with what steps call it: null for the scenario. */
  const followed = new Map<string, string | null>();
  let latest = 0;

  const moved = vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections, kind }) => {
    // What was set by a program, ours among them, is no wish of the reader.
    if (shown === undefined || (kind !== vscode.TextEditorSelectionChangeKind.Keyboard && kind !== vscode.TextEditorSelectionChangeKind.Mouse)) return;
    const file = followed.get(textEditor.document.uri.toString());
    const cursor = selections[0]?.active;
    if (file === undefined || cursor === undefined) return;
    const n = stepAt(shown.view.steps, { file, line: cursor.line + 1 }, shown.n);
    if (n !== undefined && n !== shown.n) onStep(n);
  });

  function stop(): void {
    shown = undefined;
    latest++;
    followed.clear();
    for (const editor of vscode.window.visibleTextEditors) editor.setDecorations(highlight, []);
  }

  return {
    async show(view, n, column) {
      const asked = ++latest;
      shown = { view, n };
      const step = view.steps[n - 1];
      const place = step && placeOf(step);
      if (place === undefined) return;
      const uri = (await inTree(place)) ?? sourceOf(view);
      const file = uri.scheme === 'file' && place.file !== null && uri.path.endsWith(`/${place.file}`) ? place.file : null;
      const line = file === null ? step?.line ?? null : place.line;
      if (line === null || asked !== latest) return;
      const open = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
      const cursorThere = open?.selection.active.line === line - 1;
      const at = new vscode.Range(line - 1, 0, line - 1, 0);
      const editor = open ?? await vscode.window.showTextDocument(uri, { viewColumn: column, preview: true, preserveFocus: true });
      if (asked !== latest) return;
      followed.set(uri.toString(), file);
      for (const other of vscode.window.visibleTextEditors) other.setDecorations(highlight, other === editor ? [at] : []);
      if (!cursorThere) editor.revealRange(at, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    },
    stop,
    dispose() {
      stop();
      moved.dispose();
      highlight.dispose();
    },
  };
}

/** The file of a place in one of the folders that are open. */
async function inTree({ file }: StepPlace): Promise<vscode.Uri | undefined> {
  if (file === null || file.split('/').includes('..')) return undefined;
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    const candidate = vscode.Uri.joinPath(uri, file);
    try {
      await vscode.workspace.fs.stat(candidate);
      return candidate;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
