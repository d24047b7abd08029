/** Whether expressions are the same, and how large they are, without walking twice over what they share. */
import type { Exp, Stmt } from '../../machine/program';

export function same(left: Exp, right: Exp): boolean {
  return left === right || (weight(left) === weight(right) && key(left) === key(right));
}

const weights = new WeakMap<Exp, number>();
const keys = new WeakMap<Exp, string>();

/** Words, numbers and operators of the text. */
export function weight(exp: Exp): number {
  const known = weights.get(exp);
  if (known !== undefined) return known;
  const found = 1 + partsOf(exp).reduce((sum, part) => sum + weight(part), 0);
  weights.set(exp, found);
  return found;
}

export function weightOf(statements: readonly Stmt[]): number {
  return statements.reduce((sum, statement) => {
    switch (statement.kind) {
      case 'set':
        return sum + 1 + weight(statement.value);
      case 'store':
        return sum + 1 + weight(statement.address) + weight(statement.value);
      case 'violate':
        return sum + 1 + weight(statement.test);
      case 'if':
        return sum + 1 + weight(statement.test) + weightOf(statement.then) + weightOf(statement.else);
      default:
        return sum + 1;
    }
  }, 0);
}

/** The expressions that an expression is made of. */
export function partsOf(exp: Exp): readonly Exp[] {
  switch (exp.kind) {
    case 'const':
    case 'word':
      return [];
    case 'at':
      return [exp.address];
    case 'unary':
      return [exp.operand];
    case 'binary':
      return [exp.left, exp.right];
    case 'cond':
      return [exp.test, exp.then, exp.else];
  }
}

function key(exp: Exp): string {
  const known = keys.get(exp);
  if (known !== undefined) return known;
  const head = exp.kind === 'const' ? `${exp.value}` : exp.kind === 'word' ? `w${exp.word}` : exp.kind === 'at' ? '@' : exp.kind === 'cond' ? '?' : exp.op;
  const parts = partsOf(exp);
  const found = parts.length === 0 ? head : `(${head} ${parts.map(key).join(' ')})`;
  keys.set(exp, found);
  return found;
}
