/**
 * A step as guarded commands. Promela cannot leave a `d_step` by a `goto`, so a step whose tests decide where its thread goes on becomes one
 * alternative for each place it can go, with the condition under which it goes there, said of the state before the step. Tests that decide nothing but
 * values stay tests.
 */
import { constant } from '../../machine/exp';
import type { Exp, PropertyId, Step, Stmt, WordId } from '../../machine/program';
import type { Explicit } from './explicit';
import { conjunction, negation } from './conditions';
import { bodyEnds, targetsOf } from './body';
import { netEffect, writeAll } from './effects';
import { weight, weightOf } from './keys';
import { before, valueOf, write, type Writes } from './memory';

export interface Alternative {
  /** All hold in the states in which the step goes this way. */
  readonly conditions: readonly Exp[];
  /** What it does: no `goto` and no `violate` among it, unless it is a body. */
  readonly effect: readonly Stmt[];
  readonly outcome: Outcome;
  /** What has been written at each of its ends. */
  readonly ends: readonly Writes[];
}

export type Outcome =
  | { readonly kind: 'goto'; readonly step: number | 'end' }
  /** The move is a violation. */
  | { readonly kind: 'violation'; readonly property: PropertyId }
  /** Said by `goto` and `violate` in the effect, which is that of the whole way. */
  | { readonly kind: 'body'; readonly targets: readonly (number | 'end')[]; readonly mayViolate: boolean };

/** Words that have the same value before every step, as far as is known. */
export type Known = ReadonlyMap<WordId, number>;

/** A step of which more is made than this, and than several times what it was, is one body instead. See `keys.ts` for the unit. */
const LARGE = 120;
const LARGER = 2;

/** All that a step can do, in the order of its ways. Of the alternatives of one way at most one is possible in a state. */
export function alternativesOf(explicit: Explicit, step: Pick<Step, 'guard' | 'ways'>, known: Known): readonly Alternative[] {
  const start = writesOf(known);
  const guard = step.guard ?? constant(1);
  const fault = before(explicit.fault(guard), start, explicit.memorySize);
  const faulty = conjunction([], fault);
  const alternatives: Alternative[] = faulty === undefined ? [] : [{ conditions: faulty, effect: [], outcome: { kind: 'violation', property: 'null-pointer' }, ends: [] }];
  const sound = conjunction([], negation(fault));
  const enabled = sound && conjunction(sound, before(explicit.expression(guard), start, explicit.memorySize));
  for (const way of step.ways) {
    const statements = explicit.statements(way);
    alternatives.push(...(new Unfolding(explicit, known, start, Math.max(LARGE, LARGER * weightOf(statements))).alternatives(statements, enabled) ?? bodyOf(explicit, statements, enabled)));
  }
  return alternatives;
}

function bodyOf(explicit: Explicit, statements: readonly Stmt[], conditions: readonly Exp[] | undefined): Alternative[] {
  if (conditions === undefined) return [];
  return [{ conditions, effect: statements, outcome: { kind: 'body', ...targetsOf(statements) }, ends: bodyEnds(statements, explicit.memorySize) }];
}

/** The way that statements take from the initial values, for a thread's start. */
export function runKnown(explicit: Explicit, statements: readonly Stmt[]): { readonly words: Known; readonly outcome: Outcome } {
  const { words } = explicit.program;
  const start = writesOf(new Map(words.map((word, id) => [id, word.initial])));
  const tree = new Unfolding(explicit, new Map(), start, Infinity).tree(explicit.statements(statements), start);
  if (tree.end.kind === 'branch') throw new Error('a start depends on more than initial values');
  const values = new Map<WordId, number>();
  for (const id of words.keys()) {
    const value = valueOf(id, tree.writes, explicit.memorySize);
    if (value.kind === 'const') values.set(id, value.value);
  }
  return { words: values, outcome: tree.end };
}

function writesOf(known: Known): Writes {
  let writes: Writes;
  for (const [word, value] of known) writes = { kind: 'word', before: writes, word, value: constant(value), isKnown: true };
  return writes;
}

/** What is done, and then an end or two continuations. */
interface Tree {
  readonly does: readonly Stmt[];
  /** All that has been written when it ends. */
  readonly writes: Writes;
  readonly end: Exclude<Outcome, { readonly kind: 'body' }> | Branch;
}

interface Branch {
  readonly kind: 'branch';
  /** As it stands in the step. */
  readonly test: Exp;
  /** The same, said of the state before the step. */
  readonly condition: Exp;
  readonly then: Tree;
  readonly else: Tree;
}

/** Thrown where a step becomes too large, and caught where it begins. */
class TooLarge extends Error {}

class Unfolding {
  private spent = 0;

  constructor(private readonly explicit: Explicit, private readonly known: Known, private readonly start: Writes, private readonly most: number) {}

