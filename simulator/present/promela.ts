/**
 * A program as a Promela model, so that SPIN can check what the explorer says. One atomic step is one transition:
 *
 * - The control of a thread is that of its process. A label stands for each step; a step is a selection of `d_step`s with conditions on the state before
 *   it, each followed by a `goto`, which costs no transition.
 * - A move that violates a property is an assertion that fails and changes nothing, so that nothing comes after it and no state is added.
 * - Threads do not die but park at an `end` label. SPIN would let processes die in the reverse order of their creation only, which makes more states.
 * - A deadlock is an invalid end state; where a thread may wait for ever, the label of its step begins with `end`.
 * - `exists` is asked by a process of its own, at `timeout`, which is when nothing else can move. Its move changes nothing either.
 *
 * So the states that SPIN stores are those that the explorer reaches by moves that violate nothing. The depth of an error in SPIN's message is the number
 * of steps of a deadlock and of `exists`; that of any other violation, whose last move counts, is one less.
 */
import { PROPERTIES } from '../explorer/properties';
import type { Program, PropertyId } from '../machine/program';
import { comment, globalsText } from './promela/declarations';
import { layoutOf, placeName, propertyName, type Layout } from './promela/layout';
import { assertion, dStep, endedAtStart, processText } from './promela/process';

export interface PromelaOptions {
  /** Stands in the comment at the top. */
  readonly name?: string;
  /**
   * The properties to ask; all unless given. Violations of others end a schedule and are not reported. Deadlocks are SPIN's own business: `pan -E` does
   * not ask for them.
   */
  readonly properties?: readonly PropertyId[];
}

/** Text for `spin -a`. The comment at its top says how to run it. */
export function toPromela(program: Program, options: PromelaOptions = {}): string {
  const layout = layoutOf(program, options.properties);
  const threads = program.threads.map((_, thread) => processText(layout, thread));
  const parts = [head(options.name), globalsText(layout, endedAtStart(layout)), ...threads, finalText(layout)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The property whose assertion failed, by the number that `pan` prints for its name: `assertion violated  !(3)`. */
export function assertedProperty(number: number): PropertyId | undefined {
  // SPIN numbers the names of an mtype from the last one.
  return PROPERTIES[PROPERTIES.length - number];
}

function head(name: string | undefined): string {
  const lines = [
    ...(name === undefined ? [] : [comment(name), '']),
    'One transition is one atomic step. For the states and the shortest counterexamples of the explorer:',
    '  spin -o1 -o2 -o3 -a MODEL && gcc -O2 -DBFS -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -c0',
    'A pointer is the number of the shared word it points to plus one.',
  ];
  return `/*\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n\nmtype = { ${PROPERTIES.map(propertyName).join(', ')} };`;
}

/** Asks of final states what SPIN cannot ask by itself. */
function finalText(layout: Layout): string {
  const last = ['timeout', `ended == ${layout.program.threads.length}`];
  const choices = layout.exists.flatMap(({ conditions, outcome }) =>
    (outcome.kind === 'violation' && layout.asks(outcome.property) ? [`  :: ${dStep(layout, last, conditions, [assertion(layout, outcome.property)])}`] : []));
  const stuck = layout.places.flatMap((places, thread) => places.mixed.map((step) => `${placeName(thread)} == ${places.value(step)}`));
  if (stuck.length > 0 && layout.asks('deadlock')) choices.push(`  :: ${dStep(layout, ['timeout', `(${stuck.join(' || ')})`], [], [assertion(layout, 'deadlock')])}`);
  if (choices.length === 0) return '';
  return ['active proctype Final() {\t/* what final states are asked */', 'end_watch:', '  do', ...choices, '  od', '}'].join('\n');
}
