/**
 * A failing schedule as a picture, before it is drawn: who does what in which order, what is left out, which locks are held meanwhile, and where an
 * entry is not to be trusted. Text, SVG and Mermaid all draw this.
 */
import type { Span } from '../../parser/ir';
import type { Trace, TraceStep } from '../explorer/result';
import type { Program, PropertyId, Step, StepKind, WordId } from '../machine/program';
import { assigned, callIn, shortName } from './c-text';
import { isBareChoice, joinChoices } from './choices';
import { valueText, type FormatValue } from './format';
import { heldInWords, isLock, lockSpans, type LockSpan } from './locks';
import { listed, violationNote } from './property-words';
import { relevantSteps, violatedProperty } from './slice';
import { windowsOf, type Window } from './windows';

export interface Column {
  /** Index in `Program.threads`. */
  readonly thread: number;
  /** `P0`. */
  readonly name: string;
  /** `UFFDIO_WRITEPROTECT`; the name again when the thread has no title. */
  readonly title: string;
}

/** What a step did to a word that is worth telling, in words. */
export interface Note {
  /** `change`: a shared word was written. `result`: the variable that the step's C assigns. `read`: what an expression without a variable saw. */
  readonly kind: 'change' | 'result' | 'read';
  readonly word: WordId;
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Where flags are added or removed, `after` has those alone. */
  readonly operator: '=' | '|=' | '&= ~';
  /** The value is put back before the thread gives up its lock. */
  readonly transient: boolean;
}

/** `bad`: where it goes wrong. `good`: where a fix prevents that. */
export interface Mark {
  readonly tone: 'bad' | 'good' | 'plain';
  readonly words: string;
}

interface RowBase {
  readonly thread: number;
  /** How many functions deep, of those that are shown. */
  readonly depth: number;
}

export interface FunctionRow extends RowBase {
  readonly kind: 'function';
  readonly name: string;
  /** Number of the step that comes next. */
  readonly n: number;
}

export interface StepRow extends RowBase {
  readonly kind: 'step';
  /** From 1. */
  readonly n: number;
  /** The first of the choices right before it that have no row of their own; `n` when there are none. */
  readonly first: number;
  readonly text: string;
  readonly stepKind: StepKind;
  readonly span: Span;
  readonly function: string | undefined;
  readonly notes: readonly Note[];
  readonly mark: Mark | undefined;
}

/** A run of steps that do not matter here. */
export interface FoldRow extends RowBase {
  readonly kind: 'fold';
  readonly first: number;
  readonly last: number;
  readonly names: readonly string[];
  /** `3 lock steps`. */
  readonly summary: string;
}

/** A step that its thread did not come to do. */
export interface PendingRow extends RowBase {
  readonly kind: 'pending';
  readonly text: string;
  readonly span: Span;
  /** `not reached`, or what it waits for. */
  readonly why: string;
  /** Shown in place of `why`. */
  readonly mark?: Mark;
}

/** A sentence across all columns. */
export interface RemarkRow {
  readonly kind: 'remark';
  readonly mark: Mark;
}

export type Row = FunctionRow | StepRow | FoldRow | PendingRow | RemarkRow;

/** A window, with the rows it covers: the first is that of the step that opens it, the last that of the step that closes it (or the last row of all). */
export interface DrawnWindow extends Window {
  readonly firstRow: number;
  readonly lastRow: number;
  /** The threads that move in it, for a stale one those that change the word: the window is drawn in their columns. */
  readonly threads: readonly number[];
  /** `pte[0] is cleared for an update`. */
  readonly words: string;
}

/** A lock span, with the rows it covers. */
export interface DrawnLock extends LockSpan {
  readonly name: string;
  readonly firstRow: number;
  readonly lastRow: number;
}

export interface Diagram {
  readonly columns: readonly Column[];
  /** What entries hold before the first step: `At first, pte is present, writable.` */
  readonly beginning: string | undefined;
  readonly rows: readonly Row[];
  readonly windows: readonly DrawnWindow[];
  readonly locks: readonly DrawnLock[];
  readonly property: PropertyId | undefined;
  /** Length of the whole schedule. */
  readonly steps: number;
}

