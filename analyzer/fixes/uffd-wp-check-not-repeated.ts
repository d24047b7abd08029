/**
 * Asks again under the second lock: each entry of a table that was taken away (as dd47ac428c3f does in khugepaged), or whether the one entry
 * is still what the first check saw.
 */
import type { Syntax } from '../../parser/function-syntax';
import type { Effect } from '../../kernel/types';
import { nameIn } from '../call-graph/features';
import { callsPrimitive, type FunctionRef, type Tree } from '../call-graph/tree';
import type { Report } from '../rules/rule';
import { freshRead } from './entry-words';
import type { Candidate, Fixer } from './fix';
import { after } from './insert';
import { ifLines } from './layout';
import { visibleAt } from './scope';
import { asCall, callOf, callsIn, enclosing, flat, isStatement, sourceOf, statementAt, within, type Source, type Statement } from './source';

export const fixCheckNotRepeated: Fixer = function* (tree, report) {
  if (report.about === 'table wp') yield* checkEntries(tree, report);
  else if (report.about.endsWith(' wp')) yield* compareAgain(tree, report);
};

/* ---- a table that is scanned twice ---- */

/** Where the second scan leaves because an entry is not present, it leaves for the bit as well. */
function* checkEntries(tree: Tree, report: Report): Generator<Candidate, void> {
  const first = report.steps[0];
  const firstSource = first && sourceOf(tree, first.in);
  const guard = firstSource && statementAt(firstSource, first!.span);
  const firstBail = guard?.node.type === 'if_statement' ? guard.node.kids[2] : undefined;
  for (const second of secondScans(tree, report)) {
    const source = sourceOf(tree, second);
    if (!source) continue;
    for (const { statement, value, body } of presentBails(source)) {
      const code = firstSource && firstBail && valueAssigned(firstSource, firstBail);
      const lines = leaveLines(source, body, code);
      const edits = lines && after(source, statement, (indent) => ifLines(indent, `${nameIn(tree, 'pte_uffd_wp')}(${value})`, lines));
      if (!edits) continue;
      yield {
        title: `Check each entry for the uffd-wp bit in ${second.name}()`, safety: 'suggested',
        why: 'It leaves as for an entry that is not present: make sure that what was taken away is put back on that way.',
        in: second, edits,
      };
    }
  }
}

/** Functions called by the one that takes the table away, which look at entries one by one. */
function secondScans(tree: Tree, report: Report): FunctionRef[] {
  return [...report.in.outline.calls].flatMap((name) => {
    const callee = tree.model.primitives.has(name) ? undefined : tree.resolve(name, report.in.file);
    return callee && callee !== report.in && callsPrimitive(tree.model, callee, asksForPresence) ? [callee] : [];
  });
}

const asksForPresence = (effect: Effect): boolean => effect.op === 'test' && effect.test === 'present';

/** `if (!pte_present(value)) { ...; goto out; }` in a loop. */
function presentBails(source: Source): { statement: Statement; value: string; body: Syntax }[] {
  return [...within(source.root)].flatMap((node) => {
    if (node.type !== 'if_statement' || node.kids.some((kid) => kid.type === 'else_clause')) return [];
    const value = /^\((?:unlikely\()?!pte_present\((\w+)\)\)?\)$/.exec(flat(source, node.kids[1]!))?.[1];
    const body = node.kids[2];
    const statement = statementAt(source, node);
    const inLoop = enclosing(source, node).some((n) => /^(?:for|while|do)_statement$/.test(n.type));
    return value !== undefined && body && statement && inLoop ? [{ statement, value, body }] : [];
  });
}

/** `result = CODE;` of a block: variable and value. */
function valueAssigned(source: Source, block: Syntax): readonly [string, string] | undefined {
  for (const node of within(block)) {
    if (node.type === 'assignment_expression' && node.kids[1]?.type === '=') return [flat(source, node.kids[0]!), flat(source, node.kids[2]!)];
  }
  return undefined;
}

