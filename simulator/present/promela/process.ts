/** A thread as a process. */
import type { Exp, PropertyId, Step } from '../../machine/program';
import type { Alternative, Outcome } from './alternatives';
import { comment, declaration } from './declarations';
import { conjunctText, statementsText } from './expressions';
import { propertyName, type Layout } from './layout';

export function processText(layout: Layout, thread: number): string {
  const { name, title, steps } = layout.program.threads[thread]!;
  const locals = layout.used.filter((word) => layout.program.words[word]!.thread === thread && !layout.isGlobal(word));
  const lines = [
    `active proctype ${layout.threadNames[thread]}() {${name === title ? '' : `\t/* ${comment(title)} */`}`,
    ...locals.map((word) => `  ${declaration(layout, word)}`),
    ...startText(layout, thread, layout.starts[thread]!),
  ];
  for (const [index, step] of steps.entries()) {
    const alternatives = layout.alternatives[thread]![index];
    if (alternatives !== undefined) lines.push(...stepText(layout, thread, index, step, alternatives));
  }
  return [...lines, 'end_done:', '  false', '}'].join('\n');
}

/** How many threads are at the start where they may stay for ever. */
export function endedAtStart(layout: Layout): number {
  return layout.starts.filter((start, thread) => start.kind === 'goto' && mayStay(layout, thread, start.step)).length;
}

/** `assert` and the property's name; nothing when it is not asked. */
export function assertion(layout: Layout, property: PropertyId): string {
  return layout.asks(property) ? `assert(!${propertyName(property)})` : '';
}

/** A `d_step` that is possible where the conditions hold. */
export function dStep(layout: Layout, conditions: readonly string[], more: readonly Exp[], acts: readonly string[]): string {
  const guard = [...conditions, ...more.map((part) => conjunctText(part, layout.names))].join(' && ');
  const act = acts.filter((text) => text !== '').join('; ');
  return `d_step { ${guard !== '' && act !== '' ? `${guard} -> ${act}` : guard || act || 'true'} }`;
}

function startText(layout: Layout, thread: number, start: Outcome): string[] {
  if (start.kind === 'goto') return isFirst(layout, thread, start.step) ? [] : [`  goto ${label(layout, thread, start.step)};`];
  return ['start:', '  if', `  :: ${dStep(layout, [], [], [assertion(layout, start.property)])}; goto start`, '  fi;'];
}

function stepText(layout: Layout, thread: number, index: number, step: Step, alternatives: readonly Alternative[]): string[] {
  const where = step.functions.length > 0 ? `${step.functions.at(-1)}: ` : '';
  const head = `${label(layout, thread, index)}:\t/* ${comment(where + step.text)} */`;
  const choices = alternatives.map((alternative) => `:: ${alternativeText(layout, thread, index, alternative)}`);
  // A step without a way can never be taken: its guard is constant.
  if (choices.length === 0) return [head, '  false;'];
  return choices.length === 1 ? [head, `  if ${choices[0]!} fi;`] : [head, '  if', ...choices.map((choice) => `  ${choice}`), '  fi;'];
}

/** Without a `goto` where the thread goes on to what stands below. */
function alternativeText(layout: Layout, thread: number, index: number, { conditions, effect, outcome }: Alternative): string {
  if (outcome.kind === 'violation') return `${dStep(layout, [], conditions, [assertion(layout, outcome.property)])}; goto ${label(layout, thread, index)}`;
  const covered = effect.flatMap((statement) => (statement.kind === 'cover' ? [layout.program.labels[statement.label] ?? ''] : []));
  const note = covered.length === 0 ? '' : ` /* ${comment(covered.join(', '))} */`;
  const acts = [statementsText(effect, layout.names), endedText(layout, thread, index, outcome.step)];
  const step = dStep(layout, [], conditions, acts);
  const target = label(layout, thread, outcome.step);
  return `${step}${target === label(layout, thread, below(layout, thread, index)) ? '' : `; goto ${target}`}${note}`;
}

/** The step whose text comes after that of another. */
function below(layout: Layout, thread: number, index: number): number | 'end' {
  const found = layout.alternatives[thread]!.findIndex((alternatives, step) => step > index && alternatives !== undefined);
  return found < 0 ? 'end' : found;
}

/** Keeps the count of threads that may stay for ever, which only `exists` asks for. */
function endedText(layout: Layout, thread: number, from: number, to: number | 'end'): string {
  if (layout.exists.length === 0) return '';
  const change = Number(mayStay(layout, thread, to)) - Number(mayStay(layout, thread, from));
  return change === 0 ? '' : change > 0 ? 'ended++' : 'ended--';
}

function mayStay(layout: Layout, thread: number, step: number | 'end'): boolean {
  const found = stepAt(layout, thread, step);
  return found === undefined || found.mayWaitForever === true;
}

/** A label that begins with `end` makes it legal to stay there for ever. */
function label(layout: Layout, thread: number, step: number | 'end'): string {
  const found = stepAt(layout, thread, step);
  if (found === undefined) return 'end_done';
  return `${found.mayWaitForever === true ? 'end_' : ''}S${step}`;
}

function stepAt(layout: Layout, thread: number, step: number | 'end'): Step | undefined {
  return step === 'end' ? undefined : layout.program.threads[thread]!.steps[step];
}

function isFirst(layout: Layout, thread: number, step: number | 'end'): boolean {
  const first = layout.alternatives[thread]!.findIndex((alternatives) => alternatives !== undefined);
  return first < 0 || first === step;
}