export interface DiagramOptions {
  readonly format: FormatValue;
  /** Which steps have a row of their own; those of the slice if left out. */
  readonly relevant?: readonly boolean[];
  /** Marks at steps, by number (from 1), besides that of the violation. */
  readonly marks?: ReadonlyMap<number, Mark>;
  /** Steps that are summed up in a sentence, by number. */
  readonly skip?: readonly { readonly first: number; readonly last: number; readonly words: string }[];
  /** What a thread does not do, before the step of that number (or after the last). */
  readonly insert?: { readonly n: number; readonly thread: number; readonly step: Step; readonly mark: Mark };
  /** A sentence below everything. */
  readonly closing?: Mark;
}

/** The picture of a trace. */
export function buildDiagram(program: Program, trace: Trace, options: DiagramOptions): Diagram {
  const slice = options.relevant ?? relevantSteps(program, trace);
  const property = violatedProperty(trace);
  const windows = windowsOf(program, trace, slice);
  const relevant = trace.steps.map((step, index) => slice[index] === true || windows.some((window) => disturbs(step, index, window)));
  const rows: Row[] = [...joinChoices(program, trace, movedRows(program, trace, options, relevant, windows), (row) => fold(program, trace, row)), ...pendingRows(program, trace, property, windows, relevant)];
  const closing = options.closing ?? closingMark(program, trace, property, options.format);
  if (closing) rows.push({ kind: 'remark', mark: closing });
  const skipped = options.skip?.at(-1)?.last ?? 0;
  const seen = new Set(rows.flatMap((row) => (row.kind === 'remark' ? [] : [row.thread])));
  const columns = program.threads.flatMap(({ name, title }, thread): Column[] => (seen.has(thread) ? [{ thread, name, title: title || name }] : []));
  const lastRow = Math.max(0, closing ? rows.length - 2 : rows.length - 1);
  const rowOf = (n: number): number => Math.max(0, rows.findIndex((row) => numberRange(row)?.includes(n)));
  return {
    columns,
    beginning: options.skip ? undefined : beginningWords(program, trace, relevant, options.format),
    rows,
    windows: windows.filter(({ to }) => to === undefined || to > skipped).map((window) => ({
      ...window, threads: othersIn(program, trace, window), firstRow: rowOf(window.from), lastRow: window.to === undefined ? lastRow : rowOf(window.to), words: windowWords(program, trace, window, options.format),
    })),
    locks: lockSpans(program, trace).filter(({ to, thread }) => (to === undefined || to > skipped) && seen.has(thread)).map((span) => ({
      ...span, name: program.words[span.lock]?.name ?? '?', firstRow: rowOf(span.from), lastRow: span.to === undefined ? lastRow : rowOf(span.to),
    })),
    property,
    steps: trace.steps.length,
  };
}

/** The functions a step runs in that are worth a heading: its thread is none. */
export function functionsOf(program: Program, thread: number, step: Step | undefined): readonly string[] {
  const functions = step?.functions ?? [];
  return functions[0] === program.threads[thread]?.name ? functions.slice(1) : functions;
}

/** The name of a step in a list; with the lock's name where the callee does not tell which lock it is. */
export function listName(program: Program, step: Step): string {
  const name = shortName(step.text);
  const lock = step.lock === undefined ? undefined : program.words[step.lock]?.name;
  if (lock === undefined || !callIn(step.text)) return name;
  const parts = (text: string): string[] => text.split(/[^A-Za-z0-9]+|_/).filter((part) => part !== '' && !['lock', 'mutex', 'rwsem', 'sem'].includes(part));
  const known = parts(name);
  return parts(lock).some((part) => known.includes(part)) ? name : `${name}(${lock.replace(/^.*[.>]/, '')})`;
}

