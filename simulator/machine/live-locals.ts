/** Which locals matter where: those whose values may still be read. */
import { readsOf } from './exp';
import type { Action, Micro, MicroId } from './micro';
import type { Exp, WordId } from './program';

type Locals = ReadonlySet<WordId>;

/** What a sequence of actions does to the live locals: live before are those it reads, and those live after it that it does not assign. */
interface Transfer {
  readonly reads: Locals;
  readonly assigns: Locals;
}

/** For each node the locals whose values at its start matter later. */
export function liveLocals(micros: readonly Micro[], atEnd: readonly Action[], liveAtEnd: Locals, isLocal: (id: WordId) => boolean): readonly Locals[] {
  const localsOf = (exp: Exp): WordId[] => [...readsOf(exp).words].filter(isLocal);
  const transferOf = (actions: readonly Action[]): Transfer => {
    const reads = new Set<WordId>();
    const assigns = new Set<WordId>();
    const read = (exp: Exp): void => localsOf(exp).forEach((id) => reads.add(id));
    for (let i = actions.length - 1; i >= 0; i--) {
      const action = actions[i]!;
      switch (action.kind) {
        case 'set':
          reads.delete(action.word);
          assigns.add(action.word);
          read(action.value);
          break;
        case 'store':
          read(action.address);
          read(action.value);
          break;
        case 'violate':
          read(action.test);
          break;
        case 'if': {
          const [then, otherwise] = [transferOf(action.then), transferOf(action.else)];
          for (const id of then.assigns) {
            if (!otherwise.assigns.has(id)) continue;
            reads.delete(id);
            assigns.add(id);
          }
          for (const id of [...then.reads, ...otherwise.reads]) reads.add(id);
          read(action.test);
          break;
        }
        case 'cover':
          break;
      }
    }
    return { reads, assigns };
  };
  const apply = ({ reads, assigns }: Transfer, after: Locals): Locals => {
    if (reads.size === 0 && assigns.size === 0) return after;
    const live = new Set(reads);
    for (const id of after) if (!assigns.has(id)) live.add(id);
    return live;
  };

  const none: Locals = new Set();
  const ways = micros.map((micro): readonly { readonly transfer: Transfer; readonly next: MicroId }[] => {
    switch (micro.kind) {
      case 'end':
        return [];
      case 'local':
        return [{ transfer: transferOf(micro.actions), next: micro.next }];
      case 'branch':
        return [micro.then, micro.else].map((next) => ({ transfer: { reads: new Set(localsOf(micro.test)), assigns: none }, next }));
      case 'step': {
        const guard = micro.step.guard === undefined ? [] : localsOf(micro.step.guard);
        return micro.ways.map((way) => {
          const { reads, assigns } = transferOf(way.actions);
          return { transfer: { reads: new Set([...reads, ...guard]), assigns }, next: way.next };
        });
      }
    }
  });
  const before: MicroId[][] = micros.map(() => []);
  for (const [id, each] of ways.entries()) for (const way of each) before[way.next]?.push(id);

  const ended = apply(transferOf(atEnd), liveAtEnd);
  const live: Locals[] = micros.map((micro) => (micro.kind === 'end' ? ended : none));
  const pending = micros.map((_, id) => id).reverse();
  const isPending = micros.map(() => true);
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    isPending[id] = false;
    const each = ways[id]!;
    if (each.length === 0) continue;
    const sets = each.map((way) => apply(way.transfer, live[way.next] ?? none));
    const next = sets.length === 1 ? sets[0]! : new Set(sets.flatMap((set) => [...set]));
    if (next.size === live[id]!.size) continue;
    live[id] = next;
    for (const other of before[id]!) {
      if (isPending[other]) continue;
      isPending[other] = true;
      pending.push(other);
    }
  }
  return live;
}
