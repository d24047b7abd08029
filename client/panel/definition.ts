/** Where a function begins in C of the kernel's style, for files that no language server of ours is asked about. */

/** The line (from 1) of a function's head; undefined when the text does not define it. A prototype is no definition. */
export function definitionLine(text: string, name: string): number | undefined {
  const head = new RegExp(`^(?:[A-Za-z_][\\w\\s*(),]*[\\s*])?${name.replace(/\W/g, '\\$&')}\\s*\\(`, 'gm');
  for (const match of text.matchAll(head)) {
    // What was matched may begin lines above, with the type.
    const at = match.index + match[0].search(new RegExp(`${name.replace(/\W/g, '\\$&')}\\s*\\($`));
    if (/[;{=]/.exec(text.slice(at))?.[0] === '{') return text.slice(0, at).split('\n').length;
  }
  return undefined;
}
