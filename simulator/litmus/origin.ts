/**
 * Where a line of a scenario comes from. A scenario that was made of a kernel's own code ends such a line with a comment, `/* mm/hugetlb.c:6162 *\/`: the file,
 * relative to the root of the tree, and the line. It moves with the line when the scenario is edited.
 */

/** A line (from 1) of a file of a kernel tree. */
export interface Origin {
  readonly file: string;
  readonly line: number;
}

const comment = /\/\*\s*([\w+-][\w./+-]*\.[chS]):(\d{1,7})\s*\*\/\s*$/;

/** Origin of the statement at this offset of a scenario's text. A statement of several lines may have its comment on any of them. */
export function originAt(text: string, offset: number): Origin | undefined {
  for (let start = text.lastIndexOf('\n', offset - 1) + 1; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const line = text.slice(start, newline < 0 ? text.length : newline).trimEnd();
    const found = comment.exec(line);
    if (found) return { file: found[1]!, line: Number(found[2]) };
    // Here the statement ends, or something else begins.
    if (newline < 0 || /[;{}:]\s*(?:\/\*.*\*\/)?$/.test(line)) return undefined;
    start = newline + 1;
  }
  return undefined;
}
