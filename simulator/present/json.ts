/**
 * A schedule as JSON, to be kept, compared and replayed by others.
 *
 * docs/schedule-format.md says what each member means.
 *
 * What is read back is a claim and nothing more: `verify()` replays it.
 */
import type { Replay } from '../explorer/replay';
import type { Exploration, Move, Trace } from '../explorer/result';
import type { Program, PropertyId, WordId } from '../machine/program';
import { MEMORY_MODEL } from './explain';
import { valueText, wordName, type FormatValue } from './format';
import { PROPERTY_TITLES } from './property-words';
import { violatedProperty } from './slice';

export const JSON_VERSION = 1;

export interface JsonInput {
  readonly scenario: string;
  readonly variant: string;
  readonly program: Program;
  readonly exploration: Exploration;
  /** Of the witness; undefined without one. */
  readonly trace: Trace | undefined;
  readonly format: FormatValue;
  /** Line of an offset in the scenario's text, from 1. */
  readonly lineOf?: (offset: number) => number;
}

/** The text of the file, ended by a newline. */
export function renderJson(input: JsonInput): string {
  return `${JSON.stringify(toJson(input), undefined, 2)}\n`;
}

export function toJson({ scenario, variant, program, exploration, trace, format, lineOf }: JsonInput) {
  const { verdict, witness, limit, states, transitions, positive, negative, depth, preemptions } = exploration;
  const valueOf = (word: WordId, value: number) => ({ value, text: valueText(program, word, value, format) });
  const threadName = (thread: number): string => program.threads[thread]?.name ?? '?';
  return {
    version: JSON_VERSION,
    scenario,
    variant,
    property: (trace && violatedProperty(trace)) ?? witness?.property ?? null,
    verdict,
    memoryModel: MEMORY_MODEL,
    stats: { states, transitions, positive, negative, depth, limit: limit ?? null, preemptions: preemptions ?? null, contextSwitches: witness?.contextSwitches ?? null },
    threads: program.threads.map(({ name, title }) => ({ name, title })),
    words: program.words.map((word, id) => ({ name: wordName(program, id), kind: word.kind, scope: word.scope })),
    steps: (trace?.steps ?? []).map((traced, index) => {
      const step = program.threads[traced.move.thread]?.steps[traced.step];
      const after = trace?.states[index + 1];
      return {
        n: index + 1,
        thread: threadName(traced.move.thread),
        way: traced.move.way,
        label: step?.text ?? '',
        kind: step?.kind ?? 'other',
        function: step?.functions.at(-1) ?? null,
        span: step ? { start: step.span.start, end: step.span.end } : null,
        file: step?.file ?? null,
        line: step && step.file === undefined && lineOf ? lineOf(step.span.start) : null,
        reads: traced.reads.map((word) => wordName(program, word)),
        writes: traced.changes.map(({ word }) => wordName(program, word)),
        waiting: program.threads.flatMap(({ name }, thread) => (after?.threads[thread]?.kind === 'waits' ? [name] : [])),
        violated: traced.violated ?? null,
      };
    }),
    states: (trace?.states ?? []).map((state, index) => Object.fromEntries(state.words.flatMap((value, word) =>
      (index === 0 || trace?.states[index - 1]?.words[word] !== value ? [[wordName(program, word), valueOf(word, value)]] : [])))),
  };
}

/** What a file says. Threads are named, not numbered: their order is no part of the claim. */
export interface Claim {
  readonly scenario: string;
  readonly variant: string;
  readonly property: PropertyId | undefined;
  readonly moves: readonly { readonly thread: string; readonly way: number; readonly label: string }[];
}

/** Reads a file; without a claim there is at least one problem. */
export function fromJson(text: string): { readonly claim: Claim | undefined; readonly problems: readonly string[] } {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { claim: undefined, problems: [`This is no JSON: ${error instanceof Error ? error.message : String(error)}.`] };
  }
  if (!isRecord(data)) return { claim: undefined, problems: ['A schedule is an object.'] };
  if (data['version'] !== JSON_VERSION) return { claim: undefined, problems: [`Only version ${JSON_VERSION} can be read, this is ${JSON.stringify(data['version']) ?? 'without one'}.`] };
  const problems: string[] = [];
  const string = (name: string): string => {
    const value = data[name];
    if (typeof value !== 'string') problems.push(`"${name}" must be a string.`);
    return typeof value === 'string' ? value : '';
  };
  const property = data['property'];
  if (property !== null && property !== undefined && !isProperty(property)) problems.push(`There is no property ${JSON.stringify(property)}.`);
  const steps = data['steps'];
  if (!Array.isArray(steps)) problems.push('"steps" must be a list.');
  const moves = (Array.isArray(steps) ? steps : []).flatMap((step: unknown, index) => {
    if (!isRecord(step) || typeof step['thread'] !== 'string' || !Number.isInteger(step['way']) || typeof step['label'] !== 'string') {
      problems.push(`Step ${index + 1} must have "thread", "way" and "label".`);
      return [];
    }
    return [{ thread: step['thread'], way: Number(step['way']), label: step['label'] }];
  });
  const claim: Claim = { scenario: string('scenario'), variant: string('variant'), property: isProperty(property) ? property : undefined, moves };
  return { claim: problems.length === 0 ? claim : undefined, problems };
}

/** Replays what a file claims. The trace covers as much as could be replayed; each mismatch is a problem. */
export function verify(program: Program, claim: Claim, replay: (program: Program, schedule: readonly Move[]) => Replay): { readonly trace: Trace; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const schedule: Move[] = [];
  for (const [index, move] of claim.moves.entries()) {
    const thread = program.threads.findIndex(({ name }) => name === move.thread);
    if (thread < 0) {
      problems.push(`Step ${index + 1} is one of ${move.thread}, and the scenario has no such thread.`);
      break;
    }
    schedule.push({ thread, way: move.way });
  }
  const { trace, problem } = replay(program, schedule);
  if (problem !== undefined) problems.push(`The schedule cannot be replayed: ${problem}.`);
  for (const [index, traced] of trace.steps.entries()) {
    const text = program.threads[traced.move.thread]?.steps[traced.step]?.text;
    if (text === claim.moves[index]?.label) continue;
    problems.push(`Step ${index + 1} is said to be \`${claim.moves[index]?.label ?? ''}\`, but there the scenario has \`${text ?? ''}\`.`);
    break;
  }
  const found = violatedProperty(trace);
  if (problems.length === 0 && found !== claim.property) {
    problems.push(`The schedule is said to show ${claim.property === undefined ? 'nothing wrong' : `"${PROPERTY_TITLES[claim.property]}"`}, but it shows ${found === undefined ? 'nothing wrong' : `"${PROPERTY_TITLES[found]}"`}.`);
  }
  return { trace, problems };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isProperty(value: unknown): value is PropertyId {
  return typeof value === 'string' && Object.hasOwn(PROPERTY_TITLES, value);
}
