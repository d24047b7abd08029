/** Conjunctions of conditions on one state, in which nothing is said twice. */
import { and, not } from '../../machine/exp';
import type { Exp, ExpOp } from '../../machine/program';

const opposites: Readonly<Partial<Record<ExpOp, ExpOp>>> = { '==': '!=', '!=': '==', '<': '>=', '>=': '<', '>': '<=', '<=': '>' };

/** The conditions and one more; undefined when they cannot all hold. Order is kept, for a condition may protect those after it. */
export function conjunction(conditions: readonly Exp[], added: Exp): readonly Exp[] | undefined {
  let result: readonly Exp[] = conditions;
  for (const part of conjuncts(added)) {
    if (part.kind === 'const') {
      if (part.value === 0) return undefined;
      continue;
    }
    const known = result;
    if (contains(known, part)) continue;
    if (conjuncts(negation(part)).every((opposite) => contains(known, opposite))) return undefined;
    result = [...known, part];
  }
  return result;
}

/** The opposite of a condition, with as few `!` as possible. */
export function negation(exp: Exp): Exp {
  if (exp.kind === 'unary' && exp.op === '!' && isCondition(exp.operand)) return exp.operand;
  if (exp.kind !== 'binary') return not(exp);
  const opposite = opposites[exp.op];
  if (opposite !== undefined) return { ...exp, op: opposite };
  // Of both sides, so that the right one still is evaluated only where it was.
  if (exp.op === '||') return and(negation(exp.left), negation(exp.right));
  return not(exp);
}

/** The parts of a conjunction, outermost first. */
function conjuncts(exp: Exp): readonly Exp[] {
  return exp.kind === 'binary' && exp.op === '&&' ? [...conjuncts(exp.left), ...conjuncts(exp.right)] : [exp];
}

function contains(conditions: readonly Exp[], wanted: Exp): boolean {
  const text = JSON.stringify(wanted);
  return conditions.some((condition) => JSON.stringify(condition) === text);
}

function isCondition(exp: Exp): boolean {
  return exp.kind === 'binary' && (exp.op in opposites || exp.op === '&&' || exp.op === '||');
}
