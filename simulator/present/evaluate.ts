/** The value of an expression in a state. */
import { applyBinary, applyUnary } from '../machine/exp';
import type { Exp, ExpOp } from '../machine/program';

/** Undefined where the expression looks through a pointer that points to nothing. */
export function evaluate(exp: Exp, words: readonly number[]): number | undefined {
  switch (exp.kind) {
    case 'const': return exp.value;
    case 'word': return words[exp.word];
    case 'at': {
      const address = evaluate(exp.address, words);
      return address ? words[address - 1] : undefined;
    }
    case 'unary': {
      const operand = evaluate(exp.operand, words);
      return operand === undefined ? undefined : applyUnary(exp.op, operand);
    }
    case 'cond': {
      const test = evaluate(exp.test, words);
      return test === undefined ? undefined : evaluate(test !== 0 ? exp.then : exp.else, words);
    }
    case 'binary': return binary(exp.op, exp.left, exp.right, words);
  }
}

function binary(op: ExpOp, leftExp: Exp, rightExp: Exp, words: readonly number[]): number | undefined {
  const left = evaluate(leftExp, words);
  if (left === undefined) return undefined;
  if (op === '&&' && left === 0) return 0;
  if (op === '||' && left !== 0) return 1;
  const right = evaluate(rightExp, words);
  if (right === undefined) return undefined;
  return applyBinary(op, left, right);
}

/** All words an expression may read, those behind pointers left out. */
export function wordsOf(exp: Exp): number[] {
  switch (exp.kind) {
    case 'const': return [];
    case 'word': return [exp.word];
    case 'at': return wordsOf(exp.address);
    case 'unary': return wordsOf(exp.operand);
    case 'binary': return [...wordsOf(exp.left), ...wordsOf(exp.right)];
    case 'cond': return [...wordsOf(exp.test), ...wordsOf(exp.then), ...wordsOf(exp.else)];
  }
}
