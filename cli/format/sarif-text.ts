/** Texts and names in a SARIF log. */

/** Messages quote C, where SARIF would see a place for an argument in `(pte_t){0}` (3.11.5) and a link in `table[i](2)` (3.11.6). */
export function literal(text: string): string {
  // Only where it matters: most viewers show escapes as they are.
  const braces = /\{\d+\}|\{\{|\}\}/.test(text) ? text.replace(/[{}]/g, '$&$&') : text;
  return /\]\(/.test(braces) ? braces.replace(/[[\]\\]/g, '\\$&') : braces;
}

/** Of a file, relative to the root. */
export function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}
