/**
 * Which values each word can ever have, whatever the order of moves: an over-approximation that makes states small.
 *
 * A word's set grows from its value in the initial state by whatever a step that can be reached at all may assign to it, until nothing grows. The
 * order of steps and the guards are ignored, so every value that a word has in a reachable state is in its set.
 */
import type { Exp, Program, Step, Stmt, WordId } from '../machine/program';
import { apply, applyUnary, sharedCount, type MachineState } from './interpret';

/** Undefined where a word may have any value that fits it, or there are too many to list. */
export type Values = ReadonlySet<number> | undefined;

export interface ValueSets {
  readonly words: readonly Values[];
  /** For each thread the steps it can be before; the number of its steps stands for its end. */
  readonly next: readonly ReadonlySet<number>[];
}

/** More values than this are not listed. */
const MOST_VALUES = 32;
/** Operators on sets with more combinations than this are not computed. */
const MOST_COMBINATIONS = 8192;
const TRUTH: Values = new Set([0, 1]);

export function valueSets(program: Program, initial: MachineState): ValueSets {
  const analysis = new Analysis(program, initial);
  while (analysis.round());
  return analysis;
}

/** The values an expression can have; more than it can have, never fewer. */
export function valuesOf(exp: Exp, words: readonly Values[], shared: number): Values {
  switch (exp.kind) {
    case 'const': return new Set([exp.value | 0]);
    case 'word': return words[exp.word];
    case 'at': return union(pointees(exp.address, words, shared).map((word) => words[word]));
    case 'unary': return unaryValues(exp.op, valuesOf(exp.operand, words, shared));
    case 'binary': return binaryValues(exp, words, shared);
    case 'cond': {
      const test = valuesOf(exp.test, words, shared);
      return union([...(mayHold(test) ? [valuesOf(exp.then, words, shared)] : []), ...(mayFail(test) ? [valuesOf(exp.else, words, shared)] : [])]);
    }
  }
}

/** The shared words that an address can mean; addresses that mean none are left out. */
export function pointees(address: Exp, words: readonly Values[], shared: number): WordId[] {
  const all = valuesOf(address, words, shared) ?? Array.from({ length: shared }, (_, word) => word + 1);
  return [...all].filter((value) => value >= 1 && value <= shared).map((value) => value - 1);
}

/** What a step reads, and when it was last gone through. */
interface Visit {
  readonly reads: ReadonlySet<WordId>;
  time: number;
}

class Analysis implements ValueSets {
  readonly words: (Set<number> | undefined)[];
  readonly next: Set<number>[];
  private readonly shared: number;
  private grown = false;
  /** Counts the changes; and when each word last changed. */
  private clock = 1;
  private readonly changed: number[];
  private readonly visits: Visit[][];

  constructor(private readonly program: Program, initial: MachineState) {
    this.words = initial.words.map((value) => new Set([value]));
    this.next = initial.next.map((step) => new Set([step]));
    this.shared = sharedCount(program);
    this.changed = program.words.map(() => 1);
    this.visits = program.threads.map(({ steps }) => steps.map((step) => ({ reads: this.readsOf(step), time: 0 })));
  }

