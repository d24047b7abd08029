/** Ways to look at an entry once more under its page-table lock. */
import type { Effect, Level } from '../../kernel/types';
import type { Variable } from '../../parser/ir';
import { callsPrimitive, type FunctionRef, type Tree } from '../call-graph/tree';
import { entryPointers, freshRead } from './entry-words';
import { assignmentLines, ifLines } from './layout';
import { hstateOf, mmOf, ofType, only, vmaOf, faultFields, addressOf } from './scope';
import { callsIn, type Source } from './source';

/** A condition that is true when the entry is what the fault took it for. */
export interface Recheck {
  readonly condition: string;
  /** Points to the entry. */
  readonly pointer: string | undefined;
  /** It takes the lock itself; otherwise the lock must be held. */
  readonly locksItself: boolean;
}

/** What a recheck is needed for. */
export interface Question {
  readonly level: Level;
  /** Expressions that hold the reading which has to be confirmed. */
  readonly seen: readonly string[];
  /** Under the lock a test for none says as much as a comparison, for an event that says that the entry is none. */
  readonly askNone: boolean;
  /** The function itself has tested the reading, so that the same test again asks the same. */
  readonly ownReading: boolean;
}

/** The best first. A helper that looks into the fault itself knows more than we do: whether the value in it was ever read, for one. */
export function rechecks(tree: Tree, source: Source, scope: readonly Variable[], question: Question): Recheck[] {
  const helpers = helpersFor(tree, source, scope, question);
  const direct = comparisons(tree, source, scope, question);
  const forFaults = helpers.filter((h) => h.takesFault);
  // Since 5.19 an entry that a fault is missing a page for may hold a marker: where that is so, the caller has told the fault what to compare with.
  const mayAskNone = question.askNone && (question.ownReading || question.level !== 'pte' || !tree.mentions('FAULT_FLAG_ORIG_PTE_VALID'));
  const none = helpers.length === 0 && direct.length === 0 && mayAskNone ? noneTests(tree, source, scope, question) : [];
  return [...helpers.filter((h) => h.locksItself), ...forFaults, ...(forFaults.length > 0 ? direct.filter((d) => !/->|\./.test(d.seen)) : direct), ...none];
}

function comparisons(tree: Tree, source: Source, scope: readonly Variable[], { level, seen }: Question): (Recheck & { seen: string })[] {
  const same = level === 'pmd' ? 'pmd_same' : level === 'pud' ? undefined : 'pte_same';
  return entryPointers(scope, level).flatMap((pointer) => {
    const fresh = freshRead(tree, source, scope, level, pointer);
    return fresh === undefined || same === undefined ? [] : seen.map((value) => ({ condition: `${same}(${fresh}, ${value})`, pointer, locksItself: false, seen: value }));
  });
}

function noneTests(tree: Tree, source: Source, scope: readonly Variable[], { level }: Question): Recheck[] {
  return entryPointers(scope, level).flatMap((pointer) => {
    const fresh = freshRead(tree, source, scope, level, pointer);
    return fresh === undefined ? [] : [{ condition: `${noneTest(source, level)}(${fresh})`, pointer, locksItself: false }];
  });
}

/** The test for none that the function uses itself. */
function noneTest(source: Source, level: Level): string {
  const names = level === 'huge' ? ['huge_pte_none_mostly', 'huge_pte_none'] : [`${level}_none_mostly`, `${level}_none`];
  return names.find((name) => callsIn(source, source.root).some((call) => call.callee === name)) ?? names.at(-1)!;
}

/** Functions of the file that answer such a question about an entry, with what they would be asked here. */
function helpersFor(tree: Tree, source: Source, scope: readonly Variable[], question: Question): (Recheck & { takesFault: boolean })[] {
  return tree.functionsIn(source.ref.file).flatMap((helper) => {
    if (helper === source.ref || !comparesOnly(tree, helper)) return [];
    const { params, returnType } = tree.lower(helper);
    if (!/^(?:bool|int)$/.test(returnType)) return [];
    const args = params.map((p) => argumentFor(scope, p, question));
    if (args.length === 0 || args.some((arg) => arg === undefined)) return [];
    const call = `${helper.name}(${args.join(', ')})`;
    const locksItself = callsPrimitive(tree.model, helper, takesLock);
    const takesFault = params.some((p) => /^struct vm_fault ?\*$/.test(p.type));
    return [call, `!${call}`].map((condition) => ({ condition, pointer: entryPointers(scope, question.level)[0], locksItself, takesFault }));
  });
}

