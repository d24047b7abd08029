/** What the parts of lowering share: a thread's context, the operations that collect for the statement under way, and how problems are reported. */
import type { FunctionIR, IrNode, NodeId, Span } from '../../parser/ir';
import { formatExpr } from '../../parser/cfg';
import type { KernelModel } from '../../kernel/model';
import { wordingOf, type Problem, type Wording } from '../litmus/problem';
import type { Action, Micro, MicroId } from './micro';
import type { Exp, Step, StepKind, Word, WordId } from './program';
import type { World } from './world';

/** The C text that threads are lowered from: one of the scenario, one of each adversary. */
export interface Source {
  /** Undefined for the scenario's own text. */
  readonly file: string | undefined;
  readonly text: string;
  /** Functions by name, threads among them; spans are offsets into `text`. */
  readonly functions: ReadonlyMap<string, FunctionIR>;
  /** Enumerators that the text declares. */
  readonly enumerators: ReadonlyMap<string, number>;
}

/** What an expression evaluates to. */
export type Value =
  | { readonly kind: 'number'; readonly exp: Exp }
  /** A local struct, or a pointer to it. */
  | { readonly kind: 'struct'; readonly struct: LocalStruct }
  /** A pointer to a local variable. */
  | { readonly kind: 'local'; readonly place: LocalPlace };

export interface LocalStruct {
  readonly name: string;
  readonly fields: Map<string, LocalPlace>;
  /** It is given a value as a whole at one place of the text at most. */
  readonly isSetOnce: boolean;
}

/** A local variable: a word, or a constant where it is assigned once and that is known. */
export interface LocalPlace {
  readonly name: string;
  readonly type: string;
  word: WordId | undefined;
  value: Value | undefined;
  /** Assigned at one place of the text only, so that a constant value holds everywhere. */
  readonly isAssignedOnce: boolean;
}

/** A call under way: the function, and what its names stand for. */
export interface Frame {
  readonly ir: FunctionIR;
  readonly path: readonly string[];
  readonly names: Map<string, LocalPlace | LocalStruct>;
  readonly assignments: ReadonlyMap<string, number>;
  /** Micro node that each node of the function begins with. */
  readonly started: Map<NodeId, MicroId>;
  readonly onReturn: (value: Value | undefined) => { readonly actions: Action[]; readonly next: MicroId };
}

/** Everything that is needed to lower one thread. */
export interface Lowering {
  readonly world: World;
  readonly model: KernelModel;
  readonly source: Source;
  readonly thread: number;
  readonly micros: Micro[];
  readonly labels: string[];
  readonly problems: Problem[];
  /** Where in the text we are. */
  frame: Frame;
  node: IrNode;
  /** Operations of the node under way. */
  pending: Pending[];
}

export type Pending =
  | { readonly kind: 'local'; readonly actions: readonly Action[] }
  | { readonly kind: 'step'; readonly step: Omit<Step, 'ways'>; readonly ways: readonly (readonly Action[])[]; readonly onlyReads: boolean }
  /** Goes on with what follows when the test holds, and to the end of the node (after all that follows) when not. */
  | { readonly kind: 'skip-unless'; readonly test: Exp };

/** Thrown when a statement cannot be lowered; a problem was reported, the rest is still read. */
class Unreadable extends Error {}

/** A thread whose calls, written out, come to more than this is refused. */
const mostMicros = 20_000;

/** Reports a problem, once for each place. */
export function report(context: Lowering, span: Span, said: string | Wording): void {
  const wording = wordingOf(said);
  const { start: offset, end } = span;
  if (!context.problems.some((p) => p.offset === offset && p.message === wording.message)) context.problems.push({ offset, end, ...wording });
}

/** Reports a problem of the node under way and gives up on the node. */
export function fail(context: Lowering, said: string | Wording, span: Span = context.node.span): never {
  report(context, span, said);
  throw new Unreadable();
}

