/** Answers what is known at the places of functions, and keeps the answers until a function on which they rest changes. */
import type { Effect, Level } from '../../kernel/types';
import type { IrNode, NodeId } from '../../parser/ir';
import type { FunctionRef, Tree, TreeChanges } from '../call-graph/tree';
import type { Frame } from '../dataflow/frame';
import { quote } from '../dataflow/frame';
import type { Value } from '../dataflow/value';
import type { Needs } from './bodies';
import { createBodies } from './bodies';
import type { FactsAt } from './boundaries';
import { boundariesOf, usesOf } from './boundaries';
import { Collected, lockName, nothing } from './collect';
import type { Boundary, CallSite, EntryFacts, FunctionFacts, ReadFact, SnapshotUse, Spot, SpotFacts } from './facts';
import type { PathState } from './path-state';
import type { Limits, Walked } from './walk';

export interface Spots {
  /**
   * Facts of a function. Yields while it is walked for the first time; when it is left meanwhile, whoever asks next goes on from there.
   */
  of(ref: FunctionRef): Generator<undefined, FunctionFacts>;
  /** Are they known already? */
  has(ref: FunctionRef): boolean;
  /** What callers hold when they call it; yields between callers. */
  entryOf(ref: FunctionRef): Generator<undefined, EntryFacts>;
  /** Drops what the changes have made untrue. */
  forget(changes: TreeChanges): void;
}

const limits: Limits = { steps: 16_000, alike: 5, configurations: 16, forCallers: false };
/** Beyond so many callers nothing is said of them. */
const maxCallers = 60;

/** Spans are relative to the function. */
interface Known {
  readonly spots: readonly Spot[];
  readonly reads: readonly ReadFact[];
  readonly boundaries: readonly Boundary[];
  readonly uses: readonly SnapshotUse[];
  readonly needs: Needs;
}

/** A walk that has not come to its end. */
interface UnderWay {
  readonly steps: Generator<undefined, Known>;
  /** What it has asked so far, in the function and in the helpers that it is in. */
  readonly needs: readonly Needs[];
}

export function createSpots(tree: Tree, log: (line: string) => void): Spots {
  const known = new Map<FunctionRef, Known>();
  const underWay = new Map<FunctionRef, UnderWay>();
  const bodies = createBodies(tree, log);

  /** Driven by hand: whoever asks may go away, and leaves the walk where it is. */
  function* knownOf(ref: FunctionRef): Generator<undefined, Known> {
    for (;;) {
      const ready = known.get(ref);
      if (ready) return ready;
      let walk = underWay.get(ref);
      if (!walk) underWay.set(ref, (walk = begin(ref)));
      const next = walk.steps.next();
      if (next.done) {
        underWay.delete(ref);
        known.set(ref, next.value);
        return next.value;
      }
      yield;
    }
  }

  function begin(ref: FunctionRef): UnderWay {
    const needs: Needs[] = [];
    return { steps: walked(ref, needs), needs };
  }

  function* walked(ref: FunctionRef, open: Needs[]): Generator<undefined, Known> {
    const { frame, needs } = bodies.enter(ref, open);
    yield;
    const collected = new Map<NodeId, Collected>();
    const names = lockNames(frame);
    const nameOf = (lock: Value, p: PathState): string => lockName(lock, p) ?? names.get(lock.kind === 'lock' ? lock.id : '') ?? '';
    const levels = frame.ir.nodes.map((_, id) => levelRead(frame.shapeAt(id)?.effect));
    const after = new Map<NodeId, Collected>();
    const collect = (into: Map<NodeId, Collected>, node: NodeId, p: PathState): void => {
      let here = into.get(node);
      if (!here) into.set(node, (here = new Collected()));
      here.add(p, nameOf, levels[node]);
    };
    const session = { open, pace: { executed: 0 } };
    const done = yield* bodies.follow([ref], frame, needs, session, limits, { before: (node, p) => collect(collected, node, p), afterCall: (node, p) => collect(after, node, p) });
    return { ...(done && !done.truncated ? told(frame, done, collected, after, levels) : untold), needs };
  }

  return {
    *of(ref) {
      const { spots, reads, boundaries, uses } = yield* knownOf(ref);
      return { function: ref.name, start: ref.start, length: ref.text.length, bodyStart: ref.outline.bodyStart - ref.outline.span.start, spots, reads, boundaries, uses };
    },
    *entryOf(ref) {
      const callSites: CallSite[] = [];
      const callers = tree.callersOf(ref);
      for (const caller of callers.length > maxCallers ? [] : callers) {
        yield;
        for (const spot of callsIn((yield* knownOf(caller)).spots, caller, ref)) {
          const span = { start: caller.start + spot.span.start, end: caller.start + spot.span.end };
          callSites.push({ file: caller.file, function: caller.name, span, ptl: ptlAt(spot), locks: spot.locks });
        }
      }
      return {
        function: ref.name, file: ref.file, start: ref.start,
        annotated: tree.lower(ref).annotations.filter((a) => a.kind === 'must_hold' || a.kind === 'releases').map((a) => a.lock),
        callSites, isCallback: tree.usersOf(ref).length > 0,
      };
    },
    has: (ref) => known.has(ref),
    forget(changes) {
      const isStale = bodies.forget(changes);
      for (const [ref, { needs }] of known) if (isStale(needs)) known.delete(ref);
      for (const [ref, { needs }] of underWay) if (needs.some(isStale)) underWay.delete(ref);
    },
  };

  /** The calls of `ref` in what is known of a caller; where nothing is known, the calls as such. */
  function callsIn(spots: readonly Spot[], caller: FunctionRef, ref: FunctionRef): readonly Spot[] {
    const seen = spots.filter((spot) => spot.callee === ref.name);
    if (seen.length > 0) return seen;
    return tree.lower(caller).nodes.flatMap((node): Spot[] => (node.kind === 'call' && node.callee === ref.name ? [{ ...nothing, span: node.span, kind: 'call', callee: ref.name }] : []));
  }
}

