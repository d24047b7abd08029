/** Shorter ways to write the C of a step, as kernel people do in diagrams: `old = huge_ptep_modify_prot_start()`. */

/** A call in a piece of C. */
export interface CallText {
  /** What stands before it: `old = `, or nothing. */
  readonly before: string;
  readonly callee: string;
  readonly arguments: readonly string[];
  readonly after: string;
}

/** The first call in the text that is not a keyword's parenthesis. */
export function callIn(text: string): CallText | undefined {
  for (const match of text.matchAll(/[A-Za-z_]\w*(?=\()/g)) {
    if (KEYWORDS.has(match[0])) continue;
    const open = match.index + match[0].length;
    const close = closingParenthesis(text, open);
    if (close === undefined) return undefined;
    return { before: text.slice(0, match.index), callee: match[0], arguments: splitArguments(text.slice(open + 1, close)), after: text.slice(close + 1) };
  }
  return undefined;
}

/** A text, and how much of it is lost: 0 for all of it. */
export interface Form {
  readonly text: string;
  readonly loss: number;
}

/**
 * The text in all its forms, best first: whole, with constants as the only arguments (`handle_userfault(VM_UFFD_MISSING)`), without arguments,
 * without what the value is assigned to. The call stays recognizable in each.
 */
export function forms(code: string): readonly Form[] {
  const text = onOneLine(code);
  const call = callIn(text);
  if (!call) return [{ text, loss: 0 }];
  const constants = call.arguments.filter((argument) => /^[A-Z][A-Z0-9_]*(\s*\|\s*[A-Z][A-Z0-9_]*)*$/.test(argument));
  const kept = `${call.callee}(${constants.join(', ')})${call.after}`;
  const bare = `${call.callee}()${call.after}`;
  const target = /^[\w.>[\]-]+ = $/.test(call.before);
  const emptied = constants.length > 0 ? 40 : 0;
  const all: Form[] = [
    { text, loss: 0 },
    { text: `${call.before}${kept}`, loss: 1 },
    ...(target ? [{ text: kept, loss: 3 }] : []),
    { text: `${call.before}${bare}`, loss: 1 + emptied },
    ...(target ? [{ text: bare, loss: 3 + emptied }] : []),
  ];
  return all.filter((form, index) => all.findIndex((other) => other.text === form.text) === index);
}

/** The text where there is room for a line: whole if it is short, otherwise in the first of its forms that is. */
export function shortForm(text: string, room = 44): string {
  const all = forms(text).filter((form) => callIn(form.text)?.before === callIn(text)?.before);
  return (all.find((form) => form.text.length <= room) ?? all.at(-1))?.text ?? text;
}

/** The name a step goes by where there is no room for more: its callee, or its text. */
export function shortName(text: string): string {
  return callIn(text)?.callee ?? onOneLine(text);
}

/** Statements may stand on several lines, with tabs. */
export function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** What the step's C assigns: `entry`, `vmf->orig_pte`. */
export function assigned(text: string): string | undefined {
  return /^([A-Za-z_][\w.>[\]-]*) = /.exec(text)?.[1];
}

const KEYWORDS = new Set(['if', 'while', 'for', 'switch', 'return', 'sizeof', 'do']);

function closingParenthesis(text: string, open: number): number | undefined {
  let depth = 0;
  for (let index = open; index < text.length; index++) {
    if (text[index] === '(') depth++;
    if (text[index] === ')' && --depth === 0) return index;
  }
  return undefined;
}

function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? '';
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  const last = text.slice(start).trim();
  return last === '' && parts.length === 0 ? [] : [...parts, last];
}
