/**
 * An entry that may be write-protected by userfaultfd is emptied or overwritten, and the protection goes with it.
 *
 * The uffd-wp bit lives in the entry alone. Whoever takes a file page out of an entry has to leave a marker in its place, and whoever
 * replaces the value has to carry the bit over, before the page-table lock is dropped.
 */
import { mayHave, nameIn } from '../call-graph/features';
import type { FunctionRef, Tree } from '../call-graph/tree';
import type { Change } from '../dataflow/entries';
import { siteOf } from '../dataflow/entry-effects';
import type { Trace } from '../dataflow/state';
import { steps } from '../dataflow/state';
import type { LossReach, Summary } from '../dataflow/summary';
import type { CreateCheck, Report, RuleInfo } from './rule';
import { assumptionsOf, changesProtection, messageOf, withoutDetours } from './rule';

export const uffdWpBitLost: RuleInfo = {
  name: 'uffd-wp-bit-lost',
  description: 'An entry is emptied or replaced, and its uffd-wp bit is neither carried over nor kept in a marker.',
  severity: 'warning',
  commit: '0f230bc24b6e ("mm/hugetlb: fix uffd-wp bit lost when unsharing happens")',
  scenario: 'uffd-wp-lost-on-zap',
  since: '0.1.0',
};

export const checkLostBits: CreateCheck = (tree) => ({
  info: uffdWpBitLost,
  startsAt: changesProtection,
  levels: 3,
  concern: 'entries',
  judge: (_ref, summary, isLast) => summary.losses.filter((loss) => isLost(tree, loss, summary) && isLast).map((loss) => report(tree, loss)),
  asksCallers: (_ref, summary) => summary.marks.length > 0 || summary.losses.some((loss) => isLost(tree, loss, summary)),
  concernsCaller: (reach) => 'atExit' in reach && !reach.coarse,
});

const isLost = (tree: Tree, loss: LossReach, summary: Summary): boolean => !loss.coarse && !isRequested(summary, siteOf(loss.change)) && hadBit(tree, loss.change);

/** Where an entry gets the bit for another reason than its old value, a request decides, and the old value does not matter; unless there is a request to take the bit away as well. */
const isRequested = (summary: Summary, site: string): boolean => summary.chosen.has(site) && !summary.answered.has(site);

/**
 * Could the entry have had the bit in this kernel? 5.7 brought it for private anonymous memory, where nothing is kept of an entry that is emptied;
 * only 5.19 brought it, and markers, for files and hugetlb (include/linux/swapops.h:PTE_MARKER_UFFD_WP).
 */
function hadBit(tree: Tree, { kind, replaces, level }: Change): boolean {
  if (mayHave(tree, 'PTE_MARKER_UFFD_WP')) return true;
  return tree.mentions('pte_mkuffd_wp') && level === 'pte' && (kind === 'store' || replaces);
}

function report(tree: Tree, loss: LossReach): Report {
  const { change } = loss;
  const place = change.blamed ?? change;
  const what = change.blamed
    ? `${place.in.name}() leaves no marker for some entries that have the uffd-wp bit`
    : change.kind === 'table'
      ? `${place.in.name}() drops a page table that may hold uffd-wp bits and markers`
      : change.kind === 'store' || change.replaces
        ? `${place.in.name}() replaces ${change.marker === 'own' ? 'a marker' : 'an entry'} without carrying over its uffd-wp bit`
        : change.rest
          ? `${place.in.name}() empties several entries and leaves a uffd-wp marker in the first only`
          : `${place.in.name}() empties an entry and leaves no marker for its uffd-wp bit`;
  const why = change.kind === 'store' || change.replaces
    ? `The new value is built without the bit, and ${change.marker === 'own' ? 'the marker that this path left has it' : 'nothing on this path excludes that the old one has it'}. Set it again (${nameIn(tree, 'pte_mkuffd_wp')}() or its relatives), under the same lock.`
    : `Nothing on this path excludes that the entry is write-protected for a monitor of a file mapping. Leave a marker (${nameIn(tree, 'pte_install_uffd_wp_if_needed')}()) before the page-table lock is dropped${change.rest ? ', in each of them' : ''}.`;
  return {
    info: uffdWpBitLost,
    severity: knowsProtection(tree, change.in) && !loss.onAnonymous ? 'warning' : 'information',
    message: messageOf(what, why),
    in: place.in, span: place.span,
    steps: explain(loss),
    assumptions: assumptionsOf(steps(loss.trace)),
    about: change.kind,
  };
}

/** Nobody has thought of write protection in such a file; whether its pages can be protected is another question. */
const knowsProtection = (tree: Tree, ref: FunctionRef): boolean => /uffd|userfault/.test(withoutComments(tree.text(ref.file) ?? ''));

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ' ');

const maxSteps = 12;

/** From taking the lock to dropping it. */
function explain(loss: LossReach): Trace[] {
  const all = steps(loss.trace).filter((s) => s.assumed === undefined);
  const at = all.findIndex((s) => s.in === loss.change.in && s.span.start === loss.change.span.start);
  const told = all.filter((s, i) => {
    if (s.kind === 'call') return true;
    if (i < at) return s.kind === 'lock' || s.kind === 'locked-read';
    return s.kind === 'clear' || s.kind === 'store' || s.kind === 'unlock' || s.kind === 'branch' || s.kind === 'check';
  });
  const path = withoutDetours(told).slice(-maxSteps);
  const end: Trace[] = loss.atExit ? [{ kind: 'return', in: loss.change.in, span: loss.change.span, about: undefined, before: undefined, message: 'the function returns without having left a marker' }] : [];
  return [...path, ...end].map((s) => (s.in === loss.change.in && s.span.start === loss.change.span.start && s.kind !== 'return'
    ? { ...s, message: consequence(loss.change) } : s));
}

function consequence({ kind, marker, replaces, rest }: Change): string {
  if (kind !== 'store') return rest ? 'the entries are emptied; their uffd-wp bit is gone unless a marker follows in each' : replaces ? 'the entry is emptied; its uffd-wp bit is gone unless the next value has it' : 'the entry is emptied; its uffd-wp bit is gone unless a marker follows';
  if (marker === 'own') return 'the marker is overwritten; the uffd-wp bit that it kept is gone';
  return marker === 'found' ? 'the entry is overwritten; if it held a marker, the uffd-wp bit is gone' : 'the entry is overwritten; its uffd-wp bit is gone';
}
