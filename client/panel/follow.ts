/** The editor beside the panel follows the steps, and the steps follow its cursor. */
import * as vscode from 'vscode';
import type { RaceView, StepView } from '../../simulator/present/race-view';
import { definitionLine } from './definition';
import { placesOf, stepAt } from './step-places';

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

/** A line (from 1) of a document, and what steps call the document: null for the scenario. */
interface Source {
  readonly uri: vscode.Uri;
  readonly file: string | null;
  readonly line: number;
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

  /** The first of the step's places that is there: a kernel tree may not be open, or be of another version. */
  async function sourceOfStep(view: RaceView, step: StepView): Promise<Source | undefined> {
    for (const place of placesOf(step)) {
      const { file } = place;
      const uri = file === null ? sourceOf(view) : await inTree(file);
      if (uri === undefined) continue;
      const line = place.function === undefined ? place.line : definitionLine((await vscode.workspace.openTextDocument(uri)).getText(), place.function);
      if (line !== undefined) return { uri, file, line };
    }
    return undefined;
  }

  function stop(): void {
    shown = undefined;
    latest++;
    followed.clear();
    mark(() => undefined);
  }

  /** Highlights the line (from 1) that each editor is to show, and nothing else. */
  function mark(lineIn: (editor: vscode.TextEditor) => number | undefined): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const line = lineIn(editor);
      editor.setDecorations(highlight, line === undefined ? [] : [wholeLine(line)]);
    }
  }

  return {
    async show(view, n, column) {
      const asked = ++latest;
      shown = { view, n };
      const step = view.steps[n - 1];
      const found = step && await sourceOfStep(view, step);
      if (asked !== latest) return;
      if (step === undefined || found === undefined) {
        mark(() => undefined);
        return;
      }
      const { uri, file, line } = found;
      const open = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
      const cursorThere = open?.selection.active.line === line - 1;
      const editor = open ?? await vscode.window.showTextDocument(uri, { viewColumn: column, preview: true, preserveFocus: true });
      if (asked !== latest) return;
      followed.set(uri.toString(), file);
      // Where a function of the kernel is shown, the scenario may stand beside it and say more.
      const scenario = step.file === null && step.line !== null ? sourceOf(view).toString() : undefined;
      if (scenario !== undefined) followed.set(scenario, null);
      mark((other) => (other === editor ? line : other.document.uri.toString() === scenario ? step.line ?? undefined : undefined));
      if (!cursorThere) editor.revealRange(wholeLine(line), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    },
    stop,
    dispose() {
      stop();
      moved.dispose();
      highlight.dispose();
    },
  };
}

function wholeLine(line: number): vscode.Range {
  return new vscode.Range(line - 1, 0, line - 1, 0);
}

/** The file in one of the folders that are open. */
async function inTree(file: string): Promise<vscode.Uri | undefined> {
  if (file.split('/').includes('..')) return undefined;
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
