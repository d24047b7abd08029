/** What the rest of a function may still look at: names of locals, fields and callees. Everything else can be forgotten where paths join. */
import type { Expr, FunctionIR, IrNode, NodeId } from '../../parser/ir';

export interface Liveness {
  /** Is the local variable looked at after (or at) this node, before it is overwritten? Variables whose address is taken always are. */
  local(node: NodeId, name: string): boolean;
  field(node: NodeId, name: string): boolean;
  callee(node: NodeId, name: string): boolean;
  /** Nodes that can be reached from themselves. */
  readonly inLoop: ReadonlySet<NodeId>;
  /** Nodes where paths meet. */
  readonly joins: ReadonlySet<NodeId>;
  /** Position in reverse post order: a node comes after its predecessors, but for back edges. */
  readonly order: readonly number[];
}

export function successors(node: IrNode): readonly NodeId[] {
  switch (node.kind) {
    case 'branch': return [node.whenTrue, node.whenFalse];
    case 'choice': return node.targets;
    case 'return':
    case 'stop':
      return [];
    default: return [node.next];
  }
}

export function computeLiveness(ir: FunctionIR): Liveness {
  const ids = new Map<string, number>();
  const id = (name: string): number => {
    let n = ids.get(name);
    if (n === undefined) ids.set(name, (n = ids.size));
    return n;
  };
  const addressTaken = new Set<string>();
  const uses: number[][] = [];
  const kills: number[] = [];
  for (const node of ir.nodes) {
    const used: number[] = [];
    const visit = (e: Expr): void => collect(e, (n) => used.push(id(n)), addressTaken);
    let kill = -1;
    switch (node.kind) {
      case 'assign':
        visit(node.value);
        if (node.target.kind === 'name') kill = id(node.target.name);
        else visit(node.target);
        break;
      case 'call':
        for (const arg of node.args) visit(arg);
        if (node.through) visit(node.through);
        if (node.callee) used.push(id(`${node.callee}()`));
        if (node.result) kill = id(node.result);
        break;
      case 'branch': visit(node.condition); break;
      case 'choice': for (const arg of node.args) visit(arg); break;
      case 'return': if (node.value) visit(node.value); break;
      case 'declare': kill = id(node.name); break;
      case 'nop': case 'stop': case 'unknown': break;
    }
    uses.push(used);
    kills.push(kill);
  }
  const order = reversePostOrder(ir);
  const live = solveBackwards(ir, order, uses, kills, ids.size);
  const asks = (node: NodeId, name: string): boolean => {
    const n = ids.get(name);
    if (n === undefined) return false;
    return (live[node]![n >> 5]! & (1 << (n & 31))) !== 0;
  };
  const preds = new Array<number>(ir.nodes.length).fill(0);
  for (const node of ir.nodes) for (const next of successors(node)) preds[next]!++;
  const joins = new Set(ir.nodes.map((_, i) => i).filter((i) => preds[i]! > 1));
  return {
    local: (node, name) => addressTaken.has(name) || asks(node, name),
    field: (node, name) => asks(node, `.${name}`),
    callee: (node, name) => asks(node, `${name}()`),
    inLoop: findLoops(ir, order),
    joins,
    order,
  };
}

/** Nodes from which a node that is `wanted` can be reached (itself included). */
export function nodesLeadingTo(ir: FunctionIR, wanted: (node: IrNode, id: NodeId) => boolean): Set<NodeId> {
  const before: NodeId[][] = ir.nodes.map(() => []);
  ir.nodes.forEach((node, i) => { for (const next of successors(node)) before[next]!.push(i); });
  const found = new Set<NodeId>();
  const stack = ir.nodes.map((_, i) => i).filter((i) => wanted(ir.nodes[i]!, i));
  while (stack.length > 0) {
    const n = stack.pop()!;
    if (found.has(n)) continue;
    found.add(n);
    stack.push(...before[n]!);
  }
  return found;
}

