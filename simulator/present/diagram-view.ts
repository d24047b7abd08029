/** Diagrams in the words of a `RaceView`. */
import type { Span } from '../../parser/ir';
import { originAt, type Origin } from '../litmus/origin';
import { positionOf } from '../litmus/problem';
import type { Adversary, Scenario } from '../litmus/scenario';
import type { Program } from '../machine/program';
import { shortForm } from './c-text';
import { noteText } from './cells';
import type { Diagram, DrawnLock, Note, Row } from './diagram';
import type { DiagramView, LockView, RowView, ThreadView } from './race-view';

export function threadViews(program: Program): ThreadView[] {
  return program.threads.map(({ name, title }) => ({ name, title: title === '' ? name : title }));
}

export function diagramView(program: Program, diagram: Diagram, places: Places): DiagramView {
  return {
    columns: diagram.columns.map(({ thread }) => thread),
    beginning: diagram.beginning ?? null,
    rows: diagram.rows.map((row) => rowView(program, row, places)),
    windows: diagram.windows.map((window) => ({
      kind: window.kind,
      words: window.kind === 'cleared' ? `${program.words[window.word]?.name ?? 'the entry'} is transiently none` : window.words,
      threads: window.threads, from: window.from, to: window.to ?? null, firstRow: window.firstRow, lastRow: window.lastRow,
    })),
    locks: lockViews(diagram.locks),
  };
}

/** Where a step stands: its line in the scenario's or the adversary's text, and the line of the kernel tree that it was made of. */
export interface Places {
  line(file: string | undefined, span: Span): number | null;
  origin(file: string | undefined, span: Span): Origin | null;
}

export function placesIn(scenario: Scenario, adversaries: readonly Adversary[]): Places {
  const textOf = (file: string | undefined): string | undefined => (file === undefined ? scenario.text : adversaries.find(({ name }) => name === file)?.text);
  return {
    line(file, { start }) {
      const text = textOf(file);
      return text === undefined ? null : positionOf(text, start).line;
    },
    origin(file, { start }) {
      const text = textOf(file);
      return (text !== undefined && originAt(text, start)) || null;
    },
  };
}

/** `→ none`; on a page arrows are arrows. */
export function noteWords(note: Note): string {
  return noteText(note).replace(/^-> /, '→ ');
}

function rowView(program: Program, row: Row, places: Places): RowView {
  if (row.kind === 'remark') return { kind: 'remark', mark: row.mark };
  const { thread, depth } = row;
  switch (row.kind) {
    case 'function': return { kind: 'function', thread, depth, text: `${row.name}()`, n: row.n };
    case 'fold': return { kind: 'fold', thread, depth, first: row.first, last: row.last, names: row.names, summary: row.summary };
    case 'pending': return { kind: 'pending', thread, depth, ...codeView(program, row, places), why: row.why, mark: row.mark ?? null };
    case 'step': return { kind: 'step', thread, depth, n: row.n, first: row.first, ...codeView(program, row, places), notes: row.notes.map(noteWords), mark: row.mark ?? null };
  }
}

function codeView(program: Program, { thread, text, span }: { readonly thread: number; readonly text: string; readonly span: Span }, places: Places): { text: string; short: string; line: number | null } {
  const step = program.threads[thread]?.steps.find((other) => other.text === text && other.span.start === span.start);
  return { text, short: shortForm(text), line: places.line(step?.file, span) };
}

/** Outer locks get the tracks on the left. */
function lockViews(locks: readonly DrawnLock[]): LockView[] {
  const views: LockView[] = [];
  for (const { thread, name, mode, from, to, firstRow, lastRow } of locks) {
    const beside = views.filter((other) => other.thread === thread && other.lastRow >= firstRow && other.firstRow <= lastRow).map((other) => other.track);
    let track = 0;
    while (beside.includes(track)) track++;
    views.push({ thread, name, mode, from, to: to ?? null, firstRow, lastRow, track });
  }
  return views;
}
