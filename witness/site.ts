/** Where a slice begins and what it is about: the site in the tree, and the functions that lead to it. */
import type { FunctionRef, Tree } from '../analyzer/call-graph/tree';
import type { Location } from '../analyzer/findings/finding';
import { formatExpr, nodesLeadingTo } from '../parser/cfg';
import type { FunctionIR, IrNode, NodeId } from '../parser/ir';
import type { Effect } from '../kernel/types';
import type { Purpose } from './parts';

/** A node of a function, and the functions that lead to it, the outermost first, the one with the node last. */
export interface Site {
  readonly ref: FunctionRef;
  readonly node: NodeId;
  readonly chain: readonly FunctionRef[];
  /** The chain begins below a function that resolves page faults. */
  readonly isFault: boolean;
  /** How mmap_lock is held where the chain begins: by callers of it, as far as can be seen. */
  readonly mmapLock: 'read' | 'write' | undefined;
}

/** A function and the names of those that the path led through. */
export interface Place {
  readonly location: Location;
  readonly function: string;
}

/** Finds the node at a place; a call where several begin there. */
export function nodeAt(tree: Tree, place: Place): { readonly ref: FunctionRef; readonly node: NodeId } | undefined {
  const { file, line, column, endLine, endColumn } = place.location;
  const text = tree.text(file);
  if (text === undefined) return undefined;
  const [start, end] = [offsetOf(text, line, column), offsetOf(text, endLine, endColumn)];
  const ref = tree.functionsIn(file).find((f) => f.name === place.function && f.start <= start && start < f.start + f.text.length);
  if (!ref) return undefined;
  const ir = tree.lower(ref);
  const nodes = [...ir.nodes.entries()].filter(([, n]) => n.span.start + ref.start === start);
  const exact = nodes.filter(([, n]) => n.span.end + ref.start === end);
  const calls = (list: readonly (readonly [NodeId, IrNode])[]): readonly (readonly [NodeId, IrNode])[] => list.filter(([, n]) => n.kind === 'call');
  // The outermost call of a statement comes last.
  const found = calls(exact).at(-1) ?? exact.at(-1) ?? calls(nodes).at(-1) ?? nodes.at(-1);
  return found && { ref, node: found[0] };
}

/** Does the function work on two entries at once, as a move does? A scenario has one page table. */
export function movesEntries(tree: Tree, ref: FunctionRef): boolean {
  const ir = tree.lower(ref);
  if (ir.params.filter((p) => p.type === 'pte_t *').length > 1) return true;
  const places = new Set<string>();
  for (const node of ir.nodes) {
    if (node.kind !== 'call' || node.callee === undefined) continue;
    const effect = tree.model.shapeFor(node.callee, node.args.length)?.effect;
    const isWalk = effect?.op === 'map' || (effect?.op === 'acquire' && effect.lock.from === 'out') || (effect?.op === 'lock-pointer' && effect.lock.from === 'out');
    if (!isWalk || effect.level === 'pmd' || effect.level === 'pud') continue;
    const pmd = node.args.find((a) => /pmd/.test(formatExpr(a)));
    // Where no pmd is named, the address tells.
    places.add(formatExpr(pmd ?? node.args[node.args.length - 2] ?? node.args[0]!).replace(/^&?_?/, '').replace(/^.*->/, ''));
  }
  return places.size > 1;
}

/** Finds the outermost function of a path and climbs from there to whoever takes a lock that is still held below. */
export function siteOf(tree: Tree, ref: FunctionRef, node: NodeId, through: readonly FunctionRef[], purpose: Purpose): Site {
  let chain = longest(through.map((from) => callPath(tree, from, ref)).filter((p): p is FunctionRef[] => p !== undefined)) ?? [ref];
  const isLockedFrom = (start: number): boolean => chain.some((f, i) => i >= start && (i + 1 < chain.length ? holdsLock(tree, f, chain[i + 1]!) : takesLockBefore(tree, ref, node)));
  const isLocked = isLockedFrom(0);
  // What stands above the function that takes the lock only leads there.
  if (purpose.startsAtLock) for (let start = chain.length - 1; start > 0; start--) {
    if (!isLockedFrom(start)) continue;
    chain = chain.slice(start);
    break;
  }
  const fault = purpose.isOwnFault ? undefined : pathFromFault(tree, chain[0]!);
  // Faults also get to functions that have a life of their own, such as zapping, by long ways.
  if (fault && (fault.length <= 3 || fault.slice(1).every((f) => tree.lower(f).params.some((p) => p.type === 'struct vm_fault *')))) {
    // Of the way down from the page fault only what runs under a lock that is taken there.
    const first = fault.findIndex((f, i) => i < fault.length - 1 && holdsLock(tree, f, fault[i + 1]!));
    if (first >= 0) chain = [...fault.slice(first, -1), ...chain];
    return { ref, node, chain, isFault: true, mmapLock: 'read' };
  }
  for (let climbed = isLocked ? 4 : 0; climbed < 4; climbed++) {
    const holder = lockHolder(tree, chain[0]!);
    if (!holder) break;
    chain = [...holder, ...chain];
  }
  return { ref, node, chain, isFault: false, mmapLock: mmapModeAbove(tree, chain[0]!) };
}

