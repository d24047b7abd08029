/** A proof for those who only want to know how it ended: a sentence, and the schedule as steps with their lines. */
import { originAt, type Origin } from '../simulator/litmus/origin';
import type { Examination } from '../simulator/examine';
import type { Attempt, Proof } from './prove';

export interface Verdict {
  readonly kind: Proof['verdict'];
  /** In plain text: `Confirmed: 9 steps, 1 preemption beside migration. Private hugetlb mapping.` */
  readonly words: string;
  /** The schedule that confirms it, without the choices that were left open; empty when nothing was confirmed. */
  readonly steps: readonly ScheduleStep[];
  /** Threads that take part in it, in the order of their columns. */
  readonly threads: readonly { readonly name: string; readonly title: string }[];
}

/** One step of a schedule. */
export interface ScheduleStep {
  /** Its number in the whole schedule, from 1. */
  readonly n: number;
  /** `P0`. */
  readonly thread: string;
  readonly function: string;
  /** As C, or as `pte_ = huge_ptep_get(ptep)` where a name had to be changed; `handle_mm_fault(): ...` where our own words stand for what a line calls. */
  readonly text: string;
  /** Where it stands in the tree; undefined for library threads and for accesses of userspace. */
  readonly place: Origin | undefined;
}

export function verdictOf(proof: Proof): Verdict {
  const examination = proof.verdict === 'confirmed' ? proof.examination : undefined;
  const steps = examination ? scheduleOf(examination) : [];
  const names = new Set(steps.map(({ thread }) => thread));
  const threads = (examination?.program.threads ?? []).filter(({ name }) => names.has(name)).map(({ name, title }) => ({ name, title }));
  return { kind: proof.verdict, words: wordsOf(proof), steps, threads };
}

/** The steps of the examination's schedule. What was left open happens on no line in particular, and is none. */
export function scheduleOf({ program, trace, scenario }: Examination): ScheduleStep[] {
  return (trace?.steps ?? []).flatMap(({ move, step }, index) => {
    const thread = program.threads[move.thread];
    const at = thread?.steps[step];
    if (!thread || !at || at.kind === 'choose') return [];
    const own = at.file === undefined ? originAt(scenario.text, at.span.start) : undefined;
    const call = at.file === undefined && !own ? callAround(scenario.text, at.functions) : undefined;
    const [name, text] = call ? [call.caller, `${call.callee}(): ${at.text}`] : [at.functions.at(-1) ?? thread.name, at.text];
    return [{ n: index + 1, thread: thread.name, function: name, text, place: own ?? call?.place }];
  });
}

/** The line of the tree that calls what our own words stand for, the innermost one; undefined where there is none, or one of several. */
function callAround(text: string, functions: readonly string[]): { readonly caller: string; readonly callee: string; readonly place: Origin } | undefined {
  for (let inner = functions.length - 1; inner > 0; inner--) {
    const [caller, callee] = [functions[inner - 1]!, functions[inner]!];
    const head = new RegExp(`^static [^;{}]*\\b${caller}\\([^;{}]*\\)\\n\\{\\n`, 'm').exec(text);
    if (!head) continue;
    const from = head.index + head[0].length;
    const body = text.slice(from, text.indexOf('\n}', from));
    const places = [...body.matchAll(new RegExp(`\\b${callee}\\(`, 'g'))].map((match) => originAt(text, from + match.index));
    const [place] = places;
    if (place && places.every((other) => other?.file === place.file && other.line === place.line)) return { caller, callee, place };
  }
  return undefined;
}

/** How many states all attempts together had. */
export const statesOf = (attempts: readonly Attempt[]): number => attempts.reduce((sum, attempt) => sum + attempt.states, 0);

function wordsOf(proof: Proof): string {
  switch (proof.verdict) {
    case 'confirmed': {
      const { exploration, selection, scenario } = proof.examination;
      const { preemptions, witness } = exploration;
      const race = preemptions === undefined ? '' : preemptions === 0 ? ', no race needed: one order suffices' : `, ${count(preemptions, 'preemption')}`;
      const beside = selection.adversaries.length === 0 ? '' : ` beside ${selection.adversaries.map(({ name }) => name).join(' and ')}`;
      const world = scenario.variants.find(({ name }) => name === selection.variant)?.title ?? selection.variant;
      return `Confirmed: ${count(witness?.schedule.length ?? 0, 'step')}${race}${beside}. ${world.slice(0, 1).toUpperCase()}${world.slice(1)}.`;
    }
    case 'not reached': return 'Not reached: no schedule violates what the rule is about. That does not silence it.';
    case 'unresolved': return `Unresolved: ${proof.reason}.`;
  }
}

/** `1 step`, `2 steps`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
