/** Values of C literals. */

const suffix = /[uUlL]+$/;
const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, e: 27 };

/** The value of an integer constant, with the sign that the grammar takes for a part of it; undefined for floats and for what a double cannot hold exactly. */
export function integerValue(text: string): number | undefined {
  if (text.startsWith('-')) {
    const value = integerValue(text.slice(1));
    return value === undefined ? undefined : 0 - value;
  }
  const digits = text.replace(suffix, '');
  let value: number;
  if (/^0[xX][0-9a-fA-F]+$/.test(digits) || /^0[bB][01]+$/.test(digits)) value = Number(digits);
  else if (/^0[0-7]*$/.test(digits)) value = parseInt(digits, 8);
  else if (/^[1-9][0-9]*$/.test(digits)) value = Number(digits);
  else return undefined;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The value of a character constant such as `'a'` or `'\n'`. */
export function characterValue(text: string): number | undefined {
  const inner = text.slice(text.indexOf("'") + 1, -1);
  if (!inner.startsWith('\\')) return inner.codePointAt(0);
  const code = inner.slice(1);
  if (/^[0-7]{1,3}$/.test(code)) return parseInt(code, 8);
  if (/^x[0-9a-fA-F]+$/.test(code)) return parseInt(code.slice(1), 16);
  return escapes[code] ?? code.codePointAt(0);
}
