/** What C expressions stand for: numbers, local structs, places in memory. What they read of shared words becomes steps before them. */
import { formatExpr } from '../../parser/cfg';
import type { Expr } from '../../parser/ir';
import { unknownWord } from '../litmus/problem';
import { arithmetic, behind } from './arithmetic';
import { and, at, binary, cond, constant, equals, not, truth, word as wordExp, zero } from './exp';
import { assignLocal, copyStruct, fieldOf, findLocal, readPlace } from './locals';
import { emitStep, fail, isStruct, newTemporary, number, type LocalPlace, type LocalStruct, type Lowering, type Value } from './lowering';
import { store, violate, type Action } from './micro';
import { links, objectTypes } from './objects';
import type { Exp, Word } from './program';
import { constants } from './values';
import { addressOf, linked, objectAt, type SharedObject } from './world';

/** The place that an expression names: something to read or to write. */
export type Place =
  | { readonly kind: 'local'; readonly place: LocalPlace }
  /** `inBounds`: what must hold of an index that is known only when the thread runs. */
  | { readonly kind: 'shared'; readonly address: Exp; readonly inBounds?: Exp }
  | { readonly kind: 'struct'; readonly struct: LocalStruct };

/** The number an expression stands for; what it reads of shared words becomes steps before it. */
export function evaluateNumber(context: Lowering, expr: Expr): Exp {
  const value = evaluate(context, expr);
  if (value.kind !== 'number') fail(context, `${formatExpr(expr)} is the address of a local, which cannot be used as a number`, expr.span);
  return value.exp;
}

export function evaluate(context: Lowering, expr: Expr): Value {
  switch (expr.kind) {
    case 'number':
      if (expr.value === undefined || expr.value > 0xffff || expr.value < -0x8000) fail(context, `${expr.text} is no small integer: values are 16 bits wide`, expr.span);
      return number(constant(expr.value & 0xffff));
    case 'name': {
      const local = findLocal(context, expr.name);
      if (local) return isStruct(local) ? { kind: 'struct', struct: local } : readPlace(context, local);
      const object = context.world.objects.get(expr.name);
      if (object) return number(addressOf(object));
      const value = context.source.enumerators.get(expr.name) ?? constants.get(expr.name);
      if (value !== undefined) return number(constant(value));
      return fail(context, unknownWord(`${expr.name} is not declared`, expr.name, knownNames(context)), expr.span);
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
      const stride = expr.op === '+' || expr.op === '-' ? strideOf(context, expr.left) : undefined;
      if (stride !== undefined && strideOf(context, expr.right) === undefined) {
        const words = stride === 1 ? right : binary('*', right, constant(stride));
        return number(expr.op === '+' ? behind(left, words) : arithmetic(context.world.words, '-', left, words, true));
      }
      return number(arithmetic(context.world.words, expr.op, left, right, isUnsigned(context, expr.left) || isUnsigned(context, expr.right)));
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
      return number(load(context, place));
    }
    case 'string':
    case 'initializer':
    case 'opaque':
      return fail(context, `${formatExpr(expr)} cannot be used here`, expr.span);
  }
}

export function placeOf(context: Lowering, expr: Expr): Place {
  switch (expr.kind) {
    case 'name': {
      const local = findLocal(context, expr.name);
      if (local) return isStruct(local) ? { kind: 'struct', struct: local } : { kind: 'local', place: local };
      const object = context.world.objects.get(expr.name);
      // In a thread the name of a shared object is a pointer to it, as in all C litmus tests; `&object` is accepted as the same.
      if (object) return { kind: 'shared', address: addressOf(object) };
      return fail(context, unknownWord(`${expr.name} is not declared`, expr.name, knownNames(context)), expr.span);
    }
    case 'deref': {
      const value = evaluate(context, expr.operand);
      if (value.kind === 'number') return { kind: 'shared', address: value.exp };
      return value.kind === 'struct' ? value : { kind: 'local', place: value.place };
    }
    case 'index':
      return elementOf(context, expr);
    case 'field': {
      const base = evaluate(context, expr.base);
      if (base.kind === 'struct') return { kind: 'local', place: fieldOf(context, base.struct, expr.field) };
      if (base.kind === 'local') return fail(context, `${formatExpr(expr.base)} is no struct`, expr.span);
      return { kind: 'shared', address: fieldAddress(context, base.exp, expr) };
    }
    default:
      return fail(context, `${formatExpr(expr)} is no place in memory`, expr.span);
  }
}

