/** What a call means in a slice: nothing, a value, something that other threads can see, or a function of the slice. */
import { dropFlags } from '../kernel/flags';
import type { Effect } from '../kernel/types';
import type { Expr, IrNode } from '../parser/ir';
import { entryTest, entryValue } from '../simulator/machine/entry-values';
import { intrinsics } from '../simulator/machine/intrinsics';
import { libraryNames } from './library';
import type { Body, Making } from './parts';

export type CallNode = Extract<IrNode, { kind: 'call' }>;

export type Meaning =
  /** Nothing that the machine knows; its result may be anything. */
  | { readonly kind: 'unknown' }
  /** Always this number, for what the machine leaves out. */
  | { readonly kind: 'constant'; readonly value: number; readonly because: string }
  /** A value, computed or read: only there when somebody asks for it. */
  | { readonly kind: 'value'; readonly effect: Effect | undefined }
  /** Something that other threads can see. */
  | { readonly kind: 'act'; readonly effect: Effect | undefined }
  /** A pointer that leads to the only entry of its level. */
  | { readonly kind: 'entry'; readonly name: 'pte' | 'pmd' }
  /** A function of the slice. */
  | { readonly kind: 'follow'; readonly body: Body }
  /** A function that comes with the product, in words of its own. */
  | { readonly kind: 'library' };

const acts: ReadonlySet<string> = new Set(['acquire', 'release', 'spin-lock', 'spin-unlock', 'double-lock', 'double-unlock', 'event', 'clear', 'store', 'modify-start', 'modify-commit', 'mark', 'mm-lock', 'mm-unlock', 'cache-lock', 'cache-unlock', 'cache-store']);
/** Folio flags that the machine has, set and tested. */
const setsFlag = /mark_uptodate|^__?Set|^Set|set_ksm|set_wrprotect|wrprotect_ptes|vm_flags_/;
const ownCalls: ReadonlySet<string> = new Set(['choose', 'wake_userfault', 'might_sleep', 'XA_STATE', 'user_read', 'user_write', 'user_lookup', 'path_ends']);

export function meaningOf(making: Making, body: Body, node: CallNode): Meaning {
  let meaning = making.meanings.get(node);
  if (!meaning) making.meanings.set(node, (meaning = findMeaning(making, body, node)));
  return meaning;
}

function findMeaning(making: Making, body: Body, node: CallNode): Meaning {
  const name = node.callee;
  if (name === undefined) return { kind: 'unknown' };
  // Whatever leads to the site is followed, and so is what a goal calls.
  const known = making.bodies.get(making.tree.resolve(name, body.ref.file) ?? body.ref);
  if (known && known !== body && known.goals.size > 0) return { kind: 'follow', body: known };
  if (libraryNames.has(name)) return { kind: 'library' };
  if (name === 'XA_STATE' || name === 'xas_set') return { kind: 'act', effect: undefined };
  if (intrinsics.has(name) && !ownCalls.has(name)) return { kind: setsFlag.test(name) ? 'act' : 'value', effect: undefined };
  const shape = making.tree.model.shapeFor(name, node.args.length);
  if (!shape) {
    if (making.tree.model.primitives.has(name)) return { kind: 'unknown' };
    const asked = making.tree.resolve(name, body.ref.file);
    if (asked && asked.text.length < 400 && [...dropFlags].some((flag) => asked.text.includes(flag))) return { kind: 'constant', value: 0, because: 'nobody asks that protection be dropped' };
    const followed = making.follow(name, body);
    return followed ? { kind: 'follow', body: followed } : { kind: 'unknown' };
  }
  // The model says what a marker's helper is for; whether it does that is in its body.
  const own = shape.effect.op === 'mark' && making.keepsAfter ? making.follow(name, body) : undefined;
  if (own) return { kind: 'follow', body: own };
  // A page table that is being made up, which nobody else can see.
  if (shape.effect.op === 'store' && isOwnPlace(node.args[shape.effect.slot])) return { kind: 'unknown' };
  return meaningOfEffect(name, shape.effect);
}

const isOwnPlace = (arg: Expr | undefined): boolean => arg?.kind === 'address' && arg.operand.kind === 'name';

function meaningOfEffect(name: string, effect: Effect): Meaning {
  if ('level' in effect && effect.level === 'pud') return { kind: 'unknown' };
  // Faults run under mmap_lock here; nobody takes a vma lock for reading.
  if ((effect.op === 'mm-lock' || effect.op === 'mm-unlock') && effect.lock === 'vma lock' && effect.mode === 'read') return { kind: 'unknown' };
  if (acts.has(effect.op)) return { kind: 'act', effect };
  switch (effect.op) {
    case 'map':
      return { kind: 'value', effect };
    case 'test':
    case 'test-slot':
      return effect.test === 'other' && entryTest(name) === undefined ? { kind: 'unknown' } : { kind: 'value', effect };
    case 'derive':
      return entryValue(name) ? { kind: 'value', effect } : { kind: 'unknown' };
    case 'lock-pointer':
    case 'read':
    case 'compare':
      return { kind: 'value', effect };
    case 'cache-load':
      return effect.skips ? { kind: 'unknown' } : { kind: effect.moves ? 'act' : 'value', effect };
    case 'vma-flag':
      if (effect.flag === 'wp-async') return { kind: 'constant', value: 0, because: 'write protection is resolved by userspace, not by the kernel (no UFFD_FEATURE_WP_ASYNC)' };
      if (effect.flag === 'other' || effect.flag === 'drops-on-remap') return { kind: 'unknown' };
      return { kind: 'value', effect };
    case 'range':
      return { kind: 'constant', value: effect.min, because: effect.min === effect.max ? 'the kernel has all that userfaultfd needs' : 'a folio has one page' };
    default:
      return { kind: 'unknown' };
  }
}
