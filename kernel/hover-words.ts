/** From the plain text of an entry to Markdown. */

/**
 * Entries hold plain text, also those that somebody else's tree brings along: it may not become a link, a picture or another paragraph. Identifiers are set as
 * code: they stand out, and their underscores are no emphasis.
 */
export function inWords(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.replace(/\w+(?:->\w+)*(?:\(\))?|[\\`*{}[\]<>#|]/g, (found, at: number) => {
    const end = at + found.length;
    if (isIdentifier(found) && !/[\w/.:&=?%-]/.test(line.charAt(at - 1)) && line.charAt(end) !== '/') return `\`${found}\``;
    return found.replace(/\W|_/g, '\\$&').replace('\\(\\)', '()');
  });
}

/** Words of prose have no underscore, no arrow and no parentheses behind them. */
function isIdentifier(word: string): boolean {
  return /[A-Za-z]/.test(word) && /_|->|\(/.test(word);
}