/** A short function that compares an entry, and changes nothing that its caller can see. */
function comparesOnly(tree: Tree, helper: FunctionRef): boolean {
  return helper.text.length < 1000 && tree.lower(helper).nodes.every((n) => n.kind !== 'assign' || n.target.kind === 'name')
    && callsPrimitive(tree.model, helper, compares)
    && !callsPrimitive(tree.model, helper, changes);
}

// The model keeps the answers to a question by the function that asks it.
export const takesLock = (effect: Effect): boolean => effect.op === 'acquire' || effect.op === 'spin-lock';
export const compares = (effect: Effect): boolean => effect.op === 'compare';
const changes = (effect: Effect): boolean => effect.op === 'store' || effect.op === 'clear' || effect.op === 'event' || effect.op === 'mark' || effect.op === 'modify-start';

/** What is passed for a parameter, by its type. Undefined when nothing fits. */
function argumentFor(scope: readonly Variable[], { name, type }: Variable, { level, seen }: Question): string | undefined {
  switch (type.replace(/\s+/g, '')) {
    case 'structvm_fault*': return only(ofType(scope, 'struct vm_fault *')) ?? address(only(ofType(scope, 'struct vm_fault')));
    case 'structvm_area_struct*': return vmaOf(scope);
    case 'structmm_struct*': return mmOf(scope);
    case 'structhstate*': return level === 'huge' ? hstateOf(scope) : undefined;
    case 'pte_t*': return level === 'pte' || level === 'huge' ? entryPointers(scope, level)[0] : undefined;
    case 'pte_t': return level === 'pte' || level === 'huge' ? seen[0] : undefined;
    case 'pmd_t*': return level === 'pmd' ? entryPointers(scope, level)[0] : faultFields(scope, 'pmd')[0];
    case 'pmd_t': return level === 'pmd' ? seen[0] : undefined;
    case 'unsignedlong': return /^(?:addr|address|haddr)$/.test(name) ? addressOf(scope) : undefined;
    default: return undefined;
  }
}

const address = (variable: string | undefined): string | undefined => variable && `&${variable}`;

/** Takes the entry's lock, asks, and drops it. */
export interface LockedRecheck {
  readonly declarations: readonly string[];
  /** The lines, with the answer in `variable`. */
  lines(indent: string, variable: string): string;
}

/** Undefined when it is not clear how the lock is taken, or whose variable would hold it. `leave` is what to do where there is no page table any more. */
export function underLock(scope: readonly Variable[], locals: readonly string[], level: Level, { condition, pointer }: Recheck, leave: readonly string[]): LockedRecheck | undefined {
  const mm = mmOf(scope);
  const named = scope.find((v) => v.name === 'ptl');
  const lock = named && locals.includes('ptl') && /^spinlock_t ?\*$/.test(named.type) ? 'ptl' : faultFields(scope, 'ptl')[0] ?? (named ? undefined : 'ptl');
  if (mm === undefined || lock === undefined || pointer === undefined) return undefined;
  const declarations = lock === 'ptl' && !named ? ['spinlock_t *ptl;'] : [];
  const ask = (take: string, test: readonly string[], drop: string): LockedRecheck => ({
    declarations,
    lines: (indent, variable) => `${assignmentLines(indent, test.length > 0 ? pointer : lock, take)}${test.length > 0 ? ifLines(indent, `!${pointer}`, test) : ''}${assignmentLines(indent, variable, condition)}${indent}${drop};\n`,
  });
  if (level === 'huge') {
    const h = hstateOf(scope);
    return h === undefined ? undefined : ask(`huge_pte_lock(${h}, ${mm}, ${pointer})`, [], `spin_unlock(${lock})`);
  }
  if (level === 'pmd') return ask(`pmd_lock(${mm}, ${pointer})`, [], `spin_unlock(${lock})`);
  const [pmd, at] = [faultFields(scope, 'pmd')[0] ?? only(ofType(scope, 'pmd_t *')), addressOf(scope)];
  if (level !== 'pte' || pmd === undefined || at === undefined) return undefined;
  // Since 6.5 there may be no page table any more. Before, the test does no harm.
  return ask(`pte_offset_map_lock(${mm}, ${pmd}, ${at}, &${lock})`, leave, `pte_unmap_unlock(${pointer}, ${lock})`);
}
