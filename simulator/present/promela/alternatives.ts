/**
 * A step as guarded commands. Promela cannot leave a `d_step` by a `goto`, so a step whose tests decide where its thread goes on becomes one
 * alternative for each place it can go, with the condition under which it goes there, said of the state before the step. Tests that decide nothing but
 * values stay tests.
 */
import { constant } from '../../machine/exp';
import type { Exp, PropertyId, Step, Stmt, WordId } from '../../machine/program';
import type { Explicit } from './explicit';
import { conjunction, negation } from './conditions';
import { netEffect, writeAll } from './effects';
import { before, valueOf, type Writes } from './memory';

export interface Alternative {
  /** All hold in the states in which the step goes this way. */
  readonly conditions: readonly Exp[];
  /** What it does: no `goto` and no `violate` among it. */
  readonly effect: readonly Stmt[];
  readonly outcome: Outcome;
  /** What has been written at each of its ends. */
  readonly ends: readonly Writes[];
}

export type Outcome =
  | { readonly kind: 'goto'; readonly step: number | 'end' }
  /** The move is a violation. */
  | { readonly kind: 'violation'; readonly property: PropertyId };

/** Words that have the same value before every step, as far as is known. */
export type Known = ReadonlyMap<WordId, number>;

/** All that a step can do, in the order of its ways. Of the alternatives of one way at most one is possible in a state. */
export function alternativesOf(explicit: Explicit, step: Pick<Step, 'guard' | 'ways'>, known: Known): readonly Alternative[] {
  const start = writesOf(known);
  const guard = step.guard ?? constant(1);
  const fault = before(explicit.fault(guard), start);
  const faulty = conjunction([], fault);
  const alternatives: Alternative[] = faulty === undefined ? [] : [{ conditions: faulty, effect: [], outcome: { kind: 'violation', property: 'null-pointer' }, ends: [] }];
  const sound = conjunction([], negation(fault));
  const enabled = sound && conjunction(sound, before(explicit.expression(guard), start));
  for (const way of step.ways) alternatives.push(...flatten(treeOf(explicit.statements(way), start), enabled, [], known));
  return alternatives;
}

/** The way that statements take from the initial values, for a thread's start. */
export function runKnown(explicit: Explicit, statements: readonly Stmt[]): { readonly words: Known; readonly outcome: Outcome } {
  const { words } = explicit.program;
  const start = writesOf(new Map(words.map((word, id) => [id, word.initial])));
  const tree = treeOf(explicit.statements(statements), start);
  if (tree.end.kind === 'branch') throw new Error('a start depends on more than initial values');
  const values = new Map<WordId, number>();
  for (const id of words.keys()) {
    const value = valueOf(id, tree.writes);
    if (value.kind === 'const') values.set(id, value.value);
  }
  return { words: values, outcome: tree.end };
}

function writesOf(known: Known): Writes {
  let writes: Writes;
  for (const [word, value] of known) writes = { kind: 'word', before: writes, word, value: constant(value) };
  return writes;
}

/** What is done, and then an end or two continuations. */
interface Tree {
  readonly does: readonly Stmt[];
  /** All that has been written when it ends. */
  readonly writes: Writes;
  readonly end: Outcome | Branch;
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

function treeOf(statements: readonly Stmt[], start: Writes): Tree {
  const does: Stmt[] = [];
  let writes = start;
  for (const [index, statement] of statements.entries()) {
    const rest = statements.slice(index + 1);
    switch (statement.kind) {
      case 'set':
        writes = write(statement, writes);
        does.push(statement);
        break;
      case 'cover':
        does.push(statement);
        break;
      case 'store':
        throw new Error('a pointer that was not made explicit');
      case 'goto':
        return { does, writes, end: { kind: 'goto', step: statement.step } };
      case 'violate': {
        const condition = before(statement.test, writes);
        const violation: Outcome = { kind: 'violation', property: statement.property };
        if (isFalse(condition)) break;
        if (condition.kind === 'const') return { does, writes, end: violation };
        return { does, writes, end: { kind: 'branch', test: statement.test, condition, then: { does: [], writes, end: violation }, else: treeOf(rest, writes) } };
      }
      case 'if': {
        const condition = before(statement.test, writes);
        if (condition.kind === 'const') {
          const rested = treeOf([...(condition.value !== 0 ? statement.then : statement.else), ...rest], writes);
          return { ...rested, does: [...does, ...rested.does] };
        }
        if (goesOn(statement)) {
          writes = { kind: 'either', test: condition, then: writeAll(statement.then, writes), else: writeAll(statement.else, writes) };
          does.push(statement);
          break;
        }
        const then = treeOf([...statement.then, ...rest], writes);
        return { does, writes, end: { kind: 'branch', test: statement.test, condition, then, else: treeOf([...statement.else, ...rest], writes) } };
      }
    }
  }
  throw new Error('a way through a step ends without a goto');
}

/** None when the conditions, the way to this tree, exclude each other. */
function flatten(tree: Tree, conditions: readonly Exp[] | undefined, done: readonly Stmt[], known: Known): Alternative[] {
  if (conditions === undefined) return [];
  const target = onlyTarget(tree);
  if (target !== undefined) return [{ conditions, effect: netEffect([...done, ...asStatements(tree)], writesOf(known), { constants: known, conditions }), outcome: { kind: 'goto', step: target }, ends: leaves(tree) }];
  const does = [...done, ...tree.does];
  if (tree.end.kind === 'goto') return [{ conditions, effect: netEffect(does, writesOf(known), { constants: known, conditions }), outcome: tree.end, ends: [tree.writes] }];
  if (tree.end.kind === 'violation') return [{ conditions, effect: [], outcome: tree.end, ends: [] }];
  return [
    ...flatten(tree.end.then, conjunction(conditions, tree.end.condition), does, known),
    ...flatten(tree.end.else, conjunction(conditions, negation(tree.end.condition)), does, known),
  ];
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

function write(statement: Extract<Stmt, { kind: 'set' }>, writes: Writes): Writes {
  return { kind: 'word', before: writes, word: statement.word, value: before(statement.value, writes) };
}

/** Whether what follows the statement is reached on every way through it. */
function goesOn(statement: Stmt): boolean {
  if (statement.kind === 'if') return [...statement.then, ...statement.else].every(goesOn);
  return statement.kind !== 'goto' && statement.kind !== 'violate';
}

function isFalse(exp: Exp): boolean {
  return exp.kind === 'const' && exp.value === 0;
}
