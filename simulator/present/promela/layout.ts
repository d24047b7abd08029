/** What of a program the model has to say, and where: which steps are reached, which words are used, which of them are global. */
import type { Exp, Program, PropertyId, Step, Stmt, WordId } from '../../machine/program';
import { PROPERTIES } from '../../explorer/properties';
import { alternativesOf, runKnown, type Alternative, type Known, type Outcome } from './alternatives';
import { Explicit } from './explicit';
import type { Names } from './expressions';
import { valueOf, type Writes } from './memory';
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
  const named = programNames(program, isGlobal, [...PROPERTIES.map(propertyName), 'ended', 'Final']);
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
    const constants = new Map([...initial.entries()].filter(([word, value]) => known.has(word) || ends.every((end) => keeps(end, word, value))));
    if (constants.size === known.size) return { alternatives, known };
    known = constants;
  }
}

function keeps(end: Writes, word: WordId, value: number): boolean {
  const now = valueOf(word, end);
  return (now.kind === 'word' && now.word === word) || (now.kind === 'const' && now.value === value);
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
    open.push(...alternatives.map((alternative) => alternative.outcome));
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
