/** What goes wrong, in one sentence; how much of a race it takes, in another; and what was not looked at. */
import type { Trace } from '../explorer/result';
import type { Program, PropertyId, Step } from '../machine/program';
import { shortName } from './c-text';
import { valueText, type FormatValue } from './format';
import { heldBy, holders } from './locks';
import { eventName, finalWords, listed } from './property-words';
import { relevantSteps, violatedProperty } from './slice';
import { windowsOf } from './windows';

/** To be said with every verdict. */
export const MEMORY_MODEL = 'Sequentially consistent interleavings; weak memory is not explored.';

export interface Explanation {
  /** `The page fault reads pte while UFFDIO_WRITEPROTECT has it cleared for an update, and tells userspace that ...` */
  readonly sentence: string;
  /** `One preemption, of P0 after ...`; undefined where nobody counted. */
  readonly preemptions: string | undefined;
  readonly memory: string;
}

export interface ExplainOptions {
  readonly format: FormatValue;
  /** `Exploration.preemptions`. */
  readonly preemptions?: number;
}

/** Undefined for a trace that violates nothing. */
export function explain(program: Program, trace: Trace, options: ExplainOptions): Explanation | undefined {
  const property = violatedProperty(trace);
  if (property === undefined) return undefined;
  const sentence = SENTENCES[property](factsOf(program, trace, options.format));
  return {
    sentence: capitalized(sentence),
    preemptions: options.preemptions === undefined ? undefined : preemptionWords(program, trace, options.preemptions),
    memory: MEMORY_MODEL,
  };
}

/** How much of a race it takes. The schedule shown is the shortest one, which need not be the one with the fewest preemptions. */
export function preemptionWords(program: Program, trace: Trace, preemptions: number): string {
  if (preemptions === 0) {
    const threads = new Set(trace.steps.map((step) => step.move.thread)).size;
    return threads < 2 ? 'No race is needed: one thread suffices.' : 'No race is needed: one order of the threads suffices.';
  }
  const points = preemptionPoints(trace).map((index) => {
    const step = trace.steps[index];
    const thread = step && program.threads[step.move.thread];
    return `of ${thread?.name ?? '?'} after \`${thread?.steps[step?.step ?? -1]?.text ?? '?'}\``;
  });
  const count = preemptions === 1 ? 'One preemption' : `${preemptions} preemptions`;
  if (points.length === preemptions) return `${count}, ${listed(points) ?? ''}.`;
  return `${count} ${preemptions === 1 ? 'suffices' : 'suffice'}; the schedule shown is shorter and has ${points.length}.`;
}

/** Indices of the steps after which another thread goes on although this one could have. */
export function preemptionPoints(trace: Trace): readonly number[] {
  return trace.steps.flatMap((step, index) => {
    const next = trace.steps[index + 1];
    const status = trace.states[index + 1]?.threads[step.move.thread];
    return next && next.move.thread !== step.move.thread && status?.kind === 'ready' ? [index] : [];
  });
}

/**
 * How a sentence calls a thread: its title where that is its own and can be a subject ("the page fault", "khugepaged"), otherwise its name. A title may
 * be a sentence's rest instead ("writes to the page"), and may say more after a colon.
 */
export function actor(program: Program, thread: number): string {
  const { name, title } = program.threads[thread] ?? { name: '?', title: '?' };
  if (title === '' || title === name || program.threads.some((other, index) => index !== thread && other.title === title)) return name;
  const [head = title] = title.split(/:|,/);
  if (/^[a-z]+s /.test(head)) return `${name} (${title})`;
  const noun = /^[a-z]/.test(head) && (head.includes(' ') || head !== title);
  return noun && !/^(an?|the) /.test(head) ? `the ${head}` : head;
}

interface Facts {
  /** Who does the last step. */
  readonly who: string;
  readonly step: Step | undefined;
  /** `hugetlb_wp()` */
  readonly where: string;
  readonly lock: string;
  readonly held: readonly string[];
  readonly spinlocks: readonly string[];
  /** `reads pte while UFFDIO_WRITEPROTECT has it cleared for an update`; undefined when no window explains it. */
  readonly window: string | undefined;
  /** Who took the uffd-wp bit out of an entry last, and who put one in, with the step's name. */
  readonly lost: { readonly who: string; readonly name: string; readonly word: string } | undefined;
  readonly armed: { readonly who: string; readonly name: string; readonly word: string } | undefined;
  /** `P0 waits for ptl, which P1 holds` */
  readonly waits: readonly string[];
  /** `counter = 1` */
  readonly final: string;
}

