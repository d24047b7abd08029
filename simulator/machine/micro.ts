/** The graph that lowering builds: finer than steps, since what a thread does on its own is still a node of its own. */
import type { Span } from '../../parser/ir';
import type { Exp, PropertyId, Step, Stmt, WordKind } from './program';

export type MicroId = number;

/** A statement that is no jump. */
export type Action = Exclude<Stmt, { kind: 'goto' } | { kind: 'if' }> | { readonly kind: 'if'; readonly test: Exp; readonly then: readonly Action[]; readonly else: readonly Action[] };

export type Micro =
  /** Changes locals and ghosts only. */
  | { readonly kind: 'local'; readonly actions: readonly Action[]; next: MicroId; readonly span: Span }
  | { readonly kind: 'branch'; readonly test: Exp; readonly then: MicroId; readonly else: MicroId; readonly span: Span }
  /** Something another thread can see or be seen by. */
  | {
      readonly kind: 'step';
      readonly step: Omit<Step, 'ways'>;
      readonly ways: { readonly actions: readonly Action[]; next: MicroId }[];
      /** It only reads shared words: no step of its own when nobody writes them. */
      readonly onlyReads: boolean;
    }
  | { readonly kind: 'end' };

export function violate(property: PropertyId, test: Exp): Action {
  return { kind: 'violate', property, test };
}

export function set(word: number, value: Exp): Action {
  return { kind: 'set', word, value };
}

/** Writes through an address: a plain assignment where the address is known. `to` is the kind of word that can be meant, where one is certain. */
export function store(address: Exp, value: Exp, to?: WordKind): Action {
  return address.kind === 'const' && address.value > 0 ? set(address.value - 1, value) : { kind: 'store', address, value, to };
}

export function when(test: Exp, then: readonly Action[]): Action[] {
  if (then.length === 0 || (test.kind === 'const' && test.value === 0)) return [];
  return test.kind === 'const' ? [...then] : [{ kind: 'if', test, then, else: [] }];
}
