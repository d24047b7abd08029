/** A thread as a process. */
import type { Exp, PropertyId, Stmt } from '../../machine/program';
import type { Alternative, Outcome } from './alternatives';
import { bodyText } from './body-text';
import { comment, declaration } from './declarations';
import { conjunctText, statementsText } from './expressions';
import { placeName, propertyName, type Layout } from './layout';

export function processText(layout: Layout, thread: number): string {
  const { name, title } = layout.program.threads[thread]!;
  const locals = layout.used.filter((word) => layout.program.words[word]!.thread === thread && !layout.isGlobal(word));
  const lines = [
    `active proctype ${layout.threadNames[thread]}() {${name === title ? '' : `\t/* ${comment(title)} */`}`,
    ...locals.map((word) => `  ${declaration(layout, word)}`),
    ...startText(layout, thread, layout.starts[thread]!),
  ];
  for (const first of placesOf(layout, thread)) lines.push(...placeText(layout, thread, first));
  return [...lines, 'end_done:', '  false', '}'].join('\n');
}

/** How many threads are at the start where they may stay for ever. */
export function endedAtStart(layout: Layout): number {
  return layout.starts.filter((start, thread) => start.kind === 'goto' && layout.places[thread]!.mayStay(start.step)).length;
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
  if (start.kind === 'goto') return (placesOf(layout, thread)[0] ?? endOf(layout, thread)) === layout.places[thread]!.label(start.step) ? [] : [`  goto ${label(layout, thread, start.step)};`];
  return ['start:', '  if', `  :: ${dStep(layout, [], [], [start.kind === 'violation' ? assertion(layout, start.property) : ''])}; goto start`, '  fi;'];
}

/** For each label the first of its steps, in the order of the text. */
function placesOf(layout: Layout, thread: number): readonly number[] {
  const places = layout.places[thread]!;
  return [...layout.alternatives[thread]!.keys()].filter((step) => places.label(step) === step && places.sharing(step).some((other) => layout.alternatives[thread]![other] !== undefined));
}

/** Steps with one label. */
function placeText(layout: Layout, thread: number, first: number): string[] {
  const { steps } = layout.program.threads[thread]!;
  const parts = layout.places[thread]!.sharing(first).flatMap((step) => {
    const alternatives = layout.alternatives[thread]![step];
    if (alternatives === undefined) return [];
    const { functions, text } = steps[step]!;
    const note = `/* ${comment((functions.length > 0 ? `${functions.at(-1)}: ` : '') + text)} */`;
    return [{ note, choices: alternatives.map((alternative, index) => `:: ${alternativeText(layout, thread, step, first, alternative, index)}`) }];
  });
  const head = `${label(layout, thread, first)}:`;
  const choices = parts.flatMap((part) => part.choices);
  if (parts.length > 1) return [head, ...(choices.length === 0 ? ['  false;'] : ['  if', ...parts.flatMap(({ note, choices: own }) => [note, ...own].map((line) => `  ${line}`)), '  fi;'])];
  const noted = `${head}\t${parts[0]!.note}`;
  // A step without a way can never be taken: its guard is constant.
  if (choices.length === 0) return [noted, '  false;'];
  return choices.length === 1 ? [noted, `  if ${choices[0]!} fi;`] : [noted, '  if', ...choices.map((choice) => `  ${choice}`), '  fi;'];
}

/** Without a `goto` where the thread goes on to what stands below. */
function alternativeText(layout: Layout, thread: number, index: number, first: number, { conditions, effect, outcome }: Alternative, number: number): string {
  const places = layout.places[thread]!;
  const at = places.value(index);
  const where = at === 0 ? [] : [`${placeName(thread)} == ${at}`];
  if (outcome.kind === 'violation') return `${dStep(layout, where, conditions, [assertion(layout, outcome.property)])}; goto ${label(layout, thread, index)}`;
  const covered = effect.flatMap((statement) => coveredBy(layout, statement));
  const note = covered.length === 0 ? '' : ` /* ${comment(covered.join(', '))} */`;
  const leave = (step: number | 'end'): string[] => [...(places.value(step) === at ? [] : [`${placeName(thread)} = ${places.value(step)}`]), ...endedText(layout, thread, index, step)];
  const target = outcome.kind === 'goto' ? outcome.step : outcome.targets[0] ?? index;
  const step = outcome.kind === 'goto'
    ? dStep(layout, where, conditions, [statementsText(effect, layout.names), ...leave(target)])
    : dStep(layout, where, conditions, [bodyText(layout, effect, `S${index}`, number, leave, (property) => assertion(layout, property))]);
  const goes = places.label(target) === below(layout, thread, first) ? '' : `; goto ${label(layout, thread, target)}`;
  return `${step}${goes}${note}`;
}

function coveredBy(layout: Layout, statement: Stmt): string[] {
  if (statement.kind === 'if') return [...statement.then, ...statement.else].flatMap((inner) => coveredBy(layout, inner));
  return statement.kind === 'cover' ? [layout.program.labels[statement.label] ?? ''] : [];
}

/** The step whose text comes after that of another. */
function below(layout: Layout, thread: number, first: number): number {
  const all = placesOf(layout, thread);
  return all[all.indexOf(first) + 1] ?? endOf(layout, thread);
}

function endOf(layout: Layout, thread: number): number {
  return layout.program.threads[thread]!.steps.length;
}

/** Keeps the count of threads that may stay for ever, which only `exists` asks for. */
function endedText(layout: Layout, thread: number, from: number, to: number | 'end'): string[] {
  if (layout.exists.length === 0) return [];
  const change = Number(layout.places[thread]!.mayStay(to)) - Number(layout.places[thread]!.mayStay(from));
  return change === 0 ? [] : [change > 0 ? 'ended++' : 'ended--'];
}

/** A label that begins with `end` makes it legal to stay there for ever. */
function label(layout: Layout, thread: number, step: number | 'end'): string {
  const places = layout.places[thread]!;
  const first = places.label(step);
  if (first === endOf(layout, thread)) return 'end_done';
  return `${places.sharing(first).some((other) => places.mayStay(other)) ? 'end_' : ''}S${first}`;
}
