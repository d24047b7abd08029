/**
 * Which steps of a schedule matter for what went wrong: a slice backwards from the violation, over the words that were read and who wrote them, and over
 * the branches that led there. Diagrams fold the other steps.
 */
import type { Trace } from '../explorer/result';
import type { Program, PropertyId, WordId } from '../machine/program';
import { isBareChoice } from './choices';
import { evaluate, wordsOf } from './evaluate';
import { excludes, heldBy, isLock } from './locks';
import { controlParents } from './step-graph';

/** For each step of the trace, whether it matters. */
export function relevantSteps(program: Program, trace: Trace): readonly boolean[] {
  const steps = trace.steps;
  const relevant = steps.map(() => false);
  const inSlice = steps.map(() => false);
  const property = violatedProperty(trace);
  const needed = new Set<WordId>();
  const parents = program.threads.map(controlParents);
  const written = new Set(steps.flatMap((step) => step.changes.map(({ word }) => word)));
  const alone = new Set(steps.map((step) => step.move.thread)).size < 2;

  if (property === 'exists' && program.exists) for (const word of wordsOf(program.exists)) needed.add(word);
  else if (property !== undefined && property !== 'deadlock' && steps.length > 0) mark(steps.length - 1, true);
  if (property === undefined) for (const word of endWords(program)) needed.add(word);

  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index];
    if (!step) continue;
    const writesNeeded = writtenBy(program, trace, index).filter((word) => needed.has(word) && !isLock(program.words[word]));
    if (writesNeeded.length > 0) mark(index, !isBareChoice(program.threads[step.move.thread]?.steps[step.step]));
    if (!inSlice[index]) continue;
    for (const word of writesNeeded) needed.delete(word);
    for (const word of step.reads) if (!isLock(program.words[word])) needed.add(word);
    markDeciders(index);
  }
  for (const index of overlooked(program, trace, relevant)) relevant[index] = true;
  for (const index of lockStepsOf(program, trace, property, relevant)) relevant[index] = true;
  return relevant;

  function mark(index: number, show: boolean): void {
    inSlice[index] = true;
    if (show) relevant[index] = true;
  }

  /** The steps of the same thread that decided that it comes here. One that only looked at what never changes is part of the slice, but no news. */
  function markDeciders(index: number): void {
    const step = steps[index];
    if (!step) return;
    for (const parent of parents[step.move.thread]?.[step.step] ?? []) {
      const at = steps.findLastIndex((other, before) => before < index && other.move.thread === step.move.thread && other.step === parent);
      const decider = steps[at];
      if (!decider) continue;
      const shared = decider.reads.filter((word) => program.words[word]?.scope === 'shared' && !isLock(program.words[word]));
      const chosen = program.threads[step.move.thread]?.steps[parent];
      const kind = chosen?.kind;
      mark(at, (kind === 'choose' && !isBareChoice(chosen)) || kind === 'user-access' || shared.some((word) => alone || written.has(word)));
    }
  }
}

/** The words that a step wrote: those it changed, and those it wrote for certain without changing them. */
function writtenBy(program: Program, trace: Trace, index: number): readonly WordId[] {
  const step = trace.steps[index];
  if (!step) return [];
  const statements = program.threads[step.move.thread]?.steps[step.step]?.ways[step.move.way] ?? [];
  const before = trace.states[index]?.words ?? [];
  const certain = statements.flatMap((statement) => {
    if (statement.kind === 'set') return [statement.word];
    const address = statement.kind === 'store' ? evaluate(statement.address, before) : undefined;
    return address ? [address - 1] : [];
  });
  return [...new Set([...step.changes.map(({ word }) => word), ...certain])];
}