  /** Undefined when they would be too large. */
  alternatives(statements: readonly Stmt[], conditions: readonly Exp[] | undefined): Alternative[] | undefined {
    try {
      const tree = this.tree(statements, this.start);
      this.spent = 0;
      return this.flatten(tree, conditions, []);
    } catch (error) {
      if (error instanceof TooLarge) return undefined;
      throw error;
    }
  }

  tree(statements: readonly Stmt[], start: Writes): Tree {
    const does: Stmt[] = [];
    const size = this.explicit.memorySize;
    let writes = start;
    for (const [index, statement] of statements.entries()) {
      const rest = statements.slice(index + 1);
      switch (statement.kind) {
        case 'set':
        case 'store':
          writes = write(statement, writes, size);
          does.push(statement);
          break;
        case 'cover':
          does.push(statement);
          break;
        case 'goto':
          return { does, writes, end: { kind: 'goto', step: statement.step } };
        case 'violate': {
          const condition = this.spend(before(statement.test, writes, size));
          const violation = { kind: 'violation', property: statement.property } as const;
          if (isFalse(condition)) break;
          if (condition.kind === 'const') return { does, writes, end: violation };
          return { does, writes, end: { kind: 'branch', test: statement.test, condition, then: { does: [], writes, end: violation }, else: this.tree(rest, writes) } };
        }
        case 'if': {
          const condition = this.spend(before(statement.test, writes, size));
          if (condition.kind === 'const') {
            const rested = this.tree([...(condition.value !== 0 ? statement.then : statement.else), ...rest], writes);
            return { ...rested, does: [...does, ...rested.does] };
          }
          if (goesOn(statement)) {
            writes = { kind: 'either', test: condition, then: writeAll(statement.then, writes, size), else: writeAll(statement.else, writes, size) };
            does.push(statement);
            break;
          }
          const then = this.tree([...statement.then, ...rest], writes);
          return { does, writes, end: { kind: 'branch', test: statement.test, condition, then, else: this.tree([...statement.else, ...rest], writes) } };
        }
      }
    }
    throw new Error('a way through a step ends without a goto');
  }

  /** None when the conditions, the way to this tree, exclude each other. */
  private flatten(tree: Tree, conditions: readonly Exp[] | undefined, done: readonly Stmt[]): Alternative[] {
    if (conditions === undefined) return [];
    const target = onlyTarget(tree);
    if (target !== undefined) return [this.alternative(conditions, [...done, ...asStatements(tree)], target, leaves(tree))];
    const does = [...done, ...tree.does];
    if (tree.end.kind === 'goto') return [this.alternative(conditions, does, tree.end.step, [tree.writes])];
    if (tree.end.kind !== 'branch') return [this.count({ conditions, effect: [], outcome: tree.end, ends: [] })];
    return [
      ...this.flatten(tree.end.then, conjunction(conditions, tree.end.condition), does),
      ...this.flatten(tree.end.else, conjunction(conditions, negation(tree.end.condition)), does),
    ];
  }

  private alternative(conditions: readonly Exp[], does: readonly Stmt[], step: number | 'end', ends: readonly Writes[]): Alternative {
    const effect = netEffect(does, this.start, { constants: this.known, conditions, size: this.explicit.memorySize });
    return this.count({ conditions, effect, outcome: { kind: 'goto', step }, ends });
  }

  private count(alternative: Alternative): Alternative {
    this.spent += weightOf(alternative.effect);
    for (const condition of alternative.conditions) this.spend(condition);
    return alternative;
  }

  private spend(exp: Exp): Exp {
    this.spent += weight(exp);
    if (this.spent > this.most) throw new TooLarge();
    return exp;
  }
}

/** What has been written at the end of each way through the tree. */
function leaves(tree: Tree): readonly Writes[] {
  return tree.end.kind === 'branch' ? [...leaves(tree.end.then), ...leaves(tree.end.else)] : [tree.writes];
}

/** Where the tree leads if that is one place. */
function onlyTarget(tree: Tree): number | 'end' | undefined {
  if (tree.end.kind === 'goto') return tree.end.step;
  if (tree.end.kind === 'violation') return undefined;
  const then = onlyTarget(tree.end.then);
  return then !== undefined && then === onlyTarget(tree.end.else) ? then : undefined;
}

function asStatements(tree: Tree): readonly Stmt[] {
  if (tree.end.kind !== 'branch') return tree.does;
  return [...tree.does, { kind: 'if', test: tree.end.test, then: asStatements(tree.end.then), else: asStatements(tree.end.else) }];
}

/** Whether what follows the statement is reached on every way through it. */
function goesOn(statement: Stmt): boolean {
  if (statement.kind === 'if') return [...statement.then, ...statement.else].every(goesOn);
  return statement.kind !== 'goto' && statement.kind !== 'violate';
}

function isFalse(exp: Exp): boolean {
  return exp.kind === 'const' && exp.value === 0;
}
