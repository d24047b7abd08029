/**
 * Looks at the entry again under its lock before the event is raised, and leaves the fault to be tried again when it is not what it was
 * (as 2ea7ff1e39cb did for hugetlb).
 */
import type { Syntax } from '../../parser/function-syntax';
import type { Effect, Level } from '../../kernel/types';
import type { Variable } from '../../parser/ir';
import { callsPrimitive, type Tree } from '../call-graph/tree';
import type { ReadValue } from '../dataflow/value';
import type { Report } from '../rules/rule';
import type { Candidate, Fixer, LocalEdit } from './fix';
import { before, declared, replacement } from './insert';
import { assignmentLines, ifLines } from './layout';
import { leaveBefore } from './leave';
import { compares, rechecks, takesLock, underLock, type Recheck } from './recheck';
import { visibleAt } from './scope';
import { holdersOf } from './snapshot';
import { callOf, callsIn, flat, sourceOf, statementAt, type Source, type Statement } from './source';

export const fixLocklessEvent: Fixer = function* (tree, report) {
  const source = sourceOf(tree, report.in);
  const event = source && statementAt(source, report.span);
  const snapshot = report.steps[0]?.about;
  if (!source || !event || snapshot?.kind !== 'read') return;
  // The page table itself may have looked missing, but a function that locks ptes raises its event for one of them.
  const isAboutPte = snapshot.level === 'pmd' && callsPrimitive(tree.model, source.ref, findsPte);
  const level = isAboutPte ? 'pte' : snapshot.level;
  yield* repairTest(tree, source, event);
  const leave = leaveBefore(tree, source, event);
  if (!leave) return;
  const scope = visibleAt(tree, source, event.node.start);
  const seen = isAboutPte ? [] : holdersOf(tree, source, scope, snapshot);
  // A comparison under the lock is there already, and something is wrong with it: one more would hide that.
  if (seen.some((value) => comparesLocked(tree, source, event, value))) return;
  const all = rechecks(tree, source, scope, { level, seen, askNone: !report.about.endsWith(' WP'), ownReading: snapshot.in === source.ref });
  const place: Place = { tree, report, source, event, scope, leave, level, snapshot };
  for (const recheck of all) {
    if (recheck.locksItself) yield* askHelper(place, recheck);
    else yield* askBeforeUnlock(place, recheck);
  }
  for (const recheck of all) if (!recheck.locksItself) yield* askUnderOwnLock(place, recheck);
};

const findsPte = (effect: Effect): boolean => (effect.op === 'acquire' || effect.op === 'map') && effect.level === 'pte';

interface Place {
  readonly tree: Tree;
  readonly report: Report;
  readonly source: Source;
  readonly event: Statement;
  readonly scope: readonly Variable[];
  /** What to do instead of raising the event. */
  readonly leave: readonly string[];
  readonly level: Level;
  /** The reading that led to the event. */
  readonly snapshot: ReadValue;
}

const safe = { safety: 'safe', why: 'An entry that changed meanwhile makes the fault return 0: it is tried again, and sees what there is now.' } as const;

/** A recheck is there, and its answer is used the wrong way. */
function* repairTest(tree: Tree, source: Source, event: Statement): Generator<Candidate, void> {
  const above = event.siblings[event.index - 1];
  const condition = above?.type === 'if_statement' ? above.kids[1] : undefined;
  if (!condition || above?.kids.some((kid) => kid.type === 'else_clause')) return;
  const asked = callsIn(source, condition).filter(({ callee }) => {
    const helper = tree.resolve(callee, source.ref.file);
    return helper && callsPrimitive(tree.model, helper, compares) && callsPrimitive(tree.model, helper, takesLock);
  });
  const [call] = asked;
  if (asked.length !== 1 || !call) return;
  const right = `(!${flat(source, call.node)})`;
  if (flat(source, condition) === right) return;
  yield { title: `Leave when ${call.callee}() is false`, ...safe, in: source.ref, edits: [replacement(condition, right)] };
}

/** A helper that takes the lock itself is asked directly before the event. */
function* askHelper({ report, source, event, leave }: Place, { condition }: Recheck): Generator<Candidate, void> {
  const edits = before(source, event, (indent) => leaveUnless(indent, condition, leave));
  if (edits) yield { title: `Recheck the entry with ${condition.replace(/^!|\(.*/g, '')}() before the event`, ...safe, in: report.in, edits };
}