/** Changes that a thread did not see, between its look at a word and its writing it: what they wrote is lost, so no later step depends on it. */
function overlooked(program: Program, trace: Trace, relevant: readonly boolean[]): readonly number[] {
  const shared = (word: WordId): boolean => program.words[word]?.scope === 'shared' && !isLock(program.words[word]);
  return trace.steps.flatMap((step, index) => {
    const changed = step.changes.map(({ word }) => word).filter(shared);
    const lost = changed.some((word) => {
      const write = trace.steps.findIndex((_, at) => at > index && relevant[at] && writtenBy(program, trace, at).includes(word));
      const writer = trace.steps[write]?.move.thread;
      return writer !== undefined && writer !== step.move.thread && trace.steps.some((other, at) => at < index && relevant[at] && other.move.thread === writer && other.reads.includes(word))
        && !trace.steps.some((other, at) => at > index && at <= write && other.move.thread === writer && other.reads.includes(word));
    });
    return lost ? [index] : [];
  });
}

/** What a trace shows; undefined for one without a violation. */
export function violatedProperty(trace: Trace): PropertyId | undefined {
  return trace.steps.at(-1)?.violated ?? trace.states.at(-1)?.violated;
}

/** Where nothing is wrong, what is left in entries and slots is of interest. */
function endWords(program: Program): readonly WordId[] {
  return program.words.flatMap((word, id) => (word.scope === 'shared' && (word.kind === 'entry' || word.kind === 'slot') ? [id] : []));
}

const LOCK_PROPERTIES: readonly PropertyId[] = ['lock-imbalance', 'unlock-not-held', 'recursive-lock', 'sleep-in-atomic'];

/**
 * Steps that take or release a lock and still matter: the innermost lock over a write that matters, and its release when others go on after it; all
 * locks that threads still hold where the violation is about locks.
 */
function lockStepsOf(program: Program, trace: Trace, property: PropertyId | undefined, relevant: readonly boolean[]): readonly number[] {
  const found: number[] = [];
  const last = trace.states.at(-1);
  const violator = trace.steps.at(-1)?.move.thread;
  if (last && property === 'deadlock') program.threads.forEach((_, thread) => takenStill(thread));
  if (last && property && LOCK_PROPERTIES.includes(property) && violator !== undefined) takenStill(violator);
  trace.steps.forEach((step, index) => {
    const before = trace.states[index];
    if (!relevant[index] || !before) return;
    if (!step.changes.some(({ word }) => program.words[word]?.scope === 'shared' && !isLock(program.words[word]))) return;
    const thread = step.move.thread;
    const taken = heldBy(program, thread, before.words).filter(({ mode }) => excludes(mode)).map(({ lock }) => ({ lock, at: takenAt(thread, lock, index) }));
    const inner = taken.sort((a, b) => b.at - a.at)[0];
    if (!inner || inner.at < 0) return;
    found.push(inner.at);
    const release = trace.steps.findIndex((other, at) => at > index && other.move.thread === thread && changesLock(at, inner.lock));
    if (release >= 0 && relevant.some((matters, at) => matters && at > release && trace.steps[at]?.move.thread !== thread)) found.push(release);
  });
  return found;

  function takenStill(thread: number): void {
    for (const { lock } of heldBy(program, thread, last?.words ?? [])) {
      const at = takenAt(thread, lock, trace.steps.length);
      if (at >= 0) found.push(at);
    }
    if (property === 'unlock-not-held') {
      const lock = stepAt(trace.steps.length - 1)?.lock;
      trace.steps.forEach((step, at) => {
        if (lock !== undefined && stepAt(at)?.lock === lock && step.move.thread === thread) found.push(at);
      });
    }
  }

  function takenAt(thread: number, lock: WordId, before: number): number {
    return trace.steps.findLastIndex((step, at) => at < before && step.move.thread === thread && changesLock(at, lock));
  }

  function changesLock(at: number, lock: WordId): boolean {
    return trace.steps[at]?.changes.some(({ word }) => word === lock) ?? false;
  }

  function stepAt(at: number) {
    const step = trace.steps[at];
    return step && program.threads[step.move.thread]?.steps[step.step];
  }
}
