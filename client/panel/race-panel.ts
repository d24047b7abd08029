/** The race panel, seen from VS Code: makes the webview, asks the server for what it is to show, and does what its buttons ask for. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { ExportAnswer, RaceAnswer, RaceView, SchedulesAnswer } from '../../simulator/present/race-view';
import { RACE_MEMORY } from '../memory';
import type { RaceParams } from '../races';
import { saveExport, type ExportFormat } from './export';
import { createFollower } from './follow';
import { pageHtml } from './html';
import { parsePageMessage, parsePanelState, type HostMessage, type PageMessage, type PanelState, type RaceChoice } from './messages';

const VIEW_TYPE = 'mmReview.race';
/** The page loads nothing, so that it may read nothing. */
const OPTIONS = { enableScripts: true, localResourceRoots: [] };

export interface RacePanelOptions {
  /** A file of the page, as it was built. */
  readonly readPage: (name: 'page.js' | 'page.css') => string;
  /** Where what is shown is written down: VS Code keeps the state of a page only when it closes in good order. */
  readonly memory: vscode.Memento;
  /** `onStates` is told how many states were found so far. */
  readonly ask: (params: RaceParams, token: vscode.CancellationToken, onStates: (states: number) => void) => Promise<RaceAnswer>;
  readonly askSchedules: (params: RaceParams, token: vscode.CancellationToken) => Promise<SchedulesAnswer>;
  readonly askExport: (params: RaceParams & { readonly format: ExportFormat }, token: vscode.CancellationToken) => Promise<ExportAnswer>;
  /** Where the scenario's text can be read. */
  readonly sourceOf: (view: RaceView) => vscode.Uri;
  readonly openSource: (view: RaceView, line: number | undefined, column: vscode.ViewColumn) => Promise<void>;
  readonly openRule: (rule: string) => Promise<void>;
}

export interface RacePanel extends vscode.Disposable {
  /** Shows a race, in the panel that is open or in a new one beside the editor. */
  open(choice: RaceChoice): void;
  /** A file was saved: the race that is shown is explored again if it stands there. */
  saved(uri: string): void;
}

/** The column next to the panel: the editors it was opened from, if there are any. */
function besides(column: vscode.ViewColumn | undefined): vscode.ViewColumn {
  return column === undefined || column <= vscode.ViewColumn.One ? vscode.ViewColumn.Beside : column - 1;
}

interface Shown {
  readonly choice: RaceChoice;
  readonly answer?: RaceAnswer;
}

