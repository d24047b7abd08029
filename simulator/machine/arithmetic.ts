/** C's operators on 16-bit values: signed ones are two's complement, and results wrap. */
import type { BinaryOp } from '../../parser/ir';
import { binary, cond, constant, equals, zero } from './exp';
import type { Exp, Word } from './program';

const sign = 0x8000;
const mask = 0xffff;

/** `left op right`; comparisons, division and shifts of unsigned values differ. */
export function arithmetic(words: readonly Word[], op: BinaryOp, left: Exp, right: Exp, isUnsigned: boolean): Exp {
  switch (op) {
    case '+':
      return wrapped(binary(op, left, right), limit(words, left) + limit(words, right) <= mask);
    case '-':
      return wrapped(binary(op, left, right), false);
    case '*':
      return wrapped(binary(op, left, right), limit(words, left) * limit(words, right) <= mask);
    case '<<':
      if (right.kind === 'const' && right.value > 15) return zero;
      return wrapped(binary(op, left, right), right.kind === 'const' && limit(words, left) << right.value <= mask);
    case '/':
    case '%':
    case '>>': {
      if (op === '>>' && right.kind === 'const' && right.value > 15 && (isUnsigned || limit(words, left) < sign)) return zero;
      if (isUnsigned || (limit(words, left) < sign && (op === '>>' || limit(words, right) < sign))) return binary(op, left, right);
      return wrapped(binary(op, extended(words, left), op === '>>' ? right : extended(words, right)), false);
    }
    case '<':
    case '<=':
    case '>':
    case '>=': {
      if (isUnsigned || (limit(words, left) < sign && limit(words, right) < sign)) return binary(op, left, right);
      if (right.kind === 'const' && right.value === 0 && op === '<') return binary('>=', left, constant(sign));
      if (right.kind === 'const' && right.value === 0 && op === '>=') return binary('<', left, constant(sign));
      return binary(op, binary('^', left, constant(sign)), binary('^', right, constant(sign)));
    }
    default:
      return binary(op, left, right);
  }
}

/** The address `offset` words behind a pointer; NULL stays NULL, so that using it is found. */
export function behind(pointer: Exp, offset: Exp): Exp {
  if (offset.kind === 'const' && offset.value === 0) return pointer;
  return cond(equals(pointer, zero), zero, wrapped(binary('+', pointer, offset), pointer.kind === 'const' && offset.kind === 'const'));
}

function wrapped(exp: Exp, fits: boolean): Exp {
  if (exp.kind === 'const') return constant(exp.value & mask);
  return fits ? exp : binary('&', exp, constant(mask));
}

/** The value with its sign, as a 32-bit number. */
function extended(words: readonly Word[], exp: Exp): Exp {
  return limit(words, exp) < sign ? exp : binary('-', binary('^', exp, constant(sign)), constant(sign));
}

/** The largest value an expression may have. */
function limit(words: readonly Word[], exp: Exp): number {
  switch (exp.kind) {
    case 'const':
      return exp.value >= 0 ? exp.value : mask;
    case 'word':
      return 2 ** (words[exp.word]?.bits ?? 16) - 1;
    case 'at':
      return mask;
    case 'unary':
      return exp.op === '!' ? 1 : mask;
    case 'cond':
      return Math.max(limit(words, exp.then), limit(words, exp.else));
    case 'binary': {
      if (/^(?:[=!<>]=?|==|&&|\|\|)$/.test(exp.op)) return 1;
      const [left, right] = [limit(words, exp.left), limit(words, exp.right)];
      if (exp.op === '&') return Math.min(left, right);
      if (exp.op === '+') return Math.min(mask, left + right);
      if (exp.op === '|' || exp.op === '^') return Math.min(mask, 2 ** Math.ceil(Math.log2(Math.max(left, right) + 1)) - 1);
      if (exp.op === '>>' || exp.op === '/') return left;
      return mask;
    }
  }
}
