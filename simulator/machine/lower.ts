/**
 * Lowers a thread of a scenario to a graph of small operations: calls of the file's own functions are inlined, calls of kernel primitives become the
 * steps that the kernel model says they take.
 */
import { formatExpr, reversePostOrder, successors } from '../../parser/cfg';
import type { Expr, FunctionIR, IrNode, NodeId, Span } from '../../parser/ir';
import type { KernelModel } from '../../kernel/model';
import { didYouMean } from '../../kernel/suggest';
import type { Problem } from '../litmus/problem';
import { and, at, binary, cond, constant, equals, not, truth, word as wordExp, zero } from './exp';
import { lowerIntrinsic, intrinsics } from './intrinsics';
import type { Action, Micro, MicroId } from './micro';
import { set, store } from './micro';
import { links, localShape, objectTypes } from './objects';
import { lowerPrimitive } from './primitives';
import type { Exp, Step, StepKind, Word, WordId } from './program';
import { addressOf, linked, objectAt, type SharedObject, type World } from './world';
import { constants } from './values';

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

interface Frame {
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

type Pending =
  | { readonly kind: 'local'; readonly actions: readonly Action[] }
  | { readonly kind: 'step'; readonly step: Omit<Step, 'ways'>; readonly ways: readonly (readonly Action[])[]; readonly onlyReads: boolean }
  /** Goes on with `then` when the test holds, and to the end of the node (after all that follows) when not. */
  | { readonly kind: 'skip-unless'; readonly test: Exp };

/** Thrown when a statement cannot be lowered; a problem was reported, the rest is still read. */
class Unreadable extends Error {}

/** A thread as a graph of small operations. */
export interface LoweredThread {
  readonly micros: readonly Micro[];
  readonly entry: MicroId;
  /** The variables of the thread's own function, for conditions on its final state. */
  readonly locals: ReadonlyMap<string, LocalPlace | LocalStruct>;
}

/** Lowers one thread. Problems are reported once per cause; the graph is usable only without any. */
export function lowerThread(world: World, model: KernelModel, source: Source, name: string, thread: number, labels: string[], problems: Problem[]): LoweredThread {
  const ir = source.functions.get(name);
  if (!ir) throw new Error(`no thread ${name}`);
  const micros: Micro[] = [{ kind: 'end' }];
  const frame = newFrame(ir, [name], () => ({ actions: [], next: 0 }));
  const context: Lowering = { world, model, source, thread, micros, labels, problems, frame, node: ir.nodes[ir.entry]!, pending: [] };
  for (const parameter of ir.params) {
    if (!world.objects.has(parameter.name)) {
      report(context, ir.nameSpan.start, `${name} names ${parameter.name}, which the init block does not declare${didYouMean(parameter.name, [...world.objects.keys()])}`);
    }
  }
  const entry = lowerBody(context, frame);
  return { micros, entry, locals: frame.names };
}

/** Reports a problem, once for each place. */
export function report(context: Lowering, offset: number, message: string): void {
  if (!context.problems.some((p) => p.offset === offset && p.message === message)) context.problems.push({ offset, message });
}

/** Reports a problem of the node under way and gives up on the node. */
export function fail(context: Lowering, message: string, span: Span = context.node.span): never {
  report(context, span.start, message);
  throw new Unreadable();
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
  return world.words.push({ name, ...shape, scope: 'local', thread, function: frame.path[frame.path.length - 1], initial: 0 }) - 1;
}

/** Puts a value into a local variable; where it is the only one it ever gets, and a constant, no word is needed. */
export function assignLocal(context: Lowering, place: LocalPlace, value: Value): void {
  if (place.isAssignedOnce && place.word === undefined && place.value === undefined && (value.kind !== 'number' || value.exp.kind === 'const')) {
    place.value = value;
    return;
  }
  if (value.kind !== 'number') fail(context, `the address of a local cannot be kept in ${place.name}, which is assigned more than once`);
  emitLocal(context, set(wordOfPlace(context, place), value.exp));
}

export function wordOfPlace(context: Lowering, place: LocalPlace): WordId {
  place.word ??= newLocal(context, place.name, localShape(place.type));
  return place.word;
}

/** The number an expression stands for; what it reads of shared words becomes steps before it. */
export function evaluateNumber(context: Lowering, expr: Expr): Exp {
  const value = evaluate(context, expr);
  if (value.kind !== 'number') fail(context, `${formatExpr(expr)} is the address of a local, which cannot be used as a number`, expr.span);
  return value.exp;
}

/** The place that an expression names: something to read or to write. */
export type Place = { readonly kind: 'local'; readonly place: LocalPlace } | { readonly kind: 'shared'; readonly address: Exp } | { readonly kind: 'struct'; readonly struct: LocalStruct };

export function evaluate(context: Lowering, expr: Expr): Value {
  switch (expr.kind) {
    case 'number':
      if (expr.value === undefined) fail(context, `${expr.text} is no small integer`, expr.span);
      return number(constant(expr.value & 0xffff));
    case 'name': {
      const local = context.frame.names.get(expr.name) ?? temporary(context, expr.name);
      if (local) return isStruct(local) ? { kind: 'struct', struct: local } : readPlace(context, local);
      const object = context.world.objects.get(expr.name);
      if (object) return number(addressOf(object));
      const value = context.source.enumerators.get(expr.name) ?? constants.get(expr.name);
      if (value !== undefined) return number(constant(value));
      return fail(context, `${expr.name} is not declared${didYouMean(expr.name, knownNames(context))}`, expr.span);
    }
    case 'unary': {
      const operand = evaluateNumber(context, expr.operand);
      if (expr.op === '!') return number(not(operand));
      if (expr.op === '+') return number(operand);
      // Values are 16 bits wide, negative ones in two's complement.
      if (operand.kind === 'const') return number(constant((expr.op === '-' ? -operand.value : ~operand.value) & 0xffff));
      return number(binary('&', { kind: 'unary', op: expr.op, operand }, constant(0xffff)));
    }
    case 'binary': {
      const left = evaluateNumber(context, expr.left);
      const right = evaluateNumber(context, expr.right);
      if (right.kind === 'const' && right.value === 0 && expr.op === '<') return number(binary('>=', left, constant(0x8000)));
      if (right.kind === 'const' && right.value === 0 && expr.op === '>=') return number(binary('<', left, constant(0x8000)));
      return number(binary(expr.op, left, right));
    }
    case 'address': {
      const place = placeOf(context, expr.operand);
      if (place.kind === 'shared') return number(place.address);
      return place.kind === 'struct' ? place : { kind: 'local', place: place.place };
    }
    case 'field':
    case 'index':
    case 'deref': {
      const link = linkOf(context, expr);
      if (link) return number(addressOf(link));
      if (expr.kind === 'field' && expr.field === 'vm_page_prot') return number(pageProt(context, expr.base));
      const place = placeOf(context, expr);
      if (place.kind === 'local') return readPlace(context, place.place);
      if (place.kind === 'struct') return place;
      return number(load(context, place.address));
    }
    case 'string':
    case 'initializer':
    case 'opaque':
      return fail(context, `${formatExpr(expr)} cannot be used here`, expr.span);
  }
}

/** `vma->vm_mm`, `vmf->vma`: the scenario's only object of that type, unless a local struct says otherwise. */
function linkOf(context: Lowering, expr: Expr): SharedObject | undefined {
  if (expr.kind !== 'field' || !links.has(expr.field)) return undefined;
  const base = evaluate(context, expr.base);
  if (base.kind === 'struct' && base.struct.fields.has(expr.field)) return undefined;
  return linked(context.world, expr.field) ?? fail(context, `${formatExpr(expr)}: the init block declares no single ${links.get(expr.field)}`, expr.span);
}

/**
 * `vma->vm_page_prot` (mm/mmap.c:vma_set_page_prot()): new entries are writable where the vma is shared and writable and nobody is to be told of writes,
 * which userfaultfd is in a vma registered for write protection.
 */
function pageProt(context: Lowering, vma: Expr): Exp {
  const flags = load(context, evaluateNumber(context, vma));
  const has = (flag: string): Exp => truth(binary('&', flags, constant(constants.get(flag)!)));
  return cond(and(has('VM_SHARED'), has('VM_WRITE'), not(has('VM_UFFD_WP'))), constant(constants.get('PTE_WRITE')!), zero);
}

/** Reads a shared word: a step of its own (which goes away where nobody writes the word). */
export function load(context: Lowering, address: Exp): Exp {
  const source = at(address);
  if (source.kind === 'word' && context.world.words[source.word]!.scope === 'ghost') return source;
  const target = newLocal(context, `$${context.world.words.length}`, shapeAt(context, source));
  emitStep(context, { kind: 'load', onlyReads: true }, [...checkAddress(address), set(target, source)]);
  return wordExp(target);
}

/** A dereference of NULL is a bug that the machine finds by itself; nothing to add for known addresses. */
function checkAddress(address: Exp): Action[] {
  return address.kind === 'const' && address.value > 0 ? [] : [{ kind: 'violate', property: 'null-pointer', test: equals(address, zero) }];
}

function shapeAt(context: Lowering, source: Exp): Pick<Word, 'kind' | 'bits'> {
  if (source.kind === 'word') {
    const { kind, bits } = context.world.words[source.word]!;
    return { kind, bits };
  }
  return { kind: 'int', bits: 16 };
}

export function placeOf(context: Lowering, expr: Expr): Place {
  switch (expr.kind) {
    case 'name': {
      const local = context.frame.names.get(expr.name) ?? temporary(context, expr.name);
      if (local) return isStruct(local) ? { kind: 'struct', struct: local } : { kind: 'local', place: local };
      const object = context.world.objects.get(expr.name);
      // In a thread the name of a shared object is a pointer to it, as in all C litmus tests; `&object` is accepted as the same.
      if (object) return { kind: 'shared', address: addressOf(object) };
      // What && and ! compute is assigned to a temporary.
      if (expr.name.startsWith('$')) return { kind: 'local', place: resultPlace(context, expr.name) };
      return fail(context, `${expr.name} is not declared${didYouMean(expr.name, knownNames(context))}`, expr.span);
    }
    case 'deref': {
      const value = evaluate(context, expr.operand);
      if (value.kind === 'number') return { kind: 'shared', address: value.exp };
      return value.kind === 'struct' ? value : { kind: 'local', place: value.place };
    }
    case 'index': {
      const base = evaluateNumber(context, expr.base);
      const index = evaluateNumber(context, expr.index);
      return { kind: 'shared', address: elementAddress(context, base, index, expr.span) };
    }
    case 'field': {
      const base = evaluate(context, expr.base);
      if (base.kind === 'struct') return fieldOfStruct(context, base.struct, expr.field);
      if (base.kind === 'local') return fail(context, `${formatExpr(expr.base)} is no struct`, expr.span);
      return { kind: 'shared', address: fieldAddress(context, base.exp, expr.field, expr.span) };
    }
    default:
      return fail(context, `${formatExpr(expr)} is no place in memory`, expr.span);
  }
}

/** What the IR computes `a || b` or `!a` into, where it is a value: $1, $2, ... */
function temporary(context: Lowering, name: string): LocalPlace | undefined {
  if (!name.startsWith('$')) return undefined;
  const place: LocalPlace = { name, type: 'bool', word: undefined, value: undefined, isAssignedOnce: context.frame.assignments.get(name) === 1 };
  context.frame.names.set(name, place);
  return place;
}

/** `base[index]`, and `base + index` for pointers to elements. Objects of several words are as far apart as they are long. */
function elementAddress(context: Lowering, base: Exp, index: Exp, span: Span): Exp {
  const object = base.kind === 'const' ? objectAt(context.world, base.value - 1) : undefined;
  if (object && index.kind === 'const' && index.value >= (object.declaration.count ?? 1)) {
    fail(context, `${object.declaration.name} has ${object.declaration.count ?? 1} ${object.declaration.count === undefined ? 'element' : 'elements'}`, span);
  }
  const stride = object?.fields.length ?? 1;
  return binary('+', base, stride === 1 ? index : binary('*', index, constant(stride)));
}

/** The address of a field of a shared object; `vm_mm` and the like are the address of the object they lead to. */
export function fieldAddress(context: Lowering, base: Exp, field: string, span: Span): Exp {
  if (links.has(field)) {
    // A link is a constant pointer: reading it yields the object's address, so the place is what holds it. Callers evaluate links first.
    return fail(context, `${field} can be read, not written`, span);
  }
  const types = base.kind === 'const' ? [objectAt(context.world, base.value - 1)?.declaration.type] : ['struct folio', 'struct page'];
  for (const type of types) {
    const index = (objectTypes.get(type ?? '') ?? []).findIndex((f) => f.name === field);
    if (index >= 0) return binary('+', base, constant(index));
  }
  return fail(context, `no object here has a field ${field}`, span);
}

function fieldOfStruct(context: Lowering, struct: LocalStruct, field: string): Place {
  let place = struct.fields.get(field);
  if (!place) {
    const assigned = fieldAssignments(context.source).get(field) ?? 0;
    place = { name: `${struct.name}.${field}`, type: fieldType(field), word: undefined, value: undefined, isAssignedOnce: assigned === 0 };
    struct.fields.set(field, place);
  }
  return { kind: 'local', place };
}

function readPlace(context: Lowering, place: LocalPlace): Value {
  if (place.value !== undefined) return place.value;
  return number(wordExp(wordOfPlace(context, place)));
}

export function number(exp: Exp): Value {
  return { kind: 'number', exp };
}

/** Writes to a place. A shared word takes a step. */
export function assignPlace(context: Lowering, place: Place, value: Value, text?: string): void {
  switch (place.kind) {
    case 'local':
      assignLocal(context, place.place, value);
      return;
    case 'struct':
      if (value.kind === 'struct') {
        for (const [name, field] of value.struct.fields) {
          const target = fieldOfStruct(context, place.struct, name);
          if (target.kind === 'local') assignLocal(context, target.place, readPlace(context, field));
        }
        return;
      }
      return fail(context, `a struct cannot be assigned from a number`);
    case 'shared':
      if (value.kind !== 'number') return fail(context, 'the address of a local cannot be stored in a shared word');
      emitStep(context, { kind: 'store', text }, [...checkAddress(place.address), store(place.address, value.exp)]);
  }
}

/* ---- functions ---- */

function newFrame(ir: FunctionIR, path: readonly string[], onReturn: Frame['onReturn']): Frame {
  const assignments = countAssignments(ir);
  const names = new Map<string, LocalPlace | LocalStruct>();
  for (const local of ir.locals) {
    if (/^struct \w+$/.test(local.type)) names.set(local.name, { name: local.name, fields: new Map() });
    else names.set(local.name, { name: local.name, type: local.type, word: undefined, value: undefined, isAssignedOnce: assignments.get(local.name) === 1 });
  }
  return { ir, path, names, assignments, started: new Map(), onReturn };
}

/** How often each local is assigned in a function's text; taking its address counts. */
function countAssignments(ir: FunctionIR): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const addresses = (expr: Expr): void => {
    if (expr.kind === 'address' && expr.operand.kind === 'name') count(expr.operand.name);
    for (const part of partsOf(expr)) addresses(part);
  };
  for (const node of ir.nodes) {
    if (node.kind === 'assign') {
      if (node.target.kind === 'name') count(node.target.name);
      addresses(node.value);
    } else if (node.kind === 'call') {
      if (node.result !== undefined) count(node.result);
      node.args.forEach(addresses);
    }
  }
  return counts;
}

