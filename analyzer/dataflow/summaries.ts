/** Summaries of the tree's functions: made on demand, kept until a function they depend on changes. */
import { pageTableTypes } from '../../kernel/model';
import type { FunctionRef, Tree } from '../call-graph/tree';
import { createFrame, typeOf } from './frame';
import type { Callees, Depth } from './solve';
import { solve } from './solve';
import type { EventReach, FaultReach, Summary } from './summary';
import { emptySummary } from './summary';

export interface Summaries {
  of(ref: FunctionRef, depth: Depth): Summary;
  /** From now on calls of this function matter, whatever their arguments are, to whoever asks for this. */
  follow(ref: FunctionRef, what: Concern): void;
  /** Drops what depends on functions with these names. */
  forget(names: ReadonlySet<string>): void;
}

/** What of a function may concern its callers. */
export type Concern = 'events' | 'faults';
const concernOf = (depth: Depth): Concern => (depth === 'faults' ? 'faults' : 'events');

/** Which events and faults of a function its callers must hear of. */
export interface Concerns {
  event(reach: EventReach): boolean;
  fault(fault: FaultReach): boolean;
}

interface Entry {
  readonly summary: Summary;
  /** Names of all functions that the summary was made from, called or looked for. */
  readonly needs: ReadonlySet<string>;
}

/** Calls nested deeper than this are taken as unknown. */
const maxDepth = 16;
/** A recursive function's summary is refined this often before what is left counts as unknown. */
const maxRounds = 4;

export function createSummaries(tree: Tree, concerns: Concerns, log: (line: string) => void): Summaries {
  const done = new Map<FunctionRef, Partial<Record<Depth, Entry>>>();
  const running = new Map<FunctionRef, { summary: Summary; recursive: boolean }>();
  const followed: Readonly<Record<Concern, Set<FunctionRef>>> = { events: new Set(), faults: new Set() };
  const needsStack: Set<string>[] = [];
  /** Functions that the log has named as not readable, once each: in an editor they come and go with every key. */
  const unread = new Set<string>();

  function of(ref: FunctionRef, depth: Depth): Summary {
    const ready = done.get(ref)?.[depth] ?? (depth === 'events' ? done.get(ref)?.whole : undefined);
    if (ready) {
      for (const n of ready.needs) needsStack[needsStack.length - 1]?.add(n);
      return ready.summary;
    }
    const active = running.get(ref);
    if (active) {
      active.recursive = true;
      return active.summary;
    }
    const state = { summary: emptySummary, recursive: false };
    running.set(ref, state);
    const needs = new Set(ref.outline.calls);
    needs.add(ref.name);
    needsStack.push(needs);
    try {
      for (let round = 0; ; round++) {
        state.recursive = false;
        const result = once(ref, depth);
        const stable = !state.recursive || shape(result) === shape(state.summary);
        state.summary = result;
        if (stable) break;
        if (round >= maxRounds) {
          state.summary = { ...result, truncated: true };
          break;
        }
        // What was finished meanwhile was built on the earlier approximation.
        forget(new Set([ref.name]));
      }
    } catch (error) {
      log(`${ref.file}: ${ref.name}: analysis failed: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
      state.summary = { ...emptySummary, truncated: true };
    } finally {
      running.delete(ref);
      needsStack.pop();
    }
    for (const n of needs) needsStack[needsStack.length - 1]?.add(n);
    done.set(ref, { ...done.get(ref), [depth]: { summary: state.summary, needs } });
    return state.summary;
  }

  function once(ref: FunctionRef, depth: Depth): Summary {
    const ir = tree.lower(ref);
    const place = `${ref.file}: ${ref.name}`;
    if (ir.incomplete && !unread.has(place)) {
      unread.add(place);
      log(`${place}: could not be read completely; nothing is reported in it`);
    }
    const frame = createFrame(ref, ir, (callee) => {
      const target = tree.resolve(callee, ref.file);
      return target && declaredType(target);
    }, tree.model);
    const interesting = followed[concernOf(depth)];
    const callees: Callees = {
      concerns: concerns.event,
      faultConcerns: concerns.fault,
      isFollowed(node, from) {
        const target = node.callee === undefined ? undefined : tree.resolve(node.callee, from.ref.file);
        return target !== undefined && interesting.has(target);
      },
      summarize(node, from, wanted) {
        if (node.callee === undefined || running.size > maxDepth) return undefined;
        const target = tree.resolve(node.callee, from.ref.file);
        if (!target) return undefined;
        if (wanted === 'faults' && !interesting.has(target)) return 'harmless';
        const matters = interesting.has(target) || (node.args.some((a) => pageTableTypes.has(typeOf(from, a) ?? '')) && tree.touchesPageTables(target));
        if (!matters || (wanted === 'events' && !interesting.has(target))) return 'harmless';
        return { ref: target, params: tree.lower(target).params.map((p) => p.name), summary: of(target, wanted) };
      },
    };
    return solve(frame, callees, depth);
  }

  return {
    of,
    follow(ref, what) {
      if (followed[what].has(ref)) return;
      followed[what].add(ref);
      forget(new Set([ref.name]), ref);
    },
    forget,
  };

  function forget(names: ReadonlySet<string>, except?: FunctionRef): void {
    for (const [ref, entries] of done) {
      if (ref === except) continue;
      const stale = [entries.events, entries.whole, entries.faults].some((entry) => entry && [...names].some((n) => entry.needs.has(n)));
      if (stale) done.delete(ref);
    }
  }
}

export function takesPageTableArgument(tree: Tree, ref: FunctionRef): boolean {
  return tree.lower(ref).params.some((p) => pageTableTypes.has(p.type));
}

/** The type before the function's name, without lowering its body: `static inline pte_t foo(`. */
function declaredType(ref: FunctionRef): string {
  const head = ref.masked.slice(0, ref.outline.nameSpan.start - ref.outline.span.start);
  const words = head.replace(/\b(?:static|inline|extern|const|__always_inline|noinline)\b/g, ' ').replace(/\s+/g, ' ').trim();
  return words.replace(/ ?\*/g, ' *');
}

const shape = (s: Summary): string => `${s.outcomes.length}/${s.reaches.length}/${s.outcomes.map((o) => o.value?.key ?? '').sort().join(',')}`;
