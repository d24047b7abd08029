/** What a rewrite is. */
import type { FileCode, FunctionCode } from '../code';
import type { Edit, Site } from '../edits';
import type { Span } from '../../../parser/ir';

/** A change of how code is written that does not change what it does. */
export interface Rewrite {
  readonly name: string;
  /** All places where it can be made. They need not fit together. */
  readonly sites: (file: FileCode) => Site[];
}

/** A rewrite of functions, each by itself. */
export function inFunctions(name: string, sites: (code: FunctionCode) => Site[]): Rewrite {
  return { name, sites: (file) => file.functions.flatMap(sites) };
}

export function listed(site: Site | undefined): Site[] {
  return site ? [site] : [];
}

/** A site that is one edit. */
export function one(node: Span, ...pieces: Edit['pieces']): Site {
  return [{ start: node.start, end: node.end, pieces }];
}
