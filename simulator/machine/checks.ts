/** What can be wrong with a thread before anything is explored: locks that it releases and never took, ghosts that decide what it does. */
import { readsOf } from './exp';
import type { LoweredThread } from './lower';
import type { Action, MicroId } from './micro';
import type { Exp, Word, WordId } from './program';
import type { Problem } from '../litmus/problem';

/** Checks the graph of one thread; the locks that it releases only where the scenario looks at them at all. */
export function checkThread(name: string, thread: LoweredThread, words: readonly Word[], problems: Problem[], checksUnlocks: boolean): void {
  const found = [...(checksUnlocks ? unlocksWithoutLock(name, thread, words) : []), ...ghostsThatDecide(thread, words)];
  for (const problem of found) if (!problems.some((p) => p.offset === problem.offset && p.message === problem.message)) problems.push(problem);
}

/** Releases of locks that are held on no way that leads there. */
function unlocksWithoutLock(name: string, { micros, entry }: LoweredThread, words: readonly Word[]): Problem[] {
  /** A lock that is known only when the thread runs may be any. */
  const anyLock = -1;
  const held = new Map<MicroId, ReadonlySet<WordId>>([[entry, new Set()]]);
  const open = [entry];
  const reach = (id: MicroId, locks: ReadonlySet<WordId>): void => {
    const before = held.get(id);
    if (before && [...locks].every((lock) => before.has(lock))) return;
    held.set(id, before ? new Set([...before, ...locks]) : locks);
    open.push(id);
  };
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const micro = micros[id]!;
    const locks = held.get(id)!;
    if (micro.kind === 'local') reach(micro.next, locks);
    if (micro.kind === 'branch') [micro.then, micro.else].forEach((next) => reach(next, locks));
    if (micro.kind === 'step') {
      const { kind, lock } = micro.step;
      let after = locks;
      if (kind === 'lock' || kind === 'trylock') after = new Set([...locks, lock ?? anyLock]);
      if (kind === 'unlock' && lock !== undefined) after = new Set([...locks].filter((other) => other !== lock));
      for (const way of micro.ways) reach(way.next, after);
    }
  }
  return [...held].flatMap(([id, locks]): Problem[] => {
    const micro = micros[id]!;
    if (micro.kind !== 'step' || micro.step.kind !== 'unlock' || micro.step.lock === undefined || locks.has(micro.step.lock) || locks.has(anyLock)) return [];
    return [{ offset: micro.step.span.start, message: `${name} releases ${words[micro.step.lock]!.name} here, and took it on no way that leads here` }];
  });
}

const ghostMessage = 'a ghost decides what happens here: only ghost_assert(), ghost_set() and exists may look at ghosts';

/** Places where the value of a ghost reaches more than ghosts and properties: kernel code must do the same without them. */
function ghostsThatDecide({ micros }: LoweredThread, words: readonly Word[]): Problem[] {
  const tainted = new Set<WordId>();
  const isGhostly = (exp: Exp): boolean => [...readsOf(exp).words].some((id) => words[id]!.scope === 'ghost' || tainted.has(id));
  const problems = new Map<number, Problem>();
  /** True when an action carries a ghost's value into the state of the kernel. */
  const carries = (actions: readonly Action[], isInside: boolean): boolean =>
    actions.map((action): boolean => {
      switch (action.kind) {
        case 'set': {
          const { scope } = words[action.word]!;
          const isMeant = isInside || isGhostly(action.value);
          if (isMeant && scope === 'local') tainted.add(action.word);
          return isMeant && scope === 'shared';
        }
        case 'store':
          return isInside || isGhostly(action.address) || isGhostly(action.value);
        case 'if': {
          const isMeant = isInside || isGhostly(action.test);
          return [carries(action.then, isMeant), carries(action.else, isMeant)].some((c) => c);
        }
        case 'violate':
        case 'cover':
          return false;
      }
    }).some((c) => c);

  for (let size = -1; size !== tainted.size; ) {
    size = tainted.size;
    for (const [id, micro] of micros.entries()) {
      if (micro.kind === 'local' && carries(micro.actions, false)) problems.set(id, { offset: micro.span.start, message: ghostMessage });
      if (micro.kind === 'step') {
        const isWrong = (micro.step.guard && isGhostly(micro.step.guard)) || micro.ways.some((way) => carries(way.actions, false));
        if (isWrong) problems.set(id, { offset: micro.step.span.start, message: ghostMessage });
      }
      if (micro.kind !== 'branch' || !isGhostly(micro.test)) continue;
      const region = between({ micros }, micro.then, micro.else);
      if (!region) problems.set(id, { offset: micro.span.start, message: ghostMessage });
      // What the two arms assign is a ghost's value as well.
      else for (const inner of region) if (micros[inner]!.kind === 'local') carries((micros[inner] as { actions: readonly Action[] }).actions, true);
    }
  }
  return [...problems.values()];
}

/** The nodes on two ways until they meet again; undefined when one of them does a step before that. */
function between({ micros }: Pick<LoweredThread, 'micros'>, first: MicroId, second: MicroId): ReadonlySet<MicroId> | undefined {
  const chains = new Map<MicroId, readonly MicroId[]>();
  /** What every way from a node passes, up to the next step. */
  const chainOf = (id: MicroId): readonly MicroId[] => {
    const known = chains.get(id);
    if (known) return known;
    // A loop passes nothing for certain until it is known where it leads.
    chains.set(id, []);
    const micro = micros[id]!;
    const rest = micro.kind === 'local' ? chainOf(micro.next) : micro.kind === 'branch' ? meet(chainOf(micro.then), chainOf(micro.else)) : [];
    const chain = [id, ...rest];
    chains.set(id, chain);
    return chain;
  };
  const [meeting] = meet(chainOf(first), chainOf(second));
  if (meeting === undefined) return undefined;
  const region = new Set<MicroId>();
  const open = [first, second];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const micro = micros[id]!;
    if (id === meeting || region.has(id)) continue;
    region.add(id);
    if (micro.kind === 'local') open.push(micro.next);
    if (micro.kind === 'branch') open.push(micro.then, micro.else);
  }
  return region;
}

function meet(a: readonly MicroId[], b: readonly MicroId[]): readonly MicroId[] {
  const others = new Set(b);
  const at = a.findIndex((id) => others.has(id));
  return at < 0 ? [] : a.slice(at);
}
