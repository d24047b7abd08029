/**
 * A way through a step that is too large to be said by guarded commands: one `d_step` that does what the statements do, as they stand. Where the thread
 * goes on is then found out within it, and kept in a variable (see `places.ts`).
 */
import { constant, zero } from '../../machine/exp';
import type { Stmt, WordId } from '../../machine/program';
import type { MemorySize, Writes } from './memory';

export function targetsOf(statements: readonly Stmt[]): { readonly targets: readonly (number | 'end')[]; readonly mayViolate: boolean } {
  const all = [...flat(statements)];
  const targets = new Set(all.flatMap((statement) => (statement.kind === 'goto' ? [statement.step] : [])));
  return { targets: [...targets], mayViolate: all.some((statement) => statement.kind === 'violate') };
}

/** The statements and all within them, in the order of the text. */
export function* flat(statements: readonly Stmt[]): Generator<Stmt> {
  for (const statement of statements) {
    yield statement;
    if (statement.kind === 'if') {
      yield* flat(statement.then);
      yield* flat(statement.else);
    }
  }
}

/** What is known of a word: its number, or nothing. Words that are not listed are as they were. */
type Values = ReadonlyMap<WordId, number | undefined>;

/** Not the initial value of any word, as far as anybody knows. */
const UNKNOWN = { kind: 'at', address: zero } as const;

/** What has been written at the ends of the statements, by and large: each `goto` is one. */
export function bodyEnds(statements: readonly Stmt[], size: MemorySize): readonly Writes[] {
  const ends: Values[] = [];
  run(statements, new Map(), size, ends);
  return ends.map((values) => {
    let writes: Writes;
    for (const [word, value] of values) writes = { kind: 'word', before: writes, word, value: value === undefined ? UNKNOWN : constant(value) };
    return writes;
  });
}

/** The values after the statements; undefined when none of their ways leads on. */
function run(statements: readonly Stmt[], start: Values, size: MemorySize, ends: Values[]): Values | undefined {
  const values = new Map(start);
  for (const [index, statement] of statements.entries()) {
    switch (statement.kind) {
      case 'set':
        if (statement.value.kind !== 'word' || statement.value.word !== statement.word) values.set(statement.word, statement.value.kind === 'const' ? statement.value.value : undefined);
        break;
      case 'store':
        for (let word = 0; word + 1 < size; word++) values.set(word, undefined);
        break;
      case 'goto':
        ends.push(values);
        return undefined;
      case 'if': {
        const then = run(statement.then, values, size, ends);
        const otherwise = run(statement.else, values, size, ends);
        const after = then === undefined ? otherwise : otherwise === undefined ? then : merged(then, otherwise);
        return after && run(statements.slice(index + 1), after, size, ends);
      }
    }
  }
  return values;
}

function merged(left: Values, right: Values): Values {
  return new Map([...new Set([...left.keys(), ...right.keys()])].map((word) => [word, left.has(word) && right.has(word) && left.get(word) === right.get(word) ? left.get(word) : undefined]));
}
