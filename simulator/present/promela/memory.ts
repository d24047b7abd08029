/**
 * What has been written since a step began, as expressions over the state before it: so that a test in the middle of a step can be said as a condition
 * on the state in which the step may be taken.
 */
import { at, binary, cond, constant, word as wordExp } from '../../machine/exp';
import type { Exp, Stmt, WordId } from '../../machine/program';
import { same } from './keys';

/** A chain of writes, the latest first; undefined when nothing has been written. Values are of the state before the step. */
export type Writes =
  | { readonly kind: 'word'; readonly before: Writes; readonly word: WordId; readonly value: Exp; readonly isKnown?: true }
  /** To the word of `mem` that the address means. */
  | { readonly kind: 'store'; readonly before: Writes; readonly address: Exp; readonly value: Exp }
  /** One chain or the other, both of which begin with what was written before. */
  | { readonly kind: 'either'; readonly test: Exp; readonly then: Writes; readonly else: Writes }
  | undefined;

/** Words whose addresses are below this are in the array `mem` and may be meant by any pointer that is left. */
export type MemorySize = number;

/** What a set or store adds. */
export function write(statement: Extract<Stmt, { kind: 'set' | 'store' }>, writes: Writes, size: MemorySize): Writes {
  const value = before(statement.value, writes, size);
  if (statement.kind === 'set') return { kind: 'word', before: writes, word: statement.word, value };
  const address = before(statement.address, writes, size);
  if (address.kind === 'const') return { kind: 'word', before: writes, word: address.value - 1, value };
  return { kind: 'store', before: writes, address, value };
}

/** The expression as of now, said of the state before the step. */
export function before(exp: Exp, writes: Writes, size: MemorySize): Exp {
  switch (exp.kind) {
    case 'const':
      return exp;
    case 'word':
      return valueOf(exp.word, writes, size);
    case 'at':
      return valueAt(before(exp.address, writes, size), writes, size);
    case 'unary': {
      const operand = before(exp.operand, writes, size);
      return operand.kind === 'const' ? constant(exp.op === '!' ? Number(operand.value === 0) : exp.op === '~' ? ~operand.value : -operand.value | 0) : { ...exp, operand };
    }
    case 'binary':
      return binary(exp.op, before(exp.left, writes, size), before(exp.right, writes, size));
    case 'cond':
      return either(before(exp.test, writes, size), before(exp.then, writes, size), before(exp.else, writes, size));
  }
}

/** The value of a word as of now. */
export function valueOf(word: WordId, writes: Writes, size: MemorySize): Exp {
  let chain = writes;
  while (chain !== undefined && chain.kind !== 'either') {
    if (chain.kind === 'word' && chain.word === word) return chain.value;
    if (chain.kind === 'store' && word + 1 < size) return either(binary('==', chain.address, constant(word + 1)), chain.value, valueOf(word, chain.before, size));
    chain = chain.before;
  }
  return chain === undefined ? wordExp(word) : either(chain.test, valueOf(word, chain.then, size), valueOf(word, chain.else, size));
}

/** The value of the word that an address, said of the state before the step, means. */
function valueAt(address: Exp, writes: Writes, size: MemorySize): Exp {
  if (address.kind === 'const' && address.value > 0) return valueOf(address.value - 1, writes, size);
  let chain = writes;
  while (chain !== undefined && chain.kind !== 'either') {
    if (chain.kind === 'store') return either(binary('==', address, chain.address), chain.value, valueAt(address, chain.before, size));
    // What is known is in the array as well.
    if (chain.word + 1 < size && chain.isKnown !== true) return either(binary('==', address, constant(chain.word + 1)), chain.value, valueAt(address, chain.before, size));
    chain = chain.before;
  }
  return chain === undefined ? at(address) : either(chain.test, valueAt(address, chain.then, size), valueAt(address, chain.else, size));
}

function either(test: Exp, then: Exp, otherwise: Exp): Exp {
  return same(then, otherwise) ? then : cond(test, then, otherwise);
}
