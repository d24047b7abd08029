/** The declarations of an init block, with their places: those of all variants. */
import { wordAt, type Span, type Word } from './text';

export interface DeclarationText extends Span {
  readonly name: Word;
  readonly type: string;
  readonly isGhost: boolean;
}

/** Reads what stands between the braces of `init`; `code` has no comments. Statements that are no declaration are left out. */
export function readDeclarations(code: string, init: Span): DeclarationText[] {
  const found: DeclarationText[] = [];
  const inner = { start: init.start + 1, end: code[init.end - 1] === '}' ? init.end - 1 : init.end };
  for (let start = inner.start; start < inner.end;) {
    const semicolon = code.indexOf(';', start);
    const end = semicolon < 0 || semicolon >= inner.end ? inner.end : semicolon + 1;
    const match = /^\s*((?:ghost\s+)?)((?:struct\s+|unsigned\s+)?\w+)\s+(\w+)/.exec(code.slice(start, end));
    if (match) {
      const name = wordAt(code, start + match[0].length - match[3]!.length, match[3]!.length);
      found.push({ start: start + /^\s*/.exec(match[0])![0].length, end, name, type: match[2]!.replace(/\s+/g, ' '), isGhost: match[1] !== '' });
    }
    start = end;
  }
  return found;
}
