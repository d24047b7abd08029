/** Answers what is known at the places of functions, and keeps the answers until a function on which they rest changes. */
import type { Effect, Level } from '../../kernel/types';
import { primitivesWith } from '../../kernel/model';
import type { IrNode, NodeId } from '../../parser/ir';
import type { FunctionRef, Tree } from '../call-graph/tree';
import { callsPrimitive } from '../call-graph/tree';
import type { Frame } from '../dataflow/frame';
import { createFrame, quote } from '../dataflow/frame';
import { declaredType } from '../dataflow/summaries';
import type { CallNode } from '../dataflow/transfer';
import type { Value } from '../dataflow/value';
import type { Helper, Helpers } from './calls';
import { Collected, lockName, nothing } from './collect';
import type { CallSite, EntryFacts, FunctionFacts, ReadFact, Spot, SpotFacts } from './facts';
import type { Limits, Walked } from './walk';
import { walk } from './walk';

export interface Spots {
  /** Facts of the function whose definition is around this offset. */
  of(ref: FunctionRef): FunctionFacts;
  /** What callers hold when they call it; yields between callers. */
  entryOf(ref: FunctionRef): Generator<undefined, EntryFacts>;
  /** Drops what depends on functions with these names. */
  forget(names: ReadonlySet<string>): void;
}

const limits: Limits = { steps: 6000, alike: 6, configurations: 24 };
const helperLimits: Limits = { steps: 1200, alike: 4, configurations: 12 };
/** Helpers of helpers of helpers are not looked at. */
const maxDepth = 3;
/** Beyond so many callers nothing is said of them. */
const maxCallers = 60;

/** Spans are relative to the function. */
interface Known {
  readonly spots: readonly Spot[];
  readonly reads: readonly ReadFact[];
  readonly needs: Needs;
}

/** What an answer was made from: names of functions, and what was asked about the call graph. */
interface Needs {
  readonly names: Set<string>;
  readonly asked: { readonly question: () => boolean; readonly answer: boolean }[];
}