/** Each sentence starts with who does it, and is made a sentence by its first letter. */
const SENTENCES: Readonly<Record<PropertyId, (facts: Facts) => string>> = {
  deadlock: ({ waits }) => (waits.length === 0 ? 'no thread can go on.' : `${waits.join(', and ')}: ${waits.length === 1 ? 'it cannot' : waits.length === 2 ? 'neither can' : 'none can'} go on.`),
  'lock-imbalance': ({ who, held }) => `${who} ends and still holds ${listed(held) ?? 'a lock'}.`,
  'unlock-not-held': ({ who, lock, where }) => `${who} releases ${lock} in ${where} without holding it.`,
  'recursive-lock': ({ who, lock, where }) => `${who} takes ${lock} in ${where} while it holds it already, and would wait for itself.`,
  'sleep-in-atomic': ({ who, spinlocks, where }) => `${who} may sleep in ${where} while it holds ${listed(spinlocks) ?? 'a spinlock'}.`,
  'kernel-fault-sigbus': ({ who }) => `${who} raises a fault that no user caused and that must not wait; userfaultfd takes it, cannot wait either, and it ends in SIGBUS.`,
  'unjustified-event': ({ who, window, step }) => `${who} ${window === undefined ? '' : `${window}, and `}${EVENTS[eventName(step?.text ?? '')] ?? EVENTS['MISSING'] ?? ''}`,
  'armed-page-written': ({ who, lost }) => `${who} writes to a page that userspace has write-protected, and userspace gets no WP event${lost ? `: ${lost.who === who ? 'it' : lost.who} has taken the uffd-wp bit out of ${lost.word} in ${lost.name}${lost.who === who ? ' itself' : ''}` : ''}.`,
  'armed-under-huge': ({ who, armed, window }) => `${who} ${window === undefined ? '' : `${window}, and `}maps a huge page writable over ${armed ? `${armed.word}, which ${armed.who} has write-protected` : 'an entry that userspace has write-protected'}; userspace will get no WP event for a write to it.`,
  'observed-hole-filled': ({ who, window }) => `${who} ${window === undefined ? '' : `${window}, and `}fills a hole in the page cache that userspace has seen to be missing, and userspace gets no event for it.`,
  bug: ({ who, where }) => `${who} runs into a BUG in ${where}.`,
  'null-pointer': ({ who, where }) => `${who} follows a NULL pointer in ${where}.`,
  'out-of-range': ({ who, where }) => `${who} stores a value in ${where} that does not fit its word.`,
  assert: ({ who, step }) => `what ${who} asserts in \`${step?.text ?? '?'}\` does not hold.`,
  exists: ({ final }) => `the final state that the scenario asks about is reached: ${final}.`,
};

const EVENTS: Readonly<Record<string, string>> = {
  MISSING: 'tells userspace that the page is missing; it was there the whole time.',
  MINOR: 'tells userspace that the page is not mapped; it was mapped the whole time.',
  WP: 'tells userspace of a write to a protected page; there was none.',
};

function factsOf(program: Program, trace: Trace, format: FormatValue): Facts {
  const last = trace.steps.at(-1);
  const thread = last?.move.thread ?? 0;
  const step = program.threads[thread]?.steps[last?.step ?? -1];
  const words = trace.states.at(-1)?.words ?? [];
  const held = heldBy(program, thread, words).map(({ lock }) => program.words[lock]);
  return {
    who: actor(program, thread),
    step,
    where: placeName(step),
    lock: (step?.lock !== undefined ? program.words[step.lock]?.name : undefined) ?? 'a lock',
    held: held.map((word) => word?.name ?? '?'),
    spinlocks: held.filter((word) => word?.kind === 'lock').map((word) => word?.name ?? '?'),
    window: windowClause(program, trace, thread),
    lost: bitChange(program, trace, format, (before, after) => before && !after),
    armed: bitChange(program, trace, format, (before, after) => !before && after),
    waits: waitsInWords(program, trace),
    final: finalWords(program, trace, format),
  };
}

function placeName(step: Step | undefined): string {
  if (!step) return '?';
  const name = shortName(step.text);
  return name === step.text ? `\`${name}\`` : `${name}()`;
}

function windowClause(program: Program, trace: Trace, thread: number): string | undefined {
  const windows = windowsOf(program, trace, relevantSteps(program, trace));
  const cleared = windows.find((window) => window.kind === 'cleared' && window.thread !== thread);
  if (cleared) return `reads ${program.words[cleared.word]?.name ?? 'the entry'} while ${actor(program, cleared.thread)} has it cleared for an update`;
  const stale = windows.find((window) => window.kind === 'stale' && window.thread === thread);
  if (!stale) return undefined;
  const changer = trace.steps.find((step, index) => index >= stale.from && step.move.thread !== thread && step.changes.some(({ word }) => word === stale.word));
  return `reads ${program.words[stale.word]?.name ?? 'the entry'}, does not notice that ${changer ? actor(program, changer.move.thread) : 'another thread'} changes it then`;
}

/** The last step that changed whether an entry's uffd-wp bit is set, in the given direction. */
function bitChange(program: Program, trace: Trace, format: FormatValue, matches: (before: boolean, after: boolean) => boolean): Facts['lost'] {
  const has = (word: number, value: number): boolean => valueText(program, word, value, format).includes('uffd-wp');
  for (const traced of [...trace.steps].reverse()) {
    const change = traced.changes.find(({ word, before, after }) => program.words[word]?.kind === 'entry' && program.words[word]?.scope === 'shared' && matches(has(word, before), has(word, after)));
    if (change) return { who: actor(program, traced.move.thread), name: placeName(program.threads[traced.move.thread]?.steps[traced.step]), word: program.words[change.word]?.name ?? 'an entry' };
  }
  return undefined;
}

function waitsInWords(program: Program, trace: Trace): readonly string[] {
  const state = trace.states.at(-1);
  return program.threads.flatMap((thread, number) => {
    const status = state?.threads[number];
    if (status?.kind !== 'waits') return [];
    const step = thread.steps[status.step];
    if (step?.mayWaitForever || step?.lock === undefined) return [];
    const owners = holders(program, step.lock, state?.words[step.lock] ?? 0).map((holder) => (holder.thread === number ? 'it' : actor(program, holder.thread)));
    const lock = program.words[step.lock]?.name ?? 'a lock';
    return [`${actor(program, number)} waits for ${lock}${owners.length > 0 ? `, which ${listed(owners)} ${owners.length === 1 ? 'holds' : 'hold'}` : ''}`];
  });
}

/** Names of functions are written as they are, at the beginning of a sentence, too. */
export function capitalized(sentence: string): string {
  return /^\w+\(/.test(sentence) ? sentence : `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`;
}
