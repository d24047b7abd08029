/** Helpers over the control-flow graph of a function. */
import type { Expr, FunctionIR, IrNode, NodeId } from './ir';

/** Where a node leads to, in the order of its arms. */
export function successors(node: IrNode): readonly NodeId[] {
  switch (node.kind) {
    case 'branch':
      return [node.whenTrue, node.whenFalse];
    case 'choice':
      return node.targets;
    case 'return':
    case 'stop':
      return [];
    case 'assign':
    case 'call':
    case 'declare':
    case 'nop':
    case 'unknown':
      return [node.next];
  }
}

/** For each node the nodes that lead to it. */
export function predecessors(ir: FunctionIR): NodeId[][] {
  const result: NodeId[][] = ir.nodes.map(() => []);
  for (const [id, node] of ir.nodes.entries()) for (const next of new Set(successors(node))) result[next]?.push(id);
  return result;
}

/** Nodes from the entry on, each before its successors, loops aside. */
export function reversePostOrder(ir: FunctionIR): NodeId[] {
  return reversePostOrderOf(ir.entry, (id) => successorsOf(ir, id));
}

/** The same of any graph. Depth first without recursion; the last arm is walked first, so that the first arm comes first in the result. */
export function reversePostOrderOf(entry: NodeId, after: (id: NodeId) => readonly NodeId[]): NodeId[] {
  const seen = new Set<NodeId>([entry]);
  const order: NodeId[] = [];
  const stack: { id: NodeId; left: NodeId[] }[] = [{ id: entry, left: [...after(entry)] }];
  for (let top = stack[stack.length - 1]; top; top = stack[stack.length - 1]) {
    const next = top.left.pop();
    if (next === undefined) {
      order.push(top.id);
      stack.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      stack.push({ id: next, left: [...after(next)] });
    }
  }
  return order.reverse();
}

/** The nodes that can be reached from one node, itself included. */
export function reachableFrom(ir: FunctionIR, from: NodeId): Set<NodeId> {
  const seen = new Set<NodeId>([from]);
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const next of successorsOf(ir, id)) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
}

/** Nodes from which a node that is `wanted` can be reached, that one included, on a way without a node that `bars` it. */
export function nodesLeadingTo(ir: FunctionIR, wanted: (node: IrNode, id: NodeId) => boolean, bars: (node: IrNode, id: NodeId) => boolean = () => false): Set<NodeId> {
  const before = predecessors(ir);
  const found = new Set<NodeId>();
  const open = [...ir.nodes.keys()].filter((id) => wanted(ir.nodes[id]!, id));
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(before[id] ?? []).filter((b) => !bars(ir.nodes[b]!, b)));
  }
  return found;
}

/**
 * For each node the first one that all paths from it to an end of the function have in common; undefined where there is none but the end itself,
 * or no way to an end (Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm, on the reversed graph).
 */
export function postDominators(ir: FunctionIR): (NodeId | undefined)[] {
  const end = ir.nodes.length;
  // The reversed graph, from a virtual end.
  const before = predecessors(ir);
  before.push([...ir.nodes.keys()].filter((id) => successors(ir.nodes[id]!).length === 0));
  const order = reversePostOrderOf(end, (id) => before[id] ?? []);
  const rank = new Array<number>(end + 1).fill(-1);
  order.forEach((id, i) => (rank[id] = i));
  const dominator = new Array<NodeId>(end + 1).fill(-1);
  dominator[end] = end;
  const meet = (a: NodeId, b: NodeId): NodeId => {
    while (a !== b) {
      while (rank[a]! > rank[b]!) a = dominator[a]!;
      while (rank[b]! > rank[a]!) b = dominator[b]!;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const id of order) {
      if (id === end) continue;
      const after = successors(ir.nodes[id]!);
      let found = after.length === 0 ? end : -1;
      for (const next of after) if (dominator[next] !== -1) found = found === -1 ? next : meet(found, next);
      if (found !== -1 && dominator[id] !== found) {
        dominator[id] = found;
        changed = true;
      }
    }
  }
  return ir.nodes.map((_, id) => (dominator[id] === -1 || dominator[id] === end ? undefined : dominator[id]));
}

