/** Changes of a text that remember where every character of the result comes from. */
import type { Span } from '../../parser/ir';

/** New text, or a part of the old one. Changes inside of such a part are made there, too. */
export type Piece = string | Span;

/** The text between the offsets becomes these pieces. */
export interface Edit extends Span {
  readonly pieces: readonly Piece[];
  /** New text between functions: its lines begin in the first column. Elsewhere they do not, as kernel code has it. */
  readonly isOutside?: boolean;
}

/** Edits that belong together. */
export type Site = readonly Edit[];

export interface Rewritten {
  readonly text: string;
  /** For each character of the text the offset that it had in the old one, or -1 for new text. */
  readonly origin: Int32Array;
  /** How many sites were rewritten. */
  readonly sites: number;
}

/** Makes the edits of as many sites as fit together, in their order of preference. */
export function rewrite(text: string, sites: readonly Site[]): Rewritten {
  const accepted: Edit[] = [];
  const siteOf = new Map<Edit, number>();
  let count = 0;
  for (const site of sites) {
    if (!site.every((edit) => accepted.every((other) => fit(edit, other)))) continue;
    accepted.push(...site);
    for (const edit of site) siteOf.set(edit, count);
    count++;
  }
  accepted.sort((a, b) => a.start - b.start || b.end - a.end);
  const parts: string[] = [];
  const origin: number[] = [];
  const copy = (start: number, end: number): void => {
    parts.push(text.slice(start, end));
    for (let at = start; at < end; at++) origin.push(at);
  };
  const render = (span: Span, within: Edit | undefined): void => {
    let at = span.start;
    for (let next = firstFrom(accepted, span.start); next < accepted.length; next++) {
      const edit = accepted[next]!;
      if (edit.start > span.end) break;
      // What a site moves elsewhere is not what it puts in its place.
      if (edit.start < at || edit.end > span.end || (within && siteOf.get(edit) === siteOf.get(within))) continue;
      copy(at, edit.start);
      for (const piece of edit.pieces) {
        if (typeof piece !== 'string') render(piece, edit);
        else {
          const added = edit.isOutside ? piece : piece.replace(/\n(?!\n)/g, '\n\t');
          parts.push(added);
          for (let i = 0; i < added.length; i++) origin.push(-1);
        }
      }
      at = edit.end;
    }
    copy(at, span.end);
  };
  render({ start: 0, end: text.length }, undefined);
  return { text: parts.join(''), origin: Int32Array.from(origin), sites: count };
}

/** The origins of a text that was rewritten twice. */
export function compose(first: Int32Array, second: Int32Array): Int32Array {
  return second.map((at) => (at < 0 ? -1 : first[at]!));
}

/** Can both be made? They do when they are apart, or when one is inside a part that the other keeps. */
function fit(a: Edit, b: Edit): boolean {
  if (a.start === b.start && a.end === b.end) return a.start === a.end;
  if (a.end <= b.start || b.end <= a.start) return true;
  return keeps(a, b) || keeps(b, a);
}

function keeps(outer: Edit, inner: Edit): boolean {
  return outer.pieces.some((piece) => typeof piece !== 'string' && piece.start <= inner.start && inner.end <= piece.end);
}

/** Index of the first edit that starts at the offset or behind it. */
function firstFrom(edits: readonly Edit[], offset: number): number {
  let [low, high] = [0, edits.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edits[middle]!.start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
