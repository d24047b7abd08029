/** Flag words of the fault path: which names are bits of one word, and which names stand for several bits. */

/** Names that stand for several flags; the parts as far as an analysis asks for them. */
const composites: ReadonlyMap<string, readonly string[]> = new Map([
  // include/linux/mm_types.h:VM_FAULT_ERROR, as in 6.1 and 6.12.
  ['VM_FAULT_ERROR', ['VM_FAULT_OOM', 'VM_FAULT_SIGBUS', 'VM_FAULT_SIGSEGV', 'VM_FAULT_HWPOISON', 'VM_FAULT_HWPOISON_LARGE', 'VM_FAULT_FALLBACK']],
  // include/linux/mm.h:FAULT_FLAG_DEFAULT, as in 6.12.
  ['FAULT_FLAG_DEFAULT', ['FAULT_FLAG_ALLOW_RETRY', 'FAULT_FLAG_KILLABLE', 'FAULT_FLAG_INTERRUPTIBLE']],
]);

/** The single flags that a name stands for. */
export function flagsOf(name: string): readonly string[] {
  return composites.get(name) ?? [name];
}

/** Words whose flags are single bits, so that two different names have no bit in common. */
const families = /^(?:FAULT_FLAG_|VM_FAULT_|FOLL_|VM_UFFD_)/;

/** Are these two names different bits of the same word? */
export function areDifferentFlags(a: string, b: string): boolean {
  return a !== b && families.exec(a) !== null && families.exec(a)?.[0] === families.exec(b)?.[0];
}

/** Flags by which a caller says that uffd-wp bits and markers are to go. The second is the first's name in early 5.19, the last came with 7.3 (include/linux/mm.h). */
export const dropFlags: ReadonlySet<string> = new Set(['ZAP_FLAG_DROP_MARKER', 'ZAP_FLAG_DROP_FILE_UFFD_WP', 'MM_CP_UFFD_WP_RESOLVE', 'MM_CP_UFFD_RWP_RESOLVE']);

/** Are these two names different values of one kind, as `SCAN_SUCCEED` and `SCAN_VMA_NULL` are? Names share a prefix then; errno names do not. */
export function areDifferentValues(a: string, b: string): boolean {
  const prefix = (n: string): string | undefined => /^[A-Z0-9]+_(?=[A-Z])/.exec(n)?.[0];
  return a !== b && prefix(a) !== undefined && prefix(a) === prefix(b);
}
