/** Code actions: collects what each source has to offer for a place. */
import type { CodeActionKind} from 'vscode-languageserver/node';
import { type CancellationToken, type CodeAction, type CodeActionParams } from 'vscode-languageserver/node';
import type { Feature, FeatureContext } from './feature';
import { explainActions } from './explain-rule';
import { fixActions } from './fix-actions';
import { isLitmus } from './litmus/document';
import { litmusFixes } from './litmus/fixes';
import { raceActions } from './open-race';
import { proofActions } from './proof/actions';
import { silenceActions } from './silence-actions';

/** Offers actions for a place. The kinds that the client asks for have been looked at, by the source's own kinds. */
export interface ActionSource {
  /** For litmus files; without it, for all others. */
  readonly litmus?: true;
  readonly kinds: readonly CodeActionKind[];
  /** False when this client can do nothing with them. */
  usable(context: FeatureContext): boolean;
  offer(params: CodeActionParams, context: FeatureContext, token: CancellationToken): readonly CodeAction[] | Promise<readonly CodeAction[]>;
}

/** In the order in which editors show them. */
const sources: readonly ActionSource[] = [fixActions, proofActions, raceActions, silenceActions, explainActions, litmusFixes];

export const codeActions: Feature = (context) => {
  const usable = sources.filter((source) => source.usable(context));
  // Clients without literals only know commands.
  if (usable.length === 0 || !context.capabilities.textDocument?.codeAction?.codeActionLiteralSupport) return {};
  context.connection.onCodeAction(async (params, token) => {
    const document = context.documents.get(params.textDocument.uri);
    const inLitmus = document !== undefined && isLitmus(document);
    const wanted = usable.filter(({ kinds, litmus }) => inLitmus === (litmus === true) && kinds.some((kind) => isAskedFor(kind, params.context.only)));
    const offers = await Promise.all(wanted.map(async (source) => {
      try {
        return await source.offer(params, context, token);
      } catch (error) {
        context.log.failure('Code actions', error);
        return [];
      }
    }));
    return offers.flat();
  });
  return { codeActionProvider: { codeActionKinds: [...new Set(usable.flatMap(({ kinds }) => kinds))] } };
};

/** `quickfix` asks for `quickfix.race`, too; nothing given, or the empty kind, asks for everything. */
function isAskedFor(kind: CodeActionKind, only: readonly CodeActionKind[] | undefined): boolean {
  return only === undefined || only.some((asked) => asked === '' || kind === asked || kind.startsWith(`${asked}.`));
}
