/** What came of proving a finding, as plain data: it is copied from the thread that proves to the server, and some of it goes on to the client. */
import { createHash } from 'node:crypto';
import type { FunctionRef, Tree } from '../../analyzer/call-graph/tree';
import type { Finding, Location } from '../../analyzer/findings/finding';
import type { Fix } from '../../analyzer/fixes/fix';
import type { ConfirmedOutcome, NotReached, Outcome, Schedule, Unresolved } from './outcome';

/** A verdict and what it was made of. It holds as long as these functions stay as they are. */
export interface Verdict {
  readonly proof: Confirmed | NotReached | Unresolved;
  /** The slice as a litmus file; null when there is none. */
  readonly litmus: string | null;
  readonly bounds: readonly string[];
  readonly madeFrom: readonly FunctionText[];
}

export interface Confirmed extends Schedule {
  readonly kind: 'confirmed';
  /** The steps on lines of the tree, in the order of the schedule, and the last one wherever it is. */
  readonly lines: readonly ProvenLine[];
}

/** A step of the schedule, or several that follow each other on one line. */
export interface ProvenLine {
  /** Number of the (first) step, from 1. */
  readonly step: number;
  /** Title of the thread; null when there is only one. */
  readonly who: string | null;
  /** What it does, and what comes of it. */
  readonly words: string;
  /** The line without its indentation; null for a step that is on no line of the tree. */
  readonly location: Location | null;
}

/** A function as it was when something was made of it. */
export interface FunctionText {
  readonly file: string;
  readonly name: string;
  readonly hash: string;
  /** Line of the file in which it began. */
  readonly line: number;
}

/** What became of the fix of a confirmed finding. */
export interface FixVerdict {
  /** Which fix: `keyOfFix()`. */
  readonly fix: string;
  /** States in which nothing goes wrong any more, while the place is still reached; null when that is not proven. */
  readonly states: number | null;
}

/** The slice that a verdict is about. */
export interface Sliced {
  readonly litmus: string;
  readonly bounds: readonly string[];
  /** The functions of the kernel that are in it. */
  readonly parts: readonly { readonly file: string; readonly name: string }[];
}

/** Puts an outcome into the places of a tree, which must have the texts that it was found for. */
export function toVerdict(tree: Tree, finding: Pick<Finding, 'location' | 'function' | 'steps'>, outcome: Outcome, slice: Sliced | undefined): Verdict {
  const parts = [{ file: finding.location.file, name: finding.function }, ...finding.steps.map((step) => ({ file: step.location.file, name: step.function })), ...(slice?.parts ?? [])];
  return { proof: outcome.kind === 'confirmed' ? confirmed(tree, outcome) : outcome, litmus: slice?.litmus ?? null, bounds: slice?.bounds ?? [], madeFrom: textsOf(tree, parts) };
}

/** Fixes with the same key do the same to the same function. */
export function keyOfFix({ title, edits }: Pick<Fix, 'title' | 'edits'>): string {
  return JSON.stringify([title, ...edits.map(({ text }) => text)]);
}

const hashes = new WeakMap<FunctionRef, string>();

/** Tells texts of functions apart. */
export function hashOf(ref: FunctionRef): string {
  let hash = hashes.get(ref);
  if (hash === undefined) hashes.set(ref, (hash = createHash('sha256').update(ref.text).digest('hex')));
  return hash;
}

/** The line (from 1) in which a function begins. */
export function lineOf(tree: Tree, ref: FunctionRef): number {
  const text = tree.text(ref.file) ?? '';
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < ref.start; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function confirmed(tree: Tree, { views, threads, steps, needsNoRace, world, adversaries, sentence }: ConfirmedOutcome): Confirmed {
  const lines: ProvenLine[] = [];
  for (const { n, thread, text, kind, origin, notes, violated } of views) {
    // What was left open happens on no line in particular.
    if ((origin === null || kind === 'choose') && n !== steps) continue;
    const location = origin && locationOf(tree, origin.file, origin.line);
    const words = `${text}${notes.map((note) => (note.startsWith('→') ? ` ${note}` : `: ${note}`)).join('')}${violated === null ? '' : ` <== ${violated}`}`;
    const line = { step: n, who: threads[thread] ?? null, words, location };
    const before = lines.at(-1);
    if (before === undefined || !isSameLine(before, line)) lines.push(line);
    else lines[lines.length - 1] = { ...before, words: `${before.words}; ${words}` };
  }
  return { kind: 'confirmed', steps, needsNoRace, world, adversaries, sentence, lines };
}

function isSameLine(a: ProvenLine, b: ProvenLine): boolean {
  return a.who === b.who && a.location !== null && b.location !== null && a.location.file === b.location.file && a.location.line === b.location.line;
}

function locationOf(tree: Tree, file: string, line: number): Location | null {
  const text = tree.text(file)?.split('\n')[line - 1];
  if (text === undefined) return null;
  const start = text.length - text.trimStart().length;
  return { file, line, column: start + 1, endLine: line, endColumn: Math.max(start + 1, text.trimEnd().length) + 1 };
}

/** The functions of these names as they are, each once. */
function textsOf(tree: Tree, parts: readonly { readonly file: string; readonly name: string }[]): FunctionText[] {
  const texts = new Map<FunctionRef, FunctionText>();
  for (const { file, name } of parts) {
    for (const ref of tree.definitions(name, file)) if (!texts.has(ref)) texts.set(ref, { file, name, hash: hashOf(ref), line: lineOf(tree, ref) });
  }
  return [...texts.values()];
}
