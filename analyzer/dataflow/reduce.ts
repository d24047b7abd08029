/** Forgetting, where paths meet, what the rest of the function (or its caller) will not look at: without it states never merge. */
import { carrierFields } from '../../kernel/model';
import type { NodeId } from '../../parser/ir';
import type { Liveness } from './liveness';
import type { EntryLock, Fact, State } from './state';
import { cell, fact, isCoreFact, isRequest } from './state';
import type { Place, Value } from './value';
import { contains, names, parts, symbol } from './value';

/** What may still be asked. */
interface Interest {
  local(name: string): boolean;
  field(name: string): boolean;
  callee(name: string): boolean;
  /** Keep what is known of the arguments, looked at again or not. */
  readonly requests: boolean;
  readonly atExit: boolean;
}

/** Fields whose content decides what page-table code does with a fault, so that callers and callees agree on them. */
const isCarrier = (field: string): boolean => field === 'flags' || carrierFields.has(field);

/** `keepRequests`: what is known of the function's arguments is kept although it is not looked at again: it says what the caller asked for. */
export function reduceAtJoin(s: State, node: NodeId, liveness: Liveness, keepRequests: boolean): void {
  reduce(s, {
    local: (n) => liveness.local(node, n),
    field: (f) => isCarrier(f) || liveness.field(node, f),
    callee: (c) => liveness.callee(node, c),
    requests: keepRequests,
    atExit: false,
  });
}

/**
 * At the end of a function only what the caller can know by name is left: its memory, and the value handed out (which is given back,
 * simplified). Results that no analysis follows all get the same name, so that the ways to return stay few.
 */
export function reduceAtExit(s: State, result: Value | undefined): Value | undefined {
  const guards = new Set([...s.held.values()].map((h) => h.guard?.key));
  const interesting = (v: Value): boolean => guards.has(v.key) || contains(v, (x) => x.kind !== 'operation' && x.kind !== 'symbol' && x.kind !== 'name');
  const constant = (v: Value): boolean => v.kind === 'name' || v.kind === 'number' || (v.kind === 'operation' && v.operands.every(constant));
  const value = result && (interesting(result) || constant(result) ? result : symbol('result'));
  for (const [key, m] of s.memory) {
    // What was written back as it was is no change; a lock pointer that nobody holds is just a pointer.
    if (m.value.kind === 'load' && m.value.place.key === key && s.clobbered.size === 0) s.memory.delete(key);
    else if (!interesting(m.value) || (m.value.kind === 'lock' && !s.held.has(m.value.key))) s.memory.set(key, cell(m.place, symbol(`written:${key}`)));
  }
  // A lock that the caller holds, and keeps, is nothing that it gets from here.
  for (const [key, h] of s.held) if (h.callers) s.held.delete(key);
  // That a path takes a lock itself tells the caller nothing it could use.
  const forCaller = (l: EntryLock): EntryLock => (l === 'not-held' ? 'unknown' : l);
  s.entryLock = { pte: forCaller(s.entryLock.pte), pmd: forCaller(s.entryLock.pmd) };
  reduce(s, { local: () => false, field: isCarrier, callee: () => false, requests: true, atExit: true }, value);
  for (const key of s.open.keys()) {
    const asked = [...s.facts.values()].some((f) => f.value.kind === 'test' && f.value.of.key === key && f.low > 0);
    const kept = [...s.memory.values()].some((m) => m.value.key === key) || (value && contains(value, (x) => x.key === key));
    if (!asked && !kept) s.open.delete(key);
  }
  return value;
}

/**
 * For states beyond the cap: only page-table facts are left, and of the variables only what they say about entries, locks and small
 * numbers.
 */
export function coarsen(s: State, node: NodeId): void {
  s.coarse = true;
  const guards = new Set([...s.held.values()].map((h) => h.guard?.key));
  for (const [key, m] of s.memory) {
    const { value } = m;
    const plain = (value.kind === 'symbol' || value.kind === 'operation') && !contains(value, (x) => guards.has(x.key) || x.kind === 'read' || x.kind === 'lock' || x.kind === 'test' || x.kind === 'same');
    if (plain) s.memory.set(key, cell(m.place, symbol(`join#${node}.${key}`)));
  }
  for (const [key, f] of s.facts) {
    if (!isCoreFact(f.value) && !guards.has(key)) s.facts.delete(key);
  }
}

/** Forgets the snapshots that this function took and what it saw in them. */
export function dropOwnSnapshots(s: State): void {
  s.open.clear();
  for (const [key, f] of s.facts) if (contains(f.value, (x) => x.kind === 'read')) s.facts.delete(key);
}

