/** Pure expressions to values and places, and what a branch teaches. */
import type { Expr, NodeId, Span } from '../../parser/ir';
import { isBuiltWithout } from './bits';
import { noteRead } from './entry-effects';
import type { Frame } from './frame';
import { entryLevel, isLocal, nodeId, quote } from './frame';
import type { State } from './state';
import { cell, confirm, confirmEverything, lockStatus, narrow, openSnapshot, range, readPlace, record, truth } from './state';
import type { Place, ReadValue, Value } from './value';
import { address, below, isTruth, load, local, name, names, number, operation, pointee, read, symbol, zero } from './value';

const constantName = /^[A-Z_][A-Z0-9_]*$/;

export function evaluate(frame: Frame, s: State, expr: Expr, node: NodeId): Value {
  switch (expr.kind) {
    case 'number': return expr.value === undefined ? symbol(`lit:${expr.text}`) : number(expr.value);
    case 'string': return name(expr.text.slice(0, 40));
    case 'name':
      if (isLocal(frame, expr.name)) return readPlace(s, local(expr.name));
      return constantName.test(expr.name) ? name(expr.name) : load(local(`::${expr.name}`));
    case 'field': return readPlace(s, placeOf(frame, s, expr, node));
    case 'deref':
    case 'index': {
      const pointer = expr.kind === 'deref' ? expr.operand : expr.base;
      const level = entryLevel(frame, pointer);
      if (!level) return readPlace(s, placeOf(frame, s, expr, node));
      const slot = evaluate(frame, s, pointer, node);
      // `*p` where p is the address of a local entry is a plain variable.
      if (slot.kind === 'address' && slot.place.kind === 'local') return readPlace(s, slot.place);
      return readEntry(frame, s, { level, slot, id: `${nodeId(frame, node)}@${expr.span.start}`, span: expr.span });
    }
    case 'address': return address(placeOf(frame, s, expr.operand, node));
    case 'unary': return operation(expr.op, [evaluate(frame, s, expr.operand, node)]);
    case 'binary': return operation(expr.op, [evaluate(frame, s, expr.left, node), evaluate(frame, s, expr.right, node)]);
    case 'initializer': return symbol(`${nodeId(frame, node)}{}`);
    case 'opaque': return symbol(`opaque:${expr.text}`);
  }
}

/** The entry's value as this point of the path sees it, recorded in the path and, unless the lock is held, as an open snapshot. */
export function readEntry(frame: Frame, s: State, what: { level: ReadValue['level']; slot: Value; id: string; span: Span }): Value {
  const status = lockStatus(s, what.level);
  // Who reads through a pointer knows that it is not NULL.
  if (what.slot.kind === 'symbol' || what.slot.kind === 'load' || what.slot.kind === 'param') narrow(s, what.slot, -Infinity, Infinity, [0]);
  const value = read({ id: what.id, level: what.level, slot: what.slot, lock: status, in: frame.ref, span: what.span });
  openSnapshot(s, value);
  noteRead(s, value);
  record(s, {
    kind: status === 'held' ? 'locked-read' : 'lockless-read', in: frame.ref, span: what.span, about: value,
    message: status === 'held'
      ? `read under the page-table lock: ${quote(frame, what.span)}`
      : `read without the page-table lock: ${quote(frame, what.span)}`,
  });
  return value;
}

export function placeOf(frame: Frame, s: State, expr: Expr, node: NodeId): Place {
  switch (expr.kind) {
    case 'name': return local(isLocal(frame, expr.name) ? expr.name : `::${expr.name}`);
    case 'field':
      return expr.arrow ? pointee(evaluate(frame, s, expr.base, node), [expr.field]) : below(placeOf(frame, s, expr.base, node), [expr.field]);
    case 'deref': return pointee(evaluate(frame, s, expr.operand, node));
    case 'index': {
      const index = evaluate(frame, s, expr.index, node);
      const field = index.kind === 'number' ? `[${index.number}]` : '[*]';
      const isPointer = expr.base.kind !== 'name' || (frame.typeOfName(expr.base.name) ?? '').endsWith('*');
      return isPointer ? pointee(evaluate(frame, s, expr.base, node), [field]) : below(placeOf(frame, s, expr.base, node), [field]);
    }
    default: return local(`${nodeId(frame, node)}?`);
  }
}

/** The only way that a branch on `condition` can go here, if that is known at once. Tests of entries are always looked at more closely. */
export function decision(s: State, condition: Value): boolean | undefined {
  return condition.kind === 'test' || condition.kind === 'same' ? undefined : truth(s, condition);
}

/** Takes the branch on which `condition` has this truth value; false when the path cannot happen. */
export function assume(s: State, condition: Value, wanted: boolean): boolean {
  const known = decision(s, condition);
  if (known !== undefined) {
    if (known !== wanted) return false;
    if (condition.kind === 'number') return true;
  }
  switch (condition.kind) {
    case 'number': return (condition.number !== 0) === wanted;
    case 'address': return wanted;
    case 'operation': return assumeOperation(s, condition, wanted);
    case 'test':
      if (condition.test === 'uffd-wp' && isBuiltWithout(condition.of)) return !wanted;
      if (!record01(s, condition, wanted)) return false;
      if (wanted && (condition.test === 'none' || condition.test === 'marker')) learnNone(s, condition.of);
      if (wanted && condition.test === 'uffd-wp' && condition.of.kind === 'read') {
        if (condition.of.lock === 'held') confirmEverything(s, 'yes');
        if (condition.of.lock === 'inherit') confirmEverything(s, 'if-held');
      }
      return true;
    case 'same':
      if (condition.left.key === condition.right.key) return wanted;
      if (!record01(s, condition, wanted)) return false;
      if (wanted) learnSame(s, condition.left, condition.right);
      return true;
    case 'flag': return record01(s, condition, wanted);
    default:
      if (!(wanted ? narrow(s, condition, -Infinity, Infinity, [0]) : narrow(s, condition, 0, 0))) return false;
      // NULL from a function that maps and locks: nothing was locked.
      if (!wanted) for (const [key, h] of s.held) if (h.guard?.key === condition.key) s.held.delete(key);
      if (!wanted && condition.kind === 'symbol') becomesZero(s, condition);
      return true;
  }
}

