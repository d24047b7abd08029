/** Hover: what the kernel model says of the identifier under the cursor, and below it what is known of locks and entries there. */
import { MarkupKind, type Hover, type HoverParams } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Analysis } from '../analyzer/analysis';
import type { EntryFacts, FunctionFacts, Spot } from '../analyzer/spots/facts';
import type { Question } from './checker';
import type { Feature } from './feature';
import { isLitmus } from './litmus/document';
import { litmusHover } from './litmus/hover';
import { noteReader } from './look-ahead';
import { soon } from './patience';
import { callerWords, heldWords, snapshotWords } from './spot-words';

export const hovers: Feature = ({ connection, documents, engine, capabilities, delivery, log }) => {
  connection.onHover(async ({ textDocument, position }, token) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return null;
    if (isLitmus(document)) return litmusHover(document, position, engine, capabilities);
    const formats = capabilities.textDocument?.hover?.contentFormat;
    const kind = formats === undefined || formats.includes(MarkupKind.Markdown) ? MarkupKind.Markdown : MarkupKind.PlainText;
    const word = identifierAt(document.getText(), document.offsetAt(position));
    if (word === undefined) return null;
    const documentation = engine.describe(word.text, delivery.modelAt(textDocument.uri), delivery.versionAt(textDocument.uri));
    noteReader(textDocument.uri, position);
    const { version } = document;
    let known: string | undefined;
    try {
      const question: Question<Found | undefined> = (analysis, path) => ask(analysis, path, word);
      // Documentation does not wait long: at first the whole tree may have to be read.
      const found = await soon((within) => delivery.ask(textDocument.uri, question, within), token);
      // The function goes on being walked, so that the facts are there when they are asked for again.
      if (found === undefined && !token.isCancellationRequested) void delivery.ask(textDocument.uri, question, token, 'next').catch((error: unknown) => log.failure('Facts for a hover', error));
      // The facts are of the newest text: with another one the place is another.
      if (found !== undefined && documents.get(textDocument.uri)?.version === version) known = words(document, word, found, documentation !== undefined);
    } catch (error) {
      log.failure('Facts for a hover', error);
    }
    return hover(document, position, [documentation, known], kind);
  });
  return { hoverProvider: true };
};

interface Found {
  readonly facts: FunctionFacts;
  /** When the cursor is on the function's own head. */
  readonly entry: EntryFacts | undefined;
}

function* ask(analysis: Analysis, path: string, word: Word): Generator<undefined, Found | undefined> {
  const facts = yield* analysis.factsOf(path, word.start);
  if (facts === undefined) return undefined;
  const onHead = word.start < facts.start + facts.bodyStart && word.text === facts.function;
  return { facts, entry: onHead ? yield* analysis.entryFactsOf(path, word.start) : undefined };
}

/** What to say of the word; locks only where the word is about them: a function or constant that the model knows, an entry's value, a lock. */
function words(document: TextDocument, word: Word, { facts, entry }: Found, documented: boolean): string | undefined {
  if (entry !== undefined) return callerWords(entry);
  const text = document.getText();
  const spot = spotAt(facts, word.start);
  if (spot === undefined) return undefined;
  const expression = accessPath(text, word);
  const isTarget = spot.kind === 'assign' && /^[\w\s*.>-]*$/.test(text.slice(facts.start + spot.span.start, word.start));
  const snapshot = isTarget ? undefined : spot.snapshots.find((s) => s.variable === expression);
  const isLock = spot.locks.some((lock) => lock.lock === 'page-table lock' && lock.text === expression);
  if (!documented && snapshot === undefined && !isLock) return undefined;
  const lines = [heldWords(spot), snapshot && snapshotWords(snapshot, document.positionAt(facts.start + snapshot.readAt.start).line + 1)].filter((line) => line !== undefined);
  return lines.length === 0 ? undefined : lines.join('  \n');
}

/** The innermost statement, condition or call around an offset, before it is executed. */
export function spotAt(facts: FunctionFacts, offset: number): Spot | undefined {
  const at = offset - facts.start;
  let best: Spot | undefined;
  for (const spot of facts.spots) {
    if (spot.kind === 'other' || spot.span.start > at || at >= spot.span.end) continue;
    if (best === undefined || spot.span.end - spot.span.start < best.span.end - best.span.start) best = spot;
  }
  return best;
}

/** The word with what it is a field of: `vmf->orig_pte`. */
function accessPath(text: string, word: Word): string {
  const before = /(?:\w+\s*(?:->|\.)\s*)*$/.exec(text.slice(Math.max(0, word.start - 100), word.start))?.[0] ?? '';
  return before.replace(/\s+/g, '') + word.text;
}

/** The sections that there are, one below the other; nothing when there is none, or no word at the position. */
export function hover(document: TextDocument, position: HoverParams['position'], sections: readonly (string | undefined)[], kind: MarkupKind): Hover | null {
  const word = identifierAt(document.getText(), document.offsetAt(position));
  const value = sections.filter((section) => section !== undefined).join('\n\n');
  if (word === undefined || value === '') return null;
  return {
    contents: { kind, value: kind === MarkupKind.PlainText ? withoutMarkup(value) : value },
    range: { start: document.positionAt(word.start), end: document.positionAt(word.start + word.text.length) },
  };
}

/** For clients that draw Markdown as it is written. */
export function withoutMarkup(markdown: string): string {
  return markdown
    .replace(/\\([\\`*_{}[\]<>()#+.!|-])|\[`([^`]*)`\]\([^()\s]*\)|\*\*|`/g, (_, escaped: string | undefined, linked: string | undefined) => escaped ?? linked ?? '')
    .replace(/ {2}$/gm, '');
}

const WORD = /[A-Za-z0-9_]/;

interface Word {
  readonly text: string;
  readonly start: number;
}

/** The C identifier that holds or touches this offset. */
export function identifierAt(text: string, offset: number): Word | undefined {
  let start = offset;
  let end = offset;
  while (start > 0 && WORD.test(text.charAt(start - 1))) start--;
  while (end < text.length && WORD.test(text.charAt(end))) end++;
  if (start === end || /[0-9]/.test(text.charAt(start))) return undefined;
  return { text: text.slice(start, end), start };
}
