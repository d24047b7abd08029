/** Constructors of expressions that fold what is constant. */
import type { Exp, ExpOp } from './program';

export const zero: Exp = { kind: 'const', value: 0 };
export const one: Exp = { kind: 'const', value: 1 };

export function constant(value: number): Exp {
  return { kind: 'const', value };
}

export function word(id: number): Exp {
  return { kind: 'word', word: id };
}

/** The word that an address points to; a word by its id where the address is known. */
export function at(address: Exp): Exp {
  return address.kind === 'const' && address.value > 0 ? word(address.value - 1) : { kind: 'at', address };
}

export function binary(op: ExpOp, left: Exp, right: Exp): Exp {
  if (left.kind === 'const' && right.kind === 'const') return constant(applyBinary(op, left.value, right.value));
  if (op === '&&') {
    if (left.kind === 'const') return left.value !== 0 ? truth(right) : zero;
    if (right.kind === 'const') return right.value !== 0 ? truth(left) : zero;
  }
  if (op === '||') {
    if (left.kind === 'const') return left.value !== 0 ? one : truth(right);
    if (right.kind === 'const') return right.value !== 0 ? one : truth(left);
  }
  if ((op === '+' || op === '|' || op === '^') && left.kind === 'const' && left.value === 0) return right;
  if ((op === '+' || op === '-' || op === '|' || op === '^' || op === '<<' || op === '>>') && right.kind === 'const' && right.value === 0) return left;
  if (op === '&' && ((left.kind === 'const' && left.value === 0) || (right.kind === 'const' && right.value === 0))) return zero;
  return { kind: 'binary', op, left, right };
}

export function and(...parts: readonly Exp[]): Exp {
  return parts.reduce((left, right) => binary('&&', left, right), one);
}

export function or(...parts: readonly Exp[]): Exp {
  return parts.reduce((left, right) => binary('||', left, right), zero);
}

export function equals(left: Exp, right: Exp): Exp {
  return binary('==', left, right);
}

export function not(operand: Exp): Exp {
  if (operand.kind === 'const') return operand.value === 0 ? one : zero;
  if (operand.kind === 'binary' && operand.op === '==') return { ...operand, op: '!=' };
  if (operand.kind === 'binary' && operand.op === '!=') return { ...operand, op: '==' };
  return { kind: 'unary', op: '!', operand };
}

/** `value` with the bits of `mask` cleared. */
export function without(value: Exp, mask: number): Exp {
  return binary('&', value, constant(0xffff & ~mask));
}

export function withBits(value: Exp, mask: number): Exp {
  return binary('|', value, constant(mask));
}

export function cond(test: Exp, then: Exp, otherwise: Exp): Exp {
  if (test.kind === 'const') return test.value !== 0 ? then : otherwise;
  return { kind: 'cond', test, then, else: otherwise };
}

/** 1 when not 0. */
export function truth(value: Exp): Exp {
  if (value.kind === 'const') return value.value !== 0 ? one : zero;
  const isTruth = (value.kind === 'binary' && /^(?:==|!=|<=?|>=?|&&|\|\|)$/.test(value.op)) || (value.kind === 'unary' && value.op === '!');
  return isTruth ? value : binary('!=', value, zero);
}

/** The value of an operator on two 32-bit integers; division by 0 gives 0. Whether the right side of `&&` and `||` is evaluated at all is the caller's concern. */
export function applyBinary(op: ExpOp, a: number, b: number): number {
  switch (op) {
    case '+': return (a + b) | 0;
    case '-': return (a - b) | 0;
    case '*': return Math.imul(a, b);
    case '/': return b === 0 ? 0 : (a / b) | 0;
    case '%': return b === 0 ? 0 : (a % b) | 0;
    case '&': return a & b;
    case '|': return a | b;
    case '^': return a ^ b;
    case '<<': return a << b;
    case '>>': return a >> b;
    case '==': return a === b ? 1 : 0;
    case '!=': return a !== b ? 1 : 0;
    case '<': return a < b ? 1 : 0;
    case '>': return a > b ? 1 : 0;
    case '<=': return a <= b ? 1 : 0;
    case '>=': return a >= b ? 1 : 0;
    case '&&': return a !== 0 && b !== 0 ? 1 : 0;
    case '||': return a !== 0 || b !== 0 ? 1 : 0;
  }
}

export function applyUnary(op: '!' | '~' | '-', operand: number): number {
  if (op === '!') return operand === 0 ? 1 : 0;
  return op === '~' ? ~operand : -operand | 0;
}

/** The words an expression may read: those it names, and whether it reads through an address that is not known. */
export function readsOf(exp: Exp): { readonly words: ReadonlySet<number>; readonly dynamic: boolean } {
  const words = new Set<number>();
  forEachRead(exp, (id) => words.add(id));
  return { words, dynamic: isDynamic(exp) };
}

/** Calls back with each word that an expression names, as often as it does. */
export function forEachRead(exp: Exp, see: (word: number) => void): void {
  switch (exp.kind) {
    case 'const': return;
    case 'word': return see(exp.word);
    case 'at': return forEachRead(exp.address, see);
    case 'unary': return forEachRead(exp.operand, see);
    case 'binary':
      forEachRead(exp.left, see);
      return forEachRead(exp.right, see);
    case 'cond':
      forEachRead(exp.test, see);
      forEachRead(exp.then, see);
      return forEachRead(exp.else, see);
  }
}

/** Whether an expression reads through an address that is not known, so that evaluating it can follow a bad pointer. */
export function isDynamic(exp: Exp): boolean {
  switch (exp.kind) {
    case 'const': case 'word': return false;
    case 'at': return true;
    case 'unary': return isDynamic(exp.operand);
    case 'binary': return isDynamic(exp.left) || isDynamic(exp.right);
    case 'cond': return isDynamic(exp.test) || isDynamic(exp.then) || isDynamic(exp.else);
  }
}
