/** Finds out in idle time what editors ask about open documents, so that it is there when they do: first around the place that was asked about last. */
import { CancellationTokenSource, type Position } from 'vscode-languageserver/node';
import type { Feature } from './feature';

/** Where the reader was last, by document. */
const places = new Map<string, Position>();

/** The client asked about this place. */
export function noteReader(uri: string, position: Position): void {
  places.set(uri, position);
}

export const lookingAhead: Feature = ({ documents, delivery, log }) => {
  const running = new Map<string, CancellationTokenSource>();
  // What was found out before stays known as long as it is true.
  delivery.onFindings((uri) => {
    running.get(uri)?.cancel();
    running.delete(uri);
    const document = documents.get(uri);
    if (document === undefined) places.delete(uri);
    if (document === undefined || !delivery.settings().enable) return;
    const source = new CancellationTokenSource();
    running.set(uri, source);
    const place = places.get(uri) ?? { line: 0, character: 0 };
    delivery.ask(uri, (analysis, path) => analysis.lookAhead(path, document.offsetAt(place)), source.token, 'idle').then(undefined, (error: unknown) => log.failure('Looking ahead', error));
  });
  return {};
};