function movedRows(program: Program, trace: Trace, options: DiagramOptions, relevant: readonly boolean[], windows: readonly Window[]): Row[] {
  const rows: Row[] = [];
  const property = violatedProperty(trace);
  const shown = shownFunctions(program, trace, relevant, windows, options);
  const stacks = new Map<number, readonly string[]>();
  trace.steps.forEach((traced, index) => {
    const n = index + 1;
    const thread = traced.move.thread;
    const step = program.threads[thread]?.steps[traced.step];
    if (!step) return;
    insertAt(n);
    const skipped = options.skip?.find(({ first, last }) => n >= first && n <= last);
    if (skipped) {
      if (n === skipped.first) rows.push({ kind: 'remark', mark: { tone: 'plain', words: skipped.words } });
      return;
    }
    const depth = enter(thread, step, n);
    const violates = traced.violated !== undefined && traced.violated === property;
    const mark = options.marks?.get(n) ?? (violates ? { tone: 'bad' as const, words: violationNote(program, trace, traced.violated, options.format) } : undefined);
    if (relevant[index] || mark) {
      const notes = notesOf(program, trace, traced, index, windows, options.format);
      rows.push({ kind: 'step', thread, depth, n, first: n, text: step.text, stepKind: step.kind, span: step.span, function: step.functions.at(-1), notes, mark });
      return;
    }
    const previous = rows.at(-1);
    const joins = previous?.kind === 'fold' && previous.thread === thread && previous.depth === depth;
    if (joins) rows[rows.length - 1] = fold(program, trace, { ...previous, last: n });
    else rows.push(fold(program, trace, { kind: 'fold', thread, depth, first: n, last: n, names: [], summary: '' }));
  });
  insertAt(trace.steps.length + 1);
  return rows;

  function insertAt(n: number): void {
    const insert = options.insert?.n === n ? options.insert : undefined;
    if (!insert) return;
    const { thread, step, mark } = insert;
    rows.push({ kind: 'pending', thread, depth: enter(thread, step, n), text: step.text, span: step.span, why: mark.words, mark });
  }

  /** Pushes headings for functions that the thread enters with this step; the depth it is at then. */
  function enter(thread: number, step: Step, n: number): number {
    const stack = visiblePart(functionsOf(program, thread, step), shown.get(thread));
    for (let depth = commonLength(stacks.get(thread) ?? [], stack); depth < stack.length; depth++) rows.push({ kind: 'function', thread, depth, name: stack[depth] ?? '', n });
    stacks.set(thread, stack);
    return stack.length;
  }
}

function fold(program: Program, trace: Trace, row: FoldRow): FoldRow {
  const steps = trace.steps.slice(row.first - 1, row.last).flatMap(({ step }) => program.threads[row.thread]?.steps[step] ?? []);
  const count = steps.length;
  const locks = steps.every(({ kind }) => LOCKING.has(kind));
  // Which way was taken shows in what comes next.
  const telling = steps.filter((step) => !isBareChoice(step));
  const open = steps.filter((step, index) => !isBareChoice(step) && !releasedIn(steps, step, index));
  return { ...row, names: telling.length === 0 ? [count === 1 ? 'choose' : `${count} choices`] : (open.length > 0 ? open : telling).map((step) => listName(program, step)), summary: `${count} ${locks ? 'lock ' : ''}${count === 1 ? 'step' : 'steps'}` };
}

/** A lock that is taken and released within a run says nothing about what comes after. */
function releasedIn(steps: readonly Step[], step: Step, index: number): boolean {
  if (step.lock === undefined) return false;
  if (step.kind === 'lock') return steps.some((other, at) => at > index && other.kind === 'unlock' && other.lock === step.lock);
  return step.kind === 'unlock' && steps.some((other, at) => at < index && other.kind === 'lock' && other.lock === step.lock);
}

const LOCKING: ReadonlySet<StepKind> = new Set(['lock', 'unlock', 'trylock']);

