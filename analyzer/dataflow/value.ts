/**
 * Symbolic values: what the analysis knows of the content of a variable, a struct field or an expression.
 * Values are immutable and compared by `key`.
 */
import { areDifferentFlags, areDifferentValues, flagsOf } from '../../kernel/flags';
import type { Effect, EntryTest, Level, VmaFlag } from '../../kernel/types';
import type { Span } from '../../parser/ir';
import type { FunctionRef } from '../call-graph/tree';
import type { Fingerprint } from './fingerprint';
import { checkOf, hashOf } from './fingerprint';
import { Recent } from './recent';

/** Whether the page-table lock was held at a read. `inherit`: only if the function's caller held it on entry. */
export type LockStatus = 'held' | 'none' | 'inherit';

/** Compared by its key. The key's fingerprint is made when it is first asked for (`printed`); until then both halves are 0. */
interface Keyed {
  readonly key: string;
  hash: number;
  check: number;
  /** What `originsOf` and `keysIn` found, once they were asked. */
  origins: readonly string[] | undefined;
  inside: readonly string[] | undefined;
}

/** A place in memory: a local variable (or parameter, or global) or what a pointer value points to, and the path of fields below it. */
export type Place = Keyed & (
  | { readonly kind: 'local'; readonly name: string; readonly fields: readonly string[] }
  | { readonly kind: 'memory'; readonly base: Value; readonly fields: readonly string[] }
);

export type Value = Keyed & (
  | { readonly kind: 'number'; readonly number: number }
  /** A macro, an enumerator or a global that is used by name. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'param'; readonly name: string }
  /** Unknown, but the same each time: a call's result, a havocked variable. */
  | { readonly kind: 'symbol'; readonly id: string }
  /** What the place held when the function was entered. */
  | { readonly kind: 'load'; readonly place: Place }
  | { readonly kind: 'address'; readonly place: Place }
  | EntryRead
  /** A pointer to a page-table lock. */
  | { readonly kind: 'lock'; readonly id: string; readonly level: Level | undefined }
  /** Truth of a test on an entry value; `by` is the primitive's name, because `pte_none` and `pte_none_mostly` are different questions. */
  | ({ readonly kind: 'test'; readonly test: EntryTest; readonly by: string; readonly of: Value } & TestNotes)
  /** Truth of "both entry values are equal". */
  | { readonly kind: 'same'; readonly left: Value; readonly right: Value }
  /** Truth of "the vma is registered with userfaultfd in this mode". */
  | { readonly kind: 'flag'; readonly flag: VmaFlag; readonly by: string; readonly of: Value }
  /** `derive`: what the model says of the primitive that computed it. */
  | { readonly kind: 'operation'; readonly op: string; readonly operands: readonly Value[]; readonly derive?: Extract<Effect, { op: 'derive' }> }
);

/** What the model says of a test beside its kind. */
type TestNotes = Pick<Extract<Effect, { op: 'test' }>, 'form' | 'orMarker'>;

/** The value of a page-table entry as it was read at one place in the program. */
export interface EntryRead {
  readonly kind: 'read';
  readonly id: string;
  readonly level: Level;
  readonly slot: Value;
  readonly lock: LockStatus;
  readonly in: FunctionRef;
  /** Relative to the function's start. */
  readonly span: Span;
}

export type ReadValue = Extract<Value, { kind: 'read' }>;

/** Values nested deeper than this become plain symbols: keys must stay short in loops. */
const maxKeyLength = 400;

const newNumber = (n: number): Value => ({ kind: 'number', number: n, key: `#${n}`, hash: 0, check: 0, origins: undefined, inside: undefined });
export const zero = newNumber(0);
export const one = newNumber(1);
export const number = (n: number): Value => (n === 0 ? zero : n === 1 ? one : newNumber(n));
export const param = (n: string): Value => ({ kind: 'param', name: n, key: `p:${n}`, hash: 0, check: 0, origins: undefined, inside: undefined });

const constants = new Recent<'name' | 'symbol', string, Value>();

export function name(n: string): Value {
  return constants.get('name', n) ?? constants.put('name', n, { kind: 'name', name: n, key: `@${n}`, hash: 0, check: 0, origins: undefined, inside: undefined });
}

export function symbol(id: string): Value {
  const known = constants.get('symbol', id);
  if (known) return known;
  const short = shorten(id);
  return constants.put('symbol', id, { kind: 'symbol', id: short, key: `$${short}`, hash: 0, check: 0, origins: undefined, inside: undefined });
}

const pointers = new Recent<Place, 'load' | 'address', Value>();

