/** Puts a function's summary together from what its paths come upon: what is the same but for the path is said once, with the facts that all these paths share. */
import type { Span } from '../../parser/ir';
import type { FunctionRef } from '../call-graph/tree';
import type { Change } from './entries';
import { siteOf } from './entry-effects';
import { faultKey, withWaiting } from './faults';
import { factConcernsCaller, withoutSubsumed } from './outcomes';
import type { FillReach } from './page-cache';
import { fillKey } from './page-cache';
import { commonFacts, dropOwnSnapshots, reduceAtExit } from './reduce';
import { SummedMap } from './shared-map';
import type { Fact, State } from './state';
import { coreKey, entryOutcomeKey } from './state';
import type { ActionReach, EventReach, FaultReach, LossReach, Outcome, SigbusFate, Summary } from './summary';
import type { Value } from './value';
import { contains } from './value';

/** Beyond this many ways to return, what the function itself saw in entries is not told apart any more. */
const plainOutcomes = 10;
const outcomeCap = 32;
const reachCap = 64;

export class SummaryBuilder {
  /** Some paths were not followed. */
  truncated = false;
  /** A function that is called puts markers into more entries than the one that it is given. */
  calleeMarksMany = false;
  private readonly outcomes = new Map<string, Outcome>();
  private readonly reaches = new Map<string, EventReach>();
  private readonly faults = new Map<string, FaultReach>();
  private readonly losses = new Map<string, LossReach>();
  private readonly actions = new Map<string, ActionReach>();
  private readonly fills = new Map<string, FillReach>();
  private readonly marks = new Map<string, Change>();
  /** Markers go into other entries than those that were handed in or emptied here. */
  private marksMany = false;
  private readonly chosen = new Set<string>();
  private readonly answered = new Set<string>();
  /** By call that faults: the ways on from a SIGBUS. */
  private readonly fates = new Map<string, Map<SigbusFate, Span>>();

  /** `ref`: the function whose summary it is. */
  constructor(private readonly ref: FunctionRef) {}

  summary(): Summary {
    // Where the next entries get their markers in later rounds of a loop, the round that ends it was the last.
    const isMarked = (c: Change): boolean => this.marksMany && c.rest === true && c.in === this.ref;
    const outcomes = [...this.outcomes.values()].map((o) => withoutPending(o, isMarked));
    const losses = [...this.losses.values()].filter((l) => !isMarked(l.change));
    return {
      outcomes: withoutSubsumed(outcomes), reaches: [...this.reaches.values()], faults: withWaiting([...this.faults.values()]), losses,
      actions: [...this.actions.values()], marks: [...this.marks.values()], marksMany: this.marksMany || this.calleeMarksMany, chosen: this.chosen, answered: this.answered, truncated: this.truncated, fills: [...this.fills.values()],
    };
  }

  addLoss(loss: LossReach): void {
    const key = [siteOf(loss.change), loss.change.replaces, loss.change.rest, loss.change.blamed && siteOf({ ...loss.change, ...loss.change.blamed }), loss.via, loss.atExit, loss.coarse].join('|');
    const old = this.losses.get(key);
    this.losses.set(key, { ...(old ?? loss), facts: sharedFacts(loss.facts, old?.facts), onAnonymous: loss.onAnonymous && old?.onAnonymous !== false });
  }

  addAction(action: ActionReach): void {
    const key = [siteOf(action.change), action.via, action.coarse, action.mmapDropped, ...action.gaps, '', ...action.earlier.keys(), '', ...action.violated].join('|');
    const old = this.actions.get(key);
    this.actions.set(key, { ...(old ?? action), facts: sharedFacts(action.facts, old?.facts) });
  }

  addFill(fill: FillReach): void {
    const key = fillKey(fill);
    if (!this.fills.has(key)) this.fills.set(key, fill);
  }

  addFault(fault: FaultReach): void {
    const key = faultKey(fault);
    const old = this.faults.get(key);
    this.faults.set(key, old ? { ...old, facts: [...commonFacts(byKey(old.facts), byKey(fault.facts)).values()] } : fault);
  }

  /** Where the ways on from a SIGBUS of this call are collected. */
  fatesOf(call: string): Map<SigbusFate, Span> {
    let fates = this.fates.get(call);
    if (!fates) this.fates.set(call, (fates = new Map()));
    return fates;
  }

