/** Summaries of the tree's functions: made on demand, kept until a function they depend on changes. */
import { dropFlags } from '../../kernel/flags';
import { carrierFields, pageTableTypes, primitivesWith } from '../../kernel/model';
import type { Effect } from '../../kernel/types';
import type { IrNode, NodeId } from '../../parser/ir';
import type { Limits } from '../analysis';
import type { FunctionRef, Tree, TreeChanges } from '../call-graph/tree';
import type { Frame } from './frame';
import { createFrame, typeOf } from './frame';
import type { FillReach } from './page-cache';
import { nodesAboutCache } from './page-cache';
import { isCacheHelper, mayKnowHoles } from './page-cache-helpers';
import { slice } from './slice';
import type { Callee, Callees, Depth } from './callees';
import type { Session } from './kept-summaries';
import { enter, isStale, KeptSummaries, leave, rely } from './kept-summaries';
import type { CallNode } from './transfer';
import { solve } from './solve';
import type { ActionReach, EventReach, FaultReach, LossReach, Summary } from './summary';
import { emptySummary } from './summary';
import { isValueHelper, mayBeValueHelper } from './value-helpers';

export interface Summaries {
  /** Yields while it is made; when it is left meanwhile, whoever asks next goes on from there. */
  of(ref: FunctionRef, depth: Depth): Generator<undefined, Summary>;
  /** From now on calls of this function matter, whatever their arguments are, to whoever asks for this. */
  follow(ref: FunctionRef, what: Concern): void;
  /** Functions that had more paths than were followed. */
  cutShort(): readonly FunctionRef[];
  /** Drops what does not hold any more, for the tree has changed. */
  renew(changes: TreeChanges): void;
  /** Remembers everything; the function that it returns goes back to it, once all functions are what they were. */
  keep(): () => void;
}

/** What of a function may concern its callers. */
export type Concern = 'events' | 'faults' | 'entries' | 'cache';
const concernOf = (depth: Depth): Concern => (depth === 'whole' ? 'events' : depth);

/** Which events and faults of a function its callers must hear of. */
export interface Concerns {
  event(reach: EventReach): boolean;
  fault(fault: FaultReach): boolean;
  loss(loss: LossReach): boolean;
  action(action: ActionReach): boolean;
  fill(fill: FillReach): boolean;
}

/** A function that was asked about, which has not come to its end. */
interface UnderWay {
  readonly ref: FunctionRef;
  readonly depth: Depth;
  readonly session: Session;
  readonly steps: Generator<undefined, Summary>;
}

/** Calls nested deeper than this are taken as unknown. */
const maxDepth = 16;
/** A recursive function's summary is refined this often before what is left counts as unknown. */
const maxRounds = 4;

