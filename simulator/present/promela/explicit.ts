/**
 * Makes explicit what a program leaves to the machine: where a pointer can lead, that it leads nowhere, and that a value does not fit its word. After this
 * there are no pointers to follow but those that can lead to many words, which are put into an array for them, and no violations but those that a
 * statement names. Checks that can never fail are left out.
 */
import { and, at, binary, cond, constant, not, or, readsOf, zero } from '../../machine/exp';
import type { Exp, Program, PropertyId, Stmt, WordId } from '../../machine/program';
import { initialState } from '../../explorer/interpret';
import { pointees, valueSets, type ValueSets } from '../../explorer/value-sets';
import { flat } from './body';
import { negation } from './conditions';
import { before, type MemorySize } from './memory';

/** A pointer that can lead to more words than this is not made a choice among them. */
const FEW = 4;

export class Explicit {
  /** Words whose address is below this are those of the array `mem`; 0 when there is none. */
  memorySize: MemorySize = 0;
  /** Bounds of words at the place that is worked on, by checks that went before. */
  private bounds = new Map<WordId, Range>();
  private readonly sets: ValueSets;
  private readonly shared: number;

  constructor(readonly program: Program) {
    this.sets = valueSets(program, initialState(program).state);
    this.shared = program.words.filter((word) => word.scope === 'shared').length;
    // What every pointer can lead to is known once all have been gone through.
    for (const { steps } of program.threads) {
      for (const { guard, ways } of steps) {
        this.expression(guard ?? zero);
        for (const way of ways) this.statements(way);
      }
    }
    if (program.exists !== undefined) this.expression(program.exists);
  }

