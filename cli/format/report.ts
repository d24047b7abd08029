/** A finding as it would stand in a commit message: plain text, at most 75 columns, no tabs. */
import type { Finding } from '../../analyzer/findings/finding';
import { renderText } from '../../simulator/present/text';
import type { Proof } from '../../witness/prove';
import type { FixProof } from '../../witness/prove-fix';
import { verdictOf } from '../../witness/verdict';
import { wrap } from '../markdown';
import { provenWords, replayBlocks } from './fix-proof';
import { printable } from './gcc';

const WIDTH = 75;

export function reportText(finding: Finding, proof: Proof, fix: FixProof | undefined): string {
  const [first = '', ...rest] = finding.message.split('\n');
  const { file, line } = finding.location;
  const parts = [
    paragraph(`${first}${/[.!?]$/.test(first) ? '' : '.'}`),
    ...rest.filter((text) => text.trim() !== '').map(paragraph),
    ...(proof.verdict === 'confirmed' ? schedule(proof) : [pathOf(finding)]),
    ...(fix ? fixOf(fix) : []),
    paragraph(`Found in ${finding.function}() at ${file}:${line} by mm-review [${finding.rule}]. ${verdictOf(proof).words}${proof.verdict === 'confirmed' ? ' Sequentially consistent interleavings; weak memory is not explored.' : ''}`),
  ];
  return `${parts.map((part) => part.replace(/\n$/, '')).join('\n\n')}\n`;
}

function schedule({ examination: { explanation, diagram } }: Extract<Proof, { verdict: 'confirmed' }>): string[] {
  return [...(explanation ? [paragraph(explanation.sentence)] : []), ...(diagram ? [renderText(diagram)] : [])];
}

/** The analyzer's path, where there is no schedule to show. */
function pathOf({ steps }: Finding): string {
  return steps.map(({ location, message }) => wrap(printable(`${location.file}:${location.line}: ${message.split('\n', 1)[0] ?? ''}`), WIDTH, '  ', '      ')).join('\n');
}

function fixOf(fix: FixProof): string[] {
  if (fix.verdict === 'no fix') return [];
  const title = `A ${fix.fix.safety === 'safe' ? '' : 'suggested '}fix: ${fix.fix.title.slice(0, 1).toLowerCase()}${fix.fix.title.slice(1)}.`;
  if (fix.verdict === 'not proven') return [paragraph(`${title} It is not proven: ${fix.reason}.`)];
  return [paragraph(title), ...replayBlocks(fix), provenWords(fix)];
}

const paragraph = (text: string): string => wrap(printable(text), WIDTH, '');
