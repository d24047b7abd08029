/**
 * Runs a program on a spread-out state in place as it is, for state spaces so small that compiling it (compile.ts) takes longer than exploring them.
 * It means what interpret.ts says.
 *
 * As in compiled code, an expression that follows a bad pointer goes on with 0 and raises a flag, which its statement looks at.
 */
import type { Exp, Program, Stmt } from '../machine/program';
import { applyBinary, applyUnary } from '../machine/exp';
import { sharedCount } from './interpret';
import type { Spread } from './pack';
import { rankOf } from './properties';
import type { Runnable } from './runnable';

const NULL_POINTER = rankOf('null-pointer') + 1;
const OUT_OF_RANGE = rankOf('out-of-range') + 1;

/** @param covered for each of the program's labels, 1 once a move reached it */
export function direct(program: Program, spread: Spread, covered: Uint8Array): Runnable {
  const run = new Run(program, spread, covered);
  const never = (): number => 0;
  return {
    steps: program.threads.map(({ steps }, thread) => steps.map(({ guard, ways, mayWaitForever }) => ({
      guard: ways.length === 0 ? never : guard && (() => run.test(guard)),
      ways: ways.map((way) => () => run.statements(way, thread)),
      mayWaitForever: mayWaitForever === true,
    }))),
    exists: () => (program.exists === undefined ? 0 : run.test(program.exists)),
  };
}

class Run {
  private readonly threads: number;
  private readonly shared: number;
  /** One more than the largest value of each word. */
  private readonly limits: Int32Array;
  /** For each thread the number that stands for its end. */
  private readonly ends: readonly number[];
  /** A pointer led nowhere since the statement began. */
  private faulted = false;

  constructor(program: Program, private readonly spread: Spread, private readonly covered: Uint8Array) {
    this.threads = program.threads.length;
    this.shared = sharedCount(program);
    this.limits = Int32Array.from(program.words, (word) => 2 ** word.bits);
    this.ends = program.threads.map(({ steps }) => steps.length);
  }

  test(exp: Exp): number {
    const value = this.evaluate(exp);
    if (this.hasFaulted()) return 2;
    return value === 0 ? 0 : 1;
  }

  /** Returns 0, or the rank of the violated property plus one. */
  statements(list: readonly Stmt[], thread: number): number {
    for (let index = 0; index < list.length; index++) {
      const violated = this.statement(list[index]!, thread);
      if (violated !== 0) return violated;
    }
    return 0;
  }

  private statement(statement: Stmt, thread: number): number {
    switch (statement.kind) {
      case 'set': {
        const value = this.evaluate(statement.value);
        return this.hasFaulted() ? NULL_POINTER : this.write(statement.word, value);
      }
      case 'if': {
        const test = this.evaluate(statement.test);
        return this.hasFaulted() ? NULL_POINTER : this.statements(test !== 0 ? statement.then : statement.else, thread);
      }
      case 'goto':
        this.spread[thread] = statement.step === 'end' ? this.ends[thread]! : Math.min(statement.step, this.ends[thread]!);
        return 0;
      case 'violate': {
        const test = this.evaluate(statement.test);
        if (this.hasFaulted()) return NULL_POINTER;
        return test !== 0 ? rankOf(statement.property) + 1 : 0;
      }
      case 'store': {
        const address = this.evaluate(statement.address);
        const value = this.evaluate(statement.value);
        return this.hasFaulted() || address < 1 || address > this.shared ? NULL_POINTER : this.write(address - 1, value);
      }
      case 'cover':
        this.covered[statement.label] = 1;
        return 0;
    }
  }

  private write(word: number, value: number): number {
    if (value < 0 || value >= this.limits[word]!) return OUT_OF_RANGE;
    this.spread[this.threads + word] = value;
    return 0;
  }

  private evaluate(exp: Exp): number {
    switch (exp.kind) {
      case 'const': return exp.value | 0;
      case 'word': return this.spread[this.threads + exp.word]!;
      case 'binary': {
        const left = this.evaluate(exp.left);
        if (exp.op === '&&') return left !== 0 && this.evaluate(exp.right) !== 0 ? 1 : 0;
        if (exp.op === '||') return left !== 0 || this.evaluate(exp.right) !== 0 ? 1 : 0;
        return applyBinary(exp.op, left, this.evaluate(exp.right));
      }
      case 'cond': return this.evaluate(exp.test) !== 0 ? this.evaluate(exp.then) : this.evaluate(exp.else);
      case 'unary': return applyUnary(exp.op, this.evaluate(exp.operand));
      case 'at': {
        const address = this.evaluate(exp.address);
        if (address >= 1 && address <= this.shared) return this.spread[this.threads + address - 1]!;
        this.faulted = true;
        return 0;
      }
    }
  }

  /** Whether a pointer led nowhere; asked once for each statement. */
  private hasFaulted(): boolean {
    const { faulted } = this;
    this.faulted = false;
    return faulted;
  }
}
