/** What came of exploring a slice, without the places in the tree: it is the same for every tree from which the same slice is made. */
import { originAt } from '../../simulator/litmus/origin';
import type { Adversary } from '../../simulator/litmus/scenario';
import { buildRaceView } from '../../simulator/present/build-race-view';
import type { StepView } from '../../simulator/present/race-view';
import type { Attempt, Proof } from '../../witness/prove';

export type Outcome = ConfirmedOutcome | NotReached | Unresolved;

export interface ConfirmedOutcome extends Schedule {
  readonly kind: 'confirmed';
  readonly views: readonly StepView[];
  /** Titles of the threads; none when there is only one. */
  readonly threads: readonly string[];
}

/** What can be said of a schedule without its steps. */
export interface Schedule {
  /** Length of the schedule. */
  readonly steps: number;
  /** No thread has to be interrupted for it. */
  readonly needsNoRace: boolean;
  /** Name of the variant. */
  readonly world: string;
  readonly adversaries: readonly Named[];
  /** What goes wrong, in a sentence. */
  readonly sentence: string;
}

export interface NotReached {
  readonly kind: 'not reached';
  /** Titles of the library threads that were tried one by one. */
  readonly tried: readonly string[];
  readonly pairs: number;
  /** Pairs that there was no room for. */
  readonly untried: number;
  readonly states: number;
}

export interface Unresolved {
  readonly kind: 'unresolved';
  readonly reason: string;
}

/** A library thread: its name, and what people call it. */
export interface Named {
  readonly name: string;
  readonly title: string;
}

export function toOutcome(proof: Proof, library: readonly Adversary[]): Outcome {
  switch (proof.verdict) {
    case 'unresolved': return { kind: 'unresolved', reason: proof.reason };
    case 'not reached': return { kind: 'not reached', untried: proof.untried, ...triedIn(proof.attempts, library) };
    case 'confirmed': {
      const { exploration, selection } = proof.examination;
      const { steps: views, threads, sentence } = buildRaceView({ examination: proof.examination });
      return {
        kind: 'confirmed', steps: views.length, needsNoRace: exploration.preemptions === 0, world: selection.variant,
        adversaries: selection.adversaries.map(({ name, title }) => ({ name, title })), sentence: sentence ?? '',
        views, threads: threads.length < 2 ? [] : threads.map(({ title }) => title),
      };
    }
  }
}

function triedIn(attempts: readonly Attempt[], library: readonly Adversary[]): Pick<NotReached, 'tried' | 'pairs' | 'states'> {
  const single = new Set(attempts.flatMap(({ adversaries }) => (adversaries.length === 1 ? adversaries : [])));
  return {
    tried: [...single].map((name) => library.find((adversary) => adversary.name === name)?.title ?? name),
    pairs: attempts.filter(({ adversaries }) => adversaries.length > 1).length,
    states: attempts.reduce((sum, { states }) => sum + states, 0),
  };
}

/** Texts of slices with the same key are the same but for where their lines stand in the tree. */
export function keyOfSlice(litmus: string): string {
  return movedOrigins(litmus, () => 0);
}

/** A slice whose lines stand elsewhere in their files. */
export function movedOrigins(litmus: string, lineOf: (file: string, line: number) => number): string {
  return litmus.replace(/([\w+-][\w./+-]*\.[chS]):(\d{1,7})/g, (_, file: string, line: string) => `${file}:${lineOf(file, Number(line))}`);
}

/** The same outcome for a slice with the same key. */
export function movedTo(outcome: Outcome, litmus: string): Outcome {
  if (outcome.kind !== 'confirmed') return outcome;
  const starts = [0, ...[...litmus.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return { ...outcome, views: outcome.views.map((view) => (view.origin === null || view.line === null ? view : { ...view, origin: originAt(litmus, starts[view.line - 1] ?? 0) ?? null })) };
}
