/**
 * The meaning of programs: a plain interpreter. The explorer runs code that is generated (wasm/) and tested against this one; replay uses this one.
 *
 * What the types leave open is settled here: division by 0 yields 0; a pointer that is NULL or points to no shared word is a violation of
 * `null-pointer`, in a guard as well (the thread then moves, and the move is the violation) and in `exists`; a value that does not fit its word is a
 * violation of `out-of-range` and is not stored. A violation keeps what the step did before it, and leaves the thread at the step.
 */
import { applyBinary, applyUnary } from '../machine/exp';
import type { Exp, ExpOp, Program, PropertyId, Step, Stmt, WordId } from '../machine/program';
import type { Move, ThreadStatus } from './result';

export interface MachineState {
  /** Value of each word. */
  readonly words: readonly number[];
  /** For each thread the index of its next step; the number of its steps when it has ended. */
  readonly next: readonly number[];
}

export interface Execution {
  /** The state after the move, or, when it violates, what had become of it until then. */
  readonly state: MachineState;
  readonly violated: PropertyId | undefined;
  /** Words that guard and statements read, in ascending order. */
  readonly reads: readonly WordId[];
  /** Labels that the move reached. */
  readonly covered: readonly number[];
}

/** The state before the first move, in which every thread's `start` is done already. A violation in it is one of a schedule of no moves. */
export function initialState(program: Program): Execution {
  const run = new Run(program, { words: program.words.map((word) => word.initial), next: program.threads.map(() => 0) });
  if (program.words.some((word) => !fits(word.initial, word.bits))) run.violated = 'out-of-range';
  for (let thread = 0; thread < program.threads.length && run.violated === undefined; thread++) run.execute(program.threads[thread]!.start, thread);
  return run.result();
}

/** Whether the thread has a step left and does not wait before it. */
export function canMove(program: Program, state: MachineState, thread: number): boolean {
  return statusOf(program, state, thread).kind === 'ready';
}

export function statusOf(program: Program, state: MachineState, thread: number): ThreadStatus {
  const index = state.next[thread]!;
  const step = program.threads[thread]!.steps[index];
  if (step === undefined) return { kind: 'ended' };
  if (step.ways.length === 0) return { kind: 'waits', step: index };
  if (step.guard === undefined) return { kind: 'ready', step: index };
  const run = new Run(program, state);
  const open = run.evaluate(step.guard) !== 0 || run.faulted;
  return { kind: open ? 'ready' : 'waits', step: index };
}

/** Makes a move that is possible: the thread can move, and its step has that way. */
export function execute(program: Program, state: MachineState, move: Move): Execution {
  const step = program.threads[move.thread]!.steps[state.next[move.thread]!]!;
  const run = new Run(program, state);
  if (step.guard !== undefined) run.evaluate(step.guard);
  if (run.faulted) run.violated = 'null-pointer';
  else run.execute(step.ways[move.way]!, move.thread);
  return run.result();
}

/** What is wrong with a state itself: a deadlock, or `exists` holding where no thread can move and each has ended or waits where it may. */
export function violationOf(program: Program, state: MachineState): PropertyId | undefined {
  const threads = program.threads.map((_, thread) => statusOf(program, state, thread));
  if (threads.some((status) => status.kind === 'ready')) return undefined;
  if (threads.some((status, thread) => status.kind === 'waits' && !mayStay(program.threads[thread]!.steps[status.step]!))) return 'deadlock';
  if (program.exists === undefined) return undefined;
  const run = new Run(program, state);
  const holds = run.evaluate(program.exists) !== 0;
  if (run.faulted) return 'null-pointer';
  return holds ? 'exists' : undefined;
}

/** Whether no thread can move. */
export function isFinal(program: Program, state: MachineState): boolean {
  return program.threads.every((_, thread) => !canMove(program, state, thread));
}

/** How many words, the first ones, are shared; pointers reach these and no others. */
export function sharedCount(program: Program): number {
  const first = program.words.findIndex((word) => word.scope !== 'shared');
  return first < 0 ? program.words.length : first;
}

const fits = (written: number, bits: number): boolean => written >= 0 && written < 2 ** bits;

const mayStay = (step: Step): boolean => step.mayWaitForever === true;

class Run {
  violated: PropertyId | undefined;
  /** A pointer led nowhere since the run began. */
  faulted = false;
  private readonly words: number[];
  private readonly next: number[];
  private readonly shared: number;
  private readonly reads = new Set<WordId>();
  private readonly covered = new Set<number>();

  constructor(private readonly program: Program, state: MachineState) {
    this.words = [...state.words];
    this.next = [...state.next];
    this.shared = sharedCount(program);
  }

  result(): Execution {
    return {
      state: { words: this.words, next: this.next },
      violated: this.violated,
      reads: [...this.reads].sort((a, b) => a - b),
      covered: [...this.covered].sort((a, b) => a - b),
    };
  }

  execute(statements: readonly Stmt[], thread: number): void {
    for (const statement of statements) {
      this.statement(statement, thread);
      if (this.faulted) this.violated = 'null-pointer';
      if (this.violated !== undefined) return;
    }
  }

  evaluate(exp: Exp): number {
    switch (exp.kind) {
      case 'const': return exp.value | 0;
      case 'word': return this.read(exp.word);
      case 'at': return this.read(this.pointee(this.evaluate(exp.address)));
      case 'unary': return applyUnary(exp.op, this.evaluate(exp.operand));
      case 'binary': return this.binary(exp.op, exp.left, exp.right);
      case 'cond': return this.evaluate(exp.test) !== 0 ? this.evaluate(exp.then) : this.evaluate(exp.else);
    }
  }

  private binary(op: ExpOp, left: Exp, right: Exp): number {
    const first = this.evaluate(left);
    if (op === '&&' && first === 0) return 0;
    if (op === '||' && first !== 0) return 1;
    return applyBinary(op, first, this.evaluate(right));
  }

  private statement(statement: Stmt, thread: number): void {
    switch (statement.kind) {
      case 'set':
        return this.write(statement.word, this.evaluate(statement.value));
      case 'store': {
        const word = this.pointee(this.evaluate(statement.address));
        return this.write(word, this.evaluate(statement.value));
      }
      case 'if': {
        const holds = this.evaluate(statement.test) !== 0;
        return this.faulted ? undefined : this.execute(holds ? statement.then : statement.else, thread);
      }
      case 'violate':
        if (this.evaluate(statement.test) !== 0 && !this.faulted) this.violated = statement.property;
        return;
      case 'cover':
        this.covered.add(statement.label);
        return;
      case 'goto': {
        const end = this.program.threads[thread]!.steps.length;
        this.next[thread] = statement.step === 'end' ? end : Math.min(statement.step, end);
      }
    }
  }

  /** The word an address means; after a fault any, for its value is used no more. */
  private pointee(address: number): WordId {
    const valid = address >= 1 && address <= this.shared;
    if (!valid) this.faulted = true;
    return valid ? address - 1 : 0;
  }

  private read(word: WordId): number {
    if (!this.faulted) this.reads.add(word);
    return this.words[word] ?? 0;
  }

  private write(word: WordId, written: number): void {
    if (this.faulted) return;
    if (!fits(written, this.program.words[word]?.bits ?? 0)) this.violated = 'out-of-range';
    else this.words[word] = written;
  }
}
