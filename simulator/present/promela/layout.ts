/** What of a program the model has to say, and where: which steps are reached, which words are used, which of them are global. */
import type { Exp, Program, PropertyId, Step, Stmt, WordId } from '../../machine/program';
import { PROPERTIES } from '../../explorer/properties';
import { alternativesOf, runKnown, type Alternative, type Known, type Outcome } from './alternatives';
import { Explicit } from './explicit';
import type { Names } from './expressions';
import type { MemorySize, Writes } from './memory';
import { Places } from './places';
import { oldValues } from './undo';
import { programNames } from './names';

export interface Layout {
  readonly program: Program;
  readonly names: Names;
  readonly threadNames: readonly string[];
  /** For each thread what each of its steps can do; undefined for steps that control never reaches. */
  readonly alternatives: readonly (readonly (readonly Alternative[] | undefined)[])[];
  /** What asks `exists`, in states in which every thread may stay for ever; none when the program does not. */
  readonly exists: readonly Alternative[];
  /** Where each thread is after its start, which is done before the first transition. */
  readonly starts: readonly Outcome[];
  /** Values of the words at that point. */
  readonly initial: readonly number[];
  /** Words that are read or written, in the order of their ids. */
  readonly used: readonly WordId[];
  readonly isGlobal: (word: WordId) => boolean;
  /** Where in the text each thread is before each of its steps. */
  readonly places: readonly Places[];
  /** The shared words whose addresses are below this are in the array `mem`, in which address 0 is not used; 0 when there is no such array. */
  readonly memorySize: MemorySize;
  /** How many numbers have to be remembered while a step is done that may have to be undone. */
  readonly oldValues: number;
  /** Words that have the same value before every step. */
  readonly known: Known;
  /** Whether violations of the property are reported. */
  readonly asks: (property: PropertyId) => boolean;
}

export function layoutOf(program: Program, properties: readonly PropertyId[] | undefined): Layout {
  const explicit = new Explicit(program);
  const started = program.threads.map((thread) => runKnown(explicit, thread.start));
  const starts = started.map((start) => start.outcome);
  // A start sets locals of its own thread alone.
  const initial = program.words.map((word, id) => (word.thread === undefined ? undefined : started[word.thread]?.words.get(id)) ?? word.initial);
  const { alternatives, known } = settle(explicit, starts, initial);
  const exists = program.exists === undefined ? [] : existsAlternatives(explicit, program.exists, known);
  const uses = new Uses(program);
  for (const [thread, steps] of alternatives.entries()) for (const step of steps) for (const alternative of step ?? []) uses.alternative(alternative, thread);
  for (const alternative of exists) uses.alternative(alternative, undefined);
  const isGlobal = (word: WordId): boolean => program.words[word]!.scope !== 'local' || uses.foreign.has(word);
  const named = programNames(program, isGlobal, [...PROPERTIES.map(propertyName), 'ended', 'Final', 'mem', 'old', ...program.threads.map((_, thread) => placeName(thread))]);
  return {
    program,
    names: (word) => named.words.get(word) ?? `w${word}`,
    threadNames: named.threads,
    alternatives,
    exists,
    starts,
    initial,
    used: [...program.words.keys()].filter((word) => uses.words.has(word)),
    isGlobal,
    places: program.threads.map((thread, index) => new Places(thread.steps, alternatives[index]!)),
    memorySize: explicit.memorySize,
    oldValues: Math.max(0, ...alternatives.flat(2).map((alternative) => (alternative?.outcome.kind === 'body' ? oldValues(alternative.effect, known) : 0))),
    known,
    asks: (property) => properties === undefined || properties.includes(property),
  };
}

/**
 * The alternatives of all steps. Words that have their initial value whenever a step has ended, above all those that serve only within one step, are no
 * part of the state: their value is put in for them. That may rule out alternatives, and so find more such words.
 */
function settle(explicit: Explicit, starts: readonly Outcome[], initial: readonly number[]): { readonly alternatives: Layout['alternatives']; readonly known: Known } {
  const { threads } = explicit.program;
  let known: Known = new Map();
  for (;;) {
    const alternatives = threads.map((thread, index) => reachable(explicit, thread.steps, starts[index]!, known));
    const ends = alternatives.flatMap((steps) => steps.flatMap((step) => (step ?? []).flatMap((alternative) => alternative.ends)));
    const changed = new Changed(initial, explicit.memorySize);
    const lost = new Set(ends.flatMap((end) => [...changed.by(end)]));
    const constants = new Map([...initial.entries()].filter(([word]) => known.has(word) || !lost.has(word)));
    if (constants.size === known.size) return { alternatives, known };
    known = constants;
  }
}

