/**
 * Which functions that handle a fault lead to a userfault, through which of their calls, and for which reasons.
 *
 * Read off the calls alone: no branch is judged. Two things are followed because without them the answer would be wrong: the reason, where a function
 * gets it from its caller (`hugetlb_handle_userfault`), and the fault itself, which a caller may hand in as NULL so that no event can be raised
 * (`shmem_get_folio` does so with `shmem_get_folio_gfp`). Whoever makes up a fault for a handler is not among the answers: what its flags allow is
 * another question (`__collapse_huge_page_swapin` calls `do_swap_page` with flags that rule out the events below).
 */
import { primitivesWith } from '../../kernel/model';
import type { Effect } from '../../kernel/types';
import type { Expr, FunctionIR, IrNode, Span } from '../../parser/ir';
import type { FunctionRef, Tree } from '../call-graph/tree';

/** One call that leads to a userfault. */
export interface WayToUserfault {
  /** The primitive, or the function in between. */
  readonly callee: string;
  /** Undefined when the callee is the primitive. */
  readonly target: FunctionRef | undefined;
  /** Called through a table of operations (`vm_ops->fault`) that names the function. */
  readonly isOperation: boolean;
  /** The primitive at the end, `handle_userfault`. */
  readonly event: string;
  /** The call, relative to the function. */
  readonly site: Span;
  /** `VM_UFFD_...` as written; undefined where it is not known here. */
  readonly reason: string | undefined;
}

/** The ways of each function that has any, in the order of its text. */
export type WaysToUserfault = ReadonlyMap<FunctionRef, readonly WayToUserfault[]>;

/** Yields between functions. */
export function* waysToUserfault(tree: Tree): Generator<undefined, WaysToUserfault> {
  const events = primitivesWith(tree.model, isEvent);
  const found = new Map<FunctionRef, readonly Way[]>();
  /** Handlers by the field of a table of operations that names them. */
  const operations = new Map<string, Set<FunctionRef>>();
  const waiting = new Set([...events].flatMap((name) => tree.callersOfName(name)));
  for (const ref of waiting) {
    waiting.delete(ref);
    if (events.has(ref.name) || !handlesFaults(ref)) continue;
    yield;
    const ways = waysOf(tree, ref, found, operations);
    if (ways.length === (found.get(ref)?.length ?? 0)) continue;
    found.set(ref, ways);
    for (const caller of tree.callersOf(ref)) waiting.add(caller);
    for (const field of fieldsWith(tree, ref)) {
      operations.set(field, (operations.get(field) ?? new Set()).add(ref));
      for (const caller of tree.callersOfName(field)) waiting.add(caller);
    }
  }
  return new Map([...found].map(([ref, ways]) => [ref, ways.flatMap((way) => reasonsGiven(ref, way, found).map((reason) => ({ ...way, reason })))]));
}

/** The reason of a way or, where it comes from the callers, those that the callers of the index give, if all of these are known. */
function reasonsGiven(ref: FunctionRef, way: Way, found: ReadonlyMap<FunctionRef, readonly Way[]>, asked: ReadonlySet<FunctionRef> = new Set()): readonly (string | undefined)[] {
  if (way.reasonFrom === undefined || asked.has(ref)) return [way.reason];
  const given = [...found].flatMap(([caller, ways]) => ways.filter(({ target }) => target === ref).flatMap((above) => reasonsGiven(caller, above, found, new Set([...asked, ref]))));
  return given.length === 0 || given.includes(undefined) ? [undefined] : [...new Set(given)];
}

const isEvent = (effect: Effect): boolean => effect.op === 'event';

/** Is it given a fault, or does it return what became of one? */
export function handlesFaults(ref: FunctionRef): boolean {
  const head = ref.masked.slice(0, ref.outline.bodyStart - ref.outline.span.start);
  return /\bvm_fault_t\b|\bstruct\s+vm_fault\s*\*/.test(head);
}

