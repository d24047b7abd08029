/** A tree as it would be with a fix in it, for as long as somebody asks. */
import type { Tree } from '../call-graph/tree';
import type { TextEdit } from './fix';

/** Asks the tree with these edits in its texts, which are put back before it returns. The edits must be of the texts as they are. */
export function withEdits<T>(tree: Tree, edits: readonly TextEdit[], ask: (tree: Tree) => T): T {
  const undo: (() => void)[] = [];
  try {
    for (const file of new Set(edits.map((edit) => edit.location.file))) {
      undo.push(tree.tryText(file, edited(tree.text(file) ?? '', edits.filter((edit) => edit.location.file === file))));
    }
    return ask(tree);
  } finally {
    for (const back of undo.reverse()) back();
    tree.takeChanges();
  }
}

/** A text with edits, which are in its order and do not overlap. */
export function edited(text: string, edits: readonly Pick<TextEdit, 'start' | 'end' | 'text'>[]): string {
  let result = '';
  let from = 0;
  for (const edit of edits) {
    result += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return result + text.slice(from);
}
