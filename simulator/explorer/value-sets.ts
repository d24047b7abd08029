/**
 * Which values each word can ever have, whatever the order of moves: an over-approximation that makes states small.
 *
 * A word's set grows from its value in the initial state by whatever a step that can be reached at all may assign to it, until nothing grows. The
 * order of steps and the guards are ignored, so every value that a word has in a reachable state is in its set.
 */
import type { Exp, Program, Step, Stmt, WordId } from '../machine/program';
import { applyBinary, applyUnary } from '../machine/exp';
import { sharedCount, type MachineState } from './interpret';

/**
 * The values, each once, in no order: they are few, and a short array is far cheaper than a set. Undefined where a word may have any value that fits
 * it, or there are too many to list.
 */
export type Values = readonly number[] | undefined;

export interface ValueSets {
  readonly words: readonly Values[];
  /** For each thread the steps it can be before; the number of its steps stands for its end. */
  readonly next: readonly ReadonlySet<number>[];
}

/** More values than this are not listed. */
const MOST_VALUES = 32;
/** Operators on sets with more combinations than this are not computed. */
const MOST_COMBINATIONS = 8192;
const NEITHER: Values = [];
const FALSE: Values = [0];
const TRUE: Values = [1];
const TRUTH: Values = [0, 1];

export function valueSets(program: Program, initial: MachineState): ValueSets {
  const analysis = new Analysis(program, initial);
  while (analysis.round());
  return analysis;
}

/** The values an expression can have; more than it can have, never fewer. */
export function valuesOf(exp: Exp, words: readonly Values[], shared: number): Values {
  switch (exp.kind) {
    case 'const': return exp.value === 0 ? FALSE : exp.value === 1 ? TRUE : [exp.value | 0];
    case 'word': return words[exp.word];
    case 'at': return union(pointees(exp.address, words, shared).map((word) => words[word]));
    case 'unary': return unaryValues(exp.op, valuesOf(exp.operand, words, shared));
    case 'binary': return binaryValues(exp, words, shared);
    case 'cond': {
      const test = valuesOf(exp.test, words, shared);
      if (!mayFail(test)) return valuesOf(exp.then, words, shared);
      return mayHold(test) ? union([valuesOf(exp.then, words, shared), valuesOf(exp.else, words, shared)]) : valuesOf(exp.else, words, shared);
    }
  }
}

/** The shared words that an address can mean; addresses that mean none are left out. */
export function pointees(address: Exp, words: readonly Values[], shared: number): WordId[] {
  const all = valuesOf(address, words, shared) ?? Array.from({ length: shared }, (_, word) => word + 1);
  return all.filter((value) => value >= 1 && value <= shared).map((value) => value - 1);
}

/** Whether a step must be gone through: it never was, or a word that it reads has changed since. */
interface Visit {
  isDue: boolean;
}

class Analysis implements ValueSets {
  readonly words: (number[] | undefined)[];
  readonly next: Set<number>[];
  private readonly shared: number;
  private grown = false;
  private readonly visits: readonly (readonly Visit[])[];
  /** For each word the steps that read it. */
  private readonly readers: readonly Visit[][];

  constructor(private readonly program: Program, initial: MachineState) {
    this.words = initial.words.map((value) => [value]);
    this.next = initial.next.map((step) => new Set([step]));
    this.shared = sharedCount(program);
    this.readers = program.words.map(() => []);
    this.visits = program.threads.map(({ steps }) => steps.map((step) => {
      const visit = { isDue: true };
      this.noteReads(step, visit);
      return visit;
    }));
  }

  /** Takes every reachable step once; false when that has added nothing. */
  round(): boolean {
    this.grown = false;
    for (const [thread, { steps }] of this.program.threads.entries()) {
      // A set that grows while it is walked is walked to its new end.
      for (const index of this.next[thread]!) {
        const step = steps[index];
        const visit = this.visits[thread]![index];
        if (step === undefined || visit === undefined || !visit.isDue) continue;
        visit.isDue = false;
        if (step.guard !== undefined && !mayHold(this.values(step.guard))) continue;
        for (const way of step.ways) this.statements(way, thread);
      }
    }
    return this.grown;
  }

  private statements(list: readonly Stmt[], thread: number): void {
    for (const statement of list) this.statement(statement, thread);
  }

  private statement(statement: Stmt, thread: number): void {
    switch (statement.kind) {
      case 'set':
        return this.assign(statement.word, this.values(statement.value));
      case 'store': {
        const written = this.values(statement.value);
        for (const word of pointees(statement.address, this.words, this.shared)) this.assign(word, written);
        return;
      }
      case 'if': {
        const test = this.values(statement.test);
        if (mayHold(test)) this.statements(statement.then, thread);
        if (mayFail(test)) this.statements(statement.else, thread);
        return;
      }
      case 'goto': {
        const end = this.program.threads[thread]!.steps.length;
        this.add(this.next[thread]!, statement.step === 'end' ? end : Math.min(statement.step, end));
      }
    }
  }

