/**
 * The stretches of a schedule in which what a thread sees is not to be trusted: another thread has an entry cleared for an update, or what was read is no
 * longer so when it is acted upon.
 */
import type { Trace, TraceStep } from '../explorer/result';
import type { Program, Step, WordId } from '../machine/program';
import { evaluate } from './evaluate';
import { excludes, heldBy, isLock } from './locks';
import { successors, writes } from './step-graph';

export interface Window {
  /** `cleared`: the thread took the value out and will put one back. `stale`: the thread read the value, and acts upon it after another changed it. */
  readonly kind: 'cleared' | 'stale';
  readonly word: WordId;
  /** Who cleared or read it. */
  readonly thread: number;
  /** Number of the step, from 1, that opens it. */
  readonly from: number;
  /** Number of the step that closes it; undefined if that is never reached. */
  readonly to: number | undefined;
  /** The index of the step that would close it, in its thread. */
  readonly closer: number | undefined;
}

/** At most one window for each thread, cleared ones first: a thread's window is drawn in the columns of the others. */
export function windowsOf(program: Program, trace: Trace, relevant: readonly boolean[]): readonly Window[] {
  const all = [...clearedWindows(program, trace, relevant), ...staleWindows(program, trace, relevant)];
  return all.filter((window, index) => all.findIndex((other) => other.thread === window.thread) === index);
}

function clearedWindows(program: Program, trace: Trace, relevant: readonly boolean[]): Window[] {
  const found: Window[] = [];
  trace.steps.forEach((step, index) => {
    if (!relevant[index]) return;
    const kind = program.threads[step.move.thread]?.steps[step.step]?.kind;
    for (const change of step.changes) {
      const word = program.words[change.word];
      if (word?.scope !== 'shared' || isLock(word)) continue;
      const cleared = (word.kind === 'entry' || word.kind === 'slot') && change.after === 0 && change.before !== 0;
      if (!cleared && kind !== 'clear') continue;
      const window = clearedFrom(program, trace, step, index, change.word);
      if (window && othersMove(trace, window)) found.push(window);
    }
  });
  return found;
}

/** It is an update only if the thread stays under an exclusive lock until it writes the word again. */
function clearedFrom(program: Program, trace: Trace, step: TraceStep, index: number, word: WordId): Window | undefined {
  const thread = step.move.thread;
  const base = { kind: 'cleared' as const, word, thread, from: index + 1 };
  const held = exclusive(program, thread, trace.states[index + 1]?.words ?? []);
  if (held.length === 0) return undefined;
  for (let at = index + 1; at < trace.steps.length; at++) {
    const other = trace.steps[at];
    if (!exclusive(program, thread, trace.states[at]?.words ?? []).some((lock) => held.includes(lock))) return undefined;
    if (!other?.changes.some((change) => change.word === word)) continue;
    return other.move.thread === thread ? { ...base, to: at + 1, closer: other.step } : undefined;
  }
  const closer = nextWriter(program, trace, thread, word, held);
  return closer === undefined ? undefined : { ...base, to: undefined, closer };
}

function exclusive(program: Program, thread: number, words: readonly number[]): WordId[] {
  return heldBy(program, thread, words).filter(({ mode }) => excludes(mode)).map(({ lock }) => lock);
}

/** The step nearest to where the thread stands at the end that may write the word, looked for only while it keeps its locks. */
export function nextWriter(program: Program, trace: Trace, thread: number, word: WordId, held: readonly WordId[]): number | undefined {
  const state = trace.states.at(-1);
  const status = state?.threads[thread];
  const steps = program.threads[thread]?.steps ?? [];
  if (!state || !status || status.kind === 'ended') return undefined;
  const queue = [status.step];
  const seen = new Set(queue);
  for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
    const step: Step | undefined = steps[index];
    if (!step) continue;
    const written = writes(step);
    if (written.words.includes(word) || written.addresses.some((address) => evaluate(address, state.words) === word + 1)) return index;
    if (step.kind === 'unlock' && step.lock !== undefined && held.includes(step.lock)) continue;
    for (const next of successors(step, steps.length)) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return undefined;
}

/** The last look that a thread had at a word before another changed it, when the thread goes on to do something that matters. */
function staleWindows(program: Program, trace: Trace, relevant: readonly boolean[]): Window[] {
  const found: Window[] = [];
  trace.steps.forEach((step, index) => {
    if (!relevant[index]) return;
    const thread = step.move.thread;
    if (program.threads[thread]?.steps[step.step]?.kind === 'user-access') return;
    for (const word of step.reads) {
      if (program.words[word]?.scope !== 'shared' || isLock(program.words[word]) || step.changes.some((change) => change.word === word)) continue;
      const changed = trace.steps.findIndex((other, at) => at > index && other.move.thread !== thread && other.changes.some((change) => change.word === word));
      if (changed < 0) continue;
      const looksAgain = trace.steps.some((other, at) => at > index && other.move.thread === thread && other.reads.includes(word) && relevant[at]);
      const acts = trace.steps.findLastIndex((other, at) => at > changed && other.move.thread === thread && relevant[at]);
      if (looksAgain || acts < 0) continue;
      found.push({ kind: 'stale', word, thread, from: index + 1, to: acts + 1, closer: trace.steps[acts]?.step });
    }
  });
  return found;
}

function othersMove(trace: Trace, window: Window): boolean {
  return trace.steps.some((step, index) => index + 1 > window.from && index + 1 < (window.to ?? Infinity) && step.move.thread !== window.thread);
}
