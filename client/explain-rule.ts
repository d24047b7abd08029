/** Shows the page of a rule, which came with the extension. */
import * as vscode from 'vscode';
import { EXPLAIN_RULE, parseRule } from './rules';

/** Registers the command. It is run by quick fixes only, which say which rule. */
export function registerExplainRule({ extensionUri }: vscode.ExtensionContext): vscode.Disposable {
  return vscode.commands.registerCommand(EXPLAIN_RULE, async (argument: unknown) => {
    const rule = parseRule(argument);
    if (rule !== undefined) await vscode.commands.executeCommand('markdown.showPreviewToSide', vscode.Uri.joinPath(extensionUri, 'docs', 'rules', `${rule}.md`));
  });
}
