/** Masks a function's body, token by token, and collects what it calls. */
import {
  ALIGNMENT, ASM, ATTRIBUTE, ATTRIBUTE_CALL, CONTROL, LOOP, NO_CALL, OFFSET, STATEMENT, STORAGE, TAG, TYPE, TYPEOF, UNDERSCORES,
} from './dialect';
import type { Edits } from './edits';
import { bitsOf, spelling } from './names';
import { blankTokens, firstLine, joinType, maskRun, maskWords } from './specifiers';
import {
  CLOSE_BRACE, CLOSE_BRACKET, CLOSE_PAREN, COLON, COMMA, DOT, EQUALS, OPEN_BRACE, OPEN_BRACKET, OPEN_PAREN, SEMICOLON, STAR, STRING, type Tokens, WORD,
} from './tokens';

/** What encloses a token. */
const BLOCK = 0, GROUP = 1, CALL = 2, LIST = 3;
/** Words that can be no callee. */
const notCalled = STATEMENT | CONTROL | TYPE | TAG | STORAGE | ATTRIBUTE | ATTRIBUTE_CALL | TYPEOF | ASM | OFFSET | NO_CALL;

/** Masks the tokens between the brace at `open` and its partner `last`; returns the names that are called. */
export function maskBody(text: string, tokens: Tokens, edits: Edits, open: number, last: number): Set<string> {
  const calls = new Set<string>();
  const { kind, match, id } = tokens;
  const enclosing: number[] = [BLOCK];
  const mark = edits.count;
  let here = BLOCK;
  let unwrapped = -1; // The parenthesis of a macro that holds statements.
  for (let at = open + 1; at < last; at++) {
    const token = kind[at] as number;
    if (token === WORD) {
      at = word(at);
    } else if (token === OPEN_PAREN || token === OPEN_BRACKET || token === OPEN_BRACE) {
      if ((match[at] as number) < 0) continue;
      const inside = at === unwrapped ? BLOCK : token === OPEN_BRACE ? braceKind(tokens, at, here) : token === OPEN_PAREN && takesArguments(tokens, at, here) ? CALL : GROUP;
      enclosing.push(inside);
      here = inside;
      if (here === CALL) at = argument(text, tokens, edits, at);
    } else if (token === CLOSE_PAREN || token === CLOSE_BRACKET || token === CLOSE_BRACE) {
      if ((match[at] as number) < 0 || enclosing.length === 1) continue;
      enclosing.pop();
      here = enclosing[enclosing.length - 1] as number;
    } else if (token === COMMA) {
      if (here === CALL) at = argument(text, tokens, edits, at);
    } else if (token === SEMICOLON) {
      // Statements as an argument.
      if (here === CALL) edits.put(tokens.start[at] as number, tokens.end[at] as number, kind[at + 1] === CLOSE_PAREN ? '' : ',');
    } else if (token === STRING) {
      maskNeighbours(tokens, edits, at, mark);
    }
  }
  return calls;

  /** Handles a word and returns the last token that needs no further look. */
  function word(at: number): number {
    const bits = bitsOf(id[at] as number);
    const close = kind[at + 1] === OPEN_PAREN ? (match[at + 1] as number) : -1;
    if (bits & ASM) return maskAssembly(text, tokens, edits, at, last);
    if (kind[at - 1] === CLOSE_BRACKET && here === BLOCK && (bits & notCalled & ~(ATTRIBUTE | ATTRIBUTE_CALL)) === 0) {
      // `int table[4] __somewhere;`
      blankTokens(tokens, edits, at, Math.max(at, close));
      return Math.max(at, close);
    }
    if (bits & ALIGNMENT) edits.put(tokens.start[at] as number, tokens.end[at] as number, 'sizeof');
    if (bits & STATEMENT && kind[at + 1] !== SEMICOLON && isWord(tokens, at, 'case')) return maskRange(text, tokens, edits, at);
    if (close > at && bits & OFFSET) return maskOffset(tokens, edits, at, close);
    if (close < 0 || bits & (ATTRIBUTE | ATTRIBUTE_CALL | TYPEOF)) {
      if (here === CALL && kind[at + 1] === WORD && joinsStrings(tokens, at)) {
        blankTokens(tokens, edits, at, at);
        return at;
      }
      if (here === BLOCK && (bits & ~UNDERSCORES) === 0 && endsWithoutSemicolon(tokens, at)) {
        putSemicolon(text, tokens, edits, at);
        return at;
      }
      return maskRun(text, tokens, edits, at, last, true);
    }
    if ((bits & notCalled) === 0) {
      calls.add(spelling(id[at] as number));
      if (here === BLOCK && holdsStatements(tokens, at, close)) {
        blankTokens(tokens, edits, at, at + 1);
        blankTokens(tokens, edits, close, close);
        unwrapped = at + 1;
      } else if (here === BLOCK) maskStatementMacro(text, tokens, edits, at, close, bits);
    }
    return at;
  }
}

