/**
 * What a path does to holes of a file's page cache: finds them, blocks them, asks the vmas that map the file who waits for them, and stores
 * something new. A section is the time from taking the lock of the tree to dropping it; what was found out in one is only history in the next.
 */
import { isReservedEntry, waitingEntry } from '../../kernel/page-cache';
import { mappingWalks } from '../../kernel/rmap';
import type { Effect } from '../../kernel/types';
import { formatExpr, nodesLeadingTo, reachableFrom } from '../../parser/cfg';
import type { Expr, IrNode, NodeId, Span } from '../../parser/ir';
import type { FunctionRef } from '../call-graph/tree';
import type { Frame } from './frame';
import { nodeId } from './frame';
import type { State, Trace } from './state';
import { record, truth } from './state';
import type { Place, Value } from './value';
import { contains, parts } from './value';

/** A lock as the caller left it, taken here, dropped here. */
type Held = 'caller' | 'held' | 'dropped';

/** A walk over the vmas that map the file. */
interface Walk {
  /**
   * `asking`: it stands at a vma that has not been asked; `asked`: at one that said no; `refused`: it went on after a yes; `passed`: a vma was not
   * asked, or the walk was left early; `done`: all have said no.
   */
  readonly step: 'none' | 'asking' | 'asked' | 'refused' | 'passed' | 'done';
  /** The node that goes from vma to vma, while the walk is on. */
  readonly at: string | undefined;
  readonly vma: string;
  /** Holes could be seen when it began. */
  readonly early: boolean;
  /** i_mmap_rwsem, which keeps the list of vmas as it is. */
  readonly under: Held;
}

export interface CacheState {
  readonly tree: Held;
  /** What happened to the lock of the tree first. */
  readonly first: 'lock' | 'unlock' | undefined;
  readonly vmas: Held;
  /** A hole was found in an earlier section. */
  readonly earlier: boolean;
  /** A hole was found in this one, and counted or gone on from. */
  readonly seen: boolean;
  /** The index at hand is a hole. When the lock is dropped now, it is somebody else's business what becomes of it. */
  readonly found: boolean;
  /** A hole was left open in this section. */
  readonly open: boolean;
  /** The index at hand was blocked; that it is a hole is for the caller to know. */
  readonly blocks: boolean;
  /** The loop that looks for holes. The next one sees again what this one left. */
  readonly scan: string | undefined;
  readonly walk: Walk;
  /** Values that the tree held, with the loop over indexes in which they were read ('' if there is none). */
  readonly loaded: ReadonlyMap<string, string>;
}

const noWalk: Walk = { step: 'none', at: undefined, vma: '', early: false, under: 'caller' };
const newSection = { seen: false, found: false, open: false, blocks: false, scan: undefined, walk: noWalk } as const;

export const initialCache: CacheState = { tree: 'caller', first: undefined, vmas: 'caller', earlier: false, ...newSection, loaded: new Map() };

/** Two states with the same key behave the same. */
export function cacheKey(c: CacheState): string {
  const known = keys.get(c);
  if (known !== undefined) return known;
  const { walk } = c;
  const key = [c.tree, c.first, c.vmas, c.earlier, c.seen, c.found, c.open, c.blocks, c.scan, walk.step, walk.at, walk.vma, walk.early, walk.under, [...c.loaded.keys()].sort().join(',')].join(';');
  keys.set(c, key);
  return key;
}
const keys = new WeakMap<CacheState, string>();

/** What is wrong with filling a hole now. */
export type FillFault = 'unasked' | 'refused' | 'unlisted' | 'open' | 'early' | 'uncounted';

/** Something new is stored in the page cache. */
export interface FillReach {
  readonly in: FunctionRef;
  readonly span: Span;
  readonly fault: FillFault | undefined;
  /** Nothing that a caller did before can change the judgement. */
  readonly decided: boolean;
  readonly cache: CacheState;
  /** The call of the summarised function through which the store is reached; undefined when it stores itself. */
  readonly via: NodeId | undefined;
  readonly coarse: boolean;
  readonly trace: Trace | undefined;
}

export const fillKey = (f: FillReach): string => [f.in.file, f.in.name, f.span.start, f.via, f.coarse, f.fault, f.decided ? '' : cacheKey(f.cache)].join('|');

/** What is wrong with a store of something new in this state; undefined when nothing is, or when no hole is known. */
export function faultOf({ earlier, seen, found, open, walk }: CacheState): FillFault | undefined {
  if (!earlier && !seen && !found) return undefined;
  if (walk.step === 'refused') return 'refused';
  if (walk.step !== 'done') return 'unasked';
  if (walk.under !== 'held') return 'unlisted';
  if (open || found) return 'open';
  if (walk.early) return 'early';
  return seen ? undefined : 'uncounted';
}

