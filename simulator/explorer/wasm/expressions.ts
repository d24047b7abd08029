/** Generates code for expressions on a packed state. They mean what interpret.ts says. */
import { isDynamic } from '../../machine/exp';
import type { Exp, ExpOp, WordId } from '../../machine/program';
import { pointees, type Values } from '../value-sets';
import type { FunctionWriter, Local, Opcode } from './assembler';
import type { MemoryLayout } from './layout';

/** What expressions are about. */
export interface Scope {
  readonly layout: MemoryLayout;
  readonly threads: number;
  /** How many words, the first ones, are shared. */
  readonly shared: number;
  readonly values: readonly Values[];
  readonly helpers: Helpers;
}

/** Functions of two numbers that are 0 where the second one is. */
export interface Helpers {
  readonly divide: FunctionWriter;
  readonly remainder: FunctionWriter;
}

/** Writes expressions into one function, whose first parameter is the address of the state. */
export class ExpressionWriter {
  /** Words that have a variable of their own, because the function changes them. */
  readonly variables = new Map<WordId, Local>();
  /** Not 0 once a pointer led nowhere. */
  private fault: Local | undefined;

  constructor(readonly code: FunctionWriter, readonly scope: Scope) {}

  /** Its value is left on the stack. One that follows a bad pointer goes on with 0 and raises a flag. */
  value(exp: Exp): void {
    const { code } = this;
    switch (exp.kind) {
      case 'const': return void code.const(exp.value);
      case 'word': return this.word(exp.word);
      case 'at': return this.at(exp.address);
      case 'unary':
        if (exp.op === '-') code.const(0);
        this.value(exp.operand);
        if (exp.op === '!') code.op('eqz');
        else if (exp.op === '~') code.const(-1).op('xor');
        else code.op('sub');
        return;
      case 'binary': return this.binary(exp.op, exp.left, exp.right);
      case 'cond':
        this.value(exp.test);
        code.if(1);
        this.value(exp.then);
        code.op('else');
        this.value(exp.else);
        code.op('end');
    }
  }

  /** Goes into a block when the flag is raised; nothing where the expression cannot raise it. */
  ifFaulted(exps: readonly Exp[], then: () => void): void {
    if (!exps.some(isDynamic)) return;
    this.code.get(this.flag()).if();
    then();
    this.code.op('end');
  }

  flag(): Local {
    return (this.fault ??= this.code.local());
  }

  word(word: WordId): void {
    const variable = this.variables.get(word);
    if (variable === undefined) readField(this.code, this.scope.layout, this.scope.threads + word);
    else this.code.get(variable);
  }

  private at(address: Exp): void {
    const { code, scope } = this;
    const pointer = code.local();
    this.value(address);
    code.set(pointer);
    const words = pointees(address, scope.values, scope.shared);
    for (const word of words) {
      code.get(pointer).const(word + 1).op('eq').if(1);
      this.word(word);
      code.op('else');
    }
    code.const(1).set(this.flag()).const(0);
    for (let open = 0; open < words.length; open++) code.op('end');
  }

  private binary(op: ExpOp, left: Exp, right: Exp): void {
    const { code } = this;
    if (op === '&&' || op === '||') return this.logical(op, left, right);
    this.value(left);
    this.value(right);
    if (op === '/') code.call(this.scope.helpers.divide);
    else if (op === '%') code.call(this.scope.helpers.remainder);
    else code.op(OPERATORS[op]);
  }

  /** The right side is evaluated whenever that is as quick as to look whether it must be. */
  private logical(op: '&&' | '||', left: Exp, right: Exp): void {
    const { code } = this;
    this.value(left);
    if (isSimple(right)) {
      if (!isTruth(left)) code.const(0).op('ne');
      this.value(right);
      if (!isTruth(right)) code.const(0).op('ne');
      return void code.op(op === '&&' ? 'and' : 'or');
    }
    code.if(1);
    if (op === '||') code.const(1).op('else');
    this.value(right);
    if (!isTruth(right)) code.const(0).op('ne');
    if (op === '&&') code.op('else').const(0);
    code.op('end');
  }
}

/** Leaves the value of a thread or word on the stack, from the state whose address is the first parameter. */
export function readField(code: FunctionWriter, layout: MemoryLayout, index: number): void {
  const field = layout.placed[index];
  if (field === undefined) return void code.const(layout.constants[index]!);
  readCode(code, layout, index, () => code.get(0).access('load', field.cell * 4));
  if (field.dictionary !== undefined) code.const(1).op('shl').access('load16', layout.decoder[index]!);
}

/** Leaves the code on the stack that a thread or word has in a packed state. */
export function readCode(code: FunctionWriter, layout: MemoryLayout, index: number, cell: () => void): void {
  const { shift, bits, mask } = layout.placed[index]!;
  cell();
  if (shift > 0) code.const(shift).op('shr_u');
  if (shift + bits < 32) code.const(mask).op('and');
}

const OPERATORS: Readonly<Record<Exclude<ExpOp, '&&' | '||' | '/' | '%'>, Opcode>> = {
  '+': 'add', '-': 'sub', '*': 'mul', '&': 'and', '|': 'or', '^': 'xor', '<<': 'shl', '>>': 'shr_s',
  '==': 'eq', '!=': 'ne', '<': 'lt_s', '>': 'gt_s', '<=': 'le_s', '>=': 'ge_s',
};

/** A word, or an operator on a word and a number, or on two such. */
function isSimple(exp: Exp, levels = 2): boolean {
  switch (exp.kind) {
    case 'const': case 'word': return true;
    case 'unary': return levels > 0 && isSimple(exp.operand, levels - 1);
    case 'binary': return levels > 0 && isSimple(exp.left, levels - 1) && isSimple(exp.right, levels - 1);
    case 'at': case 'cond': return false;
  }
}

/** Whether its value is 0 or 1 in any case. */
function isTruth(exp: Exp): boolean {
  if (exp.kind === 'unary') return exp.op === '!';
  return exp.kind === 'binary' && /^(?:[=!]=|[<>]=?|&&|\|\|)$/.test(exp.op);
}
