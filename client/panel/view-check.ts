/** Checks that what was received is a race view, in every part that is drawn. */
import { isBoolean, isNumber, isString, listOf, oneOf, orMissing, orNull, record, union, type Check } from './check';
import type {
  CellView, Choice, DiagramView, ExportAnswer, FixView, FoldRowView, FunctionRowView, GroupView, LineView, LockView, MarkView, MoveView, NextView, PendingRowView, RaceAnswer, RaceProblem,
  RaceView, RemarkRowView, RowView, ScenarioEntry, ScheduleEntry, SchedulesAnswer, ScheduleView, SideBySideView, SideView, StateView, StepRowView, StepView, ThreadView, VerdictView, WindowView,
} from '../../simulator/present/race-view';

export const isMoves = listOf(record<MoveView>({ thread: isNumber, way: isNumber }));
const tone = oneOf('bad', 'good', 'plain');
const choice = record<Choice>({ name: isString, title: isString });
const thread = record<ThreadView>({ name: isString, title: isString });
const mark = record<MarkView>({ tone, words: isString });
const row = union<'kind', RowView>('kind', {
  function: record<FunctionRowView>({ kind: oneOf('function'), thread: isNumber, depth: isNumber, text: isString, n: isNumber }),
  step: record<StepRowView>({ kind: oneOf('step'), thread: isNumber, depth: isNumber, n: isNumber, first: orMissing(isNumber), text: isString, short: isString, line: orNull(isNumber), notes: listOf(isString), mark: orNull(mark) }),
  fold: record<FoldRowView>({ kind: oneOf('fold'), thread: isNumber, depth: isNumber, first: isNumber, last: isNumber, names: listOf(isString), summary: isString }),
  pending: record<PendingRowView>({ kind: oneOf('pending'), thread: isNumber, depth: isNumber, text: isString, short: isString, line: orNull(isNumber), why: isString, mark: orNull(mark) }),
  remark: record<RemarkRowView>({ kind: oneOf('remark'), mark }),
});
const diagram = record<DiagramView>({
  columns: listOf(isNumber), beginning: orNull(isString), rows: listOf(row),
  windows: listOf(record<WindowView>({ kind: oneOf('cleared', 'stale'), words: isString, threads: listOf(isNumber), from: isNumber, to: orNull(isNumber), firstRow: isNumber, lastRow: isNumber })),
  locks: listOf(record<LockView>({ thread: isNumber, name: isString, mode: oneOf('held', 'read', 'write'), from: isNumber, to: orNull(isNumber), firstRow: isNumber, lastRow: isNumber, track: isNumber })),
});
const side = record<SideView>({ title: isString, threads: listOf(thread), diagram });
const state = record<StateView>({
  groups: listOf(record<GroupView>({ title: isString, cells: listOf(record<CellView>({ name: isString, value: isString, before: orNull(isString), since: orNull(isNumber) })) })),
  next: listOf(record<NextView>({ thread: isNumber, status: oneOf('ready', 'waits', 'sleeps', 'ended'), text: isString, short: isString, waitsFor: orNull(isString), ways: isNumber })),
});

const shape = record<RaceView>({
  version: oneOf(1), name: isString, title: isString, rule: orNull(isString), commits: listOf(isString), anchors: listOf(isString), description: isString,
  variants: listOf(choice), variant: isString, adversaries: listOf(choice), adversary: listOf(isString), ownAdversary: isString,
  verdict: record<VerdictView>({ word: oneOf('Sometimes', 'Never', 'Inconclusive'), tone, headline: orNull(isString), detail: isString }),
  sentence: orNull(isString), preemptions: orNull(isString), memoryModel: isString, uncovered: orNull(isString), covered: listOf(isString),
  schedule: orNull(record<ScheduleView>({ moves: isMoves, chosen: isBoolean, fails: isBoolean })),
  threads: listOf(thread), diagram: orNull(diagram),
  steps: listOf(record<StepView>({ n: isNumber, thread: isNumber, text: isString, kind: isString, function: orNull(isString), file: orNull(isString), line: orNull(isNumber), origin: orNull(record<{ file: string; line: number }>({ file: isString, line: isNumber })), anchor: orMissing(orNull(record<{ file: string; function: string }>({ file: isString, function: isString }))), notes: listOf(isString), violated: orNull(isString) })),
  states: listOf(state),
  sideBySide: orNull(record<SideBySideView>({ words: isString, left: side, right: side, lines: listOf(record<LineView>({ left: orNull(isNumber), right: orNull(isNumber) })), part: orNull(isNumber) })),
  fix: orNull(record<FixView>({ title: isString, sentence: isString, verdict: orNull(isString), threads: listOf(thread), diagram })),
  text: orNull(isString), herd: isString, litmus: isString, source: orNull(isString),
});

export const isRaceView: Check<RaceView> = (value): value is RaceView => shape(value) && value.states.length === (value.diagram === null ? 0 : value.steps.length + 1);

export const isProblems = listOf(record<RaceProblem>({ line: isNumber, column: isNumber, message: isString }));

export const isRaceAnswer = record<RaceAnswer>({ view: orNull(isRaceView), problems: isProblems });

export const isScenarioEntries = listOf(record<ScenarioEntry>({ name: isString, title: isString, rule: orNull(isString), variants: listOf(choice), adversaries: listOf(choice) }));

export const isScheduleEntries = listOf(record<ScheduleEntry>({ title: isString, detail: isString, fails: isBoolean, moves: isMoves }));

export const isSchedulesAnswer = record<SchedulesAnswer>({ schedules: isScheduleEntries, complete: isBoolean, problems: isProblems });

export const isExportAnswer = record<ExportAnswer>({ text: orNull(isString), problems: isProblems });
