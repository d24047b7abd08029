/** What a step comes to: its writes without the detours. */
import type { Exp, Stmt, WordId } from '../../machine/program';
import { flat } from './body';
import { conjunction, negation } from './conditions';
import { partsOf, same, weightOf } from './keys';
import { before, valueOf, write, type MemorySize, type Writes } from './memory';

/**
 * The statements, with every value said of the state before the step, and without writes that change nothing, are written over, or are to words that
 * have the same value before every step. Where two values would have to change places, the statements are left as they are.
 */
export function netEffect(statements: readonly Stmt[], start: Writes, context: Context): readonly Stmt[] {
  const needed = withoutDecided(statements, start, context.conditions, context.size);
  // Where anything of `mem` may have been written, it matters that it gets its value back.
  const stores = [...flat(needed)].some((statement) => statement.kind === 'store');
  const constants = stores ? { has: (word: WordId): boolean => word + 1 >= context.size && context.constants.has(word) } : context.constants;
  const simple = simplify(needed, start, { ...context, constants })?.statements;
  // Putting in the same value at many places can make more of a step than it saves.
  return simple === undefined || weightOf(simple) > 2 * weightOf(needed) ? needed : simple;
}

/** The statements without tests whose outcome the conditions decide. */
function withoutDecided(statements: readonly Stmt[], start: Writes, conditions: readonly Exp[], size: MemorySize): readonly Stmt[] {
  let now = start;
  return statements.flatMap((statement): readonly Stmt[] => {
    const earlier = now;
    now = writeAll([statement], now, size);
    if (statement.kind !== 'if') return [statement];
    const test = before(statement.test, earlier, size);
    const holds = conjunction(conditions, test);
    const fails = conjunction(conditions, negation(test));
    if (holds === undefined) return withoutDecided(statement.else, earlier, conditions, size);
    if (fails === undefined) return withoutDecided(statement.then, earlier, conditions, size);
    return [{ ...statement, then: withoutDecided(statement.then, earlier, holds, size), else: withoutDecided(statement.else, earlier, fails, size) }];
  });
}

/** All that the statements write. */
export function writeAll(statements: readonly Stmt[], start: Writes, size: MemorySize): Writes {
  let writes = start;
  for (const statement of statements) {
    if (statement.kind === 'set' || statement.kind === 'store') writes = write(statement, writes, size);
    if (statement.kind === 'if') writes = { kind: 'either', test: before(statement.test, writes, size), then: writeAll(statement.then, writes, size), else: writeAll(statement.else, writes, size) };
  }
  return writes;
}

export interface Context {
  /** Words that have the same value before every step. */
  readonly constants: { readonly has: (word: WordId) => boolean };
  /** What holds before the step. */
  readonly conditions: readonly Exp[];
  readonly size: MemorySize;
}

/** Stands for whatever a pointer may mean, where words that are read or written are listed. */
const MEMORY: WordId = -1;

interface Item {
  readonly statement: Stmt;
  readonly reads: ReadonlySet<WordId>;
  readonly writes: ReadonlySet<WordId>;
}

function simplify(statements: readonly Stmt[], start: Writes, context: Context): { readonly statements: readonly Stmt[]; readonly item: Omit<Item, 'statement'> } | undefined {
  const { constants, size } = context;
  const items: Item[] = [];
  const written = (word: WordId): WordId[] => (word + 1 < size ? [word, MEMORY] : [word]);
  let now = start;
  for (const [index, statement] of statements.entries()) {
    const earlier = now;
    now = writeAll([statement], now, size);
    if (statement.kind === 'cover') items.push({ statement, reads: new Set(), writes: new Set() });
    if (statement.kind === 'set' && !constants.has(statement.word)) {
      const overwritten = statements.slice(index + 1).some((later) => later.kind === 'set' && later.word === statement.word);
      const value = before(statement.value, earlier, size);
      // It may have been another value in between, so only the last write may say that nothing has changed.
      const unchanged = same(value, valueOf(statement.word, start, size)) && !writtenBefore(statements.slice(0, index), statement.word, size);
      if (!overwritten && !unchanged) items.push({ statement: { ...statement, value }, reads: readsOf(value), writes: new Set(written(statement.word)) });
    }
    if (statement.kind === 'store') {
      const value = before(statement.value, earlier, size);
      const address = before(statement.address, earlier, size);
      const words = Array.from({ length: size - 1 }, (_, word) => word);
      items.push({ statement: { ...statement, address, value }, reads: new Set([...readsOf(value), ...readsOf(address)]), writes: new Set([...words, MEMORY]) });
    }
    if (statement.kind === 'if') {
      const test = before(statement.test, earlier, size);
      const then = simplify(statement.then, earlier, context);
      const otherwise = simplify(statement.else, earlier, context);
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

function writtenBefore(statements: readonly Stmt[], word: WordId, size: MemorySize): boolean {
  return statements.some((statement) => {
    if (statement.kind === 'if') return writtenBefore([...statement.then, ...statement.else], word, size);
    return (statement.kind === 'set' && statement.word === word) || (statement.kind === 'store' && word + 1 < size);
  });
}

function readsOf(exp: Exp): ReadonlySet<WordId> {
  switch (exp.kind) {
    case 'word':
      return new Set([exp.word]);
    case 'at':
      return new Set([...readsOf(exp.address), MEMORY]);
    default:
      return new Set(partsOf(exp).flatMap((part) => [...readsOf(part)]));
  }
}
