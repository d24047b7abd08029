/** Who calls what, restricted to what matters for userfaultfd: events, faults, entries and the locks around them. */
import type { Span } from '../../parser/ir';
import type { FunctionRef, Tree, TreeChanges } from '../call-graph/tree';
import type { Location } from '../findings/finding';
import { locate } from '../findings/locate';
import type { EntryFacts, FunctionFacts } from '../spots/facts';
import { callSites, handedTables, handOvers, takesPtl } from './call-sites';
import { callsUnderLock, reliesOnCallers } from './contracts';
import { heldAt } from './held-locks';
import { isAskedFor, roleOfFunction, roleOfPrimitive } from './roles';
import type { Reach } from './reach';
import { findReach } from './reach';
import type { WayToUserfault, WaysToUserfault } from './userfaults';
import { handlesFaults, waysToUserfault } from './userfaults';

/** A function, or a primitive of the kernel model. */
export interface Callable {
  readonly name: string;
  /** File of the definition; undefined for a primitive, whatever the index holds of it. */
  readonly file: string | undefined;
  /** The definition, or the call that was asked about when the index has none. */
  readonly whole: Location;
  readonly nameAt: Location;
  /** What it does or leads to, in a few words; undefined when the model has no short word for it. */
  readonly role: string | undefined;
}

/** Calls between two functions. */
export interface CallEdge {
  /** The caller, or the callee, by what was asked for. */
  readonly other: Callable;
  /** Where the caller's text calls, in order. */
  readonly sites: readonly Location[];
  /** How, when it is no plain call: handed on in a table of callbacks, or called through a field of such a table. */
  readonly how: 'call' | 'callback' | 'operation';
  /** Locks held there, in a few words; undefined when nothing is known. */
  readonly locks: string | undefined;
}

/** A function above which there is something to say of userfaults. */
export interface UserfaultNote {
  readonly name: string;
  readonly nameAt: Location;
  readonly ways: readonly WayToUserfault[];
  /** Calls on the way in this function, then the calls that raise the events. */
  readonly places: readonly Location[];
}

/** A function that changes entries under a page-table lock of its callers. */
export interface CallersNote {
  readonly name: string;
  readonly nameAt: Location;
  /** Calls that hold a page-table lock, of so many. */
  readonly held: number;
  readonly all: number;
  /** The calls, those without the lock first. */
  readonly places: readonly Location[];
}

/** Questions yield between functions; names and files that do not exist (any more) have empty answers. */
export interface Navigation {
  /** The function or primitive that this identifier means, if it is one whose calls matter: at its definition, or where it is called. */
  at(path: string, identifier: string, offset: number): Generator<undefined, Callable | undefined>;
  /** Once `enough` is true, locks are left out where they are not known yet. */
  incoming(name: string, file: string | undefined, enough?: () => boolean): Generator<undefined, CallEdge[]>;
  /** Only calls with a role; `enough` as above. */
  outgoing(name: string, file: string | undefined, enough?: () => boolean): Generator<undefined, CallEdge[]>;
  /** Functions of a file that lead to a userfault, in the order of the file. */
  userfaults(path: string): Generator<undefined, UserfaultNote[]>;
  /** Functions of a file that change entries they are handed, where it is known of every call whether a page-table lock is held, and one holds it. */
  callersLocks(path: string): Generator<undefined, CallersNote[]>;
  /** Where a function of this name is defined in a file. */
  definition(name: string, path: string): Location | undefined;
}

/** What is known of locks; `catchUp` has to be called before, when texts may have changed. */
export interface LockKnowledge {
  catchUp(): void;
  of(ref: FunctionRef): Generator<undefined, FunctionFacts>;
  /** True when `of` need not look. */
  has(ref: FunctionRef): boolean;
  entryOf(ref: FunctionRef): Generator<undefined, EntryFacts>;
}

/** Beyond so many callers nothing is said of their locks. */
const maxCallers = 60;

interface Forgetful {
  /** Forgets what changes of the tree have made untrue. */
  forget(changes: TreeChanges): void;
  /** The model is another one. */
  forgetAll(): void;
}

