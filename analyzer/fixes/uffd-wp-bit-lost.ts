/**
 * Keeps the uffd-wp bit: a marker in the entry that was emptied (as zap does since 999dad824c39), or the bit carried over into the value
 * that replaces it (as 0f230bc24b6e did for hugetlb).
 */
import type { Syntax } from '../../parser/function-syntax';
import type { Effect, Level } from '../../kernel/types';
import { callsPrimitive, type Tree } from '../call-graph/tree';
import type { Report } from '../rules/rule';
import { carryLines, isPresentValue } from './carry-bit';
import { entryValues } from './entry-words';
import type { Candidate, Fixer } from './fix';
import { after, before, declared, replacement } from './insert';
import { assignmentLines, callLines } from './layout';
import { markCalls } from './mark-calls';
import { visibleAt } from './scope';
import { callOf, callsIn, endOfLine, enclosing, asCall, flat, isStatement, lineStart, sourceOf, statementAt, textOf, within, type Call, type Source, type Statement } from './source';

export const fixLostBit: Fixer = function* (tree, report) {
  const source = sourceOf(tree, report.in);
  const call = source && enclosing(source, report.span).map((node) => asCall(source, node)).findLast((c) => c !== undefined);
  const effect = call && tree.model.shapeFor(call.callee, call.args.length)?.effect;
  const statement = source && statementAt(source, report.span);
  if (!source || !call || !statement || (effect?.op !== 'clear' && effect?.op !== 'store') || (effect.level !== 'pte' && effect.level !== 'huge')) return;
  const change: Change = { tree, report, source, call, effect, level: effect.level, statement, slot: flat(source, call.args[effect.slot]!) };
  const store = effect.op === 'store' ? statement : laterStore(change);
  if (store) yield* carryOver(change, store);
  else {
    yield* moveMarker(change);
    // A second marker in the same entry would be one too many.
    if (!isMarked(change)) yield* leaveMarker(change);
  }
};

interface Change {
  readonly tree: Tree;
  readonly report: Report;
  readonly source: Source;
  readonly call: Call;
  readonly effect: Extract<Effect, { op: 'clear' | 'store' }>;
  readonly level: Level;
  readonly statement: Statement;
  /** Points to the entry. */
  readonly slot: string;
}

/** The store that puts a new value where this clear emptied the entry, in the same block. */
function laterStore({ tree, source, statement, slot }: Change): Statement | undefined {
  for (let index = statement.index + 1; index < statement.siblings.length; index++) {
    const node = statement.siblings[index]!;
    const call = callOf(source, node);
    const effect = call && tree.model.shapeFor(call.callee, call.args.length)?.effect;
    if (effect?.op === 'store' && flat(source, call!.args[effect.slot]!) === slot) return { ...statement, node, index };
  }
  return undefined;
}

/* ---- a marker for an entry that stays empty ---- */

const marked = { safety: 'suggested', why: 'The marker stays until the range is unregistered or goes away: make sure that the protection is meant to outlive the mapping here.' } as const;

function* leaveMarker(change: Change): Generator<Candidate, void> {
  const { tree, report, source, call, effect, level, statement, slot } = change;
  const scope = visibleAt(tree, source, statement.node.end);
  const own = callOf(source, statement.node)?.target ?? declaredBy(source, statement.node, call);
  const returnsOld = effect.op === 'clear' && effect.returnsOld;
  const values = own !== undefined && returnsOld ? [own] : entryValues(scope, level).filter((v) => !v.includes('>') && !v.includes('.'));
  for (const old of values) {
    for (const lines of markCalls({ tree, source, scope, level, slot, old, clear: call })) {
      const edits = after(source, statement, lines);
      if (edits) yield { title: 'Leave a uffd-wp marker in the emptied entry', ...marked, in: report.in, edits };
    }
  }
}

/** The variable that a declaration initialises with the call. */
function declaredBy(source: Source, statement: Syntax, call: Call): string | undefined {
  const declarator = statement.type === 'declaration' ? statement.kids.find((kid) => kid.type === 'init_declarator' && kid.kids.at(-1)?.start === call.node.start) : undefined;
  return declarator?.kids[0]?.type === 'identifier' ? textOf(source, declarator.kids[0]) : undefined;
}

/** Is a marker left in the entry elsewhere on the way through the function? */
function isMarked({ tree, source, statement, slot }: Change): boolean {
  const marksSlot = (node: Syntax): boolean => marks(tree, source, node) && callsIn(source, node).some((c) => c.args.some((arg) => flat(source, arg) === slot));
  const path = enclosing(source, statement.node);
  let isBehind = true;
  for (let i = path.length - 2; i > 0; i--) {
    const inner = path[i + 1]!;
    const others = path[i]!.type === 'compound_statement' ? path[i]!.kids.filter((kid) => kid !== inner) : [];
    // Whoever leaves after having left a marker does not come here.
    if (others.some((s) => s.start < inner.start && marksSlot(s) && !leaves(s))) return true;
    const behind = isBehind ? others.filter((s) => s.start > inner.start) : [];
    if (behind.some(marksSlot)) return true;
    if (behind.some(isJump)) isBehind = false;
  }
  return false;
}

