/** What functions lead to: does something hold for a function, or for one that it calls in the end? Answers are kept over edits that do not change them. */
import type { Successors } from './successors';
import type { FunctionRef } from './tree';

/** One object for each question, as answers are kept by it. */
export interface ReachQuestion {
  holds(ref: FunctionRef): boolean;
  /** Is the search to go on into this callee? */
  enters?(ref: FunctionRef): boolean;
}

export interface Reachability {
  ask(question: ReachQuestion, ref: FunctionRef): boolean;
  /** Functions were exchanged, each for the one beside it, if any; false when answers about other functions had to be dropped. */
  exchange(pairs: Successors, come: readonly FunctionRef[]): boolean;
  forget(): void;
}

type Answers = Map<FunctionRef, boolean>;

/** `calleesOf`: all that a call in the function may mean, in the graph as it is now. */
export function createReachability(calleesOf: (ref: FunctionRef) => Iterable<FunctionRef>): Reachability {
  const asked = new Map<ReachQuestion, Answers>();

  /**
   * Functions that call each other are answered together (Tarjan's strongly connected components): it must not matter which of them was asked
   * first.
   */
  function answer(ref: FunctionRef, answers: Answers, { holds, enters }: ReachQuestion): boolean {
    const hit = -1;
    /** No answer yet. Each of them calls, in the end, one that is being visited. */
    const open: FunctionRef[] = [];
    const places = new Map<FunctionRef, number>();
    /** The first place in `open` that the function leads back to, or `hit`. */
    const visit = (f: FunctionRef): number => {
      const known = answers.get(f);
      if (known !== undefined) return known ? hit : Infinity;
      const place = places.get(f);
      if (place !== undefined) return place;
      const own = open.push(f) - 1;
      places.set(f, own);
      if (holds(f)) return hit;
      let least = own;
      for (const callee of calleesOf(f)) {
        if (enters?.(callee) === false) continue;
        const reached = visit(callee);
        if (reached === hit) return hit;
        least = Math.min(least, reached);
      }
      if (least === own) for (const done of open.splice(own)) answers.set(done, false);
      return least;
    };
    if (visit(ref) === hit) for (const f of open) answers.set(f, true);
    return answers.get(ref) ?? false;
  }

  /** The answer for a function that is new in the graph: it may not rest on a `true` that others have from its predecessor. */
  function anew(ref: FunctionRef, answers: Answers, { holds, enters }: ReachQuestion): boolean {
    const seen = new Set([ref]);
    const open = [ref];
    for (let f = open.pop(); f; f = open.pop()) {
      if (holds(f)) return true;
      for (const callee of calleesOf(f)) {
        if (seen.has(callee) || answers.get(callee) === false || enters?.(callee) === false) continue;
        seen.add(callee);
        open.push(callee);
      }
    }
    return false;
  }

  /** When the answer of every function that was exchanged is the same as before, so is every other. */
  function isUnmoved(question: ReachQuestion, answers: Answers, pairs: Successors, come: readonly FunctionRef[]): boolean {
    const next = new Map<FunctionRef, boolean | undefined>();
    const matched = new Set<FunctionRef>();
    for (const [f, successor] of pairs) {
      const old = answers.get(f);
      answers.delete(f);
      if (successor) {
        matched.add(successor);
        next.set(successor, old);
        // Others entered the one, and would not enter the other.
        if (question.enters && question.enters(f) !== question.enters(successor)) return false;
      } else if (old === true) {
        return false;
      }
    }
    for (const f of come) if (!matched.has(f) && anew(f, answers, question)) return false;
    for (const [f, old] of next) {
      // Where nobody has looked at it, nobody's answer rests on it.
      if (old === undefined) continue;
      if (anew(f, answers, question) !== old) return false;
    }
    for (const [f, old] of next) if (old !== undefined) answers.set(f, old);
    return true;
  }

  return {
    ask(question, ref) {
      let answers = asked.get(question);
      if (!answers) asked.set(question, (answers = new Map()));
      return answer(ref, answers, question);
    },
    exchange(pairs, come) {
      let isSame = true;
      for (const [question, answers] of asked) {
        if (isUnmoved(question, answers, pairs, come)) continue;
        answers.clear();
        isSame = false;
      }
      return isSame;
    },
    forget: () => asked.clear(),
  };
}
