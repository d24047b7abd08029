/** Conditions that are the same in every state of a scenario. */
import { dropFlags } from '../kernel/flags';
import type { Expr, NodeId } from '../parser/ir';
import { meaningOf } from './meaning';
import { canonicalOf, isPointer } from './objects';
import type { Body, Making } from './parts';
import type { Types } from './types-of';

/** What is needed of a function to tell. */
export interface FixedWords {
  readonly making: Making;
  readonly body: Body;
  readonly types: Types;
  /** The call whose text stands for a temporary. */
  readonly folded: (temporary: string) => NodeId | undefined;
  /** Types whose values the text keeps. */
  readonly isKept: (type: string) => boolean;
}

/** The constant that a condition is, whatever the state; undefined where it depends. */
export function createConstantOf({ making, body, types, folded, isKept }: FixedWords): (expr: Expr) => boolean | undefined {
  const { ir, ref } = body;
  const { typeOf } = types;
  return constantOf;

  function constantOf(expr: Expr): boolean | undefined {
    if (expr.kind === 'number') return expr.value === undefined ? undefined : expr.value !== 0;
    // The worlds of a slice run faults under mmap_lock.
    if (expr.kind === 'binary' && expr.op === '&' && expr.right.kind === 'name' && expr.right.name === 'FAULT_FLAG_VMA_LOCK') return false;
    // Userspace does not write: what callers ask for on its behalf is no fake write.
    if (making.isOwnFault && mentions(expr, 'FOLL_WRITE')) return false;
    // Nobody asks that protection be dropped.
    if (expr.kind === 'binary' && expr.op === '&' && expr.right.kind === 'name' && dropFlags.has(expr.right.name)) return false;
    const given = givenPointer(expr);
    if (given !== undefined) return given;
    // The scenario has its objects.
    if (expr.kind === 'binary' && /^[=!]=$/.test(expr.op) && expr.right.kind === 'number' && expr.right.value === 0 && canonicalOf(typeOf(expr.left)) !== undefined) return expr.op === '!=';
    if ((canonicalOf(typeOf(expr)) ?? 'anon_vma') !== 'anon_vma' && (expr.kind === 'name' || expr.kind === 'field')) return true;
    if (expr.kind !== 'name') return undefined;
    if (expr.name === 'true' || expr.name === 'false') return expr.name === 'true';
    const node = expr.name.startsWith('$') ? folded(expr.name) : undefined;
    const call = node === undefined ? undefined : ir.nodes[node];
    if (call?.kind !== 'call') return undefined;
    const meaning = meaningOf(making, body, call);
    return meaning.kind === 'constant' ? meaning.value !== 0 : undefined;
  }

  /** Whether a pointer that callers in the slice hand in is there: all of them give an address, or all of them NULL. */
  function givenPointer(expr: Expr): boolean | undefined {
    const index = expr.kind === 'name' ? ir.params.findIndex((p) => p.name === expr.name) : -1;
    const type = ir.params[index]?.type;
    if (expr.kind !== 'name' || type === undefined || !isPointer(type) || isKept(type) || canonicalOf(type) !== undefined) return undefined;
    const args = [...making.bodies.values()].flatMap((other) => other.ir.nodes.flatMap((n, id) => (n.kind === 'call' && n.callee === ref.name && other.region.has(id) ? [n.args[index]] : [])));
    if (args.length > 0 && args.every((a) => a?.kind === 'address')) return true;
    return args.length > 0 && args.every((a) => a?.kind === 'number' && a.value === 0 || a?.kind === 'name' && a.name === 'NULL') ? false : undefined;
  }
}

function mentions(expr: Expr, name: string): boolean {
  if (expr.kind === 'name') return expr.name === name;
  return expr.kind === 'binary' && (mentions(expr.left, name) || mentions(expr.right, name));
}
