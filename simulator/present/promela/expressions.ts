/** Expressions and statements as Promela text. */
import type { Exp, ExpOp, Stmt, WordId } from '../../machine/program';

/** The name of each word. */
export type Names = (word: WordId) => string;

/** With parentheses wherever somebody might have to think about precedence. */
export function expressionText(exp: Exp, names: Names): string {
  switch (exp.kind) {
    case 'const':
      return String(exp.value);
    case 'word':
      return names(exp.word);
    case 'at':
      return `mem[${expressionText(exp.address, names)}]`;
    case 'unary':
      // `!!` is an operator of channels in Promela.
      return `${exp.op}${exp.operand.kind === 'unary' ? `(${expressionText(exp.operand, names)})` : operandText(exp.operand, names)}`;
    case 'binary':
      return binaryText(exp, names);
    case 'cond':
      return `(${expressionText(exp.test, names)} -> ${operandText(exp.then, names)} : ${operandText(exp.else, names)})`;
  }
}

/** A part of a conjunction, in parentheses where it needs them. */
export function conjunctText(exp: Exp, names: Names): string {
  return binaryOperand('&&', exp, names, false);
}

/** Statements on one line. Labels that are covered are comments: SPIN says by itself which lines it has never reached. */
export function statementsText(statements: readonly Stmt[], names: Names): string {
  const parts = statements.flatMap((statement): string[] => {
    switch (statement.kind) {
      case 'set':
        return [`${names(statement.word)} = ${expressionText(statement.value, names)}`];
      case 'store':
        return [`mem[${expressionText(statement.address, names)}] = ${expressionText(statement.value, names)}`];
      case 'if':
        return ifText(statement, names);
      default:
        return [];
    }
  });
  return parts.join('; ');
}

function ifText(statement: Extract<Stmt, { kind: 'if' }>, names: Names): string[] {
  const then = statementsText(statement.then, names);
  const otherwise = statementsText(statement.else, names);
  if (then === '' && otherwise === '') return [];
  return [`if :: ${expressionText(statement.test, names)} -> ${then || 'skip'} :: else -> ${otherwise || 'skip'} fi`];
}

function binaryText(exp: Extract<Exp, { kind: 'binary' }>, names: Names): string {
  const right = binaryOperand(exp.op, exp.right, names, false);
  const left = binaryOperand(exp.op, exp.left, names, true);
  if (exp.op !== '/' && exp.op !== '%') return `${left} ${exp.op} ${right}`;
  // C does not define division by 0; here it gives 0.
  const quotient = `${left} ${exp.op} ${right}`;
  return exp.right.kind === 'const' && exp.right.value !== 0 ? quotient : `(${right} == 0 -> 0 : ${quotient})`;
}

function binaryOperand(op: ExpOp, operand: Exp, names: Names, isLeft: boolean): string {
  const logical = op === '&&' || op === '||';
  const comparison = operand.kind === 'binary' && /^(?:==|!=|<=?|>=?)$/.test(operand.op);
  const chained = isLeft && operand.kind === 'binary' && operand.op === op && /^(?:&&|\|\||\+|\||&)$/.test(op);
  return (logical && comparison) || chained ? expressionText(operand, names) : operandText(operand, names);
}

function operandText(exp: Exp, names: Names): string {
  const text = expressionText(exp, names);
  const atom = exp.kind === 'word' || exp.kind === 'at' || exp.kind === 'cond' || (exp.kind === 'const' && exp.value >= 0) || (exp.kind === 'unary' && exp.op === '!');
  return atom ? text : `(${text})`;
}
