/** Generates the code of a program's steps: guards, and for each way a function that makes the move and finds the state it leads to. */
import type { Exp, Program, Stmt, WordId } from '../../machine/program';
import { rankOf } from '../properties';
import { pointees } from '../value-sets';
import { codeOf, type Placed } from '../pack';
import type { FunctionWriter, Local, ModuleWriter } from './assembler';
import { ExpressionWriter, type Scope } from './expressions';
import { MOVES, STUCK } from './layout';

const NULL_POINTER = -(rankOf('null-pointer') + 1);
const OUT_OF_RANGE = -(rankOf('out-of-range') + 1);

/** What the code of steps needs to know and calls. */
export interface StepScope extends Scope {
  readonly program: Program;
  /** What it means for a packed state that a thread is before a step, or has ended. */
  readonly arrivals: readonly (readonly Arrival[])[];
  /** Takes the number of the thread and a packed state, and returns the number of the state. */
  readonly arrive: FunctionWriter;
  /** Takes the numbers of a thread and of a way, and the state that it leads to. */
  readonly record: FunctionWriter;
}

/** A function that finds the moves of a thread before a step, in the state at the address that it is given. */
export function writeStep(module: ModuleWriter, scope: StepScope, thread: number, index: number): FunctionWriter {
  const { guard, ways, mayWaitForever } = scope.program.threads[thread]!.steps[index]!;
  const code = module.function(1, 0);
  const expressions = new ExpressionWriter(code, scope);
  const wait = (): void => {
    if (mayWaitForever !== true) code.const(0).const(1).access('store', STUCK);
  };
  if (ways.length === 0) {
    wait();
    return code;
  }
  if (guard !== undefined) {
    const open = code.local();
    expressions.value(guard);
    code.set(open);
    expressions.ifFaulted([guard], () => {
      for (const way of ways.keys()) code.const(thread).const(way).const(NULL_POINTER).call(scope.record);
      code.op('return');
    });
    code.get(open).op('eqz').if();
    wait();
    code.op('return', 'end');
  }
  for (const [number, way] of ways.entries()) code.const(thread).const(number).get(0).call(writeWay(module, scope, thread, index, way)).call(scope.record);
  return code;
}

/** A function that returns 1 when an expression holds, 2 when it follows a bad pointer. */
export function writeTest(module: ModuleWriter, scope: Scope, exp: Exp | undefined, name: string): void {
  const code = module.function(1, 1, name);
  if (exp === undefined) return void code.const(0);
  const expressions = new ExpressionWriter(code, scope);
  const holds = code.local();
  expressions.value(exp);
  code.const(0).op('ne').set(holds);
  expressions.ifFaulted([exp], () => code.const(2).op('return'));
  code.get(holds);
}

/** The function that notes a move. */
export function writeRecord(record: FunctionWriter, layout: Scope['layout'], slot: (code: FunctionWriter) => void): void {
  const place = record.local();
  record.const(0).access('load', MOVES).const(2).op('shl').set(place);
  record.get(place).get(0).access('store', layout.thread);
  record.get(place).get(1).access('store', layout.way);
  record.get(place).get(2).access('store', layout.target);
  record.get(place);
  slot(record);
  record.access('store', layout.slot);
  record.const(0).const(0).access('load', MOVES).const(1).op('add').access('store', MOVES);
}

/** A function that returns the number of the state that a way leads to, or minus the rank of the violated property minus one. */
function writeWay(module: ModuleWriter, scope: StepScope, thread: number, index: number, way: readonly Stmt[]): FunctionWriter {
  const code = module.function(1, 1);
  new WayWriter(new ExpressionWriter(code, scope), scope, thread, index).write(way);
  return code;
}

class WayWriter {
  private readonly code: FunctionWriter;

  constructor(private readonly expressions: ExpressionWriter, private readonly scope: StepScope, private readonly thread: number, private readonly index: number) {
    this.code = expressions.code;
  }

  write(way: readonly Stmt[]): void {
    const { code, expressions } = this;
    const written = new Set<WordId>();
    collectWritten(way, this.scope, written);
    for (const word of written) {
      const variable = code.local();
      expressions.word(word);
      code.set(variable);
      expressions.variables.set(word, variable);
    }
    // A step without a jump stays where it is.
    if (this.statements(way)) code.op('unreachable');
    else this.leave(this.index);
  }

  /** Whether every way through them ends in a jump. */
  private statements(list: readonly Stmt[]): boolean {
    for (const statement of list) if (this.statement(statement)) return true;
    return false;
  }

