/**
 * What has been written since a step began, as expressions over the state before it: so that a test in the middle of a step can be said as a condition
 * on the state in which the step may be taken.
 */
import { at, binary, cond, constant, word as wordExp } from '../../machine/exp';
import type { Exp, Program, WordId } from '../../machine/program';

/** A chain of writes, the latest first; undefined when nothing has been written. Addresses and values are of the state before the step. */
export type Writes =
  | { readonly kind: 'word'; readonly before: Writes; readonly word: WordId; readonly value: Exp }
  | { readonly kind: 'pointee'; readonly before: Writes; readonly address: Exp; readonly value: Exp }
  /** One chain or the other, both of which begin with what was written before. */
  | { readonly kind: 'either'; readonly test: Exp; readonly then: Writes; readonly else: Writes }
  | undefined;

/** The expression as of now, said of the state before the step. */
export function before(program: Program, exp: Exp, writes: Writes): Exp {
  switch (exp.kind) {
    case 'const':
      return exp;
    case 'word':
      return readWord(program, exp.word, writes);
    case 'at':
      return readAt(program, before(program, exp.address, writes), writes);
    case 'unary': {
      const operand = before(program, exp.operand, writes);
      return operand.kind === 'const' ? constant(exp.op === '!' ? Number(operand.value === 0) : exp.op === '~' ? ~operand.value : -operand.value | 0) : { ...exp, operand };
    }
    case 'binary':
      return binary(exp.op, before(program, exp.left, writes), before(program, exp.right, writes));
    case 'cond':
      return cond(before(program, exp.test, writes), before(program, exp.then, writes), before(program, exp.else, writes));
  }
}

function readWord(program: Program, word: WordId, writes: Writes): Exp {
  if (writes === undefined) return wordExp(word);
  switch (writes.kind) {
    case 'word':
      return writes.word === word ? writes.value : readWord(program, word, writes.before);
    case 'pointee': {
      const earlier = readWord(program, word, writes.before);
      return program.words[word]!.scope === 'shared' ? cond(binary('==', writes.address, constant(word + 1)), writes.value, earlier) : earlier;
    }
    case 'either':
      return either(writes.test, readWord(program, word, writes.then), readWord(program, word, writes.else));
  }
}

function readAt(program: Program, address: Exp, writes: Writes): Exp {
  if (address.kind === 'const' && address.value > 0) return readWord(program, address.value - 1, writes);
  if (writes === undefined) return at(address);
  switch (writes.kind) {
    case 'word': {
      const earlier = readAt(program, address, writes.before);
      return program.words[writes.word]!.scope === 'shared' ? cond(binary('==', address, constant(writes.word + 1)), writes.value, earlier) : earlier;
    }
    case 'pointee':
      return cond(binary('==', address, writes.address), writes.value, readAt(program, address, writes.before));
    case 'either':
      return either(writes.test, readAt(program, address, writes.then), readAt(program, address, writes.else));
  }
}

function either(test: Exp, then: Exp, otherwise: Exp): Exp {
  return JSON.stringify(then) === JSON.stringify(otherwise) ? then : cond(test, then, otherwise);
}
