/** What is asked of the git extension that comes with VS Code (its API, version 1), and the answers in lines. It runs git; we start no process. */
import type * as vscode from 'vscode';
import { ALL_LINES, changedLines, type ChangedLines } from './changes';

/** What its activation gives. */
export interface GitExtension {
  /** False when the user has switched git off; `getAPI` throws then. */
  readonly enabled: boolean;
  getAPI(version: 1): Git;
}

export interface Git {
  readonly state: 'uninitialized' | 'initialized';
  readonly onDidChangeState: vscode.Event<unknown>;
  readonly onDidOpenRepository: vscode.Event<unknown>;
  getRepository(uri: vscode.Uri): Repository | null;
}

export interface Repository {
  readonly state: {
    readonly workingTreeChanges: readonly Change[];
    /** Git keeps them apart only when the user's settings say so. */
    readonly untrackedChanges?: readonly Change[];
    readonly onDidChange: vscode.Event<unknown>;
  };
  /** Unified diff of a file between the last commit and the disk. */
  diffWithHEAD(path: string): Promise<string>;
}

interface Change {
  readonly uri: vscode.Uri;
  readonly status: number;
}

/** `Status.UNTRACKED` of the extension's API. */
const UNTRACKED = 7;

export function isGitExtension(value: unknown): value is GitExtension {
  return typeof value === 'object' && value !== null && 'enabled' in value && 'getAPI' in value && typeof value.getAPI === 'function';
}

/** Lines of the file on disk that differ from the last commit. All of a file that is in none: git shows no difference for it. */
export async function changesOnDisk(repository: Repository, uri: vscode.Uri): Promise<readonly ChangedLines[]> {
  const { workingTreeChanges, untrackedChanges = [] } = repository.state;
  const isUntracked = [...workingTreeChanges, ...untrackedChanges].some((change) => change.status === UNTRACKED && change.uri.toString() === uri.toString());
  return isUntracked ? ALL_LINES : changedLines(await repository.diffWithHEAD(uri.fsPath));
}