export function load(place: Place): Value {
  return pointers.get(place, 'load') ?? pointers.put(place, 'load', bounded({ kind: 'load', place, key: `*(${place.key})`, hash: 0, check: 0, origins: undefined, inside: undefined }));
}

export function address(place: Place): Value {
  return pointers.get(place, 'address') ?? pointers.put(place, 'address', bounded({ kind: 'address', place, key: `&(${place.key})`, hash: 0, check: 0, origins: undefined, inside: undefined }));
}

export function lock(id: string, level: Level | undefined): Value {
  const short = shorten(id);
  return { kind: 'lock', id: short, level, key: `L:${short}`, hash: 0, check: 0, origins: undefined, inside: undefined };
}

const readings = new Recent<string, Value, ReadValue>();

export function read(r: Omit<EntryRead, 'kind'>): ReadValue {
  const known = readings.get(r.id, r.slot);
  if (known && known.lock === r.lock && known.level === r.level && known.in === r.in && known.span === r.span) return known;
  const id = shorten(r.id);
  return readings.put(r.id, r.slot, { kind: 'read', id, level: r.level, slot: r.slot, lock: r.lock, in: r.in, span: r.span, key: `R:${id}`, hash: 0, check: 0, origins: undefined, inside: undefined });
}

const questions = new Recent<Value, string, Value>();

export function test(kind: EntryTest, by: string, of: Value, { form, orMarker }: TestNotes = {}): Value {
  const known = questions.get(of, by);
  if (known?.kind === 'test' && known.test === kind && known.form === form && known.orMarker === orMarker) return known;
  return questions.put(of, by, bounded({ kind: 'test', test: kind, by, of, form, orMarker, key: `${by}(${of.key})`, hash: 0, check: 0, origins: undefined, inside: undefined }));
}

export function flag(kind: VmaFlag, by: string, of: Value): Value {
  const known = questions.get(of, by);
  if (known?.kind === 'flag' && known.flag === kind) return known;
  return questions.put(of, by, bounded({ kind: 'flag', flag: kind, by, of, key: `${by}(${of.key})`, hash: 0, check: 0, origins: undefined, inside: undefined }));
}

export function same(left: Value, right: Value): Value {
  const [a, b] = left.key <= right.key ? [left, right] : [right, left];
  return bounded({ kind: 'same', left: a, right: b, key: `same(${a.key},${b.key})`, hash: 0, check: 0, origins: undefined, inside: undefined });
}

const variables = new Recent<string, 'variable', Place>();

export function local(n: string, fields: readonly string[] = noFields): Place {
  if (fields.length > 0) return { kind: 'local', name: n, fields, key: `${n}.${fields.join('.')}`, hash: 0, check: 0, origins: undefined, inside: undefined };
  return variables.get(n, 'variable') ?? variables.put(n, 'variable', { kind: 'local', name: n, fields: noFields, key: n, hash: 0, check: 0, origins: undefined, inside: undefined });
}
const noFields: readonly string[] = [];

const targets = new Recent<Value, string, Place>();

/** What a pointer value points to: `&x` points to x, anything else to memory of its own. */
export function pointee(pointer: Value, fields: readonly string[] = noFields): Place {
  if (pointer.kind === 'address') return below(pointer.place, fields);
  if (fields.length > 1) return memory(pointer, fields);
  const field = fields[0] ?? '';
  return targets.get(pointer, field) ?? targets.put(pointer, field, memory(pointer, fields));
}

const memory = (base: Value, fields: readonly string[]): Place => ({ kind: 'memory', base, fields, key: `[${base.key}]${fields.map((f) => `.${f}`).join('')}`, hash: 0, check: 0, origins: undefined, inside: undefined });

const members = new Recent<Place, string, Place>();

export function below(place: Place, fields: readonly string[]): Place {
  const [field] = fields;
  if (field === undefined) return place;
  if (fields.length > 1) return member(place, fields);
  return members.get(place, field) ?? members.put(place, field, member(place, fields));
}

function member(place: Place, fields: readonly string[]): Place {
  const path = [...place.fields, ...fields];
  return place.kind === 'local' ? local(place.name, path) : pointee(place.base, path);
}

/** The value or place, with the fingerprint of its key. */
export function printed(what: Value | Place): Fingerprint {
  if (what.hash === 0 && what.check === 0) {
    what.hash = hashOf(what.key);
    what.check = checkOf(what.key);
  }
  return what;
}

type Derive = Extract<Effect, { op: 'derive' }>;
/** By operator and its only operand, or its left one and then the right one. */
const unary = new Recent<string, Value, Value>();
const binary = new Map<string, Recent<Value, Value, Value>>();