function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'field': return [expr.base];
    case 'deref': case 'address': case 'unary': return [expr.operand];
    case 'index': return [expr.base, expr.index];
    case 'binary': return [expr.left, expr.right];
    case 'initializer': return expr.entries.map((entry) => entry.value);
    default: return [];
  }
}

/** How often each field name is assigned outside of initialisers, in the whole text. */
function fieldAssignments(source: Source): ReadonlyMap<string, number> {
  let counts = fieldCounts.get(source);
  if (counts) return counts;
  counts = new Map();
  for (const ir of source.functions.values()) {
    for (const node of ir.nodes) {
      const targets = node.kind === 'assign' ? [node.target] : node.kind === 'call' ? node.args.filter((a) => a.kind === 'address').map((a) => (a as { operand: Expr }).operand) : [];
      for (const target of targets) if (target.kind === 'field') counts.set(target.field, (counts.get(target.field) ?? 0) + 1);
    }
  }
  fieldCounts.set(source, counts);
  return counts;
}
const fieldCounts = new WeakMap<Source, Map<string, number>>();

function fieldType(field: string): string {
  if (field === 'orig_pte') return 'pte_t';
  if (field === 'orig_pmd') return 'pmd_t';
  return field === 'pte' || field === 'pmd' || field === 'ptl' || field === 'xa' || field === 'page' || field === 'folio' ? 'void *' : 'int';
}

