/** A proof as text, in the width of a commit message, and as JSON. */
import type { Attempt, Proof } from '../../witness/prove';
import { originAt } from '../../simulator/litmus/origin';
import type { Examination } from '../../simulator/examine';
import { renderText } from '../../simulator/present/text';
import { paletteFor } from '../colour';
import type { Host } from '../host';
import { wrap } from '../markdown';
import type { Told } from '../prove';
import { printable } from './gcc';

const WIDTH = 75;

/** What was found, whether it can happen, the schedule or what was tried, and what was taken for granted. */
export function proofText(told: Told, host: Host): string {
  const palette = paletteFor(host.stdout, host.env);
  const { proof, assembled } = told.proven;
  const paint = proof.verdict === 'confirmed' ? palette.warning : proof.verdict === 'not reached' ? palette.info : palette.note;
  const parts = [
    `${palette.bold(headOf(told))}\n${paint(titleOf(proof))}`,
    ...(proof.verdict === 'confirmed' ? confirmed(proof.examination) : []),
    ...(proof.verdict === 'not reached' ? [wrap(triedText(proof.attempts, proof.untried), WIDTH, '')] : []),
    ...(assembled !== undefined && assembled.assumptions.length > 0 ? [list('Left open, because the machine cannot tell:', assembled.assumptions)] : []),
    ...(assembled !== undefined && assembled.bounds.length > 0 ? [list('Bounds:', assembled.bounds)] : []),
    ...(proof.attempts.length > 0 ? [wrap(`Explored ${count(proof.attempts.length, 'program')}, ${count(states(proof.attempts), 'state')}; sequentially consistent interleavings, weak memory is not explored.`, WIDTH, '')] : []),
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
    assumptions: assembled?.assumptions ?? [],
    bounds: assembled?.bounds ?? [],
    scenario: assembled?.text ?? null,
  };
}

function headOf({ about }: Told): string {
  if ('location' in about) return `${about.location.file}:${about.location.line}: ${printable(about.message.split('\n', 1)[0] ?? '')} [${about.rule}]`;
  return `${about.file}:${about.line}: ${about.call}() in ${about.function}() [${about.rule}]`;
}

function titleOf(proof: Proof): string {
  switch (proof.verdict) {
    case 'confirmed': {
      const { exploration, selection, scenario } = proof.examination;
      const { preemptions, witness } = exploration;
      const race = preemptions === undefined ? '' : preemptions === 0 ? ', no race needed: one order suffices' : `, ${count(preemptions, 'preemption')}`;
      const beside = selection.adversaries.length === 0 ? '' : ` beside ${selection.adversaries.map(({ name }) => name).join(' and ')}`;
      const world = scenario.variants.find(({ name }) => name === selection.variant)?.title ?? selection.variant;
      return wrap(`Confirmed: ${count(witness?.schedule.length ?? 0, 'step')}${race}${beside}. ${world.slice(0, 1).toUpperCase()}${world.slice(1)}.`, WIDTH, '').trimEnd();
    }
    case 'not reached': return 'Not reached: no schedule violates what the rule is about. That does not silence it.';
    case 'unresolved': return wrap(`Unresolved: ${printable(proof.reason)}.`, WIDTH, '').trimEnd();
  }
}

function confirmed(examination: Examination): string[] {
  const { diagram, explanation } = examination;
  const lines = originsOf(examination).map(({ n, place, text }) => `  ${n.padStart(3)}  ${place}  ${text}`);
  return [
    ...(explanation ? [wrap(explanation.sentence, WIDTH, '')] : []),
    ...(diagram ? [renderText(diagram)] : []),
    ...(lines.length > 0 ? [`On these lines:\n${lines.join('\n')}`] : []),
  ];
}

/** The steps of the witness that are the user's own lines, in the order of the schedule. */
function originsOf({ program, trace, scenario }: Examination): { readonly n: string; readonly place: string; readonly text: string; readonly file: string; readonly line: number }[] {
  const rows = (trace?.steps ?? []).flatMap(({ move, step }, index) => {
    const at = program.threads[move.thread]?.steps[step];
    const origin = at && at.file === undefined ? originAt(scenario.text, at.span.start) : undefined;
    // What was left open happens on no line in particular.
    return at && origin && at.kind !== 'choose' ? [{ n: String(index + 1), place: `${origin.file}:${origin.line}`, text: at.text, file: origin.file, line: origin.line }] : [];
  });
  const width = Math.max(0, ...rows.map(({ place }) => place.length));
  return rows.map((row) => ({ ...row, place: row.place.padEnd(width) }));
}

function witnessJson(examination: Examination): object {
  const { exploration, selection } = examination;
  return {
    property: exploration.witness?.property, steps: exploration.witness?.schedule.length, preemptions: exploration.preemptions ?? null,
    world: selection.variant, adversaries: selection.adversaries.map(({ name }) => name), schedule: exploration.witness?.schedule,
    lines: originsOf(examination).map(({ n, file, line, text }) => ({ step: Number(n), file, line, text })),
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

const states = (attempts: readonly Attempt[]): number => attempts.reduce((sum, attempt) => sum + attempt.states, 0);

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
