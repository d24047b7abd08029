/**
 * Builds programs by hand, for tests.
 *
 *     const b = new ProgramBuilder();
 *     const x = b.shared('x');
 *     const ptl = b.lock('ptl');
 *     b.thread('P0', (t) => {
 *       const seen = t.local('seen');
 *       t.acquire(ptl);
 *       t.step('seen = x', set(seen, x));
 *       t.label('again').step('x = seen + 1', set(x, add(seen, 1)), when(eq(x, 2), goto('again')));
 *       t.release(ptl);
 *     });
 *     const program = b.build(eq(x, 1));
 *
 * A step goes on to the one below it unless it says `goto`. Shared words and locks are declared first, then ghosts, then threads; the builder throws
 * when the order is wrong or a label is missing, for that is a mistake in the test.
 */
import type { Exp, ExpOp, Program, PropertyId, Step, StepKind, Stmt, Thread, Word, WordId } from './machine/program';

/** A word as an expression; `word` is its id. */
export type WordExp = Extract<Exp, { kind: 'word' }>;
/** Numbers stand for constants. */
export type Operand = Exp | number;

/** A statement whose jumps may name labels. */
export type Act =
  | Exclude<Stmt, { kind: 'if' | 'goto' }>
  | { readonly kind: 'if'; readonly test: Exp; readonly then: readonly Act[]; readonly else: readonly Act[] }
  | { readonly kind: 'goto'; readonly step: number | 'end' | string };

export const value = (operand: Operand): Exp => (typeof operand === 'number' ? { kind: 'const', value: operand } : operand);
export const binary = (op: ExpOp, left: Operand, right: Operand): Exp => ({ kind: 'binary', op, left: value(left), right: value(right) });
export const add = (left: Operand, right: Operand): Exp => binary('+', left, right);
export const sub = (left: Operand, right: Operand): Exp => binary('-', left, right);
export const eq = (left: Operand, right: Operand): Exp => binary('==', left, right);
export const ne = (left: Operand, right: Operand): Exp => binary('!=', left, right);
export const lt = (left: Operand, right: Operand): Exp => binary('<', left, right);
export const bitAnd = (left: Operand, right: Operand): Exp => binary('&', left, right);
export const bitOr = (left: Operand, right: Operand): Exp => binary('|', left, right);
export const and = (left: Operand, right: Operand): Exp => binary('&&', left, right);
export const or = (left: Operand, right: Operand): Exp => binary('||', left, right);
export const not = (operand: Operand): Exp => ({ kind: 'unary', op: '!', operand: value(operand) });
export const cond = (test: Operand, then: Operand, otherwise: Operand): Exp => ({ kind: 'cond', test: value(test), then: value(then), else: value(otherwise) });
/** The shared word that a pointer points to. */
export const at = (address: Operand): Exp => ({ kind: 'at', address: value(address) });
/** A pointer to a shared word. */
export const addressOf = (word: WordExp): Exp => ({ kind: 'const', value: word.word + 1 });

export const set = (word: WordExp, to: Operand): Act => ({ kind: 'set', word: word.word, value: value(to) });
export const store = (address: Operand, to: Operand): Act => ({ kind: 'store', address: value(address), value: value(to) });
export const when = (test: Operand, ...then: Act[]): Act => ({ kind: 'if', test: value(test), then, else: [] });
export const ifElse = (test: Operand, then: readonly Act[], otherwise: readonly Act[]): Act => ({ kind: 'if', test: value(test), then, else: otherwise });
export const violate = (property: PropertyId, test: Operand = 1): Act => ({ kind: 'violate', property, test: value(test) });
export const cover = (label: number): Act => ({ kind: 'cover', label });
/** A label of the thread, a step's number, or `end`. */
export const goto = (step: number | string): Act => ({ kind: 'goto', step });
export const end: Act = { kind: 'goto', step: 'end' };

/** What a step has besides its text and statements. */
export interface StepExtras {
  readonly guard?: Operand;
  readonly kind?: StepKind;
  readonly lock?: WordExp;
  readonly mayWaitForever?: boolean;
}

interface Draft {
  readonly text: string;
  readonly ways: readonly (readonly Act[])[];
  readonly extras: StepExtras;
}

/** The steps and locals of one thread. */
export class ThreadBuilder {
  private readonly drafts: Draft[] = [];
  private readonly labels = new Map<string, number>();
  private readonly first: Act[] = [];

  constructor(readonly number: number, private readonly declare: (word: Word) => WordExp) {}

  local(name: string, options: Partial<Word> = {}): WordExp {
    return this.declare({ name, kind: 'int', bits: 4, initial: 0, ...options, scope: 'local', thread: this.number });
  }

  /** Done in the initial state already. */
  start(...acts: Act[]): this {
    this.first.push(...acts);
    return this;
  }

  /** Names the step that is added next. */
  label(name: string): this {
    this.labels.set(name, this.drafts.length);
    return this;
  }

  step(text: string, ...acts: Act[]): this {
    return this.stepWith({}, text, acts);
  }

  /** A step that waits until `guard` is not 0. */
  wait(text: string, guard: Operand, ...acts: Act[]): this {
    return this.stepWith({ guard }, text, acts);
  }

  /** A sleep that need not end. */
  sleep(text: string, guard: Operand, ...acts: Act[]): this {
    return this.stepWith({ guard, kind: 'sleep', mayWaitForever: true }, text, acts);
  }