/** Whether an error of `fail`. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof Unreadable;
}

/** Adds a node to the thread's graph. */
export function addMicro(context: Lowering, micro: Micro): MicroId {
  if (context.micros.length >= mostMicros) fail(context, `${context.frame.path[0] ?? 'this thread'} is too long, with the functions that it calls`);
  return context.micros.push(micro) - 1;
}

/** Adds a step. */
export function emitStep(context: Lowering, step: { kind: StepKind; text?: string; guard?: Exp; lock?: WordId; mayWaitForever?: boolean; onlyReads?: boolean }, ...ways: (readonly Action[])[]): void {
  context.pending.push({
    kind: 'step', onlyReads: step.onlyReads ?? false, ways: ways.length === 0 ? [[]] : ways,
    step: {
      text: step.text ?? nodeText(context), kind: step.kind, functions: context.frame.path, span: context.node.span, file: context.source.file,
      lock: step.lock, guard: step.guard, mayWaitForever: step.mayWaitForever,
    },
  });
}

/** Adds something that the thread does on its own; it becomes part of the step before it. */
export function emitLocal(context: Lowering, ...actions: Action[]): void {
  if (actions.length > 0) context.pending.push({ kind: 'local', actions });
}

/** What follows in this node happens only when `test` holds. */
export function emitSkipUnless(context: Lowering, test: Exp): void {
  context.pending.push({ kind: 'skip-unless', test });
}

/** A new local word of the function under way. */
export function newLocal(context: Lowering, name: string, shape: Pick<Word, 'kind' | 'bits'>): WordId {
  const { world, frame, thread } = context;
  return world.words.push({ name, kind: shape.kind, bits: shape.bits, scope: 'local', thread, function: frame.path[frame.path.length - 1], initial: 0 }) - 1;
}

/** A new local word for a value that has no name in the text. */
export function newTemporary(context: Lowering, name: string, shape: Pick<Word, 'kind' | 'bits'>): WordId {
  return newLocal(context, `$${name}${context.world.words.length}`, shape);
}

/** Links the operations of the node under way, in order, in front of `next`. */
export function chain(context: Lowering, next: MicroId): MicroId {
  let target = next;
  for (const pending of [...context.pending].reverse()) {
    switch (pending.kind) {
      case 'local':
        target = addMicro(context, { kind: 'local', actions: pending.actions, next: target, span: context.node.span });
        break;
      case 'step': {
        const to = target;
        target = addMicro(context, { kind: 'step', step: pending.step, onlyReads: pending.onlyReads, ways: pending.ways.map((actions) => ({ actions, next: to })) });
        break;
      }
      case 'skip-unless':
        if (pending.test.kind !== 'const') target = addMicro(context, { kind: 'branch', test: pending.test, then: target, else: next, span: context.node.span });
        else if (pending.test.value === 0) target = next;
        break;
    }
  }
  context.pending = [];
  return target;
}

export function number(exp: Exp): Value {
  return { kind: 'number', exp };
}

export function isStruct(x: LocalPlace | LocalStruct): x is LocalStruct {
  return 'fields' in x;
}

/** What a node does, as C: the call with the variable that its result goes to. */
function nodeText(context: Lowering): string {
  const { node, source, frame } = context;
  let text = source.text.slice(node.span.start, node.span.end).replace(/\s+/g, ' ').replace(/;$/, '').trim();
  if (node.kind === 'call') {
    const guard = /^guard_(\w+?)(_exit)?$/.exec(node.callee ?? '');
    const args = node.args.map((arg) => source.text.slice(arg.span.start, arg.span.end).replace(/\s+/g, ' ')).join(', ');
    text = guard ? (guard[2] ? `end of guard(${guard[1]})(${args})` : `guard(${guard[1]})(${args})`) : `${node.callee ?? ''}(${args})`;
    const next = frame.ir.nodes[node.next];
    if (node.result !== undefined && next?.kind === 'assign' && next.value.kind === 'name' && next.value.name === node.result) text = `${formatExpr(next.target)} = ${text}`;
  }
  return text;
}
