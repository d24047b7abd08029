/** The commands that prove a finding, and that open the slice of one as a document of its own. */
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { ProofAnswer } from '../simulator/present/race-view';
import { LITMUS } from './kernel-files';
import type { FindingTarget } from './panel/messages';
import { OPEN_SLICE, PROVE_FINDING, PROVE_METHOD, parseExplored, parseProof, sentence } from './proofs';
import { OPEN_RACE } from './races';

export interface ProveOptions {
  /** Gives a client that has been started. */
  readonly running: () => Promise<LanguageClient>;
  /** The finding that a command is about: its argument, or what is under the cursor. */
  readonly targetOf: (argument: unknown) => FindingTarget | undefined;
}

const OPEN = 'Open the Scenario';

export function registerProve({ running, targetOf }: ProveOptions): vscode.Disposable {
  let asked = 0;

  /** Undefined when the user cancelled it. */
  function ask(target: FindingTarget): Thenable<ProofAnswer | undefined> {
    return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: 'Proving the finding', cancellable: true }, async (progress, token) => {
      const client = await running();
      const { ProgressType } = await import('./language-client');
      const name = `proof-${++asked}`;
      const heard = client.onProgress(new ProgressType<unknown>(), name, (value) => {
        const explored = parseExplored(value);
        if (explored !== undefined) progress.report({ message: `${explored} program${explored === 1 ? '' : 's'} explored` });
      });
      try {
        return parseProof(await client.sendRequest<unknown>(PROVE_METHOD, { ...target, progress: name }, token));
      } catch (error) {
        if (token.isCancellationRequested) return undefined;
        return { verdict: null, words: error instanceof Error ? error.message : String(error), litmus: null };
      } finally {
        heard.dispose();
      }
    });
  }

  async function prove(argument: unknown): Promise<void> {
    const target = targetOf(argument);
    if (target === undefined) {
      void vscode.window.showInformationMessage('There is no finding in this file.');
      return;
    }
    const answer = await ask(target);
    if (answer === undefined) return;
    if (answer.verdict === 'confirmed') {
      await vscode.commands.executeCommand(OPEN_RACE, { finding: target });
      return;
    }
    const show = answer.verdict === null ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
    const chosen = await show(sentence(answer.words), ...(answer.litmus === null ? [] : [OPEN]));
    if (chosen === OPEN) await vscode.commands.executeCommand(OPEN_RACE, { finding: target });
  }

  /** An untitled document: what is changed in it changes nothing of the proof. */
  async function openSlice(argument: unknown): Promise<void> {
    const target = targetOf(argument);
    const answer = target && await ask(target);
    if (answer === undefined) return;
    if (answer.litmus === null) void vscode.window.showInformationMessage(`There is no scenario of this finding: ${answer.words}.`);
    else await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: LITMUS, content: answer.litmus }), { viewColumn: vscode.ViewColumn.Beside });
  }

  return vscode.Disposable.from(vscode.commands.registerCommand(PROVE_FINDING, prove), vscode.commands.registerCommand(OPEN_SLICE, openSlice));
}
