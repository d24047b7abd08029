/**
 * Threads that are copies of each other. Exchanging two of them, with their own words and their names in locks, must turn every move into a move
 * and every violation into the same violation; then it is enough to store of all states that arise from each other by exchanges one, in which the
 * copies are sorted. Such an exchange need not leave the initial state as it is.
 *
 * That an exchange does this is shown on the text of the steps: those of the one thread must be those of the other under the exchange, those of every
 * third thread and `exists` must stay as they are. An expression has one of three types, by how its value changes under the exchange:
 * - plain values do not change. Every expression is plain but for the following;
 * - the value of a lock changes from one owner's number plus one to the other's;
 * - in the value of a reader-writer lock the bits of the two threads change places.
 * An expression that mixes them in another way (adds to an owner, say) has no type, and then there is no symmetry.
 */
import type { Exp, Program, Stmt, Thread, Word, WordId } from '../machine/program';
import { sharedCount } from './interpret';
import { pointees, type ValueSets, type Values } from './value-sets';

/** Threads any of which can be exchanged. */
export interface CopyClass {
  readonly threads: readonly number[];
  /** For each of the threads the words it has to itself; the words at the same place correspond. */
  readonly own: readonly (readonly WordId[])[];
}

export interface Symmetry {
  readonly classes: readonly CopyClass[];
  /** The value sets, with every value that an exchange can bring into a word. */
  readonly values: ValueSets;
}

type Type = 'plain' | 'lock' | 'rwlock';
const TYPES: readonly Type[] = ['plain', 'lock', 'rwlock'];

/** Finds the threads that can be exchanged. There are no classes when there are none. */
export function findSymmetry(program: Program, values: ValueSets): Symmetry {
  const candidates = new Map<string, number[]>();
  for (const [thread, { program: name }] of program.threads.entries()) candidates.set(name, [...(candidates.get(name) ?? []), thread]);
  let classes = [...candidates.values()].flatMap((threads) => classOf(program, values, threads) ?? []);
  // With an exchange the sets grow, and with them what pointers can point to. The types of what they point to must still be right.
  for (;;) {
    const closed = closeValues(program, values, classes);
    const still = classes.filter(({ threads }) => classOf(program, closed, threads)?.threads.length === threads.length);
    if (still.length === classes.length) return { classes, values: closed };
    classes = still;
  }
}

/** Exchanges the names of two threads in the value of a lock. */
export function exchangeOwner(value: number, one: number, other: number): number {
  if (value === one + 1) return other + 1;
  return value === other + 1 ? one + 1 : value;
}

/** Exchanges the bits of two of `count` threads in the value of a reader-writer lock. */
export function exchangeBits(value: number, one: number, other: number, count: number): number {
  return swapBits(swapBits(value, one, other), count + one, count + other);
}

function swapBits(value: number, a: number, b: number): number {
  const differ = ((value >>> a) ^ (value >>> b)) & 1;
  return value ^ (differ << a) ^ (differ << b);
}

/** The first of the threads and those that can be exchanged with it; undefined when none can. */
function classOf(program: Program, values: ValueSets, threads: readonly number[]): CopyClass | undefined {
  const first = threads[0]!;
  const exchanges = threads.slice(1).map((other) => new Exchange(program, values, first, other)).filter((exchange) => exchange.holds());
  if (exchanges.length === 0) return undefined;
  const own = [...new Set(exchanges.flatMap((exchange) => exchange.moved()))].sort((a, b) => a - b);
  const columns = [own, ...exchanges.map((exchange) => own.map((word) => exchange.image(word)))];
  // Each thread must have words of its own at every place, for the exchanges of the first with each other one to make up all exchanges.
  if (new Set(columns.flat()).size !== own.length * columns.length) return undefined;
  return { threads: [first, ...exchanges.map((exchange) => exchange.other)], own: columns };
}

