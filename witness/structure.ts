/**
 * Writes a graph as C. What a node dominates stands behind it or in its arms (Ramsey, "Beyond Relooper", 2022, with goto in place of labelled blocks);
 * where two ways meet elsewhere than at the end of an `if`, there is a goto, as there was in the user's code.
 */
import { reversePostOrderOf } from '../parser/cfg';
import type { NodeId } from '../parser/ir';
import { negated, successorsOf, type Condition, type Flow, type FlowNode } from './flow';

/** A statement of C, before it is laid out. */
export type Statement =
  | { readonly kind: 'line'; readonly text: string; readonly line: number | undefined }
  | { readonly kind: 'label'; readonly name: string }
  | { readonly kind: 'if'; readonly condition: Condition; readonly line: number | undefined; readonly then: readonly Statement[]; readonly else: readonly Statement[] }
  | { readonly kind: 'loop'; readonly condition: Condition | undefined; readonly line: number | undefined; readonly body: readonly Statement[] };

export function structure(flow: Flow): readonly Statement[] {
  const order = reversePostOrderOf(flow.entry, (id) => successorsOf(flow.nodes.get(id)));
  const rank = new Map(order.map((id, i) => [id, i]));
  const before = new Map<NodeId, NodeId[]>();
  for (const id of order) for (const next of new Set(successorsOf(flow.nodes.get(id)))) before.set(next, [...(before.get(next) ?? []), id]);
  const dominator = dominators(order, before);
  const dominates = (a: NodeId, b: NodeId): boolean => {
    for (let at: NodeId | undefined = b; at !== undefined; at = at === flow.entry ? undefined : dominator.get(at)) if (at === a) return true;
    return false;
  };
  const isBack = (from: NodeId, to: NodeId): boolean => rank.get(to)! <= rank.get(from)!;
  const heads = new Set(order.filter((id) => (before.get(id) ?? []).some((p) => isBack(p, id))));
  const loops = new Map([...heads].map((head) => [head, loopOf(head)]));
  const forward = (id: NodeId): number => (before.get(id) ?? []).filter((p) => !isBack(p, id)).length;
  const isStop = (id: NodeId): boolean => isEnd(id) && (flow.nodes.get(id) as { readonly text: string }).text === 'path_ends();';
  const isEnd = (id: NodeId): boolean => flow.nodes.get(id)?.kind === 'end' && id !== flow.site;
  /** Nodes that stand on their own behind the node that dominates them. Ends are written wherever a way leads to them. */
  const isPlaced = (id: NodeId): boolean => !isStop(id) && (forward(id) > 1 || [...loops].some(([head, members]) => !members.has(id) && (before.get(id) ?? []).some((p) => members.has(p)) && head !== id));
  /** Where a placed node stands: behind its dominator, or behind the loop that this is in. */
  const owner = (id: NodeId): NodeId => {
    let at = dominator.get(id)!;
    for (const [head, members] of [...loops].sort((a, b) => a[1].size - b[1].size)) if (members.has(at) && !members.has(id)) at = head;
    return at;
  };
  const placedUnder = new Map<NodeId, NodeId[]>();
  for (const id of order) if (id !== flow.entry && isPlaced(id)) placedUnder.set(owner(id), [...(placedUnder.get(owner(id)) ?? []), id]);
  const names = new Map<NodeId, string>();
  const wanted = new Set<NodeId>();
  const nameOf = (id: NodeId): string => {
    let name = names.get(id);
    if (name === undefined) names.set(id, (name = flow.labels.get(id) ?? `out_${names.size}`));
    return name;
  };

  interface Surroundings {
    /** What comes behind the text under way. */
    readonly follow: NodeId | undefined;
    /** Loops around it, the innermost last: their heads, and what comes behind them. */
    readonly loops: readonly { readonly head: NodeId; readonly follow: NodeId | undefined; readonly isJoined: boolean }[];
  }

  const statements = tree(flow.entry, { follow: undefined, loops: [] });
  return withLabels(statements);

  function tree(id: NodeId, around: Surroundings): Statement[] {
    const members = loops.get(id);
    const placed = placedUnder.get(id) ?? [];
    const outside = members ? placed.filter((p) => !members.has(p)) : placed;
    const inside = members ? placed.filter((p) => members.has(p)) : [];
    const result: Statement[] = [{ kind: 'label', name: `#${id}` }];
    if (members && flow.labels.get(id) === undefined) {
      const behind = outside[0] ?? around.follow;
      const node = flow.nodes.get(id)!;
      const inner: Surroundings = { follow: id, loops: [...around.loops, { head: id, follow: behind, isJoined: true }] };
      if (node.kind === 'branch' && members.has(node.then) !== members.has(node.else) && exitOf(node, members) === behind && inside.length === 0) {
        const isThen = members.has(node.then);
        result.push({ kind: 'loop', condition: isThen ? node.condition : negated(node.condition), line: node.line, body: branch(id, isThen ? node.then : node.else, inner) });
      } else {
        result.push({ kind: 'loop', condition: undefined, line: undefined, body: sequence(id, inside, inner) });
      }
      result.push(...placeAll(outside, around));
      return result;
    }
    const own = members ? [...inside, ...outside].sort((a, b) => rank.get(a)! - rank.get(b)!) : placed;
    result.push(...sequence(id, own, around));
    return result;
  }

  /** A node, and behind it those that stand on their own. */
  function sequence(id: NodeId, placed: readonly NodeId[], around: Surroundings): Statement[] {
    const own = within(id, { ...around, follow: placed[0] ?? around.follow });
    // Where every way has returned, nothing comes to the end.
    return [...own, ...placeAll(leaves(own) && placed.length === 1 && isEnd(placed[0]!) ? [] : placed, around)];
  }

  function placeAll(placed: readonly NodeId[], around: Surroundings): Statement[] {
    return placed.flatMap((p, i) => tree(p, { ...around, follow: placed[i + 1] ?? around.follow }));
  }

  function within(id: NodeId, around: Surroundings): Statement[] {
    const node = flow.nodes.get(id)!;
    const site: Statement[] = id === flow.site ? [{ kind: 'label', name: 'site' }] : [];
    switch (node.kind) {
      case 'end': return [...site, { kind: 'line', text: node.text, line: node.line }];
      case 'statement': return [...site, ...(node.text === '' ? [] : [{ kind: 'line' as const, text: node.text, line: node.line }]), ...branch(id, node.next, around)];
      case 'branch': return [...site, ...choice(node, branch(id, node.then, around), branch(id, node.else, around))];
    }
  }

  function choice(node: Extract<FlowNode, { kind: 'branch' }>, then: readonly Statement[], otherwise: readonly Statement[]): Statement[] {
    if (isEmpty(then) && isEmpty(otherwise)) return [];
    const make = (condition: Condition, a: readonly Statement[], b: readonly Statement[]): Statement => ({ kind: 'if', condition, line: node.line, then: a, else: b });
    // Who leaves needs no else behind it; of two that leave, the shorter one goes first.
    const [isThen, isElse] = [leaves(then), leaves(otherwise)];
    if (isThen && (!isElse || size(then) <= size(otherwise))) return [make(node.condition, then, []), ...otherwise];
    if (isElse) return [make(negated(node.condition), otherwise, []), ...then];
    if (isEmpty(then)) return [make(negated(node.condition), otherwise, [])];
    return [make(node.condition, then, otherwise)];
  }

  function branch(from: NodeId, to: NodeId, around: Surroundings): Statement[] {
    const inner = around.loops[around.loops.length - 1];
    if (to === around.follow) return [];
    if (isEnd(to) && inner?.follow !== to) return within(to, around);
    if (isBack(from, to)) {
      if (inner?.head === to) return [{ kind: 'line', text: 'continue;', line: undefined }];
      wanted.add(to);
      return [{ kind: 'line', text: `goto ${nameOf(to)};`, line: undefined }];
    }
    if (isPlaced(to) || !dominates(from, to)) {
      if (inner && inner.follow === to) return [{ kind: 'line', text: 'break;', line: undefined }];
      wanted.add(to);
      return [{ kind: 'line', text: `goto ${nameOf(to)};`, line: undefined }];
    }
    return tree(to, around);
  }

  function exitOf(node: Extract<FlowNode, { kind: 'branch' }>, members: ReadonlySet<NodeId>): NodeId {
    return members.has(node.then) ? node.else : node.then;
  }

  function loopOf(head: NodeId): ReadonlySet<NodeId> {
    const members = new Set([head]);
    const open = (before.get(head) ?? []).filter((p) => isBack(p, head));
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (members.has(id)) continue;
      members.add(id);
      open.push(...(before.get(id) ?? []));
    }
    return members;
  }

  /** Marks of places become labels where a goto leads to them, and go away elsewhere. */
  function withLabels(list: readonly Statement[]): Statement[] {
    return list.flatMap((s): Statement[] => {
      if (s.kind === 'label' && s.name.startsWith('#')) {
        const id = Number(s.name.slice(1));
        return wanted.has(id) ? [{ kind: 'label', name: nameOf(id) }] : [];
      }
      if (s.kind === 'if') return [{ ...s, then: withLabels(s.then), else: withLabels(s.else) }];
      if (s.kind === 'loop') return [{ ...s, body: withLabels(s.body) }];
      return [s];
    });
  }
}

