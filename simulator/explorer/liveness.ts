/**
 * Words whose value no longer matters. A word that one thread alone uses is dead before a step of it when the thread overwrites it, on every way from
 * there, before it reads it. States that differ in dead words alone have the same moves, into states that again differ in dead words alone, so they
 * may be taken for one: the lengths of all schedules, their violations and the labels they reach stay the same.
 */
import type { Exp, Program, Stmt, Thread, WordId } from '../machine/program';

/** Sets of words as bit sets, 32 words to a number. */
type Words = Uint32Array;

/** For each thread and each step of it, its end included, the words of the thread that are dead before that step. */
export function deadWords(program: Program): WordId[][][] {
  const size = Math.ceil(program.words.length / 32);
  const own = ownWords(program, size);
  return program.threads.map((thread, number) => liveness(thread, size).map((live) => listed(own[number]!, live)));
}

/** Locals and ghosts that the steps of one thread alone mention, and `exists` does not. */
function ownWords(program: Program, size: number): Words[] {
  const mentioned = program.threads.map((thread) => mentions(thread, size));
  const asked = new Uint32Array(size);
  if (program.exists !== undefined) reads(program.exists, asked);
  for (const [id, word] of program.words.entries()) if (word.scope === 'shared') add(asked, id);
  return mentioned.map((words, thread) => words.map((bits, cell) => {
    const others = mentioned.reduce((set, other, number) => (number === thread ? set : set | other[cell]!), asked[cell]!);
    return bits & ~others;
  }));
}

/** The words that are live before each step and at the end, from the end backwards until nothing changes. */
function liveness(thread: Thread, size: number): Words[] {
  const live = Array.from({ length: thread.steps.length + 1 }, () => new Uint32Array(size));
  for (let changed = true; changed;) {
    changed = false;
    for (let step = thread.steps.length - 1; step >= 0; step--) {
      const { guard, ways } = thread.steps[step]!;
      const before = new Uint32Array(size);
      // A step that waits for ever keeps what it reads; one without a jump stays where it is.
      if (guard !== undefined) reads(guard, before);
      for (const way of ways) addAll(before, liveBefore(way, live, live[step]!.slice()));
      if (before.every((bits, cell) => bits === live[step]![cell])) continue;
      live[step] = before;
      changed = true;
    }
  }
  return live;
}

/** @param set what is live when the statements have been gone through without a jump; it is changed, and may be what is returned */
function liveBefore(list: readonly Stmt[], live: readonly Words[], set: Words): Words {
  for (let index = list.length - 1; index >= 0; index--) {
    const statement = list[index]!;
    switch (statement.kind) {
      case 'set':
        set[statement.word >>> 5]! &= ~(1 << (statement.word & 31));
        reads(statement.value, set);
        break;
      case 'store':
        reads(statement.address, set);
        reads(statement.value, set);
        break;
      case 'if': {
        const then = liveBefore(statement.then, live, set.slice());
        set = liveBefore(statement.else, live, set);
        addAll(set, then);
        reads(statement.test, set);
        break;
      }
      case 'violate':
        reads(statement.test, set);
        break;
      case 'cover':
        break;
      case 'goto':
        set = live[statement.step === 'end' ? live.length - 1 : Math.min(statement.step, live.length - 1)]!.slice();
    }
  }
  return set;
}

/** All words that a thread's steps read or write by name. */
function mentions(thread: Thread, size: number): Words {
  const found = new Uint32Array(size);
  const inList = (list: readonly Stmt[]): void => list.forEach(inStatement);
  const inStatement = (statement: Stmt): void => {
    switch (statement.kind) {
      case 'set':
        add(found, statement.word);
        return reads(statement.value, found);
      case 'store':
        reads(statement.address, found);
        return reads(statement.value, found);
      case 'if':
        reads(statement.test, found);
        inList(statement.then);
        return inList(statement.else);
      case 'violate':
        return reads(statement.test, found);
      case 'cover': case 'goto':
    }
  };
  for (const { guard, ways } of thread.steps) {
    if (guard !== undefined) reads(guard, found);
    ways.forEach(inList);
  }
  return found;
}

/** Adds the words that an expression reads by name; pointers lead to shared words only, which no thread has to itself. */
function reads(exp: Exp, into: Words): void {
  switch (exp.kind) {
    case 'const': return;
    case 'word': return add(into, exp.word);
    case 'at': return reads(exp.address, into);
    case 'unary': return reads(exp.operand, into);
    case 'binary': return reads(exp.left, into), reads(exp.right, into);
    case 'cond': return reads(exp.test, into), reads(exp.then, into), reads(exp.else, into);
  }
}

function add(to: Words, word: WordId): void {
  to[word >>> 5]! |= 1 << (word & 31);
}

function addAll(to: Words, more: Words): void {
  for (let cell = 0; cell < to.length; cell++) to[cell]! |= more[cell]!;
}

/** The words of a set that are not in another. */
function listed(words: Words, without: Words): WordId[] {
  const ids: WordId[] = [];
  for (let cell = 0; cell < words.length; cell++) {
    for (let left = words[cell]! & ~without[cell]!; left !== 0; left &= left - 1) ids.push(cell * 32 + 31 - Math.clz32(left & -left));
  }
  return ids;
}