/** An arithmetic, logical or comparison operation, folded where both sides are numbers and where flag bits are known. */
export function operation(op: string, operands: readonly Value[], derive?: Derive): Value {
  const [a, b] = operands;
  if (!a || operands.length > 2) return compute(op, operands, derive);
  if (!b) {
    const known = unary.get(op, a);
    return known && isMadeBy(known, derive) ? known : unary.put(op, a, compute(op, operands, derive));
  }
  let row = binary.get(op);
  if (!row) binary.set(op, (row = new Recent()));
  const known = row.get(a, b);
  return known && isMadeBy(known, derive) ? known : row.put(a, b, compute(op, operands, derive));
}

/** Another model may say something else of the primitive. */
const isMadeBy = (value: Value, derive: Derive | undefined): boolean => derive === undefined || (value.kind === 'operation' && value.derive === derive);

function compute(op: string, operands: readonly Value[], derive: Derive | undefined): Value {
  const folded = fold(op, operands);
  if (folded) return folded;
  return bounded({ kind: 'operation', op, operands, derive, key: `(${op} ${operands.map((o) => o.key).join(' ')})`, hash: 0, check: 0, origins: undefined, inside: undefined });
}

function fold(op: string, operands: readonly Value[]): Value | undefined {
  const [a, b] = operands;
  if (!a) return undefined;
  if (!b) {
    if (a.kind !== 'number') return op === '!' && a.kind === 'operation' && a.op === '!' && isTruth(a.operands[0]) ? a.operands[0] : undefined;
    if (op === '!') return a.number === 0 ? one : zero;
    if (op === '-') return number(-a.number);
    if (op === '~') return number(~a.number);
    return op === '+' ? a : undefined;
  }
  if (a.kind === 'number' && b.kind === 'number') return foldNumbers(op, a.number, b.number);
  if (a.key === b.key && a.kind !== 'read') {
    if (op === '==' || op === '<=' || op === '>=') return one;
    if (op === '!=' || op === '<' || op === '>' || op === '-' || op === '^') return zero;
    if (op === '&' || op === '|') return a;
  }
  if (a.kind === 'name' && b.kind === 'name' && areDifferentValues(a.name, b.name)) {
    if (op === '==') return zero;
    if (op === '!=') return one;
  }
  // A valid object's address is not NULL.
  if (b.kind === 'number' && b.number === 0 && a.kind === 'address') {
    if (op === '==') return zero;
    if (op === '!=') return one;
  }
  if (b.kind === 'number' && b.number === 0) {
    if (op === '+' || op === '-' || op === '|' || op === '^' || op === '<<' || op === '>>') return a;
    if (op === '&' || op === '*') return b;
  }
  if (a.kind === 'number' && a.number === 0) {
    if (op === '+' || op === '|' || op === '^') return b;
    if (op === '&' || op === '*') return a;
  }
  // A flag that is set already: `flags |= TRIED` in a loop.
  if (op === '|') return hasFlags(a, names(b)) ? a : undefined;
  if (op === '&') return foldNames(a, b) ?? foldBit(a, b) ?? foldBit(b, a);
  return undefined;
}

function foldNumbers(op: string, a: number, b: number): Value | undefined {
  switch (op) {
    case '+': return number(a + b);
    case '-': return number(a - b);
    case '*': return number(a * b);
    case '/': return b === 0 ? undefined : number(Math.trunc(a / b));
    case '%': return b === 0 ? undefined : number(a % b);
    case '&': return number(a & b);
    case '|': return number(a | b);
    case '^': return number(a ^ b);
    case '<<': return number(a * 2 ** b);
    case '>>': return number(Math.floor(a / 2 ** b));
    case '==': return a === b ? one : zero;
    case '!=': return a !== b ? one : zero;
    case '<': return a < b ? one : zero;
    case '>': return a > b ? one : zero;
    case '<=': return a <= b ? one : zero;
    case '>=': return a >= b ? one : zero;
    default: return undefined;
  }
}

function hasFlags(word: Value, flags: readonly string[] | undefined): boolean {
  if (!flags || word.kind !== 'operation' || word.op !== '|') return false;
  const here = names(word);
  return here ? flags.every((f) => here.includes(f)) : word.operands.some((o) => (o.kind === 'name' ? flags.length === 1 && o.name === flags[0] : hasFlags(o, flags)));
}

/** `A | B` and `C` when both are flags of one word, written out by name. */
function foldNames(a: Value, b: Value): Value | undefined {
  const right = names(b);
  const left = right && names(a);
  if (!left) return undefined;
  if (left.some((n) => right.includes(n))) return left.length === 1 || right.length === 1 ? one : undefined;
  return left.every((n) => right.every((m) => areDifferentFlags(n, m))) ? zero : undefined;
}