/** The level of the entry that a primitive reads from a page table. */
function levelRead(effect: Effect | undefined): Level | undefined {
  return effect?.op === 'read' || effect?.op === 'test-slot' ? effect.level : undefined;
}

const untold = { spots: [], reads: [], boundaries: [], uses: [] };

/** What was collected, put into words that need no graph. */
function told(frame: Frame, { notCallers }: Walked, collected: ReadonlyMap<NodeId, Collected>, after: ReadonlyMap<NodeId, Collected>, levels: readonly (Level | undefined)[]): Omit<Known, 'needs'> {
  const { nodes } = frame.ir;
  const facts = nodes.map((_, id) => collected.get(id)?.facts(frame, notCallers));
  const before: FactsAt = (node) => facts[node];
  const spots = nodes.flatMap((node, id): Spot[] => {
    const here = facts[id];
    return here ? [{ ...here, span: node.span, kind: kindOf(node), callee: node.kind === 'call' ? node.callee : undefined }] : [];
  });
  const reads = nodes.flatMap((node, id): ReadFact[] => {
    const level = levels[id];
    const locked = level && collected.get(id)?.isLocked(level, notCallers);
    return locked === undefined || node.kind !== 'call' || node.callee === undefined ? [] : [{ span: node.span, callee: node.callee, locked }];
  });
  return { spots, reads, boundaries: boundariesOf(frame, before, (node) => after.get(node)?.facts(frame, notCallers)), uses: usesOf(frame, before) };
}

function ptlAt(spot: SpotFacts): CallSite['ptl'] {
  if (spot.noPtl) return 'not held';
  return spot.locks.some((l) => l.lock === 'page-table lock' && l.on === 'every path' && !l.ifTaken) ? 'held' : 'unknown';
}

function kindOf(node: IrNode): Spot['kind'] {
  return node.kind === 'call' || node.kind === 'branch' || node.kind === 'assign' || node.kind === 'return' ? node.kind : 'other';
}

/** How locks are written where they are taken or looked up: by what the path calls them. */
function lockNames(frame: Frame): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  frame.ir.nodes.forEach((node, id) => {
    const effect = node.kind === 'call' ? frame.shapeAt(id)?.effect : undefined;
    if (node.kind !== 'call' || !effect) return;
    if (effect.op === 'walk-step') names.set(frame.nodeNames[id]!, `${quote(frame, node.args[0]!.span).replace(/^&(.*)$/, '$1.')}ptl`.replace(/^(\w+)ptl$/, '$1->ptl'));
    if (effect.op !== 'acquire' && effect.op !== 'lock-pointer') return;
    const source = effect.lock;
    if (source.from === 'out') names.set(frame.nodeNames[id]!, quote(frame, node.args[source.index < 0 ? node.args.length + source.index : source.index]!.span).replace(/^&/, ''));
    if (source.from === 'field') names.set(frame.nodeNames[id]!, `${quote(frame, node.args[source.index]!.span).replace(/^&(.*)$/, '$1.')}${source.field}`);
    if (source.from === 'result') {
      const user = frame.ir.nodes.find((n) => n.kind === 'assign' && n.value.kind === 'name' && n.value.name === node.result);
      if (user?.kind === 'assign') names.set(frame.nodeNames[id]!, quote(frame, user.target.span));
    }
  });
  return names;
}
