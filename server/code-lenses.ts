/** Code lenses: collects what each source has to say of a document, in the order of its lines, and has them drawn anew when they change. */
import { CodeLensRefreshRequest, type CancellationToken, type CodeLens, type Connection } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { callersLenses } from './callers-lens';
import type { Feature, FeatureContext } from './feature';
import { isLitmus } from './litmus/document';
import { litmusLenses } from './litmus/lenses';
import { raceLenses } from './open-race';
import { pathLenses } from './show-places';
import { userfaultLenses } from './userfault-lens';

export interface LensSource {
  /** They are about findings: drawn anew when those change. */
  readonly ofFindings?: true;
  /** For litmus files; without it, for all others. */
  readonly litmus?: true;
  /** False when this client can do nothing with them. */
  usable(context: FeatureContext): boolean;
  lenses(document: TextDocument, context: FeatureContext, token: CancellationToken): readonly CodeLens[] | Promise<readonly CodeLens[]>;
}

/** Lenses of one line are shown in this order. */
const sources: readonly LensSource[] = [raceLenses, litmusLenses, pathLenses, userfaultLenses, callersLenses];

export const codeLenses: Feature = (context) => {
  const usable = sources.filter((source) => source.usable(context));
  if (usable.length === 0) return {};
  const { connection, documents, delivery, log } = context;
  connection.onCodeLens(async ({ textDocument }, token) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined || !isWanted(document, delivery)) return [];
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
  if (canRefresh(context)) refreshLenses(connection, delivery, usable.some(({ ofFindings }) => ofFindings === true));
  return { codeLensProvider: {} };
};

/** Changes that follow each other closely are one. */
const REFRESH_MS = 100;

const isWanted = (document: TextDocument, { settings }: FeatureContext['delivery']): boolean => settings().codeLens && (settings().enable || isLitmus(document));

/** Asks the client to draw its lenses anew when what is found in a document is not what it was, or when they are switched on or off. */
function refreshLenses(connection: FeatureContext['connection'], delivery: FeatureContext['delivery'], showsFindings: boolean): void {
  const drawn = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  delivery.onFindings((uri, findings) => {
    const lenses = !showsFindings ? [] : findings.map(({ function: name, scenario, rule, steps }) => [name, scenario, rule, ...steps.map((step) => step.location.line)].join(' '));
    const text = delivery.settings().enable && delivery.settings().codeLens ? ['on', ...lenses.sort()].join('\n') : 'off';
    if ((drawn.get(uri) ?? 'on') === text) return;
    drawn.set(uri, text);
    clearTimeout(timer);
    timer = setTimeout(() => void refreshCodeLenses(connection), REFRESH_MS).unref();
  });
}

/** Can the client be asked to draw its lenses anew? */
export const canRefresh = ({ capabilities }: FeatureContext): boolean => capabilities.workspace?.codeLens?.refreshSupport === true;

export async function refreshCodeLenses(connection: Connection): Promise<void> {
  try {
    await connection.sendRequest(CodeLensRefreshRequest.type);
  } catch {
    // The client is gone, or draws them when it likes to.
  }
}
