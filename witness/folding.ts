/** Calls whose text stands where their result is used. */
import { predecessors, successors } from '../parser/cfg';
import type { Expr, FunctionIR, IrNode, NodeId } from '../parser/ir';

/** Calls whose only use follows at once: their text stands there. */
export function foldable(ir: FunctionIR): ReadonlyMap<string, NodeId> {
  const definitions = new Map<string, NodeId[]>();
  const uses = new Map<string, NodeId[]>();
  const before = predecessors(ir);
  for (const [id, node] of ir.nodes.entries()) {
    if (node.kind === 'call' && node.result !== undefined) definitions.set(node.result, [...(definitions.get(node.result) ?? []), id]);
    if (node.kind === 'assign' && node.target.kind === 'name') definitions.set(node.target.name, [...(definitions.get(node.target.name) ?? []), id]);
    for (const name of namesIn(node)) if (name.startsWith('$')) uses.set(name, [...(uses.get(name) ?? []), id]);
  }
  const found = new Map<string, NodeId>();
  for (const [name, ids] of definitions) {
    if (!name.startsWith('$') || ids.length !== 1) continue;
    const [def] = ids;
    const used = uses.get(name) ?? [];
    if (used.length !== 1 || ir.nodes[def!]?.kind !== 'call') continue;
    let at = def!;
    let ok = false;
    for (let i = 0; i < 24; i++) {
      const node = ir.nodes[at]!;
      if (at !== def && node.kind !== 'call' && !(node.kind === 'nop' && node.label === undefined)) break;
      const [next] = successors(node);
      if (next === undefined || node.kind === 'branch') break;
      at = next;
      if (before[at]!.length > 1) break;
      if (at === used[0]) {
        ok = true;
        break;
      }
    }
    if (ok) found.set(name, def!);
  }
  return found;
}

function namesIn(node: IrNode): string[] {
  const names: string[] = [];
  const visit = (expr: Expr): void => {
    if (expr.kind === 'name') names.push(expr.name);
    if (expr.kind === 'field') visit(expr.base);
    if (expr.kind === 'deref' || expr.kind === 'address' || expr.kind === 'unary') visit(expr.operand);
    if (expr.kind === 'index') [expr.base, expr.index].forEach(visit);
    if (expr.kind === 'binary') [expr.left, expr.right].forEach(visit);
    if (expr.kind === 'initializer') expr.entries.forEach((e) => visit(e.value));
  };
  if (node.kind === 'assign') {
    visit(node.value);
    if (node.target.kind !== 'name') visit(node.target);
  }
  if (node.kind === 'call') node.args.forEach(visit);
  if (node.kind === 'branch') visit(node.condition);
  if (node.kind === 'return' && node.value) visit(node.value);
  if (node.kind === 'choice') node.args.forEach(visit);
  return names;
}
