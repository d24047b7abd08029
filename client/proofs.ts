/** What the client asks the server about proofs: the names, and how answers are read. The server has its own; a test holds them together. */
import { isString, oneOf, orNull, record } from './panel/check';
import { isFindingTarget, type FindingTarget } from './panel/messages';
import type { ProofAnswer } from '../simulator/present/race-view';

export const PROVE_FINDING = 'mmReview.proveFinding';
export const OPEN_SLICE = 'mmReview.openSlice';
export const PROVE_METHOD = 'mmReview/prove';

const isProofAnswer = record<ProofAnswer>({ verdict: orNull(oneOf('confirmed', 'not reached', 'unresolved')), words: isString, litmus: orNull(isString) });

/** Reads an answer; one of another version's shape is none. */
export function parseProof(value: unknown): ProofAnswer {
  return isProofAnswer(value) ? value : { verdict: null, words: 'the language server is of another version; restart it', litmus: null };
}

/** What a command was called with: a finding as the server's actions name it. */
export function parseFindingTarget(argument: unknown): FindingTarget | undefined {
  return isFindingTarget(argument) ? { uri: argument.uri, fingerprint: argument.fingerprint } : undefined;
}

/** How many programs a report of progress speaks of. */
export function parseExplored(value: unknown): number | undefined {
  return typeof value === 'object' && value !== null && 'explored' in value && typeof value.explored === 'number' ? value.explored : undefined;
}

/** `Not decided: ...`: a message that begins with a sentence. */
export function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`;
}