/** Facts on which both agree. */
export function commonFacts(a: ReadonlyMap<string, Fact>, b: ReadonlyMap<string, Fact>): Map<string, Fact> {
  const out = new Map<string, Fact>();
  for (const [key, f] of a) {
    const g = b.get(key);
    if (!g) continue;
    const low = Math.min(f.low, g.low);
    const high = Math.max(f.high, g.high);
    const not = f.not.filter((n) => g.not.includes(n) || n < g.low || n > g.high);
    if (low > -Infinity || high < Infinity || not.length > 0) out.set(key, fact(f.value, low, high, not));
  }
  return out;
}

function reduce(s: State, interest: Interest, result?: Value): void {
  const placeMatters = (p: Place): boolean => {
    if (p.kind === 'local') return interest.local(p.name);
    // At the end: memory that only this function has a name for.
    if (interest.atExit && contains(p.base, (x) => x.kind === 'symbol' || (x.kind === 'address' && x.place.kind === 'local'))) return false;
    const field = p.fields[p.fields.length - 1];
    return field === undefined || interest.field(field);
  };
  for (const [key, m] of s.memory) if (!placeMatters(m.place)) s.memory.delete(key);
  for (const [key, c] of s.clobbered) if (!placeMatters(c.place)) s.clobbered.delete(key);
  const seen = new Set<string>();
  const mark = (v: Value): void => {
    if (!seen.has(v.key)) for (const key of keysIn(v)) seen.add(key);
  };
  for (const m of s.memory.values()) mark(m.value);
  for (const h of s.held.values()) if (h.guard) mark(h.guard);
  for (const r of s.open.values()) seen.add(r.key);
  for (const c of s.confirmed.values()) seen.add(c.value.key);
  if (result) mark(result);
  // Where changes of entries are followed, it matters until the end that an entry has no bit.
  const asked = s.entries && new Set(s.entries.bare);
  for (const r of s.entries?.looked ?? []) asked?.add(r.key);
  /** A question about an entry that the rest does not ask again, or a flag that it does not name again. */
  const isSettled = (v: Value): boolean => {
    if (!asked || interest.atExit) return false;
    if (v.kind === 'test') return v.test === 'other' && !interest.callee(v.by);
    const bits = v.kind === 'operation' && v.op === '&' ? names(v.operands[1]) ?? names(v.operands[0]) : undefined;
    return bits !== undefined && !isRequest(v) && !bits.some((n) => interest.local(n));
  };
  const valueMatters = (v: Value): boolean => {
    if (seen.has(v.key)) return true;
    if (asked && v.kind === 'test' && (v.test === 'uffd-wp' || v.test === 'present' || v.test === 'swap' || v.test === 'none') && asked.has(v.of.key)) return true;
    switch (v.kind) {
      case 'number': case 'name': case 'address': return true;
      case 'param': return interest.requests || interest.local(v.name);
      case 'load': {
        const field = v.place.fields[v.place.fields.length - 1];
        if (v.place.kind === 'local') return interest.local(v.place.name);
        return field === undefined || interest.field(field) || (interest.requests && !interest.atExit);
      }
      case 'symbol': case 'lock': case 'read': return false;
      case 'test': return valueMatters(v.of);
      case 'same': return valueMatters(v.left) && valueMatters(v.right);
      case 'flag': return interest.callee(v.by);
      // Of arithmetic, a caller only knows tests of what it passed in: `flags & BIT`, `n == 1`.
      case 'operation': return v.operands.every((o) => valueMatters(o) && (!interest.atExit || o.kind !== 'operation'));
    }
  };
  for (const [key, f] of s.facts) if (isSettled(f.value) || !factMatters(f, valueMatters)) s.facts.delete(key);
  if (s.confirmed.size === 0) return;
  // A confirmed value of this function's own that nothing refers to any more says nothing to anybody.
  const used = new Set<string>();
  const use = (v: Value): void => { used.add(v.key); for (const part of parts(v)) use(part); };
  for (const m of s.memory.values()) use(m.value);
  if (result) use(result);
  for (const [key, c] of s.confirmed) {
    const own = c.value.kind === 'read' || c.value.kind === 'symbol' || c.value.kind === 'operation';
    if (own && c.when === 'yes' && !used.has(key)) s.confirmed.delete(key);
  }
}

/** The keys of a value and of all values inside it. */
function keysIn(v: Value): readonly string[] {
  let known = inside.get(v);
  if (!known) {
    const found = [v.key];
    for (const part of parts(v)) for (const key of keysIn(part)) found.push(key);
    inside.set(v, (known = found));
  }
  return known;
}
const inside = new WeakMap<Value, readonly string[]>();

const factMatters = (f: Fact, matters: (v: Value) => boolean): boolean => matters(f.value);
