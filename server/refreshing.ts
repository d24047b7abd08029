/** Has the client ask again for what it draws from facts, when these have changed without its document. */
import { CancellationTokenSource, type CancellationToken, type ProtocolRequestType0 } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { FunctionFacts } from '../analyzer/spots/facts';
import type { Span } from '../parser/ir';
import type { FeatureContext } from './feature';
import type { Settings } from './settings';

export interface Refresh {
  /** The client was told what comes of these facts of a part of a document; of all of it when no part is named. Where more is to come, it is asked for at once. */
  drawn(uri: string, part: Span | undefined, facts: readonly FunctionFacts[], isWhole: boolean): void;
}

export interface RefreshOptions {
  /** Does the user want it at all? */
  isOn(settings: Settings): boolean;
  /** Undefined when the client cannot be asked. */
  readonly request: ProtocolRequestType0<void, void, void, void> | undefined;
  /** What the client sees of the facts. */
  textOf(document: TextDocument, facts: readonly FunctionFacts[]): string;
}

/** Changes that follow each other closely are one. */
const REFRESH_MS = 200;

interface Drawn {
  readonly version: number;
  readonly part: Span | undefined;
  readonly text: string;
}

export function refreshing({ connection, documents, delivery, log }: FeatureContext, { isOn, request, textOf }: RefreshOptions): Refresh {
  const drawn = new Map<string, Drawn>();
  if (request === undefined) return { drawn: () => undefined };
  const wanted = (): boolean => isOn(delivery.settings()) && delivery.settings().enable;
  let wasOn = wanted();
  let timer: NodeJS.Timeout | undefined;

  // Findings come after every check, and when the settings change: what they rest on may have changed in any file.
  delivery.onFindings((uri) => {
    if (documents.get(uri) === undefined) drawn.delete(uri);
    lookIn(REFRESH_MS);
  });

  function lookIn(milliseconds: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), milliseconds).unref();
  }

  async function look(): Promise<void> {
    const isNew = wanted() !== wasOn;
    wasOn = wanted();
    const source = new CancellationTokenSource();
    try {
      if (isNew || (wasOn && (await isOutdated(source.token)))) await connection.sendRequest(request!);
    } catch (error) {
      log.failure('Asking the client to draw again', error);
    }
  }

  async function isOutdated(token: CancellationToken): Promise<boolean> {
    for (const [uri, { version, part, text }] of drawn) {
      // Of a document that was edited the client asks by itself.
      if (documents.get(uri)?.version !== version) continue;
      const facts = await delivery.ask(uri, (analysis, path) => analysis.factsIn(path, part), token, 'next');
      const document = documents.get(uri);
      if (facts && document?.version === version && textOf(document, facts) !== text) return true;
    }
    return false;
  }

  return {
    drawn(uri, part, facts, isWhole) {
      const document = documents.get(uri);
      if (document) drawn.set(uri, { version: document.version, part, text: textOf(document, facts) });
      if (!isWhole) lookIn(0);
    },
  };
}
