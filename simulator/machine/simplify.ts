/** Expressions and actions with what is known put in. */
import { at, binary, cond, constant, isDynamic, not, truth } from './exp';
import type { Action } from './micro';
import type { Exp, WordId } from './program';

/** The value of a word that is known, undefined otherwise. */
export type Known = (id: WordId) => number | undefined;

export function simplify(exp: Exp, known: Known): Exp {
  switch (exp.kind) {
    case 'const':
      return exp;
    case 'word': {
      const value = known(exp.word);
      return value === undefined ? exp : constant(value);
    }
    case 'at': {
      const place = at(simplify(exp.address, known));
      return place.kind === 'word' ? simplify(place, known) : place;
    }
    case 'unary': {
      const operand = simplify(exp.operand, known);
      if (exp.op === '!') return not(operand);
      if (operand.kind === 'const') return constant(exp.op === '-' ? -operand.value | 0 : ~operand.value);
      return { ...exp, operand };
    }
    case 'binary': {
      const left = simplify(exp.left, known);
      // The right side may follow a pointer that the left side asks about.
      if (left.kind === 'const' && exp.op === '&&' && left.value === 0) return constant(0);
      if (left.kind === 'const' && exp.op === '||' && left.value !== 0) return constant(1);
      return binary(exp.op, left, simplify(exp.right, known));
    }
    case 'cond': {
      const test = simplify(exp.test, known);
      if (test.kind === 'const') return simplify(test.value !== 0 ? exp.then : exp.else, known);
      return cond(test, simplify(exp.then, known), simplify(exp.else, known));
    }
  }
}

/** Actions with what is known before them; `learn` is told what they set, undefined when that is not known. */
export function simplifyActions(actions: readonly Action[], known: Known, learn: (id: WordId, value: number | undefined) => void): Action[] {
  return actions.flatMap((action): Action[] => {
    switch (action.kind) {
      case 'set': {
        const value = simplify(action.value, known);
        learn(action.word, value.kind === 'const' ? value.value : undefined);
        return [{ ...action, value }];
      }
      case 'store': {
        const address = simplify(action.address, known);
        const value = simplify(action.value, known);
        return [address.kind === 'const' && address.value > 0 ? { kind: 'set', word: address.value - 1, value } : { ...action, address, value }];
      }
      case 'violate': {
        const test = truth(simplify(action.test, known));
        return test.kind === 'const' && test.value === 0 ? [] : [{ ...action, test }];
      }
      case 'if': {
        const test = simplify(action.test, known);
        if (test.kind === 'const') return simplifyActions(test.value !== 0 ? action.then : action.else, known, learn);
        // What one of the arms sets is not known afterwards.
        const set = new Set<WordId>();
        const arm = (list: readonly Action[]): Action[] => {
          const inner = new Map<WordId, number | undefined>();
          return simplifyActions(list, (id) => (inner.has(id) ? inner.get(id) : known(id)), (id, value) => {
            inner.set(id, value);
            set.add(id);
          });
        };
        const [then, otherwise] = [arm(action.then), arm(action.else)];
        for (const id of set) learn(id, undefined);
        return then.length === 0 && otherwise.length === 0 && !isDynamic(test) ? [] : [{ kind: 'if', test, then, else: otherwise }];
      }
      case 'cover':
        return [action];
    }
  });
}
