/** Frames and local variables. A local is a word of the state, or a constant where the text assigns it once and the value is known. */
import { formatExpr } from '../../parser/cfg';
import type { Expr, FunctionIR, IrNode } from '../../parser/ir';
import { truth, word as wordExp, zero } from './exp';
import { emitLocal, fail, isStruct, newLocal, number, type Frame, type LocalPlace, type LocalStruct, type Lowering, type Source, type Value } from './lowering';
import { set } from './micro';
import { links, localShape } from './objects';
import type { Exp, WordId } from './program';

/** Opens a frame for a call. `kept` are variables that somebody asks for at the end, so that they are words in any case. */
export function newFrame(source: Source, ir: FunctionIR, path: readonly string[], onReturn: Frame['onReturn'], kept: ReadonlySet<string> = new Set()): Frame {
  const assignments = assignmentsOf(source, ir);
  const names = new Map<string, LocalPlace | LocalStruct>();
  for (const local of ir.locals) {
    const count = assignments.get(local.name) ?? 0;
    if (isStructType(local.type)) names.set(local.name, { name: local.name, fields: new Map(), isSetOnce: count <= 1 });
    else names.set(local.name, { name: local.name, type: local.type, word: undefined, value: undefined, isAssignedOnce: count === 1 && !kept.has(local.name) });
  }
  return { ir, path, names, assignments, started: new Map(), onReturn };
}

export function isStructType(type: string): boolean {
  return /^(?:struct|union) \w+$/.test(type);
}

/** The variable of a name; temporaries come into being when they are first met. */
export function findLocal(context: Lowering, name: string): LocalPlace | LocalStruct | undefined {
  const { names, assignments } = context.frame;
  let local = names.get(name);
  if (!local && name.startsWith('$')) {
    local = { name, type: typeOfTemporary(context.frame.ir, name), word: undefined, value: undefined, isAssignedOnce: assignments.get(name) === 1 };
    names.set(name, local);
  }
  return local;
}

/** Where the value of a call goes. */
export function resultPlace(context: Lowering, name: string): LocalPlace {
  const place = findLocal(context, name);
  return !place || isStruct(place) ? fail(context, 'the result of this call cannot be kept') : place;
}

/** Puts a value into a local variable; where it is the only one it ever gets, and a constant, no word is needed. */
export function assignLocal(context: Lowering, place: LocalPlace, value: Value): void {
  const fitting = value.kind === 'number' && place.type === 'bool' ? number(truth(value.exp)) : value;
  if (place.isAssignedOnce && place.word === undefined && place.value === undefined && (fitting.kind !== 'number' || fitting.exp.kind === 'const')) {
    place.value = fitting;
    return;
  }
  if (fitting.kind !== 'number') fail(context, `the address of a local cannot be kept in ${place.name}, which is assigned more than once`);
  if (place.value !== undefined) {
    if (place.value.kind === 'number' && place.value.exp.kind === 'const' && fitting.exp.kind === 'const' && place.value.exp.value === fitting.exp.value) return;
    fail(context, `${place.name} gets a second value here, which is not understood: use a variable of its own`);
  }
  emitLocal(context, set(wordOfPlace(context, place), fitting.exp));
}

/** Makes the variable a word: for values that depend on the way the thread goes within one statement. */
export function wordOfPlace(context: Lowering, place: LocalPlace): WordId {
  place.word ??= newLocal(context, place.name, localShape(place.type));
  return place.word;
}

export function readPlace(context: Lowering, place: LocalPlace): Value {
  if (place.value !== undefined) return place.value;
  return number(wordExp(wordOfPlace(context, place)));
}

/* ---- structs ---- */

export function fieldOf(context: Lowering, struct: LocalStruct, field: string): LocalPlace {
  let place = struct.fields.get(field);
  if (!place) {
    const isConstant = struct.isSetOnce && !(fieldsOf(context.source).get(field) ?? false);
    place = { name: `${struct.name}.${field}`, type: fieldType(field), word: undefined, value: undefined, isAssignedOnce: isConstant };
    struct.fields.set(field, place);
  }
  return place;
}

