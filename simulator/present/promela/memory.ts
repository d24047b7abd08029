/**
 * What has been written since a step began, as expressions over the state before it: so that a test in the middle of a step can be said as a condition
 * on the state in which the step may be taken.
 */
import { binary, cond, constant, word as wordExp } from '../../machine/exp';
import type { Exp, WordId } from '../../machine/program';

/** A chain of writes, the latest first; undefined when nothing has been written. Values are of the state before the step. */
export type Writes =
  | { readonly kind: 'word'; readonly before: Writes; readonly word: WordId; readonly value: Exp }
  /** One chain or the other, both of which begin with what was written before. */
  | { readonly kind: 'either'; readonly test: Exp; readonly then: Writes; readonly else: Writes }
  | undefined;

/** The expression as of now, said of the state before the step. */
export function before(exp: Exp, writes: Writes): Exp {
  switch (exp.kind) {
    case 'const':
      return exp;
    case 'word':
      return valueOf(exp.word, writes);
    case 'at':
      throw new Error('a pointer that was not made explicit');
    case 'unary': {
      const operand = before(exp.operand, writes);
      return operand.kind === 'const' ? constant(exp.op === '!' ? Number(operand.value === 0) : exp.op === '~' ? ~operand.value : -operand.value | 0) : { ...exp, operand };
    }
    case 'binary':
      return binary(exp.op, before(exp.left, writes), before(exp.right, writes));
    case 'cond':
      return either(before(exp.test, writes), before(exp.then, writes), before(exp.else, writes));
  }
}

/** The value of a word as of now. */
export function valueOf(word: WordId, writes: Writes): Exp {
  let chain = writes;
  while (chain?.kind === 'word') {
    if (chain.word === word) return chain.value;
    chain = chain.before;
  }
  return chain === undefined ? wordExp(word) : either(chain.test, valueOf(word, chain.then), valueOf(word, chain.else));
}

function either(test: Exp, then: Exp, otherwise: Exp): Exp {
  return JSON.stringify(then) === JSON.stringify(otherwise) ? then : cond(test, then, otherwise);
}
