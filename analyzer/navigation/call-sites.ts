/** Where a function's text calls another, or hands it on in a table of callbacks. */
import { codeOnly } from '../../parser/comments';
import type { Span } from '../../parser/ir';
import type { FunctionRef } from '../call-graph/tree';

/** The callee's name at each call of it in the body, in order; spans are relative to the function. Calls through a field of that name are others. */
export function callSites(ref: FunctionRef, name: string): Span[] {
  return wordsIn(ref, new RegExp(`(?<![\\w.]|->)(?<!->\\s+)${name}(?=\\s*\\()`, 'g'));
}

/** Is what stands in the parentheses of this call a page-table lock by its name? */
export function takesPtl(ref: FunctionRef, site: Span): boolean {
  return /^\s*\([^()]*(?:\b|_)p[tm]l\b[^()]*\)/.test(codeOf(ref).slice(site.end));
}

/** `&walk_ops` as an argument of a call: whoever is called may call back what the table names. An assignment hands nothing to anybody yet. */
export function handOvers(ref: FunctionRef, tables: readonly string[]): Span[] {
  return tables.length === 0 ? [] : wordsIn(ref, new RegExp(`(?<=[(,]\\s*)&\\s*(?:${tables.join('|')})\\b(?=\\s*[,)])`, 'g'));
}

/** Names of all that is handed on in this way, tables or not. */
export function handedTables(ref: FunctionRef): string[] {
  return [...new Set(handOvers(ref, ['\\w+']).map(({ start, end }) => ref.masked.slice(start, end).replace(/^&\s*/, '')))];
}

function wordsIn(ref: FunctionRef, word: RegExp): Span[] {
  const body = ref.outline.bodyStart - ref.outline.span.start;
  return [...codeOf(ref).matchAll(word)].filter((m) => m.index > body).map((m) => ({ start: m.index, end: m.index + m[0].length }));
}

function codeOf(ref: FunctionRef): string {
  let code = codes.get(ref);
  if (code === undefined) codes.set(ref, (code = codeOnly(ref.masked)));
  return code;
}
const codes = new WeakMap<FunctionRef, string>();