/** A macro call that is more than an expression: the head of a loop, or a statement that brings its own semicolon. */
function maskStatementMacro(text: string, tokens: Tokens, edits: Edits, at: number, close: number, bits: number): void {
  const { kind, match } = tokens;
  const after = kind[close + 1] as number;
  if (after === EQUALS && kind[close + 2] === OPEN_BRACE) {
    // `DECLARE_BITMAP(map, BITS) = { 0 };`
    const end = match[close + 2] as number;
    if (end > close) blankTokens(tokens, edits, close + 1, end);
    return;
  }
  if (after === SEMICOLON) {
    // `do { } for_each_vma(vmi, vma);`
    const brace = kind[at - 1] === CLOSE_BRACE ? (match[at - 1] as number) : -1;
    if (brace > 0 && isWord(tokens, brace - 1, 'do')) maskLoop(tokens, edits, at, close);
    return;
  }
  if (after === OPEN_BRACE) {
    if (startsStatement(tokens, at)) maskLoop(tokens, edits, at, close);
    return;
  }
  if (bits & LOOP) {
    if (startsStatement(tokens, at)) maskLoop(tokens, edits, at, close);
    return;
  }
  if ((after !== WORD && after !== CLOSE_BRACE) || !startsStatement(tokens, at)) return;
  if (after === WORD && !text.slice(tokens.end[close], tokens.start[close + 1]).includes('\n')) {
    // `ARRAY_OF(struct page, 4) pages;`: the macro is a type.
    if (declares(kind[close + 2] as number)) joinType(text, tokens, edits, at, close);
    return;
  }
  if (after === WORD && indentation(text, tokens.start[close + 1] as number) > indentation(text, tokens.start[at] as number)) {
    maskLoop(tokens, edits, at, close);
    return;
  }
  putSemicolon(text, tokens, edits, close);
}

/**
 * Puts a semicolon behind a token that ends a statement without one. It goes where white space or a preprocessor line is; a line end is the
 * last choice, but keeps the statement from running on.
 */
function putSemicolon(text: string, tokens: Tokens, edits: Edits, behind: number): void {
  const from = tokens.end[behind] as number;
  const to = tokens.start[behind + 1] as number;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 47) break;
    if (code === 10) continue;
    edits.put(at, at + 1, ';');
    return;
  }
  if (from < to) edits.put(from, from + 1, ';');
}

/** A word that is a statement by itself: a macro, without semicolon, before a keyword that begins the next statement. */
function endsWithoutSemicolon(tokens: Tokens, at: number): boolean {
  const next = tokens.kind[at + 1];
  if (next === WORD && tokens.kind[at + 2] === COLON && tokens.kind[at + 3] !== COLON) {
    // The next statement has a label.
  } else if (next === WORD) {
    if ((bitsOf(tokens.id[at + 1] as number) & STATEMENT) === 0 || bitsOf(tokens.id[at + 1] as number) & (NO_CALL | ASM)) return false;
  } else if (next !== CLOSE_BRACE) {
    return false;
  }
  return startsStatement(tokens, at);
}

