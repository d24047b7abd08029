/** The ways through a function when everything that is not kept is left out. */
import { successors } from '../parser/cfg';
import type { IrNode, NodeId } from '../parser/ir';
import { mappingWalks } from '../kernel/rmap';
import { isBlocked } from './acts';
import { dead, type Body, type Making } from './parts';
import { newUses, type Terms } from './terms';

/** What is left of a function's graph. */
export interface Paths {
  /** The nodes that are left. */
  readonly live: ReadonlySet<NodeId>;
  /** Where control comes to from a node on. */
  readonly resolve: (id: NodeId) => NodeId;
  /** The two ways that a branch or choice leads to. */
  readonly arms: ReadonlyMap<NodeId, readonly [NodeId, NodeId]>;
}

/** Where control goes from a node once everything that is not kept is left out. */
export function simplify(making: Making, body: Body, terms: Terms, cuts: ReadonlyMap<string, NodeId>, kept: ReadonlySet<NodeId>): Paths {
  const { ir } = body;
  const resolved = new Map<NodeId, NodeId>();
  const arms = new Map<NodeId, readonly [NodeId, NodeId]>();
  const loop = -2;
  const target = (from: NodeId, to: NodeId): NodeId => cuts.get(`${from}>${to}`) ?? to;
  function resolve(id: NodeId): NodeId {
    if (id === dead || !body.region.has(id)) return dead;
    const known = resolved.get(id);
    if (known !== undefined) return known;
    const node = ir.nodes[id]!;
    if (node.kind === 'return') return id;
    if (node.kind === 'stop' || isBlocked(making, body, terms, id)) return dead;
    if (kept.has(id)) return id;
    resolved.set(id, loop);
    const value = decide(node, id);
    if (value === loop) resolved.delete(id);
    else resolved.set(id, value);
    return value;
  }
  function decide(node: IrNode, id: NodeId): NodeId {
    if (node.kind === 'branch') {
      const fixed = terms.constantOf(node.condition);
      if (fixed !== undefined) return resolve(target(id, fixed ? node.whenTrue : node.whenFalse));
      return choose(id, resolve(target(id, node.whenTrue)), resolve(target(id, node.whenFalse)), terms.condition(node.condition, newUses()) !== undefined);
    }
    if (node.kind === 'choice' && node.macro !== undefined && mappingWalks.has(node.macro)) return resolve(target(id, node.targets[0]!));
    if (node.kind === 'choice') {
      const [first, ...rest] = node.targets.map((t) => resolve(target(id, t)));
      const alive = [first!, ...rest].filter((t) => t !== dead && t !== loop);
      if (new Set(alive).size <= 1) return alive[0] ?? (first === loop ? loop : dead);
      arms.set(id, [alive[0]!, alive[1]!]);
      return id;
    }
    const [next] = successors(node);
    return next === undefined ? dead : resolve(target(id, next));
  }
  function choose(id: NodeId, a: NodeId, b: NodeId, isKnown: boolean): NodeId {
    if (a === loop && b === loop) return loop;
    // A loop in which nothing is kept.
    if (a === loop || (a === id && b !== id)) return b === dead && a === loop ? loop : b;
    if (b === loop || (b === id && a !== id)) return a;
    if (a === b) return a;
    // Who stops here does nothing that matters; where the machine cannot tell, it may go on.
    if (!isKnown && (a === dead || b === dead)) return a === dead ? b : a;
    arms.set(id, [a, b]);
    return id;
  }
  const live = new Set<NodeId>();
  const open = [resolve(ir.entry)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === dead || id === loop || live.has(id)) continue;
    live.add(id);
    const node = ir.nodes[id]!;
    const pair = arms.get(id);
    if (pair) open.push(...pair);
    else if (node.kind !== 'return') open.push(...successors(node).map((s) => resolve(target(id, s))));
  }
  return { live, resolve: (id) => { const r = resolve(id); return r === loop ? dead : r; }, arms };
}