/** `flags & BIT` for a word whose BIT was set or cleared before (`flags |= BIT`, `flags &= ~BIT`). */
function foldBit(word: Value, bit: Value): Value | undefined {
  if (bit.kind !== 'name' || word.kind !== 'operation' || flagsOf(bit.name).length > 1) return undefined;
  const [x, y] = word.operands;
  if (!x || !y) return undefined;
  if (word.op === '|') {
    for (const [mask, other] of [[x, y], [y, x]] as const) {
      if (names(mask)?.includes(bit.name)) return one;
      if (names(mask)) return operation('&', [other, bit]);
    }
  }
  if (word.op === '&') {
    for (const [mask, other] of [[x, y], [y, x]] as const) {
      if (mask.kind === 'operation' && mask.op === '~') {
        const cleared = names(mask.operands[0]);
        if (cleared?.includes(bit.name)) return zero;
        if (cleared) return operation('&', [other, bit]);
      }
    }
  }
  return undefined;
}

/** The flag names of `A`, `A | B | C`; undefined for anything else. Different names are taken for different bits. */
export function names(value: Value | undefined): readonly string[] | undefined {
  if (value?.kind === 'name') return flagsOf(value.name);
  if (value?.kind !== 'operation' || value.op !== '|') return undefined;
  const known = namesOf.get(value);
  if (known !== undefined) return known === null ? undefined : known;
  const found: string[] = [];
  for (const operand of value.operands) {
    const part = names(operand);
    if (!part) {
      namesOf.set(value, null);
      return undefined;
    }
    for (const n of part) if (!found.includes(n)) found.push(n);
  }
  namesOf.set(value, found);
  return found;
}
const namesOf = new WeakMap<Value, readonly string[] | null>();

const comparisons = new Set(['==', '!=', '<', '>', '<=', '>=', '!']);
/** Is this value 0 or 1 by construction? */
export function isTruth(value: Value | undefined): value is Value {
  if (!value) return false;
  return value.kind === 'test' || value.kind === 'same' || value.kind === 'flag' || (value.kind === 'operation' && comparisons.has(value.op));
}

/** Values directly inside this one. */
export function parts(value: Value): readonly Value[] {
  switch (value.kind) {
    case 'load':
    case 'address':
      return value.place.kind === 'memory' ? [value.place.base] : [];
    case 'read': return [value.slot];
    case 'test':
    case 'flag': return [value.of];
    case 'same': return [value.left, value.right];
    case 'operation': return value.operands;
    case 'number': case 'name': case 'param': case 'symbol': case 'lock': return [];
  }
}

/** Does `value` contain (or equal) a value for which `wanted` holds? A read's slot is not searched: the entry's value does not depend on it. */
export function contains(value: Value, wanted: (v: Value) => boolean): boolean {
  if (wanted(value)) return true;
  if (value.kind === 'read') return false;
  return parts(value).some((part) => contains(part, wanted));
}

/**
 * The nodes after which symbols, readings and locks in this value are named: the beginnings of their names up to the first dot. What a callee
 * created counts for the call.
 */
export function originsOf(value: Value): readonly string[] {
  if (value.kind === 'number' || value.kind === 'name' || value.kind === 'param') return none;
  let known = value.origins;
  if (!known) {
    const found = new Set<string>();
    contains(value, (v) => {
      const origin = v.kind === 'symbol' || v.kind === 'read' || v.kind === 'lock' ? nodeName.exec(v.id)?.[0] : undefined;
      if (origin !== undefined) found.add(origin);
      return false;
    });
    value.origins = known = found.size === 0 ? none : [...found];
  }
  return known;
}
const nodeName = /^[^#]*#\d+\./;
const none: readonly string[] = [];

/** The keys of a value and of all values inside it. */
export function keysIn(value: Value): readonly string[] {
  let known = value.inside;
  if (!known) {
    const found = [value.key];
    for (const part of parts(value)) found.push(...keysIn(part));
    value.inside = known = found;
  }
  return known;
}

function bounded(value: Value): Value {
  return value.key.length <= maxKeyLength ? value : symbol(value.key);
}

/** Long identifiers (deep call chains) are folded to a hash, so that keys stay short and recursion stays finite. */
function shorten(id: string): string {
  if (id.length <= 160) return id;
  let hash = 5381;
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 33) ^ id.charCodeAt(i)) | 0;
  return `${id.slice(0, 60)}~${(hash >>> 0).toString(36)}`;
}