  private assign(word: WordId, written: Values): void {
    const known = this.words[word];
    if (known === undefined) return;
    const before = known.length;
    const limit = 2 ** this.program.words[word]!.bits;
    if (written !== undefined) for (const value of written) if (value >= 0 && value < limit && !known.includes(value)) known.push(value);
    if (written === undefined || known.length > MOST_VALUES) this.words[word] = undefined;
    else if (known.length === before) return;
    for (const visit of this.readers[word]!) visit.isDue = true;
    this.grown = true;
  }

  /** Enters a step with the words that it reads, and with a pointer with all shared ones. */
  private noteReads(step: Step, visit: Visit): void {
    const note = (word: WordId): void => {
      const readers = this.readers[word]!;
      // Steps are entered one after the other.
      if (readers.at(-1) !== visit) readers.push(visit);
    };
    const pointers = (): void => {
      for (let word = 0; word < this.shared; word++) note(word);
    };
    const statements = (list: readonly Stmt[]): void => list.forEach((statement) => {
      if ('value' in statement) collect(statement.value);
      if ('address' in statement) collect(statement.address);
      if ('test' in statement) collect(statement.test);
      if (statement.kind !== 'if') return;
      statements(statement.then);
      statements(statement.else);
    });
    const collect = (exp: Exp): void => collectReads(exp, note, pointers);
    if (step.guard !== undefined) collect(step.guard);
    step.ways.forEach(statements);
  }

  private add(to: Set<number>, value: number): void {
    if (to.has(value)) return;
    to.add(value);
    this.grown = true;
  }

  private values(exp: Exp): Values {
    return valuesOf(exp, this.words, this.shared);
  }
}

function collectReads(exp: Exp, word: (id: WordId) => void, pointers: () => void): void {
  switch (exp.kind) {
    case 'const': return;
    case 'word': return word(exp.word);
    case 'at': return pointers(), collectReads(exp.address, word, pointers);
    case 'unary': return collectReads(exp.operand, word, pointers);
    case 'binary': return collectReads(exp.left, word, pointers), collectReads(exp.right, word, pointers);
    case 'cond': return collectReads(exp.test, word, pointers), collectReads(exp.then, word, pointers), collectReads(exp.else, word, pointers);
  }
}

// A set without values is that of an expression that always faults. The thread then moves and violates, and no value is used.
const mayHold = (test: Values): boolean => test === undefined || test.length !== 1 || test[0] !== 0;
const mayFail = (test: Values): boolean => test === undefined || test.includes(0);

function union(sets: readonly Values[]): Values {
  const all: number[] = [];
  for (const set of sets) {
    if (set === undefined) return undefined;
    for (const value of set) if (!all.includes(value)) all.push(value);
  }
  return all.length > MOST_VALUES ? undefined : all;
}

function unaryValues(op: '!' | '~' | '-', operand: Values): Values {
  if (operand === undefined) return op === '!' ? TRUTH : undefined;
  // Other values than 0 are many, and `!` makes one of them all.
  return op === '!' ? truthOf(operand.some((value) => value !== 0), operand.includes(0)) : operand.map((value) => applyUnary(op, value));
}

/** The truth values that a test has which can be 0, or 1. */
function truthOf(mayBeFalse: boolean, mayBeTrue: boolean): Values {
  return mayBeFalse ? (mayBeTrue ? TRUTH : FALSE) : mayBeTrue ? TRUE : NEITHER;
}

function binaryValues(exp: Extract<Exp, { kind: 'binary' }>, words: readonly Values[], shared: number): Values {
  const left = valuesOf(exp.left, words, shared);
  const right = valuesOf(exp.right, words, shared);
  if (exp.op === '&&' || exp.op === '||') return lazyValues(exp.op, left, right);
  if (left === undefined || right === undefined || left.length * right.length > MOST_COMBINATIONS) return boundedValues(exp.op, left, right);
  const all: number[] = [];
  const most = isComparison(exp.op) ? 2 : Infinity;
  for (const a of left) {
    for (const b of right) {
      const value = applyBinary(exp.op, a, b);
      if (all.includes(value)) continue;
      all.push(value);
      if (all.length === most) return all;
      if (all.length > MOST_VALUES) return undefined;
    }
  }
  return all;
}

const isComparison = (op: string): boolean => op === '==' || op === '!=' || op === '<' || op === '>' || op === '<=' || op === '>=';

/** `&&` and `||` have a value even where the right side, which they need not evaluate, has none. */
function lazyValues(op: '&&' | '||', left: Values, right: Values): Values {
  const stop = op === '&&' ? mayFail(left) : mayHold(left);
  const go = op === '&&' ? mayHold(left) : mayFail(left);
  return truthOf((stop && op === '&&') || (go && mayFail(right)), (stop && op === '||') || (go && mayHold(right)));
}

/** What the operator alone says of its result. */
function boundedValues(op: string, left: Values, right: Values): Values {
  if (isComparison(op)) return TRUTH;
  const mask = op !== '&' ? undefined : right?.length === 1 ? right : left?.length === 1 ? left : undefined;
  return mask === undefined ? undefined : submasks(mask[0]!);
}

function submasks(mask: number): Values {
  if (mask < 0) return undefined;
  const all = [0];
  for (let part = mask; part > 0; part = (part - 1) & mask) {
    all.push(part);
    if (all.length > MOST_VALUES) return undefined;
  }
  return all;
}