/** The exchange of two threads, under which the program must stay as it is. */
class Exchange {
  /** Which word becomes which, in both directions; found by reading the steps of both threads side by side. */
  private readonly words = new Map<WordId, WordId>();
  /** The left side of each pair that was read. */
  private readonly lefts = new Set<WordId>();
  private readonly shared: number;

  constructor(private readonly program: Program, private readonly values: ValueSets, private readonly one: number, readonly other: number) {
    this.shared = sharedCount(program);
  }

  holds(): boolean {
    const { program, one, other } = this;
    return program.words.every((word) => this.hasRoom(word))
      && this.threads(program.threads[one]!, program.threads[other]!)
      && program.threads.every((thread, number) => number === one || number === other || this.threads(thread, thread))
      && (program.exists === undefined || this.tests(program.exists, program.exists));
  }

  /** Words of the first thread that become another's. */
  moved(): WordId[] {
    return [...this.lefts].filter((word) => this.image(word) !== word);
  }

  image(word: WordId): WordId {
    return this.words.get(word) ?? word;
  }

  /** A lock must be able to hold the name of either thread: otherwise one would be out of range where the other is not. */
  private hasRoom(word: Word): boolean {
    const most = Math.max(this.one, this.other);
    if (word.kind === 'lock') return 2 ** word.bits > most + 1;
    return word.kind !== 'rwlock' || word.bits > this.program.threads.length + most;
  }

  private threads(a: Thread, b: Thread): boolean {
    return a.steps.length === b.steps.length && a.steps.every((step, index) => {
      const twin = b.steps[index]!;
      if ((step.mayWaitForever === true) !== (twin.mayWaitForever === true) || step.ways.length !== twin.ways.length) return false;
      if ((step.guard === undefined) !== (twin.guard === undefined)) return false;
      if (step.guard !== undefined && !this.tests(step.guard, twin.guard!)) return false;
      return step.ways.every((way, number) => this.lists(way, twin.ways[number]!, a.steps.length));
    });
  }

  private lists(a: readonly Stmt[], b: readonly Stmt[], end: number): boolean {
    return a.length === b.length && a.every((statement, index) => this.statements(statement, b[index]!, end));
  }

  private statements(a: Stmt, b: Stmt, end: number): boolean {
    switch (a.kind) {
      case 'set': return b.kind === 'set' && this.pair(a.word, b.word) && this.expressions(a.value, b.value, this.typeOf(a.word));
      case 'store': {
        if (b.kind !== 'store' || !this.expressions(a.address, b.address, 'plain')) return false;
        return this.typesAt(a.address, b.address).every((type) => this.expressions(a.value, b.value, type));
      }
      case 'if': return b.kind === 'if' && this.tests(a.test, b.test) && this.lists(a.then, b.then, end) && this.lists(a.else, b.else, end);
      case 'violate': return b.kind === 'violate' && a.property === b.property && this.tests(a.test, b.test);
      case 'cover': return b.kind === 'cover' && a.label === b.label;
      case 'goto': return b.kind === 'goto' && (a.step === 'end' ? end : a.step) === (b.step === 'end' ? end : b.step);
    }
  }

  /** Whether one is not 0 where the other is not 0. No exchange turns 0 into another value, so the type does not matter. */
  private tests(a: Exp, b: Exp): boolean {
    return TYPES.some((type) => this.expressions(a, b, type));
  }

  /** Whether the value of the one becomes that of the other, being of a type. */
  private expressions(a: Exp, b: Exp, type: Type): boolean {
    switch (a.kind) {
      case 'const': return b.kind === 'const' && this.exchanged(a.value | 0, type) === (b.value | 0);
      case 'word': return b.kind === 'word' && this.typeOf(a.word) === type && this.pair(a.word, b.word);
      case 'at': return b.kind === 'at' && this.expressions(a.address, b.address, 'plain') && this.typesAt(a.address, b.address).every((found) => found === type);
      case 'unary': {
        if (b.kind !== 'unary' || a.op !== b.op) return false;
        if (a.op === '!') return type === 'plain' && this.tests(a.operand, b.operand);
        return (type === 'plain' || (type === 'rwlock' && a.op === '~')) && this.expressions(a.operand, b.operand, type);
      }
      case 'binary': return b.kind === 'binary' && a.op === b.op && this.binaries(a, b, type);
      case 'cond': return b.kind === 'cond' && this.tests(a.test, b.test) && this.expressions(a.then, b.then, type) && this.expressions(a.else, b.else, type);
    }
  }

