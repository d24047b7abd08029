/** What the analyzer believes about a function, in words: for whoever doubts a finding. */
import type { FunctionRef, Tree } from './call-graph/tree';
import { lockClaims } from './dataflow/annotations';
import { createFrame } from './dataflow/frame';
import type { EventReach, FaultReach, Outcome, Summary } from './dataflow/summary';
import type { Fact } from './dataflow/state';
import type { ReadValue } from './dataflow/value';
import { factText, placeText, valueText } from './dataflow/words';
import { locate } from './findings/locate';

export interface FunctionBelief {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  /** What its annotations say of its callers. */
  readonly onEntry: readonly string[];
  /** The different ways to return that a caller can tell apart. */
  readonly ways: readonly { readonly returns: string; readonly when: readonly string[]; readonly effects: readonly string[] }[];
  /** Userfault events that some path reaches, callees included where their verdict depends on this function. */
  readonly events: readonly { readonly reason: string; readonly at: string; readonly when: readonly string[]; readonly entries: readonly string[] }[];
  /** Faults that it raises for the kernel. */
  readonly faults: readonly { readonly flags: string; readonly at: string; readonly when: readonly string[]; readonly onSigbus: readonly string[] }[];
  /** Why this may not be all. */
  readonly caveats: readonly string[];
}

/** `whole`, `faults`: its summaries in these depths. */
export function believe(tree: Tree, ref: FunctionRef, { whole, faults: { faults } }: Readonly<Record<'whole' | 'faults', Summary>>): FunctionBelief {
  const place = (r: FunctionRef, span: { start: number; end: number }): string => {
    const at = locate(tree, r, span);
    return `${at.file}:${at.line}`;
  };
  const where = (read: ReadValue): string => `${place(read.in, read.span)} ${{ held: 'under the lock', none: 'without the lock', inherit: '(locked if the caller holds the lock)' }[read.lock]}`;
  const conditions = (facts: Iterable<Fact>): string[] => [...facts].filter((f) => f.value.kind !== 'name').map((f) => factText(f, where)).sort();
  const under = (when: 'yes' | 'if-held'): string => (when === 'yes' ? 'under the lock' : 'under the lock, if the caller holds it');
  const { start, end } = ref.outline.nameSpan;
  const shift = ref.outline.span.start;
  const at = locate(tree, ref, { start: start - shift, end: end - shift });

  const way = ({ value, state }: Outcome): FunctionBelief['ways'][number] => ({
    returns: value === undefined ? 'nothing' : valueText(value, where),
    when: conditions(state.facts.values()),
    effects: [
      ...[...state.held.values()].map(() => 'the page-table lock that it took is still held'),
      ...(state.entryLock.pte === 'released' || state.entryLock.pmd === 'released' ? ["the caller's page-table lock is released"] : []),
      ...(state.confirmedAll === 'no' ? [] : [`earlier readings are confirmed ${under(state.confirmedAll)}`]),
      ...[...state.confirmed.values()].map((c) => `${valueText(c.value, where)} was compared with the entry ${under(c.when)}`),
      ...[...state.open.values()].map((r) => `${valueText(r, where)}: nothing has confirmed it`),
      ...[...state.memory.values()].map((m) => (m.value.kind === 'symbol' ? `${placeText(m.place, where)} is changed` : `${placeText(m.place, where)} = ${valueText(m.value, where)}`)),
      ...[...state.clobbered.values()].map((c) => `${placeText(c.place, where)} may have any content`),
    ],
  });
  const event = (r: EventReach): FunctionBelief['events'][number] => ({
    reason: valueText(r.reason, where),
    at: place(r.in, r.span),
    when: conditions(r.facts),
    entries: [
      ...r.open.map((read) => `${valueText(read, where)}: nothing has confirmed it`),
      ...(r.confirmedAll === 'no' ? [] : [`earlier readings are confirmed ${under(r.confirmedAll)}`]),
      ...r.confirmed.map((c) => `${valueText(c.value, where)} was compared with the entry ${under(c.when)}`),
    ],
  });
  const fault = (f: FaultReach): FunctionBelief['faults'][number] => ({
    flags: valueText(f.flags, where), at: place(f.in, f.span), when: conditions(f.facts), onSigbus: [...f.fates.keys()].sort(),
  });
  const ir = tree.lower(ref);
  const claims = lockClaims(createFrame(ref, ir, () => undefined, tree.model));
  return {
    function: ref.name, file: ref.file, line: at.line,
    onEntry: claims.map((claim) => `the caller holds the page-table lock ${claim.lock}, as annotated`),
    ways: whole.outcomes.map(way), events: whole.reaches.map(event), faults: faults.map(fault),
    caveats: [
      ...(whole.truncated ? ['there were too many states to follow: more ways to return are possible'] : []),
      ...(ir.incomplete ? ['the text could not be read completely'] : []),
    ],
  };
}
