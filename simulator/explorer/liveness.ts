/**
 * Words whose value no longer matters. A word that one thread alone uses is dead before a step of it when the thread overwrites it, on every way from
 * there, before it reads it. States that differ in dead words alone have the same moves, into states that again differ in dead words alone, so they
 * may be taken for one: the lengths of all schedules, their violations and the labels they reach stay the same.
 */
import type { Exp, Program, Stmt, Thread, WordId } from '../machine/program';

/** Sets of words as bit sets. */
type Words = bigint;

/** For each thread and each step of it, its end included, the words of the thread that are dead before that step. */
export function deadWords(program: Program): WordId[][][] {
  const own = ownWords(program);
  return program.threads.map((thread, number) => liveness(thread).map((live) => listed(own[number]! & ~live)));
}

/** Locals and ghosts that the steps of one thread alone mention, and `exists` does not. */
function ownWords(program: Program): Words[] {
  const mentioned = program.threads.map((thread) => mentions(thread));
  const asked = program.exists === undefined ? 0n : reads(program.exists);
  const shared = program.words.reduce((set, word, id) => (word.scope === 'shared' ? set | bit(id) : set), 0n);
  return mentioned.map((words, thread) => {
    const others = mentioned.reduce((set, other, number) => (number === thread ? set : set | other), asked | shared);
    return words & ~others;
  });
}

/** The words that are live before each step and at the end, from the end backwards until nothing changes. */
function liveness(thread: Thread): Words[] {
  const live = new Array<Words>(thread.steps.length + 1).fill(0n);
  for (let changed = true; changed;) {
    changed = false;
    for (let step = thread.steps.length - 1; step >= 0; step--) {
      const { guard, ways } = thread.steps[step]!;
      // A step that waits for ever keeps what it reads; one without a jump stays where it is.
      const before = ways.reduce((set, way) => set | liveBefore(way, live, live[step]!), guard === undefined ? 0n : reads(guard));
      if (before === live[step]) continue;
      live[step] = before;
      changed = true;
    }
  }
  return live;
}

/** @param after what is live when the statements have been gone through without a jump */
function liveBefore(list: readonly Stmt[], live: readonly Words[], after: Words): Words {
  return list.reduceRight((set, statement) => {
    switch (statement.kind) {
      case 'set': return (set & ~bit(statement.word)) | reads(statement.value);
      case 'store': return set | reads(statement.address) | reads(statement.value);
      case 'if': return reads(statement.test) | liveBefore(statement.then, live, set) | liveBefore(statement.else, live, set);
      case 'violate': return set | reads(statement.test);
      case 'cover': return set;
      case 'goto': return live[statement.step === 'end' ? live.length - 1 : Math.min(statement.step, live.length - 1)]!;
    }
  }, after);
}

function mentions(thread: Thread): Words {
  const inList = (list: readonly Stmt[]): Words => list.reduce((set, statement) => set | inStatement(statement), 0n);
  const inStatement = (statement: Stmt): Words => {
    switch (statement.kind) {
      case 'set': return bit(statement.word) | reads(statement.value);
      case 'store': return reads(statement.address) | reads(statement.value);
      case 'if': return reads(statement.test) | inList(statement.then) | inList(statement.else);
      case 'violate': return reads(statement.test);
      case 'cover': case 'goto': return 0n;
    }
  };
  return thread.steps.reduce((set, step) => step.ways.reduce((all, way) => all | inList(way), set | (step.guard === undefined ? 0n : reads(step.guard))), 0n);
}

/** Words an expression reads by name; pointers lead to shared words only, which no thread has to itself. */
function reads(exp: Exp): Words {
  switch (exp.kind) {
    case 'const': return 0n;
    case 'word': return bit(exp.word);
    case 'at': return reads(exp.address);
    case 'unary': return reads(exp.operand);
    case 'binary': return reads(exp.left) | reads(exp.right);
    case 'cond': return reads(exp.test) | reads(exp.then) | reads(exp.else);
  }
}

const bit = (word: WordId): Words => 1n << BigInt(word);

function listed(words: Words): WordId[] {
  const ids: WordId[] = [];
  for (let id = 0, left = words; left !== 0n; id++, left >>= 1n) if ((left & 1n) !== 0n) ids.push(id);
  return ids;
}
