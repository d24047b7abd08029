/** Makes a scenario of a slice: header, objects, the thread that runs the user's code. */
import type { PropertyId } from '../simulator/machine/program';
import type { Slice } from './slice';
import { writeFault } from './library';
import { holeBlock, holeWorld, initBlock, worldsFor, type World, type WorldOptions } from './worlds';
import { properties, type WitnessRule } from './rules';

/** A slice as a scenario. */
export interface Assembled {
  /** The text of a `.litmus` file. */
  readonly text: string;
  /** Name of the scenario. */
  readonly name: string;
  readonly worlds: readonly World[];
  /** Properties whose violation confirms the finding, if the schedule went through the label `site`. */
  readonly properties: readonly PropertyId[];
  readonly assumptions: readonly string[];
  readonly bounds: readonly string[];
  /** Objects that the scenario declares, by name: a library thread can join when all that it needs are among them. */
  readonly objects: readonly string[];
}

export function assemble(slice: Slice, rule: WitnessRule): Assembled {
  const plan = planOf(slice, rule);
  const isHole = rule === 'hole-filled-under-uffd';
  const worlds = isHole ? [holeWorld] : worldsFor(slice, plan);
  const init = isHole ? holeBlock : initBlock(slice, plan);
  const threads = isHole ? [holeThread(slice), monitorThread] : [plan.isUser ? faultThread(slice, plan.accesses.length > 1) : callThread(slice, plan), ...(plan.writes === undefined ? [] : [writeFault(slice.isHuge, dropsTables(slice)), writerThread(plan)])];
  const name = `${slice.root.name}-${rule}`.replace(/_/g, '-');
  const objects = [...init.matchAll(/(?:\*|\b)(\w+)(?:\[\d\])?(?: __guarded_by\(\w+\))?(?: __maps\(\w+\))?(?: = .*)?;$/gm)].map((m) => m[1]!);
  const header = [
    ` * Title: ${slice.root.name}() as it is, in ${slice.parts[0]?.file ?? slice.root.file} and below`, ` * Rule: ${rule}`,
    ...slice.parts.map((p) => ` * Anchor: ${p.file} ${p.name}`), ` * Thread: P0 ${slice.site.isFault ? 'page fault' : `${slice.root.name}()`}`,
    ...(isHole ? [' * Thread: P1 monitor: UFFDIO_REGISTER, mincore()', ' * Define: FILE UNMAPPED'] : plan.writes === undefined ? [] : [' * Thread: P1 user write']),
    ...(slice.isHuge ? [' * Define: HUGETLB'] : []),
    ' * Through: site', ` * Checked: ${properties(rule).join(' ')}`,
    ...worlds.map((w) => ` * Variant: ${[w.name, ...w.defines].join(' ')} : ${w.title}`), ' *',
    ' * Made from the code of the kernel: each line ends with its place. What does not decide',
    ' * whether the flagged place is reached is left out; path_ends() stands where it cannot',
    ' * be reached any more.',
    ...(slice.assumptions.length > 0 ? [' *', ' * Assumed, because the machine cannot tell:', ...slice.assumptions.map((a) => ` * - ${a.replace(/\*\)/g, '* )')}`)] : []),
    ...(slice.bounds.length > 0 ? [' *', ` * Bounds: ${slice.bounds.join('; ')}.`] : []),
  ];
  const text = [`C ${name}`, '', '(*', ...header, ' *)', '', init, '', ...(slice.declarations.length > 0 ? [slice.declarations.join('\n'), ''] : []), slice.functions, '', threads.join('\n\n'), ''].join('\n');
  return { text, name, worlds, properties: properties(rule), assumptions: slice.assumptions, bounds: slice.bounds, objects: [...new Set(objects)] };
}

/** What stands around the slice. */
interface Plan extends WorldOptions {
  readonly pages: 1 | 2;
  readonly vmFlags: readonly string[];
  /** The slice's thread is a user access. */
  readonly isUser: boolean;
  /** There is a thread that writes to the page: one that was protected before (`armed`), or one that others protect. */
  readonly writes: 'armed' | 'later' | undefined;
}