  private statement(statement: Stmt): boolean {
    const { code, expressions } = this;
    switch (statement.kind) {
      case 'set': {
        expressions.value(statement.value);
        this.checkFault([statement.value]);
        code.set(expressions.variables.get(statement.word)!);
        this.checkRange(statement.word, statement.value, () => code.get(expressions.variables.get(statement.word)!));
        return false;
      }
      case 'store': {
        this.store(statement.address, statement.value);
        return false;
      }
      case 'if': {
        expressions.value(statement.test);
        this.checkFault([statement.test]);
        code.if();
        const then = this.statements(statement.then);
        if (statement.else.length > 0) code.op('else');
        const otherwise = this.statements(statement.else);
        code.op('end');
        return then && otherwise;
      }
      case 'violate':
        expressions.value(statement.test);
        this.checkFault([statement.test]);
        code.if().const(-(rankOf(statement.property) + 1)).op('return', 'end');
        return false;
      case 'cover':
        code.const(0).const(1).access('store8', this.scope.layout.covered + statement.label);
        return false;
      case 'goto': {
        const end = this.scope.program.threads[this.thread]!.steps.length;
        this.leave(statement.step === 'end' ? end : Math.min(statement.step, end));
        return true;
      }
    }
  }

  private store(address: Exp, stored: Exp): void {
    const { code, expressions, scope } = this;
    const [pointer, value] = [code.local(), code.local()];
    expressions.value(address);
    code.set(pointer);
    expressions.value(stored);
    code.set(value);
    expressions.ifFaulted([address, stored], () => code.const(NULL_POINTER).op('return'));
    code.get(pointer).const(1).op('sub').const(scope.shared).op('ge_u').if().const(NULL_POINTER).op('return', 'end');
    for (const word of pointees(address, scope.values, scope.shared)) {
      code.get(pointer).const(word + 1).op('eq').if();
      this.checkRange(word, stored, () => code.get(value));
      code.get(value).set(expressions.variables.get(word)!).op('end');
    }
  }

  /** What was computed so far, on the stack, is thrown away. */
  private checkFault(exps: readonly Exp[]): void {
    this.expressions.ifFaulted(exps, () => this.code.const(NULL_POINTER).op('return'));
  }

  private checkRange(word: WordId, value: Exp, get: () => void): void {
    const limit = 2 ** (this.scope.program.words[word]?.bits ?? 0);
    if (value.kind === 'const' && value.value >= 0 && value.value < limit) return;
    get();
    this.code.const(limit).op('ge_u').if().const(OUT_OF_RANGE).op('return', 'end');
  }

  /** Packs the state after the move and returns its number; the thread is then before a step, or has ended. */
  private leave(step: number): void {
    const { code, expressions, scope: { layout, threads, arrivals, arrive }, thread } = this;
    const { cleared, ones, zeros } = arrivals[thread]![step]!;
    const masks = [...cleared];
    const changed: { readonly field: Placed; readonly variable: Local; readonly encoder: number }[] = [];
    for (const [word, variable] of expressions.variables) {
      const field = layout.placed[threads + word];
      if (field === undefined || zeros.includes(word)) continue;
      masks[field.cell]! |= field.mask << field.shift;
      changed.push({ field, variable, encoder: layout.encoder[threads + word]! });
    }
    if (arrive.params > layout.cells) code.const(thread);
    for (let cell = 0; cell < layout.cells; cell++) {
      code.get(0).access('load', cell * 4);
      if (masks[cell] !== 0) code.const(~masks[cell]!).op('and');
      if (ones[cell] !== 0) code.const(ones[cell]!).op('or');
      for (const { field, variable, encoder } of changed) {
        if (field.cell !== cell) continue;
        code.get(variable);
        if (field.dictionary !== undefined) code.access('load8', encoder);
        if (field.shift > 0) code.const(field.shift).op('shl');
        code.op('or');
      }
    }
    code.call(arrive).op('return');
  }
}

/** Where a thread comes to: which bits of each cell that settles, and the bits of those that are 1. */
export interface Arrival {
  readonly cleared: readonly number[];
  readonly ones: readonly number[];
  /** The words that are 0 there. */
  readonly zeros: readonly WordId[];
}

export function arrivalAt(layout: Scope['layout'], threads: number, thread: number, step: number, zeros: readonly WordId[]): Arrival {
  const cleared = new Array<number>(layout.cells).fill(0);
  const ones = new Array<number>(layout.cells).fill(0);
  const settle = (index: number, value: number): void => {
    const field = layout.placed[index];
    if (field === undefined) return;
    cleared[field.cell]! |= field.mask << field.shift;
    ones[field.cell]! |= (field.dictionary === undefined ? value : codeOf(field.dictionary, value)) << field.shift;
  };
  settle(thread, step);
  for (const word of zeros) settle(threads + word, 0);
  return { cleared, ones, zeros };
}

function collectWritten(list: readonly Stmt[], scope: Scope, found: Set<WordId>): void {
  for (const statement of list) {
    if (statement.kind === 'set') found.add(statement.word);
    if (statement.kind === 'store') for (const word of pointees(statement.address, scope.values, scope.shared)) found.add(word);
    if (statement.kind !== 'if') continue;
    collectWritten(statement.then, scope, found);
    collectWritten(statement.else, scope, found);
  }
}