  /** The expression on words alone. Worth what it was only where `fault` does not hold. */
  expression(exp: Exp): Exp {
    switch (exp.kind) {
      case 'const':
      case 'word':
        return exp;
      case 'at': {
        const [last, ...others] = this.targets(exp.address).reverse();
        if (last === undefined) return zero;
        if (others.length >= FEW) return this.inMemory(exp.address);
        return others.reduce<Exp>((rest, { when, word }) => cond(when, { kind: 'word', word }, rest), { kind: 'word', word: last.word });
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
        return or(this.fault(exp.address), this.isWild(exp.address));
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
        return or(this.fault(exp.test), choice(this.expression(exp.test), this.fault(exp.then), this.fault(exp.else)));
    }
  }

  /** The statements with a `violate` before each that can go wrong by itself. */
  statements(list: readonly Stmt[]): Stmt[] {
    this.bounds = new Map();
    return this.within(list);
  }

  private within(list: readonly Stmt[]): Stmt[] {
    return list.flatMap((statement): Stmt[] => {
      const done = this.statement(statement);
      if (statement.kind === 'violate') for (const [word, range] of checkedBy(statement.test)) this.bounds.set(word, range);
      for (const inner of flat([statement])) if (inner.kind === 'set') this.bounds.delete(inner.word);
      // A pointer that is itself reached through pointers is not kept account of.
      if ([...flat([statement])].some((inner) => inner.kind === 'store')) for (const word of this.bounds.keys()) if (word < this.shared) this.bounds.delete(word);
      return done;
    });
  }

  private branch(list: readonly Stmt[]): Stmt[] {
    const bounds = new Map(this.bounds);
    const done = this.within(list);
    this.bounds = bounds;
    return done;
  }

  private statement(statement: Stmt): Stmt[] {
      switch (statement.kind) {
        case 'set':
          return [...check('null-pointer', this.fault(statement.value)), ...this.write(statement.word, this.expression(statement.value))];
        case 'store':
          return this.store(statement);
        case 'if':
          return [...check('null-pointer', this.fault(statement.test)), { kind: 'if', test: this.expression(statement.test), then: this.branch(statement.then), else: this.branch(statement.else) }];
        case 'violate':
          return [...check('null-pointer', this.fault(statement.test)), { ...statement, test: this.expression(statement.test) }];
        default:
          return [statement];
      }
  }

  private store(statement: Extract<Stmt, { kind: 'store' }>): Stmt[] {
    const value = this.expression(statement.value);
    const targets = this.targets(statement.address);
    const checks = [...check('null-pointer', this.fault({ kind: 'at', address: statement.address })), ...check('null-pointer', this.fault(statement.value))];
    if (targets.length > FEW) {
      const place = this.inMemory(statement.address);
      return [...checks, ...check('out-of-range', this.outsideAny(targets, value)), place.kind === 'at' ? { kind: 'store', address: place.address, value } : { kind: 'set', word: place.word, value }];
    }
    const [last, ...others] = targets.reverse();
    const write = others.reduce<Stmt[]>((rest, { when, word }) => [{ kind: 'if', test: when, then: this.write(word, value), else: rest }], last === undefined ? [] : this.write(last.word, value));
    return [...checks, ...write];
  }

  /** The word of the array that a pointer with many targets means. */
  private inMemory(address: Exp): Extract<Exp, { kind: 'at' | 'word' }> {
    this.memorySize = Math.max(this.memorySize, ...this.targets(address).map(({ word }) => word + 2));
    const place = at(this.expression(address));
    return place.kind === 'word' ? place : { kind: 'at', address: this.expression(address) };
  }

  /** A condition: the value does not fit the word that the address means. */
  private outsideAny(targets: readonly Target[], value: Exp): Exp {
    const bitsOf = ({ word }: Target): number => this.program.words[word]!.bits;
    const widths = [...new Set(targets.map(bitsOf))].sort((a, b) => b - a);
    const parts = widths.map((bits, index) => {
      // What does not fit the widest word fits none.
      const some = index === 0 ? constant(1) : or(...targets.filter((target) => bitsOf(target) === bits).map(({ when }) => when));
      const wrong = outside(this.program, value, 0, 2 ** bits - 1);
      return wrong.kind === 'const' && wrong.value === 0 ? zero : and(some, wrong);
    });
    return or(...parts);
  }

  private write(word: WordId, value: Exp): Stmt[] {
    return [...check('out-of-range', outside(this.program, value, 0, 2 ** this.program.words[word]!.bits - 1)), { kind: 'set', word, value }];
  }

  /** A condition: the address is none of a word that was thought possible. */
  private isWild(address: Exp): Exp {
    const source = this.source(address);
    if (source === undefined) return negation(isOneOf(this.expression(address), pointees(address, this.sets.words, this.shared)));
    const good = source.values.filter(({ word }) => word !== undefined).map(({ value }) => value);
    // Checks that went before leave no other value.
    return source.isChecked && good.length === source.values.length ? zero : negation(isOneOf({ kind: 'word', word: source.word }, good.map((value) => value - 1)));
  }

  /** The words that an address can mean, in order, each with the condition that it does. */
  private targets(address: Exp): Target[] {
    const source = this.source(address);
    if (source === undefined) {
      const exp = this.expression(address);
      return pointees(address, this.sets.words, this.shared).sort((a, b) => a - b).map((word) => ({ word, when: binary('==', exp, constant(word + 1)) }));
    }
    const words = [...new Set(source.values.flatMap(({ word }) => word ?? []))].sort((a, b) => a - b);
    return words.map((word) => ({ word, when: isOneOf({ kind: 'word', word: source.word }, source.values.filter((value) => value.word === word).map(({ value }) => value - 1)) }));
  }

  /** Where an address depends on one word, of which few values are possible: what each of them means. */
  private source(address: Exp): { readonly word: WordId; readonly values: readonly { readonly value: number; readonly word: WordId | undefined }[]; readonly isChecked: boolean } | undefined {
    const { words, dynamic } = readsOf(address);
    const [word] = words;
    if (word === undefined || words.size > 1 || dynamic) return undefined;
    const bounds = this.bounds.get(word);
    const all = bounds !== undefined && bounds.high - bounds.low < 32
      ? Array.from({ length: bounds.high - bounds.low + 1 }, (_, index) => bounds.low + index)
      : this.sets.words[word] && [...this.sets.words[word]].sort((a, b) => a - b);
    if (all === undefined) return undefined;
    const values = all.map((value) => {
      const meant = before(address, { kind: 'word', before: undefined, word, value: constant(value) }, 0);
      const target = meant.kind === 'const' ? meant.value : 0;
      return { value, word: target >= 1 && target <= this.shared ? target - 1 : undefined };
    });
    return { word, values, isChecked: bounds !== undefined };
  }
}

interface Target {
  readonly word: WordId;
  /** Said of words, where the address can mean this one or another that is listed. */
  readonly when: Exp;
}

/** Words that are within bounds when the test does not hold. */
function checkedBy(test: Exp): [WordId, Range][] {
  if (test.kind !== 'unary' || test.op !== '!' || test.operand.kind !== 'binary' || test.operand.op !== '&&') return [];
  const { left, right } = test.operand;
  if (left.kind !== 'binary' || left.op !== '>=' || right.kind !== 'binary' || right.op !== '<=') return [];
  if (left.left.kind !== 'word' || right.left.kind !== 'word' || left.left.word !== right.left.word) return [];
  return left.right.kind === 'const' && right.right.kind === 'const' ? [[left.left.word, { low: left.right.value, high: right.right.value }]] : [];
}

/** A condition that is one of two. */
function choice(test: Exp, then: Exp, otherwise: Exp): Exp {
  return then.kind === 'const' && otherwise.kind === 'const' && then.value === otherwise.value ? then : cond(test, then, otherwise);
}

/** A condition: the address is that of one of the words, which are in order. */
function isOneOf(address: Exp, words: readonly WordId[]): Exp {
  const parts: Exp[] = [];
  for (let index = 0; index < words.length;) {
    let last = index;
    while (words[last + 1] === words[last]! + 1) last++;
    const [low, high] = [constant(words[index]! + 1), constant(words[last]! + 1)];
    parts.push(...(last - index > 1 ? [and(binary('>=', address, low), binary('<=', address, high))] : words.slice(index, last + 1).map((word) => binary('==', address, constant(word + 1)))));
    index = last + 1;
  }
  return or(...parts);
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
      return { low: 0, high: 2 ** Math.max(...program.words.map((word) => word.bits)) - 1 };
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
