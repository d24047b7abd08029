/** From the graph of small operations to atomic steps: what a thread does on its own is fused with the step before it, and dead locals are zeroed. */
import { truth, zero } from './exp';
import { liveness, withoutDead, type Ends } from './liveness';
import type { LoweredThread } from './lower';
import type { Action, MicroId } from './micro';
import type { Exp, Step, Stmt, Word, WordId } from './program';
import { simplify, simplifyActions, type Known } from './simplify';
import { readsWritten } from './written';

/** A loop that never does a step would be followed for ever. */
const longestRun = 2_000;
/** Small operations looked at for one thread. */
const mostWork = 40_000;

/** What is known of locals between two steps. */
type Values = ReadonlyMap<WordId, number>;

interface Fused {
  readonly start: Stmt[];
  readonly steps: Step[];
}

/** The steps of a thread. Undefined when a loop of it may go on without a step. */
export function fuse(lowered: LoweredThread, words: readonly Word[], written: ReadonlySet<WordId>, ends: Ends): Fused | undefined {
  // A loop may depend on a read of what nobody writes for its only step.
  return fuseWith(lowered, words, written, ends, false) ?? fuseWith(lowered, words, written, ends, true);
}

function fuseWith(lowered: LoweredThread, words: readonly Word[], written: ReadonlySet<WordId>, ends: Ends, keepReads: boolean): Fused | undefined {
  const { micros, entry } = lowered;
  const isLocal = (id: WordId): boolean => words[id]!.scope === 'local';
  const isConstant = (id: WordId): boolean => !isLocal(id) && !written.has(id);
  const isSeen = readsWritten(words, lowered, written);
  const initially: Known = (id) => (isConstant(id) ? words[id]!.initial : undefined);
  const mayWait = (guard: Exp | undefined): boolean => {
    const test = guard && simplify(guard, initially);
    return test !== undefined && !(test.kind === 'const' && test.value !== 0);
  };
  // A step that only reads what nobody writes is none: nobody can tell when it happens. One that may wait stays.
  const isStep = micros.map((micro) => micro.kind === 'step' && (keepReads || !micro.onlyReads || mayWait(micro.step.guard) || isSeen(micro)));
  const live = liveness(micros, ends, isLocal);
  const numbers = new Map<MicroId, number>();
  const order: MicroId[] = [];
  let work = 0;

  /** Actions with what is known put in; what they make known is added to `values`. */
  const settle = (actions: readonly Action[], values: Map<WordId, number>, after: ReadonlySet<WordId>): Action[] => {
    const known: Known = (id) => (isConstant(id) ? words[id]!.initial : values.get(id));
    const settled = simplifyActions(actions, known, (id, value) => {
      if (!isLocal(id)) return;
      // A value that does not fit is a violation, found when the program runs.
      if (value === undefined || value < 0 || value >= 2 ** words[id]!.bits) values.delete(id);
      else values.set(id, value);
    });
    return withoutDead(settled, after, isLocal);
  };

  /** Everything from a node to the next step, as statements. `dirty` are the locals that may be non-zero. */
  const expand = (from: MicroId, dirty: ReadonlySet<WordId>, known: Values, run: number): Stmt[] | undefined => {
    const result: Stmt[] = [];
    const mine = new Set(dirty);
    const values = new Map(known);
    let id = from;
    for (let length = run; ; length++) {
      if (length > longestRun || work++ > mostWork) return undefined;
      const micro = micros[id]!;
      if (isStep[id] || micro.kind === 'end') {
        if (micro.kind === 'end') result.push(...settle(ends.actions, values, ends.live));
        const after = micro.kind === 'end' ? ends.live : live[id]!;
        for (const word of [...mine].sort((a, b) => a - b)) if (!after.has(word)) result.push({ kind: 'set', word, value: zero });
        if (micro.kind === 'end') {
          result.push({ kind: 'goto', step: 'end' });
        } else {
          if (!numbers.has(id)) numbers.set(id, order.push(id) - 1);
          result.push({ kind: 'goto', step: numbers.get(id)! });
        }
        return result;
      }
      switch (micro.kind) {
        case 'local':
        case 'step': {
          const way = micro.kind === 'local' ? micro : micro.ways[0]!;
          const actions = settle(way.actions, values, live[way.next]!);
          result.push(...actions);
          collectDefined(actions, isLocal, mine);
          id = way.next;
          break;
        }
        case 'branch': {
          const test = truth(simplify(micro.test, (word) => (isConstant(word) ? words[word]!.initial : values.get(word))));
          if (test.kind === 'const') {
            id = test.value !== 0 ? micro.then : micro.else;
            break;
          }
          const then = expand(micro.then, mine, values, length + 1);
          const otherwise = then && expand(micro.else, mine, values, length + 1);
          if (!then || !otherwise) return undefined;
          result.push({ kind: 'if', test, then, else: otherwise });
          return result;
        }
      }
    }
  };

  const start = expand(entry, new Set(), new Map(), 0);
  if (!start) return undefined;
  const steps: Step[] = [];
  for (let i = 0; i < order.length; i++) {
    const micro = micros[order[i]!]!;
    if (micro.kind !== 'step') continue;
    const ways: Stmt[][] = [];
    for (const way of micro.ways) {
      const values = new Map<WordId, number>();
      const actions = settle(way.actions, values, live[way.next]!);
      const dirty = new Set([...live[order[i]!]!].filter(isLocal));
      collectDefined(actions, isLocal, dirty);
      const rest = expand(way.next, dirty, values, 0);
      if (!rest) return undefined;
      ways.push([...actions, ...rest]);
    }
    const { guard } = micro.step;
    steps.push({ ...micro.step, guard: guard && simplify(guard, initially), ways });
  }
  return { start, steps };
}

function collectDefined(actions: readonly Action[], isLocal: (id: WordId) => boolean, into: Set<WordId>): void {
  for (const action of actions) {
    if (action.kind === 'set' && isLocal(action.word)) into.add(action.word);
    if (action.kind === 'if') {
      collectDefined(action.then, isLocal, into);
      collectDefined(action.else, isLocal, into);
    }
  }
}
