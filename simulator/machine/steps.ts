/** From the graph of small operations to atomic steps: what a thread does on its own is fused with the step before it, and dead locals are zeroed. */
import { readsOf, zero } from './exp';
import { liveLocals } from './live-locals';
import type { Action, Micro, MicroId } from './micro';
import type { LoweredThread } from './lower';
import type { Exp, Step, Stmt, Word, WordId } from './program';
import type { Writes } from './written';

/** A loop that never does a step would be followed for ever. */
const longestRun = 400;
const mostStatements = 20_000;

/** The steps of a thread. Undefined when a loop of it never does a step. */
export function fuse(lowered: LoweredThread, words: readonly Word[], writes: Writes, atEnd: readonly Action[], liveAtEnd: ReadonlySet<WordId>): { start: Stmt[]; steps: Step[] } | undefined {
  const { micros, entry } = lowered;
  const isLocal = (id: WordId): boolean => words[id]!.scope === 'local';
  // A step that only reads what nobody writes is none: nobody can tell when it happens.
  const isStep = micros.map((micro) => micro.kind === 'step' && !(micro.onlyReads && !readsWritten(micro, writes)));
  const live = liveLocals(micros, atEnd, liveAtEnd, isLocal);
  const numbers = new Map<MicroId, number>();
  const order: MicroId[] = [];
  let statements = 0;

  /** Everything from a node to the next step, as statements. `dirty` are the locals that may be non-zero. */
  const expand = (from: MicroId, dirty: ReadonlySet<WordId>, run: number): Stmt[] | undefined => {
    const result: Stmt[] = [];
    const mine = new Set(dirty);
    let id = from;
    for (let length = run; ; length++) {
      if (length > longestRun || statements > mostStatements) return undefined;
      const micro = micros[id]!;
      if (isStep[id] || micro.kind === 'end') {
        if (micro.kind === 'end') result.push(...atEnd);
        const after = micro.kind === 'end' ? liveAtEnd : live[id]!;
        for (const word of [...mine].sort((a, b) => a - b)) if (!after.has(word)) result.push({ kind: 'set', word, value: zero });
        if (micro.kind === 'end') {
          result.push({ kind: 'goto', step: 'end' });
        } else {
          if (!numbers.has(id)) numbers.set(id, order.push(id) - 1);
          result.push({ kind: 'goto', step: numbers.get(id)! });
        }
        statements += result.length;
        return result;
      }
      switch (micro.kind) {
        case 'local':
        case 'step': {
          const actions = micro.kind === 'local' ? micro.actions : micro.ways[0]!.actions;
          result.push(...actions);
          collectDefined(actions, isLocal, mine);
          id = micro.kind === 'local' ? micro.next : micro.ways[0]!.next;
          break;
        }
        case 'branch': {
          const then = expand(micro.then, mine, length + 1);
          const otherwise = then && expand(micro.else, mine, length + 1);
          if (!then || !otherwise) return undefined;
          result.push({ kind: 'if', test: micro.test, then, else: otherwise });
          statements += result.length;
          return result;
        }
      }
    }
  };

  const start = expand(entry, new Set(), 0);
  if (!start) return undefined;
  const steps: Step[] = [];
  for (let i = 0; i < order.length; i++) {
    const micro = micros[order[i]!]!;
    if (micro.kind !== 'step') continue;
    const ways: Stmt[][] = [];
    for (const way of micro.ways) {
      const dirty = new Set([...live[order[i]!]!].filter(isLocal));
      collectDefined(way.actions, isLocal, dirty);
      const rest = expand(way.next, dirty, 0);
      if (!rest) return undefined;
      ways.push([...way.actions, ...rest]);
    }
    steps.push({ ...micro.step, ways });
  }
  return { start, steps };
}

function readsWritten(micro: Extract<Micro, { kind: 'step' }>, writes: Writes): boolean {
  if (micro.step.guard && writes.areReadBy(micro.step.guard)) return true;
  return micro.ways.some((way) => [...expressions(way.actions)].some(writes.areReadBy));
}

function* expressions(actions: readonly Action[]): Generator<Exp> {
  for (const action of actions) {
    if (action.kind === 'set') yield action.value;
    if (action.kind === 'store') {
      yield action.address;
      yield action.value;
    }
    if (action.kind === 'violate') yield action.test;
    if (action.kind === 'if') {
      yield action.test;
      yield* expressions(action.then);
      yield* expressions(action.else);
    }
  }
}

function collectDefined(actions: readonly Action[], isLocal: (id: WordId) => boolean, into: Set<WordId>): void {
  for (const action of actions) {
    if (action.kind === 'set' && isLocal(action.word)) into.add(action.word);
    if (action.kind === 'if') {
      collectDefined(action.then, isLocal, into);
      collectDefined(action.else, isLocal, into);
    }
  }
}

/** The program with the words that it uses only, in the same order. Shared words keep their addresses. */
export function usedWords(words: readonly Word[], parts: readonly { start: readonly Stmt[]; steps: readonly Step[] }[], exists: Exp | undefined): ReadonlyMap<WordId, WordId> {
  const used = new Set<WordId>();
  const see = (exp: Exp): void => readsOf(exp).words.forEach((id) => used.add(id));
  const visit = (stmts: readonly Stmt[]): void => {
    for (const stmt of stmts) {
      if (stmt.kind === 'set') {
        used.add(stmt.word);
        see(stmt.value);
      } else if (stmt.kind === 'store') {
        see(stmt.address);
        see(stmt.value);
      } else if (stmt.kind === 'violate') {
        see(stmt.test);
      } else if (stmt.kind === 'if') {
        see(stmt.test);
        visit(stmt.then);
        visit(stmt.else);
      }
    }
  };
  for (const part of parts) {
    visit(part.start);
    for (const step of part.steps) {
      if (step.guard) see(step.guard);
      step.ways.forEach(visit);
    }
  }
  if (exists) see(exists);
  const map = new Map<WordId, WordId>();
  for (const [id, word] of words.entries()) if (word.scope !== 'local' || used.has(id)) map.set(id, map.size);
  return map;
}

/** The same expression with other word numbers. */
export function renumberExp(exp: Exp, map: ReadonlyMap<WordId, WordId>): Exp {
  switch (exp.kind) {
    case 'const':
      return exp;
    case 'word':
      return { kind: 'word', word: map.get(exp.word) ?? exp.word };
    case 'at':
      return { kind: 'at', address: renumberExp(exp.address, map) };
    case 'unary':
      return { ...exp, operand: renumberExp(exp.operand, map) };
    case 'binary':
      return { ...exp, left: renumberExp(exp.left, map), right: renumberExp(exp.right, map) };
    case 'cond':
      return { kind: 'cond', test: renumberExp(exp.test, map), then: renumberExp(exp.then, map), else: renumberExp(exp.else, map) };
  }
}

export function renumberStmts(stmts: readonly Stmt[], map: ReadonlyMap<WordId, WordId>): Stmt[] {
  return stmts.map((stmt): Stmt => {
    switch (stmt.kind) {
      case 'set':
        return { kind: 'set', word: map.get(stmt.word) ?? stmt.word, value: renumberExp(stmt.value, map) };
      case 'store':
        return { ...stmt, address: renumberExp(stmt.address, map), value: renumberExp(stmt.value, map) };
      case 'violate':
        return { ...stmt, test: renumberExp(stmt.test, map) };
      case 'if':
        return { kind: 'if', test: renumberExp(stmt.test, map), then: renumberStmts(stmt.then, map), else: renumberStmts(stmt.else, map) };
      case 'cover':
      case 'goto':
        return stmt;
    }
  });
}
