/** A verdict in words, for diagnostics and for whoever asked for it. */
import { count } from '../checker';
import { listed } from '../../simulator/present/property-words';
import type { NotReached } from './outcome';
import type { Confirmed, ProvenLine, Verdict } from './verdict';

/** What the message of a finding says of its verdict: only what makes it weigh more. `confirmed by an interleaving of 11 steps with page migration` */
export function messageWords({ proof }: Verdict): string | undefined {
  return proof.kind === 'confirmed' ? confirmedWords(proof) : undefined;
}

/** The verdict in a sentence without its full stop. */
export function verdictWords({ proof, bounds }: Verdict): string {
  switch (proof.kind) {
    case 'confirmed': return confirmedWords(proof);
    case 'not reached': return notReachedWords(proof, bounds);
    case 'unresolved': return `not decided: ${proof.reason}`;
  }
}

/** `step 9 of 26, page fault: pte = huge_ptep_get(ptep) → none` */
export function scheduleWords({ step, who, words }: ProvenLine, steps: number): string {
  return `step ${step} of ${steps}${who === null ? '' : `, ${who}`}: ${words}`;
}

function confirmedWords({ steps, adversaries, needsNoRace }: Confirmed): string {
  const company = adversaries.length === 0 ? '' : ` with ${listed(adversaries.map(({ title }) => title)) ?? ''}`;
  return `confirmed by an interleaving of ${count(steps, 'step')}${company}${needsNoRace ? ', no race needed' : ''}`;
}

/** It names what was tried: whoever reads it judges what that is worth. */
function notReachedWords({ tried, pairs, untried, states }: NotReached, bounds: readonly string[]): string {
  const company = tried.length === 0 ? 'no library thread changes what it reads' : `with ${listed(tried) ?? ''}`;
  const more = pairs === 0 ? '' : `, and with ${count(pairs, 'pair')} of them`;
  const left = untried === 0 ? '' : `; ${count(untried, 'pair')} left out`;
  const limits = bounds.length === 0 ? '' : `; ${bounds.join(', ')}`;
  return `no interleaving was found that goes wrong, alone ${tried.length === 0 ? `(${company})` : `or ${company}${more}`} (${count(states, 'state')}${left}${limits}); that does not make it safe`;
}