export function createSummaries(tree: Tree, concerns: Concerns, limits: Limits, log: (line: string) => void): Summaries {
  const kept = new KeptSummaries();
  /** The newest comes last. */
  let underWay: UnderWay[] = [];
  const followed: Readonly<Record<Concern, Set<FunctionRef>>> = { events: new Set(), faults: new Set(), entries: new Set(), cache: new Set() };
  const followedSets = Object.values(followed);
  /** Functions that the log has named as not readable, once each: in an editor they come and go with every key. */
  const unread = new Set<string>();

  /** Driven by hand: whoever asks may go away, and leaves it where it is for the next one who asks. */
  function* of(ref: FunctionRef, depth: Depth): Generator<undefined, Summary> {
    for (;;) {
      const ready = kept.find(ref, depth, []);
      if (ready) return ready;
      let work = underWay.find((other) => other.ref === ref && other.depth === depth);
      if (!work) underWay.push((work = begin(ref, depth)));
      const next = work.steps.next();
      if (next.done) underWay = underWay.filter((other) => other !== work);
      else yield;
    }
  }

  function begin(ref: FunctionRef, depth: Depth): UnderWay {
    const session: Session = [];
    return { ref, depth, session, steps: within(session, ref, depth) };
  }

  function* within(session: Session, ref: FunctionRef, depth: Depth): Generator<undefined, Summary> {
    const ready = kept.find(ref, depth, session);
    if (ready) return ready;
    const active = session.find((other) => other.ref === ref);
    if (active) {
      active.recursive = true;
      rely(session.at(-1)!, active);
      return active.summary;
    }
    const running = enter(session, ref);
    for (const name of ref.outline.calls) note(session, name);
    try {
      for (let round = 0; ; round++) {
        running.recursive = false;
        const result = yield* once(session, ref, depth);
        const stable = !running.recursive || shape(result) === shape(running.summary);
        running.summary = result;
        if (stable) break;
        if (round >= maxRounds) {
          running.summary = { ...result, truncated: true };
          break;
        }
        // What was finished meanwhile was built on the earlier approximation.
        const names = new Set([ref.name]);
        kept.forget(names, names);
      }
    } catch (error) {
      log(`${ref.file}: ${ref.name}: analysis failed: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
      running.summary = { ...emptySummary, truncated: true };
      // Those that it was waiting for have not come to their ends.
      session.splice(running.place + 1);
    }
    leave(session);
    kept.keep(running, depth);
    return running.summary;
  }

  /** The last function of the session depends on what this name looks like from outside. */
  function note(session: Session, name: string): void {
    session.at(-1)?.rests.surfaces.add(name);
    tree.watchSurface(name);
  }

  /** One round over the last function of the session. */
  function* once(session: Session, ref: FunctionRef, depth: Depth): Generator<undefined, Summary> {
    yield;
    const noteName = (name: string): void => note(session, name);
    const isHelper = (target: FunctionRef): boolean => isCacheHelper(tree, target, noteName);
    if (depth === 'cache' && !followed.cache.has(ref) && !isHelper(ref) && !isValueHelper(tree, ref) && !mayKnowHoles(tree, ref, noteName)) return emptySummary;
    const ir = tree.lower(ref);
    const place = `${ref.file}: ${ref.name}`;
    if (ir.incomplete && !unread.has(place)) {
      unread.add(place);
      log(`${place}: could not be read completely; nothing is reported in it`);
    }
    const typesOfCallees = (callee: string): string | undefined => {
      const target = tree.resolve(callee, ref.file);
      return target && declaredType(target);
    };
    const whole = createFrame(ref, ir, typesOfCallees, tree.model);
    const counts = depth === 'entries' ? (node: IrNode, id: NodeId) => concernsEntries(whole, node, id) : depth === 'cache' ? concernsCache(whole, isHelper) : undefined;
    const frame = counts ? createFrame(ref, slice(ir, counts, depth === 'cache'), typesOfCallees, tree.model) : whole;
    const interesting = followed[concernOf(depth)];
    const callees: Callees = {
      concerns: concerns.event,
      faultConcerns: concerns.fault,
      lossConcerns: concerns.loss,
      actionConcerns: concerns.action,
      *callbacks(node, from) {
        const known: Callee[] = [];
        for (const target of callbacksOf(node, from)) known.push(yield* calleeOf(session, target, depth));
        return known;
      },
      fillConcerns: concerns.fill,
      asksOutcomes: depth !== 'cache' || interesting.has(ref) || isHelper(ref) || isValueHelper(tree, ref),
      hasBody: (node, from) => node.callee !== undefined && tree.resolve(node.callee, from.ref.file) !== undefined,
      isFollowed(node, from) {
        const target = node.callee === undefined ? undefined : tree.resolve(node.callee, from.ref.file);
        return target !== undefined && interesting.has(target);
      },
      *summarize(node, from, wanted) {
        if (node.callee === undefined || session.length > maxDepth) return undefined;
        const target = tree.resolve(node.callee, from.ref.file);
        if (!target) return undefined;
        if (wanted !== 'events' && node.result !== undefined && mayBeValueHelper(target)) {
          // An edit of the body may make another function of it.
          session.at(-1)?.rests.bodies.add(target.name);
          if (isValueHelper(tree, target)) return yield* calleeOf(session, target, wanted);
        }
        if (wanted === 'faults' && !interesting.has(target)) return 'harmless';
        if (wanted === 'cache') return interesting.has(target) || isHelper(target) ? yield* calleeOf(session, target, wanted) : 'harmless';
        if (wanted === 'entries' && isGuard(tree, target)) return yield* calleeOf(session, target, wanted);
        if (wanted === 'entries' && !interesting.has(target) && !reachesEntries(node, from, target)) return 'harmless';
        const matters = interesting.has(target) || (node.args.some((a) => pageTableTypes.has(typeOf(from, a) ?? '')) && tree.touchesPageTables(target));
        if (!matters || (wanted === 'events' && !interesting.has(target))) return 'harmless';
        return yield* calleeOf(session, target, wanted);
      },
    };
    return yield* solve(frame, callees, depth, limits.stepsPerFunction);
  }

  function callbacksOf(node: CallNode, frame: Frame): FunctionRef[] {
    if (followed.entries.size === 0) return [];
    return node.args.flatMap((a) => (a.kind === 'address' && a.operand.kind === 'name' ? tree.callbacksIn(a.operand.name, frame.ref) : [])).filter((f) => followed.entries.has(f));
  }

  /**
   * Can the call do anything to the entries or locks that its caller works with? Given only entries of higher levels, it locks and looks up for
   * itself: then it matters when it takes tables out, puts them back, or asks for the bit on behalf of its caller.
   */
  function reachesEntries(node: CallNode, frame: Frame, target: FunctionRef): boolean {
    if (node.args.some((a) => lowTypes.has(typeOf(frame, a) ?? ''))) return true;
    const wanted = primitivesWith(tree.model, changesTablesOrAsks);
    for (const name of target.outline.calls) if (wanted.has(name)) return true;
    return false;
  }

  /** Does the node change entries, or who holds their locks? */
  function concernsEntries(frame: Frame, node: IrNode, id: NodeId): boolean {
    if (node.kind === 'assign') return node.target.kind !== 'name' && (node.target.kind !== 'field' || carrierFields.has(node.target.field) || node.target.field === 'flags');
    if (node.kind !== 'call') return false;
    const effect = frame.shapeAt(id)?.effect;
    if (effect) return changesLocksOrEntries(effect);
    const target = node.callee === undefined ? undefined : tree.resolve(node.callee, frame.ref.file);
    const handsOver = node.args.some((a) => pageTableTypes.has(typeOf(frame, a) ?? ''));
    if (callbacksOf(node, frame).length > 0) return true;
    return target ? followed.entries.has(target) || (handsOver && tree.changesPageTables(target) && reachesEntries(node, frame, target)) : handsOver;
  }

  /** Does the node say something about holes of the page cache? */
  function concernsCache(frame: Frame, isHelper: (ref: FunctionRef) => boolean): (node: IrNode, id: NodeId) => boolean {
    const nodes = nodesAboutCache(frame, (callee) => {
      const target = tree.resolve(callee, frame.ref.file);
      return target !== undefined && (followed.cache.has(target) || isHelper(target));
    });
    return (_, id) => nodes.has(id);
  }

  function* calleeOf(session: Session, ref: FunctionRef, wanted: Depth): Generator<undefined, Callee> {
    // One that is being summarised has not said yet what it rests on.
    session.at(-1)?.rests.bodies.add(ref.name);
    return { ref, params: tree.lower(ref).params.map((p) => p.name), summary: yield* within(session, ref, wanted) };
  }

  return {
    of,
    follow(ref, what) {
      if (followed[what].has(ref)) return;
      followed[what].add(ref);
      // Who hands page-table entries to it has its summary anyway.
      if (what === 'entries' && tree.usersOf(ref).length === 0 && takesPageTableArgument(tree, ref) && tree.touchesPageTables(ref)) return;
      const names = new Set([ref.name, ...tree.usersOf(ref).map((user) => user.name)]);
      forget(names, names, what === 'cache' ? undefined : ref);
    },
    keep() {
      const restore = kept.save();
      const concerns = followedSets.map((set) => new Set(set));
      const before = underWay;
      underWay = [];
      return () => {
        restore();
        followedSets.forEach((set, i) => refillSet(set, concerns[i]!));
        underWay = before;
      };
    },
    renew({ names, moved }) {
      if (names.size > 0 || moved.size > 0) {
        // Older ones may be about something that nobody will ask again.
        underWay = underWay.slice(-1);
        forget(names, moved);
      }
      // A function that is gone comes back as another one; each would keep the text of its whole file.
      for (const set of followedSets) {
        for (const ref of set) if (names.has(ref.name) && !tree.functionsIn(ref.file).includes(ref)) set.delete(ref);
      }
    },
    cutShort: () => kept.cutShort(),
  };

  function forget(names: ReadonlySet<string>, moved: ReadonlySet<string>, except?: FunctionRef): void {
    kept.forget(names, moved, except);
    underWay = underWay.filter(({ session }) => !session.some(({ rests }) => isStale(rests, names, moved)));
  }
}

function refillSet<T>(set: Set<T>, content: ReadonlySet<T>): void {
  set.clear();
  for (const value of content) set.add(value);
}

/** Does the function ask what a vma is or whether protection is to be dropped, so that its result tells a caller? */
function isGuard(tree: Tree, ref: FunctionRef): boolean {
  const questions = primitivesWith(tree.model, isVmaFlag);
  for (const name of ref.outline.calls) if (questions.has(name)) return true;
  return asksForDrops(ref);
}

/** Types that hand over an entry of the lowest level, its lock, or a struct with both. */
const lowTypes: ReadonlySet<string> = new Set([...pageTableTypes].filter((type) => !/^(?:pmd|pud)_t/.test(type)));
const changesTablesOrAsks = (effect: Effect): boolean =>
  (effect.op === 'test' && effect.test === 'uffd-wp') || (effect.op === 'clear' && effect.table === true) || (effect.op === 'store' && (effect.level === 'pmd' || effect.level === 'pud'));

const isVmaFlag = (effect: Effect): boolean => effect.op === 'vma-flag';

function asksForDrops(ref: FunctionRef): boolean {
  let known = drops.get(ref);
  if (known === undefined) drops.set(ref, (known = [...dropFlags].some((flag) => ref.masked.includes(flag))));
  return known;
}
const drops = new WeakMap<FunctionRef, boolean>();

function changesLocksOrEntries(effect: Effect): boolean {
  switch (effect.op) {
    case 'mm-lock': case 'mm-unlock': return effect.lock === 'mmap_lock';
    case 'read': case 'compare': case 'test': case 'test-slot': case 'vma-flag': case 'derive': case 'range': case 'inert': case 'map': case 'lock-pointer': case 'event': case 'fault':
    case 'cache-lock': case 'cache-unlock': case 'cache-load': case 'cache-store':
      return false;
    default: return true;
  }
}

export function takesPageTableArgument(tree: Tree, ref: FunctionRef): boolean {
  return tree.lower(ref).params.some((p) => pageTableTypes.has(p.type));
}

/** The type before the function's name, without lowering its body: `static inline pte_t foo(`. */
export function declaredType(ref: FunctionRef): string {
  const head = ref.masked.slice(0, ref.outline.nameSpan.start - ref.outline.span.start);
  const words = head.replace(/\b(?:static|inline|extern|const|__always_inline|noinline)\b/g, ' ').replace(/\s+/g, ' ').trim();
  return words.replace(/ ?\*/g, ' *');
}

const shape = (s: Summary): string => `${s.outcomes.length}/${s.reaches.length}/${s.outcomes.map((o) => o.value?.key ?? '').sort().join(',')}`;
