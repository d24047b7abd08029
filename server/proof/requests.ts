/** Proofs on request: of a finding as a client names it, as an answer or, for clients that only know commands, as a message. */
import { LSPErrorCodes, MessageType, ProgressType, RequestType, ResponseError, ShowMessageNotification, type CancellationToken, type ProgressToken } from 'vscode-languageserver/node';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { count } from '../checker';
import type { ServerCommand } from '../execute-command';
import type { Feature, FeatureContext } from '../feature';
import { showProgress } from '../progress';
import type { File } from '../race-answers';
import { isRecord } from '../settings';
import { capitalized } from '../../simulator/present/explain';
import { listed } from '../../simulator/present/property-words';
import type { ProofAnswer } from '../../simulator/present/race-view';
import type { Proofs, Proven } from './proofs';
import { parseFindingTarget, type FindingTarget } from './target';
import type { Verdict } from './verdict';
import { verdictWords } from './words';

/** Takes `{uri, fingerprint, progress?}`. */
export const proveRequest = new RequestType<unknown, ProofAnswer, void>('mmReview/prove');
/** How many programs were explored so far. */
const exploredProgress = new ProgressType<{ readonly explored: number }>();
/** Proves a finding, `{uri, fingerprint}`, and says what came of it. A client that announces it runs it itself. */
export const PROVE_FINDING = 'mmReview.proveFinding';

export const proveRequests: Feature = ({ connection, proofs, log }) => {
  connection.onRequest(proveRequest, async (params, token) => {
    const target = parseFindingTarget(params);
    if (target === undefined) return new ResponseError(LSPErrorCodes.RequestFailed, 'mmReview/prove takes {uri, fingerprint, progress?}');
    const progress = isRecord(params) && (typeof params.progress === 'string' || typeof params.progress === 'number') ? params.progress as ProgressToken : undefined;
    try {
      const proven = await proofs.prove(target, token, (explored) => {
        if (progress !== undefined) void connection.sendProgress(exploredProgress, progress, { explored });
      });
      return proven === undefined ? new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled') : answerOf(proven);
    } catch (error) {
      log.failure('Proving a finding', error);
      return new ResponseError(LSPErrorCodes.RequestFailed, `The finding could not be proven: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  return {};
};

export const proveFinding: ServerCommand = {
  name: PROVE_FINDING,
  usable: ({ commands }) => !commands.has(PROVE_FINDING),
  async run(argument, context, token) {
    const target = parseFindingTarget(argument);
    if (target === undefined) throw new ResponseError(LSPErrorCodes.RequestFailed, `${PROVE_FINDING} takes {uri, fingerprint}`);
    const proven = await withProgress(target, context, token);
    if (proven === undefined) return null;
    const answer = answerOf(proven);
    void context.connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Info, message: `${capitalized(answer.words)}.` });
    return answer;
  },
};

async function withProgress(target: FindingTarget, { connection, proofs, log }: FeatureContext, token: CancellationToken): Promise<Proven | string | undefined> {
  const progress = showProgress(connection, 'Proving a finding', log);
  const source = new CancellationTokenSource();
  const both = [token, progress.token].map((one) => one.onCancellationRequested(() => source.cancel()));
  try {
    progress.report(undefined, 'slicing');
    return await proofs.prove(target, source.token, (explored) => progress.report(undefined, `${count(explored, 'program')} explored`));
  } catch (error) {
    log.failure('Proving a finding', error);
    throw new ResponseError(LSPErrorCodes.RequestFailed, `The finding could not be proven: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    for (const one of both) one.dispose();
    progress.end();
  }
}

function answerOf(proven: Proven | string): ProofAnswer {
  if (typeof proven === 'string') return { verdict: null, words: proven, litmus: null };
  const { verdict } = proven;
  return { verdict: verdict.proof.kind, words: verdictWords(verdict), litmus: verdict.litmus };
}

/** The slice of a finding as a file to be explored; a sentence when there is none. */
export async function sliceOf(proofs: Proofs | undefined, target: FindingTarget, token: CancellationToken): Promise<File | string | undefined> {
  const proven = await proofs?.prove(target, token);
  if (proven === undefined || typeof proven === 'string') return proven;
  return toFile(proven.verdict);
}

function toFile(verdict: Verdict): File | string {
  const { litmus, proof } = verdict;
  if (litmus === null) return verdictWords(verdict);
  if (proof.kind !== 'confirmed') return { text: litmus, source: undefined };
  const company = listed(proof.adversaries.map(({ title }) => title)) ?? 'nobody';
  return { text: litmus, source: undefined, proven: { variant: proof.world, adversaries: proof.adversaries.map(({ name }) => name), words: `as in the proof: ${company}` } };
}
