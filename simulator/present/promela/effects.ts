/** What a step comes to: its writes without the detours. */
import type { Exp, Stmt, WordId } from '../../machine/program';
import { conjunction, negation } from './conditions';
import { before, valueOf, type Writes } from './memory';

/**
 * The statements, with every value said of the state before the step, and without writes that change nothing, are written over, or are to words that
 * have the same value before every step. Where two values would have to change places, the statements are left as they are.
 */
export function netEffect(statements: readonly Stmt[], start: Writes, { constants, conditions }: Context): readonly Stmt[] {
  const needed = withoutDecided(statements, start, conditions);
  const simple = simplify(needed, start, constants)?.statements;
  // Putting in the same value at many places can make more of a step than it saves.
  return simple === undefined || JSON.stringify(simple).length > 2 * JSON.stringify(needed).length ? needed : simple;
}

/** The statements without tests whose outcome the conditions decide. */
function withoutDecided(statements: readonly Stmt[], start: Writes, conditions: readonly Exp[]): readonly Stmt[] {
  let now = start;
  return statements.flatMap((statement): readonly Stmt[] => {
    const earlier = now;
    now = writeAll([statement], now);
    if (statement.kind !== 'if') return [statement];
    const test = before(statement.test, earlier);
    const holds = conjunction(conditions, test);
    const fails = conjunction(conditions, negation(test));
    if (holds === undefined) return withoutDecided(statement.else, earlier, conditions);
    if (fails === undefined) return withoutDecided(statement.then, earlier, conditions);
    return [{ ...statement, then: withoutDecided(statement.then, earlier, holds), else: withoutDecided(statement.else, earlier, fails) }];
  });
}

/** All that the statements write. */
export function writeAll(statements: readonly Stmt[], start: Writes): Writes {
  let writes = start;
  for (const statement of statements) {
    if (statement.kind === 'set') writes = { kind: 'word', before: writes, word: statement.word, value: before(statement.value, writes) };
    if (statement.kind === 'if') writes = { kind: 'either', test: before(statement.test, writes), then: writeAll(statement.then, writes), else: writeAll(statement.else, writes) };
  }
  return writes;
}

export interface Context {
  /** Words that have the same value before every step. */
  readonly constants: { readonly has: (word: WordId) => boolean };
  /** What holds before the step. */
  readonly conditions: readonly Exp[];
}

interface Item {
  readonly statement: Stmt;
  readonly reads: ReadonlySet<WordId>;
  readonly writes: ReadonlySet<WordId>;
}

function simplify(statements: readonly Stmt[], start: Writes, constants: Context['constants']): { readonly statements: readonly Stmt[]; readonly item: Omit<Item, 'statement'> } | undefined {
  const items: Item[] = [];
  let now = start;
  for (const [index, statement] of statements.entries()) {
    const earlier = now;
    now = writeAll([statement], now);
    if (statement.kind === 'cover') items.push({ statement, reads: new Set(), writes: new Set() });
    if (statement.kind === 'set' && !constants.has(statement.word)) {
      const overwritten = statements.slice(index + 1).some((later) => later.kind === 'set' && later.word === statement.word);
      const value = before(statement.value, earlier);
      // It may have been another value in between, so only the last write may say that nothing has changed.
      const unchanged = JSON.stringify(value) === JSON.stringify(valueOf(statement.word, start)) && !writtenBefore(statements.slice(0, index), statement.word);
      if (!overwritten && !unchanged) items.push({ statement: { ...statement, value }, reads: readsOf(value), writes: new Set([statement.word]) });
    }
    if (statement.kind === 'if') {
      const test = before(statement.test, earlier);
      const then = simplify(statement.then, earlier, constants);
      const otherwise = simplify(statement.else, earlier, constants);
      if (then === undefined || otherwise === undefined) return undefined;
      const writes = new Set([...then.item.writes, ...otherwise.item.writes]);
      const reads = new Set([...readsOf(test), ...then.item.reads, ...otherwise.item.reads]);
      if (then.statements.length + otherwise.statements.length > 0) items.push({ statement: { kind: 'if', test, then: then.statements, else: otherwise.statements }, reads, writes });
    }
  }
  const ordered = order(items);
  if (ordered === undefined) return undefined;
  const union = (pick: (item: Item) => ReadonlySet<WordId>): Set<WordId> => new Set(items.flatMap((item) => [...pick(item)]));
  return { statements: ordered.map((item) => item.statement), item: { reads: union((item) => item.reads), writes: union((item) => item.writes) } };
}

/** What reads a word goes before what writes it, and writes of one word stay in order. */
function order(items: readonly Item[]): readonly Item[] | undefined {
  const done: Item[] = [];
  let open = [...items];
  while (open.length > 0) {
    const next = open.find((item, index) => open.every((other, place) => other === item || !mustPrecede(other, item, place < index)));
    if (next === undefined) return undefined;
    done.push(next);
    open = open.filter((item) => item !== next);
  }
  return done;
}

function mustPrecede(first: Item, second: Item, isEarlier: boolean): boolean {
  return [...second.writes].some((word) => first.reads.has(word) || (isEarlier && first.writes.has(word)));
}

function writtenBefore(statements: readonly Stmt[], word: WordId): boolean {
  return statements.some((statement) => (statement.kind === 'set' && statement.word === word) || (statement.kind === 'if' && writtenBefore([...statement.then, ...statement.else], word)));
}

function readsOf(exp: Exp): ReadonlySet<WordId> {
  switch (exp.kind) {
    case 'word':
      return new Set([exp.word]);
    case 'unary':
      return readsOf(exp.operand);
    case 'binary':
      return new Set([...readsOf(exp.left), ...readsOf(exp.right)]);
    case 'cond':
      return new Set([...readsOf(exp.test), ...readsOf(exp.then), ...readsOf(exp.else)]);
    default:
      return new Set();
  }
}
