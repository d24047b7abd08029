/** A proof as text, in the width of a commit message, and as JSON. */
import type { Attempt } from '../../witness/prove';
import { count, scheduleOf, statesOf, verdictOf } from '../../witness/verdict';
import type { Examination } from '../../simulator/examine';
import { renderText } from '../../simulator/present/text';
import { paletteFor } from '../colour';
import type { Host } from '../host';
import { wrap } from '../markdown';
import type { Told } from '../prove';
import { fixBlocks, fixJson } from './fix-proof';
import { printable } from './gcc';

const WIDTH = 75;

/** What was found, whether it can happen, the schedule or what was tried, and what was taken for granted. */
export function proofText(told: Told, host: Host): string {
  const palette = paletteFor(host.stdout, host.env);
  const { proof, assembled } = told.proven;
  const paint = proof.verdict === 'confirmed' ? palette.warning : proof.verdict === 'not reached' ? palette.info : palette.note;
  const parts = [
    `${palette.bold(headOf(told))}\n${paint(wrap(printable(verdictOf(proof).words), WIDTH, ''))}`,
    ...(proof.verdict === 'confirmed' ? confirmed(proof.examination) : []),
    ...(told.fix === undefined ? [] : fixBlocks(told.fix, told.hunks)),
    ...(proof.verdict === 'not reached' ? [wrap(triedText(proof.attempts, proof.untried), WIDTH, '')] : []),
    ...(assembled !== undefined && assembled.assumptions.length > 0 ? [list('Left open, because the machine cannot tell:', assembled.assumptions)] : []),
    ...(assembled !== undefined && assembled.bounds.length > 0 ? [list('Bounds:', assembled.bounds)] : []),
    ...(proof.attempts.length > 0 ? [wrap(`Explored ${count(proof.attempts.length, 'program')}, ${count(statesOf(proof.attempts), 'state')}; sequentially consistent interleavings, weak memory is not explored.`, WIDTH, '')] : []),
  ];
  return parts.map((part) => (part.endsWith('\n') ? part : `${part}\n`)).join('\n');
}

/** The same for programs: the scenario is in it, and everything that was tried. */
export function proofJson(told: Told): object {
  const { proof, assembled } = told.proven;
  const { about } = told;
  return {
    rule: about.rule,
    ...('location' in about
      ? { file: about.location.file, line: about.location.line, function: about.function, message: about.message, fingerprint: about.fingerprint }
      : { file: about.file, line: about.line, function: about.function, call: about.call }),
    verdict: proof.verdict,
    reason: proof.verdict === 'unresolved' ? proof.reason : null,
    witness: proof.verdict === 'confirmed' ? witnessJson(proof.examination) : null,
    attempts: proof.attempts,
    fix: fixJson(told.fix),
    assumptions: assembled?.assumptions ?? [],
    bounds: assembled?.bounds ?? [],
    scenario: assembled?.text ?? null,
  };
}

function headOf({ about }: Told): string {
  if ('location' in about) return `${about.location.file}:${about.location.line}: ${printable(about.message.split('\n', 1)[0] ?? '')} [${about.rule}]`;
  return `${about.file}:${about.line}: ${about.call}() in ${about.function}() [${about.rule}]`;
}

function confirmed(examination: Examination): string[] {
  const { diagram, explanation } = examination;
  const lines = originsOf(examination).map(({ n, at, text }) => `  ${String(n).padStart(3)}  ${at}  ${text}`);
  return [
    ...(explanation ? [wrap(explanation.sentence, WIDTH, '')] : []),
    ...(diagram ? [renderText(diagram)] : []),
    ...(lines.length > 0 ? [`On these lines:\n${lines.join('\n')}`] : []),
  ];
}

/** The steps of the witness that are the user's own lines, in the order of the schedule. */
function originsOf(examination: Examination): { readonly n: number; readonly at: string; readonly text: string; readonly file: string; readonly line: number }[] {
  const rows = scheduleOf(examination).flatMap(({ n, place, text }) => (place ? [{ n, at: `${place.file}:${place.line}`, text, ...place }] : []));
  const width = Math.max(0, ...rows.map(({ at }) => at.length));
  return rows.map((row) => ({ ...row, at: row.at.padEnd(width) }));
}

function witnessJson(examination: Examination): object {
  const { exploration, selection } = examination;
  return {
    property: exploration.witness?.property, steps: exploration.witness?.schedule.length, preemptions: exploration.preemptions ?? null,
    world: selection.variant, adversaries: selection.adversaries.map(({ name }) => name), schedule: exploration.witness?.schedule,
    lines: originsOf(examination).map(({ n, file, line, text }) => ({ step: n, file, line, text })),
  };
}

/** Which adversaries were there, and in which worlds the place was reached. */
function triedText(attempts: readonly Attempt[], untried: number): string {
  const single = [...new Set(attempts.filter(({ adversaries }) => adversaries.length === 1).flatMap(({ adversaries }) => adversaries))];
  const pairs = attempts.filter(({ adversaries }) => adversaries.length === 2).length;
  const reached = [...new Set(attempts.filter((attempt) => attempt.reached).map(({ world }) => world))];
  const worlds = [...new Set(attempts.map(({ world }) => world))];
  const left = untried === 0 ? '' : `, ${count(untried, 'pair')} left out`;
  return `Tried alone, beside ${single.length === 0 ? 'nobody: no library thread changes what it reads' : single.join(', ')}${pairs === 0 ? '' : `, and beside ${count(pairs, 'pair')} of them${left}`}. The place was reached in ${reached.length} of ${count(worlds.length, 'world')}: ${reached.join(', ')}.`;
}

function list(title: string, items: readonly string[]): string {
  return `${title}\n${items.map((item) => wrap(item, WIDTH, '    ').trimEnd().replace(/^ {4}/, '  - ')).join('\n')}`;
}