/** Do the arguments of this macro hold statements or a declaration: `D1(if (x) y();)`, `IFDEBUG(char name[8])`? */
function holdsStatements(tokens: Tokens, at: number, close: number): boolean {
  const { kind, id } = tokens;
  const first = at + 2;
  if (kind[first] === OPEN_BRACE) return kind[close + 1] !== OPEN_BRACE && (tokens.match[first] as number) === close - 1 && startsStatement(tokens, at);
  if (kind[first] !== WORD) return false;
  const bits = bitsOf(id[first] as number);
  if (bits & (CONTROL | LOOP)) return kind[first + 1] === OPEN_PAREN && (tokens.match[first + 1] as number) < close - 1 && startsStatement(tokens, at);
  return (bits & TYPE) !== 0 && kind[first + 1] === WORD && (kind[first + 2] === OPEN_BRACKET || kind[first + 2] === EQUALS) && startsStatement(tokens, at);
}

/** What follows the name in a declaration. */
function declares(kind: number): boolean {
  return kind === SEMICOLON || kind === EQUALS || kind === COMMA || kind === OPEN_BRACKET;
}

/** Two words side by side among arguments, none of them part of a type: macros for strings that are joined. */
function joinsStrings(tokens: Tokens, at: number): boolean {
  for (let word = at; word < at + 2; word++) {
    if (bitsOf(tokens.id[word] as number) & ~(UNDERSCORES | LOOP)) return false;
  }
  const before = tokens.kind[at - 1];
  const after = tokens.kind[at + 2];
  return (before === COMMA || before === OPEN_PAREN || before === WORD) && (after === COMMA || after === OPEN_PAREN || after === CLOSE_PAREN);
}

/** Turns an iteration macro's name into `while`; its arguments stay as the condition. */
function maskLoop(tokens: Tokens, edits: Edits, at: number, close: number): void {
  const start = tokens.start[at] as number;
  const end = tokens.end[at] as number;
  const keyword = end - start >= 5 ? 'while' : 'if';
  if (close === at + 2) {
    // Without arguments there is no condition to keep.
    edits.put(start, tokens.end[close] as number, keyword + '(1)');
  } else {
    edits.put(start, end, keyword);
  }
}

/** Can a statement begin at this token, which stands directly in a block? */
function startsStatement(tokens: Tokens, at: number): boolean {
  const before = tokens.kind[at - 1];
  if (before === SEMICOLON || before === OPEN_BRACE || before === CLOSE_BRACE || before === COLON || before === OPEN_PAREN) return true;
  if (before === WORD) return isWord(tokens, at - 1, 'else') || isWord(tokens, at - 1, 'do');
  if (before !== CLOSE_PAREN) return false;
  // `if (x) for_each(...)`, and a macro statement without semicolon before this one.
  return tokens.kind[(tokens.match[at - 1] as number) - 1] === WORD;
}

/** What a brace encloses: statements, or the entries of an initialiser or a type. */
function braceKind(tokens: Tokens, at: number, here: number): number {
  const before = tokens.kind[at - 1];
  if (before === OPEN_PAREN || before === SEMICOLON || before === CLOSE_BRACE || before === COLON) return here === LIST ? LIST : BLOCK;
  if (before === OPEN_BRACE) return here === BLOCK ? BLOCK : LIST;
  if (before === WORD) return bitsOf(tokens.id[at - 1] as number) & STATEMENT ? BLOCK : LIST;
  if (before !== CLOSE_PAREN || here !== BLOCK) return LIST;
  // `return (struct range){ a, b };` is a value; `if (...) {` and `for_each_x(...) {` head a block.
  const head = (tokens.match[at - 1] as number) - 1;
  if (head < 0 || tokens.kind[head] !== WORD) return LIST;
  const bits = bitsOf(tokens.id[head] as number);
  return bits & STATEMENT && !(bits & CONTROL) ? LIST : BLOCK;
}

/** Does this parenthesis hold the arguments of a call or macro (and not a prototype's parameters, a condition, a cast)? */
function takesArguments(tokens: Tokens, at: number, here: number): boolean {
  if (tokens.kind[at - 1] !== WORD) return false;
  const bits = bitsOf(tokens.id[at - 1] as number);
  if (bits & (STATEMENT | CONTROL | NO_CALL | ASM | TYPE | TAG)) return false;
  // `int name(struct page *page);` inside a body is a prototype.
  if (here === BLOCK && tokens.kind[at - 2] === WORD) return (bitsOf(tokens.id[at - 2] as number) & (STATEMENT | STORAGE)) !== 0;
  return true;
}

