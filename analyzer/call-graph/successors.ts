/** Which function has come in the place of which, when a text was edited. */
import { faceOf } from './faces';
import type { FunctionRef } from './tree';

/** Functions that are gone, each with the one that has come in its place. */
export type Successors = ReadonlyMap<FunctionRef, FunctionRef | undefined>;

/** Functions that went and came and are the same but for their bodies. */
export function pairsByFace(gone: readonly FunctionRef[], come: readonly FunctionRef[]): Successors {
  const inOrder = (functions: readonly FunctionRef[]): FunctionRef[] => functions.map((f) => [faceOf(f), f] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, f]) => f);
  const next = inOrder(come);
  return new Map(inOrder(gone).map((f, at) => [f, next[at]]));
}

/** Those that the same calls mean; where there are several of a name, in the order of the text. */
export function pairsByName(gone: readonly FunctionRef[], come: readonly FunctionRef[]): Successors {
  const keyOf = (f: FunctionRef): string => `${f.name}${f.outline.isStatic ? ' static' : ''}`;
  const named = new Map<string, FunctionRef[]>();
  for (const f of come) named.set(keyOf(f), [...(named.get(keyOf(f)) ?? []), f]);
  return new Map(gone.map((f) => [f, named.get(keyOf(f))?.shift()]));
}

/** Over several changes. */
export function lastOf(successors: Successors): Successors {
  const last = (f: FunctionRef | undefined): FunctionRef | undefined => (f && successors.has(f) ? last(successors.get(f)) : f);
  return new Map([...successors].map(([f, next]) => [f, last(next)]));
}