/** Variables that hold a value known to be 0 hold 0: that outlives the facts about the value. */
function becomesZero(s: State, value: Value): void {
  for (const [key, m] of s.memory) if (m.value.key === value.key) s.memory.set(key, cell(m.place, zero));
}

function record01(s: State, value: Value, wanted: boolean): boolean {
  return wanted ? narrow(s, value, 1, 1) : narrow(s, value, 0, 0);
}

function assumeOperation(s: State, condition: Extract<Value, { kind: 'operation' }>, wanted: boolean): boolean {
  const [a, b] = condition.operands;
  if (!a) return true;
  if (condition.op === '!') return assume(s, a, !wanted);
  if (!b) return narrowTruth(s, condition, wanted);
  if (condition.op === '==' || condition.op === '!=') {
    const equal = (condition.op === '==') === wanted;
    const [x, n] = b.kind === 'number' ? [a, b] : a.kind === 'number' ? [b, a] : [undefined, undefined];
    if (x && n?.kind === 'number') {
      if (n.number === 0) return assume(s, x, !equal);
      if (isTruth(x) && n.number === 1) return assume(s, x, equal);
      return equal ? narrow(s, x, n.number, n.number) : narrow(s, x, -Infinity, Infinity, [n.number]);
    }
    const [p, q] = a.key <= b.key ? [a, b] : [b, a];
    return narrowTruth(s, operation('==', [p, q]), equal);
  }
  if (condition.op === '<' || condition.op === '>' || condition.op === '<=' || condition.op === '>=') return assumeOrder(s, condition, a, b, wanted);
  if (condition.op === '&') {
    for (const [word, mask] of [[a, b], [b, a]] as const) {
      const bits = names(mask);
      if (!bits || bits.length < 2) continue;
      const each = bits.map((bit) => operation('&', [word, name(bit)]));
      if (wanted && each.every((bit) => truth(s, bit) === false)) return false;
      if (!wanted && !each.every((bit) => assume(s, bit, false))) return false;
    }
  }
  return narrowTruth(s, condition, wanted);
}

function narrowTruth(s: State, value: Value, wanted: boolean): boolean {
  if (value.kind === 'number') return (value.number !== 0) === wanted;
  return wanted ? narrow(s, value, -Infinity, Infinity, [0]) : narrow(s, value, 0, 0);
}

/** Integer order: `x < 3` is `x <= 2`. */
function assumeOrder(s: State, condition: Extract<Value, { kind: 'operation' }>, a: Value, b: Value, wanted: boolean): boolean {
  const negated: Record<string, string> = { '<': '>=', '>': '<=', '<=': '>', '>=': '<' };
  const op = wanted ? condition.op : negated[condition.op]!;
  const [aLow, aHigh] = range(s, a);
  const [bLow, bHigh] = range(s, b);
  switch (op) {
    case '<':
      if (aLow >= bHigh) return false;
      if (b.kind === 'number') return narrow(s, a, -Infinity, b.number - 1);
      if (a.kind === 'number') return narrow(s, b, a.number + 1, Infinity);
      break;
    case '<=':
      if (aLow > bHigh) return false;
      if (b.kind === 'number') return narrow(s, a, -Infinity, b.number);
      if (a.kind === 'number') return narrow(s, b, a.number, Infinity);
      break;
    case '>':
      if (aHigh <= bLow) return false;
      if (b.kind === 'number') return narrow(s, a, b.number + 1, Infinity);
      if (a.kind === 'number') return narrow(s, b, -Infinity, a.number - 1);
      break;
    case '>=':
      if (aHigh < bLow) return false;
      if (b.kind === 'number') return narrow(s, a, b.number, Infinity);
      if (a.kind === 'number') return narrow(s, b, -Infinity, a.number);
      break;
  }
  return narrowTruth(s, condition, wanted);
}

/** An entry was found to be none: under the lock that settles every snapshot so far. */
function learnNone(s: State, of: Value): void {
  if (of.kind === 'read' && of.lock === 'held') confirmEverything(s, 'yes');
  else if (of.kind === 'read' && of.lock === 'inherit') confirmEverything(s, 'if-held');
  const compared = s.confirmed.get(of.key);
  if (compared) confirmEverything(s, compared.when);
}

/** Two entry values are equal; it confirms one of them when the other was read under the lock. */
function learnSame(s: State, left: Value, right: Value): void {
  for (const [fresh, snapshot] of [[left, right], [right, left]] as const) {
    if (fresh.kind !== 'read' || fresh.lock === 'none') continue;
    if (snapshot.kind === 'read' && snapshot.lock === 'held') continue;
    confirm(s, snapshot, fresh.lock === 'held' ? 'yes' : 'if-held');
  }
}
