/** The test explorer's "Race scenarios": each variant of the scenarios that ship and of litmus files that are open, explored and compared with what it must come to. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { LITMUS } from '../kernel-files';
import { RACE_METHOD, SCENARIO_SCHEME, parseRaceAnswer, type RaceParams } from '../races';
import type { RaceTarget } from '../panel/messages';
import { readTests, type Expectation, type VariantTest } from './header';
import { judge, type Failure } from './verdict';

export interface ScenarioTestsOptions {
  readonly extension: vscode.Uri;
  /** A client that has been started. */
  readonly running: () => Promise<LanguageClient>;
}

export function registerScenarioTests({ extension, running }: ScenarioTestsOptions): vscode.Disposable {
  const controller = vscode.tests.createTestController('mmReview.scenarios', 'Race scenarios');
  /** What a variant's item runs. */
  const tests = new WeakMap<vscode.TestItem, { readonly target: RaceTarget; readonly variant: VariantTest }>();

  /** The items of a text; they take the place of those that it had. */
  function read(uri: vscode.Uri, text: string, target: RaceTarget): void {
    const scenario = readTests(text);
    if (scenario === undefined || scenario.variants.length === 0) {
      controller.items.delete(uri.toString());
      return;
    }
    const item = controller.items.get(uri.toString()) ?? controller.createTestItem(uri.toString(), scenario.title, uri);
    item.label = scenario.title;
    item.description = 'scenario' in target ? scenario.name : vscode.workspace.asRelativePath(uri);
    item.range = lineRange(0);
    item.children.replace(scenario.variants.map((variant, index) => {
      const child = item.children.get(variant.name) ?? controller.createTestItem(variant.name, variant.name, uri);
      child.description = variant.title;
      child.range = lineRange(variant.line);
      child.sortText = String(index).padStart(4, '0');
      tests.set(child, { target, variant });
      return child;
    }));
    controller.items.add(item);
  }

  async function readShipped(): Promise<void> {
    const folder = vscode.Uri.joinPath(extension, 'scenarios');
    for (const [name, type] of await vscode.workspace.fs.readDirectory(folder)) {
      if (type !== vscode.FileType.File || !name.endsWith('.litmus')) continue;
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, name)));
      read(vscode.Uri.from({ scheme: SCENARIO_SCHEME, path: `/${name}` }), text, { scenario: path.posix.basename(name, '.litmus') });
    }
  }

  /** Scenarios that ship are read from the installation, whether they are open or not. */
  function readOpen(document: vscode.TextDocument): void {
    if (document.languageId === LITMUS && ['file', 'untitled'].includes(document.uri.scheme)) read(document.uri, document.getText(), { uri: document.uri.toString() });
  }

  async function runOne(run: vscode.TestRun, item: vscode.TestItem, client: LanguageClient): Promise<void> {
    const test = tests.get(item);
    if (test === undefined) return;
    run.started(item);
    const begin = performance.now();
    const failures: vscode.TestMessage[] = [];
    try {
      for (const expectation of test.variant.expectations) {
        const params: RaceParams = { ...test.target, variant: expectation.variant, adversaries: expectation.adversaries };
        const answer = await client.sendRequest<unknown>(RACE_METHOD, params, run.token);
        const failure = judge(expectation, parseRaceAnswer(answer));
        if (failure !== undefined) failures.push(messageOf(failure, expectation, item));
      }
    } catch (error) {
      if (run.token.isCancellationRequested) run.skipped(item);
      else run.errored(item, new vscode.TestMessage(error instanceof Error ? error.message : String(error)), performance.now() - begin);
      return;
    }
    if (failures.length === 0) run.passed(item, performance.now() - begin);
    else run.failed(item, failures, performance.now() - begin);
  }

  async function runAll(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = controller.createTestRun(request);
    const excluded = new Set(request.exclude ?? []);
    const chosen = request.include ?? [...controller.items].map(([, item]) => item);
    const leaves = [...new Set(chosen.flatMap((item) => leavesOf(item, excluded)))];
    for (const item of leaves) run.enqueued(item);
    try {
      const client = await running();
      for (const item of leaves) {
        if (token.isCancellationRequested) run.skipped(item);
        else await runOne(run, item, client);
      }
    } catch (error) {
      const message = new vscode.TestMessage(error instanceof Error ? error.message : String(error));
      for (const item of leaves) run.errored(item, message);
    } finally {
      run.end();
    }
  }

  controller.resolveHandler = async (item) => {
    if (item === undefined) await readShipped();
  };
  controller.refreshHandler = async () => {
    await readShipped();
    for (const document of vscode.workspace.textDocuments) readOpen(document);
  };
  controller.createRunProfile('Explore', vscode.TestRunProfileKind.Run, runAll, true);
  for (const document of vscode.workspace.textDocuments) readOpen(document);
  return vscode.Disposable.from(
    controller,
    vscode.workspace.onDidOpenTextDocument(readOpen),
    vscode.workspace.onDidChangeTextDocument(({ document }) => readOpen(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme !== SCENARIO_SCHEME) controller.items.delete(uri.toString());
    }),
  );
}

function leavesOf(item: vscode.TestItem, excluded: ReadonlySet<vscode.TestItem>): vscode.TestItem[] {
  if (excluded.has(item)) return [];
  return item.children.size === 0 ? [item] : [...item.children].flatMap(([, child]) => leavesOf(child, excluded));
}

function messageOf({ message, expected, actual }: Failure, { line }: Expectation, { uri }: vscode.TestItem): vscode.TestMessage {
  const told = expected === undefined || actual === undefined ? new vscode.TestMessage(message) : vscode.TestMessage.diff(message, expected, actual);
  if (uri !== undefined) told.location = new vscode.Location(uri, lineRange(line));
  return told;
}

function lineRange(line: number): vscode.Range {
  return new vscode.Range(line, 0, line, 0);
}