  /** A marker is put into an entry. `isOwn`: one that the path has emptied before. */
  addMark(change: Change, isOwn: boolean): void {
    if (!isOwn && change.slot.kind !== 'param' && change.slot.kind !== 'load') this.marksMany = true;
    if (contains(change.slot, (v) => v.kind === 'param' || v.kind === 'load')) this.marks.set(siteOf(change), change);
  }

  addChosen(site: string): void {
    this.chosen.add(site);
  }

  addAnswered(site: string): void {
    this.answered.add(site);
  }

  addReach(reach: EventReach): void {
    const alive = byKey(reach.facts.filter((f) => factConcernsCaller(f.value, reach.open)));
    const about = [...alive.values()].filter((f) => f.value.kind === 'test' || f.value.kind === 'same').map((f) => `${f.value.key}:${f.low}`).sort();
    const key = [reach.coarse, reach.in.file, reach.in.name, reach.span.start, reach.via, reach.reason.key, reach.confirmedAll, reach.entryLock.pte, reach.entryLock.pmd,
      ...about, ...reach.open.map((r) => r.key).sort(), ...reach.confirmed.map((c) => c.value.key + c.when).sort()].join('|');
    const old = this.reaches.get(key);
    if (!old && this.reaches.size >= reachCap) {
      this.truncated = true;
      return;
    }
    const facts = old ? commonFacts(byKey(old.facts), alive) : alive;
    this.reaches.set(key, { ...(old ?? reach), facts: [...facts.values()] });
  }

  /** The function returns, with the state as far as its caller can see it. */
  addOutcome(result: Value | undefined, s: State): void {
    const value = reduceAtExit(s, result);
    if (this.outcomes.size >= plainOutcomes) dropOwnSnapshots(s);
    // Ways to return that differ in nothing but the branches taken are one way, with the facts they share.
    const key = `${value?.key ?? ''}|${s.entries ? entryOutcomeKey(s) : coreKey(s)}`;
    const old = this.outcomes.get(key);
    if (old) {
      this.outcomes.set(key, { value: old.value, state: { ...old.state, facts: SummedMap.of(commonFacts(old.state.facts, s.facts)) } });
      return;
    }
    if (this.outcomes.size >= outcomeCap) {
      this.truncated = true;
      const gone = this.dispensable(value, s);
      if (gone === undefined) return;
      this.outcomes.delete(gone);
    }
    this.outcomes.set(key, { value, state: s });
  }

  /**
   * The way to return that makes room for this one, if any. What is left undone is what a caller must hear of. And it must hear of every answer: one that comes
   * late takes the place of a variant of the answer that has most of them.
   */
  private dispensable(value: Value | undefined, s: State): string | undefined {
    const all = [...this.outcomes];
    if (s.entries && s.entries.pending.length > 0) return all.find(([, o]) => o.state.entries?.pending.length === 0)?.[0];
    const byValue = new Map<string, [string, Outcome][]>();
    for (const outcome of all) {
      const answer = outcome[1].value?.key ?? '';
      const same = byValue.get(answer);
      if (same) same.push(outcome);
      else byValue.set(answer, [outcome]);
    }
    const mine = byValue.get(value?.key ?? '') ?? [];
    const gaps = s.entries?.gaps.size ?? 0;
    const better = mine.find(([, o]) => o.state.entries?.pending.length === 0 && o.state.entries.gaps.size < gaps);
    if (better) return better[0];
    const most = [...byValue.values()].reduce((a, b) => (b.length > a.length ? b : a));
    return most.length > mine.length + 1 ? most.at(-1)![0] : undefined;
  }
}

function withoutPending(outcome: Outcome, isDone: (c: Change) => boolean): Outcome {
  const { entries } = outcome.state;
  return entries?.pending.some(isDone) ? { ...outcome, state: { ...outcome.state, entries: { ...entries, pending: entries.pending.filter((c) => !isDone(c)) } } } : outcome;
}

const byKey = (facts: readonly Fact[]): Map<string, Fact> => new Map(facts.map((f) => [f.value.key, f] as const));

/** The facts that concern callers, as far as all paths to the same thing share them. */
function sharedFacts(facts: readonly Fact[], old: readonly Fact[] | undefined): Fact[] {
  const here = byKey(facts.filter((f) => factConcernsCaller(f.value, [])));
  return [...(old ? commonFacts(byKey(old), here) : here).values()];
}
