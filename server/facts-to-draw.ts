/**
 * Facts for what editors draw into the text and ask for after every edit. They come soon: of functions that have to be looked at again, what was known before is
 * drawn where it is now, as editors do by themselves until they hear more.
 */
import type { CancellationToken } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { FunctionFacts, FunctionPlace } from '../analyzer/spots/facts';
import type { Span } from '../parser/ir';
import type { FeatureContext } from './feature';
import { PATIENCE_MS } from './patience';

export interface FactsToDraw {
  readonly facts: readonly FunctionFacts[];
  /** False when some of them are from before, or not there yet. */
  readonly isWhole: boolean;
}

/** A function as it was when it was known. */
interface Before {
  readonly text: string;
  readonly facts: FunctionFacts;
}

/**
 * Asks for a part of a document; undefined when cancelled, or when the document is not open. A client that cannot be asked to draw again (`canRefresh`) gets what
 * is true now, however long that takes.
 */
export function createFactsToDraw({ delivery }: FeatureContext, canRefresh: boolean): (document: TextDocument, part: Span | undefined, token: CancellationToken) => Promise<FactsToDraw | undefined> {
  /** Of what was asked for last, by the function's name. */
  const lastOf = new WeakMap<TextDocument, ReadonlyMap<string, Before>>();
  return async (document, part, token) => {
    const end = canRefresh ? performance.now() + PATIENCE_MS : Infinity;
    const { version } = document;
    const found = await delivery.ask(document.uri, (analysis, path) => analysis.factsSoFar(path, part, () => performance.now() >= end), token);
    // With another text the places are others; nobody gets these facts.
    if (found === undefined || document.version !== version) return found && { facts: [], isWhole: false };
    const text = document.getText();
    const textOf = ({ start, length }: FunctionPlace): string => text.slice(start, start + length);
    const last = lastOf.get(document);
    const kept = new Map<string, Before>(found.known.map((facts) => [facts.function, { text: textOf(facts), facts }]));
    const moved = found.missing.flatMap((place) => {
      const before = last?.get(place.function);
      if (!before) return [];
      kept.set(place.function, before);
      return [moveFacts(before, textOf(place), place)];
    });
    lastOf.set(document, kept);
    return { facts: [...found.known, ...moved], isWhole: found.missing.length === 0 };
  };
}

/** What was known, as far as it is about text before or behind that which was changed. */
export function moveFacts({ text: before, facts }: Before, now: string, { start, length }: FunctionPlace): FunctionFacts {
  const [head, tail] = unchanged(before, now);
  const move = ({ start: from, end }: Span): Span | undefined => {
    const shift = now.length - before.length;
    return end <= head ? { start: from, end } : from >= before.length - tail ? { start: from + shift, end: end + shift } : undefined;
  };
  const moveAll = <T extends { readonly span: Span }>(all: readonly T[]): T[] => all.flatMap((one) => {
    const span = move(one.span);
    return span ? [{ ...one, span }] : [];
  });
  return {
    ...facts, start, length, spots: [],
    reads: moveAll(facts.reads),
    boundaries: moveAll(facts.boundaries),
    uses: moveAll(facts.uses).flatMap((use) => {
      const readAt = move(use.readAt);
      return readAt ? [{ ...use, readAt }] : [];
    }),
  };
}

/** How many characters are the same at the beginning, and how many others at the end. */
function unchanged(before: string, now: string): [number, number] {
  const most = Math.min(before.length, now.length);
  let head = 0;
  while (head < most && before[head] === now[head]) head++;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === now.at(-1 - tail)) tail++;
  return [head, tail];
}
