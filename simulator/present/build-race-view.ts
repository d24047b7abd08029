/** Puts what is known of an examined variant into a `RaceView`. */
import type { Examination } from '../examine';
import type { Exploration, Trace } from '../explorer/result';
import { coversOf } from '../machine/build';
import type { Program, Step } from '../machine/program';
import { formatValue } from '../machine/values';
import type { Adversary, Anchor } from '../litmus/scenario';
import { buildDiagram } from './diagram';
import { diagramView, noteWords, placesIn, threadViews, type Places } from './diagram-view';
import { capitalized, MEMORY_MODEL } from './explain';
import { compareWithFix, fixDiagram, partingWords } from './fix';
import { conditionOf, renderHerd } from './herd';
import { listed, PROPERTY_TITLES, violationNote } from './property-words';
import { RACE_VIEW_VERSION, type Choice, type FixView, type RaceView, type SideBySideView, type StepView, type VerdictView } from './race-view';
import { violatedProperty } from './slice';
import { stateViews } from './state-view';
import { sideBySideView } from './side-by-side';
import { renderText } from './text';

export interface RaceViewInput {
  readonly examination: Examination;
  /** The same with the fix, for what the fix blocks; or without it, when `examination` is the fixed one and nothing fails in it. */
  readonly counterpart?: Examination;
  /** Library threads that could run in this scenario. */
  readonly adversaries?: readonly Adversary[];
  /** How the reader calls the scenario's file. */
  readonly source?: string;
  /** Library threads that run unless others are asked for: what they are called, and whether it is they who are shown. */
  readonly company?: { readonly words: string; readonly isShown: boolean };
}

export function buildRaceView({ examination, counterpart, adversaries = [], source, company }: RaceViewInput): RaceView {
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
    adversary: company?.isShown === true ? [] : selection.adversaries.map(({ name }) => name),
    ownAdversary: company?.words ?? listed(own) ?? '',
    verdict: verdictView(examination),
    sentence: explanation?.sentence ?? null,
    preemptions: explanation?.preemptions ?? null,
    memoryModel: explanation?.memory ?? MEMORY_MODEL,
    uncovered: exploration.verdict === 'Never' && uncovered.length > 0 ? `The label${uncovered.length === 1 ? '' : 's'} ${listed(uncovered) ?? ''} had to be reached and ${uncovered.length === 1 ? 'was' : 'were'} not: this "Never" proves nothing.` : null,
    covered: coversOf(scenario, selection.variant, selection.adversaries.map(({ name }) => name)).filter((label) => !uncovered.includes(label)),
    threads: threadViews(program),
    schedule: trace ? { moves: trace.steps.map(({ move }) => move), chosen: examination.chosen, fails: violatedProperty(trace) !== undefined } : null,
    diagram: diagram ? diagramView(program, diagram, places) : null,
    steps: trace ? stepViews(program, trace, places, scenario.anchors) : [],
    states: trace ? stateViews(program, trace, formatValue) : [],
    fix: fix?.view ?? null,
    sideBySide: fix?.sideBySide ?? null,
    text: diagram ? renderText(diagram) : fix?.text ?? null,
    herd: renderHerd({ name: scenario.variants.length > 1 ? `${scenario.name}+${selection.variant}` : scenario.name, exploration, uncovered, condition: conditionOf(scenario.text) }),
    litmus: scenario.text,
    source: source ?? null,
  };
}

export function choice({ name, title }: Choice): Choice {
  return { name, title };
}

function verdictView({ program, exploration, trace, chosen }: Examination): VerdictView {
  const { verdict, witness, preemptions } = exploration;
  const shown = trace && violatedProperty(trace);
  const property = shown ?? witness?.property;
  const headline = property === undefined ? null : trace && shown !== undefined ? violationNote(program, trace, property, formatValue) : PROPERTY_TITLES[property];
  const steps = witness === undefined ? [] : [`${chosen ? 'the shortest failure has ' : ''}${count(witness.schedule.length, 'step')}`];
  const switches = preemptions === undefined ? [] : [preemptions === 0 ? 'no preemption' : count(preemptions, 'preemption')];
  return {
    word: verdict === 'inconclusive' ? 'Inconclusive' : verdict,
    tone: verdict === 'Sometimes' ? 'bad' : verdict === 'Never' ? 'good' : 'plain',
    headline: headline === null ? null : capitalized(headline),
    detail: [...steps, ...switches, statesInWords(exploration)].join(', '),
  };
}

function statesInWords({ states, limit }: Exploration): string {
  return `${count(states, 'state')}, ${limit === undefined ? 'all explored' : limit === 'states' ? 'the most that are explored here' : 'then stopped'}`;
}

function stepViews(program: Program, trace: Trace, places: Places, anchors: readonly Anchor[]): StepView[] {
  const rows = buildDiagram(program, trace, { format: formatValue, relevant: trace.steps.map(() => true) }).rows;
  return trace.steps.map((traced, index) => {
    const n = index + 1;
    const { thread } = traced.move;
    const step = program.threads[thread]?.steps[traced.step];
    const row = rows.find((candidate) => candidate.kind === 'step' && candidate.n === n);
    const violated = n === trace.steps.length ? violatedProperty(trace) : undefined;
    return {
      n, thread, text: step?.text ?? '', kind: step?.kind ?? 'other',
      function: step?.functions.at(-1) ?? null, file: step?.file ?? null, line: step ? places.line(step.file, step.span) : null, origin: step ? places.origin(step.file, step.span) : null, anchor: anchorOf(step, anchors),
      notes: row?.kind === 'step' ? row.notes.map(noteWords) : [],
      violated: violated === undefined ? null : violationNote(program, trace, violated, formatValue),
    };
  });
}

/** Library threads have functions of their own, whatever their names. */
function anchorOf(step: Step | undefined, anchors: readonly Anchor[]): Anchor | null {
  if (step === undefined || step.file !== undefined) return null;
  const name = step.functions.findLast((each) => anchors.some((anchor) => anchor.function === each));
  return anchors.find((anchor) => anchor.function === name) ?? null;
}

/** A schedule that fails in one of the two is replayed on the other. */
function fixView(examination: Examination, counterpart: Examination | undefined): { readonly view: FixView; readonly sideBySide: SideBySideView; readonly text: string } | undefined {
  // Beside a schedule that was asked for, another one would be taken for its replay.
  if (examination.chosen && !fails(examination)) return undefined;
  const [failing, fixed] = fails(examination) ? [examination, counterpart] : [counterpart, examination];
  if (!failing?.trace || !fails(failing) || !fixed || fails(fixed)) return undefined;
  const comparison = compareWithFix(failing.program, failing.trace, fixed.program);
  const diagram = fixDiagram(comparison, formatValue);
  const places = placesIn(fixed.scenario, fixed.selection.adversaries);
  const { word, detail } = verdictView(fixed);
  return {
    view: { title: 'What the fix blocks', sentence: partingWords(comparison), verdict: `${word}, ${detail}`, threads: threadViews(fixed.program), diagram: diagramView(fixed.program, diagram, places) },
    sideBySide: sideBySideView({ program: failing.program, trace: failing.trace, places: placesIn(failing.scenario, failing.selection.adversaries), comparison, fixedPlaces: places, names: [failing.selection.variant, fixed.selection.variant] }),
    text: renderText(diagram),
  };
}

function fails({ trace }: Examination): boolean {
  return trace !== undefined && violatedProperty(trace) !== undefined;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
