/** Conjunctions of conditions on one state, in which little is said twice. */
import { and, not, or, zero } from '../../machine/exp';
import type { Exp, ExpOp } from '../../machine/program';
import { same } from './keys';

const opposites: Readonly<Partial<Record<ExpOp, ExpOp>>> = { '==': '!=', '!=': '==', '<': '>=', '>=': '<', '>': '<=', '<=': '>' };

/** The conditions and one more; undefined when they cannot all hold. */
export function conjunction(conditions: readonly Exp[], added: Exp): readonly Exp[] | undefined {
  let result: readonly Exp[] = conditions;
  for (const part of partsOf('&&', simplified(added))) {
    if (part.kind === 'const' && part.value !== 0) continue;
    const left = withoutKnown(part, result);
    if (left === undefined) continue;
    if (left.kind === 'const') return undefined;
    // What is new may decide alternatives among what was there.
    const kept = result.flatMap((condition) => withoutKnown(condition, [left]) ?? []);
    if (kept.some((condition) => condition.kind === 'const')) return undefined;
    const still = withoutKnown(left, kept);
    result = still === undefined ? kept : [...kept, still];
  }
  return result;
}

/** The opposite of a condition, with as few `!` as possible. */
export function negation(exp: Exp): Exp {
  const condition = simplified(exp);
  if (condition.kind === 'unary' && condition.op === '!') return simplified(condition.operand);
  if (condition.kind !== 'binary') return not(condition);
  const opposite = opposites[condition.op];
  if (opposite !== undefined) return { ...condition, op: opposite };
  if (condition.op === '||') return and(negation(condition.left), negation(condition.right));
  if (condition.op === '&&') return or(negation(condition.left), negation(condition.right));
  return not(condition);
}

/** A condition with the same truth, though perhaps of another value when it holds. */
function simplified(exp: Exp): Exp {
  if (exp.kind === 'cond' && exp.then.kind === 'const' && exp.else.kind === 'const' && (exp.then.value !== 0) !== (exp.else.value !== 0)) {
    return exp.then.value !== 0 ? simplified(exp.test) : negation(exp.test);
  }
  if (exp.kind !== 'binary') return exp;
  if (exp.op === '&&' || exp.op === '||') return { ...exp, left: simplified(exp.left), right: simplified(exp.right) };
  if ((exp.op === '!=' || exp.op === '==') && exp.right.kind === 'const' && exp.right.value === 0 && isTruth(exp.left)) return exp.op === '!=' ? simplified(exp.left) : negation(exp.left);
  return exp;
}

/** What of a condition is left to ask where others hold: undefined when nothing, constant 0 when it cannot hold. */
function withoutKnown(condition: Exp, known: readonly Exp[]): Exp | undefined {
  const impossible = (part: Exp): boolean => partsOf('&&', part).some((conjunct) => follows(known, negation(conjunct)));
  const open = partsOf('||', condition).filter((part) => !impossible(part));
  if (open.some((part) => partsOf('&&', part).every((conjunct) => follows(known, conjunct)))) return undefined;
  return open.length === 0 ? zero : open.reduce((left, right) => ({ kind: 'binary', op: '||', left, right }));
}

function partsOf(op: '&&' | '||', exp: Exp): readonly Exp[] {
  return exp.kind === 'binary' && exp.op === op ? [...partsOf(op, exp.left), ...partsOf(op, exp.right)] : [exp];
}

/** Whether one of the conditions says it, perhaps by giving something another value. */
function follows(conditions: readonly Exp[], wanted: Exp): boolean {
  return conditions.some((condition) => same(condition, wanted) || isOtherValue(condition, wanted));
}

function isOtherValue(known: Exp, wanted: Exp): boolean {
  if (known.kind !== 'binary' || wanted.kind !== 'binary' || known.op !== '==' || wanted.op !== '!=') return false;
  return known.right.kind === 'const' && wanted.right.kind === 'const' && known.right.value !== wanted.right.value && same(known.left, wanted.left);
}

/** Whether the value is 0 or 1, or so to speak: an expression that was made to be true or false. */
function isTruth(exp: Exp): boolean {
  if (exp.kind === 'unary') return exp.op === '!';
  if (exp.kind === 'cond') return exp.then.kind === 'const' && exp.else.kind === 'const';
  return exp.kind === 'binary' && (exp.op in opposites || exp.op === '&&' || exp.op === '||');
}
