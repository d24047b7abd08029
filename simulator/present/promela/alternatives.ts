/**
 * A step as guarded commands. Promela cannot leave a `d_step` by a `goto`, so a step whose tests decide where its thread goes on becomes one
 * alternative for each place it can go, with the condition under which it goes there, said of the state before the step. Tests that decide nothing but
 * values stay tests.
 */
import { constant } from '../../machine/exp';
import type { Exp, Program, PropertyId, Step, Stmt } from '../../machine/program';
import { faultOf, withChecks } from './checks';
import { conjunction, negation } from './conditions';
import { before, type Writes } from './memory';

export interface Alternative {
  /** All hold in the states in which the step goes this way. A condition may protect those after it: from a pointer that leads nowhere, say. */
  readonly conditions: readonly Exp[];
  /** What it does: no `goto` and no `violate` among it. */
  readonly effect: readonly Stmt[];
  readonly outcome: Outcome;
}

export type Outcome =
  | { readonly kind: 'goto'; readonly step: number | 'end' }
  /** The move is a violation. */
  | { readonly kind: 'violation'; readonly property: PropertyId };

/** All that a step can do, in the order of its ways. Of the alternatives of one way at most one is possible in a state. */
export function alternativesOf(program: Program, step: Pick<Step, 'guard' | 'ways'>): readonly Alternative[] {
  const guard = step.guard ?? constant(1);
  const fault = faultOf(program, guard);
  const faulty = conjunction([], fault);
  const alternatives: Alternative[] = faulty === undefined ? [] : [{ conditions: faulty, effect: [], outcome: { kind: 'violation', property: 'null-pointer' } }];
  const sound = conjunction([], negation(fault));
  const enabled = sound && conjunction(sound, guard);
  for (const way of step.ways) alternatives.push(...flatten(treeOf(program, withChecks(program, way), undefined), enabled, []));
  return alternatives;
}

/** The way that statements take from one known state, for a thread's start: the words they set, and where they lead. */
export function runKnown(program: Program, statements: readonly Stmt[]): { readonly words: ReadonlyMap<number, number>; readonly outcome: Outcome } {
  const known: Writes = program.words.reduce<Writes>((writes, { initial }, word) => ({ kind: 'word', before: writes, word, value: constant(initial) }), undefined);
  const tree = treeOf(program, withChecks(program, statements), known);
  if (tree.end.kind === 'branch') throw new Error('a start depends on more than initial values');
  const words = new Map<number, number>();
  for (const statement of tree.does) {
    if (statement.kind !== 'set') continue;
    const value = before(program, { kind: 'word', word: statement.word }, tree.writes);
    if (value.kind === 'const') words.set(statement.word, value.value);
  }
  return { words, outcome: tree.end };
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

function treeOf(program: Program, statements: readonly Stmt[], start: Writes): Tree {
  const does: Stmt[] = [];
  let writes = start;
  for (const [index, statement] of statements.entries()) {
    const rest = statements.slice(index + 1);
    switch (statement.kind) {
      case 'set':
      case 'store':
        writes = write(program, statement, writes);
        does.push(statement);
        break;
      case 'cover':
        does.push(statement);
        break;
      case 'goto':
        return { does, writes, end: { kind: 'goto', step: statement.step } };
      case 'violate': {
        const condition = before(program, statement.test, writes);
        const violation: Outcome = { kind: 'violation', property: statement.property };
        if (isFalse(condition)) break;
        if (condition.kind === 'const') return { does, writes, end: violation };
        return { does, writes, end: { kind: 'branch', test: statement.test, condition, then: { does: [], writes, end: violation }, else: treeOf(program, rest, writes) } };
      }
      case 'if': {
        const condition = before(program, statement.test, writes);
        if (condition.kind === 'const') {
          const rested = treeOf(program, [...(condition.value !== 0 ? statement.then : statement.else), ...rest], writes);
          return { ...rested, does: [...does, ...rested.does] };
        }
        if (goesOn(statement)) {
          writes = { kind: 'either', test: condition, then: writeAll(program, statement.then, writes), else: writeAll(program, statement.else, writes) };
          does.push(statement);
          break;
        }
        const then = treeOf(program, [...statement.then, ...rest], writes);
        return { does, writes, end: { kind: 'branch', test: statement.test, condition, then, else: treeOf(program, [...statement.else, ...rest], writes) } };
      }
    }
  }
  throw new Error('a way through a step ends without a goto');
}

/** None when the conditions, the way to this tree, exclude each other. */
function flatten(tree: Tree, conditions: readonly Exp[] | undefined, done: readonly Stmt[]): Alternative[] {
  if (conditions === undefined) return [];
  const target = onlyTarget(tree);
  if (target !== undefined) return [{ conditions, effect: [...done, ...asStatements(tree)], outcome: { kind: 'goto', step: target } }];
  const does = [...done, ...tree.does];
  if (tree.end.kind !== 'branch') return [{ conditions, effect: tree.end.kind === 'violation' ? [] : does, outcome: tree.end }];
  return [
    ...flatten(tree.end.then, conjunction(conditions, tree.end.condition), does),
    ...flatten(tree.end.else, conjunction(conditions, negation(tree.end.condition)), does),
  ];
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

function writeAll(program: Program, statements: readonly Stmt[], start: Writes): Writes {
  let writes = start;
  for (const statement of statements) {
    if (statement.kind === 'set' || statement.kind === 'store') writes = write(program, statement, writes);
    if (statement.kind === 'if') {
      const test = before(program, statement.test, writes);
      writes = { kind: 'either', test, then: writeAll(program, statement.then, writes), else: writeAll(program, statement.else, writes) };
    }
  }
  return writes;
}

function write(program: Program, statement: Extract<Stmt, { kind: 'set' | 'store' }>, writes: Writes): Writes {
  const value = before(program, statement.value, writes);
  if (statement.kind === 'set') return { kind: 'word', before: writes, word: statement.word, value };
  const address = before(program, statement.address, writes);
  return address.kind === 'const' ? { kind: 'word', before: writes, word: address.value - 1, value } : { kind: 'pointee', before: writes, address, value };
}

/** Whether what follows the statement is reached on every way through it. */
function goesOn(statement: Stmt): boolean {
  if (statement.kind === 'if') return [...statement.then, ...statement.else].every(goesOn);
  return statement.kind !== 'goto' && statement.kind !== 'violate';
}

function isFalse(exp: Exp): boolean {
  return exp.kind === 'const' && exp.value === 0;
}
