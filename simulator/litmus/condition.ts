/** `exists (...)`, as in herd: `0:r = 1 /\ ~(x = 2 \/ pte[1] = PTE_NONE)`. */
import { and, binary, constant, equals, not, or, one } from '../machine/exp';
import type { Exp } from '../machine/program';
import { unknownWord, wordingOf, type Problem, type Wording } from './problem';
import type { Piece } from './source';

/** What a name in a condition stands for. */
export interface Names {
  /** `0:r`. Undefined when thread 0 has no such local. */
  readonly local: (thread: number, name: string) => Exp | undefined;
  /** `x`, `pte[1]`, `vma.vm_flags`. */
  readonly shared: (name: string) => Exp | undefined;
  readonly constant: (name: string) => number | undefined;
  /** All that could be meant, for a suggestion. */
  readonly known: readonly string[];
}

/** Reads a condition. Undefined when there is a problem. */
export function readCondition(piece: Piece, names: Names, problems: Problem[]): Exp | undefined {
  const text = piece.text.replace(/\(\*[^]*?\*\)|\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));
  const tokens = [...text.matchAll(/\/\\|\\\/|!=|==|\d+:[A-Za-z_]\w*|[A-Za-z_]\w*(?:\[\d+\])?(?:\.\w+)*|\d+|[^\s\w]/g)].map((m) => ({ text: m[0], offset: piece.offset + m.index }));
  let at = 0;
  let failed = false;
  const complain = (said: string | Wording): Exp => {
    if (!failed) problems.push({ offset: tokens[at]?.offset ?? piece.offset + piece.text.trimEnd().length, ...wordingOf(said) });
    failed = true;
    at = tokens.length;
    return one;
  };
  const take = (word: string): boolean => (tokens[at]?.text === word ? (at++, true) : false);
  const result = disjunction();
  if (!failed && at < tokens.length) complain(`nothing may follow the condition: ${tokens[at]!.text}`);
  return failed ? undefined : result;

  function disjunction(): Exp {
    let left = conjunction();
    while (take('\\/')) left = or(left, conjunction());
    return left;
  }
  function conjunction(): Exp {
    let left = negation();
    while (take('/\\')) left = and(left, negation());
    return left;
  }
  function negation(): Exp {
    if (take('~')) return not(negation());
    if (take('(')) {
      const inner = disjunction();
      return take(')') ? inner : complain(') is missing');
    }
    const left = value();
    if (take('=') || take('==')) return equals(left, sum());
    if (take('!=')) return not(equals(left, sum()));
    return complain('a comparison is expected: name = value');
  }
  function sum(): Exp {
    let left = value();
    while (take('|')) left = binary('|', left, value());
    return left;
  }
  function value(): Exp {
    const token = tokens[at];
    if (!token) return complain('the condition ends too early');
    const local = /^(\d+):(\w+)$/.exec(token.text);
    const found = local ? names.local(Number(local[1]), local[2]!) : /^\d+$/.test(token.text) ? constant(Number(token.text)) : names.shared(token.text) ?? fromNumber(names.constant(token.text));
    if (!found) return complain(unknownWord(`${token.text} is not known here`, token.text, names.known));
    at++;
    return found;
  }
  function fromNumber(n: number | undefined): Exp | undefined {
    return n === undefined ? undefined : constant(n);
  }
}