const isMark = (s: Statement): boolean => s.kind === 'label' && s.name.startsWith('#');
const isEmpty = (list: readonly Statement[]): boolean => list.every(isMark);

function size(list: readonly Statement[]): number {
  return list.reduce((all, s) => all + (s.kind === 'if' ? 1 + size(s.then) + size(s.else) : s.kind === 'loop' ? 1 + size(s.body) : 1), 0);
}

/** Does control never come out at the end of it? */
function leaves(list: readonly Statement[]): boolean {
  const last = [...list].reverse().find((s) => !isMark(s));
  if (!last) return false;
  if (last.kind === 'line') return /^(?:return\b|goto |break;|continue;|path_ends\(\);)/.test(last.text);
  if (last.kind === 'if') return last.else.length > 0 && leaves(last.then) && leaves(last.else);
  return false;
}

/** Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm. */
function dominators(order: readonly NodeId[], before: ReadonlyMap<NodeId, readonly NodeId[]>): ReadonlyMap<NodeId, NodeId> {
  const rank = new Map(order.map((id, i) => [id, i]));
  const found = new Map<NodeId, NodeId>([[order[0]!, order[0]!]]);
  const meet = (first: NodeId, second: NodeId): NodeId => {
    let [a, b] = [first, second];
    while (a !== b) {
      while (rank.get(a)! > rank.get(b)!) a = found.get(a)!;
      while (rank.get(b)! > rank.get(a)!) b = found.get(b)!;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const id of order.slice(1)) {
      const known = (before.get(id) ?? []).filter((p) => found.has(p));
      const next = known.reduce<NodeId | undefined>((all, p) => (all === undefined ? p : meet(all, p)), undefined);
      if (next !== undefined && found.get(id) !== next) {
        found.set(id, next);
        changed = true;
      }
    }
  }
  return found;
}
