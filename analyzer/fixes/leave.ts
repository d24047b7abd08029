/** How a fault handler leaves just before it would raise an event: nothing has happened, the fault is tried again. */
import type { Syntax } from '../../parser/function-syntax';
import type { FunctionRef, Tree } from '../call-graph/tree';
import { asCall, callOf, flat, indentOf, isStatement, type Call, type Source, type Statement } from './source';

/**
 * The statements that take the place of an event's, each a line; undefined when it is not clear what there is to clean up. What had to be
 * cleaned up before the event has been; but a wrapper of `handle_userfault()` may do so itself, and who does not call it must.
 */
export function leaveBefore(tree: Tree, source: Source, event: Statement): readonly string[] | undefined {
  const raised = eventOf(source, event);
  if (!raised || isFaultCallback(tree, source.ref)) return undefined;
  const cleaned = cleanedUpBy(tree, source, raised.call);
  if (cleaned === undefined) return undefined;
  if (cleaned.size > 0) return raised.target === undefined ? cleanup(source, cleaned) : undefined;
  if (raised.target === undefined) return ['return 0;'];
  const exit = event.siblings.slice(event.index + 1).find((s) => s.type === 'return_statement' || s.type === 'goto_statement');
  if (!exit) return undefined;
  const way = flat(source, exit);
  return way === `return ${raised.target};` ? ['return 0;'] : exit.type === 'goto_statement' ? [`${raised.target} = 0;`, way] : undefined;
}

/** `return event(...)`, or `ret = event(...)`. */
function eventOf(source: Source, { node }: Statement): { readonly call: Call; readonly target: string | undefined } | undefined {
  if (node.type === 'return_statement') {
    const call = asCall(source, node.kids[1]);
    return call && { call, target: undefined };
  }
  const call = callOf(source, node);
  return call?.target === undefined ? undefined : { call, target: call.target };
}

/** Names of the unlocking calls that a wrapper makes for its caller; undefined when that cannot be seen. */
function cleanedUpBy(tree: Tree, source: Source, { callee }: Call): ReadonlySet<string> | undefined {
  if (tree.model.primitives.get(callee)?.shapes.some((s) => s.effect.op === 'event')) return new Set();
  const wrapper = tree.resolve(callee, source.ref.file);
  if (!wrapper) return undefined;
  const calls = [...wrapper.outline.calls];
  // Locks that it takes again, references that it drops: more than can be told by names.
  if (calls.some((name) => /(?<!un)lock(?!ed)|put|free/.test(name))) return undefined;
  return new Set(calls.filter(isUnlock));
}

const isUnlock = (name: string): boolean => name.includes('unlock');

/** `ret = 0; goto label;` with a label behind which nothing but those locks is dropped. */
function cleanup(source: Source, wanted: ReadonlySet<string>): readonly string[] | undefined {
  const body = source.root.kids.at(-1);
  const statements = body?.kids.filter(isStatement) ?? [];
  for (const [i, statement] of statements.entries()) {
    if (statement.type !== 'labeled_statement') continue;
    const first = statement.kids.find((kid) => isStatement(kid));
    const end = statements.findIndex((s, j) => j > i && s.type === 'return_statement');
    const result = end < 0 ? undefined : statements[end]!.kids[1];
    if (!first || result?.type !== 'identifier') continue;
    // With a result of 0 what only concerns a result with some flag is not done.
    const onFlag = new RegExp(`^\\((?:unlikely\\()?${flat(source, result)} & \\w+\\)?\\)$`);
    const isSkipped = (s: Syntax): boolean => s.type === 'if_statement' && s.kids.length === 3 && onFlag.test(flat(source, s.kids[1]!));
    const done = [first, ...statements.slice(i + 1, end)].filter((s) => !isSkipped(s));
    const names = done.map((s) => callOf(source, s)?.callee);
    const isExact = names.length === wanted.size && names.every((name) => name !== undefined && wanted.has(name));
    const label = statement.kids[0];
    if (isExact && label && indentOf(source, first) !== undefined) return [`${flat(source, result)} = 0;`, `goto ${flat(source, label)};`];
  }
  return undefined;
}

/** How far up the callers are looked at. */
const maxCallers = 4;

/** Is this, or one of its callers, a `vm_ops->fault`? Of such a function a result of 0 says that it has found a page. */
function isFaultCallback(tree: Tree, ref: FunctionRef, levels = maxCallers): boolean {
  const text = tree.outline(ref.file)?.masked ?? '';
  if (new RegExp(`\\.(?:huge_)?fault\\s*=\\s*${ref.name}\\b`).test(text)) return true;
  return levels > 0 && tree.callersOf(ref).some((caller) => isFaultCallback(tree, caller, levels - 1));
}