function collect(e: Expr, use: (name: string) => void, addressTaken: Set<string>): void {
  switch (e.kind) {
    case 'name': use(e.name); break;
    case 'field':
      use(`.${e.field}`);
      collect(e.base, use, addressTaken);
      break;
    case 'deref':
    case 'unary':
      collect(e.operand, use, addressTaken);
      break;
    case 'address': {
      let root = e.operand;
      while (root.kind === 'field' && !root.arrow) root = root.base;
      if (root.kind === 'name') addressTaken.add(root.name);
      collect(e.operand, use, addressTaken);
      break;
    }
    case 'index':
      collect(e.base, use, addressTaken);
      collect(e.index, use, addressTaken);
      break;
    case 'binary':
      collect(e.left, use, addressTaken);
      collect(e.right, use, addressTaken);
      break;
    case 'initializer':
      for (const entry of e.entries) collect(entry.value, use, addressTaken);
      break;
    case 'number': case 'string': case 'opaque': break;
  }
}

function reversePostOrder(ir: FunctionIR): number[] {
  const order = new Array<number>(ir.nodes.length).fill(-1);
  const seen = new Uint8Array(ir.nodes.length);
  const post: number[] = [];
  const stack: { node: number; next: number }[] = [{ node: ir.entry, next: 0 }];
  seen[ir.entry] = 1;
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const out = successors(ir.nodes[top.node]!);
    const target = out[top.next++];
    if (target === undefined) {
      post.push(top.node);
      stack.pop();
    } else if (!seen[target]) {
      seen[target] = 1;
      stack.push({ node: target, next: 0 });
    }
  }
  post.reverse().forEach((node, i) => (order[node] = i));
  return order;
}

function solveBackwards(ir: FunctionIR, order: readonly number[], uses: readonly number[][], kills: readonly number[], width: number): Uint32Array[] {
  const words = (width + 31) >> 5;
  const live = ir.nodes.map(() => new Uint32Array(words));
  const backwards = ir.nodes.map((_, i) => i).filter((i) => order[i]! >= 0).sort((a, b) => order[b]! - order[a]!);
  const work = new Uint32Array(words);
  for (let changed = true; changed; ) {
    changed = false;
    for (const n of backwards) {
      work.fill(0);
      for (const next of successors(ir.nodes[n]!)) {
        const there = live[next]!;
        for (let w = 0; w < words; w++) work[w]! |= there[w]!;
      }
      const kill = kills[n]!;
      if (kill >= 0) work[kill >> 5]! &= ~(1 << (kill & 31));
      for (const u of uses[n]!) work[u >> 5]! |= 1 << (u & 31);
      const here = live[n]!;
      for (let w = 0; w < words; w++) {
        if (here[w] !== work[w]!) {
          here[w] = work[w]!;
          changed = true;
        }
      }
    }
  }
  return live;
}

/** Nodes on a cycle: members of strongly connected components with more than one node (or an edge to themselves). */
function findLoops(ir: FunctionIR, order: readonly number[]): Set<NodeId> {
  const count = ir.nodes.length;
  const before: number[][] = Array.from({ length: count }, () => []);
  ir.nodes.forEach((node, i) => { if (order[i]! >= 0) for (const next of successors(node)) before[next]!.push(i); });
  // Kosaraju: in reverse post order, what reaches a node backwards without being assigned yet is its component.
  const component = new Int32Array(count).fill(-1);
  const sizes: number[] = [];
  const nodes = ir.nodes.map((_, i) => i).filter((i) => order[i]! >= 0).sort((a, b) => order[a]! - order[b]!);
  for (const root of nodes) {
    if (component[root] !== -1) continue;
    const c = sizes.length;
    let size = 0;
    const stack = [root];
    component[root] = c;
    while (stack.length > 0) {
      const n = stack.pop()!;
      size++;
      for (const p of before[n]!) {
        if (component[p] === -1) {
          component[p] = c;
          stack.push(p);
        }
      }
    }
    sizes.push(size);
  }
  return new Set(nodes.filter((n) => sizes[component[n]!]! > 1 || successors(ir.nodes[n]!).includes(n)));
}
