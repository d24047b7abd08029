/** The worlds that a slice runs in: which kind of mapping there is, what the entry holds, what userspace does. Each is a variant of the scenario. */
import type { Slice } from './slice';

export interface World {
  /** Name of the variant. */
  readonly name: string;
  /** Names that are defined in it. */
  readonly defines: readonly string[];
  /** One line, as the header has it. */
  readonly title: string;
}

/** A property of the world, and the name that stands for it in `#ifdef`. */
interface Kind {
  readonly name: string;
  readonly defines: readonly string[];
  readonly title: string;
}

const hugeKinds: readonly Kind[] = [
  { name: 'private', defines: [], title: 'private hugetlb mapping without a reservation map of its own' },
  { name: 'owner', defines: ['RESV_OWNER'], title: 'private hugetlb mapping that owns its reservation map' },
  { name: 'shared', defines: ['FILE', 'SHARED'], title: 'shared hugetlb mapping, page in the page cache' },
  { name: 'private-file', defines: ['FILE'], title: 'private hugetlb mapping, page of the file' },
];

const pageKinds: readonly Kind[] = [
  { name: 'anonymous', defines: [], title: 'anonymous memory' },
  { name: 'shared', defines: ['FILE', 'SHARED'], title: 'shared mapping of a shmem file' },
  { name: 'private-file', defines: ['FILE'], title: 'private mapping of a file' },
];

/** What the entry holds at first. */
const entries: Readonly<Record<string, Kind>> = {
  mapped: { name: '', defines: [], title: '' },
  armed: { name: 'armed', defines: ['ARMED'], title: 'write-protected' },
  zero: { name: 'zero', defines: ['ZERO_PAGE'], title: 'write-protected, a page without a folio (the zero page, a PFN mapping)' },
  swap: { name: 'swap', defines: ['SWAP'], title: 'write-protected and in swap' },
  readonly: { name: 'readonly', defines: ['READONLY'], title: 'mapped read-only' },
  marker: { name: 'marker', defines: ['MARKER'], title: 'a uffd-wp marker' },
  // Where nothing is mapped there is nothing to protect but the file's own pages: they get a marker.
  unregistered: { name: 'unregistered', defines: ['UNREGISTERED'], title: 'nothing mapped, registered for write protection meanwhile' },
  unprotected: { name: 'unprotected', defines: ['UNPROTECTED'], title: 'not write-protected' },
};

export interface WorldOptions {
  readonly entries: readonly (keyof typeof entries & string)[];
  /** User accesses that lead to the fault. */
  readonly accesses: readonly ('read' | 'write' | 'unshare')[];
  /** Anonymous memory forgets its protection with the page: what is lost there is no loss. */
  readonly filesOnly?: boolean;
}

export function worldsFor(slice: Slice, options: WorldOptions): World[] {
  const kinds = (slice.isHuge ? hugeKinds : pageKinds).filter((kind) => !options.filesOnly || slice.isHuge || kind.defines.includes('FILE'));
  const worlds: World[] = [];
  for (const kind of kinds) {
    for (const entry of options.entries.map((e) => entries[e]!)) {
      // Where nothing can be lost, one kind of mapping is enough.
      if (entry === entries['unprotected'] && kind !== kinds[0]) continue;
      if (entry === entries['unregistered'] && !kind.defines.includes('FILE')) continue;
      for (const access of options.accesses) {
        const isNamed = options.accesses.length > 1;
        worlds.push({
          name: [kind.name, entry.name, isNamed ? access : ''].filter((part) => part !== '').join('-'),
          defines: [...kind.defines, ...entry.defines, ...(isNamed && access !== 'read' ? [`${access.toUpperCase()}_ACCESS`] : [])],
          title: [kind.title, entry.title, isNamed ? (access === 'unshare' ? 'FAULT_FLAG_UNSHARE' : `${access} access`) : ''].filter((part) => part !== '').join(', '),
        });
      }
    }
  }
  return worlds;
}

/** The world of a file with a hole: page 1 is in the page cache, page 0 is not. */
export const holeWorld: World = { name: 'hole', defines: [], title: 'a shmem file, page 1 is there, page 0 is a hole' };

