/** Where the comments and literals of C text are. */
import type { Span } from './ir';
import { lineEnd } from './lexer';

/** Comments of a file, in order. Literals are stepped over, and end with their line as they do for the lexer. */
export function readComments(text: string): Span[] {
  return [...commentsAndLiterals(text)].filter(({ isComment }) => isComment).map(({ start, end }) => ({ start, end }));
}

/** The same text with spaces in place of comments and literals, line breaks kept: offsets stay true. */
export function codeOnly(text: string): string {
  let code = '';
  let from = 0;
  for (const { start, end } of commentsAndLiterals(text)) {
    code += text.slice(from, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ');
    from = end;
  }
  return code + text.slice(from);
}

function* commentsAndLiterals(text: string): Generator<Span & { readonly isComment: boolean }, void> {
  const opener = /\/[*/]|["']/g;
  for (let match = opener.exec(text); match; match = opener.exec(text)) {
    const start = match.index;
    let end: number;
    if (match[0] === '/*') {
      const close = text.indexOf('*/', start + 2);
      end = close < 0 ? text.length : close + 2;
    } else if (match[0] === '//') {
      end = lineEnd(text, start);
    } else {
      end = literalEnd(text, start, match[0]);
    }
    yield { start, end, isComment: match[0].length === 2 };
    opener.lastIndex = end;
  }
}

function literalEnd(text: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '\n') {
    if (text[at] === quote) return at + 1;
    at += text[at] !== '\\' ? 1 : text[at + 1] === '\r' ? 3 : 2;
  }
  return Math.min(at, text.length);
}
