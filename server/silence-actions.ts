/**
 * Puts a comment above a finding that silences it, once there is a reason in it. Until then the analyzer says that there is none: the reason is what the
 * comment is for, so there is no way to leave it out.
 */
import { CodeActionKind, type CodeAction, type Command, type Diagnostic } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { ActionSource } from './code-actions';
import { SELECT_RANGE, selectRange } from './show-commands';
import { SOURCE } from './diagnostics';
import { toWorkspaceEdit } from './workspace-edit';
import { columnsOf } from '../analyzer/fixes/layout';
import { rules } from '../analyzer/rules';

export const silenceActions: ActionSource = {
  kinds: [CodeActionKind.QuickFix],
  usable: () => true,
  offer({ context: { diagnostics }, textDocument: { uri } }, context) {
    const document = context.documents.get(uri);
    if (document === undefined) return [];
    const ours = diagnostics.filter(({ source, code }) => source === SOURCE && rules.some(({ name }) => name === code));
    return ours.map((diagnostic): CodeAction => {
      const { line, character, text, reason } = silencingComment(document, diagnostic);
      const position = { line, character };
      const select: Command = { title: 'Select the reason', command: SELECT_RANGE, arguments: [{ uri, ...reason }] };
      return {
        title: `Silence ${String(diagnostic.code)} here, for a reason`,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        edit: toWorkspaceEdit(context.capabilities, [{ uri, version: document.version, edits: [{ range: { start: position, end: position }, newText: text }] }]),
        ...(selectRange.usable(context) && { command: select }),
      };
    });
  },
};

/** Stands where the reason belongs. It is none itself: a reason has letters. */
const PLACEHOLDER = '...';
/** What a short reason takes; a comment with less room for it gets lines of its own. */
const ROOM = 25;

/** Where a text is inserted, and where the placeholder is afterwards. */
interface Silencing {
  readonly line: number;
  readonly character: number;
  readonly text: string;
  readonly reason: { readonly line: number; readonly character: number; readonly length: number };
}

function silencingComment(document: TextDocument, { code, range }: Diagnostic): Silencing {
  const { line } = range.start;
  const lineAt = (n: number): string => (n < 0 ? '' : document.getText({ start: { line: n, character: 0 }, end: { line: n + 1, character: 0 } }));
  const content = lineAt(line).replace(/\r?\n$/, '');
  const end = /\r\n$/.test(lineAt(line)) ? '\r\n' : '\n';
  const opener = `mm-review: allow(${String(code)}): ${PLACEHOLDER}`;
  const reasonIn = (text: string): number => text.lastIndexOf(PLACEHOLDER);
  if (/^\s*(?:\}|else\b)/.test(content)) {
    // Above this line is the end of another block.
    const character = content.replace(/\s*\\?$/, '').length;
    const text = ` /* ${opener} */`;
    return { line, character, text, reason: { line, character: character + reasonIn(text), length: PLACEHOLDER.length } };
  }
  const indent = /^\s*/.exec(content)?.[0] ?? '';
  // In a macro every line but the last goes on in the next.
  const goesOn = /\\\s*$/.test(lineAt(line - 1)) ? ' \\' : '';
  const short = `${indent}/* ${opener} */`;
  const lines = columnsOf(short) + ROOM <= 80 ? [short] : [`${indent}/*`, `${indent} * ${opener}`, `${indent} */`];
  const at = lines.length === 1 ? 0 : 1;
  return {
    line, character: 0, text: lines.map((l) => `${l}${goesOn}${end}`).join(''),
    reason: { line: line + at, character: reasonIn(lines[at]!), length: PLACEHOLDER.length },
  };
}
