/** What a kernel's files declare: functions and macros with their numbers of arguments, constants. Read with the project's own lexer. */
import { Edits } from '../../parser/edits';
import { lex } from '../../parser/lexer';
import { spelling } from '../../parser/names';
import { directiveEnd, directiveName } from '../../parser/preprocessor';
import { CLOSE_BRACE, COMMA, EQUALS, OPEN_BRACE, OPEN_BRACKET, OPEN_PAREN, SEMICOLON, Tokens, WORD } from '../../parser/tokens';

/** Number of arguments of a variadic macro or function. */
export const anyNumber = -1;

export interface Symbol {
  /** Numbers of arguments with which it is defined or declared; empty for what is no function. */
  readonly arities: ReadonlySet<number>;
  /** Other names that it stands for: `#define a b`. */
  readonly aliases: ReadonlySet<string>;
  /** Is it an enumerator, or a macro without arguments? */
  readonly isConstant: boolean;
  /** Files that define or declare it. */
  readonly files: ReadonlySet<string>;
}

interface Draft extends Symbol {
  readonly arities: Set<number>;
  readonly aliases: Set<string>;
  isConstant: boolean;
  readonly files: Set<string>;
}

export interface SymbolIndex {
  add(file: string, text: string): void;
  get(name: string): Symbol | undefined;
  names(): readonly string[];
  /** Numbers of arguments under this name and those that it stands for. */
  aritiesOf(name: string): ReadonlySet<number>;
}

/** An empty index of the symbols that `wanted` accepts, and of what they stand for. */
export function createSymbolIndex(wanted: (name: string) => boolean): SymbolIndex {
  const symbols = new Map<string, Draft>();
  const tokens = new Tokens();

  function draft(name: string, file: string): Draft {
    let found = symbols.get(name);
    if (found === undefined) symbols.set(name, (found = { arities: new Set(), aliases: new Set(), isConstant: false, files: new Set() }));
    found.files.add(file);
    return found;
  }

  function aritiesOf(name: string, seen: ReadonlySet<string> = new Set()): ReadonlySet<number> {
    const found = symbols.get(name);
    if (found === undefined || seen.has(name)) return new Set();
    return new Set([...found.arities, ...[...found.aliases].flatMap((alias) => [...aritiesOf(alias, new Set([...seen, name]))])]);
  }

  return {
    add(file, text) {
      for (const { name, params, body } of definesOf(text)) {
        const isAlias = params === undefined && /^[A-Za-z_]\w*$/.test(body);
        if (!wanted(name) && !isAlias) continue;
        if (params !== undefined) draft(name, file).arities.add(argumentCount(params));
        else if (isAlias && body !== name) draft(name, file).aliases.add(body);
        else if (body !== name) draft(name, file).isConstant = true;
      }
      lex(text, tokens, new Edits(), new Map());
      readDeclarations(tokens, text, (name, arity) => draft(name, file).arities.add(arity), (name) => (draft(name, file).isConstant = true), wanted);
    },
    get: (name) => symbols.get(name),
    names: () => [...symbols.keys()],
    aritiesOf: (name) => aritiesOf(name),
  };
}

interface Define {
  readonly name: string;
  readonly params?: string;
  readonly body: string;
}

function definesOf(text: string): readonly Define[] {
  const found: Define[] = [];
  for (const { index, 0: hash } of text.matchAll(/^[ \t]*#/gm)) {
    const start = index + hash.length - 1;
    if (directiveName(text, start) !== 'define') continue;
    const line = text.slice(start, directiveEnd(text, start)).replace(/\/\*[^]*?\*\/|\\\r?\n/g, ' ');
    const parts = /^#\s*define\s+(\w+)(?:\(([^)]*)\))?\s*([^]*)$/.exec(line);
    if (parts !== null) found.push({ name: parts[1]!, params: parts[2], body: parts[3]!.trim() });
  }
  return found;
}

function argumentCount(list: string): number {
  if (list.includes('...')) return anyNumber;
  return list.trim() === '' || list.trim() === 'void' ? 0 : list.split(',').length;
}

/** Walks the declarations at file level: heads of functions, defined or only declared, and the enumerators of enums. */
function readDeclarations(tokens: Tokens, text: string, onFunction: (name: string, arity: number) => void, onEnumerator: (name: string) => void, wanted: (name: string) => boolean): void {
  const { kind, match } = tokens;
  const word = (at: number): string => (kind[at] === WORD ? spelling(tokens.id[at] as number) : '');
  let first = 0;
  let hasValue = false;
  for (let at = 0; at < tokens.count; at++) {
    const here = kind[at];
    if (here === SEMICOLON) {
      first = at + 1;
      hasValue = false;
    } else if (here === EQUALS) {
      hasValue = true;
    } else if (here === OPEN_PAREN) {
      const close = match[at] as number;
      if (close < 0) continue;
      const name = word(at - 1);
      if (!hasValue && at - 1 > first && wanted(name)) onFunction(name, parameterCount(tokens, text, at, close));
      at = close;
    } else if (here === OPEN_BRACE) {
      const close = match[at] as number;
      if (close < 0) continue;
      if (!hasValue) {
        if (isEnum(first, at)) readEnumerators(at, close);
        first = close + 1;
      }
      at = close;
    } else if (here === CLOSE_BRACE) {
      first = at + 1;
    }
  }

  /** `enum name {`, and no function that returns one. */
  function isEnum(from: number, brace: number): boolean {
    let found = false;
    for (let at = from; at < brace; at++) {
      if (kind[at] === OPEN_PAREN) return false;
      if (word(at) === 'enum') found = true;
    }
    return found;
  }

  function readEnumerators(open: number, close: number): void {
    let begins = true;
    for (let at = open + 1; at < close; at++) {
      const name = word(at);
      if (begins && wanted(name)) onEnumerator(name);
      begins = kind[at] === COMMA;
      if ((kind[at] === OPEN_PAREN || kind[at] === OPEN_BRACKET) && (match[at] as number) > at) at = match[at] as number;
    }
  }
}

function parameterCount({ kind, start, end, match }: Tokens, text: string, open: number, close: number): number {
  const list = text.slice(end[open], start[close]);
  if (/\.\.\.\s*$/.test(list)) return anyNumber;
  if (close === open + 1 || (close === open + 2 && list.trim() === 'void')) return 0;
  let commas = 0;
  for (let at = open + 1; at < close; at++) {
    if (kind[at] === COMMA) commas++;
    if (kind[at] === OPEN_PAREN && (match[at] as number) > at) at = match[at] as number;
  }
  return commas + 1;
}