/** Finds the words that may not have their initial value after some writes. */
class Changed {
  private readonly found = new Map<Writes, ReadonlySet<WordId>>();

  constructor(private readonly initial: readonly number[], private readonly memorySize: MemorySize) {}

  by(writes: Writes): ReadonlySet<WordId> {
    const known = this.found.get(writes);
    if (known !== undefined) return known;
    const changed = this.find(writes);
    this.found.set(writes, changed);
    return changed;
  }

  private find(writes: Writes): ReadonlySet<WordId> {
    if (writes === undefined) return new Set();
    if (writes.kind === 'either') return new Set([...this.by(writes.then), ...this.by(writes.else)]);
    const before = this.by(writes.before);
    if (writes.kind === 'store') return new Set([...before, ...Array.from({ length: this.memorySize - 1 }, (_, word) => word)]);
    const { word, value } = writes;
    const isKept = value.kind === 'const' ? value.value === this.initial[word] : value.kind === 'word' && value.word === word;
    if (isKept !== before.has(word)) return before;
    return isKept ? new Set([...before].filter((other) => other !== word)) : new Set([...before, word]);
  }
}

/** The name of the variable that says before which of several steps a thread is. */
export function placeName(thread: number): string {
  return `at_${thread}`;
}

/** The name that a property has in the model. */
export function propertyName(property: PropertyId): string {
  const name = property.replaceAll('-', '_');
  return property === 'assert' || property === 'exists' ? `${name}_of_scenario` : name;
}

function existsAlternatives(explicit: Explicit, exists: Exp, known: Known): readonly Alternative[] {
  const ask: Stmt[] = [{ kind: 'violate', property: 'exists', test: exists }, { kind: 'goto', step: 'end' }];
  return alternativesOf(explicit, { guard: undefined, ways: [ask] }, known).filter((alternative) => alternative.outcome.kind === 'violation');
}

function reachable(explicit: Explicit, steps: readonly Step[], start: Outcome, known: Known): (readonly Alternative[] | undefined)[] {
  const found: (readonly Alternative[] | undefined)[] = steps.map(() => undefined);
  const open = [start];
  for (let outcome = open.pop(); outcome !== undefined; outcome = open.pop()) {
    if (outcome.kind !== 'goto' || outcome.step === 'end') continue;
    const step = steps[outcome.step];
    if (step === undefined || found[outcome.step] !== undefined) continue;
    const alternatives = alternativesOf(explicit, step, known);
    found[outcome.step] = alternatives;
    for (const { outcome: next } of alternatives) open.push(...(next.kind === 'body' ? next.targets.map((target) => ({ kind: 'goto', step: target }) as const) : [next]));
  }
  return found;
}

/** Collects the words that expressions and statements name. */
class Uses {
  readonly words = new Set<WordId>();
  /** Locals that others than their thread read or write: `exists`, above all. */
  readonly foreign = new Set<WordId>();

  constructor(private readonly program: Program) {}

  alternative(alternative: Alternative, thread: number | undefined): void {
    for (const condition of alternative.conditions) this.expression(condition, thread);
    for (const statement of alternative.effect) this.statement(statement, thread);
  }

  private expression(exp: Exp, thread: number | undefined): void {
    switch (exp.kind) {
      case 'const':
        return;
      case 'word':
        return this.word(exp.word, thread);
      case 'at':
        return this.expression(exp.address, thread);
      case 'unary':
        return this.expression(exp.operand, thread);
      case 'binary':
        this.expression(exp.left, thread);
        return this.expression(exp.right, thread);
      case 'cond':
        for (const part of [exp.test, exp.then, exp.else]) this.expression(part, thread);
    }
  }

  private statement(statement: Stmt, thread: number | undefined): void {
    switch (statement.kind) {
      case 'set':
        this.word(statement.word, thread);
        return this.expression(statement.value, thread);
      case 'store':
        this.expression(statement.address, thread);
        return this.expression(statement.value, thread);
      case 'violate':
        return this.expression(statement.test, thread);
      case 'if':
        this.expression(statement.test, thread);
        for (const inner of [...statement.then, ...statement.else]) this.statement(inner, thread);
    }
  }

  private word(id: WordId, thread: number | undefined): void {
    this.words.add(id);
    if (this.program.words[id]!.thread !== thread) this.foreign.add(id);
  }
}
