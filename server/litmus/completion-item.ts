/** A word that completion offers, before it is known what the client can show. */
import type { CompletionItemKind } from 'vscode-languageserver/node';

export interface Draft {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly detail?: string;
  /** Documentation that is at hand, as Markdown. */
  readonly about?: string;
  /** The documentation is looked up when it is asked for. */
  readonly resolves?: true;
  /** What is put in instead of the label. */
  readonly insert?: string;
  /** What is put in by clients that know snippets. */
  readonly snippet?: string;
}
