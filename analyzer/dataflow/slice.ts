/**
 * Leaves out what a question does not depend on (Weiser: Program Slicing): a branch whose arms do nothing that counts, and change no variable that
 * decides anything that counts, is stepped over. What is left behaves the same in what is asked, on far fewer paths.
 */
import { postDominators, reachableFrom, successors } from '../../parser/cfg';
import type { Expr, FunctionIR, IrNode, NodeId } from '../../parser/ir';

/**
 * `counts`: what the node does is asked for. Ends of the function always count, and the value it returns. `bare`: calls and assignments that nothing
 * of that depends on go as well.
 */
export function slice(ir: FunctionIR, counts: (node: IrNode, id: NodeId) => boolean, bare = false): FunctionIR {
  const counting = new Set<NodeId>();
  ir.nodes.forEach((node, id) => {
    if (node.kind === 'return' || node.kind === 'stop' || node.kind === 'unknown' || counts(node, id)) counting.add(id);
  });
  const after = postDominators(ir);
  const forks = [...ir.nodes.keys()].filter((id) => successors(ir.nodes[id]!).length > 1);
  const regions = new Map(forks.flatMap((id) => (after[id] === undefined ? [] : [[id, between(ir, id, after[id])] as const])));
  const uses = ir.nodes.map(usesOf);
  const defines = ir.nodes.map(definitionsOf);
  const needed = new Set<string>();
  for (const id of counting) for (const name of uses[id]!) needed.add(name);
  const open = new Set(forks);
  for (let changed = true; changed; ) {
    changed = false;
    const need = (id: NodeId): void => {
      for (const name of uses[id]!) {
        if (!needed.has(name)) {
          needed.add(name);
          changed = true;
        }
      }
    };
    ir.nodes.forEach((_, id) => {
      if (defines[id]!.some((name) => needed.has(name))) need(id);
    });
    for (const id of open) {
      const region = regions.get(id);
      if (region?.every((n) => (!counting.has(n) || n === id) && (n === id || !defines[n]!.some((name) => needed.has(name)))) && !counting.has(id)) continue;
      open.delete(id);
      changed = true;
      need(id);
    }
  }
  if (open.size === 0 && !bare) return ir;
  const isIdle = (node: IrNode, id: NodeId): node is Extract<IrNode, { next: NodeId }> => bare && (node.kind === 'call' || node.kind === 'assign') && !counting.has(id) && !defines[id]!.some((name) => needed.has(name));
  const skip = (node: IrNode, next: NodeId): IrNode => ({ kind: 'nop', label: undefined, next, span: node.span });
  const cut = { ...ir, nodes: ir.nodes.map((node, id) => (open.has(id) ? skip(node, after[id]!) : isIdle(node, id) ? skip(node, node.next) : node)) };
  if (!bare) return cut;
  // What cannot be reached any more makes no joins.
  const reached = reachableFrom(cut, cut.entry);
  return { ...cut, nodes: cut.nodes.map((node, id): IrNode => (reached.has(id) ? node : { kind: 'stop', span: node.span })) };
}

/** Nodes on the ways from a fork to where they meet again, the fork included. */
function between(ir: FunctionIR, fork: NodeId, end: NodeId): NodeId[] {
  const seen = new Set<NodeId>([fork]);
  const open = [...successors(ir.nodes[fork]!)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === end || seen.has(id)) continue;
    seen.add(id);
    open.push(...successors(ir.nodes[id]!));
  }
  return [...seen];
}

/** Names of variables and, with a dot, of fields. */
function usesOf(node: IrNode): string[] {
  const out: string[] = [];
  switch (node.kind) {
    case 'assign':
      collect(node.value, out);
      if (node.target.kind !== 'name') collect(node.target, out);
      break;
    case 'call':
      for (const arg of node.args) collect(arg, out);
      if (node.through) collect(node.through, out);
      break;
    case 'branch': collect(node.condition, out); break;
    case 'choice': for (const arg of node.args) collect(arg, out); break;
    case 'return': if (node.value) collect(node.value, out); break;
    case 'declare': case 'nop': case 'stop': case 'unknown': break;
  }
  return out;
}

function definitionsOf(node: IrNode): string[] {
  switch (node.kind) {
    case 'assign': return targetOf(node.target);
    case 'call': return [...(node.result ? [node.result] : []), ...node.args.flatMap((arg) => (arg.kind === 'address' ? targetOf(arg.operand) : []))];
    case 'choice': return node.args.flatMap((arg) => (arg.kind === 'name' ? [arg.name] : []));
    case 'declare': return [node.name];
    case 'branch': case 'return': case 'nop': case 'stop': case 'unknown': return [];
  }
}

function targetOf(expr: Expr): string[] {
  switch (expr.kind) {
    case 'name': return [expr.name];
    case 'field': return [`.${expr.field}`, ...(expr.arrow ? [] : targetOf(expr.base))];
    case 'index': return targetOf(expr.base);
    case 'deref': return ['*'];
    default: return [];
  }
}

function collect(e: Expr, out: string[]): void {
  switch (e.kind) {
    case 'name': out.push(e.name); break;
    case 'field':
      out.push(`.${e.field}`);
      collect(e.base, out);
      break;
    case 'deref':
      out.push('*');
      collect(e.operand, out);
      break;
    case 'unary': case 'address': collect(e.operand, out); break;
    case 'index':
      collect(e.base, out);
      collect(e.index, out);
      break;
    case 'binary':
      collect(e.left, out);
      collect(e.right, out);
      break;
    case 'initializer':
      for (const entry of e.entries) {
        if (entry.field !== undefined) out.push(`.${entry.field}`);
        collect(entry.value, out);
      }
      break;
    case 'number': case 'string': case 'opaque': break;
  }
}