/** `= { .flags = x }`: fields that are not named become 0. */
export function initialiseStruct(context: Lowering, struct: LocalStruct, entries: readonly { readonly field: string | undefined; readonly value: Expr }[], evaluate: (expr: Expr) => Value): void {
  const named = entries.flatMap((entry) => (entry.field === undefined ? [] : [{ field: entry.field, value: evaluate(entry.value) }]));
  for (const entry of entries) {
    if (entry.field === undefined && !(entry.value.kind === 'number' && entry.value.value === 0)) fail(context, `${formatExpr(entry.value)}: say which field this is for, .name = value`, entry.value.span);
  }
  for (const field of settableFields(context, struct)) if (!named.some((n) => n.field === field)) assignLocal(context, fieldOf(context, struct, field), number(zero));
  for (const { field, value } of named) assignLocal(context, fieldOf(context, struct, field), value);
}

export function copyStruct(context: Lowering, to: LocalStruct, from: LocalStruct): void {
  const fields = new Set([...settableFields(context, to), ...settableFields(context, from), ...from.fields.keys()]);
  for (const field of fields) assignLocal(context, fieldOf(context, to, field), readPlace(context, fieldOf(context, from, field)));
}

/** Fields that may have a value from before. Links stand for the scenario's own objects unless the struct was given others. */
function settableFields(context: Lowering, struct: LocalStruct): string[] {
  const known = [...fieldsOf(context.source)].filter(([, isAssigned]) => isAssigned || !struct.isSetOnce).map(([field]) => field);
  return known.filter((field) => struct.fields.has(field) || !links.has(field));
}

/** The names of fields in initialisers and assignments of a text; true for those that are assigned, or pointed to, outside of initialisers. */
function fieldsOf(source: Source): ReadonlyMap<string, boolean> {
  let fields = knownFields.get(source);
  if (fields) return fields;
  fields = new Map();
  const found = fields;
  const visit = (expr: Expr): void => {
    if (expr.kind === 'address' && expr.operand.kind === 'field') found.set(expr.operand.field, true);
    if (expr.kind === 'initializer') for (const { field } of expr.entries) if (field !== undefined) found.set(field, found.get(field) ?? false);
    partsOf(expr).forEach(visit);
  };
  for (const ir of source.functions.values()) {
    for (const node of ir.nodes) {
      if (node.kind === 'assign' && node.target.kind === 'field') found.set(node.target.field, true);
      expressionsOf(node).forEach(visit);
    }
  }
  knownFields.set(source, fields);
  return fields;
}
const knownFields = new WeakMap<Source, Map<string, boolean>>();

function fieldType(field: string): string {
  if (field === 'orig_pte') return 'pte_t';
  if (field === 'orig_pmd') return 'pmd_t';
  return field === 'pte' || field === 'pmd' || field === 'ptl' || field === 'xa' || field === 'page' || field === 'folio' ? 'void *' : 'int';
}

/* ---- how often a variable is assigned ---- */

const often = 2;

/** How often each local is assigned in a function's text. Counted once, however often the function is called. */
function assignmentsOf(source: Source, ir: FunctionIR): ReadonlyMap<string, number> {
  let known = knownCounts.get(source);
  if (!known) knownCounts.set(source, (known = new Map()));
  let counts = known.get(ir);
  if (!counts) known.set(ir, (counts = countAssignments(source, ir)));
  return counts;
}
const knownCounts = new WeakMap<Source, Map<FunctionIR, ReadonlyMap<string, number>>>();

