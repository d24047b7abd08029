/** Values of words as numbers, and how people read them. */
import type { Program, Word } from './program';

/**
 * A page-table entry: its form in the low three bits, then write permission, the uffd-wp bit and the number of the page it maps (1 is the scenario's
 * first folio; 0 is a page that is no folio of the scenario). pte_same() compares all of it.
 */
export const entryForms = { none: 0, present: 1, swap: 2, marker: 3, migration: 4, table: 5 } as const;
export const formMask = 7;
export const writeBit = 8;
export const uffdWpBit = 16;
export const pageShift = 5;
export const pageMask = 7 << pageShift;
export const entryBits = 8;

/** Slots of a page cache hold the address of a folio or one of these; a scenario has fewer than `slotSwap` shared words. */
export const slotEmpty = 0;
export const slotSwap = 254;
export const slotRetry = 255;
export const slotBits = 8;

/** Names that have a value in scenarios. Flags are bits of small words here: the numbers are not the kernel's, the names are. */
export const constants: ReadonlyMap<string, number> = new Map([
  ['NULL', 0], ['false', 0], ['true', 1], ['PAGE_SIZE', 1], ['PAGE_SHIFT', 0],
  ['PTE_NONE', entryForms.none], ['PTE_PRESENT', entryForms.present], ['PTE_SWAP', entryForms.swap], ['PTE_MARKER', entryForms.marker],
  ['PTE_MIGRATION', entryForms.migration], ['PMD_TABLE', entryForms.table], ['PTE_WRITE', writeBit], ['PTE_UFFD_WP', uffdWpBit],
  ['PTE_MARKER_UFFD_WP', uffdWpBit],
  ['XA_RETRY_ENTRY', slotRetry], ['SWP_ENTRY', slotSwap],
  ...bits(['VM_UFFD_MISSING', 'VM_UFFD_WP', 'VM_UFFD_MINOR', 'VM_SHARED', 'VM_WRITE', 'VM_ANON', 'VM_HUGETLB']),
  ...bits(['FAULT_FLAG_WRITE', 'FAULT_FLAG_ALLOW_RETRY', 'FAULT_FLAG_RETRY_NOWAIT', 'FAULT_FLAG_UNSHARE', 'FAULT_FLAG_REMOTE', 'FAULT_FLAG_VMA_LOCK', 'FAULT_FLAG_USER', 'FAULT_FLAG_TRIED']),
  ['VM_MAYSHARE', 8], ['HPAGE_RESV_OWNER', 1],
  ['FAULT_FLAG_DEFAULT', 2],
  ...bits(['VM_FAULT_RETRY', 'VM_FAULT_SIGBUS', 'VM_FAULT_NOPAGE', 'VM_FAULT_LOCKED', 'VM_FAULT_OOM', 'VM_FAULT_FALLBACK', 'VM_FAULT_COMPLETED', 'VM_FAULT_WRITE', 'VM_FAULT_SIGSEGV']),
  ['VM_FAULT_ERROR', 2 | 16 | 256],
  ...bits(['PG_uptodate', 'PG_ksm', 'PG_anon', 'PG_dirty', 'PG_swapbacked']),
  ['ZAP_FLAG_DROP_MARKER', 1],
  // include/uapi/asm-generic/errno-base.h
  ['EIO', 5], ['EAGAIN', 11], ['ENOMEM', 12], ['EFAULT', 14], ['EBUSY', 16], ['EEXIST', 17], ['EINVAL', 22],
]);

/** What each bit of a flag word means, for words that hold flags. */
export const vmFlagNames: Readonly<Record<number, string>> = { 1: 'VM_UFFD_MISSING', 2: 'VM_UFFD_WP', 4: 'VM_UFFD_MINOR', 8: 'VM_SHARED', 16: 'VM_WRITE', 32: 'VM_ANON', 64: 'VM_HUGETLB' };
export const folioFlagNames: Readonly<Record<number, string>> = { 1: 'uptodate', 2: 'ksm', 4: 'anon', 8: 'dirty', 16: 'swapbacked' };

/** The value of a word as a person would say it: `present, writable`, `held by P0`, `read: P0, P1`, `&page0`. */
export function formatValue(program: Program, word: Word, value: number): string {
  switch (word.kind) {
    case 'entry':
      return formatEntry(program, value);
    case 'slot':
      return value === slotEmpty ? 'empty' : value === slotRetry ? 'XA_RETRY_ENTRY' : value === slotSwap ? 'swap value' : formatAddress(program, value);
    case 'lock':
      return value === 0 ? 'free' : threadName(program, value - 1);
    case 'rwlock':
      return formatRwLock(program, value);
    case 'pointer':
      return value === 0 ? 'NULL' : value === slotRetry ? 'XA_RETRY_ENTRY' : value === slotSwap ? 'swap value' : formatAddress(program, value);
    case 'int':
      return word.flags ? formatFlags(word.flags, value) : value >= 0x8000 ? String(value - 0x10000) : String(value);
  }
}

function formatEntry(program: Program, value: number): string {
  const form = value & formMask;
  const names = ['none', 'present', 'swap', 'marker', 'migration', 'table'];
  const parts = [names[form] ?? `form ${form}`];
  if (form === entryForms.present) parts.push((value & writeBit) !== 0 ? 'writable' : 'read-only');
  else if ((value & writeBit) !== 0) parts.push('writable');
  if ((value & uffdWpBit) !== 0) parts.push('uffd-wp');
  const page = (value & pageMask) >> pageShift;
  const folio = page === 0 ? undefined : foliosOf(program)[page - 1];
  if (folio !== undefined) parts.push(folio);
  return parts.join(', ');
}

/** Names of the scenario's folios in the order of their numbers. */
function foliosOf(program: Program): readonly string[] {
  return program.words.filter((word) => word.scope === 'shared' && word.name.endsWith('.flags')).map((word) => word.name.slice(0, -'.flags'.length));
}

function formatAddress(program: Program, value: number): string {
  const word = program.words[value - 1];
  return word === undefined || word.scope !== 'shared' ? `address ${value}` : `&${word.name.replace(/\.[\w ]+$/, '')}`;
}

function formatRwLock(program: Program, value: number): string {
  const count = program.threads.length;
  const holders = (shift: number): string => program.threads.filter((_, t) => ((value >> (shift + t)) & 1) === 1).map((thread) => thread.name).join(', ');
  const writer = holders(count);
  if (writer !== '') return `write: ${writer}`;
  const readers = holders(0);
  return readers === '' ? 'free' : `read: ${readers}`;
}

function formatFlags(flags: Readonly<Record<number, string>>, value: number): string {
  const names = Object.entries(flags).filter(([bit]) => (value & Number(bit)) !== 0).map(([, name]) => name);
  return names.length === 0 ? '0' : names.join(' | ');
}

function threadName(program: Program, thread: number): string {
  return program.threads[thread]?.name ?? `thread ${thread}`;
}

function bits(names: readonly string[]): [string, number][] {
  return names.map((name, index) => [name, 1 << index]);
}