function planOf(slice: Slice, rule: WitnessRule): Plan {
  const asksFlags = /FAULT_FLAG_(?:WRITE|UNSHARE)/.test(slice.functions);
  const pages = slice.bounds.length > 0 ? 2 : 1;
  switch (rule) {
    case 'lockless-pte-to-userfault':
      return { entries: ['mapped'], accesses: slice.site.isFault && asksFlags ? ['read', 'write'] : ['read'], pages, vmFlags: ['VM_UFFD_MISSING', 'VM_UFFD_MINOR', 'VM_UFFD_WP'], isUser: true, writes: undefined };
    case 'fake-write-fault':
      return { entries: ['mapped', 'armed'], accesses: ['read'], pages, vmFlags: ['VM_UFFD_WP'], isUser: false, writes: undefined };
    case 'uffd-wp-bit-lost':
      return { entries: ['armed', ...(/\bvm_normal_/.test(slice.functions) ? ['zero' as const] : []), 'swap', 'marker', 'unprotected'], accesses: slice.site.isFault && asksFlags ? ['read', 'write', 'unshare'] : ['read'], pages, vmFlags: ['VM_UFFD_WP'], isUser: false, writes: 'armed', filesOnly: true };
    case 'uffd-wp-check-not-repeated':
    case 'hole-filled-under-uffd':
      // Page tables are taken away where userspace has registered nothing: it may do so meanwhile.
      return { entries: ['mapped', 'readonly', ...(dropsTables(slice) && /\buserfaultfd_wp\(/.test(slice.functions) ? ['unregistered' as const] : [])], accesses: ['write'], pages, vmFlags: ['VM_UFFD_WP'], isUser: false, writes: 'later' };
  }
}

/** Userspace registers the file's mapping for missing faults, and looks for the page that is not there. */
const monitorThread = `P1(struct mm_struct *mm, struct vm_area_struct *vma, struct xarray *i_pages)
{
	mmap_write_lock(mm);
	/* UFFDIO_REGISTER */
	vm_flags_set(vma, VM_UFFD_MISSING);
	mmap_write_unlock(mm);
	/* mincore() looks at the page cache. */
	user_lookup(vma, &i_pages[0]);
}`;

/** Code that works on the page cache. It holds no mmap_lock. */
function holeThread(slice: Slice): string {
  return ['P0(struct xarray *i_pages)', '{', `\t${rootCall(slice, '0')};`, '\tpath_ends();', '}'].join('\n');
}

/** Userspace writes to the page, again and again until it is let. */
function writerThread({ writes, entries }: Plan): string {
  const arm = ['\t/* Userspace has protected the page. */', '\tghost_arm(pte);'];
  return ['P1(struct mm_struct *mm, struct vm_area_struct *vma, pte_t *pte)', '{', ...(writes !== 'armed' ? [] : entries.includes('unprotected') ? ['#ifdef UNPROTECTED', '#else', ...arm, '#endif'] : arm),
    ...(entries.includes('unregistered') ? ['#ifdef UNREGISTERED', '\t/* UFFDIO_REGISTER */', '\tmmap_write_lock(mm);', '\tvma_start_write(vma);', '\tvm_flags_set(vma, VM_UFFD_WP);', '\tmmap_write_unlock(mm);', '#endif'] : []),
    '\twhile (!user_write(pte)) {', '\t\tmmap_read_lock(mm);', '\t\tif (write_fault() & VM_FAULT_RETRY)', '\t\t\treturn;', '\t\tmmap_read_unlock(mm);', '\t}', '}'].join('\n');
}

/** Does the slice take page tables out of use, or map huge pages? Then the pmd is not always a table. */
function dropsTables(slice: Slice): boolean {
  return /\b(?:pmdp_\w*(?:clear|flush)\w*|set_pmd_at|pmd_clear)\(/.test(slice.functions);
}

/** A user access that faults until the page is there. */
function faultThread(slice: Slice, isWriteAsked: boolean): string {
  const read = 'FAULT_FLAG_DEFAULT | FAULT_FLAG_USER';
  const call = (flags: string): string[] => [...vmfOf(slice, flags, '\t\t', false), `\t\tmmap_read_lock(mm);`, `\t\t${rootCall(slice, flags)};`, '\t\tpath_ends();'];
  const reads = ['\twhile (!user_read(pte)) {', ...call(read), '\t}'];
  const body = isWriteAsked ? ['#ifdef WRITE_ACCESS', '\twhile (!user_write(pte)) {', ...call(`${read} | FAULT_FLAG_WRITE`), '\t}', '#else', ...reads, '#endif'] : reads;
  return [`P0(struct mm_struct *mm, struct vm_area_struct *vma, pte_t *pte)`, '{', ...body, '}'].join('\n');
}

/** Code of the kernel that runs by itself, under the mmap_lock of its callers. */
function callThread(slice: Slice, plan: Plan): string {
  // handle_userfault() is called under mmap_lock, whoever took it.
  const mmapLock = slice.site.mmapLock ?? (/\bhandle_userfault\(/.test(slice.functions) ? 'read' : undefined);
  const base = 'FAULT_FLAG_DEFAULT | FAULT_FLAG_USER';
  const call = (flags: string): string[] => [...vmfOf(slice, flags, '\t', true), ...(mmapLock ? [`\tmmap_${mmapLock}_lock(mm);`] : []), `\t${rootCall(slice, flags)};`];
  const unlocks = new RegExp(`mmap_${mmapLock ?? 'read'}_unlock|handle_userfault`).test(slice.functions);
  const end = mmapLock === 'write' && !unlocks ? ['\tmmap_write_unlock(mm);'] : ['\tpath_ends();'];
  const byAccess = { read: base, write: `${base} | FAULT_FLAG_WRITE`, unshare: 'FAULT_FLAG_UNSHARE | FAULT_FLAG_REMOTE' };
  const [first, ...rest] = [...plan.accesses].sort((a, b) => (a === 'read' ? 1 : b === 'read' ? -1 : 0));
  const body = rest.length === 0 ? call(plan.accesses.length > 1 || first !== 'read' ? byAccess[first!] : byAccess.write)
    : plan.accesses.length === 2 ? ['#ifdef UNSHARE_ACCESS', ...call(byAccess.unshare), '#else', ...call(byAccess.write), '#endif', '#ifdef WRITE_ACCESS', '#endif']
      : ['#ifdef UNSHARE_ACCESS', ...call(byAccess.unshare), '#else', '#ifdef WRITE_ACCESS', ...call(byAccess.write), '#else', ...call(byAccess.read), '#endif', '#endif'];
  return ['P0(struct mm_struct *mm, struct vm_area_struct *vma, pte_t *pte)', '{', ...body, ...end, '}'].join('\n');
}

function vmfOf(slice: Slice, flags: string, tabs: string, isKernels: boolean): string[] {
  if (!slice.root.params.some((p) => p.type === 'struct vm_fault *')) return [];
  // What the callers of the kernel's own code have read; a fault reads it itself.
  const snapshot = isKernels && /->orig_pte\b/.test(slice.functions) ? [`${tabs}vmf.orig_pte = ${readOf(slice)};`] : [];
  return [`${tabs}struct vm_fault vmf = { .flags = ${flags}, .pte = pte };`, '', ...snapshot];
}

/** A look at the entry without its lock. */
function readOf(slice: Slice): string {
  return slice.isHuge ? 'huge_ptep_get(mm, 0, pte)' : 'ptep_get_lockless(pte)';
}

function rootCall(slice: Slice, flags: string): string {
  const args = slice.root.params.map(({ name, type }) => {
    if (type === 'struct vm_fault *') return '&vmf';
    if (type === 'pte_t *') return 'pte';
    if (type === 'spinlock_t *') return 'page_table_lock';
    if (type === 'struct folio *' || type === 'struct page *') return 'folio';
    if (type === 'pgoff_t') return '0';
    // What the caller has read of the entry.
    if (type === 'pte_t') return readOf(slice);
    // A page in swap that the caller looks for.
    if (type === 'swp_entry_t' || type === 'softleaf_t') return 'swp_entry(0, 0)';
    if (type === 'pmd_t') return 'pmdp_get_lockless(pmd)';
    return /flags/.test(name) ? flags : 'choose()';
  });
  return `${slice.root.name}(${args.join(', ')})`;
}