/** Masks what no expression can be among the arguments: types, operators, statements. Returns the last token that needs no further look. */
function argument(text: string, tokens: Tokens, edits: Edits, before: number): number {
  const { kind, id } = tokens;
  const first = before + 1;
  const token = kind[first] as number;
  if (token === WORD) {
    const bits = bitsOf(id[first] as number);
    if (bits & STATEMENT) {
      const name = spelling(id[first] as number);
      if (name === 'return' || name === 'goto') blankTokens(tokens, edits, first, first);
      else if (name === 'break' || name === 'continue') edits.put(tokens.start[first] as number, tokens.end[first] as number, name.slice(0, -1) + '_');
      return before;
    }
    const last = typeEnd(tokens, first);
    if (last < 0 || ((bits & (TYPE | TAG | STORAGE)) === 0 && kind[last] !== STAR)) return before;
    joinType(text, tokens, edits, first, last);
    return last;
  }
  if (token === CLOSE_PAREN && kind[before] === COMMA) {
    blankTokens(tokens, edits, before, before);
    return before;
  }
  if (token === COMMA) {
    // An empty argument.
    const start = tokens.end[before] as number;
    if ((tokens.start[first] as number) > start && text.charCodeAt(start) === 32) edits.put(start, start + 1, '0');
    return before;
  }
  if (token === OPEN_BRACKET) {
    // `[name] "r" (value)`: an operand of inline assembly.
    let last = first;
    while (last < tokens.count && kind[last] !== COMMA && kind[last] !== CLOSE_PAREN) last = closing(tokens, last) + 1;
    edits.put(tokens.start[first] as number, tokens.end[last - 1] as number, '0');
    return last - 1;
  }
  let last = first;
  while (isOperator(kind[last] as number)) last++;
  if (last > first && (kind[last] === COMMA || kind[last] === CLOSE_PAREN)) {
    edits.put(tokens.start[first] as number, tokens.end[last - 1] as number, '_'.repeat((tokens.end[last - 1] as number) - (tokens.start[first] as number)));
    return last - 1;
  }
  return before;
}

/** Last token of an argument that is made of words and stars only, or -1. */
function typeEnd(tokens: Tokens, first: number): number {
  let at = first;
  while (tokens.kind[at] === WORD && tokens.kind[at + 1] !== OPEN_PAREN) at++;
  while (tokens.kind[at] === STAR) at++;
  while (tokens.kind[at] === WORD && tokens.kind[at + 1] !== OPEN_PAREN) at++;
  return tokens.kind[at] === COMMA || tokens.kind[at] === CLOSE_PAREN ? at - 1 : -1;
}

function isOperator(kind: number): boolean {
  return '<>=!+-*/&|%^~'.includes(String.fromCharCode(kind));
}

/** Macros beside a string literal are strings as well: blanked, because the grammar reads few of the mixtures. */
function maskNeighbours(tokens: Tokens, edits: Edits, at: number, mark: number): void {
  const { kind, match, id } = tokens;
  let before = at - 1;
  while (before > 0) {
    if (kind[before] === WORD && (bitsOf(id[before] as number) & (STATEMENT | ASM)) === 0) {
      blankTokens(tokens, edits, before, before);
      before--;
    } else if (kind[before] === CLOSE_PAREN && (match[before] as number) > 0 && kind[(match[before] as number) - 1] === WORD
      && (bitsOf(id[(match[before] as number) - 1] as number) & (STATEMENT | CONTROL)) === 0 && kind[at - 1] === CLOSE_PAREN) {
      edits.erase(tokens.start[(match[before] as number) - 1] as number, tokens.end[before] as number, mark);
      before = (match[before] as number) - 2;
    } else {
      break;
    }
  }
  let after = at + 1;
  while (kind[after] === WORD && (bitsOf(id[after] as number) & STATEMENT) === 0) {
    const close = kind[after + 1] === OPEN_PAREN ? (match[after + 1] as number) : after;
    if (close < after) break;
    blankTokens(tokens, edits, after, close);
    after = close + 1;
  }
}

