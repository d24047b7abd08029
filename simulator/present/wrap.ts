/** Fits pieces of C and sentences into narrow columns. */
import { forms } from './c-text';

/** The cost of breaking a word: more than that of anything else together. */
export const BROKEN = 1e6;

export interface Fitted {
  readonly lines: readonly string[];
  /** How much was lost by fitting: 0 when the whole text stands on one line, `BROKEN` and more when a word had to be broken. */
  readonly cost: number;
}

/** C in a column: shortened at its arguments if that makes it fit, else over several lines. */
export function fitCode(text: string, width: number): Fitted {
  const all = forms(text);
  const fitting = all.find((form) => form.text.length <= width);
  if (fitting) return { lines: [fitting.text], cost: fitting.loss };
  const shortest = all.reduce((best, form) => (form.text.length < best.text.length ? form : best));
  const wrapped = wrapWords(shortest.text, width, 4);
  return { lines: wrapped.lines, cost: shortest.loss + 8 + wrapped.cost };
}

/** A list that is broken between its items only. */
export function wrapList(items: readonly string[], width: number): Fitted {
  const lines: string[] = [];
  let line = '';
  items.forEach((item, index) => {
    const text = index < items.length - 1 ? `${item},` : item;
    if (line !== '' && line.length + 1 + text.length > width) {
      lines.push(line);
      line = '';
    }
    line += `${line === '' ? '' : ' '}${text}`;
  });
  if (line !== '') lines.push(line);
  return { lines, cost: (lines.some((text) => text.length > width) ? BROKEN : 0) + 10 * Math.max(0, lines.length - 1) };
}

/** Words over several lines, those after the first indented by `hang`; C may also be broken after an opening parenthesis or a comma, and around `->`. */
export function wrapWords(text: string, width: number, hang: number): Fitted {
  const lines: string[] = [];
  let line = '';
  let cost = 0;
  for (const piece of text.replace(/\s+/g, ' ').trim().split(/(?<= )|(?<=[(,])(?=[^ )])|(?=->)/)) {
    let rest = piece;
    while ((line + rest).trimEnd().length > width) {
      if (line.trim() !== '') {
        push();
        continue;
      }
      const room = Math.max(1, width - line.length);
      const underscore = rest.lastIndexOf('_', room - 1) + 1;
      const cut = underscore > room / 2 ? underscore : room;
      line += rest.slice(0, cut);
      rest = rest.slice(cut);
      cost += BROKEN;
      push();
    }
    line += rest;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return { lines, cost: cost + 10 * Math.max(0, lines.length - 1) };

  function push(): void {
    lines.push(line.trimEnd());
    line = ' '.repeat(Math.min(hang, Math.max(0, width - 8)));
  }
}
