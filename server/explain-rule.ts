/** Opens the page of a finding's rule, as it ships: by a command of the client's that shows it as a document, or else by ours, which opens the file. */
import { CodeActionKind, type CodeAction } from 'vscode-languageserver/node';
import type { ActionSource } from './code-actions';
import { EXPLAIN_RULE, explainRule } from './show-commands';
import { SOURCE } from './diagnostics';

export const explainActions: ActionSource = {
  kinds: [CodeActionKind.QuickFix],
  usable: (context) => context.commands.has(EXPLAIN_RULE) || explainRule.usable(context),
  offer({ context: { diagnostics } }, { engine }) {
    const names = new Set(diagnostics.filter(({ source }) => source === SOURCE).map(({ code }) => String(code)));
    return [...names].filter((rule) => engine.rulePage(rule) !== undefined).map((rule): CodeAction => ({
      title: `Explain ${rule}`,
      kind: CodeActionKind.QuickFix,
      diagnostics: diagnostics.filter(({ source, code }) => source === SOURCE && code === rule),
      command: { title: 'Explain the rule', command: EXPLAIN_RULE, arguments: [{ rule }] },
    }));
  },
};
