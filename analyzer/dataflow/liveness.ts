/** What the rest of a function may still look at: names of locals, fields and callees. Everything else can be forgotten where paths join. */
import { nodesOnCycles, predecessors, reversePostOrder, successors } from '../../parser/cfg';
import type { Expr, FunctionIR, NodeId } from '../../parser/ir';

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
  const order = new Array<number>(ir.nodes.length).fill(-1);
  reversePostOrder(ir).forEach((node, position) => (order[node] = position));
  const live = solveBackwards(ir, order, uses, kills, ids.size);
  const asks = (node: NodeId, name: string): boolean => {
    const n = ids.get(name);
    if (n === undefined) return false;
    return (live[node]![n >> 5]! & (1 << (n & 31))) !== 0;
  };
  const joins = new Set(ir.nodes.map((_, i) => i));
  // The entry is come to from outside, too.
  predecessors(ir).forEach((before, i) => { if (before.length + Number(i === ir.entry) < 2) joins.delete(i); });
  return {
    local: (node, name) => addressTaken.has(name) || asks(node, name),
    field: (node, name) => asks(node, `.${name}`),
    callee: (node, name) => asks(node, `${name}()`),
    inLoop: nodesOnCycles(ir),
    joins,
    order,
  };
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
