/** Which lines differ from the last commit, unsaved text included: the git extension's answers, kept until the repository changes. */
import * as vscode from 'vscode';
import { withUnsaved, type ChangedLines } from './changes';
import { changesOnDisk, isGitExtension, type Git, type Repository } from './git';

export interface WorkingTree extends vscode.Disposable {
  /** Something was edited on disk, committed or checked out. */
  readonly onDidChange: vscode.Event<void>;
  /** Why no lines can be told; undefined when they can. */
  unavailable(): Promise<string | undefined>;
  /** Lines that differ in the text of the editor. Files of no repository have none. */
  changesOf(uri: vscode.Uri): Promise<readonly ChangedLines[]>;
}

export function createWorkingTree(): WorkingTree {
  const changed = new vscode.EventEmitter<void>();
  const listeners: vscode.Disposable[] = [changed];
  const watched = new Set<Repository>();
  let known = new Map<string, Promise<readonly ChangedLines[]>>();
  let git: Git | undefined;

  function forget(): void {
    known = new Map();
    changed.fire();
  }

  function watch(repository: Repository): void {
    if (watched.has(repository)) return;
    watched.add(repository);
    listeners.push(repository.state.onDidChange(forget));
  }

  /** Git, or why there is none. */
  async function find(): Promise<Git | string> {
    if (git !== undefined) return git;
    if (!vscode.workspace.isTrusted) return 'the workspace is not trusted';
    const extension = vscode.extensions.getExtension<unknown>('vscode.git');
    if (extension === undefined) return 'the Git extension of VS Code is disabled';
    const exported = extension.isActive ? extension.exports : await extension.activate();
    if (!isGitExtension(exported) || !exported.enabled) return 'Git is switched off in VS Code (setting git.enabled)';
    git = exported.getAPI(1);
    listeners.push(git.onDidChangeState(forget), git.onDidOpenRepository(forget));
    return git;
  }

  return {
    onDidChange: changed.event,
    async unavailable() {
      const found = await find();
      return typeof found === 'string' ? found : undefined;
    },
    async changesOf(uri) {
      const found = await find();
      const repository = typeof found === 'string' ? null : found.getRepository(uri);
      if (repository === null) return [];
      watch(repository);
      const key = uri.toString();
      const onDisk = known.get(key) ?? changesOnDisk(repository, uri);
      known.set(key, onDisk);
      const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === key);
      if (document?.isDirty !== true) return onDisk;
      const saved = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
      return withUnsaved(await onDisk, saved, document.getText());
    },
    dispose: () => vscode.Disposable.from(...listeners).dispose(),
  };
}