/** The same, by functions that are given its address too. */
function countAssignments(source: Source, ir: FunctionIR): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (name: string, times: number): void => void counts.set(name, (counts.get(name) ?? 0) + times);
  const addresses = (expr: Expr): void => {
    if (expr.kind === 'address' && expr.operand.kind === 'name') count(expr.operand.name, often);
    partsOf(expr).forEach(addresses);
  };
  for (const node of ir.nodes) {
    if (node.kind === 'assign' && node.target.kind === 'name') count(node.target.name, 1);
    if (node.kind === 'call') {
      if (node.result !== undefined) count(node.result, 1);
      for (const [index, arg] of node.args.entries()) {
        if (arg.kind === 'address' && arg.operand.kind === 'name') count(arg.operand.name, timesAssigned(source, node.callee, index, 0));
        else addresses(arg);
      }
    } else {
      // A pointer to a struct is no way to assign the struct as a whole; a second pointer to a plain variable may be.
      for (const expr of expressionsOf(node)) addresses(expr);
    }
  }
  for (const local of ir.locals) if (isStructType(local.type)) counts.set(local.name, ir.nodes.filter((n) => n.kind === 'assign' && n.target.kind === 'name' && n.target.name === local.name).length);
  return counts;
}

/** How often a call assigns what its argument points to: once for primitives with an out-parameter, as often as they do for functions of the file. */
function timesAssigned(source: Source, callee: string | undefined, index: number, depth: number): number {
  const ir = callee === undefined ? undefined : source.functions.get(callee);
  if (!ir) return 1;
  const parameter = ir.params[index]?.name;
  if (parameter === undefined || depth > 4) return often;
  let times = 0;
  const mentions = (expr: Expr): boolean => (expr.kind === 'name' && expr.name === parameter) || partsOf(expr).some(mentions);
  for (const node of ir.nodes) {
    if (node.kind === 'assign') {
      if (node.target.kind === 'deref' && node.target.operand.kind === 'name' && node.target.operand.name === parameter) times++;
      if (node.target.kind === 'name' && node.target.name === parameter) times += often;
      if (node.value.kind === 'name' ? node.value.name === parameter : node.value.kind !== 'deref' && mentions(node.value)) times += often;
    } else if (node.kind === 'call') {
      for (const [i, arg] of node.args.entries()) {
        if (arg.kind === 'name' && arg.name === parameter) times += timesAssigned(source, node.callee, i, depth + 1);
        else if (arg.kind !== 'deref' && mentions(arg)) times += often;
      }
    } else if (node.kind === 'return' && node.value && node.value.kind !== 'deref' && mentions(node.value)) {
      times += often;
    }
  }
  return times;
}

function expressionsOf(node: IrNode): readonly Expr[] {
  switch (node.kind) {
    case 'assign': return [node.target, node.value];
    case 'call': return node.args;
    case 'branch': return [node.condition];
    case 'return': return node.value === undefined ? [] : [node.value];
    default: return [];
  }
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

/** A temporary has the type of the variable that it is assigned to, or from. */
function typeOfTemporary(ir: FunctionIR, temporary: string): string {
  const typeOf = (name: string): string | undefined => [...ir.locals, ...ir.params].find((l) => l.name === name)?.type;
  for (const node of ir.nodes) {
    if (node.kind !== 'assign' || node.value.kind !== 'name' || node.target.kind !== 'name') continue;
    const other = node.value.name === temporary ? node.target.name : node.target.name === temporary ? node.value.name : undefined;
    const type = other === undefined ? undefined : typeOf(other);
    // A bool would lose what else is in the number.
    if (type !== undefined && type !== 'bool') return type;
  }
  return 'int';
}

/** The value as a bool where that is what a function or variable is. */
export function asType(type: string, exp: Exp): Exp {
  return type === 'bool' ? truth(exp) : exp;
}

/** A struct that comes into being without a declaration. */
export function newStruct(context: Lowering, name: string): LocalStruct {
  const struct: LocalStruct = { name, fields: new Map(), isSetOnce: false };
  context.frame.names.set(name, struct);
  return struct;
}
