/** Tables of callbacks: structs of functions (`static const struct mm_walk_ops walk_ops = { .pmd_entry = scan_pmd }`) that are handed out by address. */
import type { FunctionRef } from './tree';

export interface CallbackTable {
  readonly name: string;
  /** Names in its initialiser. */
  readonly callbacks: readonly string[];
  /** The function whose variable it is; undefined for a table of the file. */
  readonly within: FunctionRef | undefined;
}

/** How far before its initialiser the name of a table is looked for. */
const maxName = 200;

/** The tables of a file, from its text and its functions in the order of their places. */
export function callbackTables(text: string, functions: readonly FunctionRef[]): readonly CallbackTable[] {
  const found: CallbackTable[] = [];
  let at = 0;
  // Looking for the name first would try every word of the file.
  for (const match of text.matchAll(initialiser)) {
    const name = /(\w+)\s*$/.exec(text.slice(Math.max(0, match.index - maxName), match.index))?.[1];
    const callbacks = namesIn(match[1]!);
    if (name === undefined || callbacks.length === 0) continue;
    while (at < functions.length && functions[at]!.start + functions[at]!.text.length <= match.index) at++;
    const around = functions[at];
    found.push({ name, callbacks, within: around && around.start <= match.index ? around : undefined });
  }
  return found;
}

/** What a function writes into tables of its own, as one word that changes when that does. */
export function ownTables(f: FunctionRef): string {
  return [...f.masked.matchAll(initialiser)].flatMap((match) => namesIn(match[1]!)).join(',');
}

/** Does the function hand out, or keep, the address of one of these? */
export function takesAddress(f: FunctionRef, tables: readonly string[]): boolean {
  return tables.length > 0 && new RegExp(`&(?:${tables.join('|')})\\b`).test(f.masked);
}

const initialiser = /=\s*\{([^{}]*)\}\s*;/g;

const namesIn = (body: string): string[] => [...body.matchAll(/\.\w+\s*=\s*(\w+)/g)].map((m) => m[1]!);