/** The lock is held until just before the event: the question belongs in front of the unlock, and the answer is used behind it. */
function* askBeforeUnlock(place: Place, { condition }: Recheck): Generator<Candidate, void> {
  const { tree, report, source, event, leave } = place;
  const at = event.siblings.findLastIndex((s, i) => i < event.index && unlocks(tree, source, s));
  const variable = freeName(place);
  const unlock = event.siblings[at];
  if (!unlock || variable === undefined || event.parent.type !== 'compound_statement') return;
  // What was read behind the unlock cannot be confirmed in front of it.
  if (place.snapshot.in === source.ref && place.snapshot.span.start > unlock.start) return;
  const asks = before(source, { ...event, node: unlock, index: at }, (indent) => `${assignmentLines(indent, at === 0 ? `bool ${variable}` : variable, condition)}${at === 0 ? '\n' : ''}`);
  const leaves = before(source, event, (indent) => leaveUnless(indent, variable, leave));
  const declares = at === 0 ? [] : [declared(source, event.node.start, [`bool ${variable};`])];
  if (asks && leaves) yield* candidate('Recheck the entry before the page-table lock is dropped', report, [...declares, ...asks, ...leaves]);
}

/** Nobody holds the lock near the event: takes it for the question. */
function* askUnderOwnLock(place: Place, recheck: Recheck): Generator<Candidate, void> {
  const { tree, report, source, event, scope, leave, level } = place;
  const variable = freeName(place);
  const locked = variable === undefined ? undefined : underLock(scope, tree.lower(source.ref).locals.map((l) => l.name), level, recheck, leave);
  if (!locked || variable === undefined) return;
  const lines = (indent: string): string => `${locked.lines(indent, variable)}${leaveUnless(indent, variable, leave)}`;
  const edits = before(source, event, lines);
  const inBlock = event.parent.type === 'compound_statement';
  if (!edits) return;
  if (inBlock) {
    yield* candidate('Recheck the entry under the page-table lock before the event', report, [declared(source, event.node.start, [...locked.declarations, `bool ${variable};`]), ...edits]);
    return;
  }
  // The new block has no declarations yet.
  const own = before(source, event, (indent) => `${[...locked.declarations, `bool ${variable};`].map((d) => `${indent}${d}\n`).join('')}\n${lines(indent)}`);
  if (own) yield* candidate('Recheck the entry under the page-table lock before the event', report, own);
}

function* candidate(title: string, report: Report, edits: readonly (LocalEdit | undefined)[]): Generator<Candidate, void> {
  if (edits.every((e) => e !== undefined)) yield { title, ...safe, in: report.in, edits };
}

/** Is an entry compared with this value in a statement before the event, with the lock dropped after it? */
function comparesLocked(tree: Tree, source: Source, event: Statement, value: string): boolean {
  const hasComparison = (s: Syntax): boolean => callsIn(source, s).some((c) => tree.model.shapeFor(c.callee, c.args.length)?.effect.op === 'compare' && c.args.some((arg) => flat(source, arg) === value));
  const at = event.siblings.findIndex((s, i) => i < event.index && s.type === 'expression_statement' && hasComparison(s));
  return at >= 0 && event.siblings.some((s, i) => i > at && i < event.index && unlocks(tree, source, s));
}

/** A statement that drops a page-table lock. */
function unlocks(tree: Tree, source: Source, statement: Syntax): boolean {
  const call = callOf(source, statement);
  const op = call && tree.model.shapeFor(call.callee, call.args.length)?.effect.op;
  return op === 'release' || op === 'spin-unlock';
}

/** A name for the answer that the function does not use yet. */
const freeName = ({ source }: Place): string | undefined => ['stable', 'unchanged', 'still_same'].find((name) => !new RegExp(`\\b${name}\\b`).test(source.ref.masked));

const leaveUnless = (indent: string, condition: string, leave: readonly string[]): string =>
  ifLines(indent, condition.startsWith('!') ? condition.slice(1) : `!${condition}`, leave);
