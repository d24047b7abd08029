/** Builds the node list of one function: nodes are appended in source order, joins are placed when their position is known. */
import { reversePostOrderOf } from './cfg';
import type { Expr, IrNode, NodeId, Span } from './ir';

type Mutable<T> = T extends unknown ? { -readonly [K in keyof T]: T[K] } : never;
/** A node whose successors are still being filled in. */
export type DraftNode = Mutable<IrNode>;

export interface Graph {
  readonly nodes: DraftNode[];
  /** The node that waits for its successor; undefined behind a return, goto or branch, where code is dead until a join is placed. */
  tail: NodeId | undefined;
  /** How many temporaries exist. */
  temps: number;
}

/** Successor of a node that has none yet. */
export const pending: NodeId = -1;

export function newGraph(): Graph {
  return { nodes: [], tail: undefined, temps: 0 };
}

/** Appends a node behind the current one. */
export function emit(graph: Graph, node: DraftNode): NodeId {
  const id = graph.nodes.length;
  graph.nodes.push(node);
  link(graph, id);
  graph.tail = id;
  return id;
}

/** Makes a join that is not part of any path until it is placed. */
export function newJoin(graph: Graph, at: Span, label?: string): NodeId {
  graph.nodes.push({ kind: 'nop', label, span: at, next: pending });
  return graph.nodes.length - 1;
}

/** Continues at a join: what came before falls into it. */
export function place(graph: Graph, join: NodeId): void {
  link(graph, join);
  graph.tail = join;
}

/** Leaves for a join; what follows is dead until another join is placed. */
export function jump(graph: Graph, join: NodeId): void {
  link(graph, join);
  graph.tail = undefined;
}

/** Ends the current path with a branch. */
export function emitBranch(graph: Graph, condition: Expr, whenTrue: NodeId, whenFalse: NodeId): void {
  emit(graph, { kind: 'branch', condition, whenTrue, whenFalse, span: condition.span });
  graph.tail = undefined;
}

/** Ends the current path with a choice. */
export function emitChoice(graph: Graph, at: Span, macro: string | undefined, args: readonly Expr[], targets: readonly NodeId[]): void {
  emit(graph, { kind: 'choice', macro, args, targets, span: at });
  graph.tail = undefined;
}

/** A fresh temporary. */
export function newTemp(graph: Graph, at: Span): Expr & { readonly kind: 'name' } {
  graph.temps += 1;
  return { kind: 'name', name: `$${graph.temps}`, span: at };
}

function link(graph: Graph, to: NodeId): void {
  if (graph.tail === undefined) return;
  const node = graph.nodes[graph.tail];
  if (node && 'next' in node) node.next = to;
}

/** Drops what cannot be reached and what does nothing, and numbers the rest in reverse post order from the entry (which becomes 0). */
export function finish(graph: Graph, entry: NodeId): IrNode[] {
  const nodes = graph.nodes;
  closeDangling(graph);
  while (foldBranches(nodes));
  const first = skip(nodes, entry);
  const order = nodes[first] ? reversePostOrderOf(first, (id) => successors(nodes, nodes[id]!).filter((next) => nodes[next])) : [];
  const numbers = new Map<NodeId, NodeId>();
  for (const [position, id] of order.entries()) numbers.set(id, position);
  const renumber = (id: NodeId): NodeId => numbers.get(skip(nodes, id)) ?? 0;
  return order.map((id) => {
    const node = nodes[id] as DraftNode;
    switch (node.kind) {
      case 'branch':
        return { ...node, whenTrue: renumber(node.whenTrue), whenFalse: renumber(node.whenFalse) };
      case 'choice':
        return { ...node, targets: [...new Set(node.targets.map(renumber))] };
      case 'return':
      case 'stop':
        return node;
      default:
        return { ...node, next: renumber(node.next) };
    }
  });
}

/** A label that is jumped to and never defined (torn code) ends in the unknown. */
function closeDangling(graph: Graph): void {
  for (let id = 0, count = graph.nodes.length; id < count; id += 1) {
    const node = graph.nodes[id];
    if (!node || !('next' in node) || node.next !== pending) continue;
    node.next = graph.nodes.length;
    graph.nodes.push({ kind: 'unknown', text: '', span: node.span, next: graph.nodes.length + 1 }, { kind: 'stop', span: node.span });
  }
}

/** Turns branches whose arms meet at once into empty nodes: their conditions are pure. True when something changed. */
function foldBranches(nodes: DraftNode[]): boolean {
  let changed = false;
  for (const [id, node] of nodes.entries()) {
    if (node.kind !== 'branch') continue;
    const next = skip(nodes, node.whenTrue);
    if (next !== skip(nodes, node.whenFalse) || next === id) continue;
    nodes[id] = { kind: 'nop', label: undefined, span: node.span, next };
    changed = true;
  }
  return changed;
}

/** The first node from here that does something; of an endless empty loop, its first node. */
function skip(nodes: readonly DraftNode[], from: NodeId): NodeId {
  let id = from;
  for (let steps = 0; steps <= nodes.length; steps += 1) {
    const node = nodes[id];
    if (node?.kind !== 'nop' || node.label !== undefined) return id;
    id = node.next;
  }
  let first = id;
  for (let node = nodes[id]; node?.kind === 'nop' && node.next !== id; node = nodes[node.next]) first = Math.min(first, node.next);
  return first;
}

/** The nodes that a draft node leads to, empty ones skipped, in the order of their arms. */
function successors(nodes: readonly DraftNode[], node: DraftNode): NodeId[] {
  switch (node.kind) {
    case 'branch':
      return [skip(nodes, node.whenTrue), skip(nodes, node.whenFalse)];
    case 'choice':
      return node.targets.map((id) => skip(nodes, id));
    case 'return':
    case 'stop':
      return [];
    default:
      return [skip(nodes, node.next)];
  }
}
