/** What of a program the model has to say, and where: which steps are reached, which words are used, which of them are global. */
import type { Exp, Program, PropertyId, Step, Stmt, WordId } from '../../machine/program';
import { PROPERTIES } from '../../explorer/properties';
import { alternativesOf, runKnown, type Alternative, type Outcome } from './alternatives';
import type { Names } from './expressions';
import { programNames } from './names';

export interface Layout {
  readonly program: Program;
  readonly names: Names;
  readonly threadNames: readonly string[];
  /** For each thread what each of its steps can do; undefined for steps that control never reaches. */
  readonly alternatives: readonly (readonly (readonly Alternative[] | undefined)[])[];
  /** Where each thread is after its start, which is done before the first transition. */
  readonly starts: readonly Outcome[];
  /** Values of the words at that point. */
  readonly initial: readonly number[];
  /** Whether some pointer is followed, so that shared words have to be an array. */
  readonly dynamic: boolean;
  /** Words that are read or written, in the order of their ids. */
  readonly used: readonly WordId[];
  readonly isGlobal: (word: WordId) => boolean;
  /** Whether violations of the property are reported. */
  readonly asks: (property: PropertyId) => boolean;
}

export function layoutOf(program: Program, properties: readonly PropertyId[] | undefined): Layout {
  const starts = program.threads.map((thread) => runKnown(program, thread.start));
  const alternatives = program.threads.map((thread, index) => reachable(program, thread.steps, starts[index]!.outcome));
  const asks = (property: PropertyId): boolean => properties === undefined || properties.includes(property);
  const uses = new Uses(program);
  for (const [thread, steps] of alternatives.entries()) for (const step of steps) for (const alternative of step ?? []) uses.alternative(alternative, thread);
  if (program.exists !== undefined) uses.expression(program.exists, undefined);
  const isGlobal = (word: WordId): boolean => program.words[word]!.scope !== 'local' || uses.foreign.has(word);
  const named = programNames(program, isGlobal, [...PROPERTIES.map(propertyName), 'ended', 'Final']);
  const initial = program.words.map((word) => word.initial);
  for (const start of starts) for (const [word, value] of start.words) initial[word] = value;
  return {
    program,
    names: { word: (word) => named.words.get(word) ?? `w${word}`, memory: named.memory },
    threadNames: named.threads,
    alternatives,
    starts: starts.map((start) => start.outcome),
    initial,
    dynamic: uses.dynamic,
    used: [...program.words.keys()].filter((word) => uses.words.has(word) || (uses.dynamic && program.words[word]!.scope === 'shared')),
    isGlobal,
    asks,
  };
}

/** The name that a property has in the model. */
export function propertyName(property: PropertyId): string {
  const name = property.replaceAll('-', '_');
  return property === 'assert' || property === 'exists' ? `${name}_of_scenario` : name;
}

/** The alternatives that ask `exists`, in states in which every thread may stay for ever. */
export function existsAlternatives(program: Program, exists: Exp): readonly Alternative[] {
  const ask: Stmt[] = [{ kind: 'violate', property: 'exists', test: exists }, { kind: 'goto', step: 'end' }];
  return alternativesOf(program, { guard: undefined, ways: [ask] }).filter((alternative) => alternative.outcome.kind === 'violation');
}

function reachable(program: Program, steps: readonly Step[], start: Outcome): (readonly Alternative[] | undefined)[] {
  const found: (readonly Alternative[] | undefined)[] = steps.map(() => undefined);
  const open = [start];
  for (let outcome = open.pop(); outcome !== undefined; outcome = open.pop()) {
    if (outcome.kind !== 'goto' || outcome.step === 'end') continue;
    const step = steps[outcome.step];
    if (step === undefined || found[outcome.step] !== undefined) continue;
    const alternatives = alternativesOf(program, step);
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
  dynamic = false;

  constructor(private readonly program: Program) {}

  alternative(alternative: Alternative, thread: number): void {
    for (const condition of alternative.conditions) this.expression(condition, thread);
    for (const statement of alternative.effect) this.statement(statement, thread);
  }

  expression(exp: Exp, thread: number | undefined): void {
    switch (exp.kind) {
      case 'const':
        return;
      case 'word':
        return this.word(exp.word, thread);
      case 'at':
        this.dynamic = true;
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

  private statement(statement: Stmt, thread: number): void {
    switch (statement.kind) {
      case 'set':
        this.word(statement.word, thread);
        return this.expression(statement.value, thread);
      case 'store':
        this.dynamic = true;
        this.expression(statement.address, thread);
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
