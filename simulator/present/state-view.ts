/** The states of a schedule as tables for people: what entries hold, who has which lock, what userspace knows, what each thread has read, and who could go on. */
import type { Trace, TraceState } from '../explorer/result';
import type { Program, Step, WordId } from '../machine/program';
import { assigned, shortForm, shortName } from './c-text';
import { valueText, type FormatValue } from './format';
import { heldInWords, isLock } from './locks';
import { eventName } from './property-words';
import type { CellView, GroupView, NextView, StateView } from './race-view';

/** One for each state of the trace. */
export function stateViews(program: Program, trace: Trace, format: FormatValue): StateView[] {
  const rows = [...sharedRows(program, trace, format), ...userspaceRows(program, trace, format), ...localRows(program, trace, format)];
  return trace.states.map((state, n) => ({ groups: groupsAt(rows, n), next: violatesAt(trace, n) ? [] : program.threads.map((_, thread) => nextOf(program, state, thread)) }));
}

/** Did the last step go wrong? Nobody asks what could come after it. */
function violatesAt(trace: Trace, n: number): boolean {
  return trace.steps[n - 1]?.violated !== undefined;
}

/** A cell over time: its value in each state, undefined where it is not shown. */
interface Row {
  readonly group: string;
  readonly name: string;
  readonly values: readonly (string | undefined)[];
}

function groupsAt(rows: readonly Row[], n: number): GroupView[] {
  const groups = new Map<string, CellView[]>();
  for (const { group, name, values } of rows) {
    const value = values[n];
    if (value === undefined) continue;
    const before = values[n - 1];
    let since = n;
    while (since > 0 && values[since - 1] === value) since--;
    groups.set(group, [...(groups.get(group) ?? []), { name, value, before: before === undefined || before === value ? null : before, since: since === 0 ? null : since }]);
  }
  return [...groups].map(([title, cells]) => ({ title, cells }));
}

function sharedRows(program: Program, trace: Trace, format: FormatValue): Row[] {
  const touched = new Set(trace.steps.flatMap((step) => [...step.reads, ...step.changes.map(({ word }) => word)]));
  const row = (group: string, word: WordId): Row => ({ group, name: program.words[word]?.name ?? '?', values: trace.states.map((state) => valueText(program, word, state.words[word] ?? 0, format)) });
  const entries: Row[] = [];
  const locks: Row[] = [];
  const memory: Row[] = [];
  program.words.forEach((word, id) => {
    if (word.scope !== 'shared' || waiter(word.name) !== undefined) return;
    const changes = trace.states.some((state) => state.words[id] !== trace.states[0]?.words[id]);
    if (word.kind === 'entry' || word.kind === 'slot') {
      if (touched.has(id)) entries.push(row('Entries', id));
    } else if (isLock(word)) {
      if (trace.states.some((state) => (state.words[id] ?? 0) !== 0)) locks.push(row('Locks', id));
    } else if (changes) memory.push(row('Memory', id));
  });
  return [...entries, ...locks, ...memory];
}