/** Has the section begun in this function, so that its caller cannot have asked in it? */
const isDecided = (c: CacheState): boolean => c.tree !== 'caller' && !(c.walk.step === 'done' && c.walk.under === 'caller');

/** What the steps of a path say. */
export const said = { locked: 'the lock of the tree is taken', unlocked: 'the lock of the tree is dropped', hole: 'nothing is there: a hole', stored: 'something new is stored over the holes' } as const;

function update(s: State, change: Partial<CacheState>): void {
  if (s.cache) s.cache = { ...s.cache, ...change };
}

/* ---- primitives and branches ---- */

/** What a primitive does to the page cache or the locks that guard it. `loop`: the loop over indexes that it is in. */
export function noteCacheEffect(filled: (reach: FillReach) => void, frame: Frame, s: State, node: Extract<IrNode, { kind: 'call' }>, effect: Effect, args: readonly Value[], result: Value, loop: string | undefined): void {
  const c = s.cache;
  if (!c) return;
  const step = (kind: Trace['kind'], message: string): void => record(s, { kind, in: frame.ref, span: node.span, about: undefined, message });
  switch (effect.op) {
    case 'cache-lock':
    case 'cache-unlock': {
      const isLock = effect.op === 'cache-lock';
      startSection(s, isLock);
      step(isLock ? 'lock' : 'unlock', isLock ? said.locked : said.unlocked);
      return;
    }
    case 'cache-load': {
      const loaded = new Map(c.loaded).set(result.key, effect.skips ? '' : loop ?? '');
      if (effect.skips || loop === undefined) update(s, { loaded });
      else update(s, { loaded, found: false, seen: c.seen || c.found, blocks: false, open: c.scan === loop && (c.open || c.found), scan: loop });
      return;
    }
    case 'cache-store': {
      const value = args[effect.value];
      // Whoever empties an index between counting holes and filling them lets it be seen.
      if (value && truth(s, value) === false && (c.seen || c.earlier)) update(s, { open: true });
      if (!value || truth(s, value) === false || c.loaded.has(value.key)) return;
      if (value.kind === 'name' && isReservedEntry(value.name)) {
        if (value.name === waitingEntry) update(s, { found: false, seen: c.seen || c.found, blocks: !c.found });
        return;
      }
      step('store', said.stored);
      const fault = faultOf(c);
      const decided = isDecided(c);
      if (fault || !decided) filled({ in: frame.ref, span: node.span, fault, decided, cache: c, via: undefined, coarse: s.coarse, trace: s.trace });
      update(s, { found: false, seen: c.seen || c.found });
      return;
    }
    case 'mm-lock':
    case 'mm-unlock':
      if (effect.lock === 'i_mmap_rwsem') update(s, { vmas: effect.op === 'mm-lock' ? 'held' : 'dropped' });
      return;
    default: return;
  }
}

function startSection(s: State, isLock: boolean): void {
  const c = s.cache;
  if (c) update(s, { ...newSection, earlier: c.earlier || c.seen, tree: isLock ? 'held' : 'dropped', first: c.first ?? (isLock ? 'lock' : 'unlock') });
}

/** A branch found out whether `value` is NULL (or false). */
export function noteCacheBranch(frame: Frame, s: State, value: Value, holds: boolean, span: Span): void {
  const c = s.cache;
  if (!c) return;
  if (!holds && c.loaded.get(value.key)) {
    // Whoever finds a hole after the walk knows that it could be seen all the time.
    update(s, { found: true, walk: c.walk.step === 'none' ? c.walk : { ...c.walk, early: true } });
    record(s, { kind: 'branch', in: frame.ref, span, about: undefined, holds, message: said.hole });
  }
  noteAnswer(s);
}

/** Something is counted: the hole at hand is. */
export function noteCount(s: State): void {
  if (s.cache?.found) update(s, { seen: true });
}

/** Has the vma at which the walk stands said something? */
function noteAnswer(s: State): void {
  const walk = s.cache?.walk;
  if (walk?.step !== 'asking') return;
  for (const { value, low, high } of s.facts.values()) {
    if (value.kind !== 'flag' || value.of.key !== walk.vma) continue;
    if (high === 0 && (value.flag === 'missing' || value.flag === 'armed')) return update(s, { walk: { ...walk, step: 'asked' } });
    if (low > 0 && value.flag === 'missing') return update(s, { walk: { ...walk, step: 'refused' } });
  }
}

export const isFileWalk = (node: IrNode): node is Extract<IrNode, { kind: 'choice' }> => node.kind === 'choice' && mappingWalks.get(node.macro ?? '') === 'file';