/** Writes to a place. A shared word takes a step. */
export function assignPlace(context: Lowering, place: Place, value: Value): void {
  switch (place.kind) {
    case 'local':
      assignLocal(context, place.place, value);
      return;
    case 'struct':
      if (value.kind !== 'struct') return fail(context, 'a struct cannot be assigned from a number');
      copyStruct(context, place.struct, value.struct);
      return;
    case 'shared': {
      if (value.kind !== 'number') return fail(context, 'the address of a local cannot be stored in a shared word');
      const target = at(place.address);
      const word = target.kind === 'word' ? context.world.words[target.word] : undefined;
      if (word?.scope === 'ghost') return fail(context, `${word.name} is a ghost: ghost_set(${word.name}, value) sets it`);
      emitStep(context, { kind: 'store' }, [...checks(place), store(place.address, word?.bits === 1 ? truth(value.exp) : value.exp)]);
    }
  }
}

/** Reads a shared word: a step of its own (which goes away where nobody writes the word). */
function load(context: Lowering, place: Extract<Place, { kind: 'shared' }>): Exp {
  const source = at(place.address);
  const word = source.kind === 'word' ? context.world.words[source.word] : undefined;
  if (word?.scope === 'ghost') return source;
  const target = newTemporary(context, '', word ?? { kind: 'int', bits: 16 });
  emitStep(context, { kind: 'load', onlyReads: true }, [...checks(place), { kind: 'set', word: target, value: source }]);
  return wordExp(target);
}

/** A dereference of NULL is a bug that the machine finds by itself; nothing to add for known addresses. */
function checks(place: Extract<Place, { kind: 'shared' }>): Action[] {
  return [...mustNotBeNull(place.address), ...(place.inBounds === undefined ? [] : [violate('out-of-range', not(place.inBounds))])];
}