/** What userspace was told, what it expects, and who sleeps until it answers. */
function userspaceRows(program: Program, trace: Trace, format: FormatValue): Row[] {
  const rows: Row[] = [];
  const group = 'Userspace';
  const ever = (word: WordId): boolean => trace.states.some((state) => (state.words[word] ?? 0) !== 0);
  const over = (name: string, word: WordId, words: (value: number) => string): void => void rows.push({ group, name, values: trace.states.map((state) => words(state.words[word] ?? 0)) });
  const events = trace.steps.map((traced) => {
    const step = program.threads[traced.move.thread]?.steps[traced.step];
    return step?.kind === 'event' ? `${eventName(step.text)} from ${program.threads[traced.move.thread]?.name ?? '?'}` : undefined;
  });
  if (program.threads.some(({ steps }) => steps.some(({ kind }) => kind === 'event'))) {
    rows.push({ group, name: 'uffd events', values: trace.states.map((_, n) => events.slice(0, n).filter((event) => event !== undefined).join(', ') || 'none') });
  }
  program.words.forEach((word, id) => {
    const sleeper = waiter(word.name);
    const ghost = /^(armed|observed)\((.*)\)$/.exec(word.name);
    if (sleeper !== undefined && ever(id)) over(sleeper, id, (value) => (value === 0 ? 'does not wait' : `waits, ${valueText(program, id, value, format)}`));
    else if (word.scope !== 'ghost' || !ever(id)) return;
    else if (ghost?.[1] === 'armed') over(`${ghost[2]} is`, id, (value) => (value === 0 ? 'not protected' : 'write-protected, an event is due'));
    else if (ghost?.[1] === 'observed') over(`${ghost[2]} was`, id, (value) => (value === 0 ? 'not looked at' : 'seen to be missing'));
    else if (!/^(mapped|faulting)\(/.test(word.name) && trace.states.some((state) => state.words[id] !== trace.states[0]?.words[id])) over(word.name, id, (value) => valueText(program, id, value, format));
  });
  return rows;
}

/** What threads have in their variables: from the step that assigns one until the thread leaves its function. */
function localRows(program: Program, trace: Trace, format: FormatValue): Row[] {
  const rows = new Map<string, (string | undefined)[]>();
  trace.steps.forEach((traced, index) => {
    const { thread } = traced.move;
    const step = program.threads[thread]?.steps[traced.step];
    const name = step && assigned(step.text);
    const value = step && name !== undefined ? assignedValue(program, trace, index, step, name, format) : undefined;
    if (name === undefined || value === undefined) return;
    const key = `${name} (${program.threads[thread]?.name ?? '?'})`;
    const values = rows.get(key) ?? trace.states.map(() => undefined);
    const inFunction = step?.functions.at(-1);
    for (let n = index + 1; n < values.length; n++) values[n] = isAlive(program, trace.states[n], thread, inFunction) ? value : undefined;
    rows.set(key, values);
  });
  return [...rows].map(([name, values]) => ({ group: 'What threads have read', name, values }));
}

/** What a step assigns to the variable of that name: what it stored there, or else what it read, for a variable that nobody reads later is not stored. */
function assignedValue(program: Program, trace: Trace, index: number, step: Step, name: string, format: FormatValue): string | undefined {
  const traced = trace.steps[index];
  // A pointer to a lock or into a page table says nothing that is not seen elsewhere.
  if (!traced || /lock|_map/.test(shortName(step.text))) return undefined;
  const { thread } = traced.move;
  const text = (word: WordId, state: TraceState | undefined): string => valueText(program, word, state?.words[word] ?? 0, format);
  const stored = traced.changes.find(({ word }) => {
    const local = program.words[word];
    return local?.scope === 'local' && local.thread === thread && local.name === name && (local.function === undefined || step.functions.includes(local.function));
  });
  if (stored) return text(stored.word, trace.states[index + 1]);
  // What nobody changes may be read in passing.
  const changing = new Set(trace.steps.flatMap(({ changes }) => changes.map(({ word }) => word)));
  const seen = traced.reads.filter((word) => changing.has(word) && program.words[word]?.scope === 'shared' && ['entry', 'slot'].includes(program.words[word]?.kind ?? ''));
  return seen.length === 1 && seen[0] !== undefined ? text(seen[0], trace.states[index]) : undefined;
}

function isAlive(program: Program, state: TraceState | undefined, thread: number, inFunction: string | undefined): boolean {
  const status = state?.threads[thread];
  if (status === undefined || status.kind === 'ended') return false;
  const functions = program.threads[thread]?.steps[status.step]?.functions ?? [];
  return inFunction === undefined || functions.includes(inFunction);
}

function nextOf(program: Program, state: TraceState, thread: number): NextView {
  const status = state.threads[thread];
  const step = status === undefined || status.kind === 'ended' ? undefined : program.threads[thread]?.steps[status.step];
  if (status === undefined || step === undefined) return { thread, status: 'ended', text: '', short: '', waitsFor: null, ways: 0 };
  const base = { thread, text: step.text, short: shortForm(step.text), ways: step.ways.length };
  if (status.kind !== 'waits') return { ...base, status: 'ready', waitsFor: null };
  if (step.mayWaitForever === true && step.lock === undefined) return { ...base, status: 'sleeps', waitsFor: 'userspace' };
  return { ...base, status: 'waits', waitsFor: step.lock === undefined ? 'another thread' : heldInWords(program, step.lock, state.words[step.lock] ?? 0) };
}

/** The thread whose sleep in handle_userfault() the word is about. */
function waiter(name: string): string | undefined {
  return /^uffd\.wait\[(.*)\]$/.exec(name)?.[1];
}