function lowerBody(context: Lowering, frame: Frame): MicroId {
  const outer = { frame: context.frame, node: context.node, pending: context.pending };
  const ends: { id: MicroId; node: NodeId }[] = [];
  // Reverse post order, so that what is assigned once is known before it is used.
  for (const id of reversePostOrder(frame.ir)) {
    context.frame = frame;
    context.node = frame.ir.nodes[id]!;
    context.pending = [];
    frame.started.set(id, lowerNode(context, frame, id, ends));
  }
  for (const { id, node } of ends) patch(context.micros[id]!, frame.started.get(node) ?? 0);
  Object.assign(context, outer);
  return frame.started.get(frame.ir.entry) ?? 0;
}

const unpatched = -1;

function patch(micro: Micro, target: MicroId): void {
  if (micro.kind === 'local') micro.next = target;
}

/** Lowers one node; `ends` collects the places that lead to another node of the same function. */
function lowerNode(context: Lowering, frame: Frame, id: NodeId, ends: { id: MicroId; node: NodeId }[]): MicroId {
  const node = frame.ir.nodes[id]!;
  const jump = (target: NodeId): MicroId => {
    const micro = context.micros.push({ kind: 'local', actions: [], next: unpatched }) - 1;
    ends.push({ id: micro, node: target });
    return micro;
  };
  try {
    switch (node.kind) {
      case 'assign':
        lowerAssign(context, node);
        return chain(context, jump(node.next));
      case 'call':
        return lowerCall(context, node, () => jump(node.next));
      case 'branch': {
        const test = truth(evaluateNumber(context, node.condition));
        if (test.kind === 'const') return chain(context, jump(test.value !== 0 ? node.whenTrue : node.whenFalse));
        return chain(context, context.micros.push({ kind: 'branch', test, then: jump(node.whenTrue), else: jump(node.whenFalse) }) - 1);
      }
      case 'return': {
        const value = node.value === undefined ? undefined : evaluate(context, node.value);
        const { actions, next } = frame.onReturn(value);
        emitLocal(context, ...actions);
        return chain(context, next);
      }
      case 'declare':
        return jump(node.next);
      case 'nop':
        if (node.label !== undefined) emitLocal(context, { kind: 'cover', label: labelIndex(context, node.label) });
        return chain(context, jump(node.next));
      case 'stop':
        emitStep(context, { kind: 'other' }, [{ kind: 'violate', property: 'bug', test: constant(1) }]);
        return chain(context, 0);
      case 'choice':
        return fail(context, node.macro === undefined ? 'a choice that the text does not decide: write choose()' : `${node.macro}() is not known here: write the loop out`);
      case 'unknown':
        return fail(context, 'this cannot be read as C');
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    context.pending = [];
    const [next] = successors(node);
    return next === undefined ? 0 : jump(next);
  }
}

function lowerAssign(context: Lowering, node: Extract<IrNode, { kind: 'assign' }>): void {
  if (node.value.kind === 'initializer') {
    const target = placeOf(context, node.target);
    if (target.kind !== 'struct') return fail(context, 'only local structs can be initialised with braces');
    for (const entry of node.value.entries) {
      if (entry.field === undefined) continue;
      const place = fieldOfStruct(context, target.struct, entry.field);
      if (place.kind === 'local') assignLocal(context, place.place, evaluate(context, entry.value));
    }
    return;
  }
  const value = evaluate(context, node.value);
  assignPlace(context, placeOf(context, node.target), value);
}

function lowerCall(context: Lowering, node: Extract<IrNode, { kind: 'call' }>, after: () => MicroId): MicroId {
  const name = node.callee;
  if (name === undefined) return fail(context, 'a call through a pointer: write the function that it calls');
  const callee = context.source.functions.get(name);
  if (callee) return inline(context, node, callee, after);
  const result = node.result === undefined ? undefined : resultPlace(context, node.result);
  if (intrinsics.has(name)) {
    lowerIntrinsic(context, name, node.args, result);
    return chain(context, after());
  }
  const shape = context.model.shapeFor(name, node.args.length);
  if (!shape) {
    const known = context.model.primitives.get(name);
    if (known) return fail(context, `${name}() takes ${[...new Set(known.shapes.map((s) => s.arity))].join(' or ')} arguments, not ${node.args.length}`);
    return fail(context, `${name}() is neither a kernel primitive nor a function of this file${didYouMean(name, [...intrinsics.keys(), ...context.source.functions.keys(), ...context.model.primitives.keys()])}`);
  }
  lowerPrimitive(context, name, shape.effect, node.args, result);
  return chain(context, after());
}

/** A temporary of the IR: where the value of a call goes. */
function resultPlace(context: Lowering, name: string): LocalPlace {
  let place = context.frame.names.get(name);
  if (!place || isStruct(place)) {
    const type = resultType(context, name);
    place = { name, type, word: undefined, value: undefined, isAssignedOnce: context.frame.assignments.get(name) === 1 };
    context.frame.names.set(name, place);
  }
  return place;
}

/** A temporary has the type of the variable that it is assigned to. */
function resultType(context: Lowering, temporary: string): string {
  for (const node of context.frame.ir.nodes) {
    if (node.kind !== 'assign' || node.value.kind !== 'name' || node.value.name !== temporary || node.target.kind !== 'name') continue;
    const { name } = node.target;
    const variable = context.frame.ir.locals.find((l) => l.name === name);
    if (variable) return variable.type;
  }
  return 'int';
}

function inline(context: Lowering, node: Extract<IrNode, { kind: 'call' }>, callee: FunctionIR, after: () => MicroId): MicroId {
  const { frame } = context;
  if (frame.path.includes(callee.name)) return fail(context, `${callee.name}() calls itself`);
  if (frame.path.length > 16) return fail(context, 'calls are nested too deeply');
  if (callee.params.length !== node.args.length && !(callee.params.length === 0 && node.args.length === 0)) {
    return fail(context, `${callee.name}() takes ${callee.params.length} arguments, not ${node.args.length}`);
  }
  const result = node.result === undefined ? undefined : resultPlace(context, node.result);
  const values = node.args.map((arg) => evaluate(context, arg));
  const next = after();
  // One variable receives the result of all returns.
  const returned: LocalPlace | undefined = result && { ...result, isAssignedOnce: result.isAssignedOnce && callee.nodes.filter((n) => n.kind === 'return').length === 1 };
  if (result && returned) frame.names.set(result.name, returned);
  const inner = newFrame(callee, [...frame.path, callee.name], (value) => {
    const pending = context.pending;
    context.pending = [];
    if (returned && value) assignLocal(context, returned, value);
    const actions = context.pending.flatMap((p) => (p.kind === 'local' ? [...p.actions] : []));
    context.pending = pending;
    return { actions, next };
  });
  const before = context.pending;
  context.pending = [];
  callee.params.forEach((parameter, i) => bindParameter(context, inner, parameter, values[i]!));
  const binding = context.pending;
  const entry = lowerBody(context, inner);
  context.pending = [...before, ...binding];
  return chain(context, entry);
}

/** A parameter that is never assigned is its argument, where that cannot change; any other is a local of its own. */
function bindParameter(context: Lowering, inner: Frame, parameter: { readonly name: string; readonly type: string }, value: Value): void {
  const isAssigned = (inner.assignments.get(parameter.name) ?? 0) > 0;
  if (value.kind === 'struct' && !isAssigned) {
    inner.names.set(parameter.name, value.struct);
    return;
  }
  const place: LocalPlace = { name: parameter.name, type: parameter.type, word: undefined, value: undefined, isAssignedOnce: !isAssigned };
  inner.names.set(parameter.name, place);
  const outer = context.frame;
  context.frame = inner;
  assignLocal(context, place, value);
  context.frame = outer;
}

/** Links the operations of the node under way, in order, in front of `next`. */
function chain(context: Lowering, next: MicroId): MicroId {
  let target = next;
  for (const pending of [...context.pending].reverse()) {
    switch (pending.kind) {
      case 'local':
        target = context.micros.push({ kind: 'local', actions: pending.actions, next: target }) - 1;
        break;
      case 'step': {
        const to = target;
        target = context.micros.push({ kind: 'step', step: pending.step, onlyReads: pending.onlyReads, ways: pending.ways.map((actions) => ({ actions, next: to })) }) - 1;
        break;
      }
      case 'skip-unless':
        target = pending.test.kind === 'const' ? (pending.test.value !== 0 ? target : next) : context.micros.push({ kind: 'branch', test: pending.test, then: target, else: next }) - 1;
        break;
    }
  }
  context.pending = [];
  return target;
}

/** What a node does, as C: the call with the variable that its result goes to. */
function nodeText(context: Lowering): string {
  const { node, source, frame } = context;
  let text = source.text.slice(node.span.start, node.span.end).replace(/\s+/g, ' ').replace(/;$/, '').trim();
  if (node.kind === 'call') {
    text = `${node.callee ?? ''}(${node.args.map((arg) => source.text.slice(arg.span.start, arg.span.end).replace(/\s+/g, ' ')).join(', ')})`;
    const next = frame.ir.nodes[node.next];
    if (node.result !== undefined && next?.kind === 'assign' && next.value.kind === 'name' && next.value.name === node.result) text = `${formatExpr(next.target)} = ${text}`;
  } else if (node.kind === 'assign') {
    text = text.replace(/^\*(?=\w+ = )/, '');
  }
  return text;
}

function labelIndex(context: Lowering, label: string): number {
  const known = context.labels.indexOf(label);
  return known >= 0 ? known : context.labels.push(label) - 1;
}

function knownNames(context: Lowering): string[] {
  return [...context.frame.names.keys(), ...context.world.objects.keys(), ...context.source.enumerators.keys(), ...constants.keys()].filter((name) => !name.startsWith('$'));
}

/** Whether an error of `fail`. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof Unreadable;
}

function isStruct(x: LocalPlace | LocalStruct): x is LocalStruct {
  return 'fields' in x;
}

