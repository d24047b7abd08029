/** Offers tasks that check the file in the editor or the whole tree with the command line, whose output the problem matcher reads. */
import path from 'node:path';
import * as vscode from 'vscode';
import { PROBLEM_MATCHER, TARGETS, TASK_TYPE, checkTask, parseTarget, type Target } from './check-task';
import { kernelRoot } from './kernel-files';

/** Tasks for each folder of the workspace that lies in a kernel tree. */
export function registerTasks(context: vscode.ExtensionContext): vscode.Disposable {
  const program = context.asAbsolutePath('dist/cli.js');
  return vscode.tasks.registerTaskProvider(TASK_TYPE, {
    provideTasks: () => (vscode.workspace.workspaceFolders ?? []).flatMap((folder) => TARGETS.flatMap((target) => makeTask(program, folder, target, { type: TASK_TYPE, target }) ?? [])),
    resolveTask({ definition, scope }) {
      const target = parseTarget(definition);
      const folder = typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0];
      return target === undefined || folder === undefined ? undefined : makeTask(program, folder, target, definition);
    },
  });
}

/** Undefined outside of kernel trees. */
function makeTask(program: string, folder: vscode.WorkspaceFolder, target: Target, definition: vscode.TaskDefinition): vscode.Task | undefined {
  const cwd = folder.uri.fsPath;
  const root = folder.uri.scheme === 'file' ? kernelRoot(path.join(cwd, 'a file of it')) : undefined;
  if (root === undefined) return undefined;
  const { name, detail, args } = checkTask(target, root);
  // The program that runs this extension: a `node` that is looked up by name could be anybody's. In the desktop application that is Electron, which
  // is told to be Node.js. The folder is the directory, so that the names of files in the output are relative to it, as the problem matcher takes them.
  const execution = new vscode.ProcessExecution(process.execPath, [program, ...args], { cwd, env: { ELECTRON_RUN_AS_NODE: '1' } });
  const task = new vscode.Task(definition, folder, name, TASK_TYPE, execution, PROBLEM_MATCHER);
  task.detail = detail;
  task.presentationOptions = { clear: true, reveal: vscode.TaskRevealKind.Silent };
  return task;
}
