/** How the code at a place says things about page-table entries: pointers to them, reads, values. It depends on the kernel's version. */
import type { Level } from '../../kernel/types';
import type { Variable } from '../../parser/ir';
import type { Tree } from '../call-graph/tree';
import { addressOf, faultFields, mmOf, ofType } from './scope';
import { callsIn, flat, type Source } from './source';

/** Expressions that point to the entry at hand, the likeliest first. */
export function entryPointers(scope: readonly Variable[], level: Level): string[] {
  const [type, field] = level === 'pmd' ? ['pmd_t *', 'pmd'] : level === 'pud' ? ['pud_t *', 'pud'] : ['pte_t *', 'pte'];
  return [...ofType(scope, type), ...faultFields(scope, field)];
}

/** Values of entries that are kept in variables, the likeliest first. */
export function entryValues(scope: readonly Variable[], level: Level): string[] {
  const [type, field] = level === 'pmd' ? ['pmd_t', 'orig_pmd'] : level === 'pud' ? ['pud_t', 'orig_pud'] : ['pte_t', 'orig_pte'];
  return [...ofType(scope, type), ...faultFields(scope, field)];
}

/** Reads an entry again, the way this file does. */
export function freshRead(tree: Tree, source: Source, scope: readonly Variable[], level: Level, pointer: string): string | undefined {
  const text = tree.outline(source.ref.file)?.masked ?? '';
  if (level === 'huge') return hugeRead(source, text, scope, pointer);
  if (level === 'pte') return /\bptep_get\(/.test(text) ? `ptep_get(${pointer})` : `*${pointer}`;
  return `*${pointer}`;
}

/** `huge_ptep_get()` has one argument up to 6.10, and three since. */
function hugeRead(source: Source, file: string, scope: readonly Variable[], pointer: string): string | undefined {
  const same = callsIn(source, source.root).find((call) => call.callee === 'huge_ptep_get' && flat(source, call.args.at(-1)!) === pointer);
  if (same) return `huge_ptep_get(${same.args.map((arg) => flat(source, arg)).join(', ')})`;
  const used = /\bhuge_ptep_get\(([^;]*)/.exec(file)?.[1];
  if (used === undefined) return undefined;
  if (topLevelCommas(used) === 0) return `huge_ptep_get(${pointer})`;
  const [mm, address] = [mmOf(scope), addressOf(scope)];
  return mm && address && `huge_ptep_get(${mm}, ${address}, ${pointer})`;
}

/** Commas of the argument list whose first parenthesis is open at the start of the text. */
function topLevelCommas(text: string): number {
  let [depth, commas] = [0, 0];
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')' && depth-- === 0) break;
    else if (character === ',' && depth === 0) commas++;
  }
  return commas;
}
