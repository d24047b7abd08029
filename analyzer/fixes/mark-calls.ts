/** Leaves a uffd-wp marker in an entry that was just emptied, in the words of the function and of the kernel at hand. */
import type { Level } from '../../kernel/types';
import type { Variable } from '../../parser/ir';
import { mayHave, nameIn } from '../call-graph/features';
import type { Tree } from '../call-graph/tree';
import type { Lines } from './insert';
import { callLines } from './layout';
import { ofType, only, vmaOf } from './scope';
import { callsIn, enclosing, flat, type Call, type Source } from './source';

export interface Emptied {
  readonly tree: Tree;
  readonly source: Source;
  readonly scope: readonly Variable[];
  readonly level: Level;
  readonly slot: string;
  /** The value that was in it. */
  readonly old: string;
  readonly clear: Call;
}

export function* markCalls(emptied: Emptied): Generator<Lines, void> {
  const lines = emptied.level === 'huge' ? storeMarker(emptied) : callHelper(emptied);
  if (lines) yield lines;
}

/** `pte_install_uffd_wp_if_needed()`, or what a zap calls instead: it may have been told to drop markers. */
function callHelper({ tree, source, scope, slot, old, clear }: Emptied): Lines | undefined {
  const address = clear.args[1];
  const vma = vmaOf(scope);
  if (!address || vma === undefined || clear.args.length < 3) return undefined;
  const [details] = ofType(scope, 'struct zap_details *');
  const batch = /_ptes$/.test(clear.callee) ? clear.args[3] : undefined;
  if (details === undefined) {
    const install = nameIn(tree, 'pte_install_uffd_wp_if_needed');
    if (!mayHave(tree, install)) return undefined;
    const isForMany = install !== 'pte_install_uffd_wp_if_needed';
    // Up to 7.2 it marks one entry.
    if (batch && !isForMany) return undefined;
    return (indent) => callLines(indent, install, [vma, flat(source, address), slot, old, ...(isForMany ? [batch ? flat(source, batch) : '1'] : [])], ';');
  }
  const helper = tree.resolve('zap_install_uffd_wp_if_needed', source.ref.file);
  if (!helper) return undefined;
  const args = tree.lower(helper).params.map(({ name, type }): string | undefined => {
    switch (type.replace(/\s+/g, '')) {
      case 'structvm_area_struct*': return vma;
      case 'unsignedlong': return flat(source, address);
      case 'pte_t*': return slot;
      case 'pte_t': return old;
      case 'structzap_details*': return details;
      case 'int': return name !== 'nr' ? undefined : batch ? flat(source, batch) : '1';
      default: return undefined;
    }
  });
  if (!args.every((arg) => arg !== undefined) || (batch && !args.includes(flat(source, batch)))) return undefined;
  return (indent) => callLines(indent, 'zap_install_uffd_wp_if_needed', args, ';');
}

/** hugetlb has no helper: the marker is stored. `set_huge_pte_at()` has four arguments in 6.1, and the size as a fifth in 6.12. */
function storeMarker({ tree, source, scope, slot, old, clear }: Emptied): Lines | undefined {
  const flags = only(ofType(scope, 'zap_flags_t'));
  // Without a request that can say so, nobody knows whether the marker is to stay.
  if (flags === undefined || clear.args.length < 3) return undefined;
  const store = callsIn(source, source.root).find((call) => call.callee === 'set_huge_pte_at') ?? undefined;
  const arity = store?.args.length ?? /\bset_huge_pte_at\(([^;]*)\)/.exec(tree.outline(source.ref.file)?.masked ?? '')?.[1]?.split(',').length;
  const size = store?.args[4] ? flat(source, store.args[4]) : clear.args[3] && flat(source, clear.args[3]);
  if (arity === undefined || (arity > 4 && size === undefined)) return undefined;
  const args = [clear.args[0]!, clear.args[1]!].map((arg) => flat(source, arg));
  const dropped = `${' '.repeat(4)}!(${flags} & ZAP_FLAG_DROP_MARKER))`;
  const test = nameIn(tree, isMissing(source, clear, old) ? 'pte_swp_uffd_wp_any' : 'huge_pte_uffd_wp');
  return (indent) => `${indent}if (${test}(${old}) &&\n${indent}${dropped}\n`
    + callLines(`${indent}\t`, 'set_huge_pte_at', [...args, slot, 'make_pte_marker(PTE_MARKER_UFFD_WP)', ...(arity > 4 && size !== undefined ? [size] : [])], ';');
}

/** Is the clear in the branch for entries that are not present? */
function isMissing(source: Source, clear: Call, old: string): boolean {
  const path = enclosing(source, clear.node);
  return path.some((node, i) => node.type === 'if_statement' && path[i + 1] === node.kids[2] && flat(source, node.kids[1]!).includes(`!pte_present(${old})`));
}