/** For each thread the stacks, as joined prefixes, that a step with a row of its own runs in. */
function shownFunctions(program: Program, trace: Trace, relevant: readonly boolean[], windows: readonly Window[], { skip, insert }: Pick<DiagramOptions, 'skip' | 'insert'>): ReadonlyMap<number, ReadonlySet<string>> {
  const shown = new Map<number, Set<string>>();
  const show = (thread: number, step: Step | undefined): void => {
    const functions = functionsOf(program, thread, step);
    const set = shown.get(thread) ?? new Set();
    functions.forEach((_, depth) => set.add(functions.slice(0, depth + 1).join(' ')));
    shown.set(thread, set);
  };
  trace.steps.forEach(({ move, step }, index) => {
    if (relevant[index] && !skip?.some(({ first, last }) => index + 1 >= first && index + 1 <= last)) show(move.thread, program.threads[move.thread]?.steps[step]);
  });
  for (const window of windows) if (window.to === undefined) show(window.thread, program.threads[window.thread]?.steps[window.closer ?? -1]);
  if (insert) show(insert.thread, insert.step);
  return shown;
}

function visiblePart(functions: readonly string[], shown: ReadonlySet<string> | undefined): readonly string[] {
  let depth = functions.length;
  while (depth > 0 && !shown?.has(functions.slice(0, depth).join(' '))) depth--;
  return functions.slice(0, depth);
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function notesOf(program: Program, trace: Trace, traced: TraceStep, index: number, windows: readonly Window[], format: FormatValue): readonly Note[] {
  const thread = traced.move.thread;
  const step = program.threads[thread]?.steps[traced.step];
  const before = trace.states[index]?.words ?? [];
  const after = trace.states[index + 1]?.words ?? [];
  const note = (kind: Note['kind'], word: WordId): Note => ({
    kind, word, name: program.words[word]?.name ?? '?', before: valueText(program, word, before[word] ?? 0, format),
    ...(program.words[word]?.flags && kind === 'change' ? flagsChanged(program, word, before[word] ?? 0, after[word] ?? 0, format) : { operator: '=' as const, after: valueText(program, word, after[word] ?? 0, format) }),
    transient: windows.some((window) => window.kind === 'cleared' && window.from === index + 1 && window.word === word),
  });
  const told = (word: WordId): boolean => program.words[word]?.scope === 'shared' && !isLock(program.words[word]) && program.words[word]?.kind !== 'pointer';
  const notes = traced.changes.filter(({ word }) => told(word)).map(({ word }) => note('change', word));
  if (!step || LOCKING.has(step.kind)) return notes;
  if (notes.length > 0) return notes;
  const target = assigned(step.text);
  const local = traced.changes.find(({ word }) => isTarget(program, thread, step, word, target))?.word;
  if (local !== undefined) return [note('result', local)];
  // A local that nobody reads later is not stored; and one that has the value already does not change. What was read says as much.
  const seen = step.kind === 'load' ? traced.reads.filter((word) => told(word) && !program.words[word]?.flags) : [];
  // What nobody changes may be read in passing.
  const changing = seen.filter((word) => trace.steps.some(({ changes }) => changes.some((change) => change.word === word)));
  const telling = changing.length > 0 ? changing : seen;
  return telling.slice(0, 1).map((word) => note(target !== undefined && telling.length === 1 ? 'result' : 'read', word));
}

function flagsChanged(program: Program, word: WordId, before: number, after: number, format: FormatValue): Pick<Note, 'operator' | 'after'> {
  const added = after & ~before;
  const removed = before & ~after;
  if (added !== 0 && removed === 0) return { operator: '|=', after: valueText(program, word, added, format) };
  if (removed !== 0 && added === 0) return { operator: '&= ~', after: valueText(program, word, removed, format) };
  return { operator: '=', after: valueText(program, word, after, format) };
}

function isTarget(program: Program, thread: number, step: Step, id: WordId, target: string | undefined): boolean {
  const word = program.words[id];
  return word?.scope === 'local' && word.thread === thread && word.name === target && (word.function === undefined || step.functions.includes(word.function));
}

/** What threads do not come to do: the end of an open window, and in a deadlock what each waits for. */
function pendingRows(program: Program, trace: Trace, property: PropertyId | undefined, windows: readonly Window[], relevant: readonly boolean[]): PendingRow[] {
  const rows: PendingRow[] = [];
  const state = trace.states.at(-1);
  if (property === undefined || !state) return rows;
  program.threads.forEach((thread, number) => {
    const status = state.threads[number];
    const window = windows.find((candidate) => candidate.thread === number && candidate.to === undefined);
    const waiting = property === 'deadlock' && status?.kind === 'waits' ? status.step : undefined;
    const step = thread.steps[window?.closer ?? waiting ?? -1];
    if (!step) return;
    const functions = functionsOf(program, number, step);
    const shown = shownFunctions(program, trace, relevant, windows, {}).get(number);
    const lock = step.lock;
    const why = waiting !== undefined ? `waits for ${lock === undefined ? 'ever' : heldInWords(program, lock, state.words[lock] ?? 0)}` : 'not reached';
    rows.push({ kind: 'pending', thread: number, depth: visiblePart(functions, shown).length, text: step.text, span: step.span, why });
  });
  return rows;
}

/** What the entries and slots that matter hold before the first step: a diagram does not show it otherwise. */
function beginningWords(program: Program, trace: Trace, relevant: readonly boolean[], format: FormatValue): string | undefined {
  const used = new Set(trace.steps.flatMap((step, index) => (relevant[index] ? [...step.reads, ...step.changes.map(({ word }) => word)] : [])));
  const names = new Map<string, string[]>();
  program.words.forEach((word, id) => {
    if (!used.has(id) || word.scope !== 'shared' || (word.kind !== 'entry' && word.kind !== 'slot')) return;
    const value = valueText(program, id, trace.states[0]?.words[id] ?? 0, format);
    names.set(value, [...(names.get(value) ?? []), word.name]);
  });
  const parts = [...names].map(([value, words]) => `${listed(words) ?? ''} ${words.length === 1 ? 'is' : 'are'} ${value}`);
  return parts.length === 0 ? undefined : `At first, ${parts.join('; ')}.`;
}

/** Does the step make what was read stale? Then it matters, though nothing after it depends on it. */
function disturbs(step: TraceStep, index: number, window: Window): boolean {
  return window.kind === 'stale' && step.move.thread !== window.thread && index + 1 > window.from && index + 1 < (window.to ?? Infinity) && step.changes.some(({ word }) => word === window.word);
}

function othersIn(program: Program, trace: Trace, window: Window): readonly number[] {
  return program.threads.flatMap((_, thread) => {
    const moves = trace.steps.some((step, index) => step.move.thread === thread && index + 1 > window.from && index + 1 < (window.to ?? Infinity)
      && (window.kind === 'cleared' || step.changes.some(({ word }) => word === window.word)));
    return moves && thread !== window.thread ? [thread] : [];
  });
}

function closingMark(program: Program, trace: Trace, property: PropertyId | undefined, format: FormatValue): Mark | undefined {
  if (property === undefined || trace.steps.at(-1)?.violated !== undefined) return undefined;
  return { tone: 'bad', words: violationNote(program, trace, property, format) };
}

function windowWords(program: Program, trace: Trace, window: Window, format: FormatValue): string {
  const name = program.words[window.word]?.name ?? 'the entry';
  if (window.kind === 'cleared') return `${name} is cleared for an update`;
  const value = trace.states[window.from - 1]?.words[window.word] ?? 0;
  return `${program.threads[window.thread]?.name ?? 'it'} has read ${name} as ${valueText(program, window.word, value, format)}`;
}

/** The steps of a row, by number. */
export function numberRange(row: Row): readonly number[] | undefined {
  if (row.kind === 'step' || row.kind === 'fold') return Array.from({ length: lastOf(row) - row.first + 1 }, (_, index) => row.first + index);
  return undefined;
}

function lastOf(row: StepRow | FoldRow): number {
  return row.kind === 'step' ? row.n : row.last;
}
