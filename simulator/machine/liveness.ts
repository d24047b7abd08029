/** For each small operation the locals whose values matter from there on. */
import { forEachRead, isDynamic } from './exp';
import type { Action, Micro, MicroId } from './micro';
import type { Exp, WordId } from './program';

export interface Ends {
  /** What a thread does when it ends. */
  readonly actions: readonly Action[];
  /** Locals whose last values are asked for. */
  readonly live: ReadonlySet<WordId>;
}

export function liveness(micros: readonly Micro[], ends: Ends, isLocal: (id: WordId) => boolean): readonly ReadonlySet<WordId>[] {
  const live: ReadonlySet<WordId>[] = micros.map(() => new Set());
  const before: number[][] = micros.map(() => []);
  for (const [id, micro] of micros.entries()) for (const next of nextOf(micro)) before[next]?.push(id);
  // Each after what follows it, loops aside: most are looked at once.
  const order = backwards(micros);
  const placeOf = new Array<number>(micros.length).fill(0);
  for (const [place, id] of order.entries()) placeOf[id] = place;
  const waits = new Array<boolean>(order.length).fill(true);
  for (let place = 0; place < order.length; place++) {
    if (!waits[place]) continue;
    waits[place] = false;
    const id = order[place]!;
    const next = liveBefore(micros[id]!, live, ends, isLocal);
    if (next.size === live[id]!.size) continue;
    live[id] = next;
    let first = place + 1;
    for (const previous of before[id]!) {
      waits[placeOf[previous]!] = true;
      first = Math.min(first, placeOf[previous]!);
    }
    place = first - 1;
  }
  return live;
}

/** All operations, each behind those that it leads to, unless they lead back to it. */
function backwards(micros: readonly Micro[]): MicroId[] {
  const order: MicroId[] = [];
  const seen = new Uint8Array(micros.length);
  const left: { readonly id: MicroId; readonly next: readonly MicroId[]; at: number }[] = [];
  for (const root of micros.keys()) {
    if (seen[root]) continue;
    seen[root] = 1;
    left.push({ id: root, next: nextOf(micros[root]!), at: 0 });
    for (let top = left.at(-1); top !== undefined; top = left.at(-1)) {
      const id = top.next[top.at++];
      if (id === undefined) {
        order.push(top.id);
        left.pop();
      } else if (seen[id] === 0) {
        seen[id] = 1;
        left.push({ id, next: nextOf(micros[id]!), at: 0 });
      }
    }
  }
  return order;
}

function nextOf(micro: Micro): readonly MicroId[] {
  switch (micro.kind) {
    case 'end': return [];
    case 'local': return [micro.next];
    case 'branch': return [micro.then, micro.else];
    case 'step': return micro.ways.map((way) => way.next);
  }
}

function liveBefore(micro: Micro, live: readonly ReadonlySet<WordId>[], ends: Ends, isLocal: (id: WordId) => boolean): ReadonlySet<WordId> {
  switch (micro.kind) {
    case 'end':
      return walkBack(ends.actions, ends.live, isLocal);
    case 'local':
      return micro.actions.length === 0 ? live[micro.next]! : walkBack(micro.actions, live[micro.next]!, isLocal);
    case 'branch': {
      const result = new Set(live[micro.then]!);
      for (const id of live[micro.else]!) result.add(id);
      read(micro.test, result, isLocal);
      return result;
    }
    case 'step': {
      const result = new Set<WordId>();
      for (const way of micro.ways) for (const id of walkBack(way.actions, live[way.next]!, isLocal)) result.add(id);
      if (micro.step.guard) read(micro.step.guard, result, isLocal);
      // A thread that may wait here for ever has its last values here.
      if (micro.step.mayWaitForever) for (const id of ends.live) result.add(id);
      return result;
    }
  }
}

/** The actions without assignments to locals that nobody reads afterwards. */
export function withoutDead(actions: readonly Action[], after: ReadonlySet<WordId>, isLocal: (id: WordId) => boolean): Action[] {
  const kept: Action[] = [];
  walkBack(actions, after, isLocal, kept);
  return kept.reverse();
}

/** What is live before some actions, by what is live after them. `kept` collects those that are needed, the last one first. */
function walkBack(actions: readonly Action[], after: ReadonlySet<WordId>, isLocal: (id: WordId) => boolean, kept?: Action[]): Set<WordId> {
  let current = new Set(after);
  for (let index = actions.length - 1; index >= 0; index--) {
    const action = actions[index]!;
    switch (action.kind) {
      case 'set':
        // Following a pointer may be a violation, whatever becomes of the value.
        if (isLocal(action.word) && !current.has(action.word) && !isDynamic(action.value)) continue;
        current.delete(action.word);
        read(action.value, current, isLocal);
        kept?.push(action);
        break;
      case 'store':
        read(action.address, current, isLocal);
        read(action.value, current, isLocal);
        kept?.push(action);
        break;
      case 'violate':
        read(action.test, current, isLocal);
        kept?.push(action);
        break;
      case 'if': {
        const [then, otherwise]: [Action[], Action[]] = [[], []];
        const live = new Set([...walkBack(action.then, current, isLocal, then), ...walkBack(action.else, current, isLocal, otherwise)]);
        if (then.length === 0 && otherwise.length === 0 && !isDynamic(action.test)) continue;
        current = live;
        read(action.test, current, isLocal);
        kept?.push({ ...action, then: then.reverse(), else: otherwise.reverse() });
        break;
      }
      case 'cover':
        kept?.push(action);
        break;
    }
  }
  return current;
}

function read(exp: Exp, into: Set<WordId>, isLocal: (id: WordId) => boolean): void {
  forEachRead(exp, (id) => {
    if (isLocal(id)) into.add(id);
  });
}
