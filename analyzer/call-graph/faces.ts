/** What can be seen of a function without reading its body closely. */
import { dropFlags } from '../../kernel/flags';
import type { KernelModel } from '../../kernel/model';
import { mappingWalks } from '../../kernel/rmap';
import { ownTables } from './callback-tables';
import type { FunctionRef } from './tree';

/** All of it: its name, its head, what it calls, itself or through tables of its own. */
export const faceOf = (f: FunctionRef): string => [f.name, seenOutside(f), ...f.outline.calls, ownTables(f)].join(' ');

/** What its callers are told before anybody looks into it. */
export function viewOf(f: FunctionRef, model: KernelModel): string {
  const seen = seesWalks(f) ? [...f.outline.calls] : [...f.outline.calls].filter((name) => model.primitives.has(name));
  return [seenOutside(f), ...seen].join(' ');
}

/** Are these the same functions, with the same calls, but for what is in their bodies? */
export function sameEdges(gone: readonly FunctionRef[], come: readonly FunctionRef[]): boolean {
  const facesOf = (functions: readonly FunctionRef[]): string => functions.map(faceOf).sort().join('\n');
  return gone.length === come.length && facesOf(gone) === facesOf(come);
}

/** Its head, and the words in its body that are asked for. */
function seenOutside(f: FunctionRef): string {
  let known = outsides.get(f);
  if (known === undefined) {
    const words = [...dropFlags].filter((flag) => f.masked.includes(flag));
    outsides.set(f, (known = [headOf(f).replace(/\s+/g, ' '), ...words, lockWord.test(f.masked) ? 'names a lock' : ''].join(' ')));
  }
  return known;
}
const outsides = new WeakMap<FunctionRef, string>();
const headOf = (f: FunctionRef): string => f.masked.slice(0, f.outline.bodyStart - f.outline.span.start);

/** Whoever walks over the mappings of a file, or is handed one, is asked for its callees as well (`isCacheHelper`). */
function seesWalks(f: FunctionRef): boolean {
  if (/\bstruct address_space \*/.test(headOf(f))) return true;
  for (const name of f.outline.calls) if (mappingWalks.has(name)) return true;
  return false;
}

/** A page-table lock, by its usual names. */
export const lockWord = /(?:\b|_)p[tm]l\b/;
