/** Answers what is known at the places of functions, and keeps the answers until a function on which they rest changes. */
import type { Effect, Level } from '../../kernel/types';
import type { IrNode, NodeId } from '../../parser/ir';
import type { FunctionRef, Tree } from '../call-graph/tree';
import type { Frame } from '../dataflow/frame';
import { createFrame, quote } from '../dataflow/frame';
import { declaredType } from '../dataflow/summaries';
import type { CallNode } from '../dataflow/transfer';
import type { Value } from '../dataflow/value';
import type { FactsAt } from './boundaries';
import { boundariesOf, usesOf } from './boundaries';
import type { Helper, Helpers } from './calls';
import { Collected, lockName, nothing } from './collect';
import type { Boundary, CallSite, EntryFacts, FunctionFacts, ReadFact, SnapshotUse, Spot, SpotFacts } from './facts';
import type { PathState } from './path-state';
import { createReach } from './reach';
import type { Limits, Observer, Walked } from './walk';
import { walk } from './walk';

export interface Spots {
  /** Facts of a function. Yields while it is walked for the first time. */
  of(ref: FunctionRef): Generator<undefined, FunctionFacts>;
  /** What callers hold when they call it; yields between callers. */
  entryOf(ref: FunctionRef): Generator<undefined, EntryFacts>;
  /** Drops what depends on functions with these names. */
  forget(names: ReadonlySet<string>): void;
}

const limits: Limits = { steps: 16_000, alike: 5, configurations: 16, forCallers: false };
const helperLimits: Limits = { steps: 4000, alike: 4, configurations: 12, forCallers: true };
/** Helpers of helpers of helpers are not looked at. */
const maxDepth = 3;
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

/** What an answer was made from: names of functions, and what was asked about the call graph. */
interface Needs {
  readonly names: Set<string>;
  readonly asked: { readonly question: () => boolean; readonly answer: boolean }[];
  /** Functions that call themselves, and were not entered again. */
  readonly cut: Set<FunctionRef>;
}

const newNeeds = (ref: FunctionRef): Needs => ({ names: new Set([...ref.outline.calls, ref.name]), asked: [], cut: new Set() });

export function createSpots(tree: Tree, log: (line: string) => void): Spots {
  const known = new Map<FunctionRef, Known>();
  /** By how deeply they are nested: what lies too deep is not looked at, and the answer must not depend on who asked first. */
  const helpers = Array.from({ length: maxDepth + 2 }, () => new Map<FunctionRef, { readonly helper: Helper; readonly needs: Needs }>());
  const reach = createReach(tree);

  function frameOf(ref: FunctionRef): Frame {
    return createFrame(ref, tree.lower(ref), (callee) => {
      const target = tree.resolve(callee, ref.file);
      return target && declaredType(target);
    }, tree.model);
  }

  /** `running`: the function that is walked, and the helpers through which it was come to. */
  function answersFor(needs: Needs, running: readonly FunctionRef[]): Helpers {
    const ask = (question: () => boolean): boolean => {
      const answer = question();
      needs.asked.push({ question, answer });
      return answer;
    };
    const resolve = (node: CallNode, frame: Frame): FunctionRef | undefined => (node.callee === undefined ? undefined : tree.resolve(node.callee, frame.ref.file));
    return {
      resolve,
      body(node, frame) {
        const ref = resolve(node, frame);
        if (!ref || running.length > maxDepth) return undefined;
        if (running.includes(ref)) {
          needs.cut.add(ref);
          return undefined;
        }
        const result = bodyOf(ref, running);
        for (const cut of result.needs.cut) needs.cut.add(cut);
        for (const name of result.needs.names) needs.names.add(name);
        needs.asked.push(...result.needs.asked);
        return result.helper;
      },
      movesPtl: (ref) => ask(() => reach.movesPtl(ref)),
      drops: (ref, lock) => ask(() => reach.drops(ref, lock)),
      isLopsided: (ref) => ask(() => reach.isLopsided(ref)),
      sleeps: (callee) => tree.model.primitives.get(callee)?.contract?.sleeps === true,
    };
  }

  function bodyOf(ref: FunctionRef, callers: readonly FunctionRef[]): { readonly helper: Helper; readonly needs: Needs } {
    const ready = helpers[callers.length]!.get(ref);
    if (ready) return ready;
    const needs = newNeeds(ref);
    const frame = frameOf(ref);
    const done = atOnce(followed([...callers, ref], frame, needs, helperLimits, nobody));
    const entry = { helper: { ref, params: frame.ir.params.map((p) => p.name), ways: done?.ways ?? [], complete: done?.allWays ?? false, notCallers: done?.notCallers ?? { pte: false, pmd: false } }, needs };
    needs.cut.delete(ref);
    // What was left out because one of the callers is under way counts for these callers only.
    if (needs.cut.size === 0) helpers[callers.length]!.set(ref, entry);
    return entry;
  }

  function* followed(running: readonly FunctionRef[], frame: Frame, needs: Needs, within: Limits, observer: Observer): Generator<undefined, Walked | undefined> {
    try {
      return yield* walk(frame, answersFor(needs, running), within, observer);
    } catch (error) {
      log(`${frame.ref.file}: ${frame.ref.name}: looking for facts failed: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
      return undefined;
    }
  }

  function* knownOf(ref: FunctionRef): Generator<undefined, Known> {
    let entry = known.get(ref);
    if (entry) return entry;
    const needs = newNeeds(ref);
    const frame = frameOf(ref);
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
    const done = yield* followed([ref], frame, needs, limits, { before: (node, p) => collect(collected, node, p), afterCall: (node, p) => collect(after, node, p) });
    known.set(ref, (entry = { ...(done && !done.truncated ? told(frame, done, collected, after, levels) : untold), needs }));
    return entry;
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
    forget(names) {
      if (names.size === 0) return;
      reach.forget();
      const isStale = ({ needs }: { readonly needs: Needs }): boolean =>
        [...names].some((n) => needs.names.has(n)) || needs.asked.some(({ question, answer }) => question() !== answer);
      for (const kept of [known, ...helpers]) for (const [ref, entry] of kept) if (isStale(entry)) kept.delete(ref);
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

/** The answer of a question that yields, without giving way. */
export function atOnce<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}

const nobody: Observer = { before: () => undefined, afterCall: () => undefined };
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
