/** What the callers of a function hold, where the function relies on it: it changes entries and takes no page-table lock for that. */
import type { Effect } from '../../kernel/types';
import type { FunctionRef, Tree } from '../call-graph/tree';
import { callsPrimitive } from '../call-graph/tree';
import type { CallSite, EntryFacts } from '../spots/facts';

/** Does the function change entries that it was handed, under a lock that it does not take itself? */
export function reliesOnCallers({ model }: Tree, ref: FunctionRef): boolean {
  const isHanded = /\b(?:pte|pmd|pud)_t\s*\*|\bvm_fault\s*\*/.test(headOf(ref));
  return isHanded && !model.primitives.has(ref.name) && callsPrimitive(model, ref, isChange) && !callsPrimitive(model, ref, takesLock);
}

/** The calls, if all are known and at least one holds the lock; undefined when nothing can be said. */
export function callsUnderLock({ callSites, isCallback }: EntryFacts): { readonly held: readonly CallSite[]; readonly all: readonly CallSite[] } | undefined {
  const held = callSites.filter((site) => site.ptl === 'held');
  if (isCallback || held.length === 0 || callSites.some((site) => site.ptl === 'unknown')) return undefined;
  return { held, all: callSites };
}

const isChange = (effect: Effect): boolean => effect.op === 'clear' || effect.op === 'store' || effect.op === 'modify-start' || effect.op === 'mark';
const takesLock = (effect: Effect): boolean => ['acquire', 'double-lock', 'walk-step', 'spin-lock', 'lock-pointer'].includes(effect.op);

function headOf(ref: FunctionRef): string {
  return ref.masked.slice(0, ref.outline.bodyStart - ref.outline.span.start);
}