/** The walk stands at the node `at`, and goes on to the next vma or ends. `isPartial`: it does not come to all vmas that map the range at hand. */
export function noteFileWalk(s: State, at: string, vma: string, ends: boolean, isPartial = false): void {
  const c = s.cache;
  if (!c) return;
  const { step, early } = c.walk.at === at ? c.walk : { step: 'asked', early: c.open || c.found };
  const failed = step === 'refused' || step === 'passed' ? step : step === 'asking' ? 'passed' : undefined;
  update(s, { walk: { step: failed ?? (ends ? (isPartial ? 'passed' : 'done') : 'asking'), at: ends ? undefined : at, vma: ends ? '' : vma, early, under: c.vmas } });
}

/* ---- calls, loops and ends ---- */

/** A callee returned with `from`. */
export function applyCache(s: State, from: CacheState): void {
  if (!s.cache) return;
  s.cache = after(s.cache, from);
  noteAnswer(s);
}

/** The callee's store in its caller's state; undefined when nothing can be wrong with it. */
export function applyFill(s: State, id: NodeId, fill: FillReach, trace: Trace): FillReach | undefined {
  if (!s.cache) return undefined;
  const cache = after(s.cache, fill.cache);
  const [fault, decided] = [faultOf(cache), isDecided(cache)];
  return fault || !decided ? { ...fill, fault, decided, cache, via: id, coarse: fill.coarse || s.coarse, trace } : undefined;
}

/** First the one, then the other. */
function after(before: CacheState, from: CacheState): CacheState {
  // This lock does not nest in itself: that was another tree.
  if (before.tree === 'held' && from.first === 'lock') return before;
  const vmas = from.vmas === 'caller' ? before.vmas : from.vmas;
  const walked: Walk = from.walk.under === 'caller' ? { ...from.walk, under: before.vmas } : from.walk;
  const first = before.first ?? from.first;
  if (from.tree !== 'caller') return { ...from, first, vmas, earlier: from.earlier || before.earlier || before.seen, walk: from.walk.step === 'none' ? noWalk : walked, loaded: before.loaded };
  const isNew = from.scan !== undefined;
  const late = { ...before.walk, early: before.walk.early || (from.seen && before.walk.step !== 'none') };
  return {
    tree: before.tree, first, vmas, earlier: before.earlier, seen: before.seen || from.seen, blocks: from.blocks, loaded: before.loaded,
    found: isNew ? from.found : before.found && !from.blocks,
    open: isNew ? from.open : before.open,
    scan: from.scan ?? before.scan,
    walk: from.walk.step === 'none' ? late : { ...walked, early: from.walk.early || (!isNew && (before.open || before.found)) },
  };
}

/** The node gives new meaning to the values whose names begin with `id`. */
export function retireLoads(s: State, id: string): void {
  const c = s.cache;
  if (!c || ![...c.loaded.keys()].some((k) => k.startsWith(`$${id}`))) return;
  update(s, { loaded: new Map([...c.loaded].filter(([k]) => !k.startsWith(`$${id}`))) });
}

/** What no variable leads to any more cannot be asked for: loads from the tree, and memory of folios that were looked at before. */
export function forgetUnreachable(s: State): void {
  const c = s.cache;
  if (!c) return;
  const held = new Set<string>();
  const hold = (v: Value): void => {
    if (held.has(v.key)) return;
    held.add(v.key);
    parts(v).forEach(hold);
  };
  for (const m of s.memory.values()) if (m.place.kind === 'local') hold(m.value);
  const isLost = (v: Value): boolean => contains(v, (x) => (x.kind === 'load' || x.kind === 'address') && x.place.kind === 'memory' && contains(x.place.base, (b) => b.kind === 'symbol' && !held.has(b.key)));
  const isLostPlace = (p: Place): boolean => p.kind === 'memory' && contains(p.base, (b) => b.kind === 'symbol' && !held.has(b.key));
  for (const [key, m] of s.memory) if (isLostPlace(m.place)) s.memory.delete(key);
  for (const [key, x] of s.clobbered) if (isLostPlace(x.place)) s.clobbered.delete(key);
  for (const [key, f] of s.facts) if (isLost(f.value)) s.facts.delete(key);
  if ([...c.loaded.keys()].some((k) => !held.has(k))) update(s, { loaded: new Map([...c.loaded].filter(([k]) => held.has(k))) });
}