  /** Takes every reachable step once; false when that has added nothing. */
  round(): boolean {
    this.grown = false;
    for (const [thread, { steps }] of this.program.threads.entries()) {
      // A set that grows while it is walked is walked to its new end.
      for (const index of this.next[thread]!) {
        const step = steps[index];
        const visit = this.visits[thread]![index];
        if (step === undefined || visit === undefined || !this.isDue(visit)) continue;
        visit.time = ++this.clock;
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
    const before = known.size;
    if (written !== undefined) for (const value of written) if (value >= 0 && value < 2 ** this.program.words[word]!.bits) known.add(value);
    if (written === undefined || known.size > MOST_VALUES) this.words[word] = undefined;
    else if (known.size === before) return;
    this.changed[word] = ++this.clock;
    this.grown = true;
  }

  /** Whether a word that a step reads has changed since it was last gone through. */
  private isDue({ reads, time }: Visit): boolean {
    if (time === 0) return true;
    for (const word of reads) if (this.changed[word]! > time) return true;
    return false;
  }

  /** Words that a step reads, and with a pointer all shared ones. */
  private readsOf(step: Step): Set<WordId> {
    const reads = new Set<WordId>();
    const pointers = (): void => {
      for (let word = 0; word < this.shared; word++) reads.add(word);
    };
    const statements = (list: readonly Stmt[]): void => list.forEach((statement) => {
      if ('value' in statement) collect(statement.value);
      if ('address' in statement) collect(statement.address);
      if ('test' in statement) collect(statement.test);
      if (statement.kind !== 'if') return;
      statements(statement.then);
      statements(statement.else);
    });
    const collect = (exp: Exp): void => collectReads(exp, reads, pointers);
    if (step.guard !== undefined) collect(step.guard);
    step.ways.forEach(statements);
    return reads;
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

function collectReads(exp: Exp, reads: Set<WordId>, pointers: () => void): void {
  const into = (part: Exp): void => collectReads(part, reads, pointers);
  switch (exp.kind) {
    case 'const': return;
    case 'word': return void reads.add(exp.word);
    case 'at': return pointers(), into(exp.address);
    case 'unary': return into(exp.operand);
    case 'binary': return into(exp.left), into(exp.right);
    case 'cond': return into(exp.test), into(exp.then), into(exp.else);
  }
}

// A set without values is that of an expression that always faults. The thread then moves and violates, and no value is used.
const mayHold = (test: Values): boolean => test === undefined || test.size === 0 || test.size > 1 || !test.has(0);
const mayFail = (test: Values): boolean => test === undefined || test.has(0);

function union(sets: readonly Values[]): Values {
  const all = new Set<number>();
  for (const set of sets) {
    if (set === undefined) return undefined;
    for (const value of set) all.add(value);
  }
  return all.size > MOST_VALUES ? undefined : all;
}

function unaryValues(op: '!' | '~' | '-', operand: Values): Values {
  if (operand !== undefined) return new Set([...operand].map((value) => applyUnary(op, value)));
  return op === '!' ? TRUTH : undefined;
}

function binaryValues(exp: Extract<Exp, { kind: 'binary' }>, words: readonly Values[], shared: number): Values {
  const left = valuesOf(exp.left, words, shared);
  const right = valuesOf(exp.right, words, shared);
  const lazy = lazyValues(exp.op, left, right);
  if (lazy !== undefined) return lazy;
  if (left === undefined || right === undefined || left.size * right.size > MOST_COMBINATIONS) return boundedValues(exp.op, left, right);
  const all = new Set<number>();
  for (const a of left) for (const b of right) all.add(apply(exp.op, a, b));
  return all.size > MOST_VALUES ? undefined : all;
}

/** `&&` and `||` have a value even where the right side, which they need not evaluate, has none. */
function lazyValues(op: string, left: Values, right: Values): Values {
  if (op !== '&&' && op !== '||') return undefined;
  const stop = op === '&&' ? mayFail(left) : mayHold(left);
  const go = op === '&&' ? mayHold(left) : mayFail(left);
  return new Set([...(stop ? [Number(op === '||')] : []), ...(go && mayHold(right) ? [1] : []), ...(go && mayFail(right) ? [0] : [])]);
}

/** What the operator alone says of its result. */
function boundedValues(op: string, left: Values, right: Values): Values {
  if (['==', '!=', '<', '>', '<=', '>='].includes(op)) return TRUTH;
  const mask = op !== '&' ? undefined : right?.size === 1 ? right : left?.size === 1 ? left : undefined;
  return mask === undefined ? undefined : submasks([...mask][0]!);
}

function submasks(mask: number): Values {
  if (mask < 0) return undefined;
  const all = new Set<number>([0]);
  for (let part = mask; part > 0; part = (part - 1) & mask) {
    all.add(part);
    if (all.size > MOST_VALUES) return undefined;
  }
  return all;
}