  private binaries(a: Extract<Exp, { kind: 'binary' }>, b: Extract<Exp, { kind: 'binary' }>, type: Type): boolean {
    const both = (of: Type): boolean => this.expressions(a.left, b.left, of) && this.expressions(a.right, b.right, of);
    if (type !== 'plain') return type === 'rwlock' && ['&', '|', '^'].includes(a.op) && both(type);
    if (a.op === '==' || a.op === '!=') return TYPES.some(both);
    if (a.op === '&&' || a.op === '||') return this.tests(a.left, b.left) && this.tests(a.right, b.right);
    return both('plain');
  }

  private exchanged(value: number, type: Type): number {
    if (type === 'plain') return value;
    return type === 'lock' ? exchangeOwner(value, this.one, this.other) : exchangeBits(value, this.one, this.other, this.program.threads.length);
  }

  private typeOf(word: WordId): Type {
    const kind = this.program.words[word]?.kind;
    return kind === 'lock' || kind === 'rwlock' ? kind : 'plain';
  }

  /** The types of the words that two pointers can point to. */
  private typesAt(a: Exp, b: Exp): Type[] {
    const found = [a, b].flatMap((address) => pointees(address, this.values.words, this.shared));
    return [...new Set(found.map((word) => this.typeOf(word)))];
  }

  /** Notes that one word becomes the other; false when that cannot be. */
  private pair(a: WordId, b: WordId): boolean {
    if (a !== b && !this.exchangeable(a, b)) return false;
    this.lefts.add(a);
    if (!this.words.has(a) && !this.words.has(b)) this.words.set(a, b).set(b, a);
    return this.words.get(a) === b && this.words.get(b) === a;
  }

  private exchangeable(a: WordId, b: WordId): boolean {
    const [one, other] = [this.program.words[a], this.program.words[b]];
    if (one === undefined || other === undefined || one.scope === 'shared' || one.scope !== other.scope) return false;
    return one.bits === other.bits && this.typeOf(a) === 'plain' && this.typeOf(b) === 'plain';
  }
}

/** Adds the values that exchanges bring into words. */
function closeValues(program: Program, values: ValueSets, classes: readonly CopyClass[]): ValueSets {
  const words = [...values.words];
  const next = [...values.next];
  for (const { threads, own } of classes) {
    const steps = new Set(threads.flatMap((thread) => [...next[thread]!]));
    for (const thread of threads) next[thread] = steps;
    for (const place of own[0]!.keys()) {
      const column = own.map((list) => list[place]!);
      const all = joined(column.map((word) => words[word]));
      for (const word of column) words[word] = all;
    }
    for (const [id, word] of program.words.entries()) {
      if (word.kind === 'lock') words[id] = closed(words[id], threads, exchangeOwner);
      if (word.kind === 'rwlock') words[id] = closed(words[id], threads, (value, one, other) => exchangeBits(value, one, other, program.threads.length));
    }
  }
  return { words, next };
}

function joined(sets: readonly Values[]): Values {
  return sets.some((set) => set === undefined) ? undefined : [...new Set(sets.flatMap((set) => [...set!]))];
}

function closed(values: Values, threads: readonly number[], exchange: (value: number, one: number, other: number) => number): Values {
  if (values === undefined) return undefined;
  const all = new Set(values);
  // A set that grows while it is walked is walked to its new end.
  for (const value of all) for (const other of threads) all.add(exchange(value, threads[0]!, other));
  return [...all];
}