const isJump = (node: Syntax): boolean => /^(?:return|goto|continue|break)_statement$/.test(node.type);

/** Does every way through the `if` leave? Only its first arm is looked at, and there must be no other. */
function leaves(node: Syntax): boolean {
  const arm = node.type === 'if_statement' && !node.kids.some((kid) => kid.type === 'else_clause') ? node.kids[2] : undefined;
  const last = arm?.type === 'compound_statement' ? arm.kids.filter(isStatement).at(-1) : arm;
  return last !== undefined && isJump(last);
}

/** Does a statement leave a marker, or call something that may? */
const marks = (tree: Tree, source: Source, node: Syntax): boolean => callsIn(source, node).some((c) => {
  if (c.callee === 'make_pte_marker' || tree.model.shapeFor(c.callee, c.args.length)?.effect.op === 'mark') return true;
  const helper = tree.model.primitives.has(c.callee) ? undefined : tree.resolve(c.callee, source.ref.file);
  return helper !== undefined && (helper.outline.calls.has('make_pte_marker') || callsPrimitive(tree.model, helper, isMark));
});

const isMark = (effect: Effect): boolean => effect.op === 'mark';

/** A marker is left, but behind the unlock. */
function* moveMarker({ tree, report, source, statement }: Change): Generator<Candidate, void> {
  const at = statement.siblings.findIndex((s, i) => i > statement.index && marks(tree, source, s));
  const unlock = statement.siblings.findIndex((s, i) => i > statement.index && i < at && isUnlock(tree, source, s));
  const mark = statement.siblings[at];
  if (!mark || unlock < 0) return;
  const start = lineStart(source, mark.start);
  const end = endOfLine(source, mark);
  if (end === undefined || source.text.slice(start, mark.start).trim() !== '') return;
  const edits = before(source, { ...statement, node: statement.siblings[unlock]!, index: unlock }, () => source.text.slice(start, end));
  if (!edits) return;
  yield {
    title: 'Leave the marker before the page-table lock is dropped', safety: 'safe', why: 'The marker is the same, only under the lock under which the entry was emptied.',
    in: report.in, edits: [...edits, { start, end, text: '' }],
  };
}

function isUnlock(tree: Tree, source: Source, statement: Syntax): boolean {
  const call = callOf(source, statement);
  const op = call && tree.model.shapeFor(call.callee, call.args.length)?.effect.op;
  return op === 'release' || op === 'spin-unlock';
}

/* ---- the bit in a new value ---- */

const carried = { safety: 'suggested', why: 'The new value gets the bit where the old one had it: make sure that no writer comes here who was let through by the monitor.' } as const;

function* carryOver({ tree, report, source, level }: Change, store: Statement): Generator<Candidate, void> {
  const call = callOf(source, store.node);
  const effect = call && tree.model.shapeFor(call.callee, call.args.length)?.effect;
  const value = effect?.op === 'store' ? call?.args[effect.value] : undefined;
  if (!call || !value) return;
  const scope = visibleAt(tree, source, store.node.start);
  const name = value.type === 'identifier' ? textOf(source, value) : undefined;
  const made = name === undefined ? [value] : valuesOf(source, name);
  if (!made.every((v) => isPresentValue(source, v, name))) return;
  const target = name ?? freeName(source);
  if (target === undefined) return;
  for (const old of entryValues(scope, level).filter((v) => v !== target)) {
    for (const carry of carryLines(tree, source, level, old, target)) {
      if (name !== undefined) {
        const edits = before(source, store, carry);
        if (edits) yield { title: 'Carry the uffd-wp bit over into the new value', ...carried, in: report.in, edits };
        continue;
      }
      // The value has no name yet.
      const declaration = declared(source, store.node.start, [`pte_t ${target};`]);
      const named = before(source, store, (indent) => `${assignmentLines(indent, target, flat(source, value))}${carry(indent)}`);
      if (declaration && named && store.parent.type === 'compound_statement') yield { title: 'Carry the uffd-wp bit over into the new value', ...carried, in: report.in, edits: [declaration, ...named, ...restored(source, store, call, value, target)] };
    }
  }
}

/** Everything that a variable is given, in its declaration or later. */
function valuesOf(source: Source, name: string): Syntax[] {
  return [...within(source.root)].flatMap((node) => {
    const [target, , value] = node.type === 'assignment_expression' || node.type === 'init_declarator' ? node.kids : [];
    return target && value && textOf(source, target) === name ? [value] : [];
  });
}

const freeName = (source: Source): string | undefined => ['newpte', 'new_pte', 'new_entry'].find((name) => !new RegExp(`\\b${name}\\b`).test(source.ref.masked));

/** The store with the variable for the value, on as few lines as it now needs. */
function restored(source: Source, store: Statement, call: Call, value: Syntax, target: string): { start: number; end: number; text: string }[] {
  const start = lineStart(source, store.node.start);
  const indent = source.text.slice(start, store.node.start);
  const text = callLines(indent, call.callee, call.args.map((arg) => (arg === value ? target : flat(source, arg))), ';');
  return [replacement(store.node, text.slice(indent.length, -1))];
}

