/**
 * The violations that a program does not spell out: a pointer that leads nowhere, and a value that does not fit its word. They become statements like
 * those that are spelt out, so that whoever translates a program needs to know of one sort only. Checks that can never fail are left out.
 */
import { and, binary, cond, constant, not, or, zero } from '../../machine/exp';
import type { Exp, Program, Stmt, Word } from '../../machine/program';

/** The statements with a `violate` before each that can go wrong by itself. */
export function withChecks(program: Program, statements: readonly Stmt[]): Stmt[] {
  return statements.flatMap((statement): Stmt[] => {
    switch (statement.kind) {
      case 'set':
        return [...nullCheck(program, statement.value), ...rangeCheck(program, statement.value, program.words[statement.word]!.bits), statement];
      case 'store': {
        const smallest = Math.min(...sharedWords(program).map((word) => word.bits));
        return [...nullCheck(program, { kind: 'at', address: statement.address }), ...nullCheck(program, statement.value), ...storeCheck(program, statement, smallest), statement];
      }
      case 'if':
        return [...nullCheck(program, statement.test), { ...statement, then: withChecks(program, statement.then), else: withChecks(program, statement.else) }];
      case 'violate':
        return [...nullCheck(program, statement.test), statement];
      default:
        return [statement];
    }
  });
}

/** A condition: evaluating `exp` follows a pointer that leads nowhere. Constant 0 when that cannot be. */
export function faultOf(program: Program, exp: Exp): Exp {
  switch (exp.kind) {
    case 'const':
    case 'word':
      return zero;
    case 'at':
      return or(faultOf(program, exp.address), outside(program, exp.address, 1, sharedWords(program).length));
    case 'unary':
      return faultOf(program, exp.operand);
    case 'binary': {
      const left = faultOf(program, exp.left);
      const right = faultOf(program, exp.right);
      // The right side of && and || is evaluated only where the left does not decide.
      if (exp.op === '&&') return or(left, and(exp.left, right));
      if (exp.op === '||') return or(left, and(not(exp.left), right));
      return or(left, right);
    }
    case 'cond':
      return or(faultOf(program, exp.test), cond(exp.test, faultOf(program, exp.then), faultOf(program, exp.else)));
  }
}

export function sharedWords(program: Program): readonly Word[] {
  return program.words.filter((word) => word.scope === 'shared');
}

function nullCheck(program: Program, exp: Exp): Stmt[] {
  return check('null-pointer', faultOf(program, exp));
}

function rangeCheck(program: Program, value: Exp, bits: number): Stmt[] {
  return check('out-of-range', outside(program, value, 0, 2 ** bits - 1));
}

/** How wide the word is depends on where the pointer leads; where the value fits the narrowest of all, there is nothing to ask. */
function storeCheck(program: Program, store: Extract<Stmt, { kind: 'store' }>, smallest: number): Stmt[] {
  if (outside(program, store.value, 0, 2 ** smallest - 1) === zero) return [];
  const words = sharedWords(program);
  const widths = [...new Set(words.map((word) => word.bits))].sort((a, b) => a - b);
  return widths.flatMap((bits) => {
    const tooWide = outside(program, store.value, 0, 2 ** bits - 1);
    const targets = words.flatMap((word, id) => (word.bits === bits ? [binary('==', store.address, constant(id + 1))] : []));
    return tooWide === zero ? [] : check('out-of-range', widths.length === 1 ? tooWide : and(or(...targets), tooWide));
  });
}

function check(property: 'null-pointer' | 'out-of-range', test: Exp): Stmt[] {
  return test.kind === 'const' && test.value === 0 ? [] : [{ kind: 'violate', property, test }];
}

/** A condition: the value is below `low` or above `high`; only the sides that are possible. */
function outside(program: Program, value: Exp, low: number, high: number): Exp {
  const range = rangeOf(program, value);
  return or(range.low < low ? binary('<', value, constant(low)) : zero, range.high > high ? binary('>', value, constant(high)) : zero);
}

interface Range {
  readonly low: number;
  readonly high: number;
}

const anything: Range = { low: -(2 ** 31), high: 2 ** 31 - 1 };

/** Bounds of an expression's value that follow from the widths of words alone. */
function rangeOf(program: Program, exp: Exp): Range {
  switch (exp.kind) {
    case 'const':
      return { low: exp.value, high: exp.value };
    case 'word':
      return { low: 0, high: 2 ** program.words[exp.word]!.bits - 1 };
    case 'at':
      return { low: 0, high: 2 ** Math.max(...sharedWords(program).map((word) => word.bits)) - 1 };
    case 'unary':
      return exp.op === '!' ? { low: 0, high: 1 } : negated(rangeOf(program, exp.operand), exp.op === '~' ? 1 : 0);
    case 'cond': {
      const then = rangeOf(program, exp.then);
      const otherwise = rangeOf(program, exp.else);
      return { low: Math.min(then.low, otherwise.low), high: Math.max(then.high, otherwise.high) };
    }
    case 'binary':
      return rangeOfBinary(program, exp);
  }
}

function rangeOfBinary(program: Program, exp: Extract<Exp, { kind: 'binary' }>): Range {
  const left = rangeOf(program, exp.left);
  const right = rangeOf(program, exp.right);
  const within = (low: number, high: number): Range => (low < anything.low || high > anything.high ? anything : { low, high });
  switch (exp.op) {
    case '+':
      return within(left.low + right.low, left.high + right.high);
    case '-':
      return within(left.low - right.high, left.high - right.low);
    case '&': {
      // What is not negative bounds the result; two numbers that may be negative bound nothing.
      const bounds = [left, right].filter((range) => range.low >= 0).map((range) => range.high);
      return bounds.length === 0 ? anything : { low: 0, high: Math.min(...bounds) };
    }
    case '|':
    case '^': {
      if (left.low < 0 || right.low < 0) return anything;
      return { low: 0, high: 2 ** Math.ceil(Math.log2(Math.max(left.high, right.high) + 1)) - 1 };
    }
    case '>>':
      return left.low >= 0 ? { low: 0, high: left.high } : anything;
    case '<<':
      return left.low >= 0 && right.low === right.high && right.low >= 0 && right.low < 31 ? within(left.low * 2 ** right.low, left.high * 2 ** right.low) : anything;
    case '/':
      return left.low >= 0 && right.low >= 0 ? { low: 0, high: left.high } : anything;
    case '%':
      return left.low >= 0 && right.low >= 0 ? { low: 0, high: Math.min(left.high, Math.max(0, right.high - 1)) } : anything;
    case '*':
      return left.low >= 0 && right.low >= 0 ? within(left.low * right.low, left.high * right.high) : anything;
    default:
      return { low: 0, high: 1 };
  }
}

/** Of -x, or with `less` 1 of ~x, which is -x - 1. */
function negated(range: Range, less: number): Range {
  const low = -range.high - less;
  const high = -range.low - less;
  return high > anything.high ? anything : { low, high };
}