export function createRacePanel(options: RacePanelOptions): RacePanel {
  let panel: vscode.WebviewPanel | undefined;
  /** What is shown, or asked for. */
  let current: Shown | undefined;
  /** What was shown before, while something else is explored. */
  let previous: Shown | undefined;
  /** Where a restored panel was. */
  let step: number | null = null;
  /** Where the reader is, and whether the source is to be shown with it. */
  let at = 0;
  let following = false;
  let asking: vscode.CancellationTokenSource | undefined;

  /** What the walkthrough waits for. */
  const told = new Set<string>();
  function tell(context: 'mmReview.raceStepped' | 'mmReview.raceNever'): void {
    if (told.has(context)) return;
    told.add(context);
    void vscode.commands.executeCommand('setContext', context, true);
  }

  const post = (message: HostMessage): void => void panel?.webview.postMessage(message);

  const follower = createFollower({ sourceOf: options.sourceOf, onStep: (n) => post({ type: 'goto', step: n }) });

  function adopt(adopted: vscode.WebviewPanel): void {
    panel?.dispose();
    panel = adopted;
    const { webview } = adopted;
    webview.options = OPTIONS;
    webview.onDidReceiveMessage((message: unknown) => {
      const parsed = parsePageMessage(message);
      if (parsed !== undefined) void handle(parsed);
    });
    adopted.onDidDispose(() => {
      if (panel !== adopted) return;
      asking?.cancel();
      following = false;
      follower.stop();
      panel = undefined;
      current = undefined;
    });
    webview.html = pageHtml({ nonce: randomBytes(18).toString('base64url'), script: options.readPage('page.js'), style: options.readPage('page.css') });
  }

  async function load(choice: RaceChoice): Promise<void> {
    asking?.cancel();
    const source = asking = new vscode.CancellationTokenSource();
    if (current?.answer !== undefined) previous = current;
    const asked: Shown = { choice };
    current = asked;
    remember(choice, step ?? 0);
    show();
    const answer = await options.ask(paramsOf(choice), source.token, (states) => {
      if (current === asked) post({ type: 'busy', choice, states });
    }).catch((error: unknown): RaceAnswer => ({ view: null, problems: problemsOf(error) }));
    if (current !== asked || source.token.isCancellationRequested) return;
    current = { choice, answer };
    show();
  }

  /** Back to what was shown, if anything was. */
  function cancel(): void {
    if (current === undefined || current.answer !== undefined) return;
    asking?.cancel();
    step = at;
    current = previous ?? { choice: current.choice, answer: { view: null, problems: [{ line: 1, column: 1, message: 'Exploring was cancelled.' }] } };
    remember(current.choice, step ?? 0);
    show();
  }

  async function listSchedules(choice: RaceChoice): Promise<void> {
    asking?.cancel();
    const source = asking = new vscode.CancellationTokenSource();
    const { schedules, complete, problems } = await options.askSchedules(paramsOf(choice), source.token)
      .catch((error: unknown): SchedulesAnswer => ({ schedules: [], complete: false, problems: problemsOf(error) }));
    if (source.token.isCancellationRequested || current?.choice !== choice) return;
    post({ type: 'schedules', choice, schedules, complete });
    if (problems[0] !== undefined) post({ type: 'done', words: problems[0].message });
  }

  function remember(choice: RaceChoice, at: number): void {
    const state: PanelState = { choice, step: at };
    void options.memory.update(RACE_MEMORY, state);
  }

  /** Tells the page what there is to show. A page that is not there yet will ask. */
  function show(): void {
    if (current === undefined) return;
    const { choice, answer } = current;
    if (answer === undefined) {
      post({ type: 'busy', choice, states: null });
      return;
    }
    if (panel !== undefined) panel.title = answer.view ? `Race: ${answer.view.title}` : 'Race';
    if (answer.view?.verdict.word === 'Never') tell('mmReview.raceNever');
    if (answer.view === null) post({ type: 'problems', choice, problems: answer.problems });
    else post({ type: 'race', choice, view: answer.view, step });
    step = null;
  }

  async function handle(message: PageMessage): Promise<void> {
    const view = current?.answer?.view;
    switch (message.type) {
      case 'ready':
        show();
        break;
      case 'choose':
        if (current !== undefined) await choose(current, message);
        break;
      case 'schedules':
        if (current?.answer !== undefined) await listSchedules(current.choice);
        break;
      case 'export':
        if (view && current !== undefined) await exportIt(current.choice, view);
        break;
      case 'cancel':
        cancel();
        break;
      case 'follow':
        following = message.on;
        if (following) followStep();
        else follower.stop();
        break;
      case 'again':
        if (current !== undefined) await load(current.choice);
        break;
      case 'step':
        at = message.step;
        if (at > 0) tell('mmReview.raceStepped');
        if (current !== undefined) remember(current.choice, message.step);
        if (following) followStep();
        break;
      case 'copy':
        if (typeof view?.text !== 'string') break;
        await vscode.env.clipboard.writeText(view.text);
        post({ type: 'done', words: 'Copied the diagram as text.' });
        break;
      case 'source':
        if (view) await options.openSource(view, message.line ?? undefined, besides(panel?.viewColumn));
        break;
      case 'rule':
        if (typeof view?.rule === 'string') await options.openRule(view.rule);
        break;
      default:
        message satisfies never;
    }
  }

  async function choose({ choice }: Shown, message: PageMessage & { readonly type: 'choose' }): Promise<void> {
    if (message.schedule !== null) step = message.step;
    await load({ target: choice.target, variant: message.variant, ...(message.adversary !== null && { adversary: message.adversary }), ...(message.schedule !== null && { schedule: message.schedule }) });
  }

  function followStep(): void {
    const view = current?.answer?.view;
    // A source that cannot be opened is no reason not to step on.
    if (view) follower.show(view, at, besides(panel?.viewColumn)).catch(() => undefined);
  }

  async function exportIt(choice: RaceChoice, view: RaceView): Promise<void> {
    const source = new vscode.CancellationTokenSource();
    const words = await saveExport(view, (format) => options.askExport({ ...paramsOf(choice), format }, source.token)).catch((error: unknown) => problemsOf(error)[0]?.message);
    if (words !== undefined) post({ type: 'done', words });
  }

  const serializer = vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
    async deserializeWebviewPanel(restored, saved: unknown) {
      // What the page kept may be older: VS Code does not write it down at once.
      const state = parsePanelState(options.memory.get<unknown>(RACE_MEMORY)) ?? parsePanelState(saved);
      if (state === undefined) {
        restored.dispose();
        return;
      }
      adopt(restored);
      step = state.step;
      await load(state.choice);
    },
  });

  return {
    open(choice) {
      if (panel === undefined) adopt(vscode.window.createWebviewPanel(VIEW_TYPE, 'Race', vscode.ViewColumn.Beside, OPTIONS));
      else panel.reveal();
      void load(choice);
    },
    saved(uri) {
      if (panel !== undefined && current !== undefined && 'uri' in current.choice.target && current.choice.target.uri === uri) void load(current.choice);
    },
    dispose() {
      // The panel stays: when the window is closed, it is to come back with it.
      asking?.cancel();
      follower.dispose();
      serializer.dispose();
    },
  };
}

function paramsOf({ target, variant, adversary, schedule }: RaceChoice): RaceParams {
  return { ...target, ...(variant !== undefined && { variant }), ...(adversary !== undefined && { adversaries: [adversary] }), ...(schedule !== undefined && { schedule }) };
}

function problemsOf(error: unknown): RaceAnswer['problems'] {
  return [{ line: 1, column: 1, message: error instanceof Error ? error.message : String(error) }];
}
