/** Inlay hints: where page-table locks begin and end to be held, and what a tested entry value is worth there. Off unless asked for. */
import { InlayHintRefreshRequest, LSPErrorCodes, ResponseError, type InlayHint } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Boundary, FunctionFacts, SnapshotUse } from '../analyzer/spots/facts';
import { createFactsToDraw } from './facts-to-draw';
import type { Feature } from './feature';
import { refreshing } from './refreshing';
import { lockWords, snapshotWords } from './spot-words';

/** Longer labels fall back to shorter words. */
const MAX_LABEL = 24;

export const inlayHints: Feature = (context) => {
  const { connection, documents, capabilities, delivery } = context;
  const canRefresh = capabilities.workspace?.inlayHint?.refreshSupport === true;
  const factsToDraw = createFactsToDraw(context, canRefresh);
  const refresh = refreshing(context, {
    isOn: (settings) => settings.inlayHints,
    request: canRefresh ? InlayHintRefreshRequest.type : undefined,
    textOf: (document, facts) => JSON.stringify(hintsOf(document, facts)),
  });
  connection.languages.inlayHint.on(async ({ textDocument, range }, token) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined || !delivery.settings().inlayHints || !delivery.settings().enable) return [];
    const { version } = document;
    const part = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
    const found = await factsToDraw(document, part, token);
    if (documents.get(textDocument.uri)?.version !== version) throw new ResponseError(LSPErrorCodes.ContentModified, 'the text has changed');
    if (found === undefined) return [];
    refresh.drawn(textDocument.uri, part, found.facts, found.isWhole);
    return hintsOf(document, found.facts);
  });
  return { inlayHintProvider: true };
};

/** The hints of these functions, in the order of the text. */
export function hintsOf(document: TextDocument, functions: readonly FunctionFacts[]): InlayHint[] {
  return functions.flatMap((facts) => [...lockHints(document, facts), ...snapshotHints(document, facts)])
    .sort((a, b) => a.position.line - b.position.line || a.position.character - b.position.character);
}

/** One for each line: what holds after a call says more than what holds before it. */
function lockHints(document: TextDocument, { start, boundaries }: FunctionFacts): InlayHint[] {
  const byLine = new Map<number, InlayHint>();
  for (const side of ['before', 'after'] as const) {
    for (const boundary of boundaries) {
      if (boundary.side !== side) continue;
      const hint = lockHint(document, start, boundary);
      byLine.set(hint.position.line, hint);
    }
  }
  return [...byLine.values()];
}

function lockHint(document: TextDocument, start: number, { span, side, lock, tested }: Boundary): InlayHint {
  const text = document.getText();
  const isAfter = side === 'after';
  return {
    position: isAfter ? document.positionAt(behind(text, start + span.end)) : document.positionAt(lineStart(text, start + span.start)),
    label: lockLabel(lock, tested, text.slice(start + span.start, start + span.end)),
    tooltip: lock === undefined ? 'No page-table lock is held from here on, on any path.'
      : lock.on === 'some paths' ? plain(`Held on some of the paths that lead here: ${lockWords(lock)}.`) : plain(`Held from here on: ${lockWords(lock)}.`),
    ...(isAfter ? { paddingLeft: true } : { paddingRight: true }),
  };
}

/** Where nobody tests the result the call cannot fail, as it could not before 6.5, or there is a bug that a hint is not there to find. */
function lockLabel(lock: Boundary['lock'], tested: boolean, call: string): string {
  if (lock === undefined) return 'no ptl';
  const name = lock.text.replace(/^&/, '') || 'ptl';
  const state = lock.on === 'some paths' ? 'on some paths' : !lock.ifTaken || !tested ? 'held' : /trylock/.test(call) ? 'if taken' : 'unless NULL';
  return `${name} ${state}`.length <= MAX_LABEL ? `${name} ${state}` : `ptl ${state}`;
}

/** Where a value that may be outdated is tested: the first time in each state. */
function snapshotHints(document: TextDocument, { start, uses }: FunctionFacts): InlayHint[] {
  const told = new Set<string>();
  const lines = new Set<string>();
  return uses.flatMap((use): InlayHint[] => {
    const label = useLabel(use);
    const position = document.positionAt(start + use.span.end);
    const [news, line] = [`${use.variable} ${use.readAt.start} ${use.state}`, `${use.variable} ${position.line}`];
    if (label === undefined || told.has(news) || lines.has(line)) return [];
    told.add(news);
    lines.add(line);
    return [{ position, label, tooltip: plain(snapshotWords(use, document.positionAt(start + use.readAt.start).line + 1)), paddingLeft: true }];
  });
}

function useLabel({ state }: SnapshotUse): string | undefined {
  switch (state) {
    case 'not rechecked': return 'lockless, not rechecked';
    case 'lock dropped': return 'lock dropped since';
    case 'recheck outdated': return 'recheck: lock dropped';
    case 'changed': return 'has changed since';
    case 'current': case 'rechecked': return undefined;
  }
}

/** Behind the semicolon that ends the statement, when nothing else is in between. */
function behind(text: string, end: number): number {
  return end + (/^[)\s]*;/.exec(text.slice(end, end + 20))?.[0].length ?? 0);
}

/** The first word of the line that holds the offset. */
function lineStart(text: string, offset: number): number {
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  return line + /^\s*/.exec(text.slice(line, offset))![0].length;
}

const plain = (markdown: string): string => markdown.replace(/`/g, '');
