/** What a function's ways to return mean to its caller: which say the same, which facts it can use, which answers it gets. */
import { predecessors, successors } from '../../parser/cfg';
import type { Expr, FunctionIR, NodeId } from '../../parser/ir';
import type { Guard } from './entries';
import type { State } from './state';
import { visibleKey } from './state';
import type { Outcome } from './summary';
import type { Value } from './value';

/**
 * A caller sees the value, the memory and the locks that a function leaves. Where two paths leave the same, and one of them confirmed less
 * under weaker conditions, the other adds nothing: whatever can go wrong after it can go wrong after the first.
 */
export function withoutSubsumed(outcomes: readonly Outcome[]): Outcome[] {
  const rank = { no: 0, 'if-held': 1, yes: 2 } as const;
  const visible = outcomes.map((o) => `${o.value?.key ?? ''}|${visibleKey(o.state)}`);
  const within = <T>(small: ReadonlyMap<string, T>, large: ReadonlyMap<string, T>): boolean => [...small.keys()].every((k) => large.has(k));
  const weaker = (a: Outcome, b: Outcome): boolean =>
    rank[a.state.confirmedAll] <= rank[b.state.confirmedAll] && within(a.state.confirmed, b.state.confirmed)
    && [...a.state.facts].every(([key, f]) => {
      const g = b.state.facts.get(key);
      return g !== undefined && f.low <= g.low && f.high >= g.high && f.not.every((n) => g.not.includes(n) || n < g.low || n > g.high);
    });
  return outcomes.filter((o, i) => !outcomes.some((other, j) => i !== j && visible[i] === visible[j] && weaker(other, o) && (j < i || !weaker(o, other))));
}

export const noGuards: ReadonlySet<Guard> = new Set();

/** Guards whose answer a function gives its caller: what it returns when it found protected memory is returned in no other case. */
export function toldGuards(outcomes: readonly Outcome[]): ReadonlySet<Guard> {
  return new Set((['wp', 'flag'] as const).filter((guard) => {
    const values = (found: boolean): string[] => outcomes.filter((o) => (o.state.entries?.violated.has(guard) ?? false) === found).map((o) => o.value?.key ?? '');
    const bad = new Set(values(true));
    return bad.size > 0 && values(false).every((v) => !bad.has(v));
  }));
}

/** Values of the caller's that were compared with the entry. */
export const comparedWith = (s: State): Value[] => [...s.confirmed.values()].map((c) => c.value).filter((v) => v.kind === 'param' || v.kind === 'load');

/** Facts about what the caller passed in, and tests of entries that are still open. */
export function factConcernsCaller(value: Value, open: readonly Value[]): boolean {
  switch (value.kind) {
    case 'param': case 'load': return true;
    case 'number': case 'name': return true;
    case 'address': return value.place.kind === 'memory';
    case 'test': return factConcernsCaller(value.of, open);
    case 'read': return open.some((r) => r.key === value.key);
    case 'same': return factConcernsCaller(value.left, open) && factConcernsCaller(value.right, open);
    case 'flag': return factConcernsCaller(value.of, open);
    case 'operation': return value.operands.every((o) => factConcernsCaller(o, open));
    case 'symbol': case 'lock': return false;
  }
}

/** The variables that a function returns. */
export const returnedNames = (ir: FunctionIR): ReadonlySet<string> => new Set(ir.nodes.flatMap((n) => (n.kind === 'return' && n.value?.kind === 'name' ? [n.value.name] : [])));

/** What a function remembers (`found = true`, `count++`) and asks right before it returns, or before it gives the returned variable its value. */
export function decidingNames(ir: FunctionIR): ReadonlySet<string> {
  const { nodes } = ir;
  const returned = returnedNames(ir);
  const before = predecessors(ir);
  const open = nodes.flatMap((n, id) => (n.kind === 'return' || (n.kind === 'assign' && n.target.kind === 'name' && returned.has(n.target.name)) ? before[id]! : []));
  const names = new Set<string>();
  const seen = new Set<NodeId>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const node = nodes[id]!;
    const asked = node.kind === 'branch' ? askedName(node.condition) : undefined;
    if (asked !== undefined && !isMemo(ir, asked)) continue;
    if (asked !== undefined) names.add(asked);
    if (asked !== undefined || successors(node).length === 1) open.push(...before[id]!);
  }
  return names;
}

/** The variable in `found`, `count < 8`. */
function askedName(condition: Expr): string | undefined {
  if (condition.kind === 'name') return condition.name;
  return condition.kind === 'binary' && condition.left.kind === 'name' && (condition.right.kind === 'number' || condition.right.kind === 'name') ? condition.left.name : undefined;
}

/** Is the variable set to constants and counted, and nothing else? */
function isMemo(ir: FunctionIR, name: string): boolean {
  let isSet = false;
  for (const node of ir.nodes) {
    if (node.kind === 'call' && node.result === name) return false;
    if (node.kind !== 'assign' || node.target.kind !== 'name' || node.target.name !== name) continue;
    const { value } = node;
    if (value.kind !== 'number' && value.kind !== 'name' && !(value.kind === 'binary' && value.left.kind === 'name' && value.left.name === name && value.right.kind === 'number')) return false;
    isSet = true;
  }
  return isSet;
}
