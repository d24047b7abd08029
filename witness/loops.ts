/** Loops that a scenario goes through once. */
import { loopHeads, predecessors, reversePostOrder, successors } from '../parser/cfg';
import type { FunctionIR, NodeId } from '../parser/ir';
import { isAct } from './acts';
import type { Body, Making } from './parts';
import { newUses, type Terms } from './terms';

/**
 * Loops that only count, or go through a list that scenarios do not have, go round once: edges back to their heads lead out of them instead. What a loop
 * with a label of the user's does is left to its conditions.
 */
export function cutLoops(making: Making, body: Body, terms: Terms): ReadonlyMap<string, NodeId> {
  const { ir } = body;
  const cuts = new Map<string, NodeId>();
  const before = predecessors(ir);
  const position = new Map(reversePostOrder(ir).map((id, i) => [id, i]));
  for (const head of loopHeads(ir)) {
    const node = ir.nodes[head]!;
    const backs = before[head]!.filter((p) => position.get(p)! >= position.get(head)!);
    if (node.kind === 'nop' && node.label !== undefined) {
      if (making.keepsAfter) for (const from of backs) cutRetry(ir, from, head, before, terms, cuts);
      continue;
    }
    const members = new Set([head]);
    const open = [...backs];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (members.has(id)) continue;
      members.add(id);
      open.push(...before[id]!);
    }
    const exit = exitOf(ir, head, backs, members, terms, (id) => isAct(making, body, terms, id));
    if (exit !== undefined) for (const from of backs) cuts.set(`${from}>${head}`, exit);
  }
  return cuts;
}

/** `if (open condition) goto again;` is not taken. */
function cutRetry(ir: FunctionIR, from: NodeId, head: NodeId, before: readonly (readonly NodeId[])[], terms: Terms, cuts: Map<string, NodeId>): void {
  let [at, below] = [from, head];
  for (let i = 0; i < 8; i++) {
    const node = ir.nodes[at]!;
    if (node.kind === 'branch') {
      if (terms.condition(node.condition, newUses()) === undefined) cuts.set(`${at}>${below}`, node.whenTrue === below ? node.whenFalse : node.whenTrue);
      return;
    }
    if (before[at]!.length !== 1) return;
    below = at;
    at = before[at]![0]!;
  }
}

/** Where a loop that goes round once ends: the way out of its own condition, at the head or at the end. Undefined where the machine knows that condition. */
function exitOf(ir: FunctionIR, head: NodeId, backs: readonly NodeId[], members: ReadonlySet<NodeId>, terms: Terms, isSeen: (id: NodeId) => boolean): NodeId | undefined {
  /** The branch that a straight way from here comes to, on which nothing happens that others can see. */
  const conditionFrom = (start: NodeId): NodeId | undefined => {
    let at = start;
    for (let i = 0; i < 12; i++) {
      const node = ir.nodes[at]!;
      if (node.kind === 'branch' || node.kind === 'choice') return at;
      const [next] = successors(node);
      if (next === undefined || node.kind === 'return' || (node.kind === 'nop' && node.label !== undefined) || isSeen(at)) return undefined;
      at = next;
    }
    return undefined;
  };
  for (const id of [conditionFrom(head), ...backs]) {
    const node = id === undefined ? undefined : ir.nodes[id];
    if (node?.kind === 'choice') {
      const out = node.targets.find((t) => !members.has(t));
      if (out !== undefined && node.macro !== undefined) return out;
    }
    if (node?.kind !== 'branch' || members.has(node.whenTrue) === members.has(node.whenFalse)) continue;
    if (terms.condition(node.condition, newUses()) !== undefined) return undefined;
    return members.has(node.whenTrue) ? node.whenFalse : node.whenTrue;
  }
  return undefined;
}
