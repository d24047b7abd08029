/**
 * What the kernel's helpers for entry values compute, on the entries of values.ts. Names are grouped by what they do; those that only touch bits which a
 * scenario does not have (dirty, accessed, soft-dirty, ...) leave the value as it is.
 */
import { builtinModel } from '../../kernel/model';
import { and, binary, cond, constant, equals, not, or, truth, withBits, without } from './exp';
import type { Exp } from './program';
import { entryForms, formMask, pageMask, pageShift, uffdWpBit, writeBit } from './values';
import { wordsOfKind, type World } from './world';

type Compute = (world: World, args: readonly Exp[]) => Exp;

const values: ReadonlyMap<string, Compute> = new Map<string, Compute>([
  ...same(0, ['pte_mkdirty', 'pte_mkclean', 'pte_mkyoung', 'pte_sw_mkyoung', 'pte_mkold', 'pte_mkspecial', 'pte_mkhuge', 'pte_mksoft_dirty', 'pte_clear_soft_dirty',
    'huge_pte_mkdirty', 'pmd_mkdirty', 'pmd_mkclean', 'pmd_mkyoung', 'pmd_mkold', 'pmd_mkhuge', 'pmd_mksoft_dirty', 'pmd_clear_soft_dirty', 'pmd_swp_mksoft_dirty',
    'pte_swp_mksoft_dirty', 'pte_swp_clear_soft_dirty', 'pte_swp_mkexclusive', 'pte_swp_clear_exclusive', 'move_soft_dirty_pte', 'move_soft_dirty_pmd',
    'make_migration_entry_young', 'make_migration_entry_dirty', 'swp_entry_to_pte', 'swp_entry_to_pmd', 'softleaf_to_pte', 'pte_val', 'pmd_val', '__pte', '__pmd', 'pmd_pgtable',
    'arch_make_huge_pte', 'move_pte', 'READ_ONCE', 'data_race', 'likely', 'unlikely', 'WARN_ON', 'WARN_ON_ONCE', 'VM_WARN_ON_ONCE']),
  ...each(['pte_mkwrite', 'pte_mkwrite_novma', 'huge_pte_mkwrite', 'pmd_mkwrite', 'pmd_mkwrite_novma', 'maybe_mkwrite', 'maybe_pmd_mkwrite'], (_, [v]) => withBits(v!, writeBit)),
  ...each(['pte_wrprotect', 'huge_pte_wrprotect', 'pmd_wrprotect'], (_, [v]) => without(v!, writeBit)),
  // Since 6.3 the present forms write-protect as well (arch/x86/include/asm/pgtable.h:pte_mkuffd_wp).
  ...each(['pte_mkuffd_wp', 'huge_pte_mkuffd_wp', 'pmd_mkuffd_wp'], (_, [v]) => withBits(without(v!, writeBit), uffdWpBit)),
  ...each(['pte_swp_mkuffd_wp', 'pmd_swp_mkuffd_wp'], (_, [v]) => withBits(v!, uffdWpBit)),
  ...each(['pte_clear_uffd_wp', 'huge_pte_clear_uffd_wp', 'pmd_clear_uffd_wp', 'pte_swp_clear_uffd_wp', 'pmd_swp_clear_uffd_wp', 'pte_swp_clear_flags'], (_, [v]) => without(v!, uffdWpBit)),
  // The bit of a marker is part of the swap entry, that of any other lies beside it.
  ...each(['pte_to_swp_entry', 'pmd_to_swp_entry', 'softleaf_from_pte', 'softleaf_from_pmd'], (_, [v]) => cond(hasForm(v!, 'marker'), v!, without(v!, uffdWpBit))),
  // Protections are entry bits here: PTE_WRITE or 0.
  ...each(['pte_modify', 'huge_pte_modify', 'pmd_modify'], (_, [v, prot]) => binary('|', without(v!, writeBit), binary('&', prot!, constant(writeBit)))),
  ...each(['mk_pte', 'folio_mk_pte', 'mk_pmd', 'mk_huge_pmd', 'folio_mk_pmd', 'mk_huge_pte'], (world, [page, prot]) => present(world, page!, binary('&', prot!, constant(writeBit)))),
  ...each(['make_huge_pte'], (world, [, page, writable]) => present(world, page!, cond(writable!, constant(writeBit), constant(0)))),
  ...each(['make_readable_migration_entry', 'make_readable_exclusive_migration_entry'], (_, [pfn]) => withBits(binary('<<', pfn!, constant(pageShift)), entryForms.migration)),
  ...each(['make_writable_migration_entry'], (_, [pfn]) => withBits(binary('<<', pfn!, constant(pageShift)), entryForms.migration | writeBit)),
  ...each(['swp_entry'], () => constant(entryForms.swap)),
  ...each(['make_pte_marker', 'make_pte_marker_entry'], (_, [bits]) => withBits(bits!, entryForms.marker)),
  ...each(['pte_marker_get', 'softleaf_to_marker'], (_, [v]) => binary('&', v!, constant(uffdWpBit))),
  ...each(['pte_pfn', 'pmd_pfn', 'swp_offset_pfn', 'softleaf_to_pfn'], (_, [v]) => pageNumber(v!)),
  ...each(['pte_advance_pfn'], (_, [v, n]) => binary('+', v!, binary('<<', n!, constant(pageShift)))),
  ...each(['pte_page', 'pmd_page', 'pmd_folio', 'pfn_swap_entry_to_page', 'pfn_swap_entry_folio', 'migration_entry_to_page', 'softleaf_to_page', 'softleaf_to_folio'], (world, [v]) => folioOf(world, v!)),
  ...each(['vm_normal_page', 'vm_normal_folio', 'vm_normal_page_pmd', 'vm_normal_folio_pmd'], (world, [, , v]) => folioOf(world, v!)),
  ...each(['page_folio'], (_, [page]) => page!),
]);

