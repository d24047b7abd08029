/**
 * Protected memory is spared by a check under the page-table lock; then the lock is dropped and taken again, and the entry is changed on the
 * strength of the old check. Meanwhile userspace may have protected it.
 */
import { mappingWalks } from '../../kernel/rmap';
import type { Effect } from '../../kernel/types';
import { callsPrimitive, type FunctionRef, type Tree } from '../call-graph/tree';
import type { Guard } from '../dataflow/entries';
import { siteOf } from '../dataflow/entry-effects';
import type { Trace } from '../dataflow/state';
import { steps } from '../dataflow/state';
import type { ActionReach, Summary } from '../dataflow/summary';
import type { CreateCheck, Report, RuleInfo } from './rule';
import { assumptionsOf, changesProtection, messageOf, withoutDetours } from './rule';

export const uffdWpCheckNotRepeated: RuleInfo = {
  name: 'uffd-wp-check-not-repeated',
  description: 'An entry is changed under the page-table lock because of a uffd-wp check that was made before the lock was taken again.',
  severity: 'warning',
  commit: 'dd47ac428c3f ("mm/khugepaged: check again on anon uffd-wp during isolation")',
  scenario: 'khugepaged-anon-uffd-wp',
  since: '0.1.0',
};

export const checkRepeatedChecks: CreateCheck = (tree) => ({
  info: uffdWpCheckNotRepeated,
  startsAt: changesProtection,
  levels: 3,
  concern: 'entries',
  judge: (_ref, summary) => summary.actions.filter((a) => !a.coarse && guardOf(a, summary) !== undefined).map((a) => report(a, guardOf(a, summary)!)),
  asksCallers: (_ref, summary) => summary.actions.some(mayRestOnCaller) || summary.outcomes.some((o) => (o.state.entries?.unchecked.length ?? 0) > 0),
  settles: (ref) => checksWithin(tree, ref),
  concernsCaller: (reach) => 'gaps' in reach && mayRestOnCaller(reach),
});

const mayRestOnCaller = (a: ActionReach): boolean => !a.coarse && relevant(a).length === 0;

/** Guards of earlier phases that would have to be repeated for what this change lets pass. */
function relevant(a: ActionReach): Guard[] {
  return [...a.earlier.keys()].filter((g) => g === 'flag' || a.gaps.has('wp'));
}

/** The guard that was not repeated. One that finds protected memory on some path to the same place is there for something else. */
function guardOf(a: ActionReach, summary: Summary): Guard | undefined {
  const site = siteOf(a.change);
  const others = summary.actions.filter((o) => siteOf(o.change) === site);
  const guards = relevant(a).filter((g) => !others.some((o) => o.violated.has(g)));
  return guards.includes('wp') && a.gaps.has('wp') ? 'wp' : guards[0];
}

const isBitTest = (effect: Effect): boolean => effect.op === 'test' && effect.test === 'uffd-wp';

const isRegistrationTest = (effect: Effect): boolean => effect.op === 'vma-flag' && (effect.flag === 'wp' || effect.flag === 'armed');

/**
 * Does the function itself ask entries for protection, or vmas that it finds by reverse mapping for their registration? What it asks of a vma that was
 * handed to it, mmap_lock keeps as it is.
 */
const checks = (tree: Tree, ref: FunctionRef): boolean => callsPrimitive(tree.model, ref, isBitTest)
  || ([...mappingWalks.keys()].some((name) => ref.outline.calls.has(name)) && callsPrimitive(tree.model, ref, isRegistrationTest));

/** Does it, or does a function that it calls look at entries for it, and do no more? */
function checksWithin(tree: Tree, ref: FunctionRef): boolean {
  if (checks(tree, ref)) return true;
  for (const name of ref.outline.calls) {
    const callee = tree.model.primitives.has(name) ? undefined : tree.resolve(name, ref.file);
    if (callee && checks(tree, callee) && !callsPrimitive(tree.model, callee, changesProtection)) return true;
  }
  return false;
}

function report(a: ActionReach, guard: Guard): Report {
  const { change } = a;
  const what = change.kind === 'table' ? 'collapses a page table' : change.kind === 'clear' ? 'empties an entry' : 'changes an entry';
  const which = guard === 'flag' ? 'registration' : 'uffd-wp bit';
  return {
    info: uffdWpCheckNotRepeated,
    severity: 'warning',
    message: messageOf(`${change.in.name}() ${what}; its ${which} check is from before the relock`,
      'Between the two, userspace may have protected the entry. Look at it again under the page-table lock (pte_same() with the value checked before, or the check itself).'),
    in: change.in, span: change.span,
    steps: explain(a, guard),
    assumptions: assumptionsOf(steps(a.trace)),
    about: `${change.kind} ${guard}`,
  };
}

const maxSteps = 12;

function explain(a: ActionReach, guard: Guard): Trace[] {
  const all = steps(a.trace).filter((s) => s.assumed === undefined);
  const end = all.findLastIndex((s) => s.in === a.change.in && s.span.start === a.change.span.start);
  const path = end >= 0 ? all.slice(0, end + 1) : all;
  const asks = guard === 'wp' ? /uffd_wp|_wp\(\)/ : /^userfaultfd_/;
  const relock = path.findLastIndex((s) => s.kind === 'lock');
  const checked = path.findLastIndex((s, i) => i < relock && s.holds === false && asks.test(s.message));
  const told = path.filter((s, i) => {
    if (i < checked) return false;
    return i === checked || s.kind === 'call' || s.kind === 'lock' || s.kind === 'unlock' || s.kind === 'clear' || s.kind === 'store';
  });
  const tail = withoutDetours(told.slice(checked >= 0 ? 1 : 0)).slice(-maxSteps);
  return (checked >= 0 ? [told[0]!, ...tail] : tail).map((s) => (s.in === a.change.in && s.span.start === a.change.span.start
    ? { ...s, message: 'the entry is changed; since the lock was taken again nobody looked at it' } : s));
}