/** The statements of a block that leaves, with the reason that the first scan gives. */
function leaveLines(source: Source, body: Syntax, code: readonly [string, string] | undefined): string[] | undefined {
  const statements = body.type === 'compound_statement' ? body.kids.filter(isStatement) : [body];
  const last = statements.at(-1);
  if (!last || !/^(?:goto|return|break)_statement$/.test(last.type)) return undefined;
  return statements.map((statement) => {
    const assigned = valueAssigned(source, statement);
    return assigned && code && assigned[0] === code[0] ? `${code[0]} = ${code[1]};` : flat(source, statement);
  });
}

/* ---- one entry that is locked twice ---- */

function* compareAgain(tree: Tree, report: Report): Generator<Candidate, void> {
  const source = sourceOf(tree, report.in);
  const change = source && enclosing(source, report.span).map((node) => asCall(source, node)).findLast((c) => c !== undefined);
  const effect = change && tree.model.shapeFor(change.callee, change.args.length)?.effect;
  const first = report.steps[0];
  if (!source || !change || first?.in !== report.in || !(effect && 'slot' in effect && 'level' in effect) || effect.slot === undefined) return;
  if (effect.level !== 'pte' && effect.level !== 'huge') return;
  const guard = statementAt(source, first.span);
  const body = guard?.node.type === 'if_statement' ? guard.node.kids[2] : undefined;
  const seen = guard && body ? checkedValue(tree, source, guard.node.kids[1]!) : undefined;
  const relock = report.steps.findLast((s) => s.kind === 'lock' && s.in === report.in);
  const lock = relock && statementAt(source, relock.span);
  const leave = body && leaveLines(source, body, undefined);
  if (!lock || !leave || seen === undefined || !startsWithUnlock(tree, source, body)) return;
  const slot = flat(source, change.args[effect.slot]!);
  const fresh = freshRead(tree, source, visibleAt(tree, source, lock.node.end), effect.level, slot);
  const place = behindNullTest(source, lock, slot);
  if (fresh === undefined || !place) return;
  const edits = after(source, place, (indent) => ifLines(indent, `!pte_same(${fresh}, ${seen})`, leave));
  if (edits) {
    yield {
      title: 'Compare the entry with what was checked when the lock is held again', safety: 'suggested',
      why: 'It leaves as the first check does: make sure that this is right after what has been done since.',
      in: report.in, edits,
    };
  }
}

/** The variable that a condition asks for the bit. */
function checkedValue(tree: Tree, source: Source, condition: Syntax): string | undefined {
  const test = callsIn(source, condition).map((call) => ({ call, effect: tree.model.shapeFor(call.callee, call.args.length)?.effect })).find(({ effect }) => effect?.op === 'test' && effect.test === 'uffd-wp');
  const value = test?.effect?.op === 'test' ? test.call.args[test.effect.arg] : undefined;
  return value?.type === 'identifier' ? flat(source, value) : undefined;
}

/** Whoever leaves has to drop the lock, which is the same both times. */
function startsWithUnlock(tree: Tree, source: Source, body: Syntax): boolean {
  const first = body.type === 'compound_statement' ? body.kids.find(isStatement) : undefined;
  const call = callOf(source, first);
  const op = call && tree.model.shapeFor(call.callee, call.args.length)?.effect.op;
  return op === 'release' || op === 'spin-unlock';
}

/** `slot = pte_offset_map_lock(...)` may be followed by what to do if it is NULL. */
function behindNullTest(source: Source, lock: Statement, slot: string): Statement | undefined {
  if (callOf(source, lock.node)?.target === undefined) return lock;
  const next = lock.siblings[lock.index + 1];
  const isTest = next?.type === 'if_statement' && flat(source, next.kids[1]!) === `(!${slot})`;
  return next && isTest ? { ...lock, node: next, index: lock.index + 1 } : undefined;
}