function longest(paths: readonly FunctionRef[][]): FunctionRef[] | undefined {
  return [...paths].sort((a, b) => b.length - a.length)[0];
}

/** The shortest chain of calls from one function to another. */
function callPath(tree: Tree, from: FunctionRef, to: FunctionRef): FunctionRef[] | undefined {
  if (from === to) return [to];
  const next = new Map<FunctionRef, FunctionRef>();
  let level = [to];
  for (let depth = 0; depth < 8 && level.length > 0; depth++) {
    const above: FunctionRef[] = [];
    for (const callee of level) {
      for (const caller of [...tree.callersOf(callee), ...tree.usersOf(callee)]) {
        if (caller === to || next.has(caller)) continue;
        next.set(caller, callee);
        above.push(caller);
      }
    }
    if (next.has(from)) {
      const path = [from];
      while (path[path.length - 1] !== to) path.push(next.get(path[path.length - 1]!)!);
      return path;
    }
    level = above;
  }
  return undefined;
}

/** Callers, the outermost first, up to the nearest one that takes a lock other than mmap_lock which is held where it calls. */
function lockHolder(tree: Tree, ref: FunctionRef): FunctionRef[] | undefined {
  if (isFaultEntry(tree, ref)) return undefined;
  let level: FunctionRef[][] = [[ref]];
  const seen = new Set([ref]);
  for (let depth = 0; depth < 3; depth++) {
    const above: FunctionRef[][] = [];
    for (const path of level) {
      for (const caller of tree.callersOf(path[0]!)) {
        if (seen.has(caller) || isFaultEntry(tree, caller)) continue;
        seen.add(caller);
        if (holdsLock(tree, caller, path[0]!)) return [caller, ...path.slice(0, -1)];
        above.push([caller, ...path]);
      }
    }
    level = above;
  }
  return undefined;
}

/** Does the caller take a lock before it calls, and not drop one of that kind on all ways in between? */
function holdsLock(tree: Tree, caller: FunctionRef, callee: FunctionRef): boolean {
  const ir = tree.lower(caller);
  const calls = (node: IrNode): boolean => node.kind === 'call' && node.callee === callee.name;
  const [takes, drops] = [lockNodes(tree, ir, true), lockNodes(tree, ir, false)];
  const leading = nodesLeadingTo(ir, calls, (_n, id) => drops.has(id));
  return [...takes].some((id) => leading.has(id));
}

/** Is there a way to the node on which a lock of the function's own is held? */
function takesLockBefore(tree: Tree, ref: FunctionRef, site: NodeId): boolean {
  const ir = tree.lower(ref);
  const [takes, drops] = [lockNodes(tree, ir, true), lockNodes(tree, ir, false)];
  const leading = nodesLeadingTo(ir, (_n, id) => id === site, (_n, id) => drops.has(id));
  return [...takes].some((id) => leading.has(id));
}

const innerLocks: ReadonlySet<string> = new Set(['hugetlb vma lock', 'i_mmap_rwsem', 'anon_vma lock', 'folio lock', 'mutex']);

function lockNodes(tree: Tree, ir: FunctionIR, taking: boolean): ReadonlySet<NodeId> {
  const found = new Set<NodeId>();
  for (const [id, node] of ir.nodes.entries()) {
    if (node.kind !== 'call' || node.callee === undefined) continue;
    const effect = tree.model.shapeFor(node.callee, node.args.length)?.effect;
    if (effect && isInnerLock(effect, node, ir, taking)) found.add(id);
  }
  return found;
}

