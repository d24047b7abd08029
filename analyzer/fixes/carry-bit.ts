/** Sets the uffd-wp bit of a new value where the old one has it, in the words of the kernel at hand. */
import type { Level } from '../../kernel/types';
import type { Syntax } from '../../parser/function-syntax';
import { nameIn } from '../call-graph/features';
import type { Tree } from '../call-graph/tree';
import type { Lines } from './insert';
import { asCall, callsIn, enclosing, flat, sourceOf, textOf, type Source } from './source';

/**
 * In 6.1 pte_mkuffd_wp() only sets the bit, and whoever calls it write-protects as well; in 6.12 it does both (arch/x86/include/asm/pgtable.h). What the
 * file does is done; where it says nothing, both.
 */
export function* carryLines(tree: Tree, source: Source, level: Level, old: string, target: string): Generator<Lines, void> {
  const huge = level === 'huge' ? 'huge_' : '';
  const file = tree.outline(source.ref.file)?.masked ?? '';
  const make = nameIn(tree, `${huge}pte_mkuffd_wp`);
  const protects = new RegExp(`\\b${huge}pte_wrprotect\\(${make}\\(|\\b${make}\\(${huge}pte_wrprotect\\(`).test(file);
  const alone = !protects && new RegExp(`\\b${make}\\(\\w`).test(file);
  const value = alone ? `${make}(${target})` : `${make}(${huge}pte_wrprotect(${target}))`;
  const test = testFor(tree, source, huge, old);
  if (test !== undefined) yield (indent) => `${indent}if (${test}(${old}))\n${indent}\t${target} = ${value};\n`;
}

/**
 * An entry that maps a page has the bit in one place, a marker in another: the function says which it is, or the branches in which its callers
 * call it.
 */
function testFor(tree: Tree, source: Source, huge: string, old: string): string | undefined {
  const asked = (text: string, value: string, test: string): boolean => new RegExp(`\\b${test}\\(${value.replace(/[^\w]/g, '\\$&')}\\)`).test(text);
  const test = nameIn(tree, `${huge}pte_uffd_wp`);
  const marked = nameIn(tree, 'pte_marker_uffd_wp');
  const isMarker = nameIn(tree, 'is_pte_marker');
  if (asked(source.ref.masked, old, test) || asked(source.ref.masked, old, 'pte_present')) return test;
  if (asked(source.ref.masked, old, `${huge}pte_none_mostly`) || asked(source.ref.masked, old, isMarker)) return marked;
  const callers = tree.callersOf(source.ref);
  const isForNone = callers.length > 0 && callers.every((caller) => {
    const code = sourceOf(tree, caller);
    const calls = code ? callsIn(code, code.root).filter((c) => c.callee === source.ref.name) : [];
    return code !== undefined && calls.length > 0 && calls.every(({ node }) => enclosing(code, node).some((n, i, path) =>
      n.type === 'if_statement' && path[i + 1] === n.kids[2] && new RegExp(`\\w+_none_mostly\\(|\\b${isMarker}\\(`).test(flat(code, n.kids[1]!))));
  });
  return isForNone ? marked : undefined;
}

/** Is this value one that maps a page? In those of other kinds the bit has another place. */
export function isPresentValue(source: Source, value: Syntax, name: string | undefined): boolean {
  const call = asCall(source, value);
  if (!call) return false;
  if (/^(?:mk_pte|mk_huge_pte|make_huge_pte|folio_mk_pte|pfn_pte)$/.test(call.callee)) return true;
  // `pte = pte_mkyoung(pte)` changes a value of such a kind, whichever that is.
  return /^(?:huge_|arch_|maybe_)*(?:pte_)?(?:mk\w+|make_huge_pte|wrprotect|modify)$/.test(call.callee) && call.args.some((arg) => textOf(source, arg) === name || (asCall(source, arg) && isPresentValue(source, arg, name)));
}
