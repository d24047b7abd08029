/** Finds the places of a function where its page-table locks change, and the entry values that it tests. */
import type { NodeId } from '../../parser/ir';
import { formatExpr, predecessors } from '../../parser/cfg';
import type { Frame } from '../dataflow/frame';
import { quote } from '../dataflow/frame';
import type { Boundary, LockFact, SnapshotUse, SpotFacts } from './facts';
import { pageTable } from './path-state';

/** What is known before a node, or after a call; undefined where no path leads. */
export type FactsAt = (node: NodeId) => SpotFacts | undefined;

/** Calls that take or drop a lock, arms of branches on which it is known at last, and places where only some paths hold one. */
export function boundariesOf(frame: Frame, before: FactsAt, afterCall: FactsAt): Boundary[] {
  const { nodes } = frame.ir;
  const into = predecessors(frame.ir);
  const found: Boundary[] = [];
  nodes.forEach((node, id) => {
    const here = before(id);
    if (!here) return;
    if (node.kind === 'call') {
      const after = afterCall(id);
      if (after && change(here, after)) found.push({ span: node.span, side: 'after', lock: change(here, after)!.lock, tested: isTested(frame, node.result) });
      return;
    }
    if (node.kind !== 'branch') return;
    for (const arm of [node.whenTrue, node.whenFalse]) {
      // Where other paths come in, it is not this branch that makes the difference.
      const first = firstOf(frame, arm, (on) => into[on]!.length > 1);
      if (first === undefined || dropsLock(frame, first)) continue;
      const there = before(first);
      const news = there && change(here, there);
      if (news) found.push({ span: nodes[first]!.span, side: 'before', lock: news.lock, tested: false });
    }
  });
  nodes.forEach((_, id) => {
    if (into[id]!.length < 2) return;
    const partly = before(id)?.locks.find((l) => l.lock === pageTable && l.on === 'some paths');
    const first = firstOf(frame, id, () => false);
    if (!partly || first === undefined || into[id]!.every((from) => heldAt(before(from), partly)?.on === 'some paths')) return;
    if (heldAt(before(first), partly)?.on === 'some paths') found.push({ span: nodes[first]!.span, side: 'before', lock: partly, tested: false });
  });
  return found.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

const heldAt = (facts: SpotFacts | undefined, lock: LockFact): LockFact | undefined => facts?.locks.find((l) => l.lock === pageTable && l.text === lock.text);

/** What is known of page-table locks `there` and not `here`. */
function change(here: SpotFacts, there: SpotFacts): { readonly lock: LockFact | undefined } | undefined {
  if (there.noPtl) return here.noPtl || !here.locks.some((l) => l.lock === pageTable) ? undefined : { lock: undefined };
  const lock = there.locks.find((l) => {
    if (l.lock !== pageTable || l.on !== 'every path') return false;
    const known = heldAt(here, l);
    // That an attempt has succeeded after all is what everybody expects.
    return known === undefined || known.on === 'some paths';
  });
  return lock && { lock };
}

/** That a lock is held where it is dropped goes without saying. */
function dropsLock(frame: Frame, node: NodeId): boolean {
  const op = frame.shapeAt(node)?.effect.op;
  return op === 'release' || op === 'spin-unlock' || op === 'double-unlock' || op === 'walk-done';
}

/** Does a branch ask whether the result of a call is zero, by itself or through the variable that it is put into? */
function isTested(frame: Frame, result: string | undefined): boolean {
  if (result === undefined) return false;
  const names = new Set([result, ...frame.ir.nodes.flatMap((n) => (n.kind === 'assign' && n.value.kind === 'name' && n.value.name === result ? [formatExpr(n.target)] : []))]);
  return frame.ir.nodes.some((n) => {
    if (n.kind !== 'branch') return false;
    const { condition } = n;
    return names.has(formatExpr(condition)) || (condition.kind === 'binary' && (condition.op === '==' || condition.op === '!=') && names.has(formatExpr(condition.left)));
  });
}

/** The first statement or condition from a node on. */
function firstOf(frame: Frame, from: NodeId, isEnd: (node: NodeId) => boolean): NodeId | undefined {
  let id = from;
  for (let steps = 0; steps < 8; steps++) {
    const node = frame.ir.nodes[id];
    if (!node || isEnd(id)) return undefined;
    if (node.kind !== 'nop') return node.kind === 'stop' || node.kind === 'unknown' ? undefined : id;
    id = node.next;
  }
  return undefined;
}

/** Variables with the value of an entry that tests ask about. */
export function usesOf(frame: Frame, before: FactsAt): SnapshotUse[] {
  const found: SnapshotUse[] = [];
  frame.ir.nodes.forEach((node, id) => {
    const effect = node.kind === 'call' ? frame.shapeAt(id)?.effect : undefined;
    const arg = node.kind === 'call' && effect?.op === 'test' ? node.args[effect.arg] : undefined;
    if (!arg) return;
    const fact = before(id)?.snapshots.find((s) => s.variable === quote(frame, arg.span));
    if (fact) found.push({ ...fact, span: arg.span });
  });
  return found.sort((a, b) => a.span.start - b.span.start);
}
