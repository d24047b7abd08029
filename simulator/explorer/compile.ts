/**
 * Compiles a program to JavaScript that works on a spread-out state in place, for speed. It means what interpret.ts says.
 *
 * Expressions have no side effects, so one that follows a bad pointer goes on with 0 and raises a flag, which its statement looks at.
 */
import type { Exp, Program, Stmt } from '../machine/program';
import { sharedCount } from './interpret';
import type { Spread } from './pack';
import { rankOf } from './properties';
import type { Runnable } from './runnable';

/** @param covered for each of the program's labels, 1 once a move reached it */
export function compile(program: Program, spread: Spread, covered: Uint8Array): Runnable {
  const writer = new Writer(program);
  const threads = program.threads.map(({ steps }, thread) => {
    const compiled = steps.map((step) => {
      const guard = step.ways.length === 0 ? '() => 0' : step.guard === undefined ? 'undefined' : writer.test(step.guard);
      return `{ guard: ${guard}, mayWaitForever: ${step.mayWaitForever === true}, ways: [${step.ways.map((way) => writer.way(way, thread)).join(',\n')}] }`;
    });
    return `[${compiled.join(',\n')}]`;
  });
  const source = [
    'let F = 0;',
    `function at(a) { if (a >= 1 && a <= ${sharedCount(program)}) return N[a + ${program.threads.length - 1}]; F = 1; return 0; }`,
    `return { steps: [${threads.join(',\n')}], exists: ${program.exists === undefined ? '() => 0' : writer.test(program.exists)} };`,
  ].join('\n');
  const limits = Int32Array.from(program.words, (word) => 2 ** word.bits);
  const create = new Function('N', 'C', 'L', source) as (...of: unknown[]) => Runnable;
  return create(spread, covered, limits);
}

const NULL_POINTER = rankOf('null-pointer') + 1;
const OUT_OF_RANGE = rankOf('out-of-range') + 1;

class Writer {
  private readonly threads: number;
  private readonly shared: number;

  constructor(private readonly program: Program) {
    this.threads = program.threads.length;
    this.shared = sharedCount(program);
  }

  test(exp: Exp): string {
    if (!faults(exp)) return `() => (${this.exp(exp)} ? 1 : 0)`;
    return `() => { const v = ${this.exp(exp)}; if (F) { F = 0; return 2; } return v ? 1 : 0; }`;
  }

  way(statements: readonly Stmt[], thread: number): string {
    return `() => { let v = 0, a = 0;\n${this.statements(statements, thread)}return 0; }`;
  }

  private statements(list: readonly Stmt[], thread: number): string {
    return list.map((statement) => `${this.statement(statement, thread)}\n`).join('');
  }

  private statement(statement: Stmt, thread: number): string {
    switch (statement.kind) {
      case 'set': {
        const limit = 2 ** (this.program.words[statement.word]?.bits ?? 0);
        return `v = ${this.exp(statement.value)}; ${fault(statement.value)}if (v < 0 || v >= ${limit}) return ${OUT_OF_RANGE}; ${this.word(statement.word)} = v;`;
      }
      case 'store': {
        const checks = `if (F || a < 1 || a > ${this.shared}) { F = 0; return ${NULL_POINTER}; } if (v < 0 || v >= L[a - 1]) return ${OUT_OF_RANGE};`;
        return `a = ${this.exp(statement.address)}; v = ${this.exp(statement.value)}; ${checks} N[a + ${this.threads - 1}] = v;`;
      }
      case 'if': {
        const branches = `if (v) {\n${this.statements(statement.then, thread)}} else {\n${this.statements(statement.else, thread)}}`;
        return `v = ${this.exp(statement.test)}; ${fault(statement.test)}${branches}`;
      }
      case 'violate':
        return `v = ${this.exp(statement.test)}; ${fault(statement.test)}if (v) return ${rankOf(statement.property) + 1};`;
      case 'cover':
        return `C[${statement.label | 0}] = 1;`;
      case 'goto': {
        const end = this.program.threads[thread]!.steps.length;
        return `N[${thread}] = ${statement.step === 'end' ? end : Math.min(statement.step, end)};`;
      }
    }
  }

  private exp(exp: Exp): string {
    switch (exp.kind) {
      case 'const': return `(${exp.value | 0})`;
      case 'word': return this.word(exp.word);
      case 'at': return `at(${this.exp(exp.address)})`;
      case 'unary': {
        const operand = this.exp(exp.operand);
        return exp.op === '!' ? `(${operand} ? 0 : 1)` : exp.op === '~' ? `(~${operand})` : `(-${operand} | 0)`;
      }
      case 'binary': return this.binary(exp);
      case 'cond': return `(${this.exp(exp.test)} ? ${this.exp(exp.then)} : ${this.exp(exp.else)})`;
    }
  }

  private binary(exp: Extract<Exp, { kind: 'binary' }>): string {
    const left = this.exp(exp.left);
    const right = this.exp(exp.right);
    switch (exp.op) {
      case '*': return `Math.imul(${left}, ${right})`;
      case '+': case '-': case '/': case '%': return `((${left} ${exp.op} ${right}) | 0)`;
      case '==': return `(${left} === ${right} ? 1 : 0)`;
      case '!=': return `(${left} !== ${right} ? 1 : 0)`;
      case '<': case '>': case '<=': case '>=': case '&&': case '||': return `(${left} ${exp.op} ${right} ? 1 : 0)`;
      case '&': case '|': case '^': case '<<': case '>>': return `(${left} ${exp.op} ${right})`;
    }
  }

  private word(word: number): string {
    return `N[${this.threads + word}]`;
  }
}

const fault = (exp: Exp): string => (faults(exp) ? `if (F) { F = 0; return ${NULL_POINTER}; } ` : '');

/** Whether evaluating it can follow a bad pointer. */
function faults(exp: Exp): boolean {
  switch (exp.kind) {
    case 'const': case 'word': return false;
    case 'at': return true;
    case 'unary': return faults(exp.operand);
    case 'binary': return faults(exp.left) || faults(exp.right);
    case 'cond': return faults(exp.test) || faults(exp.then) || faults(exp.else);
  }
}
