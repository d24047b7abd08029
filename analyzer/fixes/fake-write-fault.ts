/**
 * A fault that is faked to break sharing asks for unsharing instead of writing (as 6cce3314b928 did for KSM), and an event for writers is
 * not raised for a fault that only unshares.
 */
import type { Syntax } from '../../parser/function-syntax';
import { mayHave } from '../call-graph/features';
import type { Tree } from '../call-graph/tree';
import type { Report } from '../rules/rule';
import type { Candidate, Fixer } from './fix';
import { insertion, replacement } from './insert';
import { columnsOf } from './layout';
import { faultFields, visibleAt } from './scope';
import { asCall, callsIn, enclosing, flat, lineStart, sourceOf, textOf, within, type Source } from './source';

export const fixFakeWriteFault: Fixer = function* (tree, report) {
  const source = sourceWithUnshare(tree, report);
  if (!source) return;
  if (report.about === 'unshare') yield* guardEvent(tree, report, source);
  // Where the failure is handed on, somebody may well want to write: only he can say.
  else if (report.about === 'swallowed') yield* unshare(tree, report, source);
};

/** Kernels before 5.19 have no fault that only unshares. */
const sourceWithUnshare = (tree: Tree, report: Report): Source | undefined => (mayHave(tree, 'FAULT_FLAG_UNSHARE') ? sourceOf(tree, report.in) : undefined);

const WRITE = 'FAULT_FLAG_WRITE';

function* unshare(tree: Tree, report: Report, source: Source): Generator<Candidate, void> {
  // VM_FAULT_WRITE (up to 6.1) is not returned for unsharing: a loop that ends on nothing else would not end any more.
  if (/\bVM_FAULT_WRITE\b/.test(report.in.masked) && !/=\s*VM_FAULT_WRITE\b/.test(report.in.masked)) return;
  const call = enclosing(source, report.span).map((node) => asCall(source, node)).findLast((c) => c !== undefined);
  const effect = call && tree.model.shapeFor(call.callee, call.args.length)?.effect;
  const flags = effect?.op === 'fault' ? call?.args[effect.flags] : undefined;
  if (!flags) return;
  const values = flags.type === 'identifier' && flat(source, flags) !== WRITE ? assignmentsTo(source, flat(source, flags)) : [flags];
  for (const flag of values.flatMap((value) => named(source, value, WRITE))) {
    yield {
      title: 'Break sharing with FAULT_FLAG_UNSHARE instead of a write',
      safety: 'suggested',
      why: 'The page is copied as before, but stays read-only and clean: make sure that nobody here needs it writable.',
      in: report.in, edits: [replacement(flag, 'FAULT_FLAG_UNSHARE')],
    };
  }
}

/** What is assigned to a variable, in its declaration or later. */
function assignmentsTo(source: Source, name: string): Syntax[] {
  return [...within(source.root)].flatMap((node) => {
    if (node.type !== 'assignment_expression' && node.type !== 'init_declarator') return [];
    const [target, , value] = node.kids;
    return target && value && textOf(source, target) === name ? [value] : [];
  });
}

const named = (source: Source, node: Syntax, name: string): Syntax[] => [...within(node)].filter((n) => n.type === 'identifier' && textOf(source, n) === name);

/** Adds "and it is no unsharing" to the test that leads to the event. */
function* guardEvent(tree: Tree, report: Report, source: Source): Generator<Candidate, void> {
  const path = enclosing(source, report.span);
  const tests = path.filter((node, i) => node.type === 'if_statement' && path[i + 1]?.type !== 'else_clause' && path[i + 1]?.type !== 'parenthesized_expression');
  const asksForBit = (test: Syntax): boolean => callsIn(source, test.kids[1]!).some((call) => {
    const effect = tree.model.shapeFor(call.callee, call.args.length)?.effect;
    return (effect?.op === 'test' && effect.test === 'uffd-wp') || (effect?.op === 'vma-flag' && effect.flag === 'wp');
  });
  const test = tests.findLast(asksForBit);
  const guard = test && notUnsharing(tree, source, test.start);
  const condition = test?.kids[1]?.kids[1];
  if (!guard || !condition) return;
  const isChoice = condition.type === 'binary_expression' && condition.kids[1]?.type === '||';
  const start = source.text.slice(lineStart(source, test.start), condition.start);
  const [firstLine = ''] = textOf(source, condition).split('\n', 1);
  const fits = columnsOf(`${start}${guard} && ${firstLine}`) <= 80;
  const aligned = '\t'.repeat(Math.floor(columnsOf(start) / 8)) + ' '.repeat(columnsOf(start) % 8);
  yield {
    title: 'Raise no event for a fault that only unshares',
    safety: 'suggested',
    why: 'Such a fault goes on behind the test: make sure that what follows there is right for it.',
    in: report.in,
    edits: [insertion(condition.start, `${guard} &&${fits ? ' ' : `\n${aligned}`}${isChoice ? '(' : ''}`), ...(isChoice ? [insertion(condition.end, ')')] : [])],
  };
}

/** "This fault does not only unshare", in the words of the function. */
function notUnsharing(tree: Tree, source: Source, offset: number): string | undefined {
  const scope = visibleAt(tree, source, offset);
  const known = /\bbool\s+(\w+)\s*=\s*(?:!!\s*)?\(?[\w>.-]+\s*&\s*FAULT_FLAG_UNSHARE\)?\s*;/.exec(source.ref.masked)?.[1];
  if (known !== undefined && scope.some((v) => v.name === known)) return `!${known}`;
  const flags = faultFields(scope, 'flags')[0] ?? scope.find((v) => v.name === 'flags' && /^(?:unsigned|unsigned int|enum fault_flag)$/.test(v.type))?.name;
  return flags && `!(${flags} & FAULT_FLAG_UNSHARE)`;
}