/**
 * The template of inline assembly becomes an empty string, because macros may build it; macros among the operands are blanked for the same
 * reason. Returns the last token that needs no further look.
 */
function maskAssembly(text: string, tokens: Tokens, edits: Edits, at: number, last: number): number {
  const { kind, match, id } = tokens;
  const name = spelling(id[at] as number);
  if (name === 'asm_volatile_goto') edits.put(tokens.start[at] as number, tokens.end[at] as number, 'asm volatile goto');
  else if (name.startsWith('asm_')) edits.put(tokens.start[at] as number, tokens.end[at] as number, 'asm');
  let open = at + 1;
  while (open < last && kind[open] === WORD) open++;
  const close = kind[open] === OPEN_PAREN ? (match[open] as number) : -1;
  if (close < 0 || close > last) return at;
  if (kind[at - 1] === WORD && (bitsOf(id[at - 1] as number) & STATEMENT) === 0) {
    // `register long first asm("r0") = a;`
    blankTokens(tokens, edits, at, close);
    return close;
  }
  let section = 0;
  for (let inner = open + 1; inner < close; inner++) {
    const first = inner;
    if (section === 0) {
      while (inner < close && kind[inner] !== COLON) inner = closing(tokens, inner) + 1;
      if (inner > first) edits.put(tokens.start[first] as number, tokens.end[inner - 1] as number, '""');
    }
    if (kind[inner] === COLON) section++;
    else if (kind[inner] === OPEN_PAREN || kind[inner] === OPEN_BRACKET) {
      inner = closing(tokens, inner);
      maskWords(text, tokens, edits, first + 1, inner);
    } else if (kind[inner] === WORD && section < 4) {
      if (kind[inner + 1] === OPEN_PAREN) inner = closing(tokens, inner + 1);
      if (kind[inner + 1] === COMMA) inner++;
      blankTokens(tokens, edits, first, inner);
    }
  }
  return close;
}

/** The partner of an opening bracket; any other token itself. */
function closing(tokens: Tokens, at: number): number {
  return Math.max(at, tokens.match[at] as number);
}

/** `offsetof(struct x, a.b[2])` becomes `sizeof(struct x)` in the same room: a constant that reads nothing. */
function maskOffset(tokens: Tokens, edits: Edits, at: number, close: number): number {
  let comma = at + 2;
  while (comma < close && tokens.kind[comma] !== COMMA) comma++;
  edits.put(tokens.start[at] as number, tokens.end[at] as number, 'sizeof');
  if (comma < close) edits.put(tokens.start[comma] as number, tokens.start[close] as number);
  return close;
}

/** `case 1 ... 4:`: the range becomes one name, because the grammar knows no ranges. Returns the last token that needs no further look. */
function maskRange(text: string, tokens: Tokens, edits: Edits, at: number): number {
  const { kind, start, end } = tokens;
  let colon = at + 1;
  let dots = 0;
  for (; colon < at + 40 && kind[colon] !== COLON && kind[colon] !== SEMICOLON && colon < tokens.count; colon++) if (kind[colon] === DOT) dots++;
  if (dots < 3 || kind[colon] !== COLON) return at;
  const from = start[at + 1] as number;
  edits.put(from, end[colon - 1] as number, 'range'.padEnd(firstLine(text, from, end[colon - 1] as number) - from, '_'));
  return colon - 1;
}

function isWord(tokens: Tokens, at: number, word: string): boolean {
  return at >= 0 && tokens.kind[at] === WORD && spelling(tokens.id[at] as number) === word;
}

/** Width of the white space that the token's line begins with; tabs count as eight. */
function indentation(text: string, offset: number): number {
  let at = text.lastIndexOf('\n', offset - 1) + 1;
  let width = 0;
  for (;;) {
    const code = text.charCodeAt(at++);
    if (code === 9) width = (width | 7) + 1;
    else if (code === 32) width++;
    else return width;
  }
}