export function createSpots(tree: Tree, log: (line: string) => void): Spots {
  const known = new Map<FunctionRef, Known>();
  const helpers = new Map<FunctionRef, { readonly helper: Helper; readonly needs: Needs }>();
  const running: FunctionRef[] = [];

  function frameOf(ref: FunctionRef): Frame {
    return createFrame(ref, tree.lower(ref), (callee) => {
      const target = tree.resolve(callee, ref.file);
      return target && declaredType(target);
    }, tree.model);
  }

  function answersFor(needs: Needs): Helpers {
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
        if (!ref || running.includes(ref) || running.length > maxDepth) return undefined;
        const result = bodyOf(ref);
        for (const name of result.needs.names) needs.names.add(name);
        needs.asked.push(...result.needs.asked);
        return result.helper;
      },
      movesPtl: (ref) => ask(() => tree.changesPageTables(ref)),
      drops: (ref, lock) => ask(() => tree.reachesEffect(ref, dropsKind(lock))),
      isLopsided: (ref) => isLopsided(tree, ref),
      sleeps: (callee) => tree.model.primitives.get(callee)?.contract?.sleeps === true,
    };
  }

  function bodyOf(ref: FunctionRef): { readonly helper: Helper; readonly needs: Needs } {
    let entry = helpers.get(ref);
    if (entry) return entry;
    const needs: Needs = { names: new Set([...ref.outline.calls, ref.name]), asked: [] };
    const frame = frameOf(ref);
    const done = followed(ref, frame, needs, helperLimits, () => undefined);
    entry = { helper: { ref, params: frame.ir.params.map((p) => p.name), ways: done?.ways ?? [], complete: done?.allWays ?? false }, needs };
    helpers.set(ref, entry);
    return entry;
  }

  function followed(ref: FunctionRef, frame: Frame, needs: Needs, within: Limits, observe: Parameters<typeof walk>[3]): Walked | undefined {
    running.push(ref);
    try {
      return walk(frame, answersFor(needs), within, observe);
    } catch (error) {
      log(`${ref.file}: ${ref.name}: looking for facts failed: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
      return undefined;
    } finally {
      running.pop();
    }
  }

  function knownOf(ref: FunctionRef): Known {
    let entry = known.get(ref);
    if (entry) return entry;
    const needs: Needs = { names: new Set([...ref.outline.calls, ref.name]), asked: [] };
    const frame = frameOf(ref);
    const collected = new Map<NodeId, Collected>();
    const names = lockNames(frame);
    const nameOf = (lock: Value, p: Parameters<typeof lockName>[1]): string => lockName(lock, p) ?? names.get(lock.kind === 'lock' ? lock.id : '') ?? (lock.kind === 'load' || lock.kind === 'param' ? names.get(lock.key) : undefined) ?? '';
    const levels = frame.ir.nodes.map((_, id) => levelRead(frame.shapeAt(id)?.effect));
    const done = followed(ref, frame, needs, limits, (node, p) => {
      let here = collected.get(node);
      if (!here) collected.set(node, (here = new Collected()));
      here.add(p, nameOf, levels[node]);
    });
    const spots = done && !done.truncated ? frame.ir.nodes.flatMap((node, id): Spot[] => {
      const facts = collected.get(id)?.facts(frame, done.notCallers);
      return facts ? [{ ...facts, span: node.span, kind: kindOf(node), callee: node.kind === 'call' ? node.callee : undefined }] : [];
    }) : [];
    const reads = spots.length === 0 || !done ? [] : frame.ir.nodes.flatMap((node, id): ReadFact[] => {
      const level = levels[id];
      const locked = level && collected.get(id)?.isLocked(level, done.notCallers);
      return locked === undefined || node.kind !== 'call' || node.callee === undefined ? [] : [{ span: node.span, callee: node.callee, locked }];
    });
    known.set(ref, (entry = { spots, reads, needs }));
    return entry;
  }

  return {
    of(ref) {
      const { spots, reads } = knownOf(ref);
      return { function: ref.name, start: ref.start, length: ref.text.length, spots, reads };
    },
    *entryOf(ref) {
      const callSites: CallSite[] = [];
      const callers = tree.callersOf(ref);
      for (const caller of callers.length > maxCallers ? [] : callers) {
        yield;
        for (const spot of callsIn(knownOf(caller).spots, caller, ref)) {
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
      const isStale = ({ needs }: { readonly needs: Needs }): boolean =>
        [...names].some((n) => needs.names.has(n)) || needs.asked.some(({ question, answer }) => question() !== answer);
      for (const kept of [known, helpers]) for (const [ref, entry] of kept) if (isStale(entry)) kept.delete(ref);
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

const questions = new Map<string, (effect: Effect) => boolean>();

/** May such a primitive drop locks of this kind? One function for each kind, as answers are kept by question. */
function dropsKind(lock: string): (effect: Effect) => boolean {
  let question = questions.get(lock);
  if (!question) questions.set(lock, (question = (effect) => (effect.op === 'mm-unlock' && effect.lock === lock) || ((lock === 'mmap_lock' || lock === 'vma lock') && (effect.op === 'event' || effect.op === 'fault'))));
  return question;
}

const takes = (effect: Effect): boolean => effect.op === 'mm-lock';
const drops = (effect: Effect): boolean => effect.op === 'mm-unlock';

/** Does the body name calls that take locks of a kind and none that drop them, or the other way round? */
function isLopsided(tree: Tree, ref: FunctionRef): boolean {
  if (!callsPrimitive(tree.model, ref, takes) && !callsPrimitive(tree.model, ref, drops)) return false;
  const kinds = (wanted: (effect: Effect) => boolean): Set<string> => {
    const names = primitivesWith(tree.model, wanted);
    return new Set([...ref.outline.calls].filter((name) => names.has(name)).flatMap((name) => tree.model.primitives.get(name)!.shapes.map((s) => (s.effect.op === 'mm-lock' || s.effect.op === 'mm-unlock' ? s.effect.lock : ''))));
  };
  const [taken, dropped] = [kinds(takes), kinds(drops)];
  return [...taken].some((kind) => !dropped.has(kind)) || [...dropped].some((kind) => !taken.has(kind));
}
