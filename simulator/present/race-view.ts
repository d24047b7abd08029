/**
 * A race as a page shows it: plain JSON with every value already in words, so that whoever draws it needs to know neither programs nor page tables. Types
 * only, and nothing is imported: clients share this file with the server.
 *
 * Steps are counted from 1; state 0 is the one before the first step, state n the one after step n.
 */

/** Goes up when something that is here changes its meaning. What is new may be left out by who writes and ignored by who reads. */
export const RACE_VIEW_VERSION = 1;

export type Tone = 'bad' | 'good' | 'plain';

/** A name to ask for, and what people call it. */
export interface Choice {
  readonly name: string;
  readonly title: string;
}

export interface RaceView {
  readonly version: typeof RACE_VIEW_VERSION;
  readonly name: string;
  readonly title: string;
  /** The analyzer's rule that finds this in the kernel. */
  readonly rule: string | null;
  readonly commits: readonly string[];
  /** `mm/hugetlb.c hugetlb_no_page()` */
  readonly anchors: readonly string[];
  readonly description: string;
  readonly variants: readonly Choice[];
  /** Name of the variant that is shown. */
  readonly variant: string;
  /** Library threads that can run in place of the scenario's own, and those that do. */
  readonly adversaries: readonly Choice[];
  readonly adversary: readonly string[];
  /** What runs when no library thread does. */
  readonly ownAdversary: string;
  readonly verdict: VerdictView;
  /** What goes wrong, in a sentence; null when nothing does. */
  readonly sentence: string | null;
  readonly preemptions: string | null;
  /** To be said with every verdict. */
  readonly memoryModel: string;
  /** Why a "Never" proves nothing, when it does not. */
  readonly uncovered: string | null;
  /** Labels that had to be reached and were. */
  readonly covered: readonly string[];
  readonly threads: readonly ThreadView[];
  /** What is shown: the shortest failing schedule, or one that was asked for; null when nothing fails and none was. */
  readonly schedule: ScheduleView | null;
  /** Of that schedule. */
  readonly diagram: DiagramView | null;
  /** Every step of the schedule, those that the diagram folds included. */
  readonly steps: readonly StepView[];
  /** One more than steps; none without a schedule. */
  readonly states: readonly StateView[];
  readonly fix: FixView | null;
  readonly sideBySide: SideBySideView | null;
  /** The diagram as text for a commit message. */
  readonly text: string | null;
  /** What was found, as herd7 reports it: lines. */
  readonly herd: string;
  /** The scenario's file as it was explored. */
  readonly litmus: string;
  /** Where the scenario can be read, when it is a file: a path or a URI as the reader of this asked for it. */
  readonly source: string | null;
}

export interface VerdictView {
  readonly word: 'Sometimes' | 'Never' | 'Inconclusive';
  readonly tone: Tone;
  /** `MISSING event, but the page exists!` */
  readonly headline: string | null;
  /** `10 steps, 1 preemption, 55 states, all explored` */
  readonly detail: string;
}

export interface ThreadView {
  /** `P0` */
  readonly name: string;
  /** `UFFDIO_WRITEPROTECT`; the name again when it has none. */
  readonly title: string;
}

/** A choice of who moves: the thread's index, and which of its step's ways it goes, from 0. */
export interface MoveView {
  readonly thread: number;
  readonly way: number;
}

export interface ScheduleView {
  readonly moves: readonly MoveView[];
  /** Whether the reader asked for it. */
  readonly chosen: boolean;
  readonly fails: boolean;
}

/** A schedule in a list. */
export interface ScheduleEntry {
  /** `MISSING event, but the page exists, at handle_userfault() of P1` */
  readonly title: string;
  /** `11 steps: P0, P1` */
  readonly detail: string;
  readonly fails: boolean;
  readonly moves: readonly MoveView[];
}

/** The answer to whoever asked which schedules there are; empty with problems. */
export interface SchedulesAnswer {
  readonly schedules: readonly ScheduleEntry[];
  /** Whether these are all: one for each thing that can go wrong, and for each way to end. */
  readonly complete: boolean;
  readonly problems: readonly RaceProblem[];
}

/** A failing schedule as rows below a column for each thread. */
export interface DiagramView {
  /** Indices in `threads` of those that are shown, from left to right. */
  readonly columns: readonly number[];
  /** `At first, pte is present, writable.` */
  readonly beginning: string | null;
  readonly rows: readonly RowView[];
  readonly windows: readonly WindowView[];
  readonly locks: readonly LockView[];
}

export type RowView = FunctionRowView | StepRowView | FoldRowView | PendingRowView | RemarkRowView;

interface ThreadRowView {
  /** Index in `threads`. */
  readonly thread: number;
  /** How many of the functions that are shown it is inside of. */
  readonly depth: number;
}

/** The heading of a function that the thread enters with its next step. */
export interface FunctionRowView extends ThreadRowView {
  readonly kind: 'function';
  readonly text: string;
  readonly n: number;
}

export interface StepRowView extends ThreadRowView {
  readonly kind: 'step';
  readonly n: number;
  /** The first of the choices right before it that have no row of their own; `n` unless given. */
  readonly first?: number;
  /** The C, and the same without what can be guessed. */
  readonly text: string;
  readonly short: string;
  readonly line: number | null;
  /** `pte = none (transient)` */
  readonly notes: readonly string[];
  readonly mark: MarkView | null;
}

