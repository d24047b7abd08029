/** Which shared words some thread may write or read, and where pointers of a thread may lead. */
import type { Action, Micro } from './micro';
import type { LoweredThread } from './lower';
import type { Exp, Word, WordId } from './program';

/** Values that a local may hold; undefined when it may be anything. */
type Values = ReadonlySet<number> | undefined;

/** What the threads of a program write. */
export interface Writes {
  /** Whether an expression reads a shared word that some thread writes. */
  readonly areReadBy: (exp: Exp) => boolean;
}

/** Looks at all threads. A pointer leads to what was ever assigned to it; a store through an unknown one may write all words of its kind. */
export function writesOf(words: readonly Word[], threads: readonly LoweredThread[]): Writes {
  const actions = threads.flatMap((thread) => thread.micros.flatMap((micro) => actionsOf(micro).flatMap(flat)));
  const pointers = localValues(words, actions);
  const written = new Set<WordId>();
  for (const action of actions) {
    if (action.kind === 'set') written.add(action.word);
    if (action.kind !== 'store') continue;
    const addresses = valuesOf(action.address, words, pointers);
    // Through an unknown pointer anything but a lock may be written.
    const mayWrite = ({ kind }: Word): boolean => (action.to === undefined ? kind !== 'lock' && kind !== 'rwlock' : kind === action.to);
    for (const [id, word] of words.entries()) if (word.scope === 'shared' && (addresses ? addresses.has(id + 1) : mayWrite(word))) written.add(id);
  }
  const areReadBy = (exp: Exp): boolean => {
    switch (exp.kind) {
      case 'const':
        return false;
      case 'word':
        return words[exp.word]!.scope === 'shared' && written.has(exp.word);
      case 'at': {
        const addresses = valuesOf(exp.address, words, pointers);
        return areReadBy(exp.address) || !addresses || [...addresses].some((address) => written.has(address - 1));
      }
      case 'unary':
        return areReadBy(exp.operand);
      case 'binary':
        return areReadBy(exp.left) || areReadBy(exp.right);
      case 'cond':
        return areReadBy(exp.test) || areReadBy(exp.then) || areReadBy(exp.else);
    }
  };
  return { areReadBy };
}

/** What the locals hold in some order of the assignments: each value that is assigned to one, constants and other locals' values. */
function localValues(words: readonly Word[], actions: readonly Action[]): ReadonlyMap<WordId, Values> {
  const sets = actions.filter((action) => action.kind === 'set').filter((action) => words[action.word]!.scope === 'local');
  // Locals are 0 before their first assignment.
  const held = new Map<WordId, Values>(sets.map((action) => [action.word, new Set([0])]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const { word, value } of sets) {
      const before = held.get(word);
      if (!before) continue;
      const more = valuesOf(value, words, held);
      const after = more && new Set([...before, ...more]);
      if (after?.size === before.size) continue;
      held.set(word, after);
      changed = true;
    }
  }
  return held;
}

function valuesOf(exp: Exp, words: readonly Word[], locals: ReadonlyMap<WordId, Values>): Values {
  switch (exp.kind) {
    case 'const':
      return new Set([exp.value]);
    case 'word':
      return words[exp.word]!.scope === 'local' ? locals.get(exp.word) : undefined;
    case 'cond': {
      const [then, otherwise] = [valuesOf(exp.then, words, locals), valuesOf(exp.else, words, locals)];
      return then && otherwise && new Set([...then, ...otherwise]);
    }
    default:
      return undefined;
  }
}

function actionsOf(micro: Micro): readonly (readonly Action[])[] {
  return micro.kind === 'local' ? [micro.actions] : micro.kind === 'step' ? micro.ways.map((way) => way.actions) : [];
}

/** Actions with those of both branches of every `if`. */
function flat(actions: readonly Action[]): readonly Action[] {
  return actions.flatMap((action) => (action.kind === 'if' ? [...flat(action.then), ...flat(action.else)] : [action]));
}
