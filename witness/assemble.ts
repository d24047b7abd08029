/** Makes a scenario of a slice: header, objects, the thread that runs the user's code. */
import type { PropertyId } from '../simulator/machine/program';
import type { Slice } from './slice';
import { initBlock, worldsFor, type World } from './worlds';
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
  const isWriteAsked = /FAULT_FLAG_(?:WRITE|UNSHARE)/.test(slice.functions);
  const isUser = slice.site.isFault && rule === 'lockless-pte-to-userfault';
  const worlds = worldsFor(slice, { entries: isUser ? ['mapped'] : ['mapped', 'armed'], accesses: isUser && isWriteAsked ? ['read', 'write'] : ['read'] });
  const pages = slice.bounds.length > 0 ? 2 : 1;
  const vmFlags = rule === 'lockless-pte-to-userfault' ? ['VM_UFFD_MISSING', 'VM_UFFD_MINOR', 'VM_UFFD_WP'] : ['VM_UFFD_WP'];
  const init = initBlock(slice, { pages, vmFlags });
  const thread = isUser ? faultThread(slice, isWriteAsked) : callThread(slice);
  const name = `${slice.root.name}-${rule}`.replace(/_/g, '-');
  const objects = [...init.matchAll(/(?:\*|\b)(\w+)(?:\[\d\])?(?: __guarded_by\(\w+\))?(?: __maps\(\w+\))?(?: = .*)?;$/gm)].map((m) => m[1]!);
  const header = [
    ` * Title: ${slice.root.name}() as it is, in ${slice.parts[0]?.file ?? slice.root.file} and below`, ` * Rule: ${rule}`,
    ...slice.parts.map((p) => ` * Anchor: ${p.file} ${p.name}`), ` * Thread: P0 ${isUser ? 'page fault' : `${slice.root.name}()`}`,
    ...(slice.isHuge ? [' * Define: HUGETLB'] : []), ' * Through: site', ` * Checked: ${properties(rule).join(' ')}`,
    ...worlds.map((w) => ` * Variant: ${[w.name, ...w.defines].join(' ')} : ${w.title}`), ' *',
    ' * Made from the code of the kernel: each line ends with its place. What does not decide',
    ' * whether the flagged place is reached is left out; path_ends() stands where it cannot',
    ' * be reached any more.',
    ...(slice.assumptions.length > 0 ? [' *', ' * Assumed, because the machine cannot tell:', ...slice.assumptions.map((a) => ` * - ${a.replace(/\*\)/g, '* )')}`)] : []),
    ...(slice.bounds.length > 0 ? [' *', ` * Bounds: ${slice.bounds.join('; ')}.`] : []),
  ];
  const text = [`C ${name}`, '', '(*', ...header, ' *)', '', init, '', ...(slice.declarations.length > 0 ? [slice.declarations.join('\n'), ''] : []), slice.functions, '', thread, ''].join('\n');
  return { text, name, worlds, properties: properties(rule), assumptions: slice.assumptions, bounds: slice.bounds, objects: [...new Set(objects)] };
}

/** A user access that faults until the page is there. */
function faultThread(slice: Slice, isWriteAsked: boolean): string {
  const read = 'FAULT_FLAG_DEFAULT | FAULT_FLAG_USER';
  const call = (flags: string): string[] => [...vmfOf(slice, flags, '\t\t'), `\t\tmmap_read_lock(mm);`, `\t\t${rootCall(slice, flags)};`, '\t\tpath_ends();'];
  const reads = ['\twhile (!user_read(pte)) {', ...call(read), '\t}'];
  const body = isWriteAsked ? ['#ifdef WRITE_ACCESS', '\twhile (!user_write(pte)) {', ...call(`${read} | FAULT_FLAG_WRITE`), '\t}', '#else', ...reads, '#endif'] : reads;
  return [`P0(struct mm_struct *mm, struct vm_area_struct *vma, pte_t *pte)`, '{', ...body, '}'].join('\n');
}

/** Code of the kernel that runs by itself, under the mmap_lock of its callers. */
function callThread(slice: Slice): string {
  const { mmapLock } = slice.site;
  const flags = 'FAULT_FLAG_DEFAULT | FAULT_FLAG_USER | FAULT_FLAG_WRITE';
  return ['P0(struct mm_struct *mm, struct vm_area_struct *vma, pte_t *pte)', '{', ...vmfOf(slice, flags, '\t'), ...(mmapLock ? [`\tmmap_${mmapLock}_lock(mm);`] : []), `\t${rootCall(slice, flags)};`, '\tpath_ends();', '}'].join('\n');
}

function vmfOf(slice: Slice, flags: string, tabs: string): string[] {
  return slice.root.params.some((p) => p.type === 'struct vm_fault *') ? [`${tabs}struct vm_fault vmf = { .flags = ${flags}, .pte = pte };`, ''] : [];
}

function rootCall(slice: Slice, flags: string): string {
  const args = slice.root.params.map(({ name, type }) => {
    if (type === 'struct vm_fault *') return '&vmf';
    if (type === 'pte_t *') return 'pte';
    if (type === 'spinlock_t *') return 'page_table_lock';
    if (type === 'struct folio *' || type === 'struct page *') return 'folio';
    return /flags/.test(name) ? flags : 'choose()';
  });
  return `${slice.root.name}(${args.join(', ')})`;
}
