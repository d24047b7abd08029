/** Makes variants of a file: the same behaviour, written in another way. */
import type { ParserBackend } from '../../parser/types';
import { readCode } from './code';
import { compose, rewrite, type Site } from './edits';
import type { Rewrite } from './rewrites/rewrite';

export interface Variant {
  readonly text: string;
  readonly origin: Int32Array;
  readonly sites: number;
}

export interface VariantOptions {
  readonly backend: ParserBackend;
  readonly isPrimitive: (name: string) => boolean;
  readonly seed: number;
  /** Restricts the functions that are rewritten. */
  readonly only?: (name: string) => boolean;
  /** Restricts the sites of the last rewrite, by their numbers. */
  readonly keep?: (site: number) => boolean;
}

/** Rewrites a text, with one rewrite after the other. With seed 0 wherever it can be done, with others at some of the places. */
export function makeVariant(text: string, kinds: readonly Rewrite[], options: VariantOptions): Variant {
  let current: Variant = { text, origin: Int32Array.from({ length: text.length }, (_, at) => at), sites: 0 };
  for (const [step, kind] of kinds.entries()) {
    const file = readCode(options.backend, current.text, options.seed + step, options.isPrimitive, options.only);
    const sites = kind.sites(file);
    const isLast = step === kinds.length - 1;
    const wanted = sites.filter((_, at) => (isLast && options.keep ? options.keep(at) : options.seed === 0 || file.random(2) === 0));
    const next = rewrite(current.text, options.seed === 0 ? wanted : shuffled(wanted, file.random));
    current = { text: next.text, origin: compose(current.origin, next.origin), sites: current.sites + next.sites };
  }
  return current;
}

function shuffled(sites: readonly Site[], random: (limit: number) => number): Site[] {
  const list = [...sites];
  for (let at = list.length - 1; at > 0; at--) {
    const other = random(at + 1);
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list;
}
