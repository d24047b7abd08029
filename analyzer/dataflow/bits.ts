/** What an entry value says of the uffd-wp bit: where it came from decides, not what it is called. */
import { dropFlags } from '../../kernel/flags';
import type { Effect } from '../../kernel/types';
import type { Value } from './value';
import { contains, names } from './value';

/**
 * Does a value that is stored have the bit? `absent`: it was built anew and never got it. `dropped`: somebody took it out on purpose.
 * `carried`: it has it, or comes from a value that may have it, or nobody knows.
 */
export type Carries = 'absent' | 'dropped' | 'carried';

type Derive = Extract<Effect, { op: 'derive' }>;

const deriveOf = (value: Value): Derive | undefined => (value.kind === 'operation' ? value.derive : undefined);

export function carries(value: Value): Carries {
  if (value.kind === 'number') return 'absent';
  const effect = deriveOf(value);
  if (!effect || value.kind !== 'operation') return 'carried';
  if (effect.adds) return 'carried';
  if (effect.drops) return effect.onPurpose || value.operands.some((o) => carries(o) === 'dropped') ? 'dropped' : 'absent';
  const from = value.operands[0];
  if (effect.beside && from && !deriveOf(from) && from.kind !== 'param') return 'absent';
  return from ? carries(from) : 'carried';
}

/** Is this a value of the function's own that never got the bit? A test for the bit says nothing of any entry then. */
export const isBuiltWithout = (value: Value): boolean => value.kind === 'operation' && carries(value) === 'absent';

/** Is the value a marker, built from nothing but its kind? */
export function isMarker(value: Value): boolean {
  return deriveOf(value)?.adds !== undefined && value.kind === 'operation' && value.operands.every((o) => !contains(o, (v) => v.kind !== 'name' && v.kind !== 'number' && v.kind !== 'operation'));
}

/** Was the bit set by name (`pte_mkuffd_wp`, `make_pte_marker`) somewhere in this value? */
export function addsBit(value: Value): boolean {
  return contains(value, (v) => deriveOf(v)?.adds !== undefined);
}

/**
 * Which changes of entries lose nothing. `emptied`: those that leave the entry empty, for anonymous memory has no page then that could be protected; a value
 * that comes in the place of another has to carry the bit there as well. `all`: there is no bit, or it is to go.
 */
export type Excuse = 'none' | 'emptied' | 'all';

/** What is excused when this is known to be false, or true: was the path asked to drop the bit, or can the vma not have it? */
export function excuseOf(value: Value, isFalse: boolean, isTrue: boolean): Excuse {
  if (value.kind === 'flag') {
    if (value.flag === 'wp' || value.flag === 'armed') return isFalse ? 'all' : 'none';
    if (!isTrue) return 'none';
    return value.flag === 'anonymous' ? 'emptied' : value.flag === 'drops-on-remap' ? 'all' : 'none';
  }
  return isTrue && value.kind === 'operation' && value.op === '&' && value.operands.some((o) => names(o)?.some((n) => dropFlags.has(n))) ? 'all' : 'none';
}

/** The one of both that excuses more. */
export const moreExcused = (a: Excuse, b: Excuse): Excuse => (a === 'none' || b === 'all' ? b : a);
