/** The fix of a confirmed finding: its lines, whether it is proven, and where it stops the schedule that failed. */
import type { Hunk } from '../../analyzer/fixes/hunks';
import { formatValue } from '../../simulator/machine/values';
import { fixDiagram, partingWords } from '../../simulator/present/fix';
import { renderText } from '../../simulator/present/text';
import type { FixProof } from '../../witness/prove-fix';
import { count, statesOf } from '../../witness/verdict';
import { wrap } from '../markdown';
import { printable } from './gcc';

const WIDTH = 75;

/** Blocks of text, at most 75 columns wide except for lines of the file itself. */
export function fixBlocks(proof: FixProof, hunks: readonly Hunk[]): string[] {
  if (proof.verdict === 'no fix') return ['No fix is known for it.'];
  const { fix } = proof;
  const blocks = [`${wrap(`Fix: ${fix.title}${fix.safety === 'safe' ? '' : ' (read it first)'}.`, WIDTH, '')}\n${changedLines(hunks)}`, ...(fix.safety === 'safe' ? [] : [wrap(fix.why, WIDTH, '')])];
  if (proof.verdict === 'not proven') return [...blocks, wrap(`It is not proven: ${printable(proof.reason)}.`, WIDTH, '')];
  return [...blocks, provenWords(proof), ...replayBlocks(proof)];
}

/** Where the failing schedule goes another way on the fixed code, in words and drawn. */
export function replayBlocks({ comparison }: Extract<FixProof, { verdict: 'proven' }>): string[] {
  return [wrap(partingWords(comparison), WIDTH, ''), renderText(fixDiagram(comparison, formatValue))];
}

/** What the proof says, with its size. */
export function provenWords({ attempts }: Extract<FixProof, { verdict: 'proven' }>): string {
  const worlds = new Set(attempts.map(({ world }) => world)).size;
  return wrap(`Proven for this slice: no violation in ${count(statesOf(attempts), 'state')} after the fix, in ${count(worlds, 'world')} and ${count(attempts.length, 'program')}. The place is still reached.`, WIDTH, '');
}

export function fixJson(proof: FixProof | undefined): object | null {
  if (proof === undefined || proof.verdict === 'no fix') return null;
  const { fix } = proof;
  const comparison = proof.verdict === 'proven' ? proof.comparison : undefined;
  const parting = comparison?.parting;
  return {
    title: fix.title, safety: fix.safety, why: fix.why,
    edits: fix.edits.map(({ location, start, end, text }) => ({ ...location, start, end, text })),
    verdict: proof.verdict,
    reason: proof.verdict === 'not proven' ? proof.reason : null,
    attempts: proof.attempts,
    replay: comparison && parting ? {
      parting: parting.kind, step: 'n' in parting ? parting.n : null, words: partingWords(comparison), outcome: comparison.outcome,
      common: comparison.common, schedule: comparison.trace.steps.map(({ move }) => move),
    } : null,
    scenario: proof.fixed?.assembled.text ?? null,
  };
}

/** Old and new lines with their place, as in a patch without context. Their tabs are kept, so that they can be found. */
function changedLines(hunks: readonly Hunk[]): string {
  return hunks.flatMap(({ file, line, removed, added }) => [`  ${printable(file)}:${line}`, ...removed.map((old) => `  -${printableLine(old)}`), ...added.map((fresh) => `  +${printableLine(fresh)}`)]).join('\n');
}

const printableLine = (line: string): string => line.split('\t').map(printable).join('\t');