/** Nodes that can be reached from themselves (Kosaraju: strongly connected components of more than one node, and edges to oneself). */
export function nodesOnCycles(ir: FunctionIR): Set<NodeId> {
  const order = reversePostOrder(ir);
  const before = predecessors(ir);
  const component = new Map<NodeId, NodeId[]>();
  const unseen = new Set(order);
  for (const root of order) {
    if (!unseen.delete(root)) continue;
    const members: NodeId[] = [];
    const open = [root];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      members.push(id);
      component.set(id, members);
      for (const p of before[id] ?? []) if (unseen.delete(p)) open.push(p);
    }
  }
  return new Set(order.filter((id) => component.get(id)!.length > 1 || successors(ir.nodes[id]!).includes(id)));
}

/** The targets of edges that lead back to a node from which they were reached: loop heads. */
export function loopHeads(ir: FunctionIR): Set<NodeId> {
  const position = new Map<NodeId, number>();
  for (const [index, id] of reversePostOrder(ir).entries()) position.set(id, index);
  const heads = new Set<NodeId>();
  for (const [id, index] of position) for (const next of successorsOf(ir, id)) if ((position.get(next) ?? 0) <= index) heads.add(next);
  return heads;
}

/** The C text of an expression, in one spelling. */
export function formatExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'name':
      return expr.name;
    case 'number':
    case 'string':
      return expr.text;
    case 'field':
      return `${operand(expr.base)}${expr.arrow ? '->' : '.'}${expr.field}`;
    case 'deref':
      return `*${operand(expr.operand)}`;
    case 'address':
      return `&${operand(expr.operand)}`;
    case 'index':
      return `${operand(expr.base)}[${formatExpr(expr.index)}]`;
    case 'unary':
      return `${expr.op}${operand(expr.operand)}`;
    case 'binary':
      return `${operand(expr.left)} ${expr.op} ${operand(expr.right)}`;
    case 'initializer':
      return `{ ${expr.entries.map((entry) => designator(entry.field) + formatExpr(entry.value)).join(', ')} }`;
    case 'opaque':
      return `\`${expr.text.replace(/\s+/g, ' ')}\``;
  }
}

function designator(field: string | undefined): string {
  if (field === undefined) return '';
  return `${field.startsWith('[') ? '' : '.'}${field} = `;
}

function operand(expr: Expr): string {
  const isSimple = expr.kind !== 'binary' && expr.kind !== 'deref' && expr.kind !== 'address' && expr.kind !== 'unary';
  return isSimple ? formatExpr(expr) : `(${formatExpr(expr)})`;
}

/** One node as text, without its number. */
function formatNode(node: IrNode): string {
  switch (node.kind) {
    case 'assign':
      return `${node.declares ? 'let ' : ''}${formatExpr(node.target)} = ${formatExpr(node.value)}`;
    case 'call': {
      const callee = node.callee ?? `(*${node.through ? formatExpr(node.through) : '?'})`;
      return `${node.result === undefined ? '' : `${node.result} = `}${callee}(${node.args.map(formatExpr).join(', ')})`;
    }
    case 'branch':
      return `if ${formatExpr(node.condition)} -> ${node.whenTrue} else ${node.whenFalse}`;
    case 'choice':
      return `choice${node.macro === undefined ? '' : ` ${node.macro}(${node.args.map(formatExpr).join(', ')})`} -> ${node.targets.join(' | ')}`;
    case 'return':
      return node.value ? `return ${formatExpr(node.value)}` : 'return';
    case 'declare':
      return `let ${node.name}`;
    case 'nop':
      return node.label === undefined ? 'nop' : `${node.label}:`;
    case 'stop':
      return 'stop';
    case 'unknown':
      return `unknown \`${node.text.replace(/\s+/g, ' ')}\``;
  }
}

/** The whole function as text, for tests and for looking at it; with the file's text, line numbers are shown too. */
export function formatIr(ir: FunctionIR, text?: string): string {
  const params = ir.params.map((param) => `${param.name}: ${param.type}`).join(', ');
  const lines = [`${ir.name}(${params}): ${ir.returnType}${ir.incomplete ? ' incomplete' : ''}`];
  const lineOf = text === undefined ? undefined : lineNumbers(text);
  for (const [id, node] of ir.nodes.entries()) {
    const next = 'next' in node && node.next !== id + 1 ? ` -> ${node.next}` : '';
    const place = lineOf ? `${String(lineOf(node.span.start)).padStart(5)} ` : '';
    lines.push(`${place}${String(id).padStart(3)}  ${formatNode(node)}${next}`);
  }
  return lines.join('\n');
}

function successorsOf(ir: FunctionIR, id: NodeId): readonly NodeId[] {
  const node = ir.nodes[id];
  return node ? successors(node) : [];
}

function lineNumbers(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
