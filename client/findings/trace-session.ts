/** The trace that is being walked: which one it is, where the editor goes with it, and its numbers behind the lines. */
import * as vscode from 'vscode';
import type { Finding } from './finding';
import { follow, marksIn, move, placeOf, startTrace, type Direction, type Trace } from './trace';

/** Set while a trace is walked: the keys for its steps are free otherwise. */
const ACTIVE = 'mmReview.traceActive';

export interface TraceSession extends vscode.Disposable {
  readonly onDidMove: vscode.Event<Trace>;
  /** Starts at a step, or at the finding itself, and shows the place. */
  start(finding: Finding, step: number | null): Promise<void>;
  go(direction: Direction): Promise<void>;
  /** The findings are different now. */
  update(findings: readonly Finding[]): void;
  clear(): void;
}

export function createTraceSession(): TraceSession {
  const moved = new vscode.EventEmitter<Trace>();
  const words = { margin: '0 0 0 3em', color: new vscode.ThemeColor('editorCodeLens.foreground') };
  const other = vscode.window.createTextEditorDecorationType({ after: words, rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed });
  const current = vscode.window.createTextEditorDecorationType({
    after: { ...words, color: new vscode.ThemeColor('editor.foreground') }, isWholeLine: true, backgroundColor: new vscode.ThemeColor('editor.stackFrameHighlightBackground'),
    overviewRulerColor: new vscode.ThemeColor('editorWarning.foreground'), overviewRulerLane: vscode.OverviewRulerLane.Full,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  let trace: Trace | undefined;

  function draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const marks = trace === undefined ? [] : marksIn(editor.document.uri.toString(), trace).filter(({ line }) => line < editor.document.lineCount);
      const options = (isCurrent: boolean): vscode.DecorationOptions[] => marks.filter((mark) => mark.isCurrent === isCurrent)
        .map(({ line, words: contentText }) => ({ range: editor.document.lineAt(line).range, renderOptions: { after: { contentText } } }));
      editor.setDecorations(current, options(true));
      editor.setDecorations(other, options(false));
    }
  }

  function set(next: Trace | undefined): void {
    if ((trace === undefined) !== (next === undefined)) void vscode.commands.executeCommand('setContext', ACTIVE, next !== undefined);
    trace = next;
    draw();
  }

  async function walk(next: Trace, preserveFocus: boolean): Promise<void> {
    set(next);
    const { uri, line, column, endLine, endColumn } = placeOf(next);
    const start = new vscode.Position(line, column);
    const editor = await vscode.window.showTextDocument(vscode.Uri.parse(uri), { preserveFocus, preview: true });
    editor.selection = new vscode.Selection(start, start);
    editor.revealRange(new vscode.Range(start, new vscode.Position(endLine, endColumn)), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    draw();
    moved.fire(next);
  }

  const listener = vscode.window.onDidChangeVisibleTextEditors(draw);
  return {
    onDidMove: moved.event,
    start: (finding, step) => walk(startTrace(finding, step), true),
    async go(direction) {
      if (trace !== undefined) await walk(move(trace, direction), false);
    },
    update(findings) {
      if (trace !== undefined) set(follow(trace, findings));
    },
    clear: () => set(undefined),
    dispose() {
      set(undefined);
      for (const part of [listener, moved, current, other]) part.dispose();
    },
  };
}
