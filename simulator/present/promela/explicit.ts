/**
 * Makes explicit what a program leaves to the machine: where a pointer can lead, that it leads nowhere, and that a value does not fit its word. After this
 * there are no pointers to follow, only words, and no violations but those that a statement names. Checks that can never fail are left out.
 */
import { and, binary, cond, constant, not, or, zero } from '../../machine/exp';
import type { Exp, Program, PropertyId, Stmt, WordId } from '../../machine/program';
import { initialState } from '../../explorer/interpret';
import { pointees, valueSets, type ValueSets } from '../../explorer/value-sets';

export class Explicit {
  private readonly sets: ValueSets;
  private readonly shared: number;

  constructor(readonly program: Program) {
    this.sets = valueSets(program, initialState(program).state);
    this.shared = program.words.filter((word) => word.scope === 'shared').length;
  }

  /** The expression on words alone. Worth what it was only where `fault` does not hold. */
  expression(exp: Exp): Exp {
    switch (exp.kind) {
      case 'const':
      case 'word':
        return exp;
      case 'at': {
        const address = this.expression(exp.address);
        const [last, ...others] = this.targets(exp.address).reverse();
        if (last === undefined) return zero;
        return others.reduce<Exp>((rest, word) => cond(binary('==', address, constant(word + 1)), { kind: 'word', word }, rest), { kind: 'word', word: last });
      }
      case 'unary':
        return { ...exp, operand: this.expression(exp.operand) };
      case 'binary':
        return binary(exp.op, this.expression(exp.left), this.expression(exp.right));
      case 'cond':
        return cond(this.expression(exp.test), this.expression(exp.then), this.expression(exp.else));
    }
  }

  /**
   * A condition: evaluating the expression follows a pointer that leads nowhere. One that leads to a word that was not thought possible is one, too:
   * so the model is wrong aloud when the analysis of what is possible is wrong.
   */
  fault(exp: Exp): Exp {
    switch (exp.kind) {
      case 'const':
      case 'word':
        return zero;
      case 'at': {
        const address = this.expression(exp.address);
        const hits = this.targets(exp.address).map((word) => binary('==', address, constant(word + 1)));
        return or(this.fault(exp.address), hits.map((hit) => not(hit)).reduce((left, right) => and(left, right), constant(1)));
      }
      case 'unary':
        return this.fault(exp.operand);
      case 'binary': {
        const left = this.fault(exp.left);
        const right = this.fault(exp.right);
        // The right side of && and || is evaluated only where the left does not decide.
        if (exp.op === '&&') return or(left, and(this.expression(exp.left), right));
        if (exp.op === '||') return or(left, and(not(this.expression(exp.left)), right));
        return or(left, right);
      }
      case 'cond':
        return or(this.fault(exp.test), cond(this.expression(exp.test), this.fault(exp.then), this.fault(exp.else)));
    }
  }

  /** The statements with a `violate` before each that can go wrong by itself. */
  statements(list: readonly Stmt[]): Stmt[] {
    return list.flatMap((statement): Stmt[] => {
      switch (statement.kind) {
        case 'set':
          return [...check('null-pointer', this.fault(statement.value)), ...this.write(statement.word, this.expression(statement.value))];
        case 'store':
          return this.store(statement);
        case 'if':
          return [...check('null-pointer', this.fault(statement.test)), { kind: 'if', test: this.expression(statement.test), then: this.statements(statement.then), else: this.statements(statement.else) }];
        case 'violate':
          return [...check('null-pointer', this.fault(statement.test)), { ...statement, test: this.expression(statement.test) }];
        default:
          return [statement];
      }
    });
  }

  private store(statement: Extract<Stmt, { kind: 'store' }>): Stmt[] {
    const address = this.expression(statement.address);
    const value = this.expression(statement.value);
    const [last, ...others] = this.targets(statement.address).reverse();
    const write = others.reduce<Stmt[]>(
      (rest, word) => [{ kind: 'if', test: binary('==', address, constant(word + 1)), then: this.write(word, value), else: rest }],
      last === undefined ? [] : this.write(last, value),
    );
    return [...check('null-pointer', this.fault({ kind: 'at', address: statement.address })), ...check('null-pointer', this.fault(statement.value)), ...write];
  }

  private write(word: WordId, value: Exp): Stmt[] {
    return [...check('out-of-range', outside(this.program, value, 0, 2 ** this.program.words[word]!.bits - 1)), { kind: 'set', word, value }];
  }

  private targets(address: Exp): WordId[] {
    return pointees(address, this.sets.words, this.shared).sort((a, b) => a - b);
  }
}

function check(property: PropertyId, test: Exp): Stmt[] {
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
      return anything;
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
