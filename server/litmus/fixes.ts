/** Quick fixes in litmus files: the word that was probably meant, or the verdict that was found. */
import { CodeActionKind, type CodeAction } from 'vscode-languageserver/node';
import { LITMUS_CODE } from './diagnostics';
import { rangeOf } from './places';
import type { ActionSource } from '../code-actions';
import { SOURCE } from '../diagnostics';

export const litmusFixes: ActionSource = {
  litmus: true,
  kinds: [CodeActionKind.QuickFix],
  usable: () => true,
  offer({ context, textDocument, range }, { documents, litmus }) {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return [];
    const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
    return litmus.complaints(document).flatMap((complaint): CodeAction[] => {
      const { instead, found, message, start, end } = complaint;
      const newText = instead ?? found;
      if (newText === undefined || start > to || end < from) return [];
      const where = rangeOf(document, complaint);
      const diagnostics = context.diagnostics.filter((each) => each.source === SOURCE && each.code === LITMUS_CODE && each.message === message);
      return [{
        title: instead === undefined ? `Expect what was found: ${newText}` : `Change to '${newText}'`, kind: CodeActionKind.QuickFix, diagnostics, isPreferred: instead !== undefined,
        edit: { changes: { [textDocument.uri]: [{ range: where, newText }] } },
      }];
    });
  },
};
