/** Edits of several files in the form that the client understands. */
import type { ClientCapabilities, TextEdit, WorkspaceEdit } from 'vscode-languageserver/node';

/** Edits of one document. `version`: the text that they were made for; null for one that is not open. */
export interface DocumentEdits {
  readonly uri: string;
  readonly version: number | null;
  readonly edits: readonly TextEdit[];
}

/** Something to read before the edit is made, for clients that ask first. */
export interface Confirmation {
  readonly label: string;
  readonly description: string;
}

const ANNOTATION = 'read-first';

/** With versions where the client can take them, so that nothing is changed in a text that is another by now. */
export function toWorkspaceEdit({ workspace }: ClientCapabilities, documents: readonly DocumentEdits[], confirmation?: Confirmation): WorkspaceEdit {
  if (workspace?.workspaceEdit?.documentChanges !== true) return { changes: Object.fromEntries(documents.map(({ uri, edits }) => [uri, [...edits]])) };
  const annotated = confirmation !== undefined && workspace.workspaceEdit.changeAnnotationSupport !== undefined;
  return {
    documentChanges: documents.map(({ uri, version, edits }) => ({
      textDocument: { uri, version },
      edits: edits.map((edit) => (annotated ? { ...edit, annotationId: ANNOTATION } : edit)),
    })),
    ...(annotated && { changeAnnotations: { [ANNOTATION]: { ...confirmation, needsConfirmation: true } } }),
  };
}