export function mustNotBeNull(address: Exp): Action[] {
  return address.kind === 'const' && address.value > 0 ? [] : [violate('null-pointer', equals(address, zero))];
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
function pageProt(context: Lowering, expr: Expr): Exp {
  const { address } = addressOfType(context, expr, ['struct vm_area_struct'], 'vma');
  const flags = load(context, { kind: 'shared', address });
  const has = (flag: string): Exp => truth(binary('&', flags, constant(constants.get(flag)!)));
  return cond(and(has('VM_SHARED'), has('VM_WRITE'), not(has('VM_UFFD_WP'))), constant(constants.get('PTE_WRITE')!), zero);
}

/** `base[index]`. Objects of several words are as far apart as they are long. */
function elementOf(context: Lowering, expr: Extract<Expr, { kind: 'index' }>): Place {
  const base = evaluateNumber(context, expr.base);
  const index = evaluateNumber(context, expr.index);
  const object = base.kind === 'const' ? objectAt(context.world, base.value - 1) : undefined;
  const stride = strideOf(context, expr.base) ?? 1;
  const address = behind(base, stride === 1 ? index : binary('*', index, constant(stride)));
  if (!object || base.kind !== 'const') return { kind: 'shared', address };
  const left = (object.declaration.count ?? 1) - (base.value - 1 - object.base) / object.fields.length;
  if (index.kind !== 'const') return { kind: 'shared', address, inBounds: binary('<', index, constant(left)) };
  if (index.value >= left) fail(context, `${object.declaration.name} has ${object.declaration.count ?? 1} ${object.declaration.count === undefined ? 'element' : 'elements'}`, expr.span);
  return { kind: 'shared', address };
}

/** How many words lie between neighbours that a pointer walks over; undefined for what is no pointer. */
function strideOf(context: Lowering, expr: Expr): number | undefined {
  const ofType = (type: string | undefined): number => objectTypes.get(type ?? '')?.length ?? 1;
  switch (expr.kind) {
    case 'name': {
      const { ir } = context.frame;
      const local = context.frame.names.get(expr.name);
      if (!local) return context.world.objects.get(expr.name)?.fields.length;
      const type = [...ir.locals, ...ir.params].find((l) => l.name === expr.name)?.type;
      return type?.endsWith('*') ? ofType(type.replace(/\s*\*$/, '')) : undefined;
    }
    case 'address':
      return expr.operand.kind === 'field' ? 1 : strideOf(context, expr.operand);
    case 'index':
      return strideOf(context, expr.base);
    case 'binary':
      return expr.op === '+' || expr.op === '-' ? strideOf(context, expr.left) : undefined;
    default:
      return undefined;
  }
}

/** The address of a field of a shared object. */
function fieldAddress(context: Lowering, base: Exp, expr: Extract<Expr, { kind: 'field' }>): Exp {
  const { field, span } = expr;
  // A link is a constant pointer, and read before it comes to this.
  if (links.has(field)) return fail(context, `${field} can be read, not written`, span);
  const object = base.kind === 'const' ? objectAt(context.world, base.value - 1) : undefined;
  const types = base.kind === 'const' ? [object?.declaration.type] : ['struct folio', 'struct page'];
  for (const type of types) {
    const index = (objectTypes.get(type ?? '') ?? []).findIndex((f) => f.name === field);
    if (index >= 0) return behind(base, constant(index));
  }
  const known = (object ? object.fields : [...objectTypes.get('struct folio')!]).map((f) => f.name).filter((name) => name !== '');
  return fail(context, unknownWord(`${object ? object.declaration.name : formatExpr(expr.base)} has no field ${field} here`, field, known), span);
}

/** Whether C would compare and divide this without a sign. */
function isUnsigned(context: Lowering, expr: Expr): boolean {
  switch (expr.kind) {
    case 'name': {
      const { ir } = context.frame;
      const type = [...ir.locals, ...ir.params].find((l) => l.name === expr.name)?.type ?? '';
      return /^(?:unsigned|size_t|u\d|uint|pgoff_t)/.test(type) || type.endsWith('*');
    }
    case 'deref':
      return expr.operand.kind === 'name' && context.world.objects.get(expr.operand.name)?.declaration.type === 'unsigned long' && !context.frame.names.has(expr.operand.name);
    case 'binary':
      return !/^[=!<>]=?$/.test(expr.op) && (isUnsigned(context, expr.left) || isUnsigned(context, expr.right));
    case 'unary':
      return expr.op !== '!' && isUnsigned(context, expr.operand);
    default:
      return false;
  }
}

/** The address that an argument names, which must be that of a word of certain types; what is wrong otherwise is `expr is no ${what}`. */
export function addressOfType(context: Lowering, expr: Expr, types: readonly string[], what: string): { readonly address: Exp; readonly checks: readonly Action[] } {
  const address = evaluateNumber(context, expr);
  const objects = [...context.world.objects.values()].filter((o) => types.includes(o.declaration.type) && !o.declaration.isGhost);
  const isOne = (value: number): boolean => objects.some((o) => objectAt(context.world, value - 1) === o && (value - 1 - o.base) % o.fields.length === 0);
  if (address.kind === 'const') {
    if (address.value !== 0 && !isOne(address.value)) fail(context, unknownWord(`${formatExpr(expr)} is no ${what}`, formatExpr(expr), objects.map((o) => o.declaration.name)), expr.span);
    return { address, checks: mustNotBeNull(address) };
  }
  return { address, checks: [...mustNotBeNull(address), ...mustBeWithin(address, objects)] };
}

function mustBeWithin(address: Exp, objects: readonly SharedObject[]): Action[] {
  const ranges: [number, number][] = [];
  for (const object of objects) {
    const start = object.base + 1;
    const end = start + (object.declaration.count ?? 1) * object.fields.length - 1;
    const last = ranges[ranges.length - 1];
    if (last && last[1] === start - 1) last[1] = end;
    else ranges.push([start, end]);
  }
  const within = ranges.map(([start, end]) => (start === end ? equals(address, constant(start)) : binary('&&', binary('>=', address, constant(start)), binary('<=', address, constant(end)))));
  return [violate('out-of-range', not(within.reduce((all, one) => binary('||', all, one), zero)))];
}

/** The word that an address names, where it is known. */
export function knownWord(context: Lowering, address: Exp): Word | undefined {
  return address.kind === 'const' && address.value > 0 ? context.world.words[address.value - 1] : undefined;
}

function knownNames(context: Lowering): string[] {
  return [...context.frame.names.keys(), ...context.world.objects.keys(), ...context.source.enumerators.keys(), ...constants.keys()].filter((name) => !name.startsWith('$'));
}