/** Fields of operations (`.fault = shmem_fault`) through which the function may be called. */
function fieldsWith(tree: Tree, ref: FunctionRef): string[] {
  if (tree.tablesWith(ref).length === 0) return [];
  return [...(tree.text(ref.file) ?? '').matchAll(new RegExp(`\\.(\\w+)\\s*=\\s*${ref.name}\\b`, 'g'))].map((m) => m[1]!);
}

interface Way extends WayToUserfault {
  /** The parameter that holds the reason. */
  readonly reasonFrom: number | undefined;
  /** The parameter that holds the fault, and may be NULL. */
  readonly faultFrom: number | undefined;
}

/** What is handed to a call: names of constants, or parameters that hold them. */
type Given = Pick<Way, 'event' | 'reason' | 'reasonFrom' | 'faultFrom'>;
type CallNode = IrNode & { readonly kind: 'call' };

function waysOf(tree: Tree, ref: FunctionRef, found: ReadonlyMap<FunctionRef, readonly Way[]>, operations: ReadonlyMap<string, ReadonlySet<FunctionRef>>): Way[] {
  const ir = tree.lower(ref);
  const ways = new Map<string, Way>();
  const add = (node: CallNode, callee: string, target: FunctionRef | undefined, below: readonly Given[]): void => {
    for (const given of below) {
      const way = handedTo(ir, node.args, given);
      if (way) ways.set(`${callee} ${way.event} ${node.span.start} ${way.reason} ${way.reasonFrom} ${way.faultFrom}`, { callee, target, isOperation: node.callee === undefined, site: node.span, ...way });
    }
  };
  for (const node of ir.nodes) {
    if (node.kind !== 'call') continue;
    if (node.callee === undefined) {
      for (const target of node.through?.kind === 'field' ? operations.get(node.through.field) ?? [] : []) {
        // Another struct may have a field of that name, too (`vm_special_mapping.fault`).
        if (tree.lower(target).params.length === node.args.length) add(node, target.name, target, found.get(target) ?? []);
      }
      continue;
    }
    const effect = tree.model.shapeFor(node.callee, node.args.length)?.effect;
    if (effect?.op === 'event') add(node, node.callee, undefined, [{ event: node.callee, reason: undefined, reasonFrom: effect.reason, faultFrom: effect.reason === 0 ? undefined : 0 }]);
    const target = effect ? undefined : tree.resolve(node.callee, ref.file);
    if (target) add(node, node.callee, target, found.get(target) ?? []);
  }
  return [...ways.values()].sort((a, b) => a.site.start - b.site.start);
}

/** The same in the caller's terms; undefined when no event can come of it, as there is no fault. */
function handedTo(ir: FunctionIR, args: readonly Expr[], given: Given): Given | undefined {
  const fault = given.faultFrom === undefined ? undefined : args[given.faultFrom];
  if (fault && isNull(fault)) return undefined;
  const reason = given.reasonFrom === undefined ? undefined : args[given.reasonFrom];
  const reasonFrom = reason && parameterIn(ir, reason);
  const isConstant = reason?.kind === 'name' && /^VM_UFFD_\w+$/.test(reason.name);
  return {
    event: given.event,
    reason: reason === undefined ? given.reason : isConstant ? reason.name : undefined,
    reasonFrom,
    faultFrom: fault && parameterIn(ir, fault),
  };
}

const isNull = (expr: Expr): boolean => (expr.kind === 'name' && expr.name === 'NULL') || (expr.kind === 'number' && expr.value === 0);

/** Index of the parameter that is named, if the function never changes it. */
function parameterIn(ir: FunctionIR, expr: Expr): number | undefined {
  if (expr.kind !== 'name') return undefined;
  const index = ir.params.findIndex((p) => p.name === expr.name);
  if (index < 0 || ir.nodes.some((n) => n.kind === 'assign' && n.target.kind === 'name' && n.target.name === expr.name)) return undefined;
  return index;
}
