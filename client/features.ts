/** All of the extension but its entry: starts the language server when the first kernel or litmus file is opened, and shows how it is doing. A bundle of its own: only `import('./features')` it. */
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { registerExplainRule } from './explain-rule';
import { registerFindings } from './findings/commands';
import { forgetRoots } from './kernel-files';
import { registerOpenRace } from './open-race';
import { inKernelTree, isOurs } from './ours';
import { OPEN_RACE } from './races';
import { createClient } from './server-process';
import { registerScenarioTests } from './scenario-tests/controller';
import { registerShowPlaces } from './show-places';
import { STATUS_METHOD, parseStatus } from './status';
import { createStatusItem } from './status-item';
import { registerTasks } from './tasks';

/** Registers everything. Gives back how the server is stopped. */
export function registerFeatures(context: vscode.ExtensionContext): () => Promise<void> {
  const output = vscode.window.createOutputChannel('Kernel MM Review');
  const trace = vscode.window.createOutputChannel('Kernel MM Review Trace');
  const status = createStatusItem('mmReview.showMenu');
  let client: LanguageClient | undefined;
  let inUse = false;
  /** One start or stop at a time. */
  let queue = Promise.resolve();

  const inOrder = (task: () => Promise<void>): Promise<void> => (queue = queue.then(task).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    output.appendLine(`The language server cannot be started: ${reason}`);
    status.fail(reason);
  }));

  /** In other projects, where only a command was run, our view and our tests would be in the way: they wait for a kernel tree or a scenario. */
  function comeIntoUse(): void {
    if (inUse) return;
    inUse = true;
    context.subscriptions.push(registerScenarioTests({ extension: context.extensionUri, running }));
    void vscode.commands.executeCommand('setContext', 'mmReview.inUse', true);
  }

  async function startServer(): Promise<void> {
    if (client !== undefined) return;
    comeIntoUse();
    status.reset();
    // It takes longer to load than all the rest: other C projects do without, and VS Code does not wait for it.
    const library = await import('./language-client');
    const { State } = library;
    const started = createClient(library, context, { output, trace });
    client = started;
    started.onNotification(STATUS_METHOD, (message: unknown) => {
      const news = parseStatus(message);
      if (news !== undefined) status.update(news);
    });
    started.onDidChangeState(({ newState }) => {
      // One that was stopped on purpose is not `client` any more.
      if (client !== started) return;
      if (newState === State.Stopped) void vscode.commands.executeCommand('setContext', 'mmReview.serverRuns', false);
      if (newState === State.Stopped) status.fail('it has ended, see the output');
      else if (newState === State.Starting) status.reset();
    });
    await started.start();
    // The command to check the whole tree is the server's.
    await vscode.commands.executeCommand('setContext', 'mmReview.serverRuns', true);
  }

  async function stopServer(): Promise<void> {
    const old = client;
    client = undefined;
    if (old === undefined) return;
    await vscode.commands.executeCommand('setContext', 'mmReview.serverRuns', false);
    // A server that has crashed or never started cannot be stopped in order.
    await old.dispose(3000).catch((error: unknown) => output.appendLine(`While stopping: ${String(error)}`));
  }

  /** The client, started if need be: scenarios can be looked at without a kernel tree. */
  async function running(): Promise<LanguageClient> {
    await inOrder(startServer);
    if (client === undefined) throw new Error('the language server does not run, see the output');
    return client;
  }

  function startFor(document: vscode.TextDocument): void {
    if (client === undefined && isOurs(document)) void inOrder(startServer);
  }

  async function restartServer(): Promise<void> {
    forgetRoots();
    await inOrder(async () => {
      await stopServer();
      await startServer();
    });
  }

  async function showMenu(): Promise<void> {
    const actions = [
      { label: '$(debug-line-by-line) Open a Race Scenario', run: () => vscode.commands.executeCommand(OPEN_RACE) },
      { label: '$(checklist) Check Whole Tree', run: () => vscode.commands.executeCommand('mmReview.checkWorkspace') },
      { label: '$(output) Show Output', run: () => output.show(true) },
      { label: '$(list-tree) Show Findings', run: () => vscode.commands.executeCommand('mmReview.findings.focus') },
      { label: '$(warning) Show Problems', run: () => vscode.commands.executeCommand('workbench.actions.view.problems') },
      { label: '$(debug-restart) Restart Language Server', run: restartServer },
      { label: '$(gear) Settings', run: () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:kernel-mm-review.kernel-mm-review') },
    ];
    const chosen = await vscode.window.showQuickPick(actions, { title: 'Kernel MM Review' });
    await chosen?.run();
  }

  const races = registerOpenRace(context, running);
  context.subscriptions.push(
    output,
    trace,
    status,
    vscode.commands.registerCommand('mmReview.restartServer', restartServer),
    vscode.commands.registerCommand('mmReview.showOutput', () => output.show(true)),
    vscode.commands.registerCommand('mmReview.showMenu', showMenu),
    races,
    registerExplainRule(context),
    registerShowPlaces(),
    registerFindings(context, running, (findings) => races.prepare(findings.flatMap(({ scenario }) => scenario ?? []))),
    registerTasks(context),
    vscode.workspace.onDidOpenTextDocument(startFor),
    vscode.workspace.onDidChangeWorkspaceFolders(forgetRoots),
  );
  if (vscode.workspace.workspaceFolders?.some(inKernelTree)) comeIntoUse();
  for (const document of vscode.workspace.textDocuments) startFor(document);
  return () => inOrder(stopServer);
}
