/** Which shared words a thread writes, and which it reads. What nobody writes is a constant, and reading it no step. */
import { applyBinary, readsOf } from './exp';
import type { LoweredThread } from './lower';
import type { Action, Micro } from './micro';
import type { Exp, Word, WordId, WordKind } from './program';

/** Words that a thread writes. */
export function wordsWrittenBy(words: readonly Word[], thread: LoweredThread): ReadonlySet<WordId> {
  const written = new Set<WordId>();
  const possible = possibleValues(words, thread);
  const visit = (actions: readonly Action[]): void => {
    for (const action of actions) {
      if (action.kind === 'set') written.add(action.word);
      if (action.kind === 'if') {
        visit(action.then);
        visit(action.else);
      }
      if (action.kind === 'store') for (const id of pointedTo(words, possible(action.address), action.to)) written.add(id);
    }
  };
  for (const micro of thread.micros) actionsOf(micro).forEach(visit);
  return written;
}

/** Shared words and ghosts that a thread may read, whatever the order of its statements. */
export function wordsReadBy(words: readonly Word[], thread: LoweredThread): ReadonlySet<WordId> {
  const read = new Set<WordId>();
  const possible = possibleValues(words, thread);
  const see = (exp: Exp): void => {
    for (const id of readsOf(exp).words) if (words[id]!.scope !== 'local') read.add(id);
    for (const address of addressesIn(exp)) for (const id of pointedTo(words, possible(address))) read.add(id);
  };
  for (const micro of thread.micros) {
    if (micro.kind === 'branch') see(micro.test);
    if (micro.kind === 'step' && micro.step.guard) see(micro.step.guard);
    for (const actions of actionsOf(micro)) for (const exp of expressionsOf(actions)) see(exp);
  }
  return read;
}

/** For each step of a thread that only reads: whether it reads what somebody writes. */
export function readsWritten(words: readonly Word[], thread: LoweredThread, written: ReadonlySet<WordId>): (micro: Micro) => boolean {
  const possible = possibleValues(words, thread);
  const isWritten = (exp: Exp): boolean => {
    for (const id of readsOf(exp).words) if (words[id]!.scope === 'shared' && written.has(id)) return true;
    return addressesIn(exp).some((address) => pointedTo(words, possible(address)).some((id) => written.has(id)));
  };
  return (micro) => micro.kind === 'step' && actionsOf(micro).some((actions) => [...expressionsOf(actions)].some(isWritten));
}

export function actionsOf(micro: Micro): readonly (readonly Action[])[] {
  return micro.kind === 'local' ? [micro.actions] : micro.kind === 'step' ? micro.ways.map((way) => way.actions) : [];
}

export function* expressionsOf(actions: readonly Action[]): Generator<Exp> {
  for (const action of actions) {
    if (action.kind === 'set') yield action.value;
    if (action.kind === 'store') {
      yield action.address;
      yield action.value;
    }
    if (action.kind === 'violate') yield action.test;
    if (action.kind === 'if') {
      yield action.test;
      yield* expressionsOf(action.then);
      yield* expressionsOf(action.else);
    }
  }
}

/** The shared words behind some addresses; of a kind, where that is certain. */
function pointedTo(words: readonly Word[], addresses: ReadonlySet<number> | undefined, kind?: WordKind): WordId[] {
  const isMeant = (id: WordId): boolean => words[id]?.scope === 'shared' && (kind === undefined || words[id].kind === kind);
  return (addresses ? [...addresses].map((address) => address - 1) : [...words.keys()]).filter(isMeant);
}

function addressesIn(exp: Exp): Exp[] {
  switch (exp.kind) {
    case 'const': case 'word': return [];
    case 'at': return [exp.address, ...addressesIn(exp.address)];
    case 'unary': return addressesIn(exp.operand);
    case 'binary': return [...addressesIn(exp.left), ...addressesIn(exp.right)];
    case 'cond': return [...addressesIn(exp.test), ...addressesIn(exp.then), ...addressesIn(exp.else)];
  }
}

type Possible = ReadonlySet<number> | undefined;

/** With more values than these, a word may hold anything. */
const mostValues = 64;

/** The values an expression over a thread's locals may have, whatever the order of its statements; undefined when they are too many to tell. */
function possibleValues(words: readonly Word[], thread: LoweredThread): (exp: Exp) => Possible {
  const sets = new Map<WordId, Exp[]>();
  const visit = (actions: readonly Action[]): void => {
    for (const action of actions) {
      if (action.kind === 'set' && words[action.word]!.scope === 'local') sets.set(action.word, [...(sets.get(action.word) ?? []), action.value]);
      if (action.kind === 'if') {
        visit(action.then);
        visit(action.else);
      }
    }
  };
  for (const micro of thread.micros) actionsOf(micro).forEach(visit);

  /** `open` are the words being asked about; one of them is no news to itself, unless it is computed with. */
  const values = (exp: Exp, open: ReadonlySet<WordId>, isComputed: boolean, never: ReadonlyMap<WordId, number>): Possible => {
    switch (exp.kind) {
      case 'const':
        return new Set([exp.value]);
      case 'word': {
        if (words[exp.word]!.scope !== 'local') return undefined;
        if (open.has(exp.word)) return isComputed ? undefined : new Set();
        let all: Possible = new Set([0]);
        for (const value of sets.get(exp.word) ?? []) all = union(all, values(value, new Set([...open, exp.word]), isComputed, new Map()));
        const excluded = never.get(exp.word);
        return excluded === undefined || !all ? all : new Set([...all].filter((value) => value !== excluded));
      }
      case 'cond': {
        const { test } = exp;
        const isNull = test.kind === 'binary' && test.op === '==' && test.left.kind === 'word' && test.right.kind === 'const' ? ([test.left.word, test.right.value] as const) : undefined;
        return union(values(exp.then, open, isComputed, never), values(exp.else, open, isComputed, isNull ? new Map([...never, isNull]) : never));
      }
      case 'binary': {
        const left = values(exp.left, open, true, never);
        const right = left && values(exp.right, open, true, never);
        if (!left || !right || left.size * right.size > mostValues) return undefined;
        return new Set([...left].flatMap((a) => [...right].map((b) => applyBinary(exp.op, a, b))));
      }
      case 'at':
      case 'unary':
        return undefined;
    }
  };
  return (exp) => values(exp, new Set(), false, new Map());
}

function union(a: Possible, b: Possible): Possible {
  if (!a || !b || a.size + b.size > mostValues) return undefined;
  return new Set([...a, ...b]);
}
