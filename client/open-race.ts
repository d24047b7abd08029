/** The command that opens a race: from a quick fix or lens with its scenario, from a lens of a litmus file with a variant, from a menu with a file, or from the palette with what is under the cursor. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { RaceView } from '../simulator/present/race-view';
import { SOURCE, parseFindingData } from './findings/finding';
import type { FindingTarget, RaceChoice, RaceTarget } from './panel/messages';
import { createRacePanel } from './panel/race-panel';
import { createRacePreparer } from './prepare-races';
import { EXPORT_METHOD, OPEN_RACE, RACE_METHOD, SCENARIOS_METHOD, SCENARIO_SCHEME, SCHEDULES_METHOD, parseChoice, parseExport, parseRaceAnswer, parseScenarios, parseSchedules, parseStates } from './races';

const RULE_PAGES = 'https://github.com/kernel-mm-review/kernel-mm-review/blob/main/docs/rules/';

export interface Races extends vscode.Disposable {
  /** These scenarios belong to the findings that there are now: they will open at once. */
  prepare(scenarios: readonly string[]): void;
}

/** Registers the command and the panel. `running` gives a client that has been started. */
export function registerOpenRace({ extensionUri: extension, workspaceState: memory }: vscode.ExtensionContext, running: () => Promise<LanguageClient>): Races {
  /** Texts of the scenarios and slices that were shown, by name. */
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  /** The findings that these slices are of. */
  const slices = new Map<string, FindingTarget>();

  let asked = 0;

  const panel = createRacePanel({
    readPage: (name) => readFileSync(vscode.Uri.joinPath(extension, 'dist', 'panel', name).fsPath, 'utf8'),
    memory,
    async ask(params, token, onStates) {
      const client = await running();
      const { ProgressType } = await import('./language-client');
      const progress = `race-${++asked}`;
      const heard = client.onProgress(new ProgressType<unknown>(), progress, (value) => {
        const states = parseStates(value);
        if (states !== undefined) onStates(states);
      });
      try {
        const answer = parseRaceAnswer(await client.sendRequest<unknown>(RACE_METHOD, { ...params, progress }, token));
        if (answer.view !== null && 'scenario' in params) texts.set(params.scenario, answer.view.litmus);
        if (answer.view !== null && 'finding' in params) showSlice(answer.view, params.finding);
        return answer;
      } finally {
        heard.dispose();
      }
    },
    askSchedules: async (params, token) => parseSchedules(await (await running()).sendRequest<unknown>(SCHEDULES_METHOD, params, token)),
    askExport: async (params, token) => parseExport(await (await running()).sendRequest<unknown>(EXPORT_METHOD, params, token)),
    sourceOf,
    openSource,
    async openRule(rule) {
      await vscode.env.openExternal(vscode.Uri.parse(`${RULE_PAGES}${rule}.md`));
    },
  });

  /** A slice changes with the code that it is of. */
  function showSlice({ name, litmus }: RaceView, finding: FindingTarget): void {
    const before = texts.get(name);
    slices.set(name, finding);
    texts.set(name, litmus);
    if (before !== undefined && before !== litmus) changed.fire(uriOf(name));
  }

  /** The file that was explored; for a scenario that ships, its text under our scheme. */
  function sourceOf({ name, litmus, source }: RaceView): vscode.Uri {
    const ships = texts.get(name) === litmus || source === null;
    if (ships) texts.set(name, litmus);
    return ships ? uriOf(name) : vscode.Uri.parse(source);
  }

  async function openSource(view: RaceView, line: number | undefined, viewColumn: vscode.ViewColumn): Promise<void> {
    const at = line === undefined ? undefined : new vscode.Range(line - 1, 0, line - 1, 0);
    await vscode.window.showTextDocument(sourceOf(view), { viewColumn, preview: true, ...(at && { selection: at }) });
  }

  async function chooseFrom(title: string, items: readonly (vscode.QuickPickItem & { readonly target: RaceTarget })[]): Promise<RaceTarget | undefined> {
    return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Which race?', matchOnDescription: true, matchOnDetail: true }))?.target;
  }

  async function chooseFromAll(): Promise<RaceTarget | undefined> {
    const client = await running();
    const entries = parseScenarios(await client.sendRequest<unknown>(SCENARIOS_METHOD, {}));
    return chooseFrom('Kernel MM Review: races', entries.map(({ name, title, rule }) => ({ label: title, description: rule ?? '', detail: name, target: { scenario: name } })));
  }

  /** The race of the warning in the line of the cursor, the litmus file in the editor, or one from a list. */
  async function fromEditor(): Promise<RaceTarget | undefined> {
    const editor = vscode.window.activeTextEditor;
    const file = editor && targetOf(editor.document.uri);
    if (editor === undefined || file !== undefined) return file ?? chooseFromAll();
    const { line } = editor.selection.active;
    const races = new Map<string, vscode.QuickPickItem & { readonly target: RaceTarget }>();
    for (const diagnostic of vscode.languages.getDiagnostics(editor.document.uri)) {
      const { source, range, message } = diagnostic;
      const scenario = source === SOURCE && range.start.line <= line && line <= range.end.line && 'data' in diagnostic ? parseFindingData(diagnostic.data)?.scenario : undefined;
      if (scenario !== undefined) races.set(scenario, { label: message, detail: scenario, target: { scenario } });
    }
    const [first, ...others] = races.values();
    if (first === undefined) return chooseFromAll();
    return others.length === 0 ? first.target : chooseFrom('Kernel MM Review: races of this line', [first, ...others]);
  }

  async function open(argument: unknown): Promise<void> {
    try {
      const choice = argument instanceof vscode.Uri ? inFile(argument) : parseChoice(argument);
      const target = choice === undefined ? await fromEditor() : undefined;
      const wanted = choice ?? (target && { target });
      if (wanted !== undefined) panel.open(wanted);
    } catch (error) {
      void vscode.window.showErrorMessage(`The race cannot be opened: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  function targetOf(uri: vscode.Uri): RaceTarget | undefined {
    const finding = uri.scheme === SCENARIO_SCHEME ? slices.get(nameOf(uri)) : undefined;
    if (finding !== undefined) return { finding };
    if (uri.scheme === SCENARIO_SCHEME) return { scenario: nameOf(uri) };
    return uri.path.endsWith('.litmus') ? { uri: uri.toString() } : undefined;
  }

  function inFile(uri: vscode.Uri): RaceChoice | undefined {
    const target = targetOf(uri);
    return target && { target };
  }

  const preparer = createRacePreparer(async (scenario) => (await running()).sendRequest<unknown>(RACE_METHOD, { scenario }));
  const parts = vscode.Disposable.from(
    panel, preparer, changed,
    vscode.workspace.onDidSaveTextDocument(({ uri }) => panel.saved(uri.toString())),
    vscode.commands.registerCommand(OPEN_RACE, open),
    vscode.workspace.registerTextDocumentContentProvider(SCENARIO_SCHEME, {
      onDidChange: changed.event,
      async provideTextDocumentContent(uri) {
        const scenario = nameOf(uri);
        const client = texts.has(scenario) ? undefined : await running();
        return texts.get(scenario) ?? parseRaceAnswer(await client?.sendRequest<unknown>(RACE_METHOD, { scenario })).view?.litmus ?? '';
      },
    }),
  );
  return { prepare: preparer.prepare, dispose: () => parts.dispose() };
}

function uriOf(name: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCENARIO_SCHEME, path: `/${name}.litmus` });
}

function nameOf(uri: vscode.Uri): string {
  return path.posix.basename(uri.path, '.litmus');
}
