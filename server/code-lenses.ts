/** Code lenses: collects what each source has to say of a document, in the order of its lines, and has them drawn anew when they change. */
import { CodeLensRefreshRequest, type CancellationToken, type CodeLens, type Connection } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Feature, FeatureContext } from './feature';
import { isLitmus } from './litmus/document';
import { litmusLenses } from './litmus/lenses';
import { raceLenses } from './open-race';

export interface LensSource {
  /** For litmus files; without it, for all others. */
  readonly litmus?: true;
  /** False when this client can do nothing with them. */
  usable(context: FeatureContext): boolean;
  lenses(document: TextDocument, context: FeatureContext, token: CancellationToken): readonly CodeLens[] | Promise<readonly CodeLens[]>;
}

/** Lenses of one line are shown in this order. */
const sources: readonly LensSource[] = [raceLenses, litmusLenses];

export const codeLenses: Feature = (context) => {
  const usable = sources.filter((source) => source.usable(context));
  if (usable.length === 0) return {};
  const { connection, documents, capabilities, delivery, log } = context;
  connection.onCodeLens(async ({ textDocument }, token) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return [];
    const found = await Promise.all(usable.filter((source) => isLitmus(document) === (source.litmus === true)).map(async (source) => {
      try {
        return await source.lenses(document, context, token);
      } catch (error) {
        log.failure('Code lenses', error);
        return [];
      }
    }));
    return found.flat().sort((a, b) => a.range.start.line - b.range.start.line);
  });
  if (capabilities.workspace?.codeLens?.refreshSupport === true) refreshLenses(connection, delivery);
  return { codeLensProvider: {} };
};

/** Changes that follow each other closely are one. */
const REFRESH_MS = 100;

/** Asks the client to draw its lenses anew when what is found in a document is not what it was. */
function refreshLenses(connection: FeatureContext['connection'], delivery: FeatureContext['delivery']): void {
  const drawn = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  delivery.onFindings((uri, findings) => {
    const text = findings.map(({ function: name, scenario }) => `${name} ${scenario}`).sort().join('\n');
    if ((drawn.get(uri) ?? '') === text) return;
    drawn.set(uri, text);
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(connection), REFRESH_MS).unref();
  });
}

async function refresh(connection: Connection): Promise<void> {
  try {
    await connection.sendRequest(CodeLensRefreshRequest.type);
  } catch {
    // The client is gone, or draws them when it likes to.
  }
}
