/**
 * The entry of the VS Code extension. VS Code loads it with the first C file of any project and waits meanwhile: it only finds out whether there is anything for us, and
 * loads the rest (`features.ts`, a bundle of its own) when there is.
 */
import * as vscode from 'vscode';
import { forgetRoots } from './kernel-files';
import { RACE_MEMORY } from './memory';
import { inKernelTree, isOurs } from './ours';

/** How the server is stopped, once the rest is there. */
let features: Promise<() => Promise<void>> | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  /** What stands in for the rest until it is there. */
  const standIns: vscode.Disposable[] = [];

  function load(): Promise<unknown> {
    return (features ??= import('./features').then(({ registerFeatures }) => {
      vscode.Disposable.from(...standIns).dispose();
      return registerFeatures(context);
    }));
  }

  if (isNeeded(context)) {
    await load();
    return;
  }
  standIns.push(
    ...commandsOf(context).map((command) => vscode.commands.registerCommand(command, async (...args: unknown[]) => {
      await load();
      return vscode.commands.executeCommand(command, ...args);
    })),
    vscode.workspace.onDidOpenTextDocument((document) => {
      if (isOurs(document)) void load();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      forgetRoots();
      if (isNeeded(context)) void load();
    }),
  );
  context.subscriptions.push(...standIns);
}

export async function deactivate(): Promise<void> {
  const stop = await features;
  features = undefined;
  await stop?.();
}

/** Not in other C projects. Without a folder our view is there from the start; where a race was looked at, its panel may come back with the window. */
function isNeeded({ workspaceState }: vscode.ExtensionContext): boolean {
  const { workspaceFolders, textDocuments } = vscode.workspace;
  return workspaceFolders === undefined || workspaceFolders.some(inKernelTree) || textDocuments.some(isOurs) || workspaceState.get(RACE_MEMORY) !== undefined;
}

/** The commands that people can run, as package.json has them. */
function commandsOf({ extension }: vscode.ExtensionContext): string[] {
  const { contributes } = extension.packageJSON as { readonly contributes: { readonly commands: readonly { readonly command: string }[] } };
  return contributes.commands.map(({ command }) => command);
}
