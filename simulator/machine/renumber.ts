/** The program with the words that it uses only. */
import { forEachRead } from './exp';
import type { Exp, Step, Stmt, Word, WordId } from './program';

/** Which words stay, by their old numbers, in the same order. Shared words keep their addresses. */
export function usedWords(words: readonly Word[], parts: readonly { start: readonly Stmt[]; steps: readonly Step[] }[], exists: Exp | undefined): ReadonlyMap<WordId, WordId> {
  const used = new Set<WordId>();
  const see = (exp: Exp): void => forEachRead(exp, (id) => used.add(id));
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