/** Tests that are more than the form or one bit of a value. */
const tests: ReadonlyMap<string, (value: Exp) => Exp> = new Map<string, (value: Exp) => Exp>([
  ['is_migration_entry', (v) => hasForm(v, 'migration')], ['is_pmd_migration_entry', (v) => hasForm(v, 'migration')],
  ['softleaf_is_migration', (v) => hasForm(v, 'migration')], ['is_hugetlb_entry_migration', (v) => hasForm(v, 'migration')],
  ['is_writable_migration_entry', (v) => and(hasForm(v, 'migration'), truth(binary('&', v, constant(writeBit))))],
  ['is_readable_migration_entry', (v) => and(hasForm(v, 'migration'), not(truth(binary('&', v, constant(writeBit)))))],
  ['non_swap_entry', (v) => or(hasForm(v, 'migration'), hasForm(v, 'marker'))],
  // The bit of a marker is another one than that of a swap entry: pte_swp_uffd_wp_any() asks for both.
  ['pte_marker_uffd_wp', isUffdWpMarker], ['pte_marker_entry_uffd_wp', isUffdWpMarker],
  ['pte_swp_uffd_wp', (v) => and(not(hasForm(v, 'present')), not(hasForm(v, 'marker')), truth(binary('&', v, constant(uffdWpBit))))],
  ['softleaf_is_swap', (v) => hasForm(v, 'swap')],
  ['is_swap_pte', (v) => and(not(hasForm(v, 'none')), not(hasForm(v, 'present')))],
  ['pmd_trans_huge', (v) => hasForm(v, 'present')], ['pmd_leaf', (v) => hasForm(v, 'present')],
]);

/** How the value of a helper follows from the values of its arguments; undefined where nothing says it. A new name means what the old one did. */
export const entryValue = (name: string): Compute | undefined => underAnyName(values, name);

/** The same of a test that is more than the form or one bit of a value. */
export const entryTest = (name: string): ((value: Exp) => Exp) | undefined => underAnyName(tests, name);

/** What a comparison looks at: pte_same_as_swp() leaves out the bits beside the swap entry that it finds (mm/swapfile.c). */
export const comparedValue = (name: string, found: Exp): Exp => (name === 'pte_same_as_swp' ? without(found, uffdWpBit) : found);

function underAnyName<T>(table: ReadonlyMap<string, T>, name: string): T | undefined {
  for (let known: string | undefined = name; known !== undefined; known = builtinModel.primitives.get(known)?.renamedFrom) {
    const found = table.get(known);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isUffdWpMarker(value: Exp): Exp {
  return and(hasForm(value, 'marker'), truth(binary('&', value, constant(uffdWpBit))));
}

export function hasForm(value: Exp, form: keyof typeof entryForms): Exp {
  return equals(binary('&', value, constant(formMask)), constant(entryForms[form]));
}

/** The page in an entry, as a number: 1 is the scenario's first folio. */
function pageNumber(value: Exp): Exp {
  return binary('>>', binary('&', value, constant(pageMask)), constant(pageShift));
}

function present(world: World, page: Exp, bits: Exp): Exp {
  return withBits(binary('|', binary('<<', numberOfFolio(world, page), constant(pageShift)), bits), entryForms.present);
}

/** The number of the folio at an address; 0 for anything else. */
export function numberOfFolio(world: World, address: Exp): Exp {
  return folios(world).reduceRight<Exp>((rest, id, index) => cond(equals(address, constant(id + 1)), constant(index + 1), rest), constant(0));
}

/** The address of the folio that an entry maps; NULL when it maps none of the scenario's. */
function folioOf(world: World, value: Exp): Exp {
  return folios(world).reduceRight<Exp>((rest, id, index) => cond(equals(pageNumber(value), constant(index + 1)), constant(id + 1), rest), constant(0));
}

/** First words of the scenario's folios. */
export function folios(world: World): number[] {
  return wordsOfKind(world, 'int').filter((id) => world.words[id]!.name.endsWith('.flags'));
}

function each(names: readonly string[], compute: Compute): [string, Compute][] {
  return names.map((name) => [name, compute]);
}

function same(argument: number, names: readonly string[]): [string, Compute][] {
  return each(names, (_, args) => args[argument]!);
}
