/** A body that violates a property must leave the state as it was. What it writes is remembered in `old`, and put back. */
import type { Stmt, WordId } from '../../machine/program';
import type { Known } from './alternatives';
import { flat } from './body';

export interface Undo {
  /** Words that may have been written when a property is violated, with the places in `old` for what they were. */
  readonly words: ReadonlyMap<WordId, number>;
  /** Those that the body writes whose value before every step is known: they have it again at its end, however that is reached. */
  readonly known: ReadonlyMap<WordId, number>;
  /** Stores through pointers, with the first of their two places, for the address and what was there. */
  readonly stores: ReadonlyMap<Stmt, number>;
  readonly size: number;
}

export function undoOf(statements: readonly Stmt[], knownValues: Known): Undo {
  const all = [...flat(statements)];
  const violating = all.slice(0, Math.max(0, all.findLastIndex((statement) => statement.kind === 'violate')));
  let size = 0;
  const words = new Map<WordId, number>();
  const known = new Map<WordId, number>();
  for (const statement of all) {
    const value = statement.kind === 'set' ? knownValues.get(statement.word) : undefined;
    if (statement.kind === 'set' && value !== undefined) known.set(statement.word, value);
  }
  for (const statement of violating) {
    if (statement.kind === 'set' && !known.has(statement.word) && !words.has(statement.word)) words.set(statement.word, size++);
  }
  const stores = new Map<Stmt, number>();
  for (const statement of violating) {
    if (statement.kind !== 'store') continue;
    stores.set(statement, size);
    size += 2;
  }
  return { words, known, stores, size };
}

/** How many places of `old` a body needs. */
export function oldValues(statements: readonly Stmt[], known: Known): number {
  return undoOf(statements, known).size;
}
