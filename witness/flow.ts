/** The graph of a function of the slice: statements and conditions as text. What the text does not need is not in it. */
import type { NodeId } from '../parser/ir';

/** A condition: calls and comparisons, joined. */
export type Condition =
  | { readonly kind: 'leaf'; readonly text: string; readonly isCompound: boolean }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition };

export type FlowNode =
  | { readonly kind: 'statement'; readonly text: string; readonly line: number | undefined; readonly next: NodeId }
  | { readonly kind: 'branch'; readonly condition: Condition; readonly line: number | undefined; readonly then: NodeId; readonly else: NodeId }
  /** `return x;` or `path_ends();`: nothing follows. */
  | { readonly kind: 'end'; readonly text: string; readonly line: number | undefined };

export interface Flow {
  readonly entry: NodeId;
  readonly nodes: ReadonlyMap<NodeId, FlowNode>;
  /** C labels of the user's code, and `site`. */
  readonly labels: ReadonlyMap<NodeId, string>;
  /** The node with the label `site`. */
  readonly site: NodeId | undefined;
}

export function successorsOf(node: FlowNode | undefined): readonly NodeId[] {
  if (!node || node.kind === 'end') return [];
  return node.kind === 'statement' ? [node.next] : [node.then, node.else];
}

export function negated(condition: Condition): Condition {
  if (condition.kind === 'not') return condition.of;
  if (condition.kind === 'leaf') {
    const comparison = /^([^=!<>&|]+) (==|!=|<|>|<=|>=) ([^=!<>&|]+)$/.exec(condition.text);
    const opposite: Readonly<Record<string, string>> = { '==': '!=', '!=': '==', '<': '>=', '>': '<=', '<=': '>', '>=': '<' };
    if (comparison) return { ...condition, text: `${comparison[1]} ${opposite[comparison[2]!]} ${comparison[3]}` };
    return { kind: 'not', of: condition };
  }
  return { kind: condition.kind === 'and' ? 'or' : 'and', left: negated(condition.left), right: negated(condition.right) };
}

export function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case 'leaf': return condition.text;
    case 'not': return condition.of.kind === 'leaf' && !condition.of.isCompound ? `!${condition.of.text}` : `!(${conditionText(condition.of)})`;
    case 'and': case 'or': {
      const op = condition.kind === 'and' ? '&&' : '||';
      const side = (c: Condition): string => (c.kind === 'and' || c.kind === 'or') && c.kind !== condition.kind ? `(${conditionText(c)})` : c.kind === 'leaf' && c.isCompound && / [&|] /.test(c.text) ? `(${c.text})` : conditionText(c);
      return `${side(condition.left)} ${op} ${side(condition.right)}`;
    }
  }
}

/** Joins branches that only decide together: `a && b`, `a || b`. */
export function joinConditions(flow: Flow): Flow {
  const nodes = new Map(flow.nodes);
  for (let changed = true; changed; ) {
    changed = false;
    const entries = new Map<NodeId, number>([[flow.entry, 1]]);
    for (const node of nodes.values()) for (const next of new Set(successorsOf(node))) entries.set(next, (entries.get(next) ?? 0) + 1);
    for (const [id, a] of nodes) {
      if (a.kind !== 'branch') continue;
      const joined = joinWith(a, a.then, true) ?? joinWith(a, a.else, false);
      if (!joined) continue;
      nodes.set(id, joined.node);
      nodes.delete(joined.gone);
      changed = true;
      break;
    }
    function joinWith(a: Extract<FlowNode, { kind: 'branch' }>, second: NodeId, isThen: boolean): { node: FlowNode; gone: NodeId } | undefined {
      const b = nodes.get(second);
      if (b?.kind !== 'branch' || entries.get(second) !== 1 || second === flow.site || flow.labels.has(second)) return undefined;
      const other = isThen ? a.else : a.then;
      const make = (kind: 'and' | 'or', left: Condition, right: Condition, then: NodeId, otherwise: NodeId): { node: FlowNode; gone: NodeId } => ({ node: { kind: 'branch', condition: { kind, left, right }, line: a.line, then, else: otherwise }, gone: second });
      if (isThen && b.else === other) return make('and', a.condition, b.condition, b.then, other);
      if (isThen && b.then === other) return make('and', a.condition, negated(b.condition), b.else, other);
      if (!isThen && b.then === other) return make('or', a.condition, b.condition, other, b.else);
      if (!isThen && b.else === other) return make('or', a.condition, negated(b.condition), other, b.then);
      return undefined;
    }
  }
  return { ...flow, nodes };
}