  choose(text: string, ...ways: (readonly Act[])[]): this {
    return this.stepWith({ kind: 'choose' }, text, ...ways);
  }

  /** Takes a lock, or a reader-writer lock for write; `threads` is the number of threads of the program, needed for the latter alone. */
  acquire(lock: WordExp): this {
    return this.stepWith({ guard: eq(lock, 0), kind: 'lock', lock }, `lock(${lock.word})`, [set(lock, this.number + 1)]);
  }

  release(lock: WordExp): this {
    return this.stepWith({ kind: 'unlock', lock }, `unlock(${lock.word})`, [violate('unlock-not-held', ne(lock, this.number + 1)), set(lock, 0)]);
  }

  /** Takes a reader-writer lock of `threads` threads for read. */
  acquireRead(lock: WordExp, threads: number): this {
    const writers = ((1 << threads) - 1) << threads;
    return this.stepWith({ guard: eq(bitAnd(lock, writers), 0), kind: 'lock', lock }, `read_lock(${lock.word})`, [set(lock, bitOr(lock, 1 << this.number))]);
  }

  releaseRead(lock: WordExp): this {
    return this.stepWith({ kind: 'unlock', lock }, `read_unlock(${lock.word})`, [set(lock, bitAnd(lock, { kind: 'unary', op: '~', operand: value(1 << this.number) }))]);
  }

  acquireWrite(lock: WordExp, threads: number): this {
    return this.stepWith({ guard: eq(lock, 0), kind: 'lock', lock }, `write_lock(${lock.word})`, [set(lock, 1 << (threads + this.number))]);
  }

  releaseWrite(lock: WordExp): this {
    return this.stepWith({ kind: 'unlock', lock }, `write_unlock(${lock.word})`, [set(lock, 0)]);
  }

  stepWith(extras: StepExtras, text: string, ...ways: (readonly Act[])[]): this {
    this.drafts.push({ text, ways, extras });
    return this;
  }

  build(name: string, program: string): Thread {
    const steps = this.drafts.map((draft, index): Step => ({
      text: draft.text,
      kind: draft.extras.kind ?? 'other',
      functions: [name],
      span: { start: 0, end: 0 },
      lock: draft.extras.lock?.word,
      guard: draft.extras.guard === undefined ? undefined : value(draft.extras.guard),
      mayWaitForever: draft.extras.mayWaitForever,
      ways: draft.ways.map((way) => this.close(way, index + 1)),
    }));
    return { name, title: name, steps, start: this.close(this.first, 0), program };
  }

  /** Gives every way through `acts` its one jump; what follows an `if` with a jump in it moves into the branches. */
  private close(acts: readonly Act[], next: number): Stmt[] {
    const done: Stmt[] = [];
    for (const [index, act] of acts.entries()) {
      if (act.kind === 'goto') return [...done, { kind: 'goto', step: this.resolve(act.step) }];
      if (act.kind !== 'if') {
        done.push(act);
        continue;
      }
      const rest = acts.slice(index + 1);
      return [...done, { kind: 'if', test: act.test, then: this.close([...act.then, ...rest], next), else: this.close([...act.else, ...rest], next) }];
    }
    return [...done, this.jump(next)];
  }

  private jump(step: number): Stmt {
    return { kind: 'goto', step: step >= this.drafts.length ? 'end' : step };
  }

  private resolve(step: number | string): number | 'end' {
    if (step === 'end' || typeof step === 'number') return step;
    const found = this.labels.get(step);
    if (found === undefined) throw new Error(`no label ${step}`);
    return found < this.drafts.length ? found : 'end';
  }
}

export class ProgramBuilder {
  private readonly words: Word[] = [];
  private readonly threads: Thread[] = [];
  private readonly labels: string[] = [];

  /** A shared word: an integer of four bits, 0 at first, unless told otherwise. */
  shared(name: string, options: Partial<Word> = {}): WordExp {
    return this.declare({ name, kind: 'int', bits: 4, initial: 0, ...options, scope: 'shared' });
  }

  lock(name: string): WordExp {
    return this.shared(name, { kind: 'lock', bits: 4 });
  }

  /** A reader-writer lock of `threads` threads. */
  rwlock(name: string, threads: number): WordExp {
    return this.shared(name, { kind: 'rwlock', bits: 2 * threads });
  }

  ghost(name: string, options: Partial<Word> = {}): WordExp {
    return this.declare({ name, kind: 'int', bits: 4, initial: 0, ...options, scope: 'ghost' });
  }

  /** A label to be covered; the result goes into `cover`. */
  coverLabel(name: string): number {
    this.labels.push(name);
    return this.labels.length - 1;
  }

  /** Threads with the same `program` are copies of each other; it is the thread's name unless given. */
  thread(name: string, body: (thread: ThreadBuilder) => void, program = name): this {
    const builder = new ThreadBuilder(this.threads.length, (word) => this.declare(word));
    body(builder);
    this.threads.push(builder.build(name, program));
    return this;
  }

  build(exists?: Exp): Program {
    return { words: this.words, threads: this.threads, labels: this.labels, exists };
  }

  private declare(word: Word): WordExp {
    const order = ['shared', 'ghost', 'local'];
    const last = this.words.at(-1);
    if (last !== undefined && order.indexOf(last.scope) > order.indexOf(word.scope)) throw new Error(`${word.name} is declared too late`);
    this.words.push(word);
    const id: WordId = this.words.length - 1;
    return { kind: 'word', word: id };
  }
}