/** A run of steps that do not matter here. */
export interface FoldRowView extends ThreadRowView {
  readonly kind: 'fold';
  readonly first: number;
  readonly last: number;
  readonly names: readonly string[];
  /** `3 lock steps` */
  readonly summary: string;
}

/** A step that the thread does not come to do. */
export interface PendingRowView extends ThreadRowView {
  readonly kind: 'pending';
  readonly text: string;
  readonly short: string;
  readonly line: number | null;
  /** `not reached` */
  readonly why: string;
  readonly mark: MarkView | null;
}

/** A sentence across all columns. */
export interface RemarkRowView {
  readonly kind: 'remark';
  readonly mark: MarkView;
}

export interface MarkView {
  readonly tone: Tone;
  readonly words: string;
}

/** Rows in which what the threads named see is not to be trusted. */
export interface WindowView {
  readonly kind: 'cleared' | 'stale';
  /** `pte is transiently none` */
  readonly words: string;
  readonly threads: readonly number[];
  /** Numbers of the steps that open and close it; it stays open when `to` is null. */
  readonly from: number;
  readonly to: number | null;
  /** Indices in `rows`, the last included. */
  readonly firstRow: number;
  readonly lastRow: number;
}

export interface LockView {
  readonly thread: number;
  readonly name: string;
  readonly mode: 'held' | 'read' | 'write';
  readonly from: number;
  readonly to: number | null;
  readonly firstRow: number;
  readonly lastRow: number;
  /** Locks of a thread that are held at the same time have different tracks, from 0. */
  readonly track: number;
}

export interface StepView {
  readonly n: number;
  readonly thread: number;
  readonly text: string;
  readonly kind: string;
  readonly function: string | null;
  /** Where it stands: in the adversary's file named, or else in the scenario's. */
  readonly file: string | null;
  readonly line: number | null;
  /** Line of the kernel tree that it was made of, where the scenario says so: the file relative to the root, the line from 1. */
  readonly origin: { readonly file: string; readonly line: number } | null;
  /** The function of the kernel tree that it is modelled on, where the scenario names one: the innermost around it. */
  readonly anchor?: { readonly file: string; readonly function: string } | null;
  /** What happened, in words: `pte = none (transient)`. */
  readonly notes: readonly string[];
  /** What is wrong with it. */
  readonly violated: string | null;
}

export interface StateView {
  readonly groups: readonly GroupView[];
  readonly next: readonly NextView[];
}

export interface GroupView {
  readonly title: string;
  readonly cells: readonly CellView[];
}

export interface CellView {
  readonly name: string;
  readonly value: string;
  /** The value before this step, when the step changed it. */
  readonly before: string | null;
  /** The step that gave it this value; null when it had it from the beginning. */
  readonly since: number | null;
}

/** What a thread could do next. */
export interface NextView {
  readonly thread: number;
  readonly status: 'ready' | 'waits' | 'sleeps' | 'ended';
  /** The C of its next step; empty when it has ended. */
  readonly text: string;
  readonly short: string;
  /** What it waits for: `ptl, held by P0`. */
  readonly waitsFor: string | null;
  /** How many ways its next step can go; more than one only where the scenario says `choose()`. */
  readonly ways: number;
}

/** The failing schedule, replayed on the fixed program. */
export interface FixView {
  /** `What the fix blocks` */
  readonly title: string;
  /** `With the fix, huge_pte_lock() waits for ptl, held by P0.` */
  readonly sentence: string;
  /** What exploring the fixed program found: `Never, 120 states, all explored`. */
  readonly verdict: string | null;
  readonly threads: readonly ThreadView[];
  readonly diagram: DiagramView;
}

/** The failing schedule and its replay on the fixed program next to each other, with everything that happens on both sides. */
export interface SideBySideView {
  /** Where they part and why, in a sentence. */
  readonly words: string;
  readonly left: SideView;
  readonly right: SideView;
  /** From above: which rows of both stand in one line, as indices; null where a side has nothing. */
  readonly lines: readonly LineView[];
  /** Index in `lines` of the first one after they have parted; null when they do not. */
  readonly part: number | null;
}

export interface SideView {
  /** `buggy: it fails` */
  readonly title: string;
  readonly threads: readonly ThreadView[];
  readonly diagram: DiagramView;
}

export interface LineView {
  readonly left: number | null;
  readonly right: number | null;
}

/** A scenario in a list. */
export interface ScenarioEntry {
  readonly name: string;
  readonly title: string;
  readonly rule: string | null;
  readonly variants: readonly Choice[];
  readonly adversaries: readonly Choice[];
}

/** What is wrong with a scenario's file, with line and column from 1. */
export interface RaceProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The answer to whoever asked for a race: a view, or else problems. */
export interface RaceAnswer {
  readonly view: RaceView | null;
  readonly problems: readonly RaceProblem[];
}

/** The answer to whoever asked for the proof of a finding. */
export interface ProofAnswer {
  /** Null when there is none: `words` says why. */
  readonly verdict: 'confirmed' | 'not reached' | 'unresolved' | null;
  /** A sentence without its full stop. */
  readonly words: string;
  /** The slice that was explored, as a litmus file; null when there is none. */
  readonly litmus: string | null;
}

/** The answer to whoever asked for a file: its text, or else problems. */
export interface ExportAnswer {
  readonly text: string | null;
  readonly problems: readonly RaceProblem[];
}
