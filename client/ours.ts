/** What of a workspace is ours, as VS Code names it. */
import path from 'node:path';
import * as vscode from 'vscode';
import { LITMUS, SELECTOR, kernelRoot } from './kernel-files';

/** Whether the server is to know this document. */
export function isOurs(document: vscode.TextDocument): boolean {
  return vscode.languages.match(SELECTOR, document) > 0 && (document.languageId === LITMUS || kernelRoot(document.uri.fsPath) !== undefined);
}

/** Whether a folder of the workspace is a kernel tree, or lies in one. */
export function inKernelTree({ uri }: vscode.WorkspaceFolder): boolean {
  return uri.scheme === 'file' && kernelRoot(path.join(uri.fsPath, 'a file of it')) !== undefined;
}