/** At the end of a function: what its caller gets to know. */
export function finishCache(s: State): void {
  const c = s.cache;
  if (!c) return;
  const { walk } = c;
  const step = walk.step === 'asking' || walk.step === 'asked' ? 'passed' : walk.step;
  update(s, { loaded: new Map(), scan: c.scan === undefined ? undefined : 'callee', open: c.open || c.found, seen: c.seen || c.found, found: false, walk: { ...walk, step, at: undefined, vma: '' } });
}

/* ---- what a function has of this ---- */

/** Loads from the tree that are repeated for one index after the other, with a name for the loop they are in. */
export function loadsInScans(frame: Frame, inLoop: ReadonlySet<NodeId>): ReadonlyMap<NodeId, string> {
  const scans = new Map<NodeId, string>();
  const { ir } = frame;
  ir.nodes.forEach((node, id) => {
    const effect = frame.shapeAt(id)?.effect;
    if (node.kind !== 'call' || effect?.op !== 'cache-load' || effect.skips || !inLoop.has(id)) return;
    const back = nodesLeadingTo(ir, (_, other) => other === id);
    const loop = [...reachableFrom(ir, id)].filter((n) => back.has(n)).sort((a, b) => a - b);
    if (effect.moves || isSteered(loop.map((n) => ir.nodes[n]!), node.args[effect.arg])) scans.set(id, nodeId(frame, loop[0]!));
  });
  return scans;
}

/** Is a variable that the loop counts up handed over together with `handle`, as in `xas_set(&xas, index)`? */
function isSteered(loop: readonly IrNode[], handle: Expr | undefined): boolean {
  if (!handle) return false;
  const counted = new Set<string>();
  for (const node of loop) {
    if (node.kind === 'choice') for (const arg of node.args) if (arg.kind === 'name') counted.add(arg.name);
    if (node.kind !== 'assign' || node.target.kind !== 'name' || node.value.kind !== 'binary') continue;
    const { op, left } = node.value;
    if ((op === '+' || op === '-') && left.kind === 'name' && left.name === node.target.name) counted.add(left.name);
  }
  const text = formatExpr(handle);
  return loop.some((node) => node.kind === 'call' && node.args.some((a) => formatExpr(a) === text) && node.args.some((a) => formatExpr(a) !== text && namesIn(a).some((n) => counted.has(n))));
}

function namesIn(e: Expr): readonly string[] {
  switch (e.kind) {
    case 'name': return [e.name];
    case 'field': return namesIn(e.base);
    case 'deref': case 'address': case 'unary': return namesIn(e.operand);
    case 'index': return [...namesIn(e.base), ...namesIn(e.index)];
    case 'binary': return [...namesIn(e.left), ...namesIn(e.right)];
    case 'number': case 'string': case 'opaque': case 'initializer': return [];
  }
}

/** Nodes of the function that say something about holes or about who waits for them. `follows`: is this a call of a function that does? */
export function nodesAboutCache(frame: Frame, follows: (callee: string) => boolean): ReadonlySet<NodeId> {
  const out = new Set<NodeId>();
  /** Variables with what the tree held, or with an answer. */
  const telling = new Set<string>();
  const handles = new Set<string>();
  frame.ir.nodes.forEach((node, id) => {
    if (isFileWalk(node)) out.add(id);
    if (node.kind !== 'call' || node.callee === undefined) return;
    const effect = frame.shapeAt(id)?.effect;
    if (effect ? !isAboutCache(effect) : !follows(node.callee)) return;
    out.add(id);
    if (effect?.op === 'cache-load' && node.args[effect.arg]) handles.add(formatExpr(node.args[effect.arg]!));
    if (node.result !== undefined && (!effect || effect.op === 'cache-load' || effect.op === 'vma-flag')) telling.add(node.result);
  });
  for (let size = -1; size !== telling.size; ) {
    size = telling.size;
    for (const node of frame.ir.nodes) if (node.kind === 'assign' && node.target.kind === 'name' && namesIn(node.value).some((n) => telling.has(n))) telling.add(node.target.name);
  }
  frame.ir.nodes.forEach((node, id) => {
    if (node.kind === 'branch' && namesIn(node.condition).some((n) => telling.has(n))) out.add(id);
    // Where the next look goes: `xas_set(&xas, index)`.
    if (node.kind === 'call' && handles.size > 0 && node.args.some((a) => handles.has(formatExpr(a)))) out.add(id);
  });
  return out;
}

function isAboutCache(effect: Effect): boolean {
  switch (effect.op) {
    case 'cache-lock': case 'cache-unlock': case 'cache-load': case 'cache-store': return true;
    case 'mm-lock': case 'mm-unlock': return effect.lock === 'i_mmap_rwsem';
    case 'vma-flag': return effect.flag === 'missing' || effect.flag === 'armed';
    default: return false;
  }
}
