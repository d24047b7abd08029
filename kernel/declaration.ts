/** A function or macro as it is declared: `pte_t *foo_lock(struct mm_struct *mm, spinlock_t **ptlp)` or just `foo_lock(mm, ptlp)`. */

export interface Declaration {
  readonly name: string;
  /** Names of the parameters; `...` is none. */
  readonly params: readonly string[];
  /** The list ends with `...`: more arguments may follow. */
  readonly open: boolean;
}

/** No declaration is longer, and the patterns here take their time with long texts. */
export const declarationLimit = 500;

/** Matches every text that `parseDeclaration` may accept: a name, and parameters in parentheses. */
export const declarationPattern = '^[^()]*\\w\\s*\\([^;{}]*\\)\\s*;?\\s*$';
const whole = new RegExp(declarationPattern);

/** Reads a declaration; a text where it is none. */
export function parseDeclaration(text: string): Declaration | string {
  const name = /^[^()]*?([A-Za-z_]\w*)\s*\(/.exec(text);
  if (!whole.test(text) || name === null) return 'this is no declaration of a function';
  const list = text.slice(name[0].length, text.lastIndexOf(')'));
  const params: string[] = [];
  const pieces = splitAtCommas(list);
  if (pieces === undefined) return 'the parentheses do not match';
  const open = pieces.at(-1) === '...';
  const named = open ? pieces.slice(0, -1) : pieces;
  for (const piece of named.length === 1 && (named[0] === '' || named[0] === 'void') ? [] : named) {
    const param = paramName(piece);
    if (param === undefined) return piece === '' ? 'a parameter is missing' : `the parameter '${piece}' has no name`;
    if (params.includes(param)) return `two parameters are called '${param}'`;
    params.push(param);
  }
  return { name: name[1]!, params, open };
}

/** `void (*done)(int)`, `unsigned long addr`, `char name[16]`, `addr`. */
function paramName(piece: string): string | undefined {
  return /\(\s*\*\s*([A-Za-z_]\w*)/.exec(piece)?.[1] ?? /([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)*$/.exec(piece)?.[1];
}

/** Commas in inner parentheses do not count. Undefined when those do not match. */
function splitAtCommas(list: string): string[] | undefined {
  const pieces: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < list.length; i++) {
    const c = list[i];
    if (c === '(') depth++;
    if (c === ')' && --depth < 0) return undefined;
    if (c !== ',' || depth > 0) continue;
    pieces.push(list.slice(start, i).trim());
    start = i + 1;
  }
  return depth > 0 ? undefined : [...pieces, list.slice(start).trim()];
}
