/** Puts what is known of an examined variant into a `RaceView`. */
import type { Span } from '../../parser/ir';
import type { Examination } from '../examine';
import type { Exploration, Trace } from '../explorer/result';
import { coversOf } from '../machine/build';
import type { Program } from '../machine/program';
import { formatValue } from '../machine/values';
import { originAt, type Origin } from '../litmus/origin';
import { positionOf } from '../litmus/problem';
import type { Adversary, Scenario } from '../litmus/scenario';
import { shortForm } from './c-text';
import { noteText } from './cells';
import { buildDiagram, type Diagram, type DrawnLock, type Note, type Row } from './diagram';
import { MEMORY_MODEL } from './explain';
import { compareWithFix, fixDiagram, partingWords } from './fix';
import { listed, PROPERTY_TITLES, violationNote } from './property-words';
import { RACE_VIEW_VERSION, type Choice, type DiagramView, type FixView, type LockView, type RaceView, type RowView, type StepView, type ThreadView, type VerdictView } from './race-view';
import { violatedProperty } from './slice';
import { stateViews } from './state-view';
import { renderText } from './text';

export interface RaceViewInput {
  readonly examination: Examination;
  /** The same with the fix, for what the fix blocks; or without it, when `examination` is the fixed one and nothing fails in it. */
  readonly counterpart?: Examination;
  /** Library threads that could run in this scenario. */
  readonly adversaries?: readonly Adversary[];
  /** How the reader calls the scenario's file. */
  readonly source?: string;
}

export function buildRaceView({ examination, counterpart, adversaries = [], source }: RaceViewInput): RaceView {
  const { scenario, selection, program, exploration, trace, diagram, explanation, uncovered } = examination;
  const fix = fixView(examination, counterpart);
  const places = placesIn(scenario, selection.adversaries);
  const own = scenario.replaceable.map((name) => scenario.threadTitles.get(name) ?? name);
  return {
    version: RACE_VIEW_VERSION,
    name: scenario.name,
    title: scenario.title,
    rule: scenario.rule ?? null,
    commits: scenario.commits,
    anchors: scenario.anchors.map((anchor) => `${anchor.file} ${anchor.function}()`),
    description: scenario.description,
    variants: scenario.variants.map(choice),
    variant: selection.variant,
    adversaries: adversaries.map(choice),
    adversary: selection.adversaries.map(({ name }) => name),
    ownAdversary: listed(own) ?? '',
    verdict: verdictView(examination),
    sentence: explanation?.sentence ?? null,
    preemptions: explanation?.preemptions ?? null,
    memoryModel: explanation?.memory ?? MEMORY_MODEL,
    uncovered: exploration.verdict === 'Never' && uncovered.length > 0 ? `The label${uncovered.length === 1 ? '' : 's'} ${listed(uncovered) ?? ''} had to be reached and ${uncovered.length === 1 ? 'was' : 'were'} not: this "Never" proves nothing.` : null,
    covered: coversOf(scenario, selection.variant, selection.adversaries.map(({ name }) => name)).filter((label) => !uncovered.includes(label)),
    threads: threadViews(program),
    diagram: diagram ? diagramView(program, diagram, places) : null,
    steps: trace ? stepViews(program, trace, places) : [],
    states: trace ? stateViews(program, trace, formatValue) : [],
    fix: fix?.view ?? null,
    text: diagram ? renderText(diagram) : fix?.text ?? null,
    litmus: scenario.text,
    source: source ?? null,
  };
}

export function choice({ name, title }: Choice): Choice {
  return { name, title };
}

/** Where a step stands: its line in the scenario's or the adversary's text, and the line of the kernel tree that it was made of. */
interface Places {
  line(file: string | undefined, span: Span): number | null;
  origin(file: string | undefined, span: Span): Origin | null;
}