export function createNavigation(tree: Tree, knowledge: LockKnowledge): Navigation & Forgetful {
  let knownWays: WaysToUserfault | undefined;
  let knownReach: Omit<Reach, 'ways'> | undefined;

  function* findWays(): Generator<undefined, WaysToUserfault> {
    yield* tree.prepare();
    knowledge.catchUp();
    return (knownWays ??= yield* waysToUserfault(tree));
  }

  function* reachOfAll(): Generator<undefined, Reach> {
    const ways = yield* findWays();
    knownReach ??= yield* findReach(tree);
    return { ways, ...knownReach };
  }

  function describe(ref: FunctionRef, all: Reach): Callable {
    const role = roleOfPrimitive(tree.model, ref.name) ?? roleOfFunction(ref, all);
    return { name: ref.name, file: ref.file, whole: locate(tree, ref, { start: 0, end: ref.text.length }), nameAt: locate(tree, ref, nameIn(ref)), role };
  }

  /** A primitive has the place of its body, or that of the call at hand. */
  function describePrimitive(name: string, from: FunctionRef, site: Span, all: Reach): Callable {
    const role = roleOfPrimitive(tree.model, name);
    const body = tree.resolve(name, from.file);
    if (body) return { ...describe(body, all), file: undefined, role };
    const place = locate(tree, from, site);
    return { name, file: undefined, whole: place, nameAt: place, role };
  }

  const places = (ref: FunctionRef, spans: readonly Span[]): Location[] => spans.map((span) => locate(tree, ref, span));
  const find = (name: string, file: string): FunctionRef | undefined => tree.definitions(name, file)[0];

  return {
    forget({ names, graph, outside, successors }) {
      const isNew = graph || outside;
      // Ways are read off the bodies of those who handle faults, and off nothing else that an edit of a body can change.
      if (isNew || [...names].some((name) => tree.definitions(name).some(handlesFaults))) knownWays = undefined;
      if (isNew || !knownReach) knownReach = undefined;
      else knownReach = withSuccessors(knownReach, successors);
    },

    forgetAll() {
      knownWays = undefined;
      knownReach = undefined;
    },

    *at(path, identifier, offset) {
      const all = yield* reachOfAll();
      const ref = tree.functionsIn(path).find((f) => f.start <= offset && offset <= f.start + f.text.length);
      if (!ref) return undefined;
      const within = offset - ref.start;
      const touches = ({ start, end }: Span): boolean => start <= within && within <= end;
      const atHead = touches(nameIn(ref));
      const site = atHead ? nameIn(ref) : callSites(ref, identifier).find(touches);
      if (!site) return undefined;
      if (tree.model.primitives.has(identifier)) return isAskedFor(tree.model, identifier) ? describePrimitive(identifier, ref, site, all) : undefined;
      const meant = atHead ? ref : tree.resolve(identifier, path);
      const callable = meant && describe(meant, all);
      return callable?.role === undefined ? undefined : callable;
    },

    *incoming(name, file, enough) {
      const all = yield* reachOfAll();
      const target = file === undefined ? undefined : find(name, file);
      if (file !== undefined && !target) return [];
      const edges: CallEdge[] = [];
      const callers = target ? tree.callersOf(target) : tree.callersOfName(name);
      const add = function* (caller: FunctionRef, sites: readonly Span[], how: CallEdge['how']): Generator<undefined, void> {
        if (sites.length === 0) return;
        const locks = how === 'callback' || callers.length > maxCallers ? undefined : yield* locksAt(caller, name, sites, enough);
        edges.push({ other: describe(caller, all), sites: places(caller, sites), how, locks });
      };
      for (const caller of callers) {
        yield;
        yield* add(caller, callSites(caller, name), 'call');
      }
      if (target) {
        for (const user of tree.usersOf(target)) yield* add(user, handOvers(user, tree.tablesWith(target)), 'callback');
        for (const [caller, own] of all.ways) {
          const through = own.filter((way) => way.target === target && way.isOperation);
          yield* add(caller, [...new Map(through.map(({ site }) => [site.start, site])).values()], 'operation');
        }
      }
      return edges.sort((a, b) => byPlace(a.other.nameAt, b.other.nameAt));
    },

    *outgoing(name, file, enough) {
      const all = yield* reachOfAll();
      const ref = file === undefined ? tree.resolve(name, '') : find(name, file);
      if (!ref) return [];
      const edges: CallEdge[] = [];
      const add = function* (other: Callable, sites: readonly Span[], how: CallEdge['how']): Generator<undefined, void> {
        if (other.role === undefined || sites.length === 0) return;
        edges.push({ other, sites: places(ref, sites), how, locks: how === 'callback' ? undefined : yield* locksAt(ref, other.name, sites, enough) });
      };
      for (const callee of ref.outline.calls) {
        yield;
        const sites = callSites(ref, callee).filter((site) => !isPlainSpinlock(callee) || takesPtl(ref, site));
        const target = sites[0] && !tree.model.primitives.has(callee) ? tree.resolve(callee, ref.file) : undefined;
        if (target) yield* add(describe(target, all), sites, 'call');
        else if (sites[0] && tree.model.primitives.has(callee)) yield* add(describePrimitive(callee, ref, sites[0], all), sites, 'call');
      }
      for (const table of handedTables(ref)) {
        for (const callback of tree.callbacksIn(table, ref)) yield* add(describe(callback, all), handOvers(ref, [table]), 'callback');
      }
      const operations = new Map((all.ways.get(ref) ?? []).filter((way) => way.isOperation).map((way) => [way.target!, way.site]));
      for (const [target, site] of operations) yield* add(describe(target, all), [site], 'operation');
      return edges.sort((a, b) => byPlace(a.sites[0]!, b.sites[0]!));
    },

    *userfaults(path) {
      const all = yield* findWays();
      const notes: UserfaultNote[] = [];
      for (const ref of tree.functionsIn(path)) {
        const own = all.get(ref);
        if (!own) continue;
        yield;
        const calls = [...new Map(own.map(({ site }) => [site.start, site])).values()];
        notes.push({ name: ref.name, nameAt: locate(tree, ref, nameIn(ref)), ways: own, places: [...places(ref, calls), ...eventsBelow(ref, all)] });
      }
      return notes;
    },

    *callersLocks(path) {
      yield* tree.prepare();
      knowledge.catchUp();
      const notes: CallersNote[] = [];
      for (const ref of tree.functionsIn(path)) {
        if (!reliesOnCallers(tree, ref)) continue;
        yield;
        const calls = callsUnderLock(yield* knowledge.entryOf(ref));
        if (!calls) continue;
        const sorted = [...calls.all].sort((a, b) => Number(a.ptl === 'held') - Number(b.ptl === 'held'));
        notes.push({ name: ref.name, nameAt: locate(tree, ref, nameIn(ref)), held: calls.held.length, all: calls.all.length, places: sorted.map(({ file, span }) => locate(tree, { ...ref, file, start: 0 }, span)) });
      }
      return notes;
    },

    definition: (name, path) => {
      const ref = find(name, path);
      return ref && locate(tree, ref, nameIn(ref));
    },
  };

  /** Locks at calls of this name, or through a pointer. */
  function* locksAt(ref: FunctionRef, name: string, sites: readonly Span[], enough: () => boolean = () => false): Generator<undefined, string | undefined> {
    if (!knowledge.has(ref) && enough()) return undefined;
    const steps = knowledge.of(ref);
    for (;;) {
      const next = steps.next();
      if (next.done) return locksIn(next.value, name, sites);
      if (enough()) return undefined;
      yield;
    }
  }

  function locksIn(facts: FunctionFacts, name: string, sites: readonly Span[]): string | undefined {
    return heldAt(facts, ({ callee, span }) => (callee ?? name) === name && sites.some(({ start }) => span.start <= start && start < span.end));
  }

  function isPlainSpinlock(name: string): boolean {
    const op = tree.model.primitives.get(name)?.shapes[0]?.effect.op;
    return op === 'spin-lock' || op === 'spin-unlock';
  }

  /** The calls at the ends of its ways that are not its own. */
  function eventsBelow(ref: FunctionRef, all: WaysToUserfault): Location[] {
    const seen = new Set<FunctionRef>();
    const ends: Location[] = [];
    const visit = (f: FunctionRef): void => {
      if (seen.has(f)) return;
      seen.add(f);
      const starts = new Set<number>();
      for (const { target, site } of all.get(f) ?? []) {
        if (target) visit(target);
        else if (f !== ref && !starts.has(site.start)) ends.push(locate(tree, f, site));
        starts.add(site.start);
      }
    };
    visit(ref);
    return ends;
  }
}

function withSuccessors({ faults, changes }: Omit<Reach, 'ways'>, successors: TreeChanges['successors']): Omit<Reach, 'ways'> {
  const of = (refs: ReadonlySet<FunctionRef>): ReadonlySet<FunctionRef> => {
    const gone = [...successors].filter(([ref]) => refs.has(ref));
    if (gone.length === 0) return refs;
    const next = new Set(refs);
    for (const [ref, successor] of gone) {
      next.delete(ref);
      if (successor) next.add(successor);
    }
    return next;
  };
  return { faults: of(faults), changes: of(changes) };
}

/** Its name, relative to its start. */
function nameIn({ outline: { nameSpan, span } }: FunctionRef): Span {
  return { start: nameSpan.start - span.start, end: nameSpan.end - span.start };
}

function byPlace(a: Location, b: Location): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;
}
