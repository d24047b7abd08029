/** Writes what the panel shows to a file: asks which format, and where. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { ExportAnswer, RaceView } from '../../simulator/present/race-view';

export type ExportFormat = 'svg' | 'mermaid' | 'json' | 'litmus' | 'promela';

interface Format extends vscode.QuickPickItem {
  readonly format: ExportFormat;
  readonly extension: string;
  /** Whether it is a picture of a schedule: there has to be one. */
  readonly needsSchedule?: boolean;
}

const FORMATS: readonly Format[] = [
  { format: 'svg', extension: 'svg', label: 'SVG', description: 'the schedule as a picture', needsSchedule: true },
  { format: 'mermaid', extension: 'mmd', label: 'Mermaid', description: 'the schedule as a sequence diagram', needsSchedule: true },
  { format: 'json', extension: 'json', label: 'JSON', description: 'the schedule, to be replayed by mm-review simulate --replay' },
  { format: 'litmus', extension: 'litmus', label: 'Litmus', description: 'the scenario' },
  { format: 'promela', extension: 'pml', label: 'Promela', description: 'the variant as a model for SPIN' },
];

/** What to say when it is done; undefined when nobody chose a format or a file. */
export async function saveExport(view: RaceView, ask: (format: ExportFormat) => Promise<ExportAnswer>): Promise<string | undefined> {
  const offered = FORMATS.filter(({ needsSchedule }) => needsSchedule !== true || view.schedule !== null);
  const chosen = await vscode.window.showQuickPick(offered, { title: 'Export the race', placeHolder: 'Which format?', matchOnDescription: true });
  if (chosen === undefined) return undefined;
  const { text, problems } = await ask(chosen.format);
  if (text === null) return problems[0]?.message ?? 'It cannot be exported.';
  const name = `${view.name}-${view.variant}.${chosen.extension}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const file = await vscode.window.showSaveDialog({
    title: 'Export the race', filters: { [chosen.label]: [chosen.extension] },
    ...(folder !== undefined && { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (file === undefined) return undefined;
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  return `Wrote ${path.posix.basename(file.path)}.`;
}
