/** Forgetting, where paths meet, what the rest of the function (or its caller) will not look at: without it states never merge. */
import { carrierFields } from '../../kernel/model';
import type { EntryTest } from '../../kernel/types';
import type { NodeId } from '../../parser/ir';
import type { Liveness } from './liveness';
import type { EntryLock, Fact, State } from './state';
import { cell, fact, isCoreFact, isRequest } from './state';
import type { Place, Value } from './value';
import { contains, keysIn, names, parts, symbol } from './value';

/** What may still be asked. */
interface Interest {
  local(name: string): boolean;
  field(name: string): boolean;
  callee(name: string): boolean;
  /** Keep what is known of the arguments, looked at again or not. */
  readonly requests: boolean;
  readonly atExit: boolean;
  /** What was found out about places and facts, by the keys of places and values. */
  readonly places: Map<string, boolean>;
  readonly verdicts: Map<string, Verdict>;
}

/** Does a fact matter at a point of the program? `depends`: on what else the state knows. */
type Verdict = 'kept' | 'gone' | 'depends';

/** Forgets at joins what the rest of the function does not look at. */
export interface JoinReducer {
  reduce(s: State, node: NodeId): void;
}

/** Fields whose content decides what page-table code does with a fault, so that callers and callees agree on them. */
const isCarrier = (field: string): boolean => field === 'flags' || carrierFields.has(field);

/** `keepRequests`: what is known of the function's arguments is kept although it is not looked at again: it says what the caller asked for. */
export function createJoinReducer(liveness: Liveness, keepRequests: boolean): JoinReducer {
  const interests = new Map<NodeId, Interest>();
  return {
    reduce(s, node) {
      let interest = interests.get(node);
      if (!interest) {
        interests.set(node, (interest = {
          local: (n) => liveness.local(node, n),
          field: (f) => isCarrier(f) || liveness.field(node, f),
          callee: (c) => liveness.callee(node, c),
          requests: keepRequests,
          atExit: false,
          places: new Map(),
          verdicts: new Map(),
        }));
      }
      reduce(s, interest);
    },
  };
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
  reduce(s, { local: () => false, field: isCarrier, callee: () => false, requests: true, atExit: true, places: new Map(), verdicts: new Map() }, value);
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
  const { places } = interest;
  const isOfNoUse = (place: Place): boolean => {
    let matters = places.get(place.key);
    if (matters === undefined) places.set(place.key, (matters = placeMatters(place, interest)));
    return !matters;
  };
  for (const { place } of s.memory.values()) if (isOfNoUse(place)) s.memory.delete(place.key);
  for (const { place } of s.clobbered.values()) if (isOfNoUse(place)) s.clobbered.delete(place.key);
  reduceFacts(s, interest, result);
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

function placeMatters(p: Place, interest: Interest): boolean {
  if (p.kind === 'local') return interest.local(p.name);
  // At the end: memory that only this function has a name for.
  if (interest.atExit && contains(p.base, (x) => x.kind === 'symbol' || (x.kind === 'address' && x.place.kind === 'local'))) return false;
  const field = p.fields[p.fields.length - 1];
  return field === undefined || interest.field(field);
}

function reduceFacts(s: State, interest: Interest, result: Value | undefined): void {
  const followsEntries = s.entries !== undefined;
  const { verdicts } = interest;
  let named: ReadonlySet<string> | undefined;
  for (const f of s.facts.values()) {
    const { key } = f.value;
    let verdict = verdicts.get(key);
    if (verdict === undefined) verdicts.set(key, (verdict = followsEntries && isSettled(f.value, interest) ? 'gone' : valueMatters(f.value, interest, isNeverNamed) ? 'kept' : 'depends'));
    if (verdict === 'kept') continue;
    if (verdict === 'depends') {
      const known = (named ??= namesIn(s, result));
      if (valueMatters(f.value, interest, (v) => known.has(v.key) || isAsked(s, v))) continue;
    }
    s.facts.delete(key);
  }
}

/** The keys of all values that the state has a name for. */
function namesIn(s: State, result: Value | undefined): ReadonlySet<string> {
  const seen = new Set<string>();
  const mark = (v: Value): void => {
    if (!seen.has(v.key)) for (const key of keysIn(v)) seen.add(key);
  };
  for (const m of s.memory.values()) mark(m.value);
  for (const h of s.held.values()) if (h.guard) mark(h.guard);
  for (const r of s.open.values()) seen.add(r.key);
  for (const c of s.confirmed.values()) seen.add(c.value.key);
  if (result) mark(result);
  return seen;
}

const asksForBit: ReadonlySet<EntryTest> = new Set<EntryTest>(['uffd-wp', 'present', 'swap', 'none', 'write', 'other-marker']);

/** Where changes of entries are followed, it matters until the end that an entry has no bit. */
function isAsked(s: State, v: Value): boolean {
  if (!s.entries || v.kind !== 'test' || !asksForBit.has(v.test)) return false;
  const of = v.of.key;
  return s.entries.bare.has(of) || s.entries.looked.some((r) => r.key === of);
}

/** A question about an entry that the rest does not ask again, or a flag that it does not name again. */
function isSettled(v: Value, interest: Interest): boolean {
  if (interest.atExit) return false;
  if (v.kind === 'test') return v.test === 'other' && !interest.callee(v.by);
  const bits = v.kind === 'operation' && v.op === '&' ? names(v.operands[1]) ?? names(v.operands[0]) : undefined;
  return bits !== undefined && !isRequest(v) && !bits.some((n) => interest.local(n));
}

const isNeverNamed = (): boolean => false;

/** `isNamed`: the state has a name for the value, or needs it for something else. What matters without that matters with it. */
function valueMatters(v: Value, interest: Interest, isNamed: (v: Value) => boolean): boolean {
  if (isNamed(v)) return true;
  switch (v.kind) {
    case 'number': case 'name': case 'address': return true;
    case 'param': return interest.requests || interest.local(v.name);
    case 'load': {
      const field = v.place.fields[v.place.fields.length - 1];
      if (v.place.kind === 'local') return interest.local(v.place.name);
      return field === undefined || interest.field(field) || (interest.requests && !interest.atExit);
    }
    case 'symbol': case 'lock': case 'read': return false;
    case 'test': return valueMatters(v.of, interest, isNamed);
    case 'same': return valueMatters(v.left, interest, isNamed) && valueMatters(v.right, interest, isNamed);
    case 'flag': return interest.callee(v.by);
    // Of arithmetic, a caller only knows tests of what it passed in: `flags & BIT`, `n == 1`.
    case 'operation': return v.operands.every((o) => valueMatters(o, interest, isNamed) && (!interest.atExit || o.kind !== 'operation'));
  }
}