function isInnerLock(effect: Effect, node: Extract<IrNode, { kind: 'call' }>, ir: FunctionIR, taking: boolean): boolean {
  switch (effect.op) {
    case 'acquire': case 'walk-step': return taking;
    case 'release': case 'walk-done': return !taking;
    case 'spin-lock': return taking && isPtl(node, ir);
    case 'spin-unlock': return !taking && isPtl(node, ir);
    case 'mm-lock': return taking && innerLocks.has(effect.lock) && (effect.lock !== 'mutex' || /fault_mutex/.test(JSON.stringify(node.args)));
    case 'mm-unlock': return !taking && innerLocks.has(effect.lock) && (effect.lock !== 'mutex' || /fault_mutex/.test(JSON.stringify(node.args)));
    default: return false;
  }
}

function isPtl(node: Extract<IrNode, { kind: 'call' }>, ir: FunctionIR): boolean {
  const [arg] = node.args;
  if (arg?.kind === 'field') return arg.field === 'ptl';
  return arg?.kind === 'name' && [...ir.locals, ...ir.params].some((v) => v.name === arg.name && v.type === 'spinlock_t *');
}

/** Is this what the model knows as a resolver of page faults? */
function isFaultEntry(tree: Tree, ref: FunctionRef): boolean {
  return tree.model.primitives.get(ref.name)?.shapes.some((s) => s.effect.op === 'fault') ?? false;
}

/** The shortest way from a function that resolves page faults down to this one, without that function. */
function pathFromFault(tree: Tree, ref: FunctionRef): FunctionRef[] | undefined {
  let level: FunctionRef[][] = [[ref]];
  const seen = new Set([ref]);
  for (let depth = 0; depth < 6; depth++) {
    const above: FunctionRef[][] = [];
    for (const path of level) {
      for (const caller of tree.callersOf(path[0]!)) {
        if (isFaultEntry(tree, caller)) return path;
        if (seen.has(caller)) continue;
        seen.add(caller);
        above.push([caller, ...path]);
      }
    }
    level = above;
  }
  return undefined;
}

/** How mmap_lock is held where a function is called: as the nearest caller takes it that has not dropped it again by then. Who drops it is not asked how it was called. */
function mmapModeAbove(tree: Tree, ref: FunctionRef): 'read' | 'write' | undefined {
  const seen = new Set([ref]);
  let level = [ref];
  for (let depth = 0; depth < 8 && level.length > 0; depth++) {
    const above: FunctionRef[] = [];
    for (const callee of level) {
      for (const caller of [...tree.callersOf(callee), ...tree.usersOf(callee)]) {
        if (seen.has(caller)) continue;
        const mode = mmapModeAt(tree, caller, callee);
        if (mode === 'read' || mode === 'write') return mode;
        if (mode === 'dropped') continue;
        seen.add(caller);
        above.push(caller);
      }
    }
    level = above;
  }
  return undefined;
}

/** What a function has done with mmap_lock when it calls another one; `as called` where it may hold it as its own callers do. */
function mmapModeAt(tree: Tree, caller: FunctionRef, callee: FunctionRef): 'read' | 'write' | 'dropped' | 'as called' {
  const modes = [...caller.outline.calls].flatMap((name) => tree.model.primitives.get(name)?.shapes.flatMap(({ effect }) => mmapEffect(effect) ?? []) ?? []);
  if (modes.length === 0) return 'as called';
  const ir = tree.lower(caller);
  const isCall = (node: IrNode): boolean => node.kind === 'call' && node.callee === callee.name;
  // A function that is handed on as a pointer is called somewhere below.
  if (!ir.nodes.some(isCall)) return modes.find((mode) => mode !== 'dropped') ?? 'as called';
  const effectOf = (node: IrNode): ReturnType<typeof mmapEffect> => {
    const effect = node.kind === 'call' && node.callee !== undefined ? tree.model.shapeFor(node.callee, node.args.length)?.effect : undefined;
    return effect && mmapEffect(effect);
  };
  const leading = nodesLeadingTo(ir, isCall, (node) => effectOf(node) === 'dropped');
  const taken = [...leading].map((id) => effectOf(ir.nodes[id]!)).find((mode) => mode === 'read' || mode === 'write');
  return taken ?? (leading.has(ir.entry) ? 'as called' : 'dropped');
}

function mmapEffect(effect: Effect): 'read' | 'write' | 'dropped' | undefined {
  if ((effect.op !== 'mm-lock' && effect.op !== 'mm-unlock') || effect.lock !== 'mmap_lock') return undefined;
  return effect.op === 'mm-unlock' ? 'dropped' : effect.mode;
}

function offsetOf(text: string, line: number, column: number): number {
  let at = 0;
  for (let i = 1; i < line; i++) at = text.indexOf('\n', at) + 1;
  return at + column - 1;
}
