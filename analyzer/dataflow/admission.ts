/** Which of the states that arrive at a point are followed from there: new ones, and of those not too many. */
import type { NodeId } from '../../parser/ir';
import { isSettled } from './entry-effects';
import { coarsen } from './reduce';
import type { Depth } from './callees';
import type { State } from './state';
import { entryCoreKey, stateKey } from './state';

/**
 * Distinct states at one point: beyond the first number branch facts are dropped, beyond the second states are. Functions that raise
 * faults are few and put the flags together in many steps.
 */
const caps: Readonly<Record<Depth, { readonly soft: number; readonly hard: number }>> = {
  events: { soft: 24, hard: 96 },
  whole: { soft: 24, hard: 96 },
  faults: { soft: 128, hard: 256 },
  entries: { soft: 192, hard: 192 },
  cache: { soft: 256, hard: 256 },
};

/**
 * How many states are followed at one point that are alike in what concerns entries, and of how many kinds more than one: fewer of those that have nothing
 * left to answer for. A function that looks at entries for others answers by what it returns, which hangs on more than entries.
 */
const patience = {
  changes: { alike: 3, settled: 8, open: 24 },
  looks: { alike: 4, settled: 24, open: 48 },
};

/** How many states are let in beyond that because they lead to another answer. */
const maxExtra = 64;

/** What was seen at one point. */
interface Point {
  readonly seen: Set<number>;
  /** Where entries are followed: how many states of each kind were let in. */
  readonly alike: Map<number, number>;
  settled: number;
  open: number;
  /** States that were let in for the answer that they lead to, and how many. */
  readonly answers: Set<number>;
  extra: number;
}

export class Admission {
  /** A state was turned away that was not seen before. */
  refused = false;
  private readonly points = new Map<NodeId, Point>();
  private readonly soft: number;
  private readonly hard: number;
  private readonly patience: (typeof patience)['looks'];

  /** `returned`: variables that the function returns. `deciding`: those that decide what it returns. */
  constructor(depth: Depth, changesEntries: boolean, private readonly returned: ReadonlySet<string>, private readonly deciding: ReadonlySet<string>) {
    ({ soft: this.soft, hard: this.hard } = caps[depth]);
    this.patience = changesEntries ? patience.changes : patience.looks;
  }

  /** Will no state be let in here any more, whatever it is? */
  isClosed(node: NodeId): boolean {
    return this.refused && this.isFull(this.points.get(node));
  }

  private isFull(point: Point | undefined): boolean {
    return point !== undefined && point.seen.size - point.extra >= this.hard && (this.deciding.size === 0 || point.extra >= maxExtra);
  }

  /** Lets the state in, made coarser where there are many already, or turns it away. */
  admits(node: NodeId, s: State): boolean {
    let point = this.points.get(node);
    if (!point) this.points.set(node, (point = { seen: new Set(), alike: new Map(), settled: 0, open: 0, answers: new Set(), extra: 0 }));
    const { seen } = point;
    const size = seen.size - point.extra;
    if (size >= this.soft && size < this.hard) coarsen(s, node);
    const key = stateKey(s);
    if (seen.has(key)) return false;
    const isNewAnswer = s.entries !== undefined && this.leadsElsewhere(point, s);
    if (size >= this.hard || (s.entries && !this.hasPatience(point, s))) {
      this.refused = true;
      if (!isNewAnswer || point.extra >= maxExtra) return false;
      point.extra++;
    }
    seen.add(key);
    return true;
  }

  /** Of states that differ in nothing which concerns entries, only some are followed: what one of them does the others do as well. */
  private hasPatience(point: Point, s: State): boolean {
    const key = entryCoreKey(s, this.returned);
    const count = point.alike.get(key) ?? 0;
    const which = isSettled(s) ? 'settled' : 'open';
    // The first of its kind is always let in.
    if (count >= this.patience.alike || (count > 0 && point[which] >= this.patience[which])) return false;
    point.alike.set(key, count + 1);
    point[which]++;
    return true;
  }

  /** The first of its kind that has found what the function will answer by: those before it lead to other answers. */
  private leadsElsewhere(point: Point, s: State): boolean {
    if (this.deciding.size === 0) return false;
    const key = entryCoreKey(s, this.deciding);
    if (point.answers.has(key)) return false;
    point.answers.add(key);
    return true;
  }
}