/** The objects of that world. There are no page tables. */
export const holeBlock = `{
	struct mm_struct mm;
	struct vm_area_struct vma = { .vm_flags = VM_SHARED | VM_WRITE };
	struct address_space mapping;
	struct folio folio = { .flags = PG_uptodate | PG_swapbacked };
	struct folio new_folio = { .flags = PG_swapbacked };
	struct folio filled_folio = { .flags = PG_swapbacked };
	spinlock_t xa_lock;
	struct xarray i_pages[2] __guarded_by(xa_lock) = { 0, &folio };
	ghost bool filled;
}`;

/** Lines of the init block. Everything that library threads may ask for is there. */
export function initBlock(slice: Slice, { pages, vmFlags, entries: held }: { readonly pages: 1 | 2; readonly vmFlags: readonly string[] } & Pick<WorldOptions, 'entries'>): string {
  const huge = slice.isHuge;
  const withFlags = (list: readonly string[], rest: string): string => `\tstruct vm_area_struct vma = { .vm_flags = ${[...list, 'VM_WRITE', ...(huge ? ['VM_HUGETLB'] : [])].join(' | ')}${rest} };`;
  const vma = (flags: readonly string[], rest = ''): string => withFlags([...vmFlags, ...flags], rest);
  const isRegisteredLater = held.includes('unregistered');
  const ofFile = (flags: readonly string[]): string[] => (isRegisteredLater ? ['#ifdef UNREGISTERED', withFlags(flags, ''), '#else', vma(flags), '#endif'] : [vma(flags)]);
  const list = (first: string, more: string): string => (pages === 1 ? first : `{ ${first}, ${more} }`);
  const entry = (value: string): string => `\tpte_t pte${pages === 1 ? '' : `[${pages}]`} __guarded_by(page_table_lock) = ${list(value, 'PTE_PRESENT | PTE_WRITE | page(folio1)')};`;
  const lines = [
    '\tstruct mm_struct mm;', '\tstruct address_space mapping;', '\tstruct anon_vma anon_vma;',
    ...(huge ? ['\tstruct mutex hugetlb_fault_mutex;'] : ['\tspinlock_t pmd_table_lock;']),
    '\tspinlock_t page_table_lock;', '\tspinlock_t xa_lock;',
    '#ifdef FILE', '#ifdef SHARED', ...ofFile(['VM_SHARED']), '#else', ...ofFile([]), '#endif',
    '\tstruct folio folio = { .flags = PG_uptodate };', '\tstruct xarray i_pages[1] __guarded_by(xa_lock) = { &folio };', '#else',
    ...(huge ? ['#ifdef RESV_OWNER', vma([], ', .vm_private_data = HPAGE_RESV_OWNER'), '#else', vma([]), '#endif'] : [vma(['VM_ANON'])]),
    '\tstruct folio folio = { .flags = PG_uptodate | PG_anon };', '\tstruct xarray i_pages[1] __guarded_by(xa_lock);', '#endif',
    ...(pages === 2 ? ['\tstruct folio folio1 = { .flags = PG_uptodate | PG_anon };'] : []),
    '\tstruct folio new_folio = { .flags = PG_uptodate | PG_anon };',
    ...(huge ? [] : ['\tstruct folio huge_folio = { .flags = PG_anon };', '\tstruct folio ksm_folio = { .flags = PG_uptodate | PG_anon | PG_ksm };']),
  ];
  return ['{', ...lines, '#ifdef ARMED', entry('PTE_PRESENT | PTE_UFFD_WP | page(folio)'), '#else', '#ifdef ZERO_PAGE', entry('PTE_PRESENT | PTE_UFFD_WP'), '#else', '#ifdef SWAP', entry('PTE_SWAP | PTE_UFFD_WP'), '#else', '#ifdef MARKER', entry('PTE_MARKER | PTE_UFFD_WP'),
    '#else', '#ifdef READONLY', entry('PTE_PRESENT | page(folio)'), '#else', ...(isRegisteredLater ? ['#ifdef UNREGISTERED', entry('PTE_NONE'), '#else'] : []), entry('PTE_PRESENT | PTE_WRITE | page(folio)'), ...(isRegisteredLater ? ['#endif'] : []), '#endif', '#endif', '#endif', '#endif', '#endif', ...(huge ? [] : ['\tpmd_t pmd __guarded_by(pmd_table_lock) __maps(pte) = PMD_TABLE;']), '}'].join('\n');
}