function placesIn(scenario: Scenario, adversaries: readonly Adversary[]): Places {
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

function verdictView({ program, exploration, trace }: Examination): VerdictView {
  const { verdict, witness, preemptions } = exploration;
  const property = (trace && violatedProperty(trace)) ?? witness?.property;
  const headline = property === undefined ? null : trace ? violationNote(program, trace, property, formatValue) : PROPERTY_TITLES[property];
  const steps = witness === undefined ? [] : [count(witness.schedule.length, 'step')];
  const switches = preemptions === undefined ? [] : [preemptions === 0 ? 'no preemption' : count(preemptions, 'preemption')];
  return {
    word: verdict === 'inconclusive' ? 'Inconclusive' : verdict,
    tone: verdict === 'Sometimes' ? 'bad' : verdict === 'Never' ? 'good' : 'plain',
    headline: headline === null ? null : headline.slice(0, 1).toUpperCase() + headline.slice(1),
    detail: [...steps, ...switches, statesInWords(exploration)].join(', '),
  };
}

function statesInWords({ states, limit }: Exploration): string {
  return `${count(states, 'state')}, ${limit === undefined ? 'all explored' : limit === 'states' ? 'the most that are explored here' : 'then stopped'}`;
}

function threadViews(program: Program): ThreadView[] {
  return program.threads.map(({ name, title }) => ({ name, title: title === '' ? name : title }));
}

function diagramView(program: Program, diagram: Diagram, places: Places): DiagramView {
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

function rowView(program: Program, row: Row, places: Places): RowView {
  if (row.kind === 'remark') return { kind: 'remark', mark: row.mark };
  const { thread, depth } = row;
  switch (row.kind) {
    case 'function': return { kind: 'function', thread, depth, text: `${row.name}()`, n: row.n };
    case 'fold': return { kind: 'fold', thread, depth, first: row.first, last: row.last, names: row.names, summary: row.summary };
    case 'pending': return { kind: 'pending', thread, depth, ...codeView(program, row, places), why: row.why, mark: row.mark ?? null };
    case 'step': return { kind: 'step', thread, depth, n: row.n, ...codeView(program, row, places), notes: row.notes.map(noteWords), mark: row.mark ?? null };
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

function stepViews(program: Program, trace: Trace, places: Places): StepView[] {
  const rows = buildDiagram(program, trace, { format: formatValue, relevant: trace.steps.map(() => true) }).rows;
  return trace.steps.map((traced, index) => {
    const n = index + 1;
    const { thread } = traced.move;
    const step = program.threads[thread]?.steps[traced.step];
    const row = rows.find((candidate) => candidate.kind === 'step' && candidate.n === n);
    const violated = n === trace.steps.length ? violatedProperty(trace) : undefined;
    return {
      n, thread, text: step?.text ?? '', kind: step?.kind ?? 'other',
      function: step?.functions.at(-1) ?? null, file: step?.file ?? null, line: step ? places.line(step.file, step.span) : null, origin: step ? places.origin(step.file, step.span) : null,
      notes: row?.kind === 'step' ? row.notes.map(noteWords) : [],
      violated: violated === undefined ? null : violationNote(program, trace, violated, formatValue),
    };
  });
}

/** A schedule that fails in one of the two is replayed on the other. */
function fixView(examination: Examination, counterpart: Examination | undefined): { readonly view: FixView; readonly text: string } | undefined {
  const [failing, fixed] = examination.trace ? [examination, counterpart] : [counterpart, examination];
  if (!failing?.trace || !fixed || fixed.trace) return undefined;
  const comparison = compareWithFix(failing.program, failing.trace, fixed.program);
  const diagram = fixDiagram(comparison, formatValue);
  const places = placesIn(fixed.scenario, fixed.selection.adversaries);
  const { word, detail } = verdictView(fixed);
  return {
    view: { title: 'What the fix blocks', sentence: partingWords(comparison), verdict: `${word}, ${detail}`, threads: threadViews(fixed.program), diagram: diagramView(fixed.program, diagram, places) },
    text: renderText(diagram),
  };
}

/** `→ none`; on a page arrows are arrows. */
function noteWords(note: Note): string {
  return noteText(note).replace(/^-> /, '→ ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
